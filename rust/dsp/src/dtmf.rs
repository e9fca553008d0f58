//! Keys heard in the audio itself, for phones and gateways that do not send RFC 4733 events.
//!
//! Each frame of 20 ms is measured at the eight frequencies of ITU-T Q.23. A key is a row and a column of similar strength
//! that together are nearly all of the sound, in two frames running (Q.24: 40 ms must be recognized). Speech has pairs of
//! such frequencies too, but other energy beside them; without that test a caller's vowels press keys.

use crate::tone::{Goertzel, ToneError, COLUMNS_HZ, KEYS, ROWS_HZ};

/// Weakest tone of a pair (Q.24 allows -25 dBm and less).
pub const LEAST_LEVEL_DBFS: f64 = -36.0;
/// How much stronger one tone of a pair may be than the other.
pub const GREATEST_TWIST_DB: f64 = 9.0;
/// How much weaker the other three rows and columns must be.
pub const LEAST_LEAD_DB: f64 = 8.0;
/// How much of the energy must be in the pair.
pub const LEAST_SHARE: f64 = 0.8;

/// A key that has just been released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    pub key: char,
    pub duration_ms: u32,
}

/// Listens to one direction of one call. No allocation.
#[derive(Clone, Debug)]
pub struct DtmfDetector {
    rows: [Goertzel; 4],
    columns: [Goertzel; 4],
    /// The key that is down, or may be, for how many frames, and how many it has been missing.
    candidate: Option<char>,
    frames: u32,
    missing: u32,
}

const CERTAIN_FRAMES: u32 = 2;
const RELEASE_FRAMES: u32 = 2;

impl DtmfDetector {
    /// An error for a rate that cannot carry 1633 Hz.
    pub fn new(rate_hz: u32) -> Result<Self, ToneError> {
        Ok(Self {
            rows: filters(ROWS_HZ, rate_hz)?,
            columns: filters(COLUMNS_HZ, rate_hz)?,
            candidate: None,
            frames: 0,
            missing: 0,
        })
    }

    /// Takes the next 20 ms; reports each key once, when it is released. A gap of one frame belongs to the key.
    pub fn observe(&mut self, frame: &[i16]) -> Option<Pressed> {
        let heard = self.key_of(frame);
        if heard.is_some() && heard == self.candidate {
            self.frames += 1 + self.missing;
            self.missing = 0;
            return None;
        }
        self.missing += 1;
        if heard.is_none() && self.candidate.is_some() && self.missing < RELEASE_FRAMES {
            return None;
        }
        let released = self.pressed();
        (self.candidate, self.frames, self.missing) = (heard, u32::from(heard.is_some()), 0);
        released
    }

    /// The key that is down for certain.
    pub fn key_down(&self) -> Option<char> {
        self.candidate.filter(|_| self.frames >= CERTAIN_FRAMES)
    }

    fn pressed(&self) -> Option<Pressed> {
        let key = self.key_down()?;
        Some(Pressed { key, duration_ms: self.frames * 20 })
    }

    fn key_of(&self, frame: &[i16]) -> Option<char> {
        let (row, row_level) = strongest(&self.rows, frame)?;
        let (column, column_level) = strongest(&self.columns, frame)?;
        let together = self.rows[row].share(frame) + self.columns[column].share(frame);
        let alike = (row_level - column_level).abs() < GREATEST_TWIST_DB;
        (alike && together > LEAST_SHARE).then_some(KEYS[row][column])
    }
}

fn filters(frequencies_hz: [f64; 4], rate_hz: u32) -> Result<[Goertzel; 4], ToneError> {
    let [a, b, c, d] = frequencies_hz.map(|frequency_hz| Goertzel::new(frequency_hz, rate_hz));
    Ok([a?, b?, c?, d?])
}

/// Which of four is heard, if it is loud enough and leads the others.
fn strongest(filters: &[Goertzel; 4], frame: &[i16]) -> Option<(usize, f64)> {
    let levels = filters.map(|filter| filter.level_dbfs(frame));
    let (best, level) = levels.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let leads = levels.iter().enumerate().all(|(at, other)| at == best || level - other > LEAST_LEAD_DB);
    (leads && level > LEAST_LEVEL_DBFS).then_some((best, level))
}
