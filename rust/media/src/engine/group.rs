//! Legs that are ticked together. Bridges and conferences never leave a group.

use std::collections::HashMap;

use super::command::{ConferenceOrder, Order, Seat};
use crate::conference::{Conference, Part};
use crate::dtmf::DigitSignals;
use crate::event::{ConferenceId, EventSender, EventSink, LegId, PlaybackEnd};
use crate::leg::{Bridged, MAX_RECEIVED};
use crate::unit::Now;

/// Datagrams read from one leg in one tick; what is more waits in the kernel, where it is bounded too.
const MAX_DATAGRAMS: usize = 16;
/// A socket whose leg is well fed is read only once in a tick, because a look at an empty socket costs a tenth of all a leg
/// costs; in every so many ticks it is emptied all the same, so that a fast sender's packets do not pile up.
const EMPTYING_TICKS: u64 = 16;
/// Ticks between two looks at an RTCP socket.
const RTCP_TICKS: u64 = 25;

/// Packets of one turn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    pub received: u64,
    pub sent: u64,
}

/// See the module's description.
#[derive(Debug, Default)]
pub struct Group {
    seats: Vec<Option<Box<Seat>>>,
    free: Vec<usize>,
    places: HashMap<LegId, usize>,
    conferences: HashMap<ConferenceId, Conference>,
}

impl Group {
    /// How many legs it has.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds a leg.
    pub fn sit(&mut self, seat: Box<Seat>) {
        let id = seat.leg.id();
        let index = self.free.pop().unwrap_or(self.seats.len());
        if index == self.seats.len() {
            self.seats.push(None);
        }
        if let Some(place) = self.seats.get_mut(index) {
            *place = Some(seat);
            self.places.insert(id, index);
        }
    }

    /// Takes a leg out, and out of its bridge or conference.
    pub fn rise(&mut self, leg: LegId) -> Option<Box<Seat>> {
        self.detach(leg);
        let index = self.places.remove(&leg)?;
        self.free.push(index);
        let mut seat = self.seats.get_mut(index)?.take()?;
        seat.clock.note_move();
        Some(seat)
    }

    /// Joins two of its legs; either leaves the bridge or conference it was in.
    pub fn bridge(&mut self, first: LegId, second: LegId) {
        self.detach(first);
        self.detach(second);
        if first == second || !self.places.contains_key(&first) || !self.places.contains_key(&second) {
            return;
        }
        for (leg, partner) in [(first, second), (second, first)] {
            if let Some(seat) = self.seat(leg) {
                seat.partner = Some(partner);
            }
        }
    }

    /// Parts a leg from its partner.
    pub fn unbridge(&mut self, leg: LegId) {
        let Some(partner) = self.seat(leg).and_then(|seat| seat.partner) else {
            return;
        };
        for id in [leg, partner] {
            if let Some(seat) = self.seat(id) {
                seat.partner = None;
                seat.leg.leave_bridge();
            }
        }
    }

    /// A leg hears nobody any more.
    fn detach(&mut self, leg: LegId) {
        self.unbridge(leg);
        self.leave_conference(leg);
    }

    fn leave_conference(&mut self, leg: LegId) {
        let left = self.seat(leg).and_then(|seat| seat.conference.take());
        if let Some(conference) = left.and_then(|id| self.conferences.get_mut(&id)) {
            conference.leave(leg);
        }
    }

    /// A conference without anybody.
    pub fn open_conference(&mut self, conference: ConferenceId) {
        self.conferences.entry(conference).or_default();
    }

    /// Carries out an order for a conference of this group.
    pub fn obey_conference(&mut self, id: ConferenceId, order: ConferenceOrder, events: &mut EventSender) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        match order {
            ConferenceOrder::Join(leg, part) => self.join(id, leg, part),
            ConferenceOrder::Update(leg, part) => conference.update(leg, part),
            ConferenceOrder::Play { play_id, clip } => conference.play(play_id, clip, events),
            ConferenceOrder::StopPlayback(play_id) => conference.stop_playback(play_id, events),
            ConferenceOrder::StartRecording(tap) => conference.start_recording(*tap),
            ConferenceOrder::StopRecording(recording_id) => conference.stop_recording(recording_id),
            ConferenceOrder::PauseRecording(recording_id, pause) => conference.pause_recording(recording_id, pause),
            ConferenceOrder::Close => self.close_conference(id, events),
        }
    }

    fn join(&mut self, id: ConferenceId, leg: LegId, part: Part) {
        if self.seat(leg).is_none_or(|seat| seat.conference != Some(id)) {
            self.detach(leg);
        }
        let Some(seat) = self.places.get(&leg).and_then(|index| self.seats.get_mut(*index)?.as_mut()) else { return };
        if let Some(conference) = self.conferences.get_mut(&id) {
            seat.conference = Some(id);
            conference.join(leg, part);
        }
    }

    fn close_conference(&mut self, id: ConferenceId, events: &mut EventSender) {
        for seat in self.seats.iter_mut().flatten().filter(|seat| seat.conference == Some(id)) {
            seat.conference = None;
        }
        if let Some(conference) = self.conferences.remove(&id) {
            conference.close(events);
        }
    }

    /// Carries out an order.
    pub fn obey(&mut self, leg: LegId, order: Order, now: Now, events: &mut EventSender) {
        match order {
            Order::Unbridge => self.unbridge(leg),
            Order::LeaveConference => self.leave_conference(leg),
            Order::Close => self.close(leg, now, events),
            other => {
                if let Some(seat) = self.seat(leg) {
                    seat.obey(other, now, events);
                }
            }
        }
    }

    /// Closes every leg and conference.
    pub fn close_all(&mut self, now: Now, events: &mut EventSender) {
        let conferences: Vec<ConferenceId> = self.conferences.keys().copied().collect();
        conferences.into_iter().for_each(|conference| self.close_conference(conference, events));
        let legs: Vec<LegId> = self.places.keys().copied().collect();
        legs.into_iter().for_each(|leg| self.close(leg, now, events));
    }

    /// One tick of all legs: first everyone hears, then the conferences are mixed, then everyone speaks.
    pub fn tick(&mut self, now: Now, buffer: &mut [u8; MAX_RECEIVED], events: &mut EventSender) -> Traffic {
        let mut traffic = Traffic::default();
        self.conferences.values_mut().for_each(Conference::begin_tick);
        for (index, seat) in self.seats.iter_mut().enumerate() {
            let Some(seat) = seat else { continue };
            if let Some(local) = seat.clock.local(now) {
                traffic.received += seat.hear(local, local.tick + index as u64, buffer, events);
                if let Some(conference) = seat.conference.and_then(|id| self.conferences.get_mut(&id)) {
                    let leg = &mut seat.leg;
                    let (id, is_wide, speaks) = (leg.id(), leg.is_wide(), leg.hears_something());
                    conference.put(id, speaks.then(|| leg.frame(conference.is_wide())), is_wide);
                }
            }
        }
        self.conferences.values_mut().for_each(|conference| conference.mix(events));
        for index in 0..self.seats.len() {
            let bridged = self.bridged(index).or_else(|| self.mixed(index));
            let Some(Some(seat)) = self.seats.get_mut(index) else { continue };
            if let Some(local) = seat.clock.local(now) {
                seat.clock.advance(local);
                traffic.sent += u64::from(seat.speak(bridged.as_ref(), local, events));
            }
        }
        traffic
    }

    fn bridged(&mut self, index: usize) -> Option<Bridged> {
        let partner = self.seats.get(index)?.as_ref()?.partner?;
        let wants_wide = self.seats.get(index)?.as_ref()?.leg.is_wide();
        let seat = self.seats.get_mut(*self.places.get(&partner)?)?.as_mut()?;
        Some(Bridged { sound: seat.leg.sound(wants_wide), signals: *seat.leg.signals() })
    }

    fn mixed(&mut self, index: usize) -> Option<Bridged> {
        let seat = self.seats.get(index)?.as_ref()?;
        let sound = self.conferences.get_mut(&seat.conference?)?.heard_by(seat.leg.id())?;
        Some(Bridged { sound, signals: DigitSignals::default() })
    }

    fn close(&mut self, leg: LegId, now: Now, events: &mut EventSender) {
        if let Some(mut seat) = self.rise(leg) {
            let local = seat.clock.between(now);
            seat.say_goodbye(local);
            seat.leg.close(events);
        }
    }

    fn seat(&mut self, leg: LegId) -> Option<&mut Seat> {
        let index = *self.places.get(&leg)?;
        self.seats.get_mut(index)?.as_deref_mut()
    }
}

impl Seat {
    /// Packets received. `turn` spreads what is not done in every tick over the legs.
    fn hear(&mut self, now: Now, turn: u64, buffer: &mut [u8; MAX_RECEIVED], events: &mut EventSender) -> u64 {
        self.leg.begin_tick();
        self.sockets.follow(self.leg.settled_remote(now));
        let empties = turn.is_multiple_of(EMPTYING_TICKS);
        let mut count = 0;
        while count < MAX_DATAGRAMS as u64 {
            let Some((length, source)) = self.sockets.receive_rtp(buffer) else {
                break;
            };
            count += 1;
            self.leg.receive_rtp(buffer.get(..length).unwrap_or_default(), source, now, events);
            if self.leg.is_well_fed() && !empties {
                break;
            }
        }
        if turn.is_multiple_of(RTCP_TICKS) {
            while let Some((length, source)) = self.sockets.receive_rtcp(buffer) {
                count += 1;
                self.leg.receive_rtcp(buffer.get(..length).unwrap_or_default(), source, now);
                if count >= 2 * MAX_DATAGRAMS as u64 {
                    break;
                }
            }
        }
        self.leg.hear(self.partner.is_some() || self.conference.is_some(), now, events);
        count
    }

    /// Whether a packet went out.
    fn speak(&mut self, bridged: Option<&Bridged>, now: Now, events: &mut dyn EventSink) -> bool {
        let remote = self.leg.remote();
        let sent = match self.leg.speak(bridged, now, events) {
            Some(packet) => {
                self.sockets.send_rtp(packet, remote);
                true
            }
            None => false,
        };
        if let Some((report, remote)) = self.leg.report(now) {
            self.sockets.send_rtcp(report, remote);
        }
        sent
    }

    fn say_goodbye(&mut self, now: Now) {
        if let Some((report, remote)) = self.leg.goodbye(now) {
            self.sockets.send_rtcp(report, remote);
        }
    }

    fn obey(&mut self, order: Order, now: Now, events: &mut dyn EventSink) {
        let now = self.clock.between(now);
        let leg = &mut self.leg;
        match order {
            Order::Connect(session) => leg.connect(session, now),
            Order::Play { play_id, clip, loops } => leg.play(play_id, clip, loops, events),
            Order::PlayQueued { play_id, clip } => leg.play_queued(play_id, clip, events),
            Order::StopPlayback => leg.stop_playback(PlaybackEnd::Stopped, events),
            Order::SendDigits { play_id, digits, tone_ms, gap_ms } => {
                leg.send_digits(play_id, &digits, tone_ms, gap_ms, events);
            }
            Order::StartRecording(tap) => leg.start_recording(*tap),
            Order::StopRecording(recording_id) => leg.stop_recording(recording_id),
            Order::PauseRecording(recording_id, pause) => leg.pause_recording(recording_id, pause),
            Order::WatchSilence { watch_id, seconds } => leg.watch_silence(watch_id, seconds),
            Order::UnwatchSilence(watch_id) => leg.unwatch_silence(watch_id),
            Order::OpenTap(tap) => leg.open_tap(tap),
            Order::CloseTap(tap_id) => leg.close_tap(tap_id),
            Order::WatchVoice(watch_id) => leg.watch_voice(watch_id),
            Order::UnwatchVoice(watch_id) => leg.unwatch_voice(watch_id),
            Order::SetMuted(muted) => leg.set_muted(muted),
            Order::SetEcho(on) => leg.set_echo(on),
            Order::SetDepth(depth) => leg.set_depth(depth),
            Order::Unbridge | Order::LeaveConference | Order::Close => {}
        }
    }
}
