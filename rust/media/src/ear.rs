//! What a leg hears in a tick: the jitter buffer's frame, with what was lost concealed.
//!
//! Samples are only made while somebody wants them. A leg that hears a prompt and says nothing of interest costs one copy
//! of 160 octets. A wideband leg has its sound as it is; it is brought down to 8 kHz when the first one asks who has no use
//! for more.

use ringback_dsp::g722;
use ringback_dsp::halfband::Downsampler;
use ringback_dsp::plc::Concealer;

use crate::codec::{Codec, WideSamples, WIDE_RATE_HZ};
use crate::jitter::depth::Depth;
use crate::jitter::{JitterBuffer, Mask, Octets, Outcome};
use crate::opus::OpusEar;
use crate::sound::{Frame, Sound};
use crate::unit::{RtpTimestamp, RATE_HZ, SAMPLES_PER_TICK};

/// A frame of samples.
pub type Samples = [i16; SAMPLES_PER_TICK];

/// Turns packets into frames.
#[derive(Debug)]
pub struct Ear {
    /// Of every codec but Opus, which brings its own.
    jitter: JitterBuffer,
    depth: Depth,
    codec: Codec,
    /// This tick's octets; in G.711 always complete, silence when nothing came.
    codes: Octets,
    is_real: bool,
    samples: Samples,
    concealer: Concealer,
    wide: Option<Box<WideEar>>,
    is_wanted: bool,
    concealed: u64,
    /// Late packets of codecs that were spoken before.
    late_before: u64,
}

/// What only a wideband leg needs.
#[derive(Debug)]
struct WideEar {
    decoder: WideDecoder,
    down: Downsampler,
    samples: WideSamples,
    narrow: Narrow,
}

/// How this tick's frame at 8 kHz stands to that at 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrow {
    Made,
    /// Not made, but that of the tick before was.
    Waiting,
    /// Nor was that: the filter knows nothing of what came before.
    Skipped,
}

#[derive(Debug)]
enum WideDecoder {
    G722(Box<(g722::Decoder, Concealer)>),
    Opus(OpusEar),
}

impl Ear {
    /// Nothing heard yet.
    pub fn new(codec: Codec) -> Self {
        let mut ear = Self {
            jitter: JitterBuffer::default(),
            depth: Depth::default(),
            codec,
            codes: [0; SAMPLES_PER_TICK],
            is_real: false,
            samples: [0; SAMPLES_PER_TICK],
            concealer: Concealer::new(RATE_HZ),
            wide: None,
            is_wanted: false,
            concealed: 0,
            late_before: 0,
        };
        ear.start_anew();
        ear
    }

    /// Another codec was negotiated; what is buffered in the old one is forgotten.
    pub fn set_codec(&mut self, codec: Codec) {
        if codec != self.codec {
            self.jitter.restart();
            self.late_before += self.wide.as_ref().map_or(0, |wide| wide.late());
            (self.codec, self.is_real) = (codec, false);
            self.start_anew();
        }
    }

    fn start_anew(&mut self) {
        let depth = self.depth;
        self.concealer = Concealer::new(RATE_HZ);
        self.wide = WideEar::new(self.codec).map(Box::new);
        if let Some(opus) = self.opus_mut() {
            opus.set_depth(depth);
        }
        self.hear_silence();
    }

    /// How long packets wait from now on, in whatever codec.
    pub fn set_depth(&mut self, depth: Depth) {
        self.depth = depth;
        self.jitter.set_depth(depth);
        if let Some(opus) = self.opus_mut() {
            opus.set_depth(depth);
        }
    }

    /// Keeps a packet until its time.
    pub fn receive(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8]) {
        match self.opus_mut() {
            Some(opus) => opus.insert(timestamp, marker, payload),
            None => self.jitter.insert(timestamp, marker, payload),
        };
    }

    /// Another stream begins: what is buffered of the old one is forgotten.
    pub fn restart(&mut self) {
        match self.opus_mut() {
            Some(opus) => opus.restart(),
            None => self.jitter.restart(),
        }
    }

    /// Packets that came too late to be played.
    pub fn late(&self) -> u64 {
        self.late_before + self.jitter.late() + self.wide.as_ref().map_or(0, |wide| wide.late())
    }

    /// Whether nothing that may still wait in the network is urgent.
    pub fn is_well_fed(&self) -> bool {
        match &self.wide {
            Some(wide) => wide.is_well_fed().unwrap_or_else(|| self.jitter.is_well_fed()),
            None => self.jitter.is_well_fed(),
        }
    }

    /// Whether it hears beyond the telephone band.
    pub fn is_wide(&self) -> bool {
        self.wide.is_some()
    }

    /// This tick's frame for another leg, as it was left by `listen`; wideband only for those who ask for it.
    pub fn sound(&mut self, wants_wide: bool) -> Sound {
        if let Codec::G711(law) = self.codec {
            return Sound::Codes(law, self.codes);
        }
        match self.frame(wants_wide) {
            Frame::Wide(samples) => Sound::Wide(*samples),
            Frame::Narrow(samples) => Sound::Narrow(*samples),
        }
    }

    /// The same as samples; only kept while `listen` was told that they are wanted.
    pub fn frame(&mut self, wants_wide: bool) -> Frame<'_> {
        match &mut self.wide {
            Some(wide) => match wants_wide {
                true => Frame::Wide(&wide.samples),
                false => Frame::Narrow(wide.narrow_to(&mut self.samples)),
            },
            None => Frame::Narrow(&self.samples),
        }
    }

    /// The same at 8 kHz.
    pub fn samples(&mut self) -> &Samples {
        match &mut self.wide {
            Some(wide) => wide.narrow_to(&mut self.samples),
            None => &self.samples,
        }
    }

    /// Whether it came from the network, as opposed to silence because nothing comes.
    pub fn is_real(&self) -> bool {
        self.is_real
    }

    /// Frames that were made up wholly or in part.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// Takes the next frame; `is_muted` hears silence instead, in the same time.
    pub fn listen(&mut self, is_muted: bool, is_wanted: bool) {
        if is_wanted && !self.is_wanted {
            self.forget_past();
        }
        self.is_wanted = is_wanted;
        let mut mask = Mask::default();
        let outcome = match &mut self.wide {
            Some(wide) => wide.listen(&mut self.jitter, &mut self.codes, &mut mask, is_wanted && !is_muted),
            None => self.jitter.pop(&mut self.codes, &mut mask),
        };
        self.is_real = outcome != Outcome::Starved;
        self.concealed += u64::from(outcome == Outcome::Conceal);
        match outcome {
            _ if is_muted => self.hear_silence(),
            Outcome::Starved => self.hear_silence(),
            Outcome::Packet if is_wanted => self.hear_packet(),
            Outcome::Packet => {}
            Outcome::Conceal if is_wanted => self.conceal(&mask),
            Outcome::Conceal => self.hear_silence(),
        }
    }

    /// What was heard while nobody listened says nothing about what comes.
    fn forget_past(&mut self) {
        self.concealer = Concealer::new(RATE_HZ);
        if let Some(wide) = &mut self.wide {
            wide.forget_past();
        }
    }

    fn opus_mut(&mut self) -> Option<&mut OpusEar> {
        match &mut self.wide.as_deref_mut()?.decoder {
            WideDecoder::Opus(opus) => Some(opus),
            WideDecoder::G722(_) => None,
        }
    }

    fn hear_silence(&mut self) {
        if let Codec::G711(law) = self.codec {
            self.codes.fill(law.silence());
        }
        self.samples.fill(0);
        if let Some(wide) = &mut self.wide {
            wide.samples.fill(0);
        }
    }

    fn hear_packet(&mut self) {
        match (&mut self.wide, self.codec) {
            (Some(wide), _) => wide.hear_packet(&self.codes),
            (None, Codec::G711(law)) => {
                law.decode(&self.codes, &mut self.samples);
                let ends_gap = self.concealer.is_concealing();
                self.concealer.receive(&mut self.samples);
                if ends_gap {
                    law.encode(&self.samples, &mut self.codes);
                }
            }
            (None, _) => {}
        }
    }

    fn conceal(&mut self, mask: &Mask) {
        match (&mut self.wide, self.codec) {
            (Some(wide), _) => wide.conceal(&self.codes, mask),
            (None, Codec::G711(law)) => {
                law.decode(&self.codes, &mut self.samples);
                for (came, start, end) in runs(mask) {
                    let piece = self.samples.get_mut(start..end).unwrap_or_default();
                    if came {
                        self.concealer.receive(piece);
                    } else {
                        self.concealer.conceal(piece);
                    }
                }
                law.encode(&self.samples, &mut self.codes);
            }
            (None, _) => {}
        }
    }
}

impl WideEar {
    /// `None` for a codec of the telephone band.
    fn new(codec: Codec) -> Option<Self> {
        let decoder = match codec {
            Codec::G711(_) => return None,
            Codec::G722 => WideDecoder::G722(Box::new((g722::Decoder::new(), Concealer::new(WIDE_RATE_HZ)))),
            Codec::Opus(_) => WideDecoder::Opus(OpusEar::default()),
        };
        let (down, samples) = (Downsampler::new(), [0; 2 * SAMPLES_PER_TICK]);
        Some(Self { decoder, down, samples, narrow: Narrow::Skipped })
    }

    /// Brings this tick's frame down, once.
    fn narrow_to<'a>(&mut self, samples: &'a mut Samples) -> &'a Samples {
        if self.narrow == Narrow::Skipped {
            self.down = Downsampler::new();
        }
        if self.narrow != Narrow::Made {
            self.down.process(&self.samples, samples);
        }
        self.narrow = Narrow::Made;
        samples
    }

    /// Of its own buffer, if it has one.
    fn late(&self) -> u64 {
        match &self.decoder {
            WideDecoder::G722(_) => 0,
            WideDecoder::Opus(opus) => opus.late(),
        }
    }

    /// Of its own buffer, if it has one.
    fn is_well_fed(&self) -> Option<bool> {
        match &self.decoder {
            WideDecoder::G722(_) => None,
            WideDecoder::Opus(opus) => Some(opus.is_well_fed()),
        }
    }

    /// Opus knows itself when nobody listened.
    fn forget_past(&mut self) {
        self.narrow = Narrow::Skipped;
        if let WideDecoder::G722(state) = &mut self.decoder {
            **state = (g722::Decoder::new(), Concealer::new(WIDE_RATE_HZ));
        }
    }

    /// The next frame: octets for G.722, which are heard afterwards, samples for Opus.
    fn listen(&mut self, jitter: &mut JitterBuffer, codes: &mut Octets, mask: &mut Mask, is_heard: bool) -> Outcome {
        self.narrow = if self.narrow == Narrow::Made { Narrow::Waiting } else { Narrow::Skipped };
        match &mut self.decoder {
            WideDecoder::G722(_) => jitter.pop(codes, mask),
            WideDecoder::Opus(opus) => opus.listen(is_heard, &mut self.samples),
        }
    }

    fn hear_packet(&mut self, codes: &Octets) {
        if let WideDecoder::G722(state) = &mut self.decoder {
            let (decoder, concealer) = &mut **state;
            decoder.decode(codes, &mut self.samples);
            concealer.receive(&mut self.samples);
        }
    }

    /// The decoder of G.722 sees only what came; it finds its way back in a few milliseconds. Opus has seen to it already.
    fn conceal(&mut self, codes: &Octets, mask: &Mask) {
        let WideDecoder::G722(state) = &mut self.decoder else { return };
        let (decoder, concealer) = &mut **state;
        for (came, start, end) in runs(mask) {
            let piece = self.samples.get_mut(2 * start..2 * end).unwrap_or_default();
            if came {
                decoder.decode(codes.get(start..end).unwrap_or_default(), piece);
                concealer.receive(piece);
            } else {
                concealer.conceal(piece);
            }
        }
    }
}

/// Runs of octets that came and that did not, in turn: packets need not be as long as a tick.
fn runs(mask: &Mask) -> impl Iterator<Item = (bool, usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (start, came) = (at, mask.has(at));
        at = (start..SAMPLES_PER_TICK).find(|n| mask.has(*n) != came).unwrap_or(SAMPLES_PER_TICK);
        (start < SAMPLES_PER_TICK).then_some((came, start, at))
    })
}
