//! Opus (RFC 6716) for voice: mono, at 8, 12, 16, 24 or 48 kHz of our choice, whatever the other side uses inside.
//!
//! This is libopus, compiled from source by `opusic-c`: it needs a C compiler and cmake. An own implementation would be a
//! hundred times the size of G.722. The RTP clock of Opus is always 48 kHz (RFC 7587 §4.1), also when the decoder gives 8.
//!
//! Loss has two remedies: if the next packet is already there, `recover` takes the low-rate copy of the lost frame out of it
//! (in-band FEC); if not, `conceal` invents one. No allocation of ours after construction.

use std::fmt;

use opusic_c::{Application, Bandwidth, Bitrate, Channels, ErrorCode, InbandFec, SampleRate, Signal};

/// The longest packet, 120 ms at 48 kHz.
pub const MAX_PACKET_SAMPLES: usize = 5760;
/// More than a packet of 20 ms at the highest bit rate needs.
pub const MAX_PACKET_BYTES: usize = 1275;
/// A packet of so few octets has a frame of no length: the encoder has nothing to say (RFC 6716 §3.2.1).
pub const MAX_EMPTY_PACKET_BYTES: usize = 2;

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

/// How long a packet plays, in units of the RTP clock of 48 kHz; it tells without being decoded (RFC 6716 §3.1).
pub fn duration_units(packet: &[u8]) -> Result<u32, OpusError> {
    if packet.is_empty() {
        return Err(OpusError::InvalidPacket);
    }
    Ok(opusic_c::utils::get_nb_samples(packet, SampleRate::Hz48000)? as u32)
}

/// How to encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub bits_per_second: u32,
    /// 0 leaves in-band FEC out.
    pub expected_loss_percent: u8,
    /// 0 to 10: what the encoder may spend.
    pub complexity: u8,
    /// What the other side can play; nothing above half of it is sent.
    pub playback_rate_hz: u32,
}

/// PCM in, packets out.
pub struct Encoder {
    inner: opusic_c::Encoder,
    input: Box<[f32]>,
}

impl Encoder {
    /// For speech.
    pub fn new(rate_hz: u32, settings: Settings) -> Result<Self, OpusError> {
        let mut inner = opusic_c::Encoder::new(Channels::Mono, sample_rate(rate_hz)?, Application::Voip)?;
        inner.set_signal(Signal::Voice)?;
        inner.set_bitrate(Bitrate::Value(settings.bits_per_second))?;
        inner.set_complexity(settings.complexity.min(10))?;
        inner.set_max_bandwidth(match settings.playback_rate_hz {
            0..=8_000 => Bandwidth::Narrow,
            8_001..=12_000 => Bandwidth::Medium,
            12_001..=16_000 => Bandwidth::Wide,
            16_001..=24_000 => Bandwidth::Superwide,
            _ => Bandwidth::Full,
        })?;
        if settings.expected_loss_percent > 0 {
            inner.set_inband_fec(InbandFec::Mode1)?;
            inner.set_packet_loss(settings.expected_loss_percent.min(100))?;
        }
        // The longest frame is 60 ms.
        Ok(Self { inner, input: vec![0.0; rate_hz as usize * 60 / 1000].into() })
    }

    /// One frame of 2.5 to 60 ms; returns the length of the packet.
    pub fn encode(&mut self, frame: &[i16], packet: &mut [u8]) -> Result<usize, OpusError> {
        let input = self.input.get_mut(..frame.len()).ok_or(OpusError::Length)?;
        for (to, sample) in input.iter_mut().zip(frame) {
            *to = f32::from(*sample) / 32_768.0;
        }
        Ok(self.inner.encode_float_to_slice(input, packet)?)
    }
}

/// Packets in, PCM out.
pub struct Decoder {
    inner: opusic_c::Decoder,
    output: Box<[f32]>,
}

impl Decoder {
    /// Stereo from the other side is mixed to mono.
    pub fn new(rate_hz: u32) -> Result<Self, OpusError> {
        let inner = opusic_c::Decoder::new(Channels::Mono, sample_rate(rate_hz)?)?;
        let longest = MAX_PACKET_SAMPLES * rate_hz as usize / 48_000;
        Ok(Self { inner, output: vec![0.0; longest].into() })
    }

    /// Forgets what came; what comes next has nothing to do with it.
    pub fn reset(&mut self) {
        // libopus has no way to refuse this.
        let _ = self.inner.reset();
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

    /// Fills the whole of `samples`, which were lost; a multiple of 2.5 ms.
    pub fn conceal(&mut self, samples: &mut [i16]) -> Result<usize, OpusError> {
        self.run(&[], samples, false)
    }

    fn run(&mut self, packet: &[u8], samples: &mut [i16], recover: bool) -> Result<usize, OpusError> {
        let room = samples.len().min(self.output.len());
        let output = self.output.get_mut(..room).ok_or(OpusError::Length)?;
        let made = self.inner.decode_float_to_slice(packet, output, recover)?;
        for (to, sample) in samples.iter_mut().zip(output.iter().take(made)) {
            *to = (sample * 32_768.0).round() as i16;
        }
        Ok(made)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Decoder").finish_non_exhaustive()
    }
}
