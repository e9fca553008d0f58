use super::depth::Depth;
use super::playout::MAX_AHEAD;
use super::*;
use crate::random::Random;

/// A buffer that is fed at the tick, as a leg feeds it.
#[derive(Default)]
struct Line {
    buffer: JitterBuffer,
    played: Vec<u8>,
    outcomes: Vec<Outcome>,
}

impl Line {
    /// Packet `n` of a stream: 160 octets that say which packet they are.
    fn receive(&mut self, n: u32) -> Insertion {
        self.receive_at(RtpTimestamp(n.wrapping_mul(160)), n as u8, 160, false)
    }

    fn receive_at(&mut self, timestamp: RtpTimestamp, octet: u8, length: usize, marker: bool) -> Insertion {
        self.buffer.insert(timestamp, marker, &[octet; MAX_PAYLOAD][..length])
    }

    fn tick(&mut self) -> Outcome {
        let (mut frame, mut mask) = ([0; SAMPLES_PER_TICK], Mask::default());
        let outcome = self.buffer.pop(&mut frame, &mut mask);
        self.outcomes.push(outcome);
        self.played.extend((0..SAMPLES_PER_TICK).map(|n| if mask.has(n) { frame[n] } else { 0 }));
        outcome
    }

    /// The first octet of each frame that was played whole.
    fn whole_frames(&self) -> Vec<u8> {
        let frames = self.outcomes.iter().zip(self.played.chunks_exact(SAMPLES_PER_TICK));
        frames.filter(|(outcome, _)| **outcome == Outcome::Packet).map(|(_, frame)| frame[0]).collect()
    }
}

#[test]
fn packets_play_in_order_after_40_ms() {
    let mut line = Line::default();
    for n in 1..=10 {
        line.receive(n);
        line.tick();
    }
    assert_eq!(line.outcomes[..3], [Outcome::Starved, Outcome::Starved, Outcome::Packet]);
    assert_eq!(line.whole_frames(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn reordered_packets_play_in_order() {
    let mut line = Line::default();
    for n in [1, 3, 2, 4, 6, 5, 7, 8] {
        line.receive(n);
        line.tick();
    }
    assert_eq!(line.whole_frames(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(line.buffer.late(), 0);
}

#[test]
fn packets_of_any_length_make_frames_of_20_ms() {
    for length in [80, 240, 320, 480, 37] {
        let mut line = Line::default();
        let (mut sent, mut octet) = (0, 0u8);
        for tick in 1..=60 {
            while sent < tick * 160 {
                line.receive_at(RtpTimestamp(sent as u32), octet, length, false);
                (sent, octet) = (sent + length, octet.wrapping_add(1));
            }
            line.tick();
        }
        let whole = line.outcomes.iter().filter(|outcome| **outcome == Outcome::Packet).count();
        assert!(whole >= 57, "{length}: {whole}");
        let start = line.outcomes.iter().position(|outcome| *outcome == Outcome::Packet).expect("played") * 160;
        let expected = (0..50 * 160).map(|n| (n / length) as u8);
        assert!(line.played[start..start + 50 * 160].iter().copied().eq(expected), "{length}");
    }
}

/// Ten packets at a depth that is said before they come.
fn line_of(depth: Depth) -> Line {
    let mut line = Line::default();
    line.buffer.set_depth(depth);
    for n in 1..=10 {
        line.receive(n);
        line.tick();
    }
    line
}

#[test]
fn the_depth_is_the_delay_that_packets_have() {
    let depths = [Depth::OFF, Depth::SMALL, Depth::MEDIUM, Depth::LARGE];
    let starved = |depth| line_of(depth).outcomes.iter().take_while(|outcome| **outcome == Outcome::Starved).count();
    assert_eq!(depths.map(starved), [0, 1, 2, 3]);
}

#[test]
fn a_deeper_buffer_waits_for_packets_that_a_shallow_one_loses() {
    let late = |depth: Depth| {
        let mut line = Line::default();
        line.buffer.set_depth(depth);
        for n in 1..=200 {
            // One in ten takes 60 ms longer.
            if n % 10 != 5 {
                line.receive(n);
            }
            if n % 10 == 8 {
                line.receive(n - 3);
            }
            line.tick();
        }
        line.buffer.late()
    };
    let lost = [Depth::LARGE, Depth::MEDIUM, Depth::SMALL, Depth::OFF].map(late);
    assert!(lost.is_sorted_by(|less, more| less < more), "{lost:?}");
    assert_eq!((lost[0], lost[3]), (0, 20));
}

#[test]
fn the_delay_never_grows_beyond_the_most_of_its_depth() {
    for (depth, most) in [(Depth::OFF, 1), (Depth::SMALL, 4), (Depth::MEDIUM, 7), (Depth::LARGE, 10)] {
        let mut line = line_of(depth);
        for n in 11..=400 {
            line.receive(n);
            if n % 12 == 0 {
                line.receive_at(RtpTimestamp((n - 14) * 160), 0, 160, false);
            }
            line.tick();
        }
        assert_eq!(line.buffer.delay_samples(), most * 160, "{depth:?}");
    }
}

#[test]
fn a_depth_that_changes_in_a_stream_waits_or_skips_and_goes_on_in_order() {
    let mut line = line_of(Depth::default());
    line.buffer.set_depth(Depth::LARGE);
    for n in 11..=20 {
        line.receive(n);
        line.tick();
    }
    assert_eq!(line.outcomes[10], Outcome::Conceal, "it waits for one frame");
    assert_eq!(line.whole_frames(), (1..=17).collect::<Vec<u8>>());
    line.buffer.set_depth(Depth::OFF);
    for n in 21..=30 {
        line.receive(n);
        line.tick();
    }
    assert_eq!(line.whole_frames()[17..], (21..=30).collect::<Vec<u8>>(), "three frames are not waited for");
    assert_eq!(line.outcomes.iter().filter(|outcome| **outcome == Outcome::Conceal).count(), 1);
    // What was skipped is gone: half a second later its place has another time.
    for n in 31..=60 {
        if !(43..=45).contains(&n) {
            line.receive(n);
        }
        line.tick();
    }
    assert!(line.played.iter().all(|octet| !(18..=20).contains(octet) && !(43..=45).contains(octet)));
}

#[test]
fn a_lost_packet_is_a_gap_of_its_length() {
    let mut line = Line::default();
    for n in 1..=12 {
        if n != 5 {
            line.receive(n);
        }
        line.tick();
    }
    assert_eq!(line.outcomes.iter().filter(|outcome| **outcome == Outcome::Conceal).count(), 1);
    assert_eq!(line.whole_frames(), [1, 2, 3, 4, 6, 7, 8, 9, 10]);
}

#[test]
fn a_stream_that_ends_is_concealed_for_60_ms_and_then_silent() {
    let mut line = Line::default();
    for n in 1..=5 {
        line.receive(n);
        line.tick();
    }
    let after: Vec<Outcome> = (0..7).map(|_| line.tick()).collect();
    assert_eq!(after[..2], [Outcome::Packet; 2]);
    assert_eq!(after[2..5], [Outcome::Conceal; 3]);
    assert_eq!(after[5..], [Outcome::Starved; 2]);
}

#[test]
fn late_packets_are_counted_and_make_the_delay_grow() {
    let mut line = Line::default();
    let mut random = Random::new(4);
    let mut waiting: Vec<(u32, u32)> = Vec::new();
    for tick in 0..1500 {
        let delay = if tick == 0 { 0 } else { random.below(6) as u32 };
        waiting.push((tick, tick + delay));
        let due: Vec<u32> = waiting.iter().filter(|(_, due)| *due <= tick).map(|(n, _)| *n).collect();
        waiting.retain(|(_, due)| *due > tick);
        for n in due {
            line.receive(n);
        }
        line.tick();
    }
    let late = line.buffer.late();
    assert!(line.buffer.delay_samples() >= 4 * 160, "{}", line.buffer.delay_samples());
    assert!((1..60).contains(&late), "{late}");
    let lost_later = line.outcomes[300..].iter().filter(|outcome| **outcome != Outcome::Packet).count();
    assert!(lost_later < 60, "{lost_later}");
}

#[test]
fn the_delay_shrinks_when_the_network_is_calm_again() {
    let mut line = Line::default();
    let mut n = 0;
    let mut calm = |line: &mut Line, ticks: u32| {
        for _ in 0..ticks {
            line.receive(n);
            line.tick();
            n += 1;
        }
    };
    calm(&mut line, 50);
    line.receive_at(RtpTimestamp(40 * 160), 0, 160, false);
    assert_eq!(line.buffer.delay_samples(), 3 * 160);
    calm(&mut line, 600);
    assert_eq!(line.buffer.delay_samples(), 2 * 160);
}

#[test]
fn a_clock_that_runs_fast_does_not_pile_audio_up() {
    let mut line = Line::default();
    let mut n = 0;
    for tick in 0..20_000 {
        line.receive(n);
        n += 1;
        if tick % 200 == 0 {
            line.receive(n);
            n += 1;
        }
        line.tick();
    }
    let waiting = RtpTimestamp(n.wrapping_mul(160)).since(line.buffer.playout.playhead());
    assert!(waiting <= (MAX_AHEAD + 1) * 160, "{waiting}");
    assert_eq!(line.buffer.late(), 0);
}

#[test]
fn timestamps_that_start_again_are_followed() {
    for far in [0x8000_0000u32, 5_000_000, 0xFFFF_0000] {
        let mut line = Line::default();
        (1..=20).for_each(|n| {
            line.receive(n);
            line.tick();
        });
        let before = line.whole_frames().len();
        for n in 0..20u32 {
            line.receive_at(RtpTimestamp(far.wrapping_add(n * 160)), 99, 160, false);
            line.tick();
        }
        assert!(line.whole_frames()[before..].iter().filter(|octet| **octet == 99).count() >= 14, "{far}");
    }
}

#[test]
fn a_marker_excuses_a_jump_at_once() {
    let mut line = Line::default();
    line.receive(1);
    line.tick();
    assert_eq!(line.receive_at(RtpTimestamp(900_000), 7, 160, false), Insertion::Adrift);
    assert_eq!(line.receive_at(RtpTimestamp(900_000), 7, 160, true), Insertion::Stored);
}

#[test]
fn the_wrap_of_the_timestamp_is_not_heard() {
    let mut line = Line::default();
    for n in 0..20u32 {
        line.receive_at(RtpTimestamp((n * 160).wrapping_sub(1600)), n as u8 + 1, 160, false);
        line.tick();
    }
    assert_eq!(line.whole_frames(), (1..=18).collect::<Vec<u8>>());
}

#[test]
fn random_packets_never_panic_and_never_play_what_was_not_sent() {
    let mut random = Random::new(5);
    for _ in 0..200 {
        let mut line = Line::default();
        let base = random.next_u64() as u32;
        for _ in 0..300 {
            let spread = if random.chance(0.1) { u64::from(u32::MAX) } else { 3000 };
            let timestamp = RtpTimestamp(base.wrapping_add(random.below(spread) as u32));
            let length = random.below(1281) as usize;
            line.receive_at(timestamp, 0xAA, length, random.chance(0.05));
            if random.chance(0.5) {
                line.tick();
            }
        }
        assert!(line.played.iter().all(|octet| matches!(octet, 0 | 0xAA)));
    }
}
