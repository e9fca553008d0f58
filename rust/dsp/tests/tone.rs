//! Tones are listened to with the Goertzel filter; the filter is held against sums worked out here.

#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use ringback_dsp::tone::{beep, burst, dtmf_frequencies, Goertzel, ToneError, ToneGenerator, BEEP_HZ};

fn sine(frequency_hz: f64, amplitude: f64, rate_hz: u32, length: usize) -> Vec<i16> {
    let turn = TAU * frequency_hz / f64::from(rate_hz);
    (0..length).map(|n| (amplitude * (turn * n as f64).sin()).round() as i16).collect()
}

#[test]
fn the_filter_measures_the_amplitude_of_its_own_frequency() {
    let samples = sine(440.0, 8000.0, 8000, 800);
    let filter = Goertzel::new(440.0, 8000).unwrap();
    assert!((filter.amplitude(&samples) - 8000.0).abs() < 2.0);
    assert!((filter.level_dbfs(&samples) + 12.25).abs() < 0.01);
    assert!(filter.share(&samples) > 0.999);
}

#[test]
fn the_filter_does_not_hear_other_frequencies_or_silence() {
    let samples = sine(1000.0, 8000.0, 8000, 800);
    let filter = Goertzel::new(440.0, 8000).unwrap();
    assert!(filter.level_dbfs(&samples) < -70.0);
    assert!(filter.share(&samples) < 1e-6);
    assert_eq!((filter.level_dbfs(&[0; 160]), filter.share(&[0; 160]), filter.amplitude(&[])), (-120.0, 0.0, 0.0));
}

#[test]
fn a_tone_is_what_was_asked_at_the_level_that_was_asked() {
    for rate_hz in [8000, 16_000, 48_000] {
        let mut samples = vec![0; rate_hz as usize / 10];
        ToneGenerator::new(&[440.0], -12.0, rate_hz).unwrap().fill(&mut samples);
        let level = Goertzel::new(440.0, rate_hz).unwrap().level_dbfs(&samples);
        assert!((level + 12.0).abs() < 0.05, "{level} dBFS at {rate_hz}");
    }
}

#[test]
fn frames_join_without_a_seam() {
    let mut whole = vec![0; 1600];
    ToneGenerator::new(&[697.0, 1209.0], -6.0, 8000).unwrap().fill(&mut whole);
    let mut framed = vec![0; 1600];
    let mut generator = ToneGenerator::new(&[697.0, 1209.0], -6.0, 8000).unwrap();
    framed.chunks_mut(160).for_each(|frame| generator.fill(frame));
    assert_eq!(framed, whole);
}

#[test]
fn a_tone_does_not_drift_in_an_hour() {
    let mut generator = ToneGenerator::new(&[440.0], 0.0, 8000).unwrap();
    let mut frame = [0; 160];
    for _ in 0..180_000 / 20 {
        generator.fill(&mut frame);
    }
    let mut first = [0; 160];
    ToneGenerator::new(&[440.0], 0.0, 8000).unwrap().fill(&mut first);
    // 180 s of 440 Hz are a whole number of periods; a phase step is right to 2^-33 turns.
    let worst = first.iter().zip(frame).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).max().unwrap();
    generator.fill(&mut frame);
    let next = first.iter().zip(frame).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).max().unwrap();
    assert!(next < 60, "{next} (before: {worst})");
}

#[test]
fn several_frequencies_share_the_level_and_never_clip() {
    let mut samples = vec![0; 8000];
    ToneGenerator::new(&[350.0, 440.0, 480.0, 620.0], 0.0, 8000).unwrap().fill(&mut samples);
    for frequency in [350.0, 440.0, 480.0, 620.0] {
        let level = Goertzel::new(frequency, 8000).unwrap().level_dbfs(&samples);
        assert!((level + 12.04).abs() < 0.1, "{frequency} Hz at {level}");
    }
    assert!(samples.iter().all(|sample| sample.unsigned_abs() < 32_767));
}

#[test]
fn every_key_has_its_row_and_its_column() {
    assert_eq!(dtmf_frequencies('1'), Some([697.0, 1209.0]));
    assert_eq!(dtmf_frequencies('0'), Some([941.0, 1336.0]));
    assert_eq!(dtmf_frequencies('#'), Some([941.0, 1477.0]));
    assert_eq!(dtmf_frequencies('d'), Some([941.0, 1633.0]));
    assert_eq!(dtmf_frequencies('w'), None);
    let pairs: std::collections::HashSet<String> =
        "0123456789*#ABCD".chars().map(|key| format!("{:?}", dtmf_frequencies(key).unwrap())).collect();
    assert_eq!(pairs.len(), 16);
}

#[test]
fn the_beep_is_half_a_second_and_has_soft_edges() {
    let samples = beep(8000).unwrap();
    assert_eq!(samples.len(), 4000);
    assert!(Goertzel::new(BEEP_HZ, 8000).unwrap().share(&samples) > 0.98);
    assert!(samples[..4].iter().chain(&samples[3996..]).all(|sample| sample.abs() < 500));
}

#[test]
fn a_burst_of_no_length_is_empty() {
    assert_eq!(burst(&[440.0], 0.0, -12.0, 8000).unwrap(), []);
    assert_eq!(burst(&[440.0], -1.0, -12.0, 8000).unwrap(), []);
    assert_eq!(burst(&[440.0], 1.0 / 8000.0, -12.0, 8000).unwrap().len(), 1);
}

#[test]
fn what_cannot_be_sounded_says_why() {
    let error = |frequencies: &[f64], level| ToneGenerator::new(frequencies, level, 8000).unwrap_err();
    assert_eq!(error(&[4000.0], -6.0), ToneError::Frequency { frequency_hz: 4000.0, rate_hz: 8000 });
    assert!(matches!(error(&[f64::NAN], -6.0), ToneError::Frequency { .. }));
    assert!(matches!(error(&[0.0], -6.0), ToneError::Frequency { .. }));
    assert_eq!(error(&[], -6.0), ToneError::Count(0));
    assert_eq!(error(&[1.0; 5], -6.0).to_string(), "5 frequencies asked; 1 to 4 can be sounded together");
    assert_eq!(error(&[440.0], 0.1), ToneError::Level(0.1));
    assert!(Goertzel::new(5000.0, 8000).is_err());
}
