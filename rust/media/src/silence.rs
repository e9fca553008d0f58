//! Noticing that a caller has stopped speaking, and that they began.
//!
//! Frames that did not come from the network say nothing either way: no RTP at all is not silence (twiml.md R-03).

use ringback_dsp::silence::{SilenceDetector, SilenceEvent, SilenceTimer};

use crate::ear::Samples;

/// What was noticed in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    Nothing,
    /// Sound, for the first time.
    Voice,
    /// It has been quiet for the whole limit, for the first time.
    Silence,
}

/// Listens until it has noticed both once.
#[derive(Clone, Debug)]
pub struct Watch {
    detector: SilenceDetector,
    timer: SilenceTimer,
    heard_voice: bool,
    heard_silence: bool,
}

impl Watch {
    /// `seconds` of silence is the limit.
    pub fn new(seconds: f64) -> Self {
        let (detector, timer) = (SilenceDetector::new(), SilenceTimer::new(seconds));
        Self { detector, timer, heard_voice: false, heard_silence: false }
    }

    /// One frame.
    pub fn listen(&mut self, frame: &Samples, is_real: bool) -> Noticed {
        if !is_real || (self.heard_voice && self.heard_silence) {
            return Noticed::Nothing;
        }
        match self.timer.observe(self.detector.classify(frame)) {
            Some(SilenceEvent::VoiceBegan) if !self.heard_voice => {
                self.heard_voice = true;
                Noticed::Voice
            }
            Some(SilenceEvent::LimitReached) if !self.heard_silence => {
                self.heard_silence = true;
                Noticed::Silence
            }
            _ => Noticed::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: Samples = {
        let mut samples = [4000; 160];
        let mut n = 0;
        while n < 160 {
            samples[n] = -4000;
            n += 2;
        }
        samples
    };
    const QUIET: Samples = [3; 160];

    /// The ticks at which something was noticed.
    fn run(watch: &mut Watch, frames: &[(Samples, bool, usize)]) -> Vec<(usize, Noticed)> {
        let ticks = frames.iter().flat_map(|(frame, is_real, count)| std::iter::repeat_n((frame, *is_real), *count));
        let noticed = ticks.map(|(frame, is_real)| watch.listen(frame, is_real)).enumerate();
        noticed.filter(|(_, noticed)| *noticed != Noticed::Nothing).collect()
    }

    #[test]
    fn silence_is_noticed_once_after_the_limit() {
        let noticed = run(&mut Watch::new(0.5), &[(QUIET, true, 100)]);
        assert_eq!(noticed, [(24, Noticed::Silence)]);
    }

    #[test]
    fn voice_is_noticed_once_and_puts_silence_off() {
        let noticed =
            run(&mut Watch::new(0.5), &[(QUIET, true, 10), (LOUD, true, 30), (QUIET, true, 60), (LOUD, true, 9)]);
        assert_eq!(noticed, [(11, Noticed::Voice), (64, Noticed::Silence)]);
    }

    #[test]
    fn nothing_received_is_not_silence() {
        assert!(run(&mut Watch::new(0.5), &[(QUIET, true, 20), ([0; 160], false, 500)]).is_empty());
    }
}
