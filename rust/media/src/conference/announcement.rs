//! What is played to a whole conference: several clips at once, each heard over the others.

use std::sync::Arc;

use crate::clip::Clip;
use crate::ear::Samples;
use crate::event::{Event, EventSink, LegId, PlaybackEnd};
use crate::player::Player;
use crate::unit::SAMPLES_PER_TICK;

/// Clips that play at a time; the oldest gives way to one more.
pub const MAX_ANNOUNCEMENTS: usize = 8;

#[derive(Debug)]
struct Announcement {
    play_id: u64,
    player: Player,
}

/// Clips that play, the oldest first.
#[derive(Debug)]
pub struct Announcements {
    playing: Vec<Announcement>,
}

impl Default for Announcements {
    fn default() -> Self {
        Self { playing: Vec::with_capacity(MAX_ANNOUNCEMENTS) }
    }
}

impl Announcements {
    /// Plays once, over the others.
    pub fn play(&mut self, play_id: u64, clip: Arc<Clip>, events: &mut dyn EventSink) {
        if self.playing.len() >= MAX_ANNOUNCEMENTS {
            self.playing.remove(0).player.stop(PlaybackEnd::Replaced, &mut report(events));
        }
        let mut player = Player::default();
        player.play(play_id, clip, 1, &mut report(events));
        self.playing.push(Announcement { play_id, player });
    }

    /// Ends one of them, if it plays.
    pub fn stop(&mut self, play_id: u64, events: &mut dyn EventSink) {
        if let Some(index) = self.playing.iter().position(|announcement| announcement.play_id == play_id) {
            self.playing.remove(index).player.stop(PlaybackEnd::Stopped, &mut report(events));
        }
    }

    /// Ends all of them.
    pub fn close(&mut self, events: &mut dyn EventSink) {
        for mut announcement in self.playing.drain(..) {
            announcement.player.stop(PlaybackEnd::Closed, &mut report(events));
        }
    }

    /// The next 20 ms of all of them. False when nothing plays.
    pub fn fill(&mut self, frame: &mut Samples, events: &mut dyn EventSink) -> bool {
        let mut one = [0; SAMPLES_PER_TICK];
        let mut is_first = true;
        for announcement in &mut self.playing {
            if !announcement.player.fill_samples(&mut one, &mut report(events)) {
                continue;
            }
            if std::mem::take(&mut is_first) {
                *frame = one;
            } else {
                frame.iter_mut().zip(&one).for_each(|(sum, sample)| *sum = sum.saturating_add(*sample));
            }
        }
        self.playing.retain(|announcement| announcement.player.is_playing());
        !is_first
    }
}

fn report(events: &mut dyn EventSink) -> impl FnMut(u64, PlaybackEnd) + '_ {
    |play_id, reason| events.emit(Event::PlaybackFinished { leg: LegId::NONE, play_id, reason })
}
