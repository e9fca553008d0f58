//! G.722 against what an independent implementation made of the same input, and by what is known of the codec.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use ringback_dsp::g722::{Decoder, Encoder, DELAY};
use ringback_dsp::tone::{Goertzel, ToneGenerator};

/// FNV-1a over the little-endian samples that the other implementation decodes from `vectors/g722-codes.bin`.
const DECODED_HASH: u64 = 0x86b4e6802a60b1d1;

/// Noise and a gliding sawtooth at four levels: the same whole-number arithmetic that made the vector.
fn reference_input() -> Vec<i16> {
    let mut state = 0x0722_u32;
    (0..6400_i32)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = i32::from((state >> 16) as u16 as i16);
            let gain = [4, 40, 120, 12][n as usize / 1600];
            let saw = ((n * (37 + n / 400)) % 512 - 256) * 40;
            (((noise * gain) >> 8) + ((saw * gain) >> 7)) as i16
        })
        .collect()
}

fn reference_codes() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/g722-codes.bin")).unwrap()
}

fn round_trip(samples: &[i16]) -> Vec<i16> {
    let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
    let (mut codes, mut result) = ([0; 160], vec![0; samples.len()]);
    for (frame, room) in samples.chunks(320).zip(result.chunks_mut(320)) {
        assert_eq!(encoder.encode(frame, &mut codes), frame.len() / 2);
        assert_eq!(decoder.decode(&codes[..frame.len() / 2], room), room.len());
    }
    result
}

fn tone(frequency_hz: f64, level_dbfs: f64) -> Vec<i16> {
    let mut samples = vec![0; 16_000];
    ToneGenerator::new(&[frequency_hz], level_dbfs, 16_000).unwrap().fill(&mut samples);
    samples
}

fn signal_to_noise_db(samples: &[i16]) -> f64 {
    let result = round_trip(samples);
    let (mut signal, mut noise) = (0.0, 0.0);
    for at in 2000..samples.len() {
        let original = f64::from(samples[at - DELAY]);
        signal += original * original;
        noise += (f64::from(result[at]) - original).powi(2);
    }
    10.0 * (signal / noise).log10()
}

#[test]
fn the_encoder_makes_the_bytes_of_the_reference() {
    let mut codes = vec![0; 3200];
    Encoder::new().encode(&reference_input(), &mut codes);
    assert_eq!(codes, reference_codes());
}

#[test]
fn the_decoder_makes_the_samples_of_the_reference() {
    let mut samples = vec![0; 6400];
    Decoder::new().decode(&reference_codes(), &mut samples);
    let hash = samples
        .iter()
        .flat_map(|sample: &i16| sample.to_le_bytes())
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    assert_eq!(hash, DECODED_HASH);
}

#[test]
fn tones_of_both_bands_come_through_in_level_and_quality() {
    for (frequency, least_snr) in [(300.0, 25.0), (1000.0, 25.0), (3000.0, 25.0), (5000.0, 12.0), (6500.0, 12.0)] {
        let samples = tone(frequency, -12.0);
        let level = Goertzel::new(frequency, 16_000).unwrap().level_dbfs(&round_trip(&samples)[4000..]);
        assert!((level + 12.0).abs() < 0.7, "{frequency} Hz at {level}");
        let snr = signal_to_noise_db(&samples);
        assert!(snr > least_snr, "{frequency} Hz: {snr:.1} dB");
    }
}

#[test]
fn quality_holds_over_forty_decibels_of_level() {
    for level in [-6.0, -20.0, -30.0, -46.0] {
        let snr = signal_to_noise_db(&tone(1000.0, level));
        assert!(snr > 20.0, "{level} dBFS: {snr:.1} dB");
    }
}

#[test]
fn silence_decodes_to_idle_noise_far_below_hearing() {
    assert!(round_trip(&[0; 3200]).iter().all(|sample| sample.abs() <= 12));
}

#[test]
fn full_scale_saturates_instead_of_wrapping() {
    let square: Vec<i16> = (0..6400).map(|n| if n / 37 % 2 == 0 { i16::MIN } else { i16::MAX }).collect();
    let result = round_trip(&square);
    for (at, sample) in result.iter().enumerate().skip(400) {
        let source = at - DELAY;
        let steady = square[source - 12..source + 12].windows(2).all(|pair| pair[0] == pair[1]);
        assert!(!steady || (*sample > 0) == (square[source] > 0), "sample {at} wrapped");
    }
}

#[test]
fn a_decoder_that_joins_late_hears_the_same_within_a_second() {
    let samples = tone(1000.0, -12.0);
    let mut codes = vec![0; 8000];
    Encoder::new().encode(&samples, &mut codes);
    let (mut whole, mut late) = (vec![0; 16_000], vec![0; 14_000]);
    Decoder::new().decode(&codes, &mut whole);
    Decoder::new().decode(&codes[1000..], &mut late);
    let worst = whole[10_000..].iter().zip(&late[8000..]).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).max();
    assert!(worst.unwrap() <= 400, "{worst:?}");
}

#[test]
fn any_bytes_are_decoded_without_harm() {
    let mut state = 9_u32;
    let codes: Vec<u8> = (0..50_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let mut samples = vec![0; 100_000];
    assert_eq!(Decoder::new().decode(&codes, &mut samples), 100_000);
    for constant in [0x00, 0x03, 0xFF, 0x3F, 0xC0] {
        Decoder::new().decode(&[constant; 5000], &mut samples);
    }
}

#[test]
fn slices_of_unequal_length_use_the_shorter_one() {
    let mut codes = [7; 4];
    assert_eq!(Encoder::new().encode(&[0; 5], &mut codes), 2);
    assert_eq!(codes[2..], [7, 7]);
    let mut samples = [7; 3];
    assert_eq!(Decoder::new().decode(&[0xFA; 9], &mut samples), 2);
    assert_eq!(samples[2], 7);
}
