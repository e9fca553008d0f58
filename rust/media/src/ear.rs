//! What a leg hears in a tick: the jitter buffer's frame, with what was lost concealed.
//!
//! Samples are only made while somebody wants them (a bridge, a recording, a silence watch). A leg that hears a prompt and
//! says nothing of interest costs one copy of 160 octets.

use ringback_dsp::g711::Law;
use ringback_dsp::plc::Concealer;

use crate::jitter::{JitterBuffer, Mask, Octets, Outcome};
use crate::sound::Sound;
use crate::unit::{RATE_HZ, SAMPLES_PER_TICK};

/// A frame of samples.
pub type Samples = [i16; SAMPLES_PER_TICK];

/// Turns packets into frames.
#[derive(Clone, Debug)]
pub struct Ear {
    pub jitter: JitterBuffer,
    law: Law,
    /// This tick's frame, always complete; silence when nothing came.
    codes: Octets,
    is_real: bool,
    samples: Samples,
    concealer: Concealer,
    is_wanted: bool,
    concealed: u64,
}

impl Ear {
    /// Nothing heard yet.
    pub fn new(law: Law) -> Self {
        Self {
            jitter: JitterBuffer::default(),
            law,
            codes: [law.silence(); SAMPLES_PER_TICK],
            is_real: false,
            samples: [0; SAMPLES_PER_TICK],
            concealer: Concealer::new(RATE_HZ),
            is_wanted: false,
            concealed: 0,
        }
    }

    /// Another law was negotiated; what is buffered in the old one is forgotten.
    pub fn set_law(&mut self, law: Law) {
        if law != self.law {
            self.jitter.restart();
            (self.law, self.is_real) = (law, false);
            self.hear_silence();
        }
    }

    /// This tick's frame for another leg, as it was left by `listen`.
    pub fn sound(&self) -> Sound {
        Sound::Codes(self.law, self.codes)
    }

    /// Whether it came from the network, as opposed to silence because nothing comes.
    pub fn is_real(&self) -> bool {
        self.is_real
    }

    /// The same as samples; only kept while `listen` was told that they are wanted.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Frames that were made up wholly or in part.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// Takes the next frame; `is_muted` hears silence instead, in the same time.
    pub fn listen(&mut self, is_muted: bool, is_wanted: bool) {
        if is_wanted && !self.is_wanted {
            self.concealer = Concealer::new(RATE_HZ);
        }
        self.is_wanted = is_wanted;
        let mut mask = Mask::default();
        let outcome = self.jitter.pop(&mut self.codes, &mut mask);
        self.is_real = outcome != Outcome::Starved;
        self.concealed += u64::from(outcome == Outcome::Conceal);
        match outcome {
            _ if is_muted => self.hear_silence(),
            Outcome::Starved => self.hear_silence(),
            Outcome::Packet if is_wanted => self.hear_packet(),
            Outcome::Packet => {}
            Outcome::Conceal if is_wanted => self.conceal(&mask),
            Outcome::Conceal => self.codes.fill(self.law.silence()),
        }
    }

    fn hear_silence(&mut self) {
        self.codes.fill(self.law.silence());
        self.samples.fill(0);
    }

    fn hear_packet(&mut self) {
        self.law.decode(&self.codes, &mut self.samples);
        let ends_gap = self.concealer.is_concealing();
        self.concealer.receive(&mut self.samples);
        if ends_gap {
            self.law.encode(&self.samples, &mut self.codes);
        }
    }

    /// Runs of samples that came and that did not, in turn: packets need not be as long as a tick.
    fn conceal(&mut self, mask: &Mask) {
        self.law.decode(&self.codes, &mut self.samples);
        let mut rest: &mut [i16] = &mut self.samples;
        let mut at = 0;
        while !rest.is_empty() {
            let came = mask.has(at);
            let run = (at..SAMPLES_PER_TICK).take_while(|n| mask.has(*n) == came).count();
            let (piece, after) = rest.split_at_mut(run.min(rest.len()));
            if came {
                self.concealer.receive(piece);
            } else {
                self.concealer.conceal(piece);
            }
            rest = after;
            at += run;
        }
        self.law.encode(&self.samples, &mut self.codes);
    }
}
