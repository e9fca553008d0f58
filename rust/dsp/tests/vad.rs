//! Utterances are cut where they begin and end; noise and tones are none.

mod sound;

use ringback_dsp::vad::{SpeechEvent, SpeechSegmenter};
use sound::{listen, noise, over, silence, speech, tone};

/// Utterances as (begin, end) in milliseconds.
fn utterances(samples: &[i16], rate_hz: u32, end_silence_seconds: f64) -> Vec<(usize, usize)> {
    let mut segmenter = SpeechSegmenter::new(rate_hz, end_silence_seconds);
    let mut found = Vec::new();
    for (at, event) in listen(samples, rate_hz, |frame| segmenter.observe(frame)) {
        match event {
            SpeechEvent::Began { frames_ago } => found.push((at - 20 * frames_ago as usize, 0)),
            SpeechEvent::Ended { frames_ago } => {
                let utterance = found.pop();
                found.extend(utterance.map(|(begin, _)| (begin, at - 20 * frames_ago as usize)));
            }
        }
    }
    found
}

fn assert_near(found: &[(usize, usize)], expected: &[(usize, usize)], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
    for ((begin, end), (real_begin, real_end)) in found.iter().zip(expected) {
        assert!(begin <= real_begin && real_begin - begin <= 320, "{what}: begins at {begin}, speech at {real_begin}");
        assert!(end.abs_diff(*real_end) <= 200, "{what}: ends at {end}, speech at {real_end}");
    }
}

const SENTENCES: [(usize, usize); 2] = [(1000, 6280), (8280, 12_090)];

#[test]
fn two_sentences_are_two_utterances_on_clean_and_noisy_lines() {
    for rate_hz in [8000, 16_000] {
        for noise_dbfs in [-90.0, -60.0, -48.0] {
            let call = over(&speech(rate_hz), &noise(1000, noise_dbfs, rate_hz));
            assert_near(&utterances(&call, rate_hz, 1.0), &SENTENCES, &format!("noise {noise_dbfs} at {rate_hz}"));
        }
    }
}

#[test]
fn a_short_end_silence_cuts_more_and_a_long_one_joins() {
    assert!(utterances(&speech(8000), 8000, 0.15).len() > 2);
    assert_eq!(utterances(&speech(8000), 8000, 5.0).len(), 1);
}

#[test]
fn noise_tones_clicks_and_silence_are_no_speech() {
    let mut click = silence(1000, 8000);
    click[4000..4100].fill(20_000);
    for sound in [
        noise(3000, -25.0, 8000),
        tone(&[440.0], 3000, -12.0, 8000),
        tone(&[1400.0], 500, -12.0, 8000),
        silence(3000, 8000),
        click,
    ] {
        let call = [silence(500, 8000), sound, silence(1000, 8000)].concat();
        assert_eq!(utterances(&call, 8000, 0.5), []);
    }
}

#[test]
fn an_utterance_at_the_very_beginning_begins_at_zero() {
    let call = speech(8000)[8000..].to_vec();
    assert_eq!(utterances(&call, 8000, 1.0)[0].0, 0);
}

#[test]
fn frames_that_never_came_end_an_utterance() {
    let mut segmenter = SpeechSegmenter::new(8000, 0.5);
    listen(&speech(8000)[8000..16_000], 8000, |frame| segmenter.observe(frame));
    assert!(segmenter.is_speaking());
    let ended = (0..50).find_map(|_| segmenter.observe(&[]));
    assert!(matches!(ended, Some(SpeechEvent::Ended { frames_ago: 25.. })), "{ended:?}");
    assert!(!segmenter.is_speaking());
}
