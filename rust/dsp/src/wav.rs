//! WAV files of 16-bit PCM: a 44-byte header, then samples; written as they arrive.
//!
//! A recording must be playable after a kill -9. `WavWriter` therefore begins with a valid header for zero samples, and
//! `patch` brings the header up to date at any time without closing. Whoever does not call `patch` about once a second loses,
//! in most players, what came after the last call. `header` is a pure function for those who do their own writing.
//!
//! The reader takes what this writer (and any tool that writes plain 16-bit PCM) makes, tolerates a header that was never
//! patched, and skips chunks it does not know. Every other encoding is the business of `decode`.

use std::io::{self, Seek, SeekFrom, Write};

/// Length of the canonical header.
pub const HEADER_LEN: usize = 44;
/// Most bytes of samples a RIFF header can state.
pub const MAX_DATA_BYTES: u32 = u32::MAX - 36;

const CHUNK_SAMPLES: usize = 512;

/// Why bytes are not a WAV file that this module reads, or why one cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// The bytes do not begin with RIFF....WAVE.
    #[error("not a RIFF WAVE file")]
    NotWave,
    /// The file ends before its format or its data chunk.
    #[error("the file ends before its {0} chunk")]
    Missing(&'static str),
    /// Something other than 16-bit PCM with one or two channels.
    #[error("not 16-bit PCM with 1 or 2 channels (format {format}, {bits} bits, {channels} channels)")]
    Unsupported { format: u16, bits: u16, channels: u16 },
    /// More than `MAX_DATA_BYTES` of samples.
    #[error("a WAV file cannot hold more than 4 GiB")]
    Full,
    /// The underlying file failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The 44 bytes before `data_bytes` bytes of 16-bit samples.
pub fn header(channels: u16, rate_hz: u32, data_bytes: u32) -> [u8; HEADER_LEN] {
    let block = channels.saturating_mul(2);
    let data_bytes = data_bytes.min(MAX_DATA_BYTES);
    let mut bytes = [0; HEADER_LEN];
    let mut at = 0;
    let mut put = |field: &[u8]| {
        bytes[at..at + field.len()].copy_from_slice(field);
        at += field.len();
    };
    put(b"RIFF");
    put(&(data_bytes + 36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&rate_hz.to_le_bytes());
    put(&rate_hz.saturating_mul(u32::from(block)).to_le_bytes());
    put(&block.to_le_bytes());
    put(&16_u16.to_le_bytes());
    put(b"data");
    put(&data_bytes.to_le_bytes());
    bytes
}

/// Writes samples as they come, behind a header that can be brought up to date at any time.
#[derive(Debug)]
pub struct WavWriter<W: Write + Seek> {
    inner: W,
    channels: u16,
    rate_hz: u32,
    data_bytes: u32,
}

impl<W: Write + Seek> WavWriter<W> {
    /// Writes a header for zero samples at the present position, which must be the start of the file.
    pub fn new(mut inner: W, channels: u16, rate_hz: u32) -> Result<Self, WavError> {
        if !(1..=2).contains(&channels) {
            return Err(WavError::Unsupported { format: 1, bits: 16, channels });
        }
        inner.write_all(&header(channels, rate_hz, 0))?;
        Ok(Self { inner, channels, rate_hz, data_bytes: 0 })
    }

    /// Appends samples, interleaved if there are two channels. Allocates nothing.
    pub fn write(&mut self, samples: &[i16]) -> Result<(), WavError> {
        let bytes = u32::try_from(samples.len() * 2).map_err(|_| WavError::Full)?;
        let total = self.data_bytes.checked_add(bytes).filter(|total| *total <= MAX_DATA_BYTES);
        let total = total.ok_or(WavError::Full)?;
        let mut buffer = [0; CHUNK_SAMPLES * 2];
        for chunk in samples.chunks(CHUNK_SAMPLES) {
            for (pair, sample) in buffer.chunks_exact_mut(2).zip(chunk) {
                pair.copy_from_slice(&sample.to_le_bytes());
            }
            self.inner.write_all(&buffer[..chunk.len() * 2])?;
        }
        self.data_bytes = total;
        Ok(())
    }

    /// Rewrites the header for what has been written so far, flushes, and returns to the end.
    pub fn patch(&mut self) -> Result<(), WavError> {
        self.inner.seek(SeekFrom::Start(0))?;
        self.inner.write_all(&header(self.channels, self.rate_hz, self.data_bytes))?;
        self.inner.seek(SeekFrom::End(0))?;
        self.inner.flush()?;
        Ok(())
    }

    /// Patches the header and hands back the file.
    pub fn finish(mut self) -> Result<W, WavError> {
        self.patch()?;
        Ok(self.inner)
    }

    /// How many sample frames (one sample of each channel) were written.
    pub fn frames(&self) -> u64 {
        u64::from(self.data_bytes) / u64::from(self.channels * 2)
    }

    /// Length of what was written.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.rate_hz.max(1))
    }
}

/// What `read` found: samples interleaved by channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav {
    pub channels: u16,
    pub rate_hz: u32,
    pub samples: Vec<i16>,
}

/// Reads a 16-bit PCM file. A data chunk that claims more than there is, or nothing (a header never patched), is taken to
/// the end of the bytes.
pub fn read(bytes: &[u8]) -> Result<Wav, WavError> {
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"WAVE" {
        return Err(WavError::NotWave);
    }
    let mut format = None;
    let mut rest = &bytes[12..];
    while let Some((name, size, body)) = next_chunk(rest) {
        match name {
            b"fmt " => format = Some(read_format(body)?),
            b"data" => return Ok(read_data(format.ok_or(WavError::Missing("fmt "))?, size, body)),
            _ => {}
        }
        let padded = size.saturating_add(size & 1).min(body.len());
        rest = &body[padded..];
    }
    Err(WavError::Missing(if format.is_some() { "data" } else { "fmt " }))
}

/// The format tag and the data chunk of a WAV file of any encoding, as far as its bytes go.
pub(crate) fn find_data(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut tag = None;
    loop {
        let (name, size, body) = next_chunk(rest)?;
        match name {
            b"fmt " => tag = body.first_chunk().map(|bytes| u16::from_le_bytes(*bytes)),
            b"data" => return Some((tag?, &body[..size.min(body.len())])),
            _ => {}
        }
        rest = &body[size.saturating_add(size & 1).min(body.len())..];
    }
}

fn next_chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (size, body) = rest.split_first_chunk::<4>()?;
    Some((name, u32::from_le_bytes(*size) as usize, body))
}

fn read_format(body: &[u8]) -> Result<(u16, u32), WavError> {
    let fields = body.get(..16).ok_or(WavError::Missing("fmt "))?;
    let word = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let (format, channels, bits) = (word(0), word(2), word(14));
    let rate_hz = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
    if format != 1 || bits != 16 || !(1..=2).contains(&channels) || rate_hz == 0 {
        return Err(WavError::Unsupported { format, bits, channels });
    }
    Ok((channels, rate_hz))
}

fn read_data((channels, rate_hz): (u16, u32), size: usize, body: &[u8]) -> Wav {
    let length = if size == 0 { body.len() } else { size.min(body.len()) };
    let whole = length - length % usize::from(channels * 2);
    let samples = body[..whole].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    Wav { channels, rate_hz, samples }
}
