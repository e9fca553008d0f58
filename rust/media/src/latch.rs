//! Where a leg's packets come from and go to: symmetric RTP that cannot be hijacked later (RFC 4961, RFC 7362).
//!
//! Behind a NAT a phone's packets do not come from where its SDP says. The rules, in this order:
//!
//! 1. The negotiated address always counts. A packet from it during the window settles the matter.
//! 2. For `WINDOW_TICKS` after offer/answer another source may take its place, once, by `PROOF_PACKETS` packets of the
//!    negotiated payload type, of one SSRC and in sequence. Until then nothing of it is heard.
//! 3. When the window closes, what is then the remote stays: the caller connects its socket to it, and the kernel drops
//!    everything else. Nobody can take the leg over any more.
//! 4. A new offer/answer opens the window again, with the new address as the remote. While the source heard before still
//!    speaks, nobody but it and the negotiated address can be latched to; it counts as silent after `SILENT_TICKS`.
//!    The same address again (hold, resume) keeps the latch unless its source is silent.
//!
//! Without symmetry only rule 1 holds, and it is settled at once.

use std::net::SocketAddr;

use crate::unit::{SequenceNumber, Ssrc, TICKS_PER_SECOND};

/// How long after offer/answer another source may be latched to.
pub const WINDOW_TICKS: u64 = 5 * TICKS_PER_SECOND;
/// Packets in sequence that another source must show.
pub const PROOF_PACKETS: u8 = 3;
/// A source unheard for this long is silent.
pub const SILENT_TICKS: u64 = 2 * TICKS_PER_SECOND;

/// Whether a packet counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Ignored,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: Ssrc,
    next: SequenceNumber,
    seen: u8,
}

/// See the module's description. The caller passes only valid packets of a negotiated payload type.
#[derive(Clone, Debug, Default)]
pub struct Latch {
    negotiated: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    /// The source heard before the last offer/answer.
    previous: Option<SocketAddr>,
    /// The tick at which the window closes; `None` when it is closed.
    closes: Option<u64>,
    moved: bool,
    heard: Option<u64>,
    candidate: Option<Candidate>,
}

impl Latch {
    /// What offer/answer agreed.
    pub fn negotiate(&mut self, address: SocketAddr, symmetric: bool, tick: u64) {
        let same = self.negotiated == Some(address);
        if same && symmetric && self.heard.is_some() && !self.is_silent(tick) {
            return;
        }
        self.previous = self.heard.and(self.remote);
        self.negotiated = Some(address);
        if !(same && symmetric) {
            self.remote = Some(address);
        }
        self.candidate = None;
        self.moved = false;
        self.closes = symmetric.then_some(tick + WINDOW_TICKS);
    }

    /// Where packets go now.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// The remote, once nothing can move it without another offer/answer: the socket may be connected to it.
    pub fn settled(&self, tick: u64) -> Option<SocketAddr> {
        match self.closes {
            Some(closes) if tick < closes => None,
            _ => self.remote,
        }
    }

    /// Judges a packet by where it came from.
    pub fn judge(&mut self, source: SocketAddr, ssrc: Ssrc, sequence: SequenceNumber, tick: u64) -> Verdict {
        let open = self.closes.is_some_and(|closes| tick < closes);
        if open && self.negotiated == Some(source) {
            return self.settle_on(source, tick);
        }
        if self.remote == Some(source) {
            self.heard = Some(tick);
            return Verdict::Accepted;
        }
        if !open || self.moved {
            return Verdict::Ignored;
        }
        if self.previous == Some(source) {
            self.heard = Some(tick);
        } else if self.previous.is_some() && !self.is_silent(tick) {
            return Verdict::Ignored;
        }
        self.weigh(source, ssrc, sequence, tick)
    }

    fn settle_on(&mut self, source: SocketAddr, tick: u64) -> Verdict {
        self.remote = Some(source);
        self.closes = None;
        self.heard = Some(tick);
        self.candidate = None;
        Verdict::Accepted
    }

    fn weigh(&mut self, source: SocketAddr, ssrc: Ssrc, sequence: SequenceNumber, tick: u64) -> Verdict {
        let seen = match self.candidate {
            Some(known) if (known.source, known.ssrc, known.next) == (source, ssrc, sequence) => known.seen + 1,
            _ => 1,
        };
        if seen < PROOF_PACKETS {
            self.candidate = Some(Candidate { source, ssrc, next: sequence.next(), seen });
            return Verdict::Ignored;
        }
        self.candidate = None;
        self.moved = true;
        self.remote = Some(source);
        self.heard = Some(tick);
        Verdict::Accepted
    }

    fn is_silent(&self, tick: u64) -> bool {
        self.heard.is_none_or(|heard| tick.saturating_sub(heard) >= SILENT_TICKS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    const PHONE: u16 = 4000;
    const NAT: u16 = 31_000;
    const ATTACKER: u16 = 6666;

    fn latch() -> Latch {
        let mut latch = Latch::default();
        latch.negotiate(address(PHONE), true, 0);
        latch
    }

    /// How many of `count` packets in sequence from `port` are accepted.
    fn send(latch: &mut Latch, port: u16, count: u16, tick: u64) -> usize {
        let accepted = |n: &u16| {
            let verdict = latch.judge(address(port), Ssrc(port.into()), SequenceNumber(*n), tick);
            verdict == Verdict::Accepted
        };
        (0..count).filter(accepted).count()
    }

    #[test]
    fn the_negotiated_address_settles_at_its_first_packet() {
        let mut latch = latch();
        assert_eq!(latch.settled(1), None);
        assert_eq!(send(&mut latch, PHONE, 1, 1), 1);
        assert_eq!(latch.settled(1), Some(address(PHONE)));
        assert_eq!(send(&mut latch, ATTACKER, 100, 2), 0);
    }

    #[test]
    fn another_source_is_latched_to_after_three_packets_in_sequence() {
        let mut latch = latch();
        assert_eq!(send(&mut latch, NAT, 5, 1), 3);
        assert_eq!(latch.remote(), Some(address(NAT)));
        assert_eq!(latch.settled(2), None, "the negotiated address may still come");
        assert_eq!(send(&mut latch, ATTACKER, 100, 2), 0, "it moves once");
        assert_eq!(latch.settled(WINDOW_TICKS), Some(address(NAT)));
    }

    #[test]
    fn the_negotiated_address_takes_the_leg_back_from_who_came_first() {
        let mut latch = latch();
        send(&mut latch, ATTACKER, 10, 1);
        assert_eq!(send(&mut latch, PHONE, 1, 20), 1);
        assert_eq!(latch.settled(20), Some(address(PHONE)));
        assert_eq!(send(&mut latch, ATTACKER, 10, 21), 0);
    }

    #[test]
    fn packets_out_of_sequence_prove_nothing() {
        let mut latch = latch();
        for n in [1, 3, 5, 7, 9, 11] {
            assert_eq!(latch.judge(address(NAT), Ssrc(1), SequenceNumber(n), 1), Verdict::Ignored);
        }
        for ssrc in 0..6 {
            assert_eq!(latch.judge(address(NAT), Ssrc(ssrc), SequenceNumber(ssrc as u16), 1), Verdict::Ignored);
        }
    }

    #[test]
    fn after_the_window_nobody_else_is_heard() {
        let mut latch = latch();
        assert_eq!(send(&mut latch, NAT, 100, WINDOW_TICKS), 0);
        assert_eq!(latch.settled(WINDOW_TICKS), Some(address(PHONE)));
        assert_eq!(send(&mut latch, PHONE, 1, WINDOW_TICKS + 1), 1);
    }

    #[test]
    fn hold_and_resume_keep_the_latch() {
        let mut latch = latch();
        send(&mut latch, NAT, 5, 1);
        latch.negotiate(address(PHONE), true, 60);
        assert_eq!(send(&mut latch, ATTACKER, 10, 61), 0);
        assert_eq!(send(&mut latch, NAT, 2, 62), 2);
    }

    #[test]
    fn a_new_address_counts_at_once_and_only_the_old_source_or_silence_can_change_that() {
        let mut latch = latch();
        send(&mut latch, NAT, 5, 1);
        assert_eq!(send(&mut latch, NAT, 1, 1000), 1);
        latch.negotiate(address(5000), true, 1001);
        assert_eq!(latch.remote(), Some(address(5000)));
        assert_eq!(send(&mut latch, ATTACKER, 10, 1002), 0);
        assert_eq!(send(&mut latch, NAT, 3, 1003), 1, "the old source may come back");
        latch.negotiate(address(5002), true, 1010);
        assert_eq!(send(&mut latch, 7000, 5, 1010 + SILENT_TICKS), 3, "the old source fell silent");
    }

    #[test]
    fn without_symmetry_only_the_negotiated_address_counts() {
        let mut latch = Latch::default();
        latch.negotiate(address(PHONE), false, 0);
        assert_eq!(latch.settled(0), Some(address(PHONE)));
        assert_eq!((send(&mut latch, NAT, 10, 1), send(&mut latch, PHONE, 2, 1)), (0, 2));
    }
}
