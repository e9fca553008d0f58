//! What one leg hands to another in a tick.

use ringback_dsp::g711::Law;

use crate::codec::WideSamples;
use crate::ear::Samples;
use crate::jitter::Octets;

/// 20 ms of audio in the form in which it is there already.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "lives on the stack for one tick; a box would be an allocation")]
pub enum Sound {
    /// As it came from the network: a leg of the same law sends it on unchanged.
    Codes(Law, Octets),
    /// At 8 kHz.
    Narrow(Samples),
    /// At 16 kHz; only for those who asked for it.
    Wide(WideSamples),
}

/// The same as samples that are still where they were made.
#[derive(Clone, Copy, Debug)]
pub enum Frame<'a> {
    Narrow(&'a Samples),
    Wide(&'a WideSamples),
}
