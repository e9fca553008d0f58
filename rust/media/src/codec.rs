//! The codecs of a leg, and what both sides agreed for them.

use ringback_dsp::g711::Law;

use crate::unit::{Clock, SAMPLES_PER_TICK};

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
    /// Whatever the packet says, heard and said at 16 kHz; its RTP clock says 48000 (RFC 7587 §4.1).
    Opus(OpusWishes),
}

/// What the other side wants of the Opus that it hears (RFC 7587 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusWishes {
    pub bits_per_second: u32,
    pub playback_rate_hz: u32,
    /// Whether it makes use of in-band FEC.
    pub wants_fec: bool,
}

impl Codec {
    /// Whether its sound goes beyond the telephone band.
    pub fn is_wide(self) -> bool {
        !matches!(self, Self::G711(_))
    }

    /// How its timestamps count.
    pub fn clock(self) -> Clock {
        match self {
            Self::G711(_) | Self::G722 => Clock::Hz8000,
            Self::Opus(_) => Clock::Hz48000,
        }
    }
}
