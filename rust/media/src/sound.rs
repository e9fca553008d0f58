//! What one leg hands to another in a tick.

use ringback_dsp::g711::Law;

use crate::ear::Samples;
use crate::jitter::Octets;

/// 20 ms of audio in the form in which it is there already.
#[derive(Clone, Copy, Debug)]
pub enum Sound {
    /// As it came from the network: a leg of the same law sends it on unchanged.
    Codes(Law, Octets),
    /// At 8 kHz.
    Narrow(Samples),
}
