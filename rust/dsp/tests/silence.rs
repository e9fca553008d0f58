//! What is voice, what is silence, and when a caller has been quiet for long enough.

#![allow(clippy::unwrap_used)]

use ringback_dsp::silence::{
    level_dbfs, trim_silence, Activity, SilenceDetector, SilenceEvent, SilenceTimer, HANGOVER_FRAMES,
};
use ringback_dsp::tone::ToneGenerator;

/// A line with noise of a given level, from a seed.
struct Line {
    state: u32,
    tone: ToneGenerator,
}

impl Line {
    fn new() -> Self {
        Self { state: 0x1234_5678, tone: ToneGenerator::new(&[180.0, 360.0, 720.0], 0.0, 8000).unwrap() }
    }

    fn noise(&mut self, dbfs: f64) -> Vec<i16> {
        let peak = 32_768.0 * 10.0_f64.powf(dbfs / 20.0) * 3.0_f64.sqrt();
        (0..160)
            .map(|_| {
                self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((f64::from(self.state >> 8) / f64::from(1 << 23) - 1.0) * peak) as i16
            })
            .collect()
    }

    /// Vowel-like sound of a given level on top of the noise.
    fn voice(&mut self, dbfs: f64, noise_dbfs: f64) -> Vec<i16> {
        let mut frame = self.noise(noise_dbfs);
        let gain = 10.0_f64.powf((dbfs + 7.8) / 20.0);
        frame.iter_mut().for_each(|sample| *sample += (self.tone.next_sample() * gain) as i16);
        frame
    }
}

fn voices(detector: &mut SilenceDetector, frames: usize, mut make: impl FnMut() -> Vec<i16>) -> usize {
    (0..frames).filter(|_| detector.classify(&make()) == Activity::Voice).count()
}

#[test]
fn levels_are_decibels_below_full_scale() {
    assert_eq!(level_dbfs(&[0; 160]), -96.0);
    assert_eq!(level_dbfs(&[]), -96.0);
    assert!(level_dbfs(&[i16::MIN; 160]).abs() < 0.01);
    let mut frame = [0; 160];
    ToneGenerator::new(&[1000.0], -20.0, 8000).unwrap().fill(&mut frame);
    assert!((level_dbfs(&frame) + 23.01).abs() < 0.05);
}

#[test]
fn speech_is_heard_on_clean_and_on_noisy_lines() {
    for (voice, noise) in [(-20.0, -70.0), (-30.0, -60.0), (-25.0, -45.0), (-40.0, -65.0)] {
        let (mut line, mut detector) = (Line::new(), SilenceDetector::new());
        let before = voices(&mut detector, 100, || line.noise(noise));
        assert!(before < 5, "noise at {noise} was voice {before} times");
        let during = voices(&mut detector, 50, || line.voice(voice, noise));
        assert!(during >= 48, "voice at {voice} over {noise} was heard {during} times of 50");
        voices(&mut detector, HANGOVER_FRAMES as usize + 2, || line.noise(noise));
        assert_eq!(voices(&mut detector, 50, || line.noise(noise)), 0);
    }
}

#[test]
fn a_call_that_begins_with_speech_is_heard_from_the_second_frame() {
    let (mut line, mut detector) = (Line::new(), SilenceDetector::new());
    assert_eq!(detector.classify(&line.voice(-25.0, -60.0)), Activity::Silence);
    assert_eq!(detector.classify(&line.voice(-25.0, -60.0)), Activity::Voice);
}

#[test]
fn a_line_that_becomes_noisy_is_silent_again_after_a_while() {
    let (mut line, mut detector) = (Line::new(), SilenceDetector::new());
    voices(&mut detector, 100, || line.noise(-70.0));
    assert!(voices(&mut detector, 50, || line.noise(-46.0)) > 40, "a new sound is a sound");
    voices(&mut detector, 400, || line.noise(-46.0));
    assert_eq!(voices(&mut detector, 100, || line.noise(-46.0)), 0);
}

#[test]
fn a_steady_loud_tone_is_sound_for_as_long_as_it_lasts() {
    let mut detector = SilenceDetector::new();
    let mut tone = ToneGenerator::new(&[440.0], -12.0, 8000).unwrap();
    let mut frame = vec![0; 160];
    let heard = voices(&mut detector, 6000, || {
        tone.fill(&mut frame);
        frame.clone()
    });
    assert_eq!(heard, 5999);
}

#[test]
fn a_click_is_not_voice() {
    let (mut line, mut detector) = (Line::new(), SilenceDetector::new());
    voices(&mut detector, 50, || line.noise(-65.0));
    detector.classify(&[20_000; 160]);
    assert_eq!(voices(&mut detector, 20, || line.noise(-65.0)), 0);
}

#[test]
fn frames_that_never_came_are_quiet_and_leave_the_floor_alone() {
    let (mut line, mut detector) = (Line::new(), SilenceDetector::new());
    voices(&mut detector, 100, || line.noise(-50.0));
    let threshold = detector.threshold_dbfs();
    assert_eq!(voices(&mut detector, 100, Vec::new), 0);
    assert_eq!(detector.threshold_dbfs(), threshold);
    assert_eq!(voices(&mut detector, 50, || line.noise(-50.0)), 0);
}

#[test]
fn the_timer_fires_once_after_the_limit() {
    let mut timer = SilenceTimer::new(5.0);
    for _ in 0..249 {
        assert_eq!(timer.observe(Activity::Silence), None);
    }
    assert_eq!(timer.observe(Activity::Silence), Some(SilenceEvent::LimitReached));
    assert_eq!(timer.seconds(), 5.0);
    assert!((0..1000).all(|_| timer.observe(Activity::Silence).is_none()));
}

#[test]
fn voice_starts_the_timer_again_and_the_hangover_counts_as_silence() {
    let mut timer = SilenceTimer::new(1.0);
    (0..40).for_each(|_| assert_eq!(timer.observe(Activity::Silence), None));
    assert_eq!(timer.observe(Activity::Voice), Some(SilenceEvent::VoiceBegan));
    assert_eq!(timer.observe(Activity::Voice), None);
    let waited = (1..).find(|_| timer.observe(Activity::Silence).is_some()).unwrap();
    assert_eq!(waited, 50 - HANGOVER_FRAMES);
}

#[test]
fn the_whole_chain_measures_silence_to_the_frame() {
    let (mut line, mut detector, mut timer) = (Line::new(), SilenceDetector::new(), SilenceTimer::new(2.0));
    let mut events = Vec::new();
    for at in 0..300 {
        let frame = if (50..100).contains(&at) { line.voice(-20.0, -60.0) } else { line.noise(-60.0) };
        if let Some(event) = timer.observe(detector.classify(&frame)) {
            events.push((at, event));
        }
    }
    // Voice is frames 50 to 99; two make it certain; 100 quiet frames end with frame 199.
    assert_eq!(events, [(51, SilenceEvent::VoiceBegan), (199, SilenceEvent::LimitReached)]);
}

#[test]
fn a_limit_of_nothing_or_nonsense_is_one_frame_or_never() {
    assert_eq!(SilenceTimer::new(0.0).observe(Activity::Silence), Some(SilenceEvent::LimitReached));
    assert_eq!(SilenceTimer::new(-3.0).observe(Activity::Silence), Some(SilenceEvent::LimitReached));
    assert_eq!(SilenceTimer::new(f64::INFINITY).observe(Activity::Silence), None);
}

#[test]
fn trimming_leaves_the_sound_and_a_little_around_it() {
    let mut samples = vec![3; 8000];
    let mut tone = vec![0; 4000];
    ToneGenerator::new(&[440.0], -12.0, 8000).unwrap().fill(&mut tone);
    samples.extend(&tone);
    samples.extend([0; 16_000]);
    assert_eq!(trim_silence(&samples, 8000), 7200..12_800);
    assert_eq!(trim_silence(&tone, 8000), 0..4000);
    assert_eq!(trim_silence(&[0; 8000], 8000), 0..0);
    assert_eq!(trim_silence(&[], 8000), 0..0);
    assert_eq!(trim_silence(&[20_000; 3], 8000), 0..3);
}
