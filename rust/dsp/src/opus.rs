//! Opus (RFC 6716) for voice: mono, at 8, 12, 16, 24 or 48 kHz of our choice, whatever the other side uses inside.
//!
//! This is libopus, compiled from source by `opusic-c`, behind the cargo feature `opus`: it needs a C compiler and cmake. An
//! own implementation would be a hundred times the size of G.722. The RTP clock of Opus is always 48 kHz (RFC 7587 §4.1),
//! also when the decoder gives 8 kHz.
//!
//! Loss has two remedies: if the next packet is already there, `recover` takes the low-rate copy of the lost frame out of it
//! (in-band FEC); if not, `conceal` invents one. No allocation of ours after construction.

use opusic_c::{Application, Bitrate, Channels, ErrorCode, InbandFec, SampleRate, Signal};

/// The longest packet, 120 ms at 48 kHz.
pub const MAX_PACKET_SAMPLES: usize = 5760;
/// More than a packet of 20 ms at the highest bit rate needs.
pub const MAX_PACKET_BYTES: usize = 1275;

/// Why Opus refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpusError {
    /// Opus knows 8000, 12000, 16000, 24000 and 48000.
    #[error("Opus does not run at {0} Hz")]
    Rate(u32),
    /// A packet from the other side that is none.
    #[error("not an Opus packet")]
    InvalidPacket,
    /// A frame of a length that Opus does not have, or too little room for the result.
    #[error("a frame or buffer of a wrong length")]
    Length,
    /// Anything else; the state is still good.
    #[error("libopus failed: {0}")]
    Failed(String),
}

impl From<ErrorCode> for OpusError {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidPacket => Self::InvalidPacket,
            ErrorCode::BadArg | ErrorCode::BufferTooSmall => Self::Length,
            other => Self::Failed(format!("{other:?}")),
        }
    }
}

fn sample_rate(rate_hz: u32) -> Result<SampleRate, OpusError> {
    match rate_hz {
        8_000 => Ok(SampleRate::Hz8000),
        12_000 => Ok(SampleRate::Hz12000),
        16_000 => Ok(SampleRate::Hz16000),
        24_000 => Ok(SampleRate::Hz24000),
        48_000 => Ok(SampleRate::Hz48000),
        _ => Err(OpusError::Rate(rate_hz)),
    }
}

/// PCM in, packets out.
pub struct Encoder {
    inner: opusic_c::Encoder,
}

impl Encoder {
    /// For speech, with in-band FEC against `expected_loss_percent` (0 leaves it out).
    pub fn new(rate_hz: u32, bits_per_second: u32, expected_loss_percent: u8) -> Result<Self, OpusError> {
        let mut inner = opusic_c::Encoder::new(Channels::Mono, sample_rate(rate_hz)?, Application::Voip)?;
        inner.set_signal(Signal::Voice)?;
        inner.set_bitrate(Bitrate::Value(bits_per_second))?;
        if expected_loss_percent > 0 {
            inner.set_inband_fec(InbandFec::Mode1)?;
            inner.set_packet_loss(expected_loss_percent.min(100))?;
        }
        Ok(Self { inner })
    }

    /// One frame of 2.5 to 60 ms; returns the length of the packet.
    pub fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Result<usize, OpusError> {
        let mut input = [0.0_f32; MAX_PACKET_SAMPLES];
        let input = input.get_mut(..frame.len()).ok_or(OpusError::Length)?;
        for (to, sample) in input.iter_mut().zip(frame) {
            *to = f32::from(*sample) / 32_768.0;
        }
        Ok(self.inner.encode_float_to_slice(input, packet)?)
    }
}

/// Packets in, PCM out.
pub struct Decoder {
    inner: opusic_c::Decoder,
}

impl Decoder {
    pub fn new(rate_hz: u32) -> Result<Self, OpusError> {
        Ok(Self { inner: opusic_c::Decoder::new(Channels::Mono, sample_rate(rate_hz)?)? })
    }

    /// Decodes a packet; returns how many samples it held. There must be room for all of them.
    pub fn decode(&mut self, packet: &[u8], samples: &mut [i16]) -> Result<usize, OpusError> {
        if packet.is_empty() {
            return Err(OpusError::InvalidPacket);
        }
        self.run(packet, samples, false)
    }

    /// Fills the whole of `samples`, which were lost, out of the packet after them.
    pub fn recover(&mut self, next_packet: &[u8], samples: &mut [i16]) -> Result<usize, OpusError> {
        self.run(next_packet, samples, true)
    }

    /// Fills the whole of `samples`, which were lost.
    pub fn conceal(&mut self, samples: &mut [i16]) -> Result<usize, OpusError> {
        self.run(&[], samples, false)
    }

    fn run(&mut self, packet: &[u8], samples: &mut [i16], recover: bool) -> Result<usize, OpusError> {
        let mut output = [0.0_f32; MAX_PACKET_SAMPLES];
        let room = samples.len().min(MAX_PACKET_SAMPLES);
        let made = self.inner.decode_float_to_slice(packet, &mut output[..room], recover)?;
        for (to, sample) in samples.iter_mut().zip(&output[..made.min(room)]) {
            *to = (sample * 32_768.0).round() as i16;
        }
        Ok(made)
    }
}
