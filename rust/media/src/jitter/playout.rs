//! When what came is played. The rules are the same for octets and for packets; only the clock differs.
//!
//! Between a packet's arrival and its turn lies a delay that starts at the least of its `Depth`, grows by 20 ms up to the most
//! when packets come too late to be played, and shrinks again when five seconds have shown that it is not needed. Without the
//! rules for starting again, a phone that resets its timestamps would be silent for the rest of the call.

use super::depth::{Depth, MAX_DELAY};
use super::{Insertion, Outcome};
use crate::unit::RtpTimestamp;

/// A packet this many ticks ahead of the playhead means that too much is waiting; what is too old is skipped.
pub const MAX_AHEAD: i32 = MAX_DELAY + 6;
/// Ticks that can be held: half a second.
pub const CAPACITY_TICKS: u32 = 25;
/// Packets that in a row fit nowhere and then start the buffer anew.
const RESTART_AFTER: u8 = 4;
/// Packets looked at before the delay may shrink.
const SHRINK_WINDOW: u32 = 250;
/// Packets between two growths.
const GROW_PAUSE: u32 = 10;
/// Frames concealed before silence.
const MAX_CONCEALED: u32 = 3;

/// Where a packet goes, and what has to be forgotten for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub insertion: Insertion,
    /// Everything that is held belongs to another time.
    pub is_anew: bool,
    /// So much of its beginning comes too late.
    pub skipped: u32,
    /// So much from there on is not played any more.
    pub forgotten: Option<(RtpTimestamp, u32)>,
}

/// What a tick has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing ever came, or it began anew and nothing came since.
    Idle,
    /// The delay grows: nothing is taken.
    Wait,
    /// The frame from there on is due.
    Play(RtpTimestamp),
}

/// How much of a frame was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    None,
    Some,
    All,
}

/// See the module's description.
#[derive(Clone, Debug)]
pub struct Playout {
    /// Timestamp units of a tick.
    frame: i32,
    playhead: RtpTimestamp,
    /// The end of the packet that was stored last.
    newest: RtpTimestamp,
    running: bool,
    depth: Depth,
    delay: i32,
    /// Frames to give out as missing without moving the playhead.
    stretch: u32,
    missing_run: u32,
    misfits: u8,
    least_margin: i32,
    packets_in_window: u32,
    late: u64,
}

impl Playout {
    /// For a clock with so many units in a tick.
    pub fn new(units_per_tick: u32) -> Self {
        let (frame, depth) = (units_per_tick as i32, Depth::default());
        Self {
            frame,
            playhead: RtpTimestamp(0),
            newest: RtpTimestamp(0),
            running: false,
            depth,
            delay: depth.least(frame),
            stretch: 0,
            missing_run: MAX_CONCEALED,
            misfits: 0,
            least_margin: i32::MAX,
            packets_in_window: 0,
            late: 0,
        }
    }

    /// The next packet starts anew. The delay that was learned stays.
    pub fn restart(&mut self) {
        self.running = false;
        self.missing_run = MAX_CONCEALED;
        self.stretch = 0;
    }

    /// What comes from now on waits as long as this wants. What is not played any more for that is returned.
    pub fn set_depth(&mut self, depth: Depth) -> Option<(RtpTimestamp, u32)> {
        let delay = depth.adopt(self.delay, self.depth, self.frame);
        let (from, growth) = (self.playhead, (delay - self.delay) / self.frame);
        (self.depth, self.delay) = (depth, delay);
        self.reset_window();
        if !self.running {
            return None;
        }
        let growing = self.stretch as i32 + growth;
        self.stretch = growing.max(0).unsigned_abs();
        let skipped = (-growing).max(0).unsigned_abs() * self.frame.unsigned_abs();
        self.playhead = from.plus(skipped);
        (skipped > 0).then_some((from, skipped))
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The delay aimed at, in timestamp units.
    pub fn delay(&self) -> u32 {
        self.delay.unsigned_abs()
    }

    /// What is played next.
    #[cfg(test)]
    pub fn playhead(&self) -> RtpTimestamp {
        self.playhead
    }

    /// Whether what came last reaches a frame beyond the delay aimed at: then nothing that may still wait is urgent.
    pub fn is_well_fed(&self) -> bool {
        self.running && self.newest.since(self.playhead) >= self.delay + self.frame
    }

    /// Judges a packet of `length` units. `marker` begins a talkspurt, which excuses a jump in time.
    pub fn place(&mut self, timestamp: RtpTimestamp, marker: bool, length: u32) -> Place {
        let is_anew = !self.running;
        if is_anew {
            self.start_at(timestamp);
        }
        let margin = timestamp.since(self.playhead);
        let end = margin.saturating_add(length as i32);
        if end <= 0 {
            return self.place_late(timestamp, marker, length, margin);
        }
        if end > CAPACITY_TICKS as i32 * self.frame {
            return self.place_misfit(timestamp, marker, length);
        }
        self.misfits = 0;
        self.newest = timestamp.plus(length);
        let playhead = self.playhead;
        self.note_margin(margin);
        if margin > MAX_AHEAD * self.frame {
            self.playhead = timestamp.minus(self.delay());
        }
        let forgotten = self.playhead.since(playhead).unsigned_abs();
        Place {
            insertion: Insertion::Stored,
            is_anew,
            skipped: (-margin).max(0).unsigned_abs(),
            forgotten: (forgotten > 0).then_some((playhead, forgotten)),
        }
    }

    /// Begins a tick, and moves the playhead if there is something to play.
    pub fn turn(&mut self) -> Turn {
        if !self.running {
            return Turn::Idle;
        }
        if self.stretch > 0 {
            self.stretch -= 1;
            return Turn::Wait;
        }
        let due = self.playhead;
        self.playhead = due.plus(self.frame.unsigned_abs());
        Turn::Play(due)
    }

    /// What the tick is to the listener, who is told of a few missing frames as losses and of more as silence.
    pub fn note(&mut self, share: Share) -> Outcome {
        match share {
            Share::None if self.missing_run >= MAX_CONCEALED => Outcome::Starved,
            Share::None => {
                self.missing_run += 1;
                Outcome::Conceal
            }
            Share::Some => {
                self.missing_run = 0;
                Outcome::Conceal
            }
            Share::All => {
                self.missing_run = 0;
                Outcome::Packet
            }
        }
    }

    fn start_at(&mut self, timestamp: RtpTimestamp) {
        self.restart();
        self.running = true;
        self.misfits = 0;
        self.playhead = timestamp.minus(self.delay());
        self.reset_window();
    }

    fn place_late(&mut self, timestamp: RtpTimestamp, marker: bool, length: u32, margin: i32) -> Place {
        self.late += 1;
        let is_near = margin >= -MAX_AHEAD * self.frame;
        if is_near && self.packets_in_window >= GROW_PAUSE && self.delay < self.depth.most(self.frame) {
            self.delay += self.frame;
            self.stretch += 1;
            self.reset_window();
        }
        match self.place_misfit(timestamp, marker, length) {
            Place { insertion: Insertion::Adrift, .. } => refused(Insertion::Late),
            other => other,
        }
    }

    fn place_misfit(&mut self, timestamp: RtpTimestamp, marker: bool, length: u32) -> Place {
        self.misfits = self.misfits.saturating_add(1);
        if !marker && self.misfits < RESTART_AFTER {
            return refused(Insertion::Adrift);
        }
        self.start_at(timestamp);
        self.newest = timestamp.plus(length);
        Place { insertion: Insertion::Stored, is_anew: true, skipped: 0, forgotten: None }
    }

    /// Watches how early packets come; when for a whole window all came a frame earlier than needed, drops a frame.
    fn note_margin(&mut self, margin: i32) {
        self.least_margin = self.least_margin.min(margin);
        self.packets_in_window += 1;
        if self.packets_in_window < SHRINK_WINDOW {
            return;
        }
        if self.least_margin >= self.depth.least(self.frame) + self.frame {
            self.delay = (self.delay - self.frame).max(self.depth.least(self.frame));
            self.playhead = self.playhead.plus(self.frame.unsigned_abs());
        }
        self.reset_window();
    }

    fn reset_window(&mut self) {
        self.least_margin = i32::MAX;
        self.packets_in_window = 0;
    }
}

fn refused(insertion: Insertion) -> Place {
    Place { insertion, is_anew: false, skipped: 0, forgotten: None }
}
