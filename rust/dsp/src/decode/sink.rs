//! Where decoded audio of any rate is collected at the wanted rate, within the limit.

use super::{DecodeError, MAX_SECONDS};
use crate::resample::Converter;

/// Collects mono audio of any rate, even one that changes on the way, at the wanted rate and within `MAX_SECONDS`.
pub(super) struct Sink {
    rate_hz: u32,
    converter: Option<(u32, Converter)>,
    result: Vec<i16>,
}

impl Sink {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self { rate_hz, converter: None, result: Vec::new() }
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.converter.is_none()
    }

    pub(super) fn push(&mut self, samples: &[f32], from_hz: u32) -> Result<(), DecodeError> {
        if self.converter.as_ref().is_some_and(|(rate_hz, _)| *rate_hz != from_hz) {
            self.flush()?;
        }
        let (_, converter) = match &mut self.converter {
            Some(running) => running,
            none => none.insert((from_hz, Converter::new(from_hz, self.rate_hz)?)),
        };
        converter.push(samples, &mut self.result)?;
        if self.result.len() as u64 > u64::from(MAX_SECONDS) * u64::from(self.rate_hz) {
            return Err(DecodeError::TooLong);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DecodeError> {
        if let Some((_, converter)) = self.converter.take() {
            converter.finish(&mut self.result)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<i16>, DecodeError> {
        self.flush()?;
        Ok(self.result)
    }
}
