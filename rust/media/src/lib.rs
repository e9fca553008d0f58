//! Ringback's media engine: RTP sessions driven by a tick of 20 ms.
//!
//! Two halves. `leg` and everything it is made of own no socket, no thread and no clock: they take datagrams and ticks and
//! give datagrams and events, so that a test runs an hour of a bad network in a second. `engine` owns the threads, the
//! sockets and the clock, and is dull.

#![forbid(unsafe_code)]

pub mod clip;
pub mod codec;
pub mod conference;
pub mod dtmf;
pub mod ear;
pub mod engine;
pub mod event;
pub mod jitter;
pub mod latch;
pub mod leg;
pub mod mouth;
pub mod opus;
pub mod player;
pub mod random;
pub mod recording;
pub mod rtcp;
pub mod rtp;
pub mod silence;
pub mod sound;
pub mod source;
pub mod tap;
pub mod unit;
pub mod voice;
