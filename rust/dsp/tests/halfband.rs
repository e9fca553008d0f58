//! Between 8 and 16 kHz: what belongs in the band stays, what does not is gone, and frames leave no seam.

#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use ringback_dsp::halfband::{Downsampler, Upsampler, DELAY};
use ringback_dsp::tone::Goertzel;

fn sine(frequency_hz: f64, rate_hz: u32, length: usize) -> Vec<i16> {
    let turn = TAU * frequency_hz / f64::from(rate_hz);
    (0..length).map(|n| (16_000.0 * (turn * n as f64).sin()).round() as i16).collect()
}

fn level(samples: &[i16], frequency_hz: f64, rate_hz: u32) -> f64 {
    Goertzel::new(frequency_hz, rate_hz).unwrap().level_dbfs(&samples[samples.len() / 2..])
}

fn up(input: &[i16]) -> Vec<i16> {
    let mut output = vec![0; input.len() * 2];
    let mut upsampler = Upsampler::new();
    for (frame, room) in input.chunks(160).zip(output.chunks_mut(320)) {
        assert_eq!(upsampler.process(frame, room), room.len());
    }
    output
}

fn down(input: &[i16]) -> Vec<i16> {
    let mut output = vec![0; input.len() / 2];
    let mut downsampler = Downsampler::new();
    for (frame, room) in input.chunks(320).zip(output.chunks_mut(160)) {
        assert_eq!(downsampler.process(frame, room), room.len());
    }
    output
}

#[test]
fn the_telephone_band_passes_upwards_unchanged_and_without_an_image() {
    for frequency in [100.0, 440.0, 1000.0, 3000.0, 3500.0] {
        let output = up(&sine(frequency, 8000, 3200));
        assert!((level(&output, frequency, 16_000) + 6.23).abs() < 0.1, "{frequency} Hz");
        let image = level(&output, 8000.0 - frequency, 16_000);
        assert!(image < -70.0, "image of {frequency} Hz at {image} dBFS");
    }
}

#[test]
fn the_telephone_band_passes_downwards_unchanged() {
    for frequency in [100.0, 440.0, 1000.0, 3000.0, 3500.0] {
        let output = down(&sine(frequency, 16_000, 6400));
        assert!((level(&output, frequency, 8000) + 6.23).abs() < 0.1, "{frequency} Hz");
    }
}

#[test]
fn what_is_above_the_telephone_band_does_not_fold_into_it() {
    for frequency in [4500.0, 5000.0, 6000.0, 7500.0] {
        let output = down(&sine(frequency, 16_000, 6400));
        let alias = level(&output, 8000.0 - frequency, 8000);
        assert!(alias < -70.0, "{frequency} Hz is heard as {} Hz at {alias} dBFS", 8000.0 - frequency);
    }
}

#[test]
fn up_and_down_again_is_the_same_signal_later() {
    let input: Vec<i16> = (0..1600).map(|n| (8000.0 * (TAU * 0.05 * f64::from(n)).sin()) as i16).collect();
    let output = down(&up(&input));
    for (at, sample) in output.iter().enumerate().skip(200) {
        let error = (i32::from(*sample) - i32::from(input[at - 2 * DELAY + 1])).abs();
        assert!(error <= 12, "sample {at} is off by {error}");
    }
}

#[test]
fn a_constant_stays_a_constant() {
    assert!(up(&[1000; 400])[200..].iter().all(|sample| (999..=1001).contains(sample)));
    assert!(down(&[1000; 400])[100..].iter().all(|sample| (999..=1001).contains(sample)));
}

#[test]
fn full_scale_saturates_instead_of_wrapping() {
    let square: Vec<i16> = (0..1600).map(|n| if n / 8 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    for (at, sample) in up(&square).iter().enumerate().skip(100) {
        let source = square[at / 2 - DELAY];
        let near_edge = square[at / 2 - DELAY - 2] != square[at / 2 - DELAY + 2];
        assert!(near_edge || (i32::from(*sample) > 0) == (source > 0), "sample {at} wrapped");
    }
}

#[test]
fn short_outputs_take_only_what_fits() {
    let mut output = [7; 5];
    assert_eq!(Upsampler::new().process(&[1; 160], &mut output), 4);
    assert_eq!(output[4], 7);
    assert_eq!(Downsampler::new().process(&[1; 9], &mut [0; 160]), 4);
}
