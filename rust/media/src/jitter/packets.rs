//! A jitter buffer for a codec whose packets cannot be cut (Opus): packets in the order of their timestamps, in a fixed place.
//!
//! The place is a ring of octets and a list of who lies where. What comes in overwrites what came in longest ago, so a sender
//! of huge packets harms nobody but itself.

use super::depth::Depth;
use super::playout::{Place, Playout, Share, Turn};
use super::{Insertion, Outcome};
use crate::unit::RtpTimestamp;

/// Octets held: more than a quarter of a second at 256 kbit/s, more than two at the 24 kbit/s of a voice.
const CAPACITY: usize = 8192;
/// Packets held: half a second of 10 ms each.
const MAX_PACKETS: usize = 64;
/// The longest packet taken.
pub const MAX_PAYLOAD: usize = 1500;

#[derive(Clone, Copy, Debug)]
struct Slot {
    timestamp: RtpTimestamp,
    units: u32,
    start: usize,
    length: usize,
}

/// A packet that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    pub timestamp: RtpTimestamp,
    /// How long it plays.
    pub units: u32,
    pub payload: &'a [u8],
}

/// See the module's description.
#[derive(Clone, Debug)]
pub struct PacketBuffer {
    octets: Box<[u8; CAPACITY]>,
    /// Where the next packet is written.
    cursor: usize,
    slots: Vec<Slot>,
    playout: Playout,
}

impl PacketBuffer {
    /// For a clock with so many units in a tick.
    pub fn new(units_per_tick: u32) -> Self {
        Self {
            octets: Box::new([0; CAPACITY]),
            cursor: 0,
            slots: Vec::with_capacity(MAX_PACKETS),
            playout: Playout::new(units_per_tick),
        }
    }

    /// Forgets what is buffered; the next packet starts anew. The delay that was learned stays.
    pub fn restart(&mut self) {
        self.playout.restart();
        self.slots.clear();
    }

    /// How long packets wait from now on.
    pub fn set_depth(&mut self, depth: Depth) {
        self.playout.set_depth(depth);
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.playout.late()
    }

    /// Whether nothing that may still wait is urgent.
    pub fn is_well_fed(&self) -> bool {
        self.playout.is_well_fed()
    }

    /// Puts a packet that plays for `units` in its place. `marker` begins a talkspurt, which excuses a jump in time.
    pub fn insert(&mut self, timestamp: RtpTimestamp, marker: bool, units: u32, payload: &[u8]) -> Insertion {
        if units == 0 || payload.is_empty() || payload.len() > MAX_PAYLOAD {
            return Insertion::Unusable;
        }
        let Place { insertion, is_anew, .. } = self.playout.place(timestamp, marker, units);
        if is_anew {
            self.slots.clear();
        }
        if insertion == Insertion::Stored {
            self.store(timestamp, units, payload);
        }
        insertion
    }

    /// Begins a tick, and forgets what lies before it.
    pub fn turn(&mut self) -> Turn {
        let turn = self.playout.turn();
        if let Turn::Play(due) = turn {
            self.slots.retain(|slot| slot.timestamp.plus(slot.units).since(due) > 0);
        }
        turn
    }

    /// Ends a tick: how much of it was there.
    pub fn note(&mut self, share: Share) -> Outcome {
        self.playout.note(share)
    }

    /// The first packet that has not ended at `time`: it plays then, or is the next to play.
    pub fn first_after(&self, time: RtpTimestamp) -> Option<Held<'_>> {
        let ahead = |slot: &&Slot| slot.timestamp.since(time);
        let slot =
            self.slots.iter().filter(|slot| ahead(slot).saturating_add(slot.units as i32) > 0).min_by_key(ahead)?;
        let payload = self.octets.get(slot.start..slot.start + slot.length)?;
        Some(Held { timestamp: slot.timestamp, units: slot.units, payload })
    }

    fn store(&mut self, timestamp: RtpTimestamp, units: u32, payload: &[u8]) {
        let start = if self.cursor + payload.len() > CAPACITY { 0 } else { self.cursor };
        let end = start + payload.len();
        self.slots.retain(|slot| slot.start >= end || slot.start + slot.length <= start);
        if self.slots.len() >= MAX_PACKETS {
            self.slots.remove(0);
        }
        if let Some(room) = self.octets.get_mut(start..end) {
            room.copy_from_slice(payload);
            self.slots.push(Slot { timestamp, units, start, length: payload.len() });
        }
        self.cursor = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const TICK: u32 = 960;

    fn at(n: u32) -> RtpTimestamp {
        RtpTimestamp(n.wrapping_mul(TICK))
    }

    /// The first octet of the packet that plays in this tick.
    fn tick(buffer: &mut PacketBuffer) -> Option<u8> {
        let Turn::Play(due) = buffer.turn() else { return None };
        let held = buffer.first_after(due).filter(|held| held.timestamp.since(due) <= 0);
        let found = held.and_then(|held| held.payload.first().copied());
        buffer.note(if found.is_some() { Share::All } else { Share::None });
        found
    }

    #[test]
    fn packets_play_in_the_order_of_their_time_after_40_ms() {
        let mut buffer = PacketBuffer::new(TICK);
        let mut played = Vec::new();
        for n in [1, 3, 2, 4, 6, 5, 7, 8] {
            assert_eq!(buffer.insert(at(n), false, TICK, &[n as u8]), Insertion::Stored);
            played.push(tick(&mut buffer));
        }
        assert_eq!(played, [None, None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]);
        assert_eq!(buffer.late(), 0);
    }

    #[test]
    fn a_long_packet_plays_for_as_long_as_it_is_and_a_lost_one_shows_the_next() {
        let mut buffer = PacketBuffer::new(TICK);
        buffer.insert(at(1), false, 3 * TICK, &[1; 40]);
        buffer.insert(at(5), false, TICK, &[5; 40]);
        let played: Vec<_> = (0..7).map(|_| tick(&mut buffer)).collect();
        assert_eq!(played, [None, None, Some(1), Some(1), Some(1), None, Some(5)]);
        let mut buffer = PacketBuffer::new(TICK);
        buffer.insert(at(5), false, TICK, &[5; 40]);
        assert_eq!(buffer.first_after(at(4)).map(|held| (held.timestamp, held.payload.len())), Some((at(5), 40)));
        assert_eq!(buffer.first_after(at(6)), None);
    }

    #[test]
    fn what_is_no_packet_is_refused_and_what_is_too_much_pushes_out_the_oldest() {
        let mut buffer = PacketBuffer::new(TICK);
        assert_eq!(buffer.insert(at(1), false, 0, &[1]), Insertion::Unusable);
        assert_eq!(buffer.insert(at(1), false, TICK, &[]), Insertion::Unusable);
        assert_eq!(buffer.insert(at(1), false, TICK, &[0; MAX_PAYLOAD + 1]), Insertion::Unusable);
        for n in 1..10 {
            buffer.insert(at(n), false, TICK, &[n as u8; 1275]);
        }
        let held: Vec<u8> = (1..10).filter_map(|n| buffer.first_after(at(n))).map(|held| held.payload[0]).collect();
        assert_eq!(held, [4, 4, 4, 4, 5, 6, 7, 8, 9], "the first three were overwritten");
    }

    #[test]
    fn random_packets_never_panic_and_never_grow_the_buffer() {
        let mut random = Random::new(5);
        let mut buffer = PacketBuffer::new(TICK);
        for _ in 0..20_000 {
            let spread = if random.chance(0.01) { u64::from(u32::MAX) } else { 30_000 };
            let timestamp = RtpTimestamp(random.below(spread) as u32);
            let payload = vec![7; 1 + random.below(1500) as usize];
            buffer.insert(timestamp, random.chance(0.05), 120 + random.below(5640) as u32, &payload);
            if random.chance(0.5) {
                assert!(tick(&mut buffer).is_none_or(|octet| octet == 7));
            }
            assert!(buffer.slots.len() <= MAX_PACKETS && buffer.slots.capacity() == MAX_PACKETS);
        }
    }
}
