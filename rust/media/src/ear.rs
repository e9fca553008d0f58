//! What a leg hears in a tick: the jitter buffer's frame with its gaps concealed.

use ringback_dsp::g711::Law;

use crate::jitter::{JitterBuffer, Mask, Octets, Outcome};
use crate::unit::SAMPLES_PER_TICK;

/// A gap fades to silence over this many samples: 60 ms.
const FADE: i32 = 480;

/// One tick's audio, always complete; silence when nothing came.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    pub law: Law,
    pub codes: Octets,
    /// Whether it came from the network, as opposed to silence because nothing comes.
    pub is_real: bool,
}

/// Turns packets into frames.
#[derive(Clone, Debug)]
pub struct Ear {
    pub jitter: JitterBuffer,
    last: Octets,
    gap: i32,
    heard: Heard,
    concealed: u64,
}

impl Ear {
    /// Nothing heard yet.
    pub fn new(law: Law) -> Self {
        let silence = [law.silence(); SAMPLES_PER_TICK];
        let heard = Heard { law, codes: silence, is_real: false };
        Self { jitter: JitterBuffer::default(), last: silence, gap: FADE, heard, concealed: 0 }
    }

    /// Another law was negotiated; what is buffered in the old one is forgotten.
    pub fn set_law(&mut self, law: Law) {
        if law != self.heard.law {
            let mut jitter = std::mem::take(&mut self.jitter);
            jitter.restart();
            *self = Self { jitter, ..Self::new(law) };
        }
    }

    /// This tick's frame, as it was left by `listen`.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Frames that were made up wholly or in part.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// Takes the next frame; `muted` hears silence instead, in the same time.
    pub fn listen(&mut self, muted: bool) {
        let mut mask = Mask::default();
        let silence = self.heard.law.silence();
        match self.jitter.pop(&mut self.heard.codes, &mut mask) {
            Outcome::Packet => {
                self.last = self.heard.codes;
                self.gap = 0;
                self.heard.is_real = true;
            }
            Outcome::Conceal => {
                self.conceal(&mask);
                self.heard.is_real = true;
            }
            Outcome::Starved => {
                self.heard.codes.fill(silence);
                self.heard.is_real = false;
            }
        }
        if muted {
            self.heard.codes.fill(silence);
        }
    }

    /// Repeats the last frame under a gain that falls to zero over the gap.
    fn conceal(&mut self, mask: &Mask) {
        let law = self.heard.law;
        self.concealed += 1;
        for (n, (code, last)) in self.heard.codes.iter_mut().zip(&self.last).enumerate() {
            if mask.has(n) {
                self.gap = 0;
                continue;
            }
            let gain = (FADE - self.gap).max(0);
            self.gap += 1;
            *code = law.encode_sample((i32::from(law.decode_sample(*last)) * gain / FADE) as i16);
        }
    }
}
