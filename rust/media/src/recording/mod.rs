//! Recordings: a `Tap` on the leg pushes samples into a ring without ever waiting; the `Writer` thread empties the rings into
//! WAV files ten times a second and brings each header up to date twice a second.
//!
//! A ring holds two seconds. If the disk is slower than that, frames are dropped, and silence of the same length is written
//! when there is room again or at the end, so that a recording keeps its time.

mod tap;
mod writer;

pub use tap::{Pause, Tap};
pub use writer::{open, Job, Writer};

use std::sync::atomic::{AtomicU32, AtomicU8, Ordering};

use crate::event::RecordingEnd;

/// Which audio goes into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Received,
    Sent,
    /// Received and sent, mixed.
    Both,
    /// Received left, sent right.
    Dual,
}

impl What {
    /// Channels in the file.
    pub fn channels(self) -> u16 {
        if self == What::Dual {
            2
        } else {
            1
        }
    }
}

/// Carries the reason of the end from the tap to the writer. Set after the last sample was pushed.
#[derive(Debug, Default)]
struct Ending {
    reason: AtomicU8,
    /// Frames at the end that found no room in the ring.
    owed: AtomicU32,
}

impl Ending {
    fn set(&self, reason: RecordingEnd, owed: u32) {
        let code = match reason {
            RecordingEnd::Stopped => 1,
            RecordingEnd::MaxLength => 2,
            RecordingEnd::Silence => 3,
            RecordingEnd::Closed | RecordingEnd::Failed(_) => 4,
        };
        self.owed.store(owed, Ordering::Relaxed);
        self.reason.store(code, Ordering::Release);
    }

    fn get(&self) -> Option<RecordingEnd> {
        match self.reason.load(Ordering::Acquire) {
            0 => None,
            1 => Some(RecordingEnd::Stopped),
            2 => Some(RecordingEnd::MaxLength),
            3 => Some(RecordingEnd::Silence),
            _ => Some(RecordingEnd::Closed),
        }
    }
}
