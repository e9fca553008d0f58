//! Voice or silence, from the energy of 20 ms frames against a noise floor that follows the line.
//!
//! `<Record timeout>`, the end of a spoken `<Gather>` and `trim-silence` depend on it. A fixed threshold would never see
//! silence on a noisy mobile line and never hear a quiet caller on a clean one. So the floor drops at once to whatever is
//! quieter and creeps up under whatever stays, but never above `LOUDEST_FLOOR_DBFS`: a steady loud sound, such as music on
//! hold or a test tone, is sound for as long as it lasts.
//!
//! A single loud frame (a click) is not voice, and the gaps between words (up to `HANGOVER_FRAMES`) are not silence.
//! `SilenceTimer` counts those gap frames once silence is certain, so that five seconds of silence are five seconds.

use std::ops::Range;

/// Frames above the threshold before sound counts as voice.
pub const ATTACK_FRAMES: u32 = 2;
/// Frames below the threshold that still belong to the voice before them (200 ms).
pub const HANGOVER_FRAMES: u32 = 10;
/// The highest noise floor that is believed.
pub const LOUDEST_FLOOR_DBFS: f32 = -44.0;
/// The lowest noise floor: digital silence must not make the faintest hiss a voice.
pub const QUIETEST_FLOOR_DBFS: f32 = -65.0;
/// How far above the floor voice has to be.
pub const MARGIN_DB: f32 = 9.0;
/// What `trim_silence` leaves before the first and after the last sound.
pub const TRIM_PADDING_SECONDS: f64 = 0.1;

const FLOOR_RISE_DB: f32 = 0.06; // per frame: 3 dB a second
const FLOOR_FALL: f32 = 0.5;
const LOWEST_DBFS: f32 = -96.0;
const TRIM_THRESHOLD_DBFS: f32 = -48.0;

/// What a frame is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Voice,
    Silence,
}

/// Mean power of a frame in decibels below full scale; -96 for zeros and for an empty frame.
pub fn level_dbfs(frame: &[i16]) -> f32 {
    let energy: u64 = frame.iter().map(|sample| (i32::from(*sample) * i32::from(*sample)) as u64).sum();
    let mean = energy as f32 / frame.len().max(1) as f32;
    (10.0 * (mean / (32_768.0 * 32_768.0)).log10()).max(LOWEST_DBFS)
}

/// Follows one direction of one call. No allocation.
#[derive(Clone, Debug)]
pub struct SilenceDetector {
    floor_dbfs: Option<f32>,
    loud_frames: u32,
    quiet_frames: u32,
    activity: Activity,
}

impl SilenceDetector {
    pub fn new() -> Self {
        Self { floor_dbfs: None, loud_frames: 0, quiet_frames: 0, activity: Activity::Silence }
    }

    /// Takes the next 20 ms, at any rate. A frame that never came is handed in as an empty slice: it is quiet, and says
    /// nothing about the noise of the line.
    pub fn classify(&mut self, frame: &[i16]) -> Activity {
        let loud = !frame.is_empty() && self.is_loud(level_dbfs(frame));
        if loud {
            self.loud_frames += 1;
            self.quiet_frames = 0;
        } else {
            self.quiet_frames = self.quiet_frames.saturating_add(1);
            self.loud_frames = 0;
        }
        if self.loud_frames >= ATTACK_FRAMES {
            self.loud_frames = ATTACK_FRAMES;
            self.activity = Activity::Voice;
        } else if self.quiet_frames > HANGOVER_FRAMES {
            self.activity = Activity::Silence;
        }
        self.activity
    }

    /// The level above which the next frame would be loud.
    pub fn threshold_dbfs(&self) -> f32 {
        self.floor_dbfs.unwrap_or(LOUDEST_FLOOR_DBFS) + MARGIN_DB
    }

    fn is_loud(&mut self, level: f32) -> bool {
        let floor = match self.floor_dbfs {
            None => level,
            Some(floor) if level < floor => floor + (level - floor) * FLOOR_FALL,
            Some(floor) => (floor + FLOOR_RISE_DB).min(level),
        };
        self.floor_dbfs = Some(floor.clamp(QUIETEST_FLOOR_DBFS, LOUDEST_FLOOR_DBFS));
        level > self.threshold_dbfs()
    }
}

impl Default for SilenceDetector {
    fn default() -> Self {
        Self::new()
    }
}

/// What a `SilenceTimer` reports, once each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilenceEvent {
    /// It has been quiet for the whole limit. Not again before there was voice.
    LimitReached,
    /// Voice began after silence.
    VoiceBegan,
}

/// Counts silence up to a limit.
#[derive(Clone, Debug)]
pub struct SilenceTimer {
    limit_frames: u32,
    frames: u32,
    voice: bool,
    fired: bool,
}

impl SilenceTimer {
    /// `seconds` of silence, from now or from the end of the next voice.
    pub fn new(seconds: f64) -> Self {
        let limit_frames = (seconds * 50.0).round().clamp(1.0, f64::from(u32::MAX)) as u32;
        Self { limit_frames, frames: 0, voice: false, fired: false }
    }

    /// One call for each 20 ms.
    pub fn observe(&mut self, activity: Activity) -> Option<SilenceEvent> {
        match (activity, self.voice) {
            (Activity::Voice, true) => None,
            (Activity::Voice, false) => {
                *self = Self { frames: 0, voice: true, fired: false, ..*self };
                Some(SilenceEvent::VoiceBegan)
            }
            (Activity::Silence, was_voice) => {
                // The hang-over was silence too; now it is certain.
                self.frames = if was_voice { HANGOVER_FRAMES + 1 } else { self.frames.saturating_add(1) };
                self.voice = false;
                self.reach_limit()
            }
        }
    }

    /// How long it has been quiet.
    pub fn seconds(&self) -> f64 {
        f64::from(self.frames) / 50.0
    }

    fn reach_limit(&mut self) -> Option<SilenceEvent> {
        if self.fired || self.frames < self.limit_frames {
            return None;
        }
        self.fired = true;
        Some(SilenceEvent::LimitReached)
    }
}

/// Where in a finished recording the sound is, with `TRIM_PADDING_SECONDS` around it; an empty range if there is none. Mono.
pub fn trim_silence(samples: &[i16], rate_hz: u32) -> Range<usize> {
    let frame = (rate_hz / 100).max(1) as usize;
    let loud = |piece: &[i16]| level_dbfs(piece) > TRIM_THRESHOLD_DBFS;
    let frames = samples.chunks(frame);
    let Some(first) = frames.clone().position(loud) else { return 0..0 };
    let last = frames.len() - 1 - frames.rev().position(loud).unwrap_or(0);
    let padding = (TRIM_PADDING_SECONDS * f64::from(rate_hz)) as usize;
    let end = ((last + 1) * frame).min(samples.len());
    (first * frame).saturating_sub(padding)..(end + padding).min(samples.len())
}
