//! What a receiver knows of one stream of packets: which are new, how many were lost, how much they jitter
//! (RFC 3550 §6.4.1, A.1, A.3, A.8), and when another synchronization source has taken its place.

use crate::unit::{RtpTimestamp, SequenceNumber, Ssrc};

/// A jump ahead of more than this is a restart, not loss (RFC 3550 A.1).
const MAX_DROPOUT: i16 = 3000;
/// How far behind the newest a packet may be and still count as reordered.
const MAX_MISORDER: i16 = 100;

/// What a packet is to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Not seen before; play it.
    New,
    /// The first of a stream, or of one that began again: forget what was buffered.
    Restarted,
    /// Seen before.
    Duplicate,
    /// Out of every window, or another source that has not proved itself.
    Rejected,
}

/// Fields of a report block (RFC 3550 §6.4.1) about this stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    pub ssrc: Ssrc,
    pub fraction_lost: u8,
    pub cumulative_lost: i32,
    pub highest_sequence: u32,
    pub jitter: u32,
}

/// The stream now heard, and the candidate that may replace it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    stream: Option<Stream>,
    candidate: Option<(Ssrc, SequenceNumber)>,
    lost_before: i64,
}

#[derive(Clone, Debug)]
struct Stream {
    ssrc: Ssrc,
    first: u32,
    /// Highest sequence number with its cycles.
    highest: u32,
    /// Bit n: the packet n before the highest was received.
    window: u128,
    /// After a wild jump, the sequence number that would prove a restart.
    restart: Option<SequenceNumber>,
    received: u32,
    expected_prior: u32,
    received_prior: u32,
    transit: Option<u32>,
    /// Scaled by 16, as in RFC 3550 A.8.
    jitter: u32,
}

impl Source {
    /// Judges one packet. `arrival` is local time in timestamp units.
    pub fn receive(&mut self, ssrc: Ssrc, sequence: SequenceNumber, timestamp: RtpTimestamp, arrival: u32) -> Arrival {
        let verdict = match &mut self.stream {
            None => self.begin(ssrc, sequence),
            Some(stream) if stream.ssrc == ssrc => stream.receive(sequence),
            Some(_) => self.challenge(ssrc, sequence),
        };
        if matches!(verdict, Arrival::New | Arrival::Restarted) {
            self.candidate = None;
            if let Some(stream) = &mut self.stream {
                stream.note_transit(timestamp, arrival);
            }
        }
        verdict
    }

    /// Another source must send two packets in sequence before it is believed (RFC 3550 A.1, MIN_SEQUENTIAL).
    fn challenge(&mut self, ssrc: Ssrc, sequence: SequenceNumber) -> Arrival {
        if self.candidate == Some((ssrc, sequence)) {
            return self.begin(ssrc, sequence);
        }
        self.candidate = Some((ssrc, sequence.next()));
        Arrival::Rejected
    }

    fn begin(&mut self, ssrc: Ssrc, sequence: SequenceNumber) -> Arrival {
        self.lost_before = self.lost();
        self.stream = Some(Stream::new(ssrc, sequence));
        Arrival::Restarted
    }

    /// Timestamps count differently from now on: what is known of their spacing is void (RFC 7160 §3).
    pub fn change_clock(&mut self) {
        if let Some(stream) = &mut self.stream {
            (stream.transit, stream.jitter) = (None, 0);
        }
    }

    /// Who is heard.
    pub fn ssrc(&self) -> Option<Ssrc> {
        self.stream.as_ref().map(|stream| stream.ssrc)
    }

    /// Packets that never came, over all streams; duplicates do not make up for them.
    pub fn lost(&self) -> i64 {
        let now = self.stream.as_ref().map_or(0, |stream| i64::from(stream.lost()));
        self.lost_before + now.max(0)
    }

    /// The report block's fields; moves the interval on.
    pub fn report(&mut self) -> Option<Reception> {
        self.stream.as_mut().map(Stream::report)
    }
}

impl Stream {
    fn new(ssrc: Ssrc, sequence: SequenceNumber) -> Self {
        // One cycle ahead, so that a packet from before the first has a number too.
        let first = 0x1_0000 | u32::from(sequence.0);
        Self {
            ssrc,
            first,
            highest: first,
            window: 1,
            restart: None,
            received: 1,
            expected_prior: 0,
            received_prior: 0,
            transit: None,
            jitter: 0,
        }
    }

    fn receive(&mut self, sequence: SequenceNumber) -> Arrival {
        let ahead = sequence.since(SequenceNumber(self.highest as u16));
        let verdict = if (1..=MAX_DROPOUT).contains(&ahead) {
            self.advance(ahead.unsigned_abs().into())
        } else if (-MAX_MISORDER..=0).contains(&ahead) {
            self.look_back(ahead.unsigned_abs().into())
        } else {
            return self.jump(sequence);
        };
        self.restart = None;
        verdict
    }

    fn advance(&mut self, by: u32) -> Arrival {
        self.highest = self.highest.wrapping_add(by);
        self.window = self.window.checked_shl(by).unwrap_or(0) | 1;
        self.received = self.received.wrapping_add(1);
        Arrival::New
    }

    fn look_back(&mut self, behind: u32) -> Arrival {
        let bit = 1u128 << behind;
        if self.window & bit != 0 {
            return Arrival::Duplicate;
        }
        self.window |= bit;
        self.first = self.first.min(self.highest.wrapping_sub(behind));
        self.received = self.received.wrapping_add(1);
        Arrival::New
    }

    /// RFC 3550 A.1: two in sequence after a jump mean the other side restarted without a new source.
    fn jump(&mut self, sequence: SequenceNumber) -> Arrival {
        if self.restart == Some(sequence) {
            *self = Self::new(self.ssrc, sequence);
            return Arrival::Restarted;
        }
        self.restart = Some(sequence.next());
        Arrival::Rejected
    }

    /// RFC 3550 A.8, in integers.
    fn note_transit(&mut self, timestamp: RtpTimestamp, arrival: u32) {
        let transit = arrival.wrapping_sub(timestamp.0);
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
            let step = difference.min(1 << 20);
            self.jitter = (self.jitter + step).saturating_sub((self.jitter + 8) >> 4);
        }
    }

    fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.first).wrapping_add(1)
    }

    fn lost(&self) -> i32 {
        self.expected().wrapping_sub(self.received) as i32
    }

    /// RFC 3550 A.3.
    fn report(&mut self) -> Reception {
        let expected = self.expected().wrapping_sub(self.expected_prior);
        let received = self.received.wrapping_sub(self.received_prior);
        self.expected_prior = self.expected();
        self.received_prior = self.received;
        let lost = expected.saturating_sub(received);
        let fraction = (u64::from(lost) << 8).checked_div(expected.into()).unwrap_or(0);
        Reception {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            cumulative_lost: self.lost().clamp(-0x80_0000, 0x7F_FFFF),
            highest_sequence: self.highest.wrapping_sub(0x1_0000),
            jitter: self.jitter >> 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Ssrc = Ssrc(1);
    const B: Ssrc = Ssrc(2);

    fn feed(source: &mut Source, ssrc: Ssrc, sequences: &[u16]) -> Vec<Arrival> {
        let timestamp = |sequence: u16| u32::from(sequence) * 160;
        let receive = |sequence: &u16| {
            source.receive(ssrc, SequenceNumber(*sequence), RtpTimestamp(timestamp(*sequence)), timestamp(*sequence))
        };
        sequences.iter().map(receive).collect()
    }

    #[test]
    fn each_packet_is_new_once_whatever_the_order() {
        use Arrival::{Duplicate, New, Restarted};
        let mut source = Source::default();
        let verdicts = feed(&mut source, A, &[65534, 65535, 1, 0, 0, 65535, 2, 65533]);
        assert_eq!(verdicts, [Restarted, New, New, New, Duplicate, Duplicate, New, New]);
        assert_eq!(source.lost(), 0);
    }

    #[test]
    fn loss_is_what_was_expected_less_what_came() {
        let mut source = Source::default();
        feed(&mut source, A, &[65530, 65531, 65535, 4, 4, 4]);
        assert_eq!(source.lost(), 11 - 4);
        let report = source.report().expect("a stream");
        assert_eq!((report.cumulative_lost, report.highest_sequence), (7, 0x1_0004));
        assert_eq!(report.fraction_lost, (7 * 256 / 11) as u8);
        feed(&mut source, A, &[5, 6]);
        assert_eq!(source.report().map(|report| report.fraction_lost), Some(0));
    }

    #[test]
    fn a_jump_is_believed_at_its_second_packet() {
        use Arrival::{New, Rejected, Restarted};
        let mut source = Source::default();
        assert_eq!(feed(&mut source, A, &[10, 20_000, 11, 20_001]), [Restarted, Rejected, New, Rejected]);
        assert_eq!(feed(&mut source, A, &[20_002, 20_003]), [Restarted, New]);
    }

    #[test]
    fn another_source_needs_two_packets_in_sequence() {
        use Arrival::{New, Rejected, Restarted};
        let mut source = Source::default();
        feed(&mut source, A, &[1, 2]);
        assert_eq!(feed(&mut source, B, &[50]), [Rejected]);
        assert_eq!(feed(&mut source, A, &[3]), [New]);
        assert_eq!(feed(&mut source, B, &[51]), [Rejected], "the first source still speaks");
        assert_eq!(feed(&mut source, B, &[52, 53]), [Restarted, New]);
        assert_eq!(source.ssrc(), Some(B));
    }

    #[test]
    fn jitter_is_the_mean_deviation_of_the_spacing() {
        let mut source = Source::default();
        for n in 0u32..400 {
            let late = if n % 2 == 0 { 0 } else { 80 };
            source.receive(A, SequenceNumber(n as u16), RtpTimestamp(n * 160), n * 160 + late);
        }
        let jitter = source.report().expect("a stream").jitter;
        assert!((75..=81).contains(&jitter), "{jitter}");
    }
}
