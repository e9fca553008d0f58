//! Tones made and tones found: sines, DTMF pairs, the record beep, and the Goertzel filter that listens for one frequency.
//!
//! A `ToneGenerator` keeps its phase from one frame to the next, counted in 2^-32 turns, so that a tone of any length has no
//! seam and no drift. A generator that started each frame anew would click fifty times a second, and a DTMF receiver would
//! reject its digits.

use std::f64::consts::TAU;

/// Most frequencies one generator sounds at the same time (call progress tones use two, some four).
pub const MAX_FREQUENCIES: usize = 4;
/// Frequency of the beep before a recording.
pub const BEEP_HZ: f64 = 1400.0;
/// How long a beep or a burst takes to swell and to fade, so that it does not click.
pub const RAMP_SECONDS: f64 = 0.005;

const TURN: f64 = 4_294_967_296.0;
pub(crate) const KEYS: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
pub(crate) const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
pub(crate) const COLUMNS_HZ: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// Why a tone cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ToneError {
    /// A frequency that is not above zero and below half the sample rate.
    #[error("{frequency_hz} Hz cannot be sounded at {rate_hz} samples a second")]
    Frequency { frequency_hz: f64, rate_hz: u32 },
    /// No frequency, or more than `MAX_FREQUENCIES`.
    #[error("{0} frequencies asked; 1 to {MAX_FREQUENCIES} can be sounded together")]
    Count(usize),
    /// A level above full scale, or not a number.
    #[error("a level of {0} dBFS is above full scale")]
    Level(f64),
}

/// One to four sines of equal strength, continuous from call to call.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    phases: [u32; MAX_FREQUENCIES],
    steps: [u32; MAX_FREQUENCIES],
    count: usize,
    amplitude: f64,
}

impl ToneGenerator {
    /// `level_dbfs` is the peak of the sum, 0 being full scale: the sum never clips, whatever the number of frequencies.
    pub fn new(frequencies_hz: &[f64], level_dbfs: f64, rate_hz: u32) -> Result<Self, ToneError> {
        let count = frequencies_hz.len();
        if count == 0 || count > MAX_FREQUENCIES {
            return Err(ToneError::Count(count));
        }
        if level_dbfs.is_nan() || level_dbfs > 0.0 {
            return Err(ToneError::Level(level_dbfs));
        }
        let mut steps = [0; MAX_FREQUENCIES];
        for (step, frequency_hz) in steps.iter_mut().zip(frequencies_hz) {
            *step = phase_step(*frequency_hz, rate_hz)?;
        }
        let amplitude = f64::from(i16::MAX) * 10.0_f64.powf(level_dbfs / 20.0) / count as f64;
        Ok(Self { phases: [0; MAX_FREQUENCIES], steps, count, amplitude })
    }

    /// The next sample.
    pub fn next_sample(&mut self) -> f64 {
        let mut sum = 0.0;
        for (phase, step) in self.phases.iter_mut().zip(self.steps).take(self.count) {
            sum += (f64::from(*phase) * (TAU / TURN)).sin();
            *phase = phase.wrapping_add(step);
        }
        sum * self.amplitude
    }

    /// Overwrites `samples` with the tone, going on where the last call ended.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = self.next_sample().round() as i16;
        }
    }
}

fn phase_step(frequency_hz: f64, rate_hz: u32) -> Result<u32, ToneError> {
    if frequency_hz > 0.0 && frequency_hz < f64::from(rate_hz) / 2.0 {
        Ok((frequency_hz / f64::from(rate_hz) * TURN).round() as u32)
    } else {
        Err(ToneError::Frequency { frequency_hz, rate_hz })
    }
}

/// A tone of a given length that swells and fades over `RAMP_SECONDS` at its ends. Allocates.
pub fn burst(frequencies_hz: &[f64], seconds: f64, level_dbfs: f64, rate_hz: u32) -> Result<Vec<i16>, ToneError> {
    let mut generator = ToneGenerator::new(frequencies_hz, level_dbfs, rate_hz)?;
    let length = (seconds.max(0.0) * f64::from(rate_hz)).round() as usize;
    let ramp = ((RAMP_SECONDS * f64::from(rate_hz)) as usize).min(length / 2).max(1);
    let gain = |at: usize| {
        let edge = (at.min(length - 1 - at) + 1).min(ramp) as f64 / ramp as f64;
        0.5 - 0.5 * (edge * TAU / 2.0).cos()
    };
    Ok((0..length).map(|at| (generator.next_sample() * gain(at)).round() as i16).collect())
}

/// The beep before a recording: `BEEP_HZ` for 0.5 s at -12 dBFS.
pub fn beep(rate_hz: u32) -> Result<Vec<i16>, ToneError> {
    burst(&[BEEP_HZ], 0.5, -12.0, rate_hz)
}

/// The row and column frequencies of a key (ITU-T Q.23), lower-case letters included.
pub fn dtmf_frequencies(key: char) -> Option<[f64; 2]> {
    let key = key.to_ascii_uppercase();
    KEYS.iter().zip(ROWS_HZ).find_map(|(row, row_hz)| {
        let column = row.iter().position(|name| *name == key)?;
        Some([row_hz, COLUMNS_HZ[column]])
    })
}

/// The strength of one frequency in a stretch of samples, at the cost of one multiplication per sample.
#[derive(Clone, Copy, Debug)]
pub struct Goertzel {
    coefficient: f64,
}

impl Goertzel {
    /// A filter for `frequency_hz`, which need not fall on a whole number of periods.
    pub fn new(frequency_hz: f64, rate_hz: u32) -> Result<Self, ToneError> {
        phase_step(frequency_hz, rate_hz)?;
        Ok(Self { coefficient: 2.0 * (TAU * frequency_hz / f64::from(rate_hz)).cos() })
    }

    /// Amplitude (peak, in sample units) of a sine of this frequency in `samples`; 0 for none.
    pub fn amplitude(&self, samples: &[i16]) -> f64 {
        let (mut last, mut before) = (0.0_f64, 0.0_f64);
        for sample in samples {
            (last, before) = (f64::from(*sample) + self.coefficient * last - before, last);
        }
        let power = last * last + before * before - self.coefficient * last * before;
        2.0 * power.max(0.0).sqrt() / samples.len().max(1) as f64
    }

    /// The same in decibels below a full-scale sine; -120 for nothing at all.
    pub fn level_dbfs(&self, samples: &[i16]) -> f64 {
        (20.0 * (self.amplitude(samples) / f64::from(i16::MAX)).log10()).max(-120.0)
    }

    /// Which part of all the energy in `samples` this frequency is: 1 for a pure tone, near 0 for anything else.
    pub fn share(&self, samples: &[i16]) -> f64 {
        let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        if energy == 0.0 {
            return 0.0;
        }
        self.amplitude(samples).powi(2) / 2.0 * samples.len() as f64 / energy
    }
}
