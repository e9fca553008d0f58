//! What a leg says in a tick, in its codec.

use ringback_dsp::g711::Law;
use ringback_dsp::g722;
use ringback_dsp::halfband::{Downsampler, Upsampler};

use crate::codec::{Codec, WideSamples};
use crate::ear::Samples;
use crate::jitter::Octets;
use crate::opus::OpusMouth;
use crate::sound::Sound;
use crate::unit::SAMPLES_PER_TICK;

/// Turns sound into octets.
#[derive(Debug)]
pub struct Mouth {
    codec: Codec,
    codes: Octets,
    wide: Option<Box<WideMouth>>,
}

/// What only a wideband leg needs.
#[derive(Debug)]
struct WideMouth {
    encoder: WideEncoder,
    up: Upsampler,
    /// For recordings.
    down: Downsampler,
    samples: WideSamples,
}

#[derive(Debug)]
enum WideEncoder {
    G722(g722::Encoder),
    Opus(OpusMouth),
}

impl Mouth {
    /// Nothing said yet.
    pub fn new(codec: Codec) -> Self {
        Self { codec, codes: [0; SAMPLES_PER_TICK], wide: WideMouth::new(codec).map(Box::new) }
    }

    /// Another codec was negotiated.
    pub fn set_codec(&mut self, codec: Codec) {
        if codec != self.codec {
            *self = Self::new(codec);
        }
    }

    /// Which codec it speaks.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Encodes one tick; nothing is silence.
    pub fn say(&mut self, sound: Option<&Sound>) {
        match (&mut self.wide, self.codec) {
            (Some(wide), _) => wide.say(sound, &mut self.codes),
            (None, Codec::G711(law)) => say_narrow(law, sound, &mut self.codes),
            (None, _) => {}
        }
    }

    /// The payload of what was said; empty if it could not be.
    pub fn spoken(&self) -> &[u8] {
        match self.wide.as_deref() {
            Some(WideMouth { encoder: WideEncoder::Opus(opus), .. }) => opus.spoken(),
            _ => &self.codes,
        }
    }

    /// The tick was taken by something else than sound.
    pub fn keep_silent(&mut self) {
        match (&mut self.wide, self.codec) {
            (None, Codec::G711(law)) => self.codes.fill(law.silence()),
            (Some(wide), _) => wide.samples.fill(0),
            (None, _) => {}
        }
    }

    /// What was said, at 8 kHz.
    pub fn said(&mut self) -> Samples {
        let mut samples = [0; SAMPLES_PER_TICK];
        match (&mut self.wide, self.codec) {
            (Some(wide), _) => drop(wide.down.process(&wide.samples, &mut samples)),
            (None, Codec::G711(law)) => drop(law.decode(&self.codes, &mut samples)),
            (None, _) => {}
        }
        samples
    }
}

impl WideMouth {
    /// `None` for a codec of the telephone band.
    fn new(codec: Codec) -> Option<Self> {
        let encoder = match codec {
            Codec::G711(_) => return None,
            Codec::G722 => WideEncoder::G722(g722::Encoder::new()),
            Codec::Opus(wishes) => WideEncoder::Opus(OpusMouth::new(wishes)),
        };
        let (up, down) = (Upsampler::new(), Downsampler::new());
        Some(Self { encoder, up, down, samples: [0; 2 * SAMPLES_PER_TICK] })
    }

    fn say(&mut self, sound: Option<&Sound>, codes: &mut Octets) {
        match sound {
            None => self.samples.fill(0),
            Some(Sound::Wide(samples)) => self.samples = *samples,
            Some(Sound::Narrow(samples)) => drop(self.up.process(samples, &mut self.samples)),
            Some(Sound::Codes(law, heard)) => {
                let mut samples = [0; SAMPLES_PER_TICK];
                law.decode(heard, &mut samples);
                self.up.process(&samples, &mut self.samples);
            }
        }
        match &mut self.encoder {
            WideEncoder::G722(encoder) => drop(encoder.encode(&self.samples, codes)),
            WideEncoder::Opus(opus) => opus.say(&self.samples),
        }
    }
}

fn say_narrow(law: Law, sound: Option<&Sound>, codes: &mut Octets) {
    match sound {
        None => codes.fill(law.silence()),
        Some(Sound::Codes(theirs, heard)) => {
            *codes = *heard;
            theirs.transcode(law, codes);
        }
        Some(Sound::Narrow(samples)) => drop(law.encode(samples, codes)),
        // Nobody who asked for 8 kHz gets this; the mean of two is better than noise.
        Some(Sound::Wide(samples)) => {
            let pairs = samples.chunks_exact(2).map(|pair| ((i32::from(pair[0]) + i32::from(pair[1])) / 2) as i16);
            codes.iter_mut().zip(pairs).for_each(|(code, sample)| *code = law.encode_sample(sample));
        }
    }
}
