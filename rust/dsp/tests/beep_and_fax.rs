//! Single tones with a meaning: an answering machine's beep, a fax that calls, a fax that answers.

mod sound;

use ringback_dsp::beep::BeepDetector;
use ringback_dsp::fax::{FaxDetector, FaxTone};
use ringback_dsp::pure_tone;
use sound::{listen, noise, over, silence, speech, tone};

fn beeps(samples: &[i16], rate_hz: u32) -> Vec<(usize, f64, f64)> {
    let mut detector = BeepDetector::new(rate_hz);
    let found = listen(samples, rate_hz, |frame| detector.observe(frame));
    found.into_iter().map(|(at, beep)| (at, beep.frequency_hz, beep.seconds)).collect()
}

fn fax_tones(samples: &[i16]) -> Vec<(usize, FaxTone)> {
    let mut detector = FaxDetector::new(8000);
    listen(samples, 8000, |frame| detector.observe(frame))
}

#[test]
fn the_frequency_of_a_tone_is_found_to_a_hertz() {
    for rate_hz in [8000, 16_000] {
        for frequency in [400.0, 440.0, 1000.0, 1100.0, 1333.0, 2100.0, 3000.0] {
            let frame = tone(&[frequency], 20, -15.0, rate_hz);
            let found = pure_tone::find(&frame, rate_hz).map(|tone| tone.frequency_hz);
            assert!(found.is_some_and(|found| (found - frequency).abs() < 1.0), "{frequency}: {found:?}");
        }
    }
}

#[test]
fn what_is_not_one_tone_is_none() {
    for frame in [silence(20, 8000), noise(20, -20.0, 8000), tone(&[350.0, 440.0], 20, -10.0, 8000), Vec::new(), vec![5]] {
        assert_eq!(pure_tone::find(&frame, 8000), None);
    }
    assert_eq!(pure_tone::find(&tone(&[1000.0], 20, -60.0, 8000), 8000), None, "too weak");
}

#[test]
fn the_beep_after_a_greeting_is_reported_when_it_is_over_and_nothing_else_is() {
    for rate_hz in [8000, 16_000] {
        for (frequency, milliseconds) in [(440.0, 500), (1000.0, 200), (1400.0, 1000), (850.0, 1800)] {
            let mut call = speech(rate_hz);
            let begin = call.len() * 1000 / rate_hz as usize / 20 * 20;
            call.truncate(begin * rate_hz as usize / 1000);
            call.extend(tone(&[frequency], milliseconds, -18.0, rate_hz));
            call.extend(silence(500, rate_hz));
            let found = beeps(&over(&call, &noise(1000, -55.0, rate_hz)), rate_hz);
            assert_eq!(found.len(), 1, "{frequency} Hz at {rate_hz}: {found:?}");
            let (at, heard, seconds) = found[0];
            assert!((heard - frequency).abs() < 10.0, "{heard} Hz");
            assert!((seconds * 1000.0 - milliseconds as f64).abs() <= 40.0, "{seconds} s");
            assert!(at.abs_diff(begin + milliseconds) <= 40, "reported at {at}");
        }
    }
}

#[test]
fn clicks_test_tones_and_dial_tones_are_no_beeps() {
    for sound in [
        tone(&[1000.0], 100, -18.0, 8000),
        tone(&[1000.0], 3000, -18.0, 8000),
        tone(&[350.0, 440.0], 1000, -18.0, 8000),
        tone(&[2100.0], 1000, -18.0, 8000),
        noise(1000, -20.0, 8000),
    ] {
        let call = [silence(200, 8000), sound, silence(200, 8000)].concat();
        assert_eq!(beeps(&call, 8000), []);
    }
}

#[test]
fn a_calling_fax_is_reported_at_each_burst() {
    for (frequency, milliseconds) in [(1100.0, 500), (1070.0, 440), (1130.0, 560)] {
        let burst = [tone(&[frequency], milliseconds, -20.0, 8000), silence(3000, 8000)].concat();
        let call = over(&[silence(510, 8000), burst.clone(), burst].concat(), &noise(1000, -55.0, 8000));
        let found: Vec<FaxTone> = fax_tones(&call).into_iter().map(|(_, tone)| tone).collect();
        assert_eq!(found, [FaxTone::Calling; 2], "{frequency} Hz for {milliseconds} ms");
    }
}

#[test]
fn an_answering_fax_is_reported_once_after_half_a_second() {
    let found = fax_tones(&[silence(200, 8000), tone(&[2100.0], 3000, -15.0, 8000), silence(200, 8000)].concat());
    assert_eq!(found, [(700, FaxTone::Called)]);
}

#[test]
fn speech_beeps_and_near_frequencies_are_no_fax() {
    assert_eq!(fax_tones(&speech(8000)), []);
    for (frequency, milliseconds) in [(1000.0, 500), (1200.0, 500), (1100.0, 200), (1100.0, 1000), (2000.0, 3000)] {
        let call = [silence(200, 8000), tone(&[frequency], milliseconds, -15.0, 8000), silence(200, 8000)].concat();
        assert_eq!(fax_tones(&call), [], "{frequency} Hz for {milliseconds} ms");
    }
}
