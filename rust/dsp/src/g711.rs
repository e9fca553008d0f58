//! ITU-T G.711: µ-law and A-law, to and from 16-bit PCM, and straight from one law to the other.
//!
//! µ-law has 14 significant bits and A-law 13; both are scaled to the full 16-bit range, as ITU-T G.191 does. Decoding is a
//! table of 256 values. Encoding is arithmetic: one `leading_zeros` costs no more than the load it would replace and keeps a
//! 64 KiB table out of the cache of the media thread.
//!
//! Bridged legs of different laws go through `Law::transcode`: the nearest level of the other law, with the sign kept, so
//! that a second conversion adds no further loss. Going through a wrong rounding here is heard as noise under speech.

/// Which of the two companding laws a byte stream uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// µ-law, `PCMU`, RTP payload type 0 (North America, Japan).
    Mu,
    /// A-law, `PCMA`, RTP payload type 8 (everywhere else).
    A,
}

/// The µ-law byte for zero: what a silent line carries.
pub const MU_SILENCE: u8 = 0xFF;
/// The A-law byte for the smallest positive level (A-law has no zero).
pub const A_SILENCE: u8 = 0xD5;

const MU_BIAS: i32 = 0x84;
const MU_CLIP: i32 = 32_635;

static MU_TO_LINEAR: [i16; 256] = linear_table(Law::Mu);
static A_TO_LINEAR: [i16; 256] = linear_table(Law::A);
static MU_TO_A: [u8; 256] = law_table(Law::Mu, Law::A);
static A_TO_MU: [u8; 256] = law_table(Law::A, Law::Mu);

impl Law {
    /// The byte that stands for silence in this law.
    pub const fn silence(self) -> u8 {
        match self {
            Law::Mu => MU_SILENCE,
            Law::A => A_SILENCE,
        }
    }

    /// The 256 PCM values of this law, indexed by the byte.
    pub fn table(self) -> &'static [i16; 256] {
        match self {
            Law::Mu => &MU_TO_LINEAR,
            Law::A => &A_TO_LINEAR,
        }
    }

    /// One byte to PCM.
    pub fn decode_sample(self, code: u8) -> i16 {
        self.table()[usize::from(code)]
    }

    /// One PCM sample to its nearest byte.
    pub const fn encode_sample(self, sample: i16) -> u8 {
        match self {
            Law::Mu => encode_mu(sample),
            Law::A => encode_a(sample),
        }
    }

    /// Decodes as many bytes as both slices have room for; returns how many.
    pub fn decode(self, codes: &[u8], samples: &mut [i16]) -> usize {
        let table = self.table();
        for (sample, code) in samples.iter_mut().zip(codes) {
            *sample = table[usize::from(*code)];
        }
        samples.len().min(codes.len())
    }

    /// Encodes as many samples as both slices have room for; returns how many.
    pub fn encode(self, samples: &[i16], codes: &mut [u8]) -> usize {
        let pairs = codes.iter_mut().zip(samples);
        match self {
            Law::Mu => pairs.for_each(|(code, sample)| *code = encode_mu(*sample)),
            Law::A => pairs.for_each(|(code, sample)| *code = encode_a(*sample)),
        }
        samples.len().min(codes.len())
    }

    /// Rewrites a payload of this law in place into `other`; nothing happens when they are the same.
    pub fn transcode(self, other: Law, payload: &mut [u8]) {
        let table = match (self, other) {
            (Law::Mu, Law::A) => &MU_TO_A,
            (Law::A, Law::Mu) => &A_TO_MU,
            _ => return,
        };
        for code in payload {
            *code = table[usize::from(*code)];
        }
    }
}

/// G.711 Table 2a: the byte is sent inverted; 8 chords of 16 steps around a bias of 33 (132 at 16 bits).
const fn decode_mu(code: u8) -> i16 {
    let bits = !code as i32;
    let chord = (bits >> 4) & 7;
    let magnitude = ((((bits & 15) << 3) + MU_BIAS) << chord) - MU_BIAS;
    (if bits & 0x80 != 0 { -magnitude } else { magnitude }) as i16
}

const fn encode_mu(sample: i16) -> u8 {
    let wide = sample as i32;
    let sign = if wide < 0 { 0x80 } else { 0 };
    let magnitude = if wide < 0 { -wide } else { wide };
    let biased = (if magnitude > MU_CLIP { MU_CLIP } else { magnitude }) + MU_BIAS;
    let chord = 24 - biased.leading_zeros() as i32;
    !(sign | (chord << 4) | ((biased >> (chord + 3)) & 15)) as u8
}

/// G.711 Table 1a: even bits are inverted on the line; the first two chords share one step size.
const fn decode_a(code: u8) -> i16 {
    let bits = (code ^ 0x55) as i32;
    let chord = (bits >> 4) & 7;
    let step = (bits & 15) << 4;
    let magnitude = if chord == 0 { step + 8 } else { (step + 0x108) << (chord - 1) };
    (if bits & 0x80 != 0 { magnitude } else { -magnitude }) as i16
}

const fn encode_a(sample: i16) -> u8 {
    let wide = sample as i32;
    let sign = if wide < 0 { 0 } else { 0x80 };
    let magnitude = if wide < 0 { !wide } else { wide };
    let chord = if magnitude < 256 { 0 } else { 24 - magnitude.leading_zeros() as i32 };
    let shift = if chord == 0 { 4 } else { chord + 3 };
    (sign | (chord << 4) | ((magnitude >> shift) & 15)) as u8 ^ 0x55
}

const fn decode_either(law: Law, code: u8) -> i16 {
    match law {
        Law::Mu => decode_mu(code),
        Law::A => decode_a(code),
    }
}

const fn linear_table(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = decode_either(law, code as u8);
        code += 1;
    }
    table
}

/// Nearest level of the other law for the positive half; the sign bit (0x80 in both laws) is carried over unchanged.
const fn law_table(from: Law, to: Law) -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let positive = decode_either(from, code as u8 | 0x80);
        table[code] = (to.encode_sample(positive) & 0x7F) | (code as u8 & 0x80);
        code += 1;
    }
    table
}
