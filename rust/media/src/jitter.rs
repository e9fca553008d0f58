//! A jitter buffer for codecs with one octet per timestamp unit (PCMU, PCMA, G.722): a ring of octets addressed by timestamp.
//!
//! Packets of any length from 1 octet to `MAX_PAYLOAD` go in at their timestamp in any order; a frame of 20 ms comes out at
//! each tick. What is lost is an `Outcome`, not an error. `playout` says when a packet is played; `packets` is the same for
//! a codec whose packets cannot be cut.
//!
//! The caller removes duplicates first (`source`), because a duplicate that comes late must not make the delay grow.

pub mod depth;
pub mod packets;
pub mod playout;

use crate::unit::{RtpTimestamp, SAMPLES_PER_TICK};
use depth::Depth;
use playout::{Place, Playout, Share, Turn};

/// Octets held: more than half a second.
const CAPACITY: usize = 4096;
const WORDS: usize = CAPACITY / 64;
/// The longest payload taken: 160 ms.
pub const MAX_PAYLOAD: usize = 1280;

/// One frame of octets and which of them are real.
pub type Octets = [u8; SAMPLES_PER_TICK];

/// Bit n says that sample n of a frame was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mask([u64; 3]);

impl Mask {
    /// Whether sample `n` is there.
    pub fn has(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 != 0)
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

/// What a tick gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A whole frame.
    Packet,
    /// Some or all of it is missing while the stream goes on; the mask says which.
    Conceal,
    /// Nothing is coming: not yet, or not any more.
    Starved,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    Stored,
    Late,
    /// It fits nowhere; a few in a row start the buffer anew.
    Adrift,
    /// Empty or longer than `MAX_PAYLOAD`.
    Unusable,
}

/// See the module's description.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    octets: Box<[u8; CAPACITY]>,
    filled: [u64; WORDS],
    playout: Playout,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        let playout = Playout::new(SAMPLES_PER_TICK as u32);
        Self { octets: Box::new([0; CAPACITY]), filled: [0; WORDS], playout }
    }
}

impl JitterBuffer {
    /// Forgets what is buffered; the next packet starts anew. The delay that was learned stays.
    pub fn restart(&mut self) {
        self.playout.restart();
        self.filled = [0; WORDS];
    }

    /// How long packets wait from now on.
    pub fn set_depth(&mut self, depth: Depth) {
        if let Some((from, length)) = self.playout.set_depth(depth) {
            self.forget(index_of(from), (length as usize).min(CAPACITY));
        }
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.playout.late()
    }

    /// The delay aimed at, in samples.
    pub fn delay_samples(&self) -> u32 {
        self.playout.delay()
    }

    /// Whether nothing that may still wait is urgent.
    pub fn is_well_fed(&self) -> bool {
        self.playout.is_well_fed()
    }

    /// Puts a payload in its place. `marker` begins a talkspurt, which excuses a jump in time.
    pub fn insert(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8]) -> Insertion {
        if payload.is_empty() || payload.len() > MAX_PAYLOAD {
            return Insertion::Unusable;
        }
        let Place { insertion, is_anew, skipped, forgotten } =
            self.playout.place(timestamp, marker, payload.len() as u32);
        if is_anew {
            self.filled = [0; WORDS];
        }
        if insertion == Insertion::Stored {
            self.store(timestamp.plus(skipped), payload.get(skipped as usize..).unwrap_or_default());
        }
        if let Some((from, length)) = forgotten {
            self.forget(index_of(from), (length as usize).min(CAPACITY));
        }
        insertion
    }

    /// The frame of this tick into `frame`; what is missing by the mask is noise.
    pub fn pop(&mut self, frame: &mut Octets, mask: &mut Mask) -> Outcome {
        *mask = Mask::default();
        match self.playout.turn() {
            Turn::Idle => return Outcome::Starved,
            Turn::Wait => return self.playout.note(Share::None),
            Turn::Play(due) => self.take(due, frame, mask),
        }
        self.playout.note(match mask.count() as usize {
            0 => Share::None,
            SAMPLES_PER_TICK => Share::All,
            _ => Share::Some,
        })
    }

    fn store(&mut self, timestamp: RtpTimestamp, payload: &[u8]) {
        let start = index_of(timestamp);
        let (first, second) = payload.split_at(payload.len().min(CAPACITY - start));
        self.octets[start..start + first.len()].copy_from_slice(first);
        self.octets[..second.len()].copy_from_slice(second);
        each_word(start, first.len(), |word, bits| self.filled[word] |= bits);
        each_word(0, second.len(), |word, bits| self.filled[word] |= bits);
    }

    fn take(&mut self, due: RtpTimestamp, frame: &mut Octets, mask: &mut Mask) {
        let start = index_of(due);
        *mask = Mask([self.bits(start), self.bits(start + 64), self.bits(start + 128) & 0xFFFF_FFFF]);
        let first = SAMPLES_PER_TICK.min(CAPACITY - start);
        let (head, tail) = frame.split_at_mut(first);
        head.copy_from_slice(&self.octets[start..start + first]);
        tail.copy_from_slice(&self.octets[..SAMPLES_PER_TICK - first]);
        self.forget(start, SAMPLES_PER_TICK);
    }

    /// 64 bits of `filled` from any bit on.
    fn bits(&self, at: usize) -> u64 {
        let (word, shift) = (at / 64 % WORDS, at % 64);
        let low = self.filled[word] >> shift;
        if shift == 0 {
            return low;
        }
        low | self.filled[(word + 1) % WORDS] << (64 - shift)
    }

    /// Empties `length` places from `start` on and around.
    fn forget(&mut self, start: usize, length: usize) {
        let first = length.min(CAPACITY - start);
        each_word(start, first, |word, bits| self.filled[word] &= !bits);
        each_word(0, length - first, |word, bits| self.filled[word] &= !bits);
    }
}

fn index_of(timestamp: RtpTimestamp) -> usize {
    timestamp.0 as usize % CAPACITY
}

/// Calls `act` with each word that `length` bits from `start` touch, and the bits in it; the run does not wrap.
fn each_word(start: usize, length: usize, mut act: impl FnMut(usize, u64)) {
    let mut at = start;
    let end = start + length;
    while at < end {
        let run = (64 - at % 64).min(end - at);
        let bits = if run == 64 { u64::MAX } else { (1 << run) - 1 };
        act(at / 64, bits << (at % 64));
        at += run;
    }
}

#[cfg(test)]
mod tests;
