//! GSM 06.10 against what an independent implementation decodes from the same files.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use ringback_dsp::decode::{decode, DecodeError};
use ringback_dsp::gsm::{looks_like_frames, Decoder, FRAME_BYTES, PAIR_BYTES};
use ringback_dsp::tone::Goertzel;

/// FNV-1a over the little-endian samples of `vectors/gsm-frames.gsm`, which are those of `vectors/gsm-pairs.wav` too.
const DECODED_HASH: u64 = 0x51AE_8FD1_1637_9108;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)).unwrap()
}

fn hash(samples: &[i16]) -> u64 {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[test]
fn both_packings_decode_to_the_samples_of_the_reference() {
    let frames = decode(&file("vectors/gsm-frames.gsm"), Some("audio/gsm"), 8000).unwrap();
    assert_eq!((frames.len(), hash(&frames)), (8000, DECODED_HASH));
    let pairs = decode(&file("vectors/gsm-pairs.wav"), Some("audio/wav"), 8000).unwrap();
    assert_eq!((pairs.len(), hash(&pairs)), (8000, DECODED_HASH));
}

#[test]
fn a_tone_is_heard_from_every_label_and_at_both_rates() {
    for (name, hint) in [
        ("data/tone.gsm", Some("audio/x-gsm")),
        ("data/tone.gsm", Some(".GSM")),
        ("data/gsm.wav", Some("audio/wav")),
        ("data/gsm.wav", None),
    ] {
        for rate_hz in [8000, 16_000] {
            let samples = decode(&file(name), hint, rate_hz).unwrap();
            let inside = &samples[samples.len() / 4..samples.len() * 3 / 4];
            let share = Goertzel::new(440.0, rate_hz).unwrap().share(inside);
            assert!(share > 0.9, "{name} as {hint:?}: {share}");
            assert!((samples.len() as f64 / f64::from(rate_hz) - 0.26).abs() < 0.03);
        }
    }
}

#[test]
fn a_label_alone_does_not_make_gsm() {
    assert!(looks_like_frames(&file("data/tone.gsm")));
    assert!(!looks_like_frames(&[0xD0; FRAME_BYTES - 1]));
    assert!(!looks_like_frames(b"<html><body>This page was not found at all.</body></html>"));
    let error = decode(&[b'<'; 200], Some("audio/gsm"), 8000).unwrap_err();
    assert!(matches!(error, DecodeError::UnknownFormat(_)), "{error}");
}

#[test]
fn a_last_frame_that_is_cut_short_is_left_out() {
    let whole = file("data/tone.gsm");
    assert_eq!(decode(&whole[..FRAME_BYTES * 3 + 20], Some("gsm"), 8000).unwrap().len(), 480);
}

#[test]
fn any_bits_are_decoded_without_harm() {
    let mut state = 3_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut decoder = Decoder::new();
    for _ in 0..2000 {
        decoder.decode(&std::array::from_fn(|_| random()));
        decoder.decode_pair(&std::array::from_fn(|_| random()));
    }
    for constant in [0x00, 0xFF, 0x7F, 0x80] {
        for _ in 0..100 {
            decoder.decode(&[constant; FRAME_BYTES]);
            decoder.decode_pair(&[constant; PAIR_BYTES]);
        }
    }
}
