//! From any rate to any rate, offline: for prompts, once per file.
//!
//! The work is done by `rubato`'s FFT resampler: linear phase, aliases below -80 dB, its start-up delay trimmed. Decimating
//! without such a filter turns the sibilants of a 44.1 kHz prompt into noise in the telephone band. `Converter` takes the
//! audio in pieces, so that a long file is never held at its own rate. It allocates: for frames on the packet path there is
//! `halfband`.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler, WindowFunction};

/// Lowest sample rate accepted.
pub const MIN_RATE_HZ: u32 = 1_000;
/// Highest sample rate accepted.
pub const MAX_RATE_HZ: u32 = 384_000;

/// Length of the anti-aliasing filter, in milliseconds of the slower side: sharp to 97 % of its band.
const FILTER_MS: u32 = 32;

/// Float files may exceed full scale; beyond this it is damage.
const LOUDEST: f32 = 4.0;

/// Why a conversion cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResampleError {
    /// A rate outside `MIN_RATE_HZ..=MAX_RATE_HZ`.
    #[error("a sample rate of {0} Hz is outside {MIN_RATE_HZ} to {MAX_RATE_HZ}")]
    Rate(u32),
    /// The resampler refused, which would be a fault of this module.
    #[error("the resampler failed: {0}")]
    Failed(String),
}

/// Mono `f32` (full scale ±1) at one rate in, 16-bit PCM at another rate out.
pub struct Converter {
    resampler: Option<Resampling>,
}

struct Resampling {
    inner: Fft<f32>,
    pending: Vec<f32>,
    output: Vec<f32>,
    taken: u64,
    given: u64,
    delay_left: usize,
}

impl Converter {
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        for rate_hz in [from_hz, to_hz] {
            if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&rate_hz) {
                return Err(ResampleError::Rate(rate_hz));
            }
        }
        let resampler = if from_hz == to_hz { None } else { Some(Resampling::new(from_hz, to_hz)?) };
        Ok(Self { resampler })
    }

    /// Takes a piece of any length and appends what is ready of the result.
    pub fn push(&mut self, samples: &[f32], result: &mut Vec<i16>) -> Result<(), ResampleError> {
        match &mut self.resampler {
            None => result.extend(samples.iter().copied().map(to_i16)),
            Some(resampling) => resampling.push(samples, result)?,
        }
        Ok(())
    }

    /// Appends what is still inside. The whole result is as long as the input, to the sample (rounded up).
    pub fn finish(self, result: &mut Vec<i16>) -> Result<(), ResampleError> {
        match self.resampler {
            None => Ok(()),
            Some(resampling) => resampling.finish(result),
        }
    }
}

impl Resampling {
    fn new(from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        let chunk = (u64::from(from_hz) * u64::from(FILTER_MS) / 1000).max(64) as usize;
        let (from, to) = (from_hz as usize, to_hz as usize);
        let window = WindowFunction::BlackmanHarris2;
        let inner = Fft::new_custom(from, to, chunk, 1, 1, window, FixedSync::Input).map_err(failed)?;
        let output = vec![0.0; inner.output_frames_max()];
        let delay_left = inner.output_delay();
        Ok(Self { inner, pending: Vec::new(), output, taken: 0, given: 0, delay_left })
    }

    fn push(&mut self, samples: &[f32], result: &mut Vec<i16>) -> Result<(), ResampleError> {
        self.taken += samples.len() as u64;
        // The FFT refuses what is not a number, and one such sample would spoil its whole block.
        self.pending.extend(samples.iter().copied().map(|sample| {
            if sample.is_finite() {
                sample.clamp(-LOUDEST, LOUDEST)
            } else {
                0.0
            }
        }));
        let mut start = 0;
        while self.pending.len() - start >= self.inner.input_frames_next() {
            let end = start + self.inner.input_frames_next();
            let piece = std::mem::take(&mut self.pending);
            let outcome = self.process(&piece[start..end], None, u64::MAX, result);
            self.pending = piece;
            outcome?;
            start = end;
        }
        self.pending.drain(..start);
        Ok(())
    }

    fn finish(mut self, result: &mut Vec<i16>) -> Result<(), ResampleError> {
        let total = (self.taken as f64 * self.inner.resample_ratio()).ceil() as u64;
        let last = std::mem::take(&mut self.pending);
        self.process(&last, Some(last.len()), total, result)?;
        while self.given < total {
            self.process(&[], Some(0), total, result)?;
        }
        Ok(())
    }

    /// One block through the filter; drops the start-up delay and whatever would exceed `total`.
    fn process(
        &mut self,
        piece: &[f32],
        partial: Option<usize>,
        total: u64,
        result: &mut Vec<i16>,
    ) -> Result<(), ResampleError> {
        let room = self.output.len();
        let input = SequentialSlice::new(piece, 1, piece.len()).map_err(failed)?;
        let mut output = SequentialSlice::new_mut(&mut self.output, 1, room).map_err(failed)?;
        let indexing = Indexing { partial_len: partial, ..Indexing::default() };
        let (_, made) = self.inner.process_into_buffer(&input, &mut output, Some(&indexing)).map_err(failed)?;
        let skipped = self.delay_left.min(made);
        self.delay_left -= skipped;
        let wanted = ((made - skipped) as u64).min(total - self.given) as usize;
        result.extend(self.output[skipped..skipped + wanted].iter().copied().map(to_i16));
        self.given += wanted as u64;
        Ok(())
    }
}

/// A whole slice at once.
pub fn convert(samples: &[i16], from_hz: u32, to_hz: u32) -> Result<Vec<i16>, ResampleError> {
    let mut converter = Converter::new(from_hz, to_hz)?;
    let mut result = Vec::new();
    let mut piece = [0.0_f32; 1024];
    for chunk in samples.chunks(piece.len()) {
        for (to, from) in piece.iter_mut().zip(chunk) {
            *to = f32::from(*from) / 32_768.0;
        }
        converter.push(&piece[..chunk.len()], &mut result)?;
    }
    converter.finish(&mut result)?;
    Ok(result)
}

fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16 // `as` saturates, and makes 0 of NaN
}

fn failed(error: impl std::fmt::Display) -> ResampleError {
    ResampleError::Failed(error.to_string())
}
