//! Saying Opus: 20 ms at 16 kHz in, one packet out.
//!
//! Silence that lasts is said by packets without a frame (RFC 6716 §3.2.1), which cost nothing to make: a call that waits for
//! a key is silent on our side, and there are many of them. A packet goes out in every tick all the same, for networks
//! that forget who is quiet, and every 400 ms it is a whole one, as from libopus.

use ringback_dsp::opus::{Encoder, Settings};

use crate::codec::{OpusWishes, WideSamples, WIDE_RATE_HZ};

/// The longest packet said: what 20 ms have at 100 kbit/s.
pub const MAX_SPOKEN: usize = 256;
/// What the encoder may spend on a frame, of 10.
const COMPLEXITY: u8 = 3;
/// The loss that FEC is made for, where the other side makes use of it.
const EXPECTED_LOSS_PERCENT: u8 = 5;
/// RFC 7587 §6.1: what a sender may be asked for. Beyond 64000 nothing is gained at 16 kHz.
const BITS_PER_SECOND: std::ops::RangeInclusive<u32> = 6_000..=64_000;
/// Samples as small as this are silence: a zero of A-law is an eight.
const SILENCE: u16 = 8;
/// Ticks of silence that are encoded as they are.
const ENCODED_TICKS: u32 = 10;
/// Ticks between two whole packets in silence.
const REFRESH_TICKS: u32 = 20;

/// See the module's description.
#[derive(Debug)]
pub struct OpusMouth {
    /// There unless libopus could not be had; then nothing is said.
    encoder: Option<Encoder>,
    silent_ticks: u32,
    packet: [u8; MAX_SPOKEN],
    length: usize,
}

impl OpusMouth {
    /// As the other side wishes.
    pub fn new(wishes: OpusWishes) -> Self {
        let settings = Settings {
            bits_per_second: wishes.bits_per_second.clamp(*BITS_PER_SECOND.start(), *BITS_PER_SECOND.end()),
            expected_loss_percent: if wishes.wants_fec { EXPECTED_LOSS_PERCENT } else { 0 },
            complexity: COMPLEXITY,
            playback_rate_hz: wishes.playback_rate_hz,
        };
        let encoder = Encoder::new(WIDE_RATE_HZ, settings).ok();
        Self { encoder, silent_ticks: 0, packet: [0; MAX_SPOKEN], length: 0 }
    }

    /// Encodes one tick.
    pub fn say(&mut self, samples: &WideSamples) {
        let is_silent = samples.iter().all(|sample| sample.unsigned_abs() <= SILENCE);
        self.silent_ticks = if is_silent { self.silent_ticks.saturating_add(1) } else { 0 };
        if self.silent_ticks > ENCODED_TICKS && !self.silent_ticks.is_multiple_of(REFRESH_TICKS) && self.length > 0 {
            // The configuration of the last frame, and no frame: its code is 0.
            self.packet[0] &= 0xFC;
            self.length = 1;
            return;
        }
        let encode = |encoder: &mut Encoder| encoder.encode(samples, &mut self.packet).unwrap_or(0);
        self.length = self.encoder.as_mut().map_or(0, encode);
    }

    /// The packet of this tick; empty if there is none.
    pub fn spoken(&self) -> &[u8] {
        self.packet.get(..self.length).unwrap_or_default()
    }
}
