//! RTCP compound packets (RFC 3550 §6): a reader that trusts no length, and the reports and goodbyes we send.
//!
//! ```text
//! |V=2|P|   RC    |   PT          |  length in words, less one    |
//! |                 SSRC of the packet's sender                   |
//! ```

use crate::source::Reception;
use crate::unit::{RtpTimestamp, Ssrc};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
const BLOCK_LENGTH: usize = 24;

/// The longest compound packet read; no honest one for two parties is longer.
pub const MAX_COMPOUND_LENGTH: usize = 1500;
/// Packets looked at in one compound packet.
const MAX_PACKETS: usize = 16;
/// The longest compound packet we send.
pub const MAX_REPORT_LENGTH: usize = 128;

/// Why bytes are not a compound packet (RFC 3550 A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtcpError {
    TooShort,
    TooLong,
    Version,
    /// The first packet is no report.
    NotAReport,
    /// A length points outside the datagram.
    Truncated,
    /// Padding on a packet that is not the last.
    Padding,
}

/// What the other side says about a stream of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    pub fraction_lost: u8,
    pub cumulative_lost: i32,
    pub highest_sequence: u32,
    pub jitter: u32,
    pub last_sender_report: u32,
    pub delay_since: u32,
}

/// What a compound packet tells us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compound {
    pub sender: Option<Ssrc>,
    /// The middle 32 bits of the NTP timestamp of a sender report.
    pub sender_report: Option<u32>,
    /// The block about the stream that was asked for.
    pub block: Option<ReportBlock>,
    /// Somebody left.
    pub goodbye: Option<Ssrc>,
}

impl Compound {
    /// Reads one datagram; `ours` is the stream whose block is wanted.
    pub fn from_bytes(datagram: &[u8], ours: Ssrc) -> Result<Self, RtcpError> {
        if datagram.len() > MAX_COMPOUND_LENGTH {
            return Err(RtcpError::TooLong);
        }
        let mut compound = Self::default();
        let mut rest = datagram;
        for index in 0..MAX_PACKETS {
            let Piece { kind, count, body, after } = split_packet(rest)?;
            match kind {
                SENDER_REPORT | RECEIVER_REPORT => compound.read_report(kind, count, body, ours)?,
                _ if index == 0 => return Err(RtcpError::NotAReport),
                GOODBYE if count > 0 => compound.goodbye = Some(Ssrc(word(body, 0)?)),
                _ => {}
            }
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        Ok(compound)
    }

    fn read_report(&mut self, kind: u8, count: usize, body: &[u8], ours: Ssrc) -> Result<(), RtcpError> {
        self.sender = Some(Ssrc(word(body, 0)?));
        let mut blocks = body.get(4..).ok_or(RtcpError::Truncated)?;
        if kind == SENDER_REPORT {
            self.sender_report = Some(word(body, 4)? << 16 | word(body, 8)? >> 16);
            blocks = body.get(24..).ok_or(RtcpError::Truncated)?;
        }
        if blocks.len() < count * BLOCK_LENGTH {
            return Err(RtcpError::Truncated);
        }
        for block in blocks.chunks_exact(BLOCK_LENGTH).take(count) {
            if word(block, 0)? == ours.0 {
                self.block = Some(read_block(block)?);
            }
        }
        Ok(())
    }
}

fn read_block(block: &[u8]) -> Result<ReportBlock, RtcpError> {
    let losses = word(block, 4)?;
    Ok(ReportBlock {
        fraction_lost: (losses >> 24) as u8,
        cumulative_lost: ((losses << 8) as i32) >> 8,
        highest_sequence: word(block, 8)?,
        jitter: word(block, 12)?,
        last_sender_report: word(block, 16)?,
        delay_since: word(block, 20)?,
    })
}

/// One packet of a compound, its body without padding, and what follows.
struct Piece<'a> {
    kind: u8,
    count: usize,
    body: &'a [u8],
    after: &'a [u8],
}

fn split_packet(bytes: &[u8]) -> Result<Piece<'_>, RtcpError> {
    let head = bytes.first_chunk::<4>().ok_or(RtcpError::TooShort)?;
    let [flags, kind, high, low] = *head;
    if flags >> 6 != 2 {
        return Err(RtcpError::Version);
    }
    let length = 4 + 4 * usize::from(u16::from_be_bytes([high, low]));
    let body = bytes.get(4..length).ok_or(RtcpError::Truncated)?;
    let after = bytes.get(length..).ok_or(RtcpError::Truncated)?;
    let body = if flags & 0x20 == 0 { body } else { without_padding(body, after)? };
    Ok(Piece { kind, count: usize::from(flags & 0x1F), body, after })
}

fn without_padding<'a>(body: &'a [u8], after: &[u8]) -> Result<&'a [u8], RtcpError> {
    let count = usize::from(*body.last().ok_or(RtcpError::Padding)?);
    if !after.is_empty() || count == 0 || count % 4 != 0 {
        return Err(RtcpError::Padding);
    }
    let length = body.len().checked_sub(count).ok_or(RtcpError::Padding)?;
    body.get(..length).ok_or(RtcpError::Padding)
}

fn word(bytes: &[u8], at: usize) -> Result<u32, RtcpError> {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>).ok_or(RtcpError::Truncated)?;
    Ok(u32::from_be_bytes(*four))
}

/// What a sender report says of us (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub ntp: u64,
    pub timestamp: RtpTimestamp,
    pub packets: u32,
    pub octets: u32,
}

/// One compound packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    pub ssrc: Ssrc,
    pub cname: &'a str,
    /// `None` when nothing was sent since the last report: then it is a receiver report.
    pub sent: Option<Sent>,
    /// What we received, with the middle of the last sender report and the delay since it.
    pub received: Option<(Reception, u32, u32)>,
    pub goodbye: bool,
}

impl Report<'_> {
    /// Writes SR or RR, SDES with the CNAME, and BYE if it is one. Returns the length.
    pub fn write(&self, buffer: &mut [u8; MAX_REPORT_LENGTH]) -> usize {
        let mut writer = PacketWriter { buffer, length: 0 };
        let count = u8::from(self.received.is_some());
        let kind = if self.sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
        writer.packet(count, kind, |writer| {
            writer.word(self.ssrc.0);
            if let Some(sent) = self.sent {
                let words = [(sent.ntp >> 32) as u32, sent.ntp as u32, sent.timestamp.0, sent.packets, sent.octets];
                words.into_iter().for_each(|word| writer.word(word));
            }
            if let Some((received, last, delay)) = self.received {
                writer.block(received, last, delay);
            }
        });
        writer.packet(1, DESCRIPTION, |writer| writer.description(self.ssrc, self.cname));
        if self.goodbye {
            writer.packet(1, GOODBYE, |writer| writer.word(self.ssrc.0));
        }
        writer.length
    }
}

/// Appends to a fixed buffer; what does not fit is left out, which the sizes above rule out.
struct PacketWriter<'a> {
    buffer: &'a mut [u8; MAX_REPORT_LENGTH],
    length: usize,
}

impl PacketWriter<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(room) = self.buffer.get_mut(self.length..self.length + bytes.len()) {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }

    fn word(&mut self, word: u32) {
        self.bytes(&word.to_be_bytes());
    }

    fn packet(&mut self, count: u8, kind: u8, body: impl FnOnce(&mut Self)) {
        let start = self.length;
        self.bytes(&[0x80 | count, kind, 0, 0]);
        body(self);
        let words = (self.length - start) / 4 - 1;
        if let Some(field) = self.buffer.get_mut(start + 2..start + 4) {
            field.copy_from_slice(&(words as u16).to_be_bytes());
        }
    }

    fn block(&mut self, received: Reception, last_sender_report: u32, delay: u32) {
        let losses = u32::from(received.fraction_lost) << 24 | (received.cumulative_lost as u32 & 0x00FF_FFFF);
        let words = [received.ssrc.0, losses, received.highest_sequence, received.jitter, last_sender_report, delay];
        words.into_iter().for_each(|word| self.word(word));
    }

    /// RFC 3550 §6.5: items end with a zero octet and are filled up to a word.
    fn description(&mut self, ssrc: Ssrc, cname: &str) {
        let name = cname.as_bytes().get(..cname.len().min(32)).unwrap_or_default();
        self.word(ssrc.0);
        self.bytes(&[CNAME, name.len() as u8]);
        self.bytes(name);
        let fill = 4 - (2 + name.len()) % 4;
        self.bytes(&[0; 4][..fill]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const US: Ssrc = Ssrc(0x1111_2222);
    const THEM: Ssrc = Ssrc(0x3333_4444);

    fn reception() -> Reception {
        Reception { ssrc: US, fraction_lost: 25, cumulative_lost: -2, highest_sequence: 0x1_0005, jitter: 33 }
    }

    fn report() -> Report<'static> {
        let sent = Sent { ntp: 0xAAAA_BBBB_CCCC_DDDD, timestamp: RtpTimestamp(7), packets: 8, octets: 9 };
        Report { ssrc: THEM, cname: "abc@x", sent: Some(sent), received: Some((reception(), 5, 6)), goodbye: true }
    }

    fn written(report: &Report) -> Vec<u8> {
        let mut buffer = [0; MAX_REPORT_LENGTH];
        let length = report.write(&mut buffer);
        buffer[..length].to_vec()
    }

    #[test]
    fn what_we_write_we_read() {
        let compound = Compound::from_bytes(&written(&report()), US).expect("valid");
        assert_eq!((compound.sender, compound.goodbye), (Some(THEM), Some(THEM)));
        assert_eq!(compound.sender_report, Some(0xBBBB_CCCC));
        let block = compound.block.expect("about us");
        assert_eq!((block.fraction_lost, block.cumulative_lost, block.jitter), (25, -2, 33));
        assert_eq!((block.highest_sequence, block.last_sender_report, block.delay_since), (0x1_0005, 5, 6));
        assert_eq!(Compound::from_bytes(&written(&report()), THEM).map(|compound| compound.block), Ok(None));
    }

    #[test]
    fn a_receiver_report_says_nothing_of_sending() {
        let bytes = written(&Report { sent: None, received: None, goodbye: false, ..report() });
        let expected =
            [&[0x80, 201, 0, 1][..], &THEM.0.to_be_bytes(), &[0x81, 202, 0, 3], &THEM.0.to_be_bytes()].concat();
        assert_eq!(bytes[..16], expected);
        assert_eq!(&bytes[16..], b"\x01\x05abc@x\0");
    }

    #[test]
    fn lies_are_refused() {
        let fails = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = written(&report());
            change(&mut bytes);
            Compound::from_bytes(&bytes, US).expect_err("refused")
        };
        assert_eq!(fails(&|bytes| bytes[0] = 0x41), RtcpError::Version);
        assert_eq!(fails(&|bytes| bytes[1] = 202), RtcpError::NotAReport);
        assert_eq!(fails(&|bytes| bytes[3] = 200), RtcpError::Truncated);
        assert_eq!(fails(&|bytes| bytes[0] = 0x9F), RtcpError::Truncated);
        assert_eq!(fails(&|bytes| bytes[0] |= 0x20), RtcpError::Padding);
        assert_eq!(fails(&|bytes| bytes.truncate(3)), RtcpError::TooShort);
        assert_eq!(fails(&|bytes| bytes.resize(2000, 0)), RtcpError::TooLong);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut random = Random::new(2);
        for _ in 0..200_000 {
            let mut bytes = random.bytes(120);
            if bytes.len() > 4 {
                bytes[0] = 0x80 | (bytes[0] & 0x3F);
                bytes[1] = 200 + bytes[1] % 5;
                bytes[2] = 0;
                bytes[3] %= 30;
            }
            let _ = Compound::from_bytes(&bytes, US);
        }
    }
}
