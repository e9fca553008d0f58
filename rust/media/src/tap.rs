//! Taps: a copy of one direction of a leg for a reader on any thread, who may be slow or gone.
//!
//! The leg writes frames into a ring and never waits; a frame that nobody read for ten seconds is overwritten and counted.
//! Each sample word is an atomic, so that a frame which is overwritten while it is read is noticed and dropped, not torn
//! (a sequence lock: `begun` goes ahead of the words, `done` follows them). The reader is told at most every 100 ms.

use std::sync::atomic::{fence, AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

use crate::ear::Samples;
use crate::unit::SAMPLES_PER_TICK;

/// Frames that are kept for the reader: ten seconds.
pub const MAX_FRAMES: u64 = 500;
/// Octets of a frame as it is read.
pub const FRAME_OCTETS: usize = 2 * SAMPLES_PER_TICK;
/// Ticks between two events of one tap.
const EVENT_TICKS: u32 = 5;
/// More than are kept, so that the writer works on a place that no reader looks at.
const PLACES: u64 = MAX_FRAMES + 12;
/// Four samples each.
const WORDS: usize = SAMPLES_PER_TICK / 4;

/// Which direction is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Received,
    Sent,
}

#[derive(Debug)]
struct Ring {
    words: Box<[AtomicU64]>,
    /// Frames whose writing has begun.
    begun: AtomicU64,
    /// Frames that are complete.
    done: AtomicU64,
    /// Frames that the reader has had or missed.
    taken: AtomicU64,
    abandoned: AtomicBool,
}

/// The leg's end.
#[derive(Debug)]
pub struct TapWriter {
    tap_id: u64,
    side: Side,
    ring: Arc<Ring>,
    ticks_since_event: u32,
}

/// The reader's end. Dropped, it ends the tap.
#[derive(Debug)]
pub struct TapReader {
    ring: Arc<Ring>,
    next: u64,
    lost: u64,
}

/// The two ends of a tap. Allocates all that it ever needs.
pub fn open(tap_id: u64, side: Side) -> (TapWriter, TapReader) {
    let ring = Arc::new(Ring {
        words: (0..PLACES as usize * WORDS).map(|_| AtomicU64::new(0)).collect(),
        begun: AtomicU64::new(0),
        done: AtomicU64::new(0),
        taken: AtomicU64::new(0),
        abandoned: AtomicBool::new(false),
    });
    let writer = TapWriter { tap_id, side, ring: ring.clone(), ticks_since_event: EVENT_TICKS };
    (writer, TapReader { ring, next: 0, lost: 0 })
}

impl Ring {
    fn place(&self, frame: u64) -> &[AtomicU64] {
        let start = (frame % PLACES) as usize * WORDS;
        self.words.get(start..start + WORDS).unwrap_or_default()
    }

    fn has_waiting(&self) -> bool {
        self.done.load(Ordering::Relaxed) > self.taken.load(Ordering::Relaxed)
    }
}

impl TapWriter {
    /// Which tap this is.
    pub fn tap_id(&self) -> u64 {
        self.tap_id
    }

    /// Which direction it wants.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Whether nobody will ever read it again.
    pub fn is_abandoned(&self) -> bool {
        self.ring.abandoned.load(Ordering::Relaxed)
    }

    /// Whether frames wait that nobody has read.
    pub fn has_waiting(&self) -> bool {
        self.ring.has_waiting()
    }

    /// One tick. True when the reader is to be told.
    pub fn write(&mut self, frame: &Samples) -> bool {
        let number = self.ring.done.load(Ordering::Relaxed);
        self.ring.begun.store(number + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for (word, samples) in self.ring.place(number).iter().zip(frame.chunks_exact(4)) {
            let four = samples.iter().rev().fold(0, |word, sample| word << 16 | u64::from(*sample as u16));
            word.store(four, Ordering::Relaxed);
        }
        self.ring.done.store(number + 1, Ordering::Release);
        self.ticks_since_event = self.ticks_since_event.saturating_add(1);
        let is_due = self.ticks_since_event >= EVENT_TICKS;
        if is_due {
            self.ticks_since_event = 0;
        }
        is_due
    }
}

impl TapReader {
    /// Adds every frame that waits to `octets`, oldest first, as signed 16-bit little-endian.
    pub fn read(&mut self, octets: &mut Vec<u8>) {
        let done = self.ring.done.load(Ordering::Acquire);
        self.skip_to(done.saturating_sub(MAX_FRAMES));
        let start = octets.len();
        octets.reserve((done - self.next) as usize * FRAME_OCTETS);
        for frame in self.next..done {
            for word in self.ring.place(frame) {
                octets.extend_from_slice(&word.load(Ordering::Relaxed).to_le_bytes());
            }
        }
        fence(Ordering::Acquire);
        // What the writer has begun meanwhile has overwritten what was there a round earlier.
        let whole = self.ring.begun.load(Ordering::Relaxed).saturating_sub(PLACES).min(done);
        let torn = whole.saturating_sub(self.next) as usize;
        self.skip_to(whole);
        octets.drain(start..start + torn * FRAME_OCTETS);
        self.next = done;
        self.ring.taken.store(done, Ordering::Relaxed);
    }

    /// Frames that were overwritten before anybody read them.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn skip_to(&mut self, frame: u64) {
        self.lost += frame.saturating_sub(self.next);
        self.next = self.next.max(frame);
    }
}

impl Drop for TapReader {
    fn drop(&mut self) {
        self.ring.abandoned.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(value: i16) -> Samples {
        let mut samples = [value; SAMPLES_PER_TICK];
        samples[1] = -value;
        samples
    }

    fn write(writer: &mut TapWriter, values: std::ops::Range<i16>) {
        values.for_each(|value| {
            writer.write(&frame(value));
        });
    }

    fn read(reader: &mut TapReader) -> Vec<i16> {
        let mut octets = Vec::new();
        reader.read(&mut octets);
        octets.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    #[test]
    fn what_was_written_is_read_once_and_in_order() {
        let (mut writer, mut reader) = open(1, Side::Received);
        assert!(read(&mut reader).is_empty());
        write(&mut writer, 1..4);
        let samples = read(&mut reader);
        assert_eq!(samples.len(), 3 * SAMPLES_PER_TICK);
        let firsts: Vec<i16> = samples.chunks(SAMPLES_PER_TICK).flat_map(|frame| [frame[0], frame[1]]).collect();
        assert_eq!(firsts, [1, -1, 2, -2, 3, -3]);
        assert!(read(&mut reader).is_empty());
        assert!(!writer.has_waiting());
    }

    #[test]
    fn the_oldest_are_lost_and_counted_when_nobody_reads() {
        let (mut writer, mut reader) = open(1, Side::Sent);
        write(&mut writer, 0..1300);
        let samples = read(&mut reader);
        assert_eq!((samples.len(), samples[0], samples[samples.len() - 2]), (500 * SAMPLES_PER_TICK, 800, 1299));
        assert_eq!(reader.lost(), 800);
    }

    #[test]
    fn the_reader_is_told_at_once_and_then_every_hundred_milliseconds() {
        let (mut writer, _reader) = open(1, Side::Received);
        let told: Vec<usize> = (0..20).filter(|_| writer.write(&frame(1))).collect();
        assert_eq!(told, [0, 5, 10, 15]);
    }

    #[test]
    fn a_reader_on_another_thread_sees_whole_frames_only() {
        let (mut writer, mut reader) = open(1, Side::Received);
        let writing = std::thread::spawn(move || {
            (0..10).for_each(|_| write(&mut writer, 0..20_000));
        });
        let (mut seen, mut last) = (0u64, -1i64);
        while !writing.is_finished() || seen == 0 {
            for frame in read(&mut reader).chunks(SAMPLES_PER_TICK) {
                assert!(frame[2..].iter().all(|sample| *sample == frame[0]) && frame[1] == -frame[0]);
                assert_ne!(i64::from(frame[0]), last, "a frame came twice");
                last = frame[0].into();
                seen += 1;
            }
        }
        seen += read(&mut reader).len() as u64 / SAMPLES_PER_TICK as u64;
        assert_eq!(seen + reader.lost(), 200_000);
    }

    #[test]
    fn a_tap_without_a_reader_is_abandoned() {
        let (writer, reader) = open(1, Side::Received);
        assert!(!writer.is_abandoned());
        drop(reader);
        assert!(writer.is_abandoned());
    }
}
