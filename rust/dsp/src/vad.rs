//! Where speech begins and ends, sharply enough to cut utterances for a recognizer.
//!
//! `silence` asks only whether it is loud. Here a loud frame has to look like speech: voiced sounds cross zero seldom
//! (their energy is below 1 kHz), noise and hiss often, and keys, beeps and ringing are pure tones. An utterance begins when
//! most of the last frames were voiced and reaches back over the unvoiced consonant before them; it ends after a given
//! silence. A recognizer that is fed noise answers with words.

use crate::pure_tone;
use crate::silence::{level_dbfs, SilenceDetector};

/// Frames that are looked at to find a beginning, and how many of them have to be voiced.
pub const BEGIN_WINDOW: u32 = 6;
pub const BEGIN_VOICED: u32 = 4;
/// Frames before the window that still belong to the utterance: the length of a long "s".
pub const LEAD_FRAMES: u32 = 10;
/// Voiced speech crosses zero at most at this part of the samples, at 8 kHz.
pub const MOST_CROSSINGS: f32 = 0.33;

/// What happened to the utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechEvent {
    /// It began this many frames ago, the present one included.
    Began { frames_ago: u32 },
    /// It ended this many frames ago: so many were silent.
    Ended { frames_ago: u32 },
}

/// Cuts one direction of one call into utterances. No allocation.
#[derive(Clone, Debug)]
pub struct SpeechSegmenter {
    rate_hz: u32,
    detector: SilenceDetector,
    end_frames: u32,
    /// The last frames, newest in the lowest bit: voiced or not.
    voiced: u32,
    frames: u32,
    speaking: bool,
    quiet_frames: u32,
}

impl SpeechSegmenter {
    /// An utterance ends after `end_silence_seconds` without speech.
    pub fn new(rate_hz: u32, end_silence_seconds: f64) -> Self {
        let end_frames = (end_silence_seconds * 50.0).round().clamp(1.0, f64::from(u32::MAX)) as u32;
        let detector = SilenceDetector::new();
        Self { rate_hz, detector, end_frames, voiced: 0, frames: 0, speaking: false, quiet_frames: 0 }
    }

    /// Takes the next 20 ms.
    pub fn observe(&mut self, frame: &[i16]) -> Option<SpeechEvent> {
        self.frames = self.frames.saturating_add(1);
        self.detector.classify(frame);
        let loud = !frame.is_empty() && level_dbfs(frame) > self.detector.threshold_dbfs();
        let voiced = loud && self.crossings(frame) < MOST_CROSSINGS && pure_tone::find(frame, self.rate_hz).is_none();
        self.voiced = self.voiced << 1 | u32::from(voiced);
        if self.speaking {
            self.go_on(loud)
        } else {
            self.begin()
        }
    }

    pub fn is_speaking(&self) -> bool {
        self.speaking
    }

    fn begin(&mut self) -> Option<SpeechEvent> {
        let window = self.voiced & ((1 << BEGIN_WINDOW) - 1);
        if window.count_ones() < BEGIN_VOICED {
            return None;
        }
        self.speaking = true;
        self.quiet_frames = 0;
        Some(SpeechEvent::Began { frames_ago: (BEGIN_WINDOW + LEAD_FRAMES).min(self.frames) })
    }

    /// Unvoiced sounds within an utterance belong to it as long as voice is near.
    fn go_on(&mut self, loud: bool) -> Option<SpeechEvent> {
        let voice_is_near = self.voiced & ((1 << LEAD_FRAMES) - 1) != 0;
        self.quiet_frames = if loud && voice_is_near { 0 } else { self.quiet_frames + 1 };
        if self.quiet_frames < self.end_frames {
            return None;
        }
        (self.speaking, self.voiced) = (false, 0);
        Some(SpeechEvent::Ended { frames_ago: self.quiet_frames })
    }

    /// Which part of the samples changes sign, as if the rate were 8 kHz.
    fn crossings(&self, frame: &[i16]) -> f32 {
        let count = frame.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
        count as f32 / frame.len().max(1) as f32 * (self.rate_hz as f32 / 8000.0)
    }
}
