//! Fax machines announce themselves (ITU-T T.30 §4.2): a calling one with half a second of 1100 Hz every 3.5 seconds (CNG),
//! a called one with 2100 Hz for about three seconds (CED). A call flow that hears either stops talking to it.

use crate::pure_tone::{Run, RunTracker};

/// CNG: 1100 Hz ± 38.
pub const CALLING_HZ: (f64, f64) = (1062.0, 1138.0);
/// CED: 2100 Hz ± 15, and a little for the measurement.
pub const CALLED_HZ: (f64, f64) = (2080.0, 2120.0);
/// CNG lasts 0.5 s ± 15 %; at both ends a frame is only partly tone.
pub const CALLING_FRAMES: (u32, u32) = (19, 29);
/// CED is certain after half a second.
pub const CALLED_FRAMES: u32 = 25;

/// Which machine is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaxTone {
    /// CNG: the far end is a fax that calls.
    Calling,
    /// CED: the far end is a fax (or a modem) that answered.
    Called,
}

/// Listens to one direction of one call. No allocation.
#[derive(Clone, Debug)]
pub struct FaxDetector {
    runs: RunTracker,
}

impl FaxDetector {
    pub fn new(rate_hz: u32) -> Self {
        Self { runs: RunTracker::new(rate_hz) }
    }

    /// Takes the next 20 ms. CNG is reported when it ends, once for each burst; CED while it lasts, once.
    pub fn observe(&mut self, frame: &[i16]) -> Option<FaxTone> {
        let ended = self.runs.observe(frame);
        let is_calling =
            |run: &Run| within(run.frequency_hz, CALLING_HZ) && (CALLING_FRAMES.0..=CALLING_FRAMES.1).contains(&run.frames);
        if ended.as_ref().is_some_and(is_calling) {
            return Some(FaxTone::Calling);
        }
        let running = self.runs.current()?;
        (running.frames == CALLED_FRAMES && within(running.frequency_hz, CALLED_HZ)).then_some(FaxTone::Called)
    }
}

fn within(frequency_hz: f64, (low, high): (f64, f64)) -> bool {
    (low..=high).contains(&frequency_hz)
}
