//! The leg's side of a recording.

use std::sync::Arc;
use std::thread::Thread;

use rtrb::Producer;

use super::{Ending, What};
use crate::ear::Samples;
use crate::event::RecordingEnd;
use crate::silence::{Noticed, Watch};
use crate::unit::SAMPLES_PER_TICK;

/// What a pause leaves in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    Running,
    /// Nothing: the file is shorter than the call.
    Skip,
    /// Silence of the same length.
    Silence,
}

/// Pushes the frames of one leg. Dropped without `finish` it ends as closed.
#[derive(Debug)]
pub struct Tap {
    pub(super) recording_id: u64,
    pub(super) what: What,
    pub(super) producer: Producer<i16>,
    pub(super) ending: Arc<Ending>,
    pub(super) writer: Thread,
    pub(super) ticks_left: Option<u64>,
    pub(super) quiet: Option<Watch>,
    pub(super) pause: Pause,
    /// Frames that found no room.
    pub(super) owed: u32,
    pub(super) finished: bool,
}

impl Tap {
    /// Which recording this is.
    pub fn recording_id(&self) -> u64 {
        self.recording_id
    }

    /// Pauses or goes on.
    pub fn set_pause(&mut self, pause: Pause) {
        self.pause = pause;
    }

    /// One tick. Returns why the recording is over, if it is. `is_real` says that `heard` came from the network.
    pub fn record(&mut self, heard: &Samples, said: &Samples, is_real: bool) -> Option<RecordingEnd> {
        if self.producer.is_abandoned() {
            return Some(RecordingEnd::Closed);
        }
        match self.pause {
            Pause::Skip => return None,
            Pause::Silence => self.push(&[0; SAMPLES_PER_TICK], &[0; SAMPLES_PER_TICK]),
            Pause::Running => self.push(heard, said),
        }
        if let Some(left) = &mut self.ticks_left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return Some(RecordingEnd::MaxLength);
            }
        }
        let quiet = self.quiet.as_mut().filter(|_| self.pause == Pause::Running);
        quiet.is_some_and(|quiet| quiet.listen(heard, is_real) == Noticed::Silence).then_some(RecordingEnd::Silence)
    }

    /// Ends the recording; the writer reports it when the file is complete.
    pub fn finish(mut self, reason: RecordingEnd) {
        self.end(reason);
    }

    fn end(&mut self, reason: RecordingEnd) {
        if !std::mem::replace(&mut self.finished, true) {
            self.ending.set(reason, self.owed);
            self.writer.unpark();
        }
    }

    fn push(&mut self, heard: &Samples, said: &Samples) {
        let silence = [0; SAMPLES_PER_TICK];
        while self.owed > 0 && self.push_frame(&silence, &silence) {
            self.owed -= 1;
        }
        if self.owed > 0 || !self.push_frame(heard, said) {
            self.owed = self.owed.saturating_add(1);
        }
    }

    fn push_frame(&mut self, heard: &Samples, said: &Samples) -> bool {
        let pairs = heard.iter().zip(said);
        match self.what {
            What::Received => self.producer.push_entire_slice(heard).is_ok(),
            What::Sent => self.producer.push_entire_slice(said).is_ok(),
            What::Both => {
                let mut mixed = [0; SAMPLES_PER_TICK];
                mixed.iter_mut().zip(pairs).for_each(|(mix, (heard, said))| *mix = heard.saturating_add(*said));
                self.producer.push_entire_slice(&mixed).is_ok()
            }
            What::Dual => {
                let mut stereo = [0; SAMPLES_PER_TICK * 2];
                for (pair, (heard, said)) in stereo.chunks_exact_mut(2).zip(pairs) {
                    pair.copy_from_slice(&[*heard, *said]);
                }
                self.producer.push_entire_slice(&stereo).is_ok()
            }
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.end(RecordingEnd::Closed);
    }
}
