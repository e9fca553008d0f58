//! Sounds that several tests listen to.

#![allow(dead_code, clippy::unwrap_used)]

use std::path::Path;

use ringback_dsp::decode::decode;
use ringback_dsp::tone::ToneGenerator;

/// Two spoken sentences at 8 kHz: silence of 1 s, then 5.3 s of speech, 2 s of silence, 3.8 s of speech, 2 s of silence.
pub fn speech(rate_hz: u32) -> Vec<i16> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/speech.gsm");
    decode(&std::fs::read(path).unwrap(), Some("audio/gsm"), rate_hz).unwrap()
}

/// A tone of one or more frequencies.
pub fn tone(frequencies_hz: &[f64], milliseconds: usize, level_dbfs: f64, rate_hz: u32) -> Vec<i16> {
    let mut samples = vec![0; milliseconds * rate_hz as usize / 1000];
    ToneGenerator::new(frequencies_hz, level_dbfs, rate_hz).unwrap().fill(&mut samples);
    samples
}

pub fn silence(milliseconds: usize, rate_hz: u32) -> Vec<i16> {
    vec![0; milliseconds * rate_hz as usize / 1000]
}

/// White noise of a level, from a seed.
pub fn noise(milliseconds: usize, level_dbfs: f64, rate_hz: u32) -> Vec<i16> {
    let mut state = 0x2545_F491_u32;
    let peak = 32_768.0 * 10.0_f64.powf(level_dbfs / 20.0) * 3.0_f64.sqrt();
    (0..milliseconds * rate_hz as usize / 1000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((f64::from(state >> 8) / f64::from(1 << 23) - 1.0) * peak) as i16
        })
        .collect()
}

/// Both at once.
pub fn over(a: &[i16], b: &[i16]) -> Vec<i16> {
    a.iter().zip(b.iter().cycle()).map(|(a, b)| a.saturating_add(*b)).collect()
}

/// Hands a sound to a detector in frames of 20 ms; what it reports, with the milliseconds at which it did.
pub fn listen<T>(sound: &[i16], rate_hz: u32, mut observe: impl FnMut(&[i16]) -> Option<T>) -> Vec<(usize, T)> {
    let frames = sound.chunks_exact(rate_hz as usize / 50).enumerate();
    frames.filter_map(|(at, frame)| observe(frame).map(|found| ((at + 1) * 20, found))).collect()
}
