//! Files of any common kind to mono 16-bit PCM at the rate that is wanted.
//!
//! Containers: WAV (PCM of every width, float, µ-law, A-law, ADPCM, GSM), AIFF and AIFF-C, MP3, Ogg Vorbis, FLAC, and the raw
//! telephone formats that have no header and so need the hint. The bytes come from a web server that somebody else runs:
//! they are hostile until decoded. The output is bounded by `MAX_SECONDS` whatever the file claims, the memory used on the
//! way does not grow with the file's own rate or channels, and every failure is a `DecodeError`, never a panic.

mod raw;
mod sink;

use std::io::Cursor;
use std::panic::{catch_unwind, AssertUnwindSafe};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;

use self::sink::Sink;
use crate::resample::ResampleError;

/// Longest audio that one file may give: 40 minutes.
pub const MAX_SECONDS: u32 = 40 * 60;
/// Most channels that are mixed to mono.
pub const MAX_CHANNELS: usize = 32;
/// Most damaged packets that are skipped before a file counts as corrupt.
pub const MAX_BAD_PACKETS: usize = 256;

/// Why bytes did not become audio.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There are no bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The bytes are of no container that is known here.
    #[error("not a supported audio file: {0}")]
    UnknownFormat(String),
    /// The container is known, its codec (or a variant of it) is not.
    #[error("unsupported audio encoding: {0}")]
    UnsupportedCodec(String),
    /// The container or its data is damaged, and nothing could be made of it.
    #[error("damaged audio file: {0}")]
    Corrupt(String),
    /// More than `MAX_SECONDS`.
    #[error("longer than {MAX_SECONDS} seconds")]
    TooLong,
    /// More than `MAX_CHANNELS`.
    #[error("{0} channels are more than {MAX_CHANNELS}")]
    TooManyChannels(usize),
    /// The file's rate, or the one that was asked, is out of range.
    #[error(transparent)]
    Rate(#[from] ResampleError),
}

/// Decodes `data` to mono at `rate_hz`. `hint` is a MIME type (parameters are ignored) or a file extension; it decides for
/// raw formats and merely helps for the others. A file cut short gives the audio it has.
pub fn decode(data: &[u8], hint: Option<&str>, rate_hz: u32) -> Result<Vec<i16>, DecodeError> {
    if data.is_empty() {
        return Err(DecodeError::Empty);
    }
    // The decoders are other people's code fed with strangers' bytes: a panic in one is a damaged file, not our end.
    let outcome = catch_unwind(AssertUnwindSafe(|| decode_unguarded(data, hint, rate_hz)));
    outcome.unwrap_or_else(|_| Err(DecodeError::Corrupt("the decoder gave up on it".into())))
}

fn decode_unguarded(data: &[u8], hint: Option<&str>, rate_hz: u32) -> Result<Vec<i16>, DecodeError> {
    let hint = hint.map(plain_hint).unwrap_or_default();
    match raw::recognize(&hint, data) {
        Some(found) => found.decode(Sink::new(rate_hz)),
        None => decode_container(data, &hint, rate_hz),
    }
}

/// `Audio/Basic; rate=8000` and `.WAV` become `audio/basic` and `wav`.
fn plain_hint(hint: &str) -> String {
    let essence = hint.split(';').next().unwrap_or_default();
    essence.trim().trim_start_matches('.').to_ascii_lowercase()
}

fn decode_container(data: &[u8], hint: &str, rate_hz: u32) -> Result<Vec<i16>, DecodeError> {
    let mut format = open(data, hint)?;
    let (track_id, mut decoder) = choose_track(format.as_ref())?;
    let mut sink = Sink::new(rate_hz);
    let mut interleaved = Vec::new();
    let mut bad_packets = 0;
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track_id => packet,
            Ok(Some(_)) => continue,
            Ok(None) | Err(Error::ResetRequired) => break,
            Err(error) => return cut_short(sink, &error),
        };
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = buffer.spec().clone();
                buffer.copy_to_vec_interleaved::<f32>(&mut interleaved);
                mix_to_mono(&mut interleaved, spec.channels().count())?;
                sink.push(&interleaved, spec.rate())?;
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) if bad_packets < MAX_BAD_PACKETS => bad_packets += 1,
            Err(error) => return cut_short(sink, &error),
        }
    }
    if sink.is_untouched() && bad_packets > 0 {
        return Err(DecodeError::Corrupt("no packet of it can be decoded".into()));
    }
    sink.finish()
}

/// A reader that may seek finds chunks in any order but fails where a file ends too early; one that may not reads on from
/// where it is. The second is for what was cut short.
fn open<'a>(data: &'a [u8], hint: &str) -> Result<Box<dyn FormatReader + 'a>, DecodeError> {
    let seeking = probe(Box::new(Cursor::new(data)), hint);
    match seeking {
        Err(Error::IoError(_)) => probe(Box::new(ReadOnlySource::new(data)), hint),
        outcome => outcome,
    }
    .map_err(|error| match error {
        Error::DecodeError(reason) => DecodeError::Corrupt(reason.into()),
        other => DecodeError::UnknownFormat(other.to_string()),
    })
}

fn probe<'a>(source: Box<dyn MediaSource + 'a>, hint: &str) -> Result<Box<dyn FormatReader + 'a>, Error> {
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut probe_hint = Hint::new();
    if hint.contains('/') {
        probe_hint.mime_type(hint);
    } else if !hint.is_empty() {
        probe_hint.with_extension(hint);
    }
    let probe = symphonia::default::get_probe();
    probe.probe(&probe_hint, stream, FormatOptions::default(), MetadataOptions::default())
}

fn choose_track(format: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), DecodeError> {
    let track = format.default_track(TrackType::Audio);
    let track = track.ok_or_else(|| DecodeError::UnknownFormat("it has no audio track".into()))?;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or_else(|| DecodeError::UnsupportedCodec("its codec is not stated".into()))?;
    let codecs = symphonia::default::get_codecs();
    let decoder = codecs
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| DecodeError::UnsupportedCodec(error.to_string()))?;
    Ok((track.id, decoder))
}

/// The end of the file came in the middle of something: what was heard until there counts.
fn cut_short(sink: Sink, error: &Error) -> Result<Vec<i16>, DecodeError> {
    if sink.is_untouched() {
        Err(DecodeError::Corrupt(error.to_string()))
    } else {
        sink.finish()
    }
}

fn mix_to_mono(interleaved: &mut Vec<f32>, channels: usize) -> Result<(), DecodeError> {
    match channels {
        0 => return Err(DecodeError::Corrupt("it has no channels".into())),
        1 => return Ok(()),
        2..=MAX_CHANNELS => {}
        more => return Err(DecodeError::TooManyChannels(more)),
    }
    let frames = interleaved.len() / channels;
    for frame in 0..frames {
        let start = frame * channels;
        let sum: f32 = interleaved[start..start + channels].iter().sum();
        interleaved[frame] = sum / channels as f32;
    }
    interleaved.truncate(frames);
    Ok(())
}
