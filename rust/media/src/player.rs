//! Plays clips on one leg, one after the other without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use ringback_dsp::g711::Law;

use crate::clip::Clip;
use crate::ear::Samples;
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
        self.fill_from(|clip| clip.codes(law), law.silence(), frame, ended)
    }

    /// The same as samples.
    pub fn fill_samples(&mut self, frame: &mut Samples, ended: &mut impl FnMut(u64, PlaybackEnd)) -> bool {
        self.fill_from(Clip::samples, 0, frame, ended)
    }

    fn fill_from<T: Copy>(
        &mut self,
        audio: impl Fn(&Clip) -> &[T],
        silence: T,
        frame: &mut [T],
        ended: &mut impl FnMut(u64, PlaybackEnd),
    ) -> bool {
        let mut filled = 0;
        while filled < frame.len() {
            let Some(playing) = self.queue.front_mut() else {
                break;
            };
            filled += playing.copy(&audio, frame.get_mut(filled..).unwrap_or_default());
            if playing.has_ended() {
                ended(playing.play_id, PlaybackEnd::Done);
                self.queue.pop_front();
            }
        }
        frame.get_mut(filled..).unwrap_or_default().fill(silence);
        filled > 0
    }
}

impl Playing {
    fn copy<T: Copy>(&mut self, audio: impl Fn(&Clip) -> &[T], frame: &mut [T]) -> usize {
        let rest = audio(&self.clip).get(self.position..).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::SAMPLES_PER_TICK;

    /// A clip whose samples are all `level`, and a player's ends.
    fn clip(level: i16, samples: usize) -> Arc<Clip> {
        Arc::new(Clip::new(vec![level; samples]))
    }

    fn frame(player: &mut Player, ends: &mut Vec<(u64, PlaybackEnd)>) -> (Octets, bool) {
        let mut frame = [0; SAMPLES_PER_TICK];
        let played = player.fill(Law::Mu, &mut frame, &mut |play_id, reason| ends.push((play_id, reason)));
        (frame, played)
    }

    #[test]
    fn clips_follow_each_other_without_a_gap_and_end_in_silence() {
        let (mut player, mut ends) = (Player::default(), Vec::new());
        player.play(1, clip(1000, 200), 1, &mut |_, _| {});
        player.play_queued(2, clip(-1000, 100), &mut |_, _| {});
        frame(&mut player, &mut ends);
        assert!(ends.is_empty());
        let (second, _) = frame(&mut player, &mut ends);
        assert_eq!(ends, [(1, PlaybackEnd::Done), (2, PlaybackEnd::Done)]);
        let level = |n: usize| Law::Mu.decode_sample(second[n]).signum();
        assert_eq!((level(0), level(39), level(40), level(139), level(140)), (1, 1, -1, -1, 0));
        assert!(!frame(&mut player, &mut ends).1);
    }

    #[test]
    fn a_clip_plays_as_often_as_it_is_told() {
        let (mut player, mut ends) = (Player::default(), Vec::new());
        player.play(1, clip(1000, 240), 3, &mut |_, _| {});
        let played = (0..10).filter(|_| frame(&mut player, &mut ends).1).count();
        assert_eq!((played, ends.len()), (5, 1));
        player.play(2, clip(1000, 7), 0, &mut |_, _| {});
        assert_eq!((0..1000).filter(|_| frame(&mut player, &mut ends).1).count(), 1000);
        assert_eq!(ends.len(), 1);
    }

    #[test]
    fn playing_replaces_and_stopping_stops_everything() {
        let (mut player, mut ends) = (Player::default(), Vec::new());
        player.play(1, clip(1, 900), 0, &mut |_, _| {});
        player.play_queued(2, clip(1, 900), &mut |_, _| {});
        player.play(3, clip(1, 900), 1, &mut |play_id, reason| ends.push((play_id, reason)));
        assert_eq!(ends, [(1, PlaybackEnd::Replaced), (2, PlaybackEnd::Replaced)]);
        player.stop(PlaybackEnd::Stopped, &mut |play_id, reason| ends.push((play_id, reason)));
        assert_eq!(ends.last(), Some(&(3, PlaybackEnd::Stopped)));
        assert!(!player.is_playing());
    }

    #[test]
    fn an_empty_clip_ends_at_once_even_for_ever() {
        let (mut player, mut ends) = (Player::default(), Vec::new());
        player.play(1, clip(0, 0), 0, &mut |_, _| {});
        assert!(!frame(&mut player, &mut ends).1);
        assert_eq!(ends, [(1, PlaybackEnd::Done)]);
    }

    #[test]
    fn what_waits_behind_an_endless_clip_comes_after_its_turn_and_the_queue_is_bounded() {
        let (mut player, mut ends) = (Player::default(), Vec::new());
        player.play(1, clip(1000, 160), 0, &mut |_, _| {});
        player.play_queued(2, clip(1000, 160), &mut |_, _| {});
        frame(&mut player, &mut ends);
        assert_eq!(ends, [(1, PlaybackEnd::Done)]);
        (3..1000)
            .for_each(|id| player.play_queued(id, clip(1, 1), &mut |play_id, reason| ends.push((play_id, reason))));
        assert_eq!(ends.iter().filter(|(_, reason)| *reason == PlaybackEnd::Stopped).count(), 997 - MAX_QUEUED);
    }
}
