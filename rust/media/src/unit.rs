//! The numbers RTP counts in, each with its own type, so that a timestamp is never compared with a sequence number.
//!
//! Sequence numbers and timestamps wrap; every comparison here is the signed distance on the circle (RFC 3550 §5.1, RFC 1982).

/// Samples in one tick of 20 ms at 8 kHz.
pub const SAMPLES_PER_TICK: usize = 160;
/// How long a tick lasts.
pub const TICK_MS: u64 = 20;
/// Ticks in a second.
pub const TICKS_PER_SECOND: u64 = 1000 / TICK_MS;

/// The rate of the G.711 codecs and of everything a leg hears and says.
pub const RATE_HZ: u32 = 8000;

/// Who sends a stream (RFC 3550 §3, "synchronization source").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ssrc(pub u32);

/// The seven bits that say what a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PayloadType(u8);

impl PayloadType {
    /// `None` above 127.
    pub fn new(value: u8) -> Option<Self> {
        (value < 128).then_some(Self(value))
    }

    /// The number in the header.
    pub fn value(self) -> u8 {
        self.0
    }
}

/// Counts packets, modulo 2^16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SequenceNumber(pub u16);

impl SequenceNumber {
    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    /// How far this is ahead of `other`; negative when it is behind.
    pub fn since(self, other: Self) -> i16 {
        self.0.wrapping_sub(other.0) as i16
    }
}

/// Counts samples, modulo 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RtpTimestamp(pub u32);

impl RtpTimestamp {
    /// `samples` later.
    #[must_use]
    pub fn plus(self, samples: u32) -> Self {
        Self(self.0.wrapping_add(samples))
    }

    /// `samples` earlier.
    #[must_use]
    pub fn minus(self, samples: u32) -> Self {
        Self(self.0.wrapping_sub(samples))
    }

    /// How far this is ahead of `other`; negative when it is behind.
    pub fn since(self, other: Self) -> i32 {
        self.0.wrapping_sub(other.0) as i32
    }
}

/// How fast the RTP timestamps of a format count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// G.711 and G.722 (RFC 3551 §4.5).
    Hz8000,
    /// Opus (RFC 7587 §4.1).
    Hz48000,
}

impl Clock {
    /// Units for each one of the clock of 8 kHz.
    pub fn factor(self) -> u32 {
        match self {
            Self::Hz8000 => 1,
            Self::Hz48000 => 6,
        }
    }

    /// Units in a tick.
    pub fn units_per_tick(self) -> u32 {
        SAMPLES_PER_TICK as u32 * self.factor()
    }
}

/// What the clock says when a tick begins: the only time a leg ever sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Ticks since the engine thread began.
    pub tick: u64,
    /// Wall time as an NTP timestamp, 32 bits of seconds and 32 of fraction (RFC 3550 §4).
    pub ntp: u64,
}

impl Now {
    /// The middle 32 bits of the NTP timestamp, in units of 1/65536 s (RFC 3550 §4).
    pub fn ntp_middle(self) -> u32 {
        (self.ntp >> 16) as u32
    }

    /// Monotonic time in RTP timestamp units.
    pub fn units(self, clock: Clock) -> u32 {
        (self.tick as u32).wrapping_mul(clock.units_per_tick())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_cross_the_wrap_in_both_directions() {
        assert_eq!(SequenceNumber(2).since(SequenceNumber(0xFFFE)), 4);
        assert_eq!(SequenceNumber(0xFFFE).since(SequenceNumber(2)), -4);
        assert_eq!(RtpTimestamp(10).since(RtpTimestamp(u32::MAX - 9)), 20);
        assert_eq!(RtpTimestamp(5).minus(6), RtpTimestamp(u32::MAX));
        assert_eq!(SequenceNumber(0xFFFF).next(), SequenceNumber(0));
    }

    #[test]
    fn a_payload_type_has_seven_bits() {
        assert_eq!(PayloadType::new(127).map(PayloadType::value), Some(127));
        assert_eq!(PayloadType::new(128), None);
    }
}
