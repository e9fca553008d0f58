//! Audio ready to send: 8 kHz samples, and both laws of them made once and shared by every leg that plays them.

use std::sync::OnceLock;

use ringback_dsp::g711::Law;

use crate::unit::RATE_HZ;

/// A prompt in memory. Shared by `Arc`; never changed.
#[derive(Debug)]
pub struct Clip {
    samples: Box<[i16]>,
    mu: OnceLock<Box<[u8]>>,
    a: OnceLock<Box<[u8]>>,
}

impl Clip {
    /// From samples at 8 kHz.
    pub fn new(samples: Vec<i16>) -> Self {
        Self { samples: samples.into_boxed_slice(), mu: OnceLock::new(), a: OnceLock::new() }
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// How long it plays.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE_HZ)
    }

    /// Encodes both laws now, so that the packet path never does.
    pub fn prepare(&self) {
        self.codes(Law::Mu);
        self.codes(Law::A);
    }

    /// The octets in one law.
    pub fn codes(&self, law: Law) -> &[u8] {
        let cell = match law {
            Law::Mu => &self.mu,
            Law::A => &self.a,
        };
        cell.get_or_init(|| {
            let mut codes = vec![0; self.samples.len()];
            law.encode(&self.samples, &mut codes);
            codes.into_boxed_slice()
        })
    }
}
