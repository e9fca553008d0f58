//! GSM 06.10 full rate, decoding only: what `audio/gsm` files and WAV files of format 0x31 hold, 13 kbit/s.
//!
//! A frame is 260 bits for 20 ms at 8 kHz: eight log-area ratios that shape the spectrum, and four times a long-term
//! predictor (lag and gain) with thirteen coarse pulses. The arithmetic is the 16-bit saturating one of ETSI EN 300 961, and
//! must be, because each frame is predicted from the one before. Two packings exist: 33 bytes that begin with 0xD, most
//! significant bit first, and Microsoft's 65 bytes for two frames, least significant bit first.
//!
//! Any bits are a valid frame: nothing can be refused here, and damage is heard as noise.

/// Samples in a decoded frame.
pub const FRAME_SAMPLES: usize = 160;
/// Bytes of a frame in `.gsm` files and in RTP (RFC 3551 §4.5.8).
pub const FRAME_BYTES: usize = 33;
/// Bytes of a pair of frames in a WAV file.
pub const PAIR_BYTES: usize = 65;

const SIGNATURE: u16 = 0xD;
const LAR_BITS: [u32; 8] = [6, 6, 5, 5, 4, 4, 3, 3];
/// For each log-area ratio: offset B, least code, and 1/A (EN 300 961 table 5.1).
const LAR_TABLE: [(i16, i16, i16); 8] = [
    (0, -32, 13_107),
    (0, -32, 13_107),
    (2048, -16, 13_107),
    (-2560, -16, 13_107),
    (94, -8, 19_223),
    (-1792, -8, 17_476),
    (-341, -4, 31_454),
    (-1144, -4, 29_708),
];
/// Long-term gains (table 5.3b) and the mantissas of the block maximum (table 5.6).
const GAINS: [i16; 4] = [3277, 11_469, 21_299, 32_767];
const MANTISSAS: [i16; 8] = [18_431, 20_479, 22_527, 24_575, 26_623, 28_671, 30_719, 32_767];
const SHORTEST_LAG: usize = 40;
const LONGEST_LAG: usize = 120;
const SUBFRAME: usize = 40;
const PULSES: usize = 13;
const DEEMPHASIS: i16 = 28_180;

/// The parameters of one frame as they stand in the bit stream.
#[derive(Clone, Copy, Debug)]
struct Frame {
    ratios: [i16; 8],
    subframes: [Subframe; 4],
}

#[derive(Clone, Copy, Debug, Default)]
struct Subframe {
    lag: usize,
    gain: usize,
    grid: usize,
    maximum: i16,
    pulses: [i16; PULSES],
}

/// The state between frames.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// Residual of the last 15 ms, oldest first, and room for one subframe.
    residual: [i16; LONGEST_LAG + SUBFRAME],
    lag: usize,
    ratios: [i16; 8],
    lattice: [i16; 9],
    emphasis: i16,
}

impl Decoder {
    pub fn new() -> Self {
        Self { residual: [0; LONGEST_LAG + SUBFRAME], lag: SHORTEST_LAG, ratios: [0; 8], lattice: [0; 9], emphasis: 0 }
    }

    /// One frame of 33 bytes.
    pub fn decode(&mut self, bytes: &[u8; FRAME_BYTES]) -> [i16; FRAME_SAMPLES] {
        let mut bits = Bits { bytes, at: 0, low_first: false };
        let _signature = bits.take(4);
        self.synthesize(&Frame::parse(&mut bits))
    }

    /// Two frames of 65 bytes in all.
    pub fn decode_pair(&mut self, bytes: &[u8; PAIR_BYTES]) -> [[i16; FRAME_SAMPLES]; 2] {
        let mut bits = Bits { bytes, at: 0, low_first: true };
        let first = self.synthesize(&Frame::parse(&mut bits));
        [first, self.synthesize(&Frame::parse(&mut bits))]
    }

    fn synthesize(&mut self, frame: &Frame) -> [i16; FRAME_SAMPLES] {
        let mut samples = [0; FRAME_SAMPLES];
        for (subframe, room) in frame.subframes.iter().zip(samples.chunks_exact_mut(SUBFRAME)) {
            room.copy_from_slice(self.long_term(subframe));
        }
        self.short_term(decode_ratios(&frame.ratios), &mut samples);
        for sample in &mut samples {
            self.emphasis = sample.saturating_add(multiply_round(self.emphasis, DEEMPHASIS));
            *sample = self.emphasis.saturating_add(self.emphasis) & !7;
        }
        samples
    }

    /// Clause 5.3.2: the pulses on top of what was heard one pitch period ago.
    fn long_term(&mut self, subframe: &Subframe) -> &[i16] {
        if (SHORTEST_LAG..=LONGEST_LAG).contains(&subframe.lag) {
            self.lag = subframe.lag;
        }
        let pulses = subframe.excitation();
        self.residual.copy_within(SUBFRAME.., 0);
        for (at, pulse) in pulses.iter().enumerate() {
            let past = self.residual[LONGEST_LAG + at - self.lag];
            self.residual[LONGEST_LAG + at] = pulse.saturating_add(multiply_round(GAINS[subframe.gain], past));
        }
        &self.residual[LONGEST_LAG..]
    }

    /// Clause 5.3.4: the lattice filter, its coefficients glided over the first 40 samples.
    fn short_term(&mut self, ratios: [i16; 8], samples: &mut [i16; FRAME_SAMPLES]) {
        let last = std::mem::replace(&mut self.ratios, ratios);
        let glide = |mix: fn(i16, i16) -> i16| -> [i16; 8] {
            std::array::from_fn(|index| reflection(mix(last[index], ratios[index])))
        };
        let pieces = [
            (0..13, glide(|old, new| (old >> 2).saturating_add(new >> 2).saturating_add(old >> 1))),
            (13..27, glide(|old, new| (old >> 1).saturating_add(new >> 1))),
            (27..40, glide(|old, new| (old >> 2).saturating_add(new >> 2).saturating_add(new >> 1))),
            (40..FRAME_SAMPLES, glide(|_, new| new)),
        ];
        for (span, reflections) in pieces {
            for sample in &mut samples[span] {
                *sample = self.filter(*sample, &reflections);
            }
        }
    }

    fn filter(&mut self, input: i16, reflections: &[i16; 8]) -> i16 {
        let mut sample = input;
        for stage in (0..8).rev() {
            let delayed = self.lattice[stage];
            sample = sample.saturating_sub(multiply_round(reflections[stage], delayed));
            self.lattice[stage + 1] = delayed.saturating_add(multiply_round(reflections[stage], sample));
        }
        self.lattice[0] = sample;
        sample
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Frame {
    fn parse(bits: &mut Bits) -> Self {
        let ratios = LAR_BITS.map(|count| bits.take(count) as i16);
        let mut subframes = [Subframe::default(); 4];
        for subframe in &mut subframes {
            subframe.lag = usize::from(bits.take(7));
            subframe.gain = usize::from(bits.take(2));
            subframe.grid = usize::from(bits.take(2));
            subframe.maximum = bits.take(6) as i16;
            subframe.pulses = std::array::from_fn(|_| bits.take(3) as i16);
        }
        Self { ratios, subframes }
    }
}

impl Subframe {
    /// Clauses 5.2.16 and 5.2.17: the pulses, scaled by the block maximum, at every third place.
    fn excitation(&self) -> [i16; SUBFRAME] {
        let (exponent, mantissa) = self.exponent_and_mantissa();
        let shift = 6 - exponent;
        let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
        let mut places = [0; SUBFRAME];
        for (place, pulse) in places[self.grid..].iter_mut().step_by(3).zip(self.pulses) {
            let scaled = multiply_round(MANTISSAS[mantissa], (2 * pulse - 7) << 12);
            *place = scaled.saturating_add(half) >> shift;
        }
        places
    }

    fn exponent_and_mantissa(&self) -> (i32, usize) {
        let mut exponent = if self.maximum > 15 { i32::from(self.maximum >> 3) - 1 } else { 0 };
        let mut mantissa = i32::from(self.maximum) - (exponent << 3);
        if mantissa == 0 {
            return (-4, 7);
        }
        while mantissa <= 7 {
            mantissa = mantissa << 1 | 1;
            exponent -= 1;
        }
        (exponent, (mantissa - 8) as usize & 7)
    }
}

/// Clause 5.2.8.
fn decode_ratios(codes: &[i16; 8]) -> [i16; 8] {
    std::array::from_fn(|index| {
        let (offset, least, inverse) = LAR_TABLE[index];
        let scaled = ((codes[index] + least) << 10).saturating_sub(offset << 1);
        let ratio = multiply_round(inverse, scaled);
        ratio.saturating_add(ratio)
    })
}

/// Clause 5.2.9.2: a log-area ratio to a reflection coefficient, in three straight pieces.
fn reflection(ratio: i16) -> i16 {
    let magnitude = ratio.saturating_abs();
    let value = match magnitude {
        ..=11_058 => magnitude << 1,
        11_059..=20_069 => magnitude + 11_059,
        _ => (magnitude >> 2).saturating_add(26_112),
    };
    if ratio < 0 {
        -value
    } else {
        value
    }
}

fn multiply_round(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + 16_384) >> 15;
    product.min(i32::from(i16::MAX)) as i16
}

/// Reads fields of a few bits in either order.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    low_first: bool,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> u16 {
        (0..count).fold(0, |value, place| {
            let byte = self.bytes.get(self.at / 8).copied().unwrap_or(0);
            let within = (self.at % 8) as u32;
            self.at += 1;
            if self.low_first {
                value | u16::from(byte >> within & 1) << place
            } else {
                value << 1 | u16::from(byte >> (7 - within) & 1)
            }
        })
    }
}

/// Whether bytes look like a `.gsm` file: whole frames, each with the signature.
pub fn looks_like_frames(data: &[u8]) -> bool {
    data.len() >= FRAME_BYTES && data.chunks_exact(FRAME_BYTES).all(|frame| u16::from(frame[0] >> 4) == SIGNATURE)
}
