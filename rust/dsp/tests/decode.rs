//! Every kind of file that a web server may serve is listened to: the tone inside is 440 Hz at half of full scale.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use ringback_dsp::decode::{decode, DecodeError, MAX_SECONDS};
use ringback_dsp::g711::Law;
use ringback_dsp::tone::{burst, Goertzel};
use ringback_dsp::wav::header;

/// File, MIME type that a server would send, seconds.
const FILES: [(&str, &str, f64); 20] = [
    ("pcm16.wav", "audio/wav", 0.25),
    ("pcm8.wav", "audio/x-wav", 0.25),
    ("pcm24-stereo.wav", "audio/wave", 0.1),
    ("float32.wav", "audio/vnd.wave", 0.1),
    ("mulaw.wav", "audio/wav", 0.25),
    ("alaw.wav", "audio/wav", 0.25),
    ("ima-adpcm.wav", "audio/wav", 0.25),
    ("ms-adpcm.wav", "audio/wav", 0.25),
    ("pcm32.wav", "audio/wav", 0.1),
    ("mpeg25.mp3", "audio/mpeg", 0.8),
    ("layer2.mp2", "audio/mpeg", 0.25),
    ("pcm16.aiff", "audio/aiff", 0.1),
    ("none.aifc", "audio/x-aiff", 0.25),
    ("stereo44.mp3", "audio/mpeg", 0.25),
    ("mono16.mp3", "audio/mpeg", 0.25),
    ("vbr-id3.mp3", "audio/mp3", 0.25),
    ("stereo44.ogg", "audio/ogg", 0.25),
    ("mono16.ogg", "application/ogg", 0.25),
    ("mono16.flac", "audio/flac", 0.25),
    ("stereo44.flac", "audio/x-flac", 0.25),
];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// Such a stream does not state its padding, and has no certain beginning.
fn is_mpeg(name: &str) -> bool {
    name.ends_with("mp3") || name.ends_with("mp2")
}

fn assert_tone(name: &str, samples: &[i16], rate_hz: u32, seconds: f64) {
    let length = samples.len() as f64 / f64::from(rate_hz);
    let tolerance = if is_mpeg(name) { 0.25 } else { 0.005 };
    assert!((length - seconds).abs() < tolerance, "{name} lasts {length} s");
    let inside = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let filter = Goertzel::new(440.0, rate_hz).unwrap();
    assert!(filter.share(inside) > 0.97, "{name}: only {} of it is 440 Hz", filter.share(inside));
    assert!((filter.level_dbfs(inside) + 6.0).abs() < 0.6, "{name} at {} dBFS", filter.level_dbfs(inside));
}

#[test]
fn every_format_is_heard_at_both_rates_whatever_the_hint() {
    for (name, mime_type, seconds) in FILES {
        let extension = name.rsplit('.').next();
        for rate_hz in [8000, 16_000] {
            for hint in [Some(mime_type), extension, None, Some("application/octet-stream"), Some("audio/basic")] {
                let samples = decode(&file(name), hint, rate_hz).unwrap_or_else(|error| {
                    // With the label of raw µ-law an MPEG stream is taken for that.
                    assert!(hint == Some("audio/basic") && is_mpeg(name), "{name} as {hint:?}: {error}");
                    Vec::new()
                });
                if hint != Some("audio/basic") || !is_mpeg(name) {
                    assert_tone(name, &samples, rate_hz, seconds);
                }
            }
        }
    }
}

/// An AIFF-C file around `data`, as Apple's tools write it.
fn aifc(kind: &[u8; 4], bits: u16, data: &[u8]) -> Vec<u8> {
    let frames = (data.len() / usize::from(bits / 8).max(1)) as u32;
    let mut common = 1_u16.to_be_bytes().to_vec();
    common.extend(frames.to_be_bytes());
    common.extend(bits.to_be_bytes());
    common.extend([0x40, 0x0B, 0xFA, 0, 0, 0, 0, 0, 0, 0]); // 8000 as an 80-bit float
    common.extend(kind);
    common.extend([0, 0]); // an empty name
    let mut form = b"AIFCFVER\0\0\0\x04\xA2\x80\x51\x40COMM".to_vec();
    form.extend((common.len() as u32).to_be_bytes());
    form.extend(common);
    form.extend(b"SSND");
    form.extend((data.len() as u32 + 8).to_be_bytes());
    form.extend([0; 8]);
    form.extend(data);
    let mut whole = b"FORM".to_vec();
    whole.extend((form.len() as u32).to_be_bytes());
    whole.extend(form);
    whole
}

#[test]
fn aifc_in_both_laws_in_float_and_little_endian_is_heard() {
    let tone = burst(&[440.0], 0.25, -6.02, 8000).unwrap();
    let mut codes = vec![0; tone.len()];
    for (kind, law) in [(b"ulaw", Law::Mu), (b"ULAW", Law::Mu), (b"alaw", Law::A)] {
        law.encode(&tone, &mut codes);
        assert_tone("aifc law", &decode(&aifc(kind, 16, &codes), None, 8000).unwrap(), 8000, 0.25);
    }
    let bytes: Vec<u8> = tone.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let floats: Vec<u8> = tone.iter().flat_map(|sample| (f32::from(*sample) / 32_768.0).to_be_bytes()).collect();
    assert_tone("fl32", &decode(&aifc(b"fl32", 32, &floats), None, 8000).unwrap(), 8000, 0.25);
    assert_tone("sowt", &decode(&aifc(b"sowt", 16, &bytes), Some("audio/aiff"), 8000).unwrap(), 8000, 0.25);
}

#[test]
fn raw_telephone_formats_are_known_by_their_label() {
    for hint in ["audio/basic", "audio/ulaw", "Audio/Basic; rate=8000", ".ul", "ulaw"] {
        assert_tone(hint, &decode(&file("mulaw.ul"), Some(hint), 8000).unwrap(), 8000, 0.25);
    }
    let tone = burst(&[440.0], 0.25, -6.02, 8000).unwrap();
    let mut codes = vec![0; tone.len()];
    Law::A.encode(&tone, &mut codes);
    assert_tone("alaw", &decode(&codes, Some("audio/x-alaw"), 16_000).unwrap(), 16_000, 0.25);
}

#[test]
fn opposite_channels_are_mixed_and_cancel() {
    let tone = burst(&[440.0], 0.25, -6.0, 8000).unwrap();
    let mut bytes = header(2, 8000, tone.len() as u32 * 4).to_vec();
    bytes.extend(tone.iter().flat_map(|sample| [*sample, -sample]).flat_map(i16::to_le_bytes));
    assert!(decode(&bytes, None, 8000).unwrap().iter().all(|sample| *sample == 0));
}

#[test]
fn a_file_of_very_many_channels_is_refused() {
    let mut bytes = header(64, 8000, 64 * 2 * 100).to_vec();
    bytes.resize(bytes.len() + 64 * 2 * 100, 1);
    let error = decode(&bytes, None, 8000).unwrap_err();
    assert!(!matches!(error, DecodeError::Rate(_) | DecodeError::TooLong), "{error}");
    let mut bytes = header(8, 8000, 8 * 2 * 100).to_vec();
    bytes.resize(bytes.len() + 8 * 2 * 100, 1);
    assert_eq!(decode(&bytes, None, 8000).map(|samples| samples.len()), Ok(100));
}

#[test]
fn what_is_not_audio_says_so() {
    assert_eq!(decode(&[], Some("audio/basic"), 8000), Err(DecodeError::Empty));
    for bytes in [&b"<html><body>Not found</body></html>"[..], b"RIFF", b"\0", &[0; 5000], b"OggS\0\0", b"fLaC"] {
        let error = decode(bytes, Some("audio/wav"), 8000).unwrap_err();
        assert!(matches!(error, DecodeError::UnknownFormat(_) | DecodeError::Corrupt(_)), "{error:?}");
    }
    let mut g723 = file("mulaw.wav");
    g723[20] = 0x42; // a format tag nobody decodes
    assert!(matches!(decode(&g723, None, 8000), Err(DecodeError::UnsupportedCodec(_) | DecodeError::UnknownFormat(_))));
    assert!(matches!(decode(&file("pcm16.wav"), None, 0), Err(DecodeError::Rate(_))));
}

#[test]
fn a_header_without_samples_is_an_empty_recording() {
    assert_eq!(decode(&header(1, 8000, 0), None, 8000), Ok(vec![]));
}

#[test]
fn a_file_cut_short_gives_what_it_has() {
    for name in ["pcm16.wav", "mulaw.wav", "stereo44.mp3", "stereo44.flac", "pcm16.aiff"] {
        let whole = file(name);
        let all = decode(&whole, None, 8000).unwrap();
        let part = decode(&whole[..whole.len() * 3 / 4], None, 8000).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(part.len() < all.len() && part.len() > all.len() / 4, "{name}: {} of {}", part.len(), all.len());
    }
}

#[test]
fn more_than_the_limit_is_refused_before_it_is_held() {
    let limit = MAX_SECONDS as usize * 8000;
    assert_eq!(decode(&vec![0xFF; limit + 1], Some("audio/basic"), 8000), Err(DecodeError::TooLong));
    assert_eq!(decode(&vec![0xFF; limit], Some("audio/basic"), 8000).unwrap().len(), limit);
    // Few bytes that claim to be very long: 1 kHz is the lowest rate, sixteen times as long at 16 kHz.
    let mut slow = header(1, 1000, MAX_SECONDS * 2000 + 4000).to_vec();
    slow.resize(slow.len() + MAX_SECONDS as usize * 2000 + 4000, 0);
    assert_eq!(decode(&slow, None, 16_000), Err(DecodeError::TooLong));
}
