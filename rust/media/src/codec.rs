//! The codecs of a leg. All of them send one octet per timestamp unit, 160 in a tick, whatever the rate of their sound.

use ringback_dsp::g711::Law;

use crate::unit::SAMPLES_PER_TICK;

/// The rate of wideband sound.
pub const WIDE_RATE_HZ: u32 = 16_000;
/// A frame of wideband samples.
pub type WideSamples = [i16; 2 * SAMPLES_PER_TICK];

/// What a leg speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// PCMU and PCMA, 8 kHz.
    G711(Law),
    /// 16 kHz at 64 kbit/s; its RTP clock says 8000 (RFC 3551 §4.5.2).
    G722,
}

impl Codec {
    /// Whether its sound goes beyond the telephone band.
    pub fn is_wide(self) -> bool {
        self == Self::G722
    }
}
