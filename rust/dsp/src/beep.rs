//! The beep of an answering machine: where its greeting ends and a message may begin (`MachineDetection=DetectMessageEnd`).
//!
//! Machines beep with a single tone that nobody has standardized, 0.16 to 2 seconds long. The detector reports it when it is
//! over: speaking into the beep would cost the first word. Longer tones are test tones or a line that is out of order, and
//! fax answer tones (2100 Hz) are above the range. European ringing tone (425 Hz) has the shape of a beep too: feed the
//! detector after the answer only.

use crate::pure_tone::RunTracker;

/// Lowest and highest frequency of a beep.
pub const RANGE_HZ: (f64, f64) = (400.0, 2050.0);
/// Shortest beep, in frames of 20 ms.
pub const SHORTEST_FRAMES: u32 = 8;
/// Longest beep, in frames of 20 ms.
pub const LONGEST_FRAMES: u32 = 100;

/// A beep that has just ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beep {
    pub frequency_hz: f64,
    pub seconds: f64,
}

/// Listens to one direction of one call. No allocation.
#[derive(Clone, Debug)]
pub struct BeepDetector {
    runs: RunTracker,
}

impl BeepDetector {
    pub fn new(rate_hz: u32) -> Self {
        Self { runs: RunTracker::new(rate_hz) }
    }

    /// Takes the next 20 ms; reports a beep with the first frame after it.
    pub fn observe(&mut self, frame: &[i16]) -> Option<Beep> {
        let run = self.runs.observe(frame)?;
        let in_range = (RANGE_HZ.0..=RANGE_HZ.1).contains(&run.frequency_hz);
        let fits = in_range && (SHORTEST_FRAMES..=LONGEST_FRAMES).contains(&run.frames);
        fits.then_some(Beep { frequency_hz: run.frequency_hz, seconds: f64::from(run.frames) / 50.0 })
    }
}
