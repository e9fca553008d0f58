//! The receiving half of a leg.

use std::net::SocketAddr;

use super::{Leg, Session};
use crate::dtmf::DigitSignal;
use crate::event::{Event, EventSink};
use crate::latch::Verdict;
use crate::rtp::RtpPacket;
use crate::silence::Noticed;
use crate::source::Arrival;
use crate::unit::{Now, RATE_HZ, TICKS_PER_SECOND};
use crate::voice::Turn;

impl Leg {
    /// One datagram from the RTP socket. Whatever it is, it is taken or counted and dropped.
    pub fn receive_rtp(&mut self, datagram: &[u8], source: SocketAddr, now: Now, events: &mut dyn EventSink) {
        if self.try_receive(datagram, source, now, events).is_none() {
            self.totals.ignored += 1;
        }
    }

    fn try_receive(&mut self, datagram: &[u8], from: SocketAddr, now: Now, events: &mut dyn EventSink) -> Option<()> {
        let session = self.session.filter(|session| session.direction.receives())?;
        let packet = RtpPacket::from_bytes(datagram).ok()?;
        let is_digit = session.is_digit(packet.payload_type)?;
        if self.latch.judge(from, packet.ssrc, packet.sequence_number, now.tick) == Verdict::Ignored {
            return None;
        }
        let arrived = now.units(session.codec.clock());
        let arrival = self.source.receive(packet.ssrc, packet.sequence_number, packet.timestamp, arrived);
        match arrival {
            Arrival::Rejected => return None,
            Arrival::Duplicate => self.totals.duplicates += 1,
            Arrival::Restarted => {
                self.ear.restart();
                self.digit_receiver.restart(&mut self.signals);
            }
            Arrival::New => {}
        }
        self.note_life(from, now, events);
        if is_digit {
            let (timestamp, marker) = (packet.timestamp, packet.marker);
            self.digit_receiver.receive(timestamp, marker, packet.payload, now.tick, &mut self.signals);
        } else if arrival != Arrival::Duplicate {
            self.ear.receive(packet.timestamp, packet.marker, packet.payload);
        }
        Some(())
    }

    fn note_life(&mut self, remote: SocketAddr, now: Now, events: &mut dyn EventSink) {
        self.totals.received += 1;
        self.quiet_since = now.tick;
        self.timed_out = false;
        if !self.first_packet {
            self.first_packet = true;
            events.emit(Event::FirstPacket { leg: self.id, remote });
        }
    }

    /// Whether another look at the socket may wait for the next tick.
    pub fn is_well_fed(&self) -> bool {
        self.ear.is_well_fed()
    }

    /// After the last datagram of a tick: takes the frame, reports keys, silence, speech and a dead line. `is_wanted` says
    /// that another leg will want to hear it.
    pub fn hear(&mut self, is_wanted: bool, now: Now, events: &mut dyn EventSink) {
        let is_wanted = is_wanted || self.echoes || self.is_listened_to();
        self.ear.listen(self.muted, is_wanted);
        self.digit_receiver.handle_tick(now.tick, &mut self.signals);
        self.report_digits(events);
        if self.muted {
            self.signals.keep_ends();
        }
        self.watch(events);
        self.watch_voices(events);
        if let Some(session) = self.session {
            self.check_timeout(session, now, events);
        }
    }

    fn is_listened_to(&self) -> bool {
        let nobody = self.recordings.is_empty() && self.taps.is_empty();
        !(nobody && self.watches.is_empty() && self.voices.is_empty())
    }

    fn report_digits(&mut self, events: &mut dyn EventSink) {
        for signal in self.signals.as_slice() {
            if let DigitSignal::Pressed(digit, duration) | DigitSignal::Belated(digit, duration) = *signal {
                let duration_ms = (u64::from(duration) * 1000 / u64::from(RATE_HZ)) as u32;
                events.emit(Event::Digit { leg: self.id, digit: digit.to_char(), duration_ms });
            }
        }
    }

    fn watch(&mut self, events: &mut dyn EventSink) {
        let is_real = self.ear.is_real();
        for watch in &mut self.watches {
            let (leg, watch_id, seconds) = (self.id, watch.watch_id, watch.seconds);
            match watch.watch.listen(self.ear.samples(), is_real) {
                Noticed::Nothing => {}
                Noticed::Voice => events.emit(Event::Voice { leg, watch_id }),
                Noticed::Silence => events.emit(Event::Silence { leg, watch_id, seconds }),
            }
        }
    }

    fn watch_voices(&mut self, events: &mut dyn EventSink) {
        let is_real = self.ear.is_real();
        for (watch_id, watch) in &mut self.voices {
            let (leg, watch_id) = (self.id, *watch_id);
            match watch.listen(self.ear.samples(), is_real) {
                None => {}
                Some(Turn::Started) => events.emit(Event::SpeechStarted { leg, watch_id }),
                Some(Turn::Stopped) => events.emit(Event::SpeechStopped { leg, watch_id }),
            }
        }
    }

    fn check_timeout(&mut self, session: Session, now: Now, events: &mut dyn EventSink) {
        if !session.direction.receives() {
            self.quiet_since = now.tick;
        }
        let quiet = now.tick.saturating_sub(self.quiet_since);
        if self.timeout_ticks > 0 && quiet >= self.timeout_ticks && !self.timed_out {
            self.timed_out = true;
            let seconds = quiet as f64 / TICKS_PER_SECOND as f64;
            events.emit(Event::TimedOut { leg: self.id, seconds });
        }
    }
}
