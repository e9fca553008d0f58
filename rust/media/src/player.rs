//! Plays clips on one leg, one after the other without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use ringback_dsp::g711::Law;

use crate::clip::Clip;
use crate::event::PlaybackEnd;
use crate::jitter::Octets;

/// Clips that may wait behind the one that plays; what comes after is dropped as stopped.
pub const MAX_QUEUED: usize = 256;

#[derive(Debug)]
struct Playing {
    play_id: u64,
    clip: Arc<Clip>,
    position: usize,
    /// Turns left, this one included; `None` for ever.
    turns: Option<u32>,
}

/// A queue of clips; the first one plays.
#[derive(Debug)]
pub struct Player {
    queue: VecDeque<Playing>,
}

impl Default for Player {
    fn default() -> Self {
        Self { queue: VecDeque::with_capacity(4) }
    }
}

impl Player {
    /// Whether there is anything to play.
    pub fn is_playing(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Replaces everything; `loops` 0 is for ever.
    pub fn play(&mut self, play_id: u64, clip: Arc<Clip>, loops: u32, ended: &mut impl FnMut(u64, PlaybackEnd)) {
        self.stop(PlaybackEnd::Replaced, ended);
        self.queue.push_back(Playing { play_id, clip, position: 0, turns: (loops > 0).then_some(loops) });
    }

    /// Plays once behind what plays.
    pub fn play_queued(&mut self, play_id: u64, clip: Arc<Clip>, ended: &mut impl FnMut(u64, PlaybackEnd)) {
        if self.queue.len() > MAX_QUEUED {
            ended(play_id, PlaybackEnd::Stopped);
            return;
        }
        // A clip that plays for ever ends its turn first, else nothing behind it would ever play.
        if let Some(last @ Playing { turns: None, .. }) = self.queue.back_mut() {
            last.turns = Some(1);
        }
        self.queue.push_back(Playing { play_id, clip, position: 0, turns: Some(1) });
    }

    /// Ends everything for one reason.
    pub fn stop(&mut self, reason: PlaybackEnd, ended: &mut impl FnMut(u64, PlaybackEnd)) {
        for playing in self.queue.drain(..) {
            ended(playing.play_id, reason);
        }
    }

    /// The next 20 ms into `frame`, the rest of a last short frame as silence. False when there is nothing to play.
    pub fn fill(&mut self, law: Law, frame: &mut Octets, ended: &mut impl FnMut(u64, PlaybackEnd)) -> bool {
        let mut filled = 0;
        while filled < frame.len() {
            let Some(playing) = self.queue.front_mut() else {
                break;
            };
            filled += playing.copy(law, frame.get_mut(filled..).unwrap_or_default());
            if playing.has_ended() {
                ended(playing.play_id, PlaybackEnd::Done);
                self.queue.pop_front();
            }
        }
        frame.get_mut(filled..).unwrap_or_default().fill(law.silence());
        filled > 0
    }
}

impl Playing {
    fn copy(&mut self, law: Law, frame: &mut [u8]) -> usize {
        let rest = self.clip.codes(law).get(self.position..).unwrap_or_default();
        let count = rest.len().min(frame.len());
        if let (Some(to), Some(from)) = (frame.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.position += count;
        count
    }

    /// At the end of a turn, begins the next one if there is one.
    fn has_ended(&mut self) -> bool {
        let length = self.clip.samples().len();
        if self.position < length {
            return false;
        }
        self.position = 0;
        if let Some(turns) = &mut self.turns {
            *turns = turns.saturating_sub(1);
        }
        length == 0 || self.turns == Some(0)
    }
}
