//! Noticing that a caller has stopped speaking, and that they began.

use ringback_dsp::g711::Law;

use crate::recording::Samples;
use crate::unit::TICKS_PER_SECOND;

/// Frames whose root mean square is below this are quiet: about -46 dBFS, above line noise and below a whisper.
const QUIET_RMS: i64 = 160;

/// Whether a frame is as good as silent.
pub fn is_quiet(frame: &Samples) -> bool {
    let energy: i64 = frame.iter().map(|sample| i64::from(*sample) * i64::from(*sample)).sum();
    energy < QUIET_RMS * QUIET_RMS * frame.len() as i64
}

/// Counts quiet frames in a row. Frames that did not come from the network count neither way (twiml.md R-03).
#[derive(Clone, Copy, Debug)]
pub struct QuietCounter {
    limit: u64,
    ticks: u64,
}

impl QuietCounter {
    /// Counts up to this many seconds.
    pub fn new(seconds: f64) -> Self {
        Self { limit: (seconds * TICKS_PER_SECOND as f64).ceil().max(1.0) as u64, ticks: 0 }
    }

    /// One frame; true when it has now been quiet for long enough.
    pub fn listen(&mut self, frame: &Samples, is_real: bool) -> bool {
        if !is_real {
            return false;
        }
        self.ticks = if is_quiet(frame) { self.ticks + 1 } else { 0 };
        self.ticks >= self.limit
    }
}

/// What a watch has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    Nothing,
    Voice,
    Silence,
}

/// One watch: `Voice` at the first sound, `Silence` once after so many quiet seconds in a row.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    pub watch_id: u64,
    pub seconds: f64,
    quiet: QuietCounter,
    sounded: bool,
    fired: bool,
}

impl Watch {
    /// Begins now.
    pub fn new(watch_id: u64, seconds: f64) -> Self {
        Self { watch_id, seconds, quiet: QuietCounter::new(seconds), sounded: false, fired: false }
    }

    /// One frame.
    pub fn listen(&mut self, frame: &Samples, is_real: bool) -> Noticed {
        if !self.fired && self.quiet.listen(frame, is_real) {
            self.fired = true;
            return Noticed::Silence;
        }
        if is_real && !self.sounded && !is_quiet(frame) {
            self.sounded = true;
            return Noticed::Voice;
        }
        Noticed::Nothing
    }
}

/// A frame of one law as samples.
pub fn decode(law: Law, codes: &crate::jitter::Octets) -> Samples {
    let mut samples = [0; crate::unit::SAMPLES_PER_TICK];
    law.decode(codes, &mut samples);
    samples
}
