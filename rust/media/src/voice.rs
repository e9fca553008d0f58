//! Each beginning and each end of speech on a leg.

use ringback_dsp::vad::{SpeechEvent, SpeechSegmenter};

use crate::ear::Samples;
use crate::unit::RATE_HZ;

/// Silence after which speech has ended. Shorter, and people are interrupted where they take breath.
pub const END_SILENCE_SECONDS: f64 = 0.5;

/// What was noticed in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Started,
    Stopped,
}

/// Listens until it is dropped.
#[derive(Clone, Debug)]
pub struct VoiceWatch {
    segmenter: SpeechSegmenter,
}

impl Default for VoiceWatch {
    fn default() -> Self {
        Self { segmenter: SpeechSegmenter::new(RATE_HZ, END_SILENCE_SECONDS) }
    }
}

impl VoiceWatch {
    /// One frame. A frame that did not come from the network is quiet, and says nothing about the noise of the line.
    pub fn listen(&mut self, frame: &Samples, is_real: bool) -> Option<Turn> {
        let frame: &[i16] = if is_real { frame } else { &[] };
        self.segmenter.observe(frame).map(|event| match event {
            SpeechEvent::Began { .. } => Turn::Started,
            SpeechEvent::Ended { .. } => Turn::Stopped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::SAMPLES_PER_TICK;

    /// A vowel: a pulse 120 times a second through a resonance.
    fn vowel(frames: usize) -> Vec<Samples> {
        let (mut y1, mut y2) = (0.0f64, 0.0f64);
        let samples: Vec<i16> = (0..frames * SAMPLES_PER_TICK)
            .map(|n| {
                let pulse = if n % 66 == 0 { 6000.0 } else { 0.0 };
                let y = pulse + 1.7 * y1 - 0.9 * y2;
                (y1, y2) = (y, y1);
                y.clamp(-20_000.0, 20_000.0) as i16
            })
            .collect();
        samples.chunks_exact(SAMPLES_PER_TICK).map(|frame| frame.try_into().expect("a frame")).collect()
    }

    #[test]
    fn speech_starts_and_stops_as_often_as_it_is_heard() {
        let mut watch = VoiceWatch::default();
        let mut turns = Vec::new();
        for _ in 0..3 {
            let quiet = std::iter::repeat_n([2; SAMPLES_PER_TICK], 40);
            turns.extend(quiet.chain(vowel(30)).filter_map(|frame| watch.listen(&frame, true)));
        }
        turns.extend((0..60).filter_map(|_| watch.listen(&[0; SAMPLES_PER_TICK], false)));
        assert_eq!(turns, [Turn::Started, Turn::Stopped].repeat(3));
    }

    #[test]
    fn frames_that_never_came_are_not_speech_whatever_they_hold() {
        let mut watch = VoiceWatch::default();
        assert!(vowel(100).iter().all(|frame| watch.listen(frame, false).is_none()));
    }
}
