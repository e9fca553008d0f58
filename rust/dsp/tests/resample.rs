//! Any rate to the telephone rates: tones arrive, aliases do not, lengths are exact.

#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use ringback_dsp::resample::{convert, Converter, ResampleError};
use ringback_dsp::tone::Goertzel;

fn sine(frequency_hz: f64, rate_hz: u32, seconds: f64) -> Vec<i16> {
    let turn = TAU * frequency_hz / f64::from(rate_hz);
    (0..(seconds * f64::from(rate_hz)) as usize).map(|n| (16_000.0 * (turn * n as f64).sin()).round() as i16).collect()
}

fn level(samples: &[i16], frequency_hz: f64, rate_hz: u32) -> f64 {
    let edge = samples.len() / 8;
    Goertzel::new(frequency_hz, rate_hz).unwrap().level_dbfs(&samples[edge..samples.len() - edge])
}

#[test]
fn tones_keep_their_pitch_and_level_from_every_common_rate() {
    for from in [6000, 8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000] {
        for to in [8000, 16_000] {
            for frequency in [200.0, 440.0, 2500.0] {
                let result = convert(&sine(frequency, from, 0.5), from, to).unwrap();
                let level = level(&result, frequency, to);
                assert!((level + 6.23).abs() < 0.15, "{frequency} Hz, {from} to {to}: {level} dBFS");
            }
        }
    }
}

#[test]
fn what_the_new_rate_cannot_carry_is_gone() {
    for (from, to, frequency) in
        [(44_100, 8000, 5000.0), (48_000, 8000, 7000.0), (16_000, 8000, 4500.0), (44_100, 16_000, 12_000.0)]
    {
        let result = convert(&sine(frequency, from, 0.5), from, to).unwrap();
        let alias = level(&result, (f64::from(to) - frequency).abs(), to);
        assert!(alias < -75.0, "{frequency} Hz, {from} to {to}: alias at {alias} dBFS");
        let inside = &result[result.len() / 8..result.len() * 7 / 8];
        assert!(inside.iter().all(|sample| sample.abs() <= 2), "anything else");
    }
}

#[test]
fn no_image_appears_above_the_old_band() {
    let result = convert(&sine(3000.0, 8000, 0.5), 8000, 16_000).unwrap();
    assert!(level(&result, 5000.0, 16_000) < -75.0);
}

#[test]
fn the_result_is_as_long_as_the_input_and_not_delayed() {
    for (from, to, length) in
        [(44_100, 8000, 44_100), (8000, 16_000, 1), (16_000, 8000, 333), (11_025, 8000, 5), (8000, 16_000, 0)]
    {
        let expected = (length as f64 * f64::from(to) / f64::from(from)).ceil() as usize;
        assert_eq!(convert(&vec![100; length], from, to).unwrap().len(), expected, "{from} to {to}, {length}");
    }
    let mut click = vec![0; 44_100];
    click[22_050] = i16::MAX;
    let result = convert(&click, 44_100, 8000).unwrap();
    let loudest = (0..result.len()).max_by_key(|at| result[*at].unsigned_abs()).unwrap();
    assert!(loudest.abs_diff(4000) <= 1, "the click of 0.5 s is at sample {loudest}");
}

#[test]
fn pieces_of_any_size_give_what_the_whole_gives() {
    let input: Vec<f32> = sine(440.0, 44_100, 0.3).iter().map(|s| f32::from(*s) / 32_768.0).collect();
    let whole = {
        let (mut converter, mut result) = (Converter::new(44_100, 8000).unwrap(), Vec::new());
        converter.push(&input, &mut result).unwrap();
        converter.finish(&mut result).unwrap();
        result
    };
    for size in [1, 7, 1000, 5000] {
        let (mut converter, mut result) = (Converter::new(44_100, 8000).unwrap(), Vec::new());
        input.chunks(size).for_each(|piece| converter.push(piece, &mut result).unwrap());
        converter.finish(&mut result).unwrap();
        assert_eq!(result, whole, "pieces of {size}");
    }
}

#[test]
fn the_same_rate_is_the_same_samples() {
    let input = sine(440.0, 8000, 0.1);
    assert_eq!(convert(&input, 8000, 8000).unwrap(), input);
}

#[test]
fn overshoot_and_numbers_that_are_none_saturate() {
    let (mut converter, mut result) = (Converter::new(8000, 8000).unwrap(), Vec::new());
    converter.push(&[2.0, -2.0, f32::NAN, f32::INFINITY, 0.5], &mut result).unwrap();
    assert_eq!(result, [i16::MAX, i16::MIN, 0, i16::MAX, 16_384]);
    let (mut converter, mut result) = (Converter::new(44_100, 8000).unwrap(), Vec::new());
    converter.push(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40], &mut result).unwrap();
    converter.finish(&mut result).unwrap();
    assert_eq!(result.len(), 1);
}

#[test]
fn awkward_and_impossible_rates_are_answered() {
    assert_eq!(convert(&sine(440.0, 7919, 0.5), 7919, 8000).unwrap().len(), 4000);
    assert_eq!(convert(&[0; 100], 383_997, 8000).unwrap().len(), 3);
    for rate in [0, 999, 384_001, u32::MAX] {
        assert_eq!(convert(&[0; 10], rate, 8000), Err(ResampleError::Rate(rate)));
        assert_eq!(convert(&[0; 10], 8000, rate), Err(ResampleError::Rate(rate)));
    }
    assert_eq!(ResampleError::Rate(5).to_string(), "a sample rate of 5 Hz is outside 1000 to 384000");
}
