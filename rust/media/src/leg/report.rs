//! RTCP of a leg: a report about every five seconds, a goodbye at the end (RFC 3550 §6).

use std::net::SocketAddr;

use super::Leg;
use crate::random::Random;
use crate::rtcp::{Compound, Report, Sent, MAX_REPORT_LENGTH};
use crate::unit::{Now, TICKS_PER_SECOND};

/// The mean interval; each is between half and one and a half of it (RFC 3550 §6.3.1).
const INTERVAL_TICKS: u64 = 5 * TICKS_PER_SECOND;

/// What a leg remembers for its reports.
#[derive(Debug)]
pub(super) struct Reporter {
    random: Random,
    cname: String,
    due: Option<u64>,
    sent_before: u64,
    last_sender_report: Option<(u32, u32)>,
    /// Where RTCP goes, once it was heard from somewhere else than the next port.
    learned: Option<SocketAddr>,
    round_trip_seconds: Option<f64>,
    buffer: [u8; MAX_REPORT_LENGTH],
}

impl Reporter {
    /// The canonical name is random, and so tells nothing about the machine (RFC 7022 §4.2).
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let cname = format!("{:016x}", random.next_u64());
        Self {
            random,
            cname,
            due: None,
            sent_before: 0,
            last_sender_report: None,
            learned: None,
            round_trip_seconds: None,
            buffer: [0; MAX_REPORT_LENGTH],
        }
    }
}

impl Leg {
    /// One datagram from the RTCP socket; only from the address that RTP comes from.
    pub fn receive_rtcp(&mut self, datagram: &[u8], source: SocketAddr, now: Now) {
        if self.remote().map(|remote| remote.ip()) != Some(source.ip()) {
            return;
        }
        let Ok(compound) = Compound::from_bytes(datagram, self.identity.ssrc) else {
            return;
        };
        if compound.sender.is_none() || compound.sender != self.source.ssrc() {
            return;
        }
        self.reporter.learned = Some(source);
        if let Some(middle) = compound.sender_report {
            self.reporter.last_sender_report = Some((middle, now.ntp_middle()));
        }
        if let Some(block) = compound.block.filter(|block| block.last_sender_report != 0) {
            let spent = block.last_sender_report.wrapping_add(block.delay_since);
            let round_trip = now.ntp_middle().wrapping_sub(spent) as i32;
            self.reporter.round_trip_seconds = Some(f64::from(round_trip.max(0)) / 65_536.0);
        }
    }

    /// The last measured round trip (RFC 3550 §6.4.1).
    pub fn round_trip_seconds(&self) -> Option<f64> {
        self.reporter.round_trip_seconds
    }

    /// A report, when one is due.
    pub fn report(&mut self, now: Now) -> Option<(&[u8], SocketAddr)> {
        self.session?;
        match self.reporter.due {
            Some(due) if now.tick >= due => {}
            Some(_) => return None,
            None => {
                self.schedule(now);
                return None;
            }
        }
        self.schedule(now);
        self.write_report(now, false)
    }

    /// The last report, with BYE.
    pub fn goodbye(&mut self, now: Now) -> Option<(&[u8], SocketAddr)> {
        // RFC 3550 §6.3.7: who never sent anything says no goodbye.
        if self.totals.sent == 0 {
            return None;
        }
        self.write_report(now, true)
    }

    fn schedule(&mut self, now: Now) {
        let spread = self.reporter.random.below(INTERVAL_TICKS);
        self.reporter.due = Some(now.tick + INTERVAL_TICKS / 2 + spread);
    }

    fn write_report(&mut self, now: Now, goodbye: bool) -> Option<(&[u8], SocketAddr)> {
        let remote = self.remote()?;
        let named = self.session?.rtcp_port.filter(|port| *port != 0);
        let clock = self.session?.codec.clock();
        let next_port = named.or_else(|| remote.port().checked_add(1))?;
        let target = self.reporter.learned.filter(|learned| learned.ip() == remote.ip());
        let target = target.unwrap_or(SocketAddr::new(remote.ip(), next_port));
        let has_sent = self.totals.sent != self.reporter.sent_before;
        self.reporter.sent_before = self.totals.sent;
        let sent = Sent {
            ntp: now.ntp,
            timestamp: self.identity.timestamp.plus(now.units(clock)),
            packets: self.totals.sent as u32,
            octets: self.totals.octets_sent as u32,
        };
        let (last, delay) = match self.reporter.last_sender_report {
            Some((middle, arrived)) => (middle, now.ntp_middle().wrapping_sub(arrived)),
            None => (0, 0),
        };
        let report = Report {
            ssrc: self.identity.ssrc,
            cname: &self.reporter.cname,
            sent: has_sent.then_some(sent),
            received: self.source.report().map(|reception| (reception, last, delay)),
            goodbye,
        };
        let length = report.write(&mut self.reporter.buffer);
        Some((self.reporter.buffer.get(..length)?, target))
    }
}
