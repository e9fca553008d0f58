//! Is this frame a single tone, and which? For tones whose frequency is not known beforehand.
//!
//! A sine obeys `x[n] + x[n-2] = 2 cos(w) x[n-1]`, so the least-squares solution for the cosine over a frame is its frequency,
//! at two multiplications a sample and without a transform. Whether the frame really is that tone is then asked of the
//! Goertzel filter: speech and call progress pairs have their energy elsewhere too.

use std::f64::consts::TAU;

use crate::tone::Goertzel;

/// How much of the energy of a frame has to be in the tone.
pub const LEAST_SHARE: f64 = 0.8;
/// Weaker tones are not looked at (T.30 asks for -43 dBm; 0 dBm0 is about -3 dBFS).
pub const LEAST_LEVEL_DBFS: f64 = -46.0;

/// A frame that is a single tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PureTone {
    pub frequency_hz: f64,
    pub level_dbfs: f64,
}

/// The single tone that the frame is, if it is one.
pub fn find(frame: &[i16], rate_hz: u32) -> Option<PureTone> {
    let (mut product, mut energy) = (0.0, 0.0);
    for window in frame.windows(3) {
        let [before, middle, after] = [window[0], window[1], window[2]].map(f64::from);
        product += (before + after) * middle;
        energy += middle * middle;
    }
    if energy == 0.0 {
        return None;
    }
    let cosine = (product / (2.0 * energy)).clamp(-1.0, 1.0);
    let frequency_hz = cosine.acos() / TAU * f64::from(rate_hz);
    let filter = Goertzel::new(frequency_hz, rate_hz).ok()?;
    let level_dbfs = filter.level_dbfs(frame);
    let pure = level_dbfs > LEAST_LEVEL_DBFS && filter.share(frame) > LEAST_SHARE;
    pure.then_some(PureTone { frequency_hz, level_dbfs })
}

/// A tone that stays the same from frame to frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Mean over the frames of the run.
    pub frequency_hz: f64,
    pub frames: u32,
}

/// Joins frames to runs. No allocation.
#[derive(Clone, Debug)]
pub struct RunTracker {
    rate_hz: u32,
    run: Option<Run>,
}

/// How far a frame may be from the mean of its run.
const TOLERANCE: f64 = 0.02;

impl RunTracker {
    pub fn new(rate_hz: u32) -> Self {
        Self { rate_hz, run: None }
    }

    /// Takes a frame of 20 ms; returns the run that ended with the frame before it.
    pub fn observe(&mut self, frame: &[i16]) -> Option<Run> {
        let tone = find(frame, self.rate_hz);
        match (self.run, tone) {
            (Some(run), Some(tone)) if (tone.frequency_hz / run.frequency_hz - 1.0).abs() < TOLERANCE => {
                let frames = run.frames.saturating_add(1);
                let frequency_hz = run.frequency_hz + (tone.frequency_hz - run.frequency_hz) / f64::from(frames);
                self.run = Some(Run { frequency_hz, frames });
                None
            }
            (ended, tone) => {
                self.run = tone.map(|tone| Run { frequency_hz: tone.frequency_hz, frames: 1 });
                ended
            }
        }
    }

    /// The run that is still going on.
    pub fn current(&self) -> Option<Run> {
        self.run
    }
}
