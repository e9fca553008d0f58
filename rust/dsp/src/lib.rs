//! Signal processing for Ringback, with no socket, thread or clock inside: samples and bytes in, samples and bytes out.
//!
//! Samples are signed 16-bit PCM, mono unless a function says otherwise; rates are in hertz and are arguments. What runs once
//! per frame (20 ms) allocates nothing after construction, because the media tick may not wait for an allocator; what runs
//! once per file (`decode`, `resample`) may. Nothing here panics on any input a stranger can send.

pub mod beep;
pub mod decode;
pub mod dtmf;
pub mod fax;
pub mod g711;
pub mod g722;
pub mod gsm;
pub mod halfband;
pub mod mixer;
pub mod opus;
pub mod plc;
pub mod pure_tone;
pub mod resample;
pub mod silence;
pub mod tone;
pub mod vad;
pub mod wav;
