//! Telephone formats that no container reader knows: raw G.711 and GSM 06.10, by their label, and GSM inside WAV.

use super::sink::Sink;
use super::DecodeError;
use crate::g711::Law;
use crate::gsm::{self, FRAME_BYTES, PAIR_BYTES};
use crate::wav;

/// All of these are telephone audio.
const RATE_HZ: u32 = 8_000;
/// The format tag of GSM 06.10 in WAV.
const WAVE_FORMAT_GSM: u16 = 0x31;

/// What was recognized, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    G711(Law, &'a [u8]),
    GsmFrames(&'a [u8]),
    GsmPairs(&'a [u8]),
}

/// Decides by the label, unless the bytes begin like a container: then they know better.
pub(super) fn recognize<'a>(hint: &str, data: &'a [u8]) -> Option<Raw<'a>> {
    if let Some((WAVE_FORMAT_GSM, body)) = wav::find_data(data) {
        return Some(Raw::GsmPairs(body));
    }
    if [b"RIFF", b"FORM", b"OggS", b"fLaC"].iter().any(|start| data.starts_with(*start)) {
        return None;
    }
    match hint {
        "audio/basic" | "audio/ulaw" | "audio/x-mulaw" | "audio/pcmu" | "ulaw" | "ul" => Some(Raw::G711(Law::Mu, data)),
        "audio/alaw" | "audio/x-alaw" | "audio/pcma" | "alaw" | "al" => Some(Raw::G711(Law::A, data)),
        "audio/gsm" | "audio/x-gsm" | "gsm" if gsm::looks_like_frames(data) => Some(Raw::GsmFrames(data)),
        _ => None,
    }
}

impl Raw<'_> {
    pub(super) fn decode(self, mut sink: Sink) -> Result<Vec<i16>, DecodeError> {
        match self {
            Raw::G711(law, data) => {
                let mut samples = [0; 1024];
                for codes in data.chunks(samples.len()) {
                    law.decode(codes, &mut samples);
                    push(&mut sink, &samples[..codes.len()])?;
                }
            }
            Raw::GsmFrames(data) => {
                let mut decoder = gsm::Decoder::new();
                for frame in data.chunks_exact(FRAME_BYTES).filter_map(|bytes| bytes.first_chunk()) {
                    push(&mut sink, &decoder.decode(frame))?;
                }
            }
            Raw::GsmPairs(data) => {
                let mut decoder = gsm::Decoder::new();
                for pair in data.chunks_exact(PAIR_BYTES).filter_map(|bytes| bytes.first_chunk()) {
                    push(&mut sink, decoder.decode_pair(pair).as_flattened())?;
                }
            }
        }
        sink.finish()
    }
}

fn push(sink: &mut Sink, samples: &[i16]) -> Result<(), DecodeError> {
    let mut piece = [0.0_f32; 1024];
    for chunk in samples.chunks(piece.len()) {
        for (to, sample) in piece.iter_mut().zip(chunk) {
            *to = f32::from(*sample) / 32_768.0;
        }
        sink.push(&piece[..chunk.len()], RATE_HZ)?;
    }
    Ok(())
}
