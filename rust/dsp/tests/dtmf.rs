//! Keys in the audio: every one once, none out of speech.

#![allow(clippy::unwrap_used)]

mod sound;

use ringback_dsp::dtmf::{DtmfDetector, Pressed};
use ringback_dsp::g711::Law;
use ringback_dsp::tone::dtmf_frequencies;
use sound::{listen, noise, over, silence, speech, tone};

fn keys(samples: &[i16], rate_hz: u32) -> Vec<Pressed> {
    let mut detector = DtmfDetector::new(rate_hz).unwrap();
    listen(samples, rate_hz, |frame| detector.observe(frame)).into_iter().map(|(_, pressed)| pressed).collect()
}

fn dialled(keys: &str, on_ms: usize, off_ms: usize, level_dbfs: f64, rate_hz: u32) -> Vec<i16> {
    let pressed = keys.chars().flat_map(|key| {
        let pair = dtmf_frequencies(key).unwrap();
        [tone(&pair, on_ms, level_dbfs, rate_hz), silence(off_ms, rate_hz)].concat()
    });
    silence(100, rate_hz).into_iter().chain(pressed).chain(silence(100, rate_hz)).collect()
}

fn text(pressed: &[Pressed]) -> String {
    pressed.iter().map(|pressed| pressed.key).collect()
}

#[test]
fn every_key_is_heard_once_at_both_rates_and_common_timings() {
    for rate_hz in [8000, 16_000] {
        for (on, off) in [(70, 70), (100, 60), (85, 45), (400, 100)] {
            let pressed = keys(&dialled("0123456789*#ABCD", on, off, -10.0, rate_hz), rate_hz);
            assert_eq!(text(&pressed), "0123456789*#ABCD", "{on} ms on, {off} ms off at {rate_hz}");
        }
    }
}

#[test]
fn the_same_key_twice_is_two_keys_and_a_dropout_within_one_is_not() {
    assert_eq!(text(&keys(&dialled("5555", 80, 60, -10.0, 8000), 8000)), "5555");
    let mut held = dialled("5", 400, 100, -10.0, 8000);
    held[2400..2560].fill(0);
    assert_eq!(keys(&held, 8000), [Pressed { key: '5', duration_ms: 400 }]);
}

#[test]
fn durations_are_right_to_a_frame_and_the_key_is_known_while_it_is_down() {
    let mut detector = DtmfDetector::new(8000).unwrap();
    let samples = dialled("9", 200, 100, -10.0, 8000);
    let mut down = 0;
    let pressed = listen(&samples, 8000, |frame| {
        let pressed = detector.observe(frame);
        down += usize::from(detector.key_down() == Some('9'));
        pressed
    });
    assert_eq!(pressed, [(340, Pressed { key: '9', duration_ms: 200 })]);
    assert_eq!(down, 10);
}

#[test]
fn keys_survive_noise_companding_low_level_and_twist() {
    let clean = dialled("159D", 80, 80, -10.0, 8000);
    assert_eq!(text(&keys(&over(&clean, &noise(1000, -35.0, 8000)), 8000)), "159D");
    assert_eq!(text(&keys(&dialled("2580", 80, 80, -26.0, 8000), 8000)), "2580");
    for law in [Law::Mu, Law::A] {
        let companded: Vec<i16> = clean.iter().map(|sample| law.decode_sample(law.encode_sample(*sample))).collect();
        assert_eq!(text(&keys(&companded, 8000)), "159D");
    }
    for (row_db, column_db) in [(-10.0, -16.0), (-16.0, -10.0)] {
        let twisted = over(&tone(&[770.0], 100, row_db, 8000), &tone(&[1336.0], 100, column_db, 8000));
        assert_eq!(text(&keys(&[twisted, silence(100, 8000)].concat(), 8000)), "5");
    }
}

#[test]
fn speech_music_and_half_a_key_press_nothing() {
    assert_eq!(keys(&speech(8000), 8000), []);
    assert_eq!(keys(&speech(16_000), 16_000), []);
    for sound in [
        tone(&[697.0], 500, -10.0, 8000),
        tone(&[697.0, 770.0], 500, -10.0, 8000),
        tone(&[440.0, 480.0], 500, -10.0, 8000),
        tone(&[697.0, 1209.0, 1000.0], 500, -10.0, 8000),
        noise(2000, -15.0, 8000),
        dialled("5", 20, 100, -10.0, 8000),
    ] {
        assert_eq!(keys(&[sound, silence(100, 8000)].concat(), 8000), []);
    }
}

#[test]
fn a_rate_that_cannot_carry_the_columns_is_refused() {
    assert!(DtmfDetector::new(3000).is_err());
}
