//! G.711 held against the values of the recommendation, not only against itself.

#![allow(clippy::unwrap_used)]

use ringback_dsp::g711::{Law, A_SILENCE, MU_SILENCE};

/// ITU-T G.711 Table 2a, column 7: µ-law output levels (14 bit) of the 8 chord starts and their steps.
const MU_CHORDS: [(i32, i32); 8] = [(0, 2), (33, 4), (99, 8), (231, 16), (495, 32), (1023, 64), (2079, 128), (4191, 256)];
/// ITU-T G.711 Table 1a, column 7: A-law output levels (13 bit, doubled to stay whole) of the chord starts and their steps.
const A_CHORDS: [(i32, i32); 8] = [(1, 2), (33, 2), (66, 4), (132, 8), (264, 16), (528, 32), (1056, 64), (2112, 128)];

/// ITU-T G.711 Table 3 (µ to A): A-law level number for µ-law level numbers 0 to 127.
fn itu_mu_to_a(level: i32) -> i32 {
    match level {
        0..=15 => level / 2 + 1,
        16..=32 => level - 7,
        33..=35 => 27 + 2 * (level - 33),
        36..=47 => level - 3,
        48 => 46,
        49..=63 => level - 1,
        64..=79 => level,
        _ => level + 1,
    }
}

#[test]
fn all_mu_law_codes_have_the_levels_of_table_2a() {
    for code in 0..=255_u8 {
        let number = i32::from(!code & 0x7F);
        let (start, step) = MU_CHORDS[(number >> 4) as usize];
        // The first level of chord 0 is 0; later chords start in the middle of their first interval.
        let level = start + step * (number & 15);
        let expected = if code & 0x80 != 0 { level * 4 } else { -level * 4 };
        assert_eq!(i32::from(Law::Mu.decode_sample(code)), expected, "code {code:#04x}");
    }
}

#[test]
fn all_a_law_codes_have_the_levels_of_table_1a() {
    for code in 0..=255_u8 {
        let number = i32::from((code ^ 0x55) & 0x7F);
        let (start, step) = A_CHORDS[(number >> 4) as usize];
        let level = start + step * (number & 15);
        let expected = if code & 0x80 != 0 { level * 8 } else { -level * 8 };
        assert_eq!(i32::from(Law::A.decode_sample(code)), expected, "code {code:#04x}");
    }
}

#[test]
fn known_reference_points_hold() {
    for (code, value) in [(0x00, -32124), (0x80, 32124), (0x7F, 0), (0xFF, 0), (0xFE, 8), (0xEF, 132), (0x0F, -16764)] {
        assert_eq!(Law::Mu.decode_sample(code), value, "µ-law {code:#04x}");
    }
    for (code, value) in [(0xAA, 32256), (0x2A, -32256), (0xD5, 8), (0x55, -8), (0x80, 5504), (0x00, -5504), (0x7F, -848)] {
        assert_eq!(Law::A.decode_sample(code), value, "A-law {code:#04x}");
    }
    assert_eq!(Law::Mu.encode_sample(0), MU_SILENCE);
    assert_eq!(Law::A.encode_sample(0), A_SILENCE);
    assert_eq!((Law::Mu.silence(), Law::A.silence()), (0xFF, 0xD5));
    assert_eq!((Law::Mu.encode_sample(i16::MAX), Law::Mu.encode_sample(i16::MIN)), (0x80, 0x00));
    assert_eq!((Law::A.encode_sample(i16::MAX), Law::A.encode_sample(i16::MIN)), (0xAA, 0x2A));
}

/// G.711 Annex: a 1 kHz sine at 0 dBm0 is the eight bytes of Tables 5 and 6.
#[test]
fn the_digital_milliwatt_is_a_symmetric_sine_in_both_laws() {
    let mu = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E];
    let a = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];
    for (law, codes) in [(Law::Mu, mu), (Law::A, a)] {
        let mut samples = [0; 8];
        law.decode(&codes, &mut samples);
        let power = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 8.0;
        // The theoretical load capacity is +3.17 dBm0 (µ) and +3.14 dBm0 (A) for a full-scale sine.
        let full_scale_hundredths = if law == Law::Mu { 317 } else { 314 };
        let level = 10.0 * (power / (32768.0_f64.powi(2) / 2.0)).log10() + f64::from(full_scale_hundredths) / 100.0;
        assert!(level.abs() < 0.1, "{law:?} milliwatt is {level:.3} dBm0");
        assert!((f64::from(samples[1]) / f64::from(samples[0]) - 2.414).abs() < 0.08, "shape of sin(45°)");
    }
}

#[test]
fn encoding_a_decoded_code_gives_the_code_back() {
    for code in 0..=255_u8 {
        // 0x7F is negative zero, which PCM cannot say.
        let expected = if code == 0x7F { 0xFF } else { code };
        assert_eq!(Law::Mu.encode_sample(Law::Mu.decode_sample(code)), expected);
        assert_eq!(Law::A.encode_sample(Law::A.decode_sample(code)), code);
    }
}

#[test]
fn every_sample_is_encoded_to_a_nearest_level_of_its_chord() {
    for law in [Law::Mu, Law::A] {
        let nearest_gap = |sample: i32| law.table().iter().map(|level| (i32::from(*level) - sample).abs()).min().unwrap();
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            let wide = i32::from(sample);
            let error = (i32::from(law.decode_sample(law.encode_sample(sample))) - wide).abs();
            // Decision values between chords are not midway between levels (G.711 §3): a third of a step at most.
            let slack = if wide.abs() < 512 { 16 } else { wide.abs() / 48 };
            assert!(error <= nearest_gap(wide) + slack, "{law:?} {sample}: off by {error}");
        }
    }
}

#[test]
fn slices_of_unequal_length_use_the_shorter_one() {
    let mut samples = [7_i16; 4];
    assert_eq!(Law::Mu.decode(&[0xFF, 0x80], &mut samples), 2);
    assert_eq!(samples, [0, 32124, 7, 7]);
    let mut codes = [0_u8; 2];
    assert_eq!(Law::A.encode(&[0, -32768, 5], &mut codes), 2);
    assert_eq!(codes, [0xD5, 0x2A]);
}

#[test]
fn transcoding_is_within_one_level_of_the_itu_table_and_keeps_the_sign() {
    for code in 0..=255_u8 {
        let mut payload = [code];
        Law::Mu.transcode(Law::A, &mut payload);
        assert_eq!(payload[0] & 0x80, code & 0x80, "sign of {code:#04x}");
        let level_number = i32::from((payload[0] ^ 0x55) & 0x7F) + 1;
        let itu = itu_mu_to_a(i32::from(!code & 0x7F));
        assert!((level_number - itu).abs() <= 1, "{code:#04x}: {level_number}, ITU {itu}");
    }
}

#[test]
fn a_second_crossing_of_the_laws_adds_no_loss() {
    for (law, other) in [(Law::Mu, Law::A), (Law::A, Law::Mu)] {
        let mut once: Vec<u8> = (0..=255).collect();
        law.transcode(other, &mut once);
        let mut again = once.clone();
        other.transcode(law, &mut again);
        let mut twice = again.clone();
        law.transcode(other, &mut twice);
        let changed = (0..=255_u8).filter(|code| again[usize::from(*code)] != *code).count();
        assert_eq!(changed, 16, "only the levels the other law does not have (8 of each sign)");
        let mut third = twice.clone();
        other.transcode(law, &mut third);
        assert_eq!(again, third);
    }
}

#[test]
fn transcoding_to_the_same_law_changes_nothing() {
    let mut payload: Vec<u8> = (0..=255).collect();
    Law::A.transcode(Law::A, &mut payload);
    assert_eq!(payload, (0..=255).collect::<Vec<u8>>());
}
