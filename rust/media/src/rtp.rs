//! RTP packets on the wire (RFC 3550 §5.1): a parser that trusts no length in the packet, and the fixed header we send.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! |                           timestamp                           |
//! |                             SSRC                              |
//! |                     CSRC list (CC words)                      |
//! |        extension: profile (16)        |  length in words (16) |
//! ```

use crate::unit::{PayloadType, RtpTimestamp, SequenceNumber, Ssrc};

/// The fixed part of the header.
pub const HEADER_LENGTH: usize = 12;
/// Nothing longer than an Ethernet frame is RTP audio.
pub const MAX_PACKET_LENGTH: usize = 1500;

/// Why bytes are not an RTP packet. Each is dropped and counted, never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtpError {
    /// Less than the fixed header.
    TooShort,
    /// More than `MAX_PACKET_LENGTH`.
    TooLong,
    /// The version is not 2: STUN, ZRTP, noise.
    Version,
    /// The payload type is one of RTCP's packet types seen through RTP's header (RFC 5761 §4).
    Rtcp,
    /// The CSRC list or the extension is longer than the packet.
    Truncated,
    /// The padding count is zero or more than there is.
    Padding,
}

/// A packet as received; the payload borrows from the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    pub marker: bool,
    pub payload_type: PayloadType,
    pub sequence_number: SequenceNumber,
    pub timestamp: RtpTimestamp,
    pub ssrc: Ssrc,
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads one datagram.
    pub fn from_bytes(datagram: &'a [u8]) -> Result<Self, RtpError> {
        if datagram.len() > MAX_PACKET_LENGTH {
            return Err(RtpError::TooLong);
        }
        let (header, rest) = datagram.split_first_chunk::<HEADER_LENGTH>().ok_or(RtpError::TooShort)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *header;
        if flags >> 6 != 2 {
            return Err(RtpError::Version);
        }
        if (192..=223).contains(&kind) {
            return Err(RtpError::Rtcp);
        }
        let rest = skip(rest, usize::from(flags & 0x0F) * 4)?;
        let rest = if flags & 0x10 != 0 { skip_extension(rest)? } else { rest };
        let payload = if flags & 0x20 != 0 { without_padding(rest)? } else { rest };
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: PayloadType::new(kind & 0x7F).ok_or(RtpError::Truncated)?,
            sequence_number: SequenceNumber(u16::from_be_bytes([s0, s1])),
            timestamp: RtpTimestamp(u32::from_be_bytes([t0, t1, t2, t3])),
            ssrc: Ssrc(u32::from_be_bytes([c0, c1, c2, c3])),
            payload,
        })
    }
}

fn skip(bytes: &[u8], count: usize) -> Result<&[u8], RtpError> {
    bytes.get(count..).ok_or(RtpError::Truncated)
}

/// RFC 3550 §5.3.1: a word of profile and length, then that many words.
fn skip_extension(bytes: &[u8]) -> Result<&[u8], RtpError> {
    let (head, rest) = bytes.split_first_chunk::<4>().ok_or(RtpError::Truncated)?;
    skip(rest, usize::from(u16::from_be_bytes([head[2], head[3]])) * 4)
}

/// RFC 3550 §5.1: the last octet counts the padding, itself included.
fn without_padding(bytes: &[u8]) -> Result<&[u8], RtpError> {
    let count = usize::from(*bytes.last().ok_or(RtpError::Padding)?);
    if count == 0 {
        return Err(RtpError::Padding);
    }
    let length = bytes.len().checked_sub(count).ok_or(RtpError::Padding)?;
    bytes.get(..length).ok_or(RtpError::Padding)
}

/// The header of a packet we send: no padding, no extension, no contributing sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    pub marker: bool,
    pub payload_type: PayloadType,
    pub sequence_number: SequenceNumber,
    pub timestamp: RtpTimestamp,
    pub ssrc: Ssrc,
}

impl RtpHeader {
    /// The twelve octets.
    pub fn to_bytes(self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[0] = 0x80;
        bytes[1] = self.payload_type.value() | if self.marker { 0x80 } else { 0 };
        bytes[2..4].copy_from_slice(&self.sequence_number.0.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.0.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.0.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn header() -> RtpHeader {
        RtpHeader {
            marker: true,
            payload_type: PayloadType::new(101).expect("seven bits"),
            sequence_number: SequenceNumber(0x1234),
            timestamp: RtpTimestamp(0xDEAD_BEEF),
            ssrc: Ssrc(0x0102_0304),
        }
    }

    fn packet(flags: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = header().to_bytes().to_vec();
        bytes[0] |= flags;
        bytes.extend_from_slice(rest);
        bytes
    }

    #[test]
    fn what_we_write_we_read() {
        let bytes = packet(0, b"audio");
        let read = RtpPacket::from_bytes(&bytes).expect("valid");
        assert_eq!(read.payload, b"audio");
        assert!(read.marker);
        assert_eq!(
            (read.payload_type, read.sequence_number, read.timestamp, read.ssrc),
            (header().payload_type, header().sequence_number, header().timestamp, header().ssrc)
        );
    }

    #[test]
    fn contributing_sources_extension_and_padding_are_taken_off() {
        let rest = [&[9; 8][..], &[0xBE, 0xDE, 0, 1, 1, 2, 3, 4], b"audio", &[0, 0, 3]].concat();
        let bytes = packet(0x02 | 0x10 | 0x20, &rest);
        assert_eq!(RtpPacket::from_bytes(&bytes).map(|packet| packet.payload), Ok(&b"audio"[..]));
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let fails = |flags, rest: &[u8]| RtpPacket::from_bytes(&packet(flags, rest)).expect_err("refused");
        assert_eq!(fails(0x0F, &[0; 59]), RtpError::Truncated);
        assert_eq!(fails(0x10, &[0, 0, 0]), RtpError::Truncated);
        assert_eq!(fails(0x10, &[0, 0, 0xFF, 0xFF, 1]), RtpError::Truncated);
        assert_eq!(fails(0x20, &[]), RtpError::Padding);
        assert_eq!(fails(0x20, &[1, 2, 0]), RtpError::Padding);
        assert_eq!(fails(0x20, &[1, 2, 4]), RtpError::Padding);
        assert_eq!(fails(0, &[0; MAX_PACKET_LENGTH]), RtpError::TooLong);
        assert_eq!(RtpPacket::from_bytes(&[0x80; 11]), Err(RtpError::TooShort));
    }

    #[test]
    fn stun_and_rtcp_on_the_port_are_not_audio() {
        let mut bytes = packet(0, &[0; 20]);
        bytes[0] = 0;
        assert_eq!(RtpPacket::from_bytes(&bytes), Err(RtpError::Version));
        bytes[0] = 0x80;
        bytes[1] = 200;
        assert_eq!(RtpPacket::from_bytes(&bytes), Err(RtpError::Rtcp));
    }

    #[test]
    fn random_bytes_never_panic_and_a_payload_is_always_inside() {
        let mut random = Random::new(1);
        for _ in 0..200_000 {
            let mut bytes = random.bytes(90);
            if let Some(first) = bytes.first_mut() {
                *first = 0x80 | (*first & 0x3F);
            }
            if let Ok(packet) = RtpPacket::from_bytes(&bytes) {
                assert!(packet.payload.len() + HEADER_LENGTH <= bytes.len());
            }
        }
    }
}
