//! Audio ready to send.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use ringback_dsp::{decode, resample, tone};
use ringback_media::clip::Clip as MediaClip;
use ringback_media::unit::RATE_HZ;

use crate::DecodeError;

/// The longest clip that is made from a number of seconds.
const MAX_SECONDS: f64 = 3600.0;

/// Audio ready to send, shared by any number of legs (8 kHz mono; both G.711 laws are made once, on first use).
#[pyclass(frozen, module = "ringback.media._engine")]
pub struct Clip {
    pub(crate) inner: Arc<MediaClip>,
}

impl Clip {
    fn from_samples(samples: Vec<i16>) -> Self {
        Self { inner: Arc::new(MediaClip::new(samples)) }
    }
}

#[pymethods]
impl Clip {
    /// Resample to 8 kHz. Releases the GIL.
    #[staticmethod]
    fn from_pcm(python: Python<'_>, pcm: &[u8], rate_hz: u32) -> PyResult<Self> {
        if !pcm.len().is_multiple_of(2) {
            return Err(PyValueError::new_err("pcm must be whole 16-bit samples"));
        }
        let converted = python.allow_threads(|| {
            let samples: Vec<i16> = pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
            resample::convert(&samples, rate_hz, RATE_HZ)
        });
        converted.map(Self::from_samples).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Decode a file, mix to mono, resample. Releases the GIL.
    #[staticmethod]
    #[pyo3(signature = (data, hint=None))]
    fn decode(python: Python<'_>, data: &[u8], hint: Option<&str>) -> PyResult<Self> {
        let decoded = python.allow_threads(|| decode::decode(data, hint, RATE_HZ));
        decoded.map(Self::from_samples).map_err(|error| DecodeError::new_err(error.to_string()))
    }

    /// One to four sines that swell and fade.
    #[staticmethod]
    #[pyo3(signature = (frequencies_hz, seconds, level_dbfs=-12.0))]
    fn tone(python: Python<'_>, frequencies_hz: Vec<f64>, seconds: f64, level_dbfs: f64) -> PyResult<Self> {
        check_seconds(seconds)?;
        let burst = python.allow_threads(|| tone::burst(&frequencies_hz, seconds, level_dbfs, RATE_HZ));
        burst.map(Self::from_samples).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Nothing, for a while.
    #[staticmethod]
    fn silence(seconds: f64) -> PyResult<Self> {
        check_seconds(seconds)?;
        Ok(Self::from_samples(vec![0; (seconds * f64::from(RATE_HZ)).round() as usize]))
    }

    /// How long it plays.
    #[getter]
    fn seconds(&self) -> f64 {
        self.inner.seconds()
    }

    /// The 8 kHz samples.
    fn pcm<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let samples = self.inner.samples();
        PyBytes::new_with(python, samples.len() * 2, |bytes| {
            bytes
                .chunks_exact_mut(2)
                .zip(samples)
                .for_each(|(pair, sample)| pair.copy_from_slice(&sample.to_le_bytes()));
            Ok(())
        })
    }

    fn __repr__(&self) -> String {
        format!("Clip({:.2} s)", self.inner.seconds())
    }
}

fn check_seconds(seconds: f64) -> PyResult<()> {
    if (0.0..=MAX_SECONDS).contains(&seconds) {
        return Ok(());
    }
    Err(PyValueError::new_err("seconds must be between 0 and 3600"))
}
