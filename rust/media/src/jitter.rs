//! A jitter buffer for codecs with one octet per timestamp unit (PCMU, PCMA, G.722): a ring of octets addressed by timestamp.
//!
//! Packets of any length from 1 octet to `MAX_PAYLOAD` go in at their timestamp in any order; a frame of 20 ms comes out at
//! each tick. Between them lies a delay that starts at 40 ms, grows by 20 ms when packets come too late to be played, and
//! shrinks again when five seconds have shown that it is not needed. What is lost is an `Outcome`, not an error. Without the
//! rules for starting again, a phone that resets its timestamps would be silent for the rest of the call.
//!
//! The caller removes duplicates first (`source`), because a duplicate that comes late must not make the delay grow.

use crate::unit::{RtpTimestamp, SAMPLES_PER_TICK};

/// Octets held: half a second.
const CAPACITY: usize = 4096;
const WORDS: usize = CAPACITY / 64;
const FRAME: i32 = SAMPLES_PER_TICK as i32;
/// The longest payload taken: 160 ms.
pub const MAX_PAYLOAD: usize = 1280;
/// The delay at the start, and the least.
const MIN_DELAY: i32 = 2 * FRAME;
/// The most the delay grows to.
const MAX_DELAY: i32 = 10 * FRAME;
/// A packet this far ahead of the playhead means that too much is waiting; what is too old is skipped.
const MAX_AHEAD: i32 = MAX_DELAY + 6 * FRAME;
/// Packets that in a row fit nowhere and then start the buffer anew.
const RESTART_AFTER: u8 = 4;
/// Packets looked at before the delay may shrink.
const SHRINK_WINDOW: u32 = 250;
/// Packets between two growths.
const GROW_PAUSE: u32 = 10;
/// Frames concealed before silence.
const MAX_CONCEALED: u32 = 3;

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
    playhead: RtpTimestamp,
    /// The end of the packet that was stored last.
    newest: RtpTimestamp,
    running: bool,
    delay: i32,
    /// Frames to give out as missing without moving the playhead.
    stretch: u32,
    missing_run: u32,
    misfits: u8,
    least_margin: i32,
    packets_in_window: u32,
    late: u64,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self {
            octets: Box::new([0; CAPACITY]),
            filled: [0; WORDS],
            playhead: RtpTimestamp(0),
            newest: RtpTimestamp(0),
            running: false,
            delay: MIN_DELAY,
            stretch: 0,
            missing_run: MAX_CONCEALED,
            misfits: 0,
            least_margin: i32::MAX,
            packets_in_window: 0,
            late: 0,
        }
    }
}

impl JitterBuffer {
    /// Forgets what is buffered; the next packet starts anew. The delay that was learned stays.
    pub fn restart(&mut self) {
        self.running = false;
        self.filled = [0; WORDS];
        self.missing_run = MAX_CONCEALED;
        self.stretch = 0;
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The delay aimed at, in samples.
    pub fn delay_samples(&self) -> u32 {
        self.delay.unsigned_abs()
    }

    /// Whether what came last reaches a frame beyond the delay aimed at: then nothing that may still wait is urgent.
    pub fn is_well_fed(&self) -> bool {
        self.running && self.newest.since(self.playhead) >= self.delay + FRAME
    }

    /// Puts a payload in its place. `marker` begins a talkspurt, which excuses a jump in time.
    pub fn insert(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8]) -> Insertion {
        if payload.is_empty() || payload.len() > MAX_PAYLOAD {
            return Insertion::Unusable;
        }
        if !self.running {
            self.start_at(timestamp);
        }
        let length = payload.len() as i32;
        let margin = timestamp.since(self.playhead);
        if margin.saturating_add(length) <= 0 {
            return self.receive_late(timestamp, marker, payload, margin);
        }
        if margin.saturating_add(length) > CAPACITY as i32 {
            return self.receive_misfit(timestamp, marker, payload);
        }
        self.misfits = 0;
        self.note_margin(margin);
        let skipped = (-margin).max(0) as u32;
        self.store(timestamp.plus(skipped), payload.get(skipped as usize..).unwrap_or_default());
        if margin > MAX_AHEAD {
            self.skip_to(timestamp.minus(self.delay_samples()));
        }
        Insertion::Stored
    }

    /// The frame of this tick into `frame`; what is missing by the mask is noise.
    pub fn pop(&mut self, frame: &mut Octets, mask: &mut Mask) -> Outcome {
        *mask = Mask::default();
        if !self.running {
            return Outcome::Starved;
        }
        if self.stretch > 0 {
            self.stretch -= 1;
            return self.missing();
        }
        self.take(frame, mask);
        self.playhead = self.playhead.plus(FRAME as u32);
        match mask.count() as usize {
            0 => self.missing(),
            SAMPLES_PER_TICK => {
                self.missing_run = 0;
                Outcome::Packet
            }
            _ => {
                self.missing_run = 0;
                Outcome::Conceal
            }
        }
    }

    fn missing(&mut self) -> Outcome {
        if self.missing_run < MAX_CONCEALED {
            self.missing_run += 1;
            return Outcome::Conceal;
        }
        Outcome::Starved
    }

    fn start_at(&mut self, timestamp: RtpTimestamp) {
        self.restart();
        self.running = true;
        self.misfits = 0;
        self.playhead = timestamp.minus(self.delay_samples());
        self.reset_window();
    }

    fn receive_late(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8], margin: i32) -> Insertion {
        self.late += 1;
        if margin >= -MAX_AHEAD && self.packets_in_window >= GROW_PAUSE && self.delay < MAX_DELAY {
            self.delay += FRAME;
            self.stretch += 1;
            self.reset_window();
        }
        match self.receive_misfit(timestamp, marker, payload) {
            Insertion::Adrift => Insertion::Late,
            other => other,
        }
    }

    fn receive_misfit(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8]) -> Insertion {
        self.misfits = self.misfits.saturating_add(1);
        if !marker && self.misfits < RESTART_AFTER {
            return Insertion::Adrift;
        }
        self.start_at(timestamp);
        self.store(timestamp, payload);
        Insertion::Stored
    }

    /// Watches how early packets come; when for a whole window all came a frame earlier than needed, drops a frame.
    fn note_margin(&mut self, margin: i32) {
        self.least_margin = self.least_margin.min(margin);
        self.packets_in_window += 1;
        if self.packets_in_window < SHRINK_WINDOW {
            return;
        }
        if self.least_margin >= MIN_DELAY + FRAME {
            self.delay = (self.delay - FRAME).max(MIN_DELAY);
            self.skip_to(self.playhead.plus(FRAME as u32));
        }
        self.reset_window();
    }

    fn reset_window(&mut self) {
        self.least_margin = i32::MAX;
        self.packets_in_window = 0;
    }

    fn skip_to(&mut self, playhead: RtpTimestamp) {
        let skipped = playhead.since(self.playhead).clamp(0, CAPACITY as i32) as usize;
        self.forget(index_of(self.playhead), skipped);
        self.playhead = playhead;
    }

    fn store(&mut self, timestamp: RtpTimestamp, payload: &[u8]) {
        self.newest = timestamp.plus(payload.len() as u32);
        let start = index_of(timestamp);
        let (first, second) = payload.split_at(payload.len().min(CAPACITY - start));
        self.octets[start..start + first.len()].copy_from_slice(first);
        self.octets[..second.len()].copy_from_slice(second);
        each_word(start, first.len(), |word, bits| self.filled[word] |= bits);
        each_word(0, second.len(), |word, bits| self.filled[word] |= bits);
    }

    fn take(&mut self, frame: &mut Octets, mask: &mut Mask) {
        let start = index_of(self.playhead);
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
