//! ITU-T G.722 at 64 kbit/s: 7 kHz speech in the bit rate of G.711, as RTP payload type 9 (whose clock, by an old mistake
//! that RFC 3551 §4.5.2 keeps, says 8000 although there are 16000 samples a second).
//!
//! A quadrature mirror filter splits the band at 4 kHz; each half is coded by adaptive prediction, six bits for the lower
//! and two for the upper. Two samples become one byte. Encoder and decoder carry state from frame to frame and must work
//! bit for bit as the recommendation says: where one rounds differently from the peer's, their predictors drift apart and
//! the sound goes bad slowly, which is why everything here is whole numbers and saturates where clause 6.2.1 does.
//!
//! The names in capitals are the blocks of clause 6.2. No allocation after construction.

/// Samples that the filters of encoder and decoder together delay, at 16 kHz.
pub const DELAY: usize = 22;

const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
const QMF_REVERSED: [i32; 12] = [-11, 53, -156, 362, -805, 3876, 951, -210, 32, 12, -11, 3];
const Q6: [i32; 29] = [
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458,
    1612, 1765, 1980, 2195, 2557, 2919,
];
/// Outputs of the 6-bit inverse quantizer for the codes of positive values, 61 down to 32; negative ones mirror them.
const OUTPUT_6: [i32; 30] = [
    136, 432, 728, 1040, 1360, 1688, 2032, 2400, 2776, 3168, 3576, 4008, 4464, 4944, 5456, 6000, 6576, 7192, 7856, 8576,
    9360, 10_232, 11_192, 12_280, 13_512, 14_984, 16_704, 19_008, 21_904, 24_808,
];
/// Outputs of the 4-bit inverse quantizer, smallest magnitude first.
const OUTPUT_4: [i32; 8] = [0, 1200, 2584, 4240, 6288, 8968, 12_896, 20_456];
const OUTPUT_2: [i32; 4] = [-7408, -1616, 7408, 1616];
const LOWER_STEPS: [i32; 8] = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const UPPER_STEPS: [i32; 4] = [798, -214, 798, -214];
/// 2048 times the powers of 2 to n/32.
const ANTILOG: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091,
    3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
const UPPER_THRESHOLD: i32 = 564;

/// 16 kHz PCM in, one byte for each two samples out.
#[derive(Clone, Debug)]
pub struct Encoder {
    filter: Mirror,
    lower: Band,
    upper: Band,
}

impl Encoder {
    pub fn new() -> Self {
        Self { filter: Mirror::new(), lower: Band::lower(), upper: Band::upper() }
    }

    /// Encodes as many pairs as both slices have room for; returns how many bytes were written.
    pub fn encode(&mut self, samples: &[i16], codes: &mut [u8]) -> usize {
        for (code, pair) in codes.iter_mut().zip(samples.chunks_exact(2)) {
            *code = self.encode_pair(i32::from(pair[0]), i32::from(pair[1]));
        }
        codes.len().min(samples.len() / 2)
    }

    fn encode_pair(&mut self, first: i32, second: i32) -> u8 {
        let (even, odd) = self.filter.pass(first, second);
        let lower = quantize_lower(saturate(((even + odd) >> 14) - self.lower.estimate), self.lower.scale);
        let upper = quantize_upper(saturate(((odd - even) >> 14) - self.upper.estimate), self.upper.scale);
        self.lower.adapt_lower(lower >> 2);
        self.upper.adapt_upper(upper);
        upper << 6 | lower
    }
}

/// One byte in, two samples of 16 kHz PCM out. Any byte is valid.
#[derive(Clone, Debug)]
pub struct Decoder {
    filter: Mirror,
    lower: Band,
    upper: Band,
}

impl Decoder {
    pub fn new() -> Self {
        Self { filter: Mirror::new(), lower: Band::lower(), upper: Band::upper() }
    }

    /// Decodes as many bytes as both slices have room for; returns how many samples were written.
    pub fn decode(&mut self, codes: &[u8], samples: &mut [i16]) -> usize {
        for (pair, code) in samples.chunks_exact_mut(2).zip(codes) {
            [pair[0], pair[1]] = self.decode_code(*code);
        }
        2 * codes.len().min(samples.len() / 2)
    }

    fn decode_code(&mut self, code: u8) -> [i16; 2] {
        let (low_code, high_code) = (code & 0x3F, code >> 6);
        let low = limit(self.lower.estimate + ((self.lower.scale * output_6(low_code)) >> 15));
        let high = limit(self.upper.estimate + ((self.upper.scale * OUTPUT_2[usize::from(high_code)]) >> 15));
        self.lower.adapt_lower(low_code >> 2);
        self.upper.adapt_upper(high_code);
        let (even, odd) = self.filter.pass(low + high, low - high);
        [saturate(odd >> 11) as i16, saturate(even >> 11) as i16]
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// The 24-tap quadrature mirror filter, clause 5.2.1: the same for both directions.
#[derive(Clone, Debug)]
struct Mirror {
    /// The last twelve of the first samples and of the second ones of their pairs, twice over, so that they are always in
    /// one piece somewhere.
    even: [i32; 24],
    odd: [i32; 24],
    /// Where the oldest pair is.
    at: usize,
}

impl Mirror {
    fn new() -> Self {
        Self { even: [0; 24], odd: [0; 24], at: 0 }
    }

    /// Takes a pair, returns the sums over the first and over the second samples of the last twelve pairs.
    fn pass(&mut self, first: i32, second: i32) -> (i32, i32) {
        for (window, sample) in [(&mut self.even, first), (&mut self.odd, second)] {
            window[self.at] = sample;
            window[self.at + 12] = sample;
        }
        self.at = (self.at + 1) % 12;
        let sum = |window: &[i32; 24], taps: &[i32; 12]| -> i32 {
            window[self.at..self.at + 12].iter().zip(taps).map(|(sample, tap)| sample * tap).sum()
        };
        (sum(&self.even, &QMF), sum(&self.odd, &QMF_REVERSED))
    }
}

/// QUANTL: the interval that the magnitude falls into, counted from 1; 30 is the outermost.
fn quantize_lower(difference: i32, scale: i32) -> u8 {
    let magnitude = if difference < 0 { !difference } else { difference };
    let interval = 1 + Q6.partition_point(|bound| magnitude >= (*bound * scale) >> 12) as u8;
    match (difference < 0, interval) {
        (false, _) => 62 - interval,
        (true, 1..=2) => 64 - interval,
        (true, _) => 34 - interval,
    }
}

/// QUANTH.
fn quantize_upper(difference: i32, scale: i32) -> u8 {
    let magnitude = if difference < 0 { !difference } else { difference };
    let outer = magnitude >= (UPPER_THRESHOLD * scale) >> 12;
    match (difference < 0, outer) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

/// INVQBL: codes 0 to 3 are not sent by an encoder at 64 kbit/s, but a peer may.
fn output_6(code: u8) -> i32 {
    let output = |interval: u8| OUTPUT_6[usize::from(interval)];
    match code {
        0..=3 => -output(0),
        4..=31 => -output(33 - code),
        32..=61 => output(61 - code),
        _ => -output(63 - code),
    }
}

/// INVQAL: the four bits that steer the predictor, as index of magnitude and output.
fn output_4(code: u8) -> (usize, i32) {
    match code {
        0 => (0, OUTPUT_4[0]),
        1..=7 => (8 - usize::from(code), -OUTPUT_4[8 - usize::from(code)]),
        _ => (15 - usize::from(code), OUTPUT_4[15 - usize::from(code)]),
    }
}

fn saturate(value: i32) -> i32 {
    value.clamp(-32_768, 32_767)
}

/// LIMIT: the bands have 15 bits.
fn limit(value: i32) -> i32 {
    value.clamp(-16_384, 16_383)
}

/// The adaptive predictor and quantizer scale of one band.
#[derive(Clone, Debug)]
struct Band {
    /// DETL, DETH: the step of the quantizer.
    scale: i32,
    /// NBL, NBH: its logarithm.
    log_scale: i32,
    /// SL, SH: what is expected next.
    estimate: i32,
    /// SZL, SZH: the part of it that the zeros give.
    zero_estimate: i32,
    pole_1: i32,
    pole_2: i32,
    zeros: [i32; 6],
    /// Twice the quantized differences, saturated, newest first: the filter has no other use for them.
    differences: [i32; 6],
    /// Twice the reconstructed signal, saturated, and its zero part, newest first.
    signals: [i32; 2],
    partials: [i32; 2],
}

impl Band {
    fn lower() -> Self {
        Self::with_scale(32)
    }

    fn upper() -> Self {
        Self::with_scale(8)
    }

    fn with_scale(scale: i32) -> Self {
        Self {
            scale,
            log_scale: 0,
            estimate: 0,
            zero_estimate: 0,
            pole_1: 0,
            pole_2: 0,
            zeros: [0; 6],
            differences: [0; 6],
            signals: [0; 2],
            partials: [0; 2],
        }
    }

    /// Moves on by the upper four bits of a low-band code, which encoder and decoder both know.
    fn adapt_lower(&mut self, code: u8) {
        let (magnitude, output) = output_4(code);
        let difference = (self.scale * output) >> 15;
        self.log_scale = (((self.log_scale * 127) >> 7) + LOWER_STEPS[magnitude]).clamp(0, 18_432); // LOGSCL
        self.scale = antilog(self.log_scale, 8);
        self.predict(difference);
    }

    fn adapt_upper(&mut self, code: u8) {
        let difference = (self.scale * OUTPUT_2[usize::from(code)]) >> 15;
        self.log_scale = (((self.log_scale * 127) >> 7) + UPPER_STEPS[usize::from(code)]).clamp(0, 22_528); // LOGSCH
        self.scale = antilog(self.log_scale, 10);
        self.predict(difference);
    }

    fn predict(&mut self, difference: i32) {
        let signal = saturate(self.estimate + difference); // RECONS
        let partial = saturate(self.zero_estimate + difference); // PARREC
        self.update_poles(partial);
        self.update_zeros(difference);
        self.signals = [saturate(2 * signal), self.signals[0]];
        self.partials = [partial, self.partials[0]];
        // FILTEP, FILTEZ, PREDIC
        let poles = ((self.pole_1 * self.signals[0]) >> 15) + ((self.pole_2 * self.signals[1]) >> 15);
        self.zero_estimate = self.filter_zeros();
        self.estimate = saturate(saturate(poles) + self.zero_estimate);
    }

    /// FILTEZ, the oldest first. The sum saturates at each step, which matters only where the parts are large.
    fn filter_zeros(&self) -> i32 {
        let mut parts = [0; 6];
        for (part, (weight, value)) in parts.iter_mut().zip(self.zeros.iter().zip(&self.differences)) {
            *part = (weight * value) >> 15;
        }
        if parts.iter().map(|part| part.abs()).sum::<i32>() < 32_768 {
            return parts.iter().sum();
        }
        parts.iter().rev().fold(0, |sum, part| saturate(sum + part))
    }

    /// UPPOL2, then UPPOL1, which is kept inside the triangle of stability.
    fn update_poles(&mut self, partial: i32) {
        let like_last = (partial < 0) == (self.partials[0] < 0);
        let like_before = (partial < 0) == (self.partials[1] < 0);
        let turned = saturate(4 * self.pole_1);
        let turned = if like_last { saturate(-turned) } else { turned };
        let push = if like_before { 128 } else { -128 };
        let pole_2 = (push + (turned >> 7) + leak(self.pole_2, 7)).clamp(-12_288, 12_288);
        let push = if like_last { 192 } else { -192 };
        let bound = 15_360 - pole_2;
        self.pole_1 = (push + leak(self.pole_1, 8)).clamp(-bound, bound);
        self.pole_2 = pole_2;
    }

    /// UPZERO, and the shift of what it looked at. A weight cannot leave its 16 bits: at the bounds it loses what it gains.
    fn update_zeros(&mut self, difference: i32) {
        // Up where the signs agree, down where they do not. Signs are as good as random: a branch would be guessed wrong.
        let push = if difference == 0 { 0 } else { 128 };
        for (weight, earlier) in self.zeros.iter_mut().zip(&self.differences) {
            let sign = ((*earlier ^ difference) >> 31) | 1;
            *weight = sign * push + leak(*weight, 8);
        }
        let [first, second, third, fourth, fifth, _] = self.differences;
        self.differences = [saturate(2 * difference), first, second, third, fourth, fifth];
    }
}

/// A weight less its 2 to the -nth part: (weight * (32768 - 2^(15-n))) >> 15, as the recommendation has it.
fn leak(weight: i32, n: u32) -> i32 {
    weight + (-weight >> n)
}

/// SCALEL, SCALEH.
fn antilog(log_scale: i32, offset: i32) -> i32 {
    let mantissa = ANTILOG[(log_scale as usize >> 6) & 31];
    let shift = offset - (log_scale >> 11);
    (if shift < 0 { mantissa << -shift } else { mantissa >> shift }) << 2
}
