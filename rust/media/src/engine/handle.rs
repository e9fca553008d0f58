//! The engine as its user sees it: every method returns at once, errors are local misuse.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::rand::{getrandom, GetRandomFlags};

use super::command::{Command, ConferenceOrder, Order, Seat, SeatClock};
use super::socket::{LegSockets, PortRange};
use super::statistics::{ThreadCounters, TickStatistics};
use super::thread::EngineThread;
use crate::clip::Clip;
use crate::event::{event_queue, ConferenceId, EventReceiver, EventSender, LegId};
use crate::leg::{Identity, Leg, Session};
use crate::recording::{self, Pause, What, Writer};
use crate::tap::TapReader;
use crate::unit::{RtpTimestamp, SequenceNumber, Ssrc};

/// Threads an engine may have.
pub const MAX_THREADS: usize = 256;
/// What a leg numbers itself (plays, recordings, watches) is below this; the leg's number is above it.
const NUMBERS_PER_LEG: u32 = 24;

/// Local misuse, or something the machine could not give.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The leg was closed, or never was.
    #[error("there is no leg {0}")]
    NoSuchLeg(u64),
    /// The conference was closed, or never was.
    #[error("there is no conference {0}")]
    NoSuchConference(u64),
    /// The tap was closed, or never was.
    #[error("there is no tap {0}")]
    NoSuchTap(u64),
    /// `close` was called.
    #[error("the engine is closed")]
    Closed,
    /// Every pair of ports in the range is taken.
    #[error("no free port between {low} and {high} on {address}: {source}")]
    NoFreePort { address: IpAddr, low: u16, high: u16, source: io::Error },
    /// A recording's file cannot be created.
    #[error("cannot write {path}: {source}")]
    CannotWrite { path: String, source: io::Error },
    /// A thread, a queue or random numbers could not be had.
    #[error("the engine cannot start: {0}")]
    CannotStart(#[from] io::Error),
    /// An argument is outside what is allowed.
    #[error("{0}")]
    BadArgument(&'static str),
}

/// How an engine is built.
#[derive(Clone, Copy, Debug)]
pub struct EngineSettings {
    pub threads: usize,
    pub event_capacity: usize,
}

/// What to record.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    pub path: &'a Path,
    pub what: What,
    /// 0 for no limit.
    pub max_seconds: f64,
    /// 0 for no end by silence.
    pub silence_seconds: f64,
}

struct Worker {
    commands: Sender<Command>,
    counters: Arc<ThreadCounters>,
    thread: Option<JoinHandle<()>>,
    legs: usize,
}

/// Which thread each leg is on. Commands are sent with this locked, so that all threads see them in one order.
pub(super) struct Roster {
    workers: Vec<Worker>,
    homes: HashMap<LegId, usize>,
    /// The thread of a conference; none until something happens in it.
    pub(super) conferences: HashMap<ConferenceId, Option<usize>>,
    statistics: TickStatistics,
    writer: Option<Arc<Writer>>,
    closed: bool,
}

/// See the module's description.
pub struct Engine {
    roster: Mutex<Roster>,
    /// Locked on its own, so that reading audio holds up nobody.
    pub(super) taps: Mutex<HashMap<u64, TapReader>>,
    events: EventReceiver,
    /// Legs and conferences are numbered together.
    next_owner: AtomicU64,
    next_number: AtomicU64,
}

impl Engine {
    /// Starts the threads.
    pub fn start(settings: EngineSettings) -> Result<Self, EngineError> {
        if !(1..=MAX_THREADS).contains(&settings.threads) {
            return Err(EngineError::BadArgument("threads must be between 1 and 256"));
        }
        let (sender, events) = event_queue(settings.event_capacity)?;
        let start = Instant::now();
        let workers = (0..settings.threads).map(|_| start_worker(start, sender.clone())).collect::<io::Result<_>>()?;
        let writer = Some(Arc::new(Writer::start(sender)?));
        let statistics = TickStatistics::default();
        let (homes, conferences) = (HashMap::new(), HashMap::new());
        let roster = Mutex::new(Roster { workers, homes, conferences, statistics, writer, closed: false });
        let (next_owner, next_number) = (AtomicU64::new(1), AtomicU64::new(1));
        Ok(Self { roster, taps: Mutex::default(), events, next_owner, next_number })
    }

    /// The events.
    pub fn events(&self) -> &EventReceiver {
        &self.events
    }

    /// Binds the ports of a new leg, on the thread of `near` or the one with the fewest legs.
    pub fn open_leg(
        &self,
        address: IpAddr,
        ports: PortRange,
        near: Option<LegId>,
        timeout_seconds: f64,
    ) -> Result<(LegId, u16), EngineError> {
        if !(0.0..=1e9).contains(&timeout_seconds) {
            return Err(EngineError::BadArgument("timeout_seconds must be zero or more"));
        }
        let identity = random_identity()?;
        let (sockets, port) = LegSockets::bind(address, ports, identity.seed as u32)
            .map_err(|source| EngineError::NoFreePort { address, low: ports.low, high: ports.high, source })?;
        let id = LegId(self.next_owner());
        let leg = Leg::new(id, identity, timeout_seconds);
        let seat = Box::new(Seat { leg, sockets, partner: None, conference: None, clock: SeatClock::default() });
        let mut roster = self.open_roster()?;
        let index = match near {
            Some(near) => roster.home(near)?,
            None => roster.emptiest(),
        };
        roster.homes.insert(id, index);
        roster.send(index, Command::Open { seat, near })?;
        if let Some(worker) = roster.workers.get_mut(index) {
            worker.legs += 1;
        }
        Ok((id, port))
    }

    /// What offer/answer agreed.
    pub fn connect_leg(&self, leg: LegId, session: Session) -> Result<(), EngineError> {
        self.order(leg, Order::Connect(session))
    }

    /// Ends a leg; its last event is `LegClosed`.
    pub fn close_leg(&self, leg: LegId) -> Result<(), EngineError> {
        let mut roster = self.open_roster()?;
        let index = roster.home(leg)?;
        roster.homes.remove(&leg);
        if let Some(worker) = roster.workers.get_mut(index) {
            worker.legs = worker.legs.saturating_sub(1);
        }
        roster.send(index, Command::Leg(leg, Order::Close))
    }

    /// Plays now, replacing what plays; `loops` 0 is for ever. Returns the play's number.
    pub fn play(&self, leg: LegId, clip: Arc<Clip>, loops: u32) -> Result<u64, EngineError> {
        clip.prepare();
        let play_id = self.number(leg);
        self.order(leg, Order::Play { play_id, clip, loops })?;
        Ok(play_id)
    }

    /// Plays behind what plays.
    pub fn play_queued(&self, leg: LegId, clip: Arc<Clip>) -> Result<u64, EngineError> {
        clip.prepare();
        let play_id = self.number(leg);
        self.order(leg, Order::PlayQueued { play_id, clip })?;
        Ok(play_id)
    }

    /// Ends playback.
    pub fn stop_playback(&self, leg: LegId) -> Result<(), EngineError> {
        self.order(leg, Order::StopPlayback)
    }

    /// Presses keys.
    pub fn send_digits(&self, leg: LegId, digits: &str, tone_ms: u32, gap_ms: u32) -> Result<u64, EngineError> {
        if digits.len() > crate::dtmf::MAX_DIGITS {
            return Err(EngineError::BadArgument("at most 500 digits at a time"));
        }
        if !digits.chars().all(|key| matches!(key, 'w' | 'W') || crate::dtmf::Digit::from_char(key).is_some()) {
            return Err(EngineError::BadArgument("digits are 0-9, A-D, *, #, w and W"));
        }
        if !(40..=8000).contains(&tone_ms) || !(40..=8000).contains(&gap_ms) {
            return Err(EngineError::BadArgument("tone_ms and gap_ms must be between 40 and 8000"));
        }
        let play_id = self.number(leg);
        self.order(leg, Order::SendDigits { play_id, digits: digits.into(), tone_ms, gap_ms })?;
        Ok(play_id)
    }

    /// Creates the file and records into it.
    pub fn start_recording(&self, leg: LegId, what: Recording) -> Result<u64, EngineError> {
        if !(0.0..=1e6).contains(&what.max_seconds) || !(0.0..=1e6).contains(&what.silence_seconds) {
            return Err(EngineError::BadArgument("max_seconds and silence_seconds must be zero or more"));
        }
        let recording_id = self.number(leg);
        // The file is created without the lock: a slow disk delays only its caller.
        let writer = {
            let roster = self.open_roster()?;
            roster.home(leg)?;
            roster.writer()?
        };
        let names = (leg, recording_id);
        let (tap, job) = recording::open(what.path, names, what.what, what.max_seconds, what.silence_seconds, &writer)
            .map_err(|source| EngineError::CannotWrite { path: what.path.display().to_string(), source })?;
        writer.write(job);
        self.order(leg, Order::StartRecording(Box::new(tap)))?;
        Ok(recording_id)
    }

    /// Ends a recording; nothing happens if it is over.
    pub fn stop_recording(&self, recording_id: u64) -> Result<(), EngineError> {
        let of_conference = ConferenceOrder::StopRecording(recording_id);
        self.order_owner(recording_id, Order::StopRecording(recording_id), of_conference)
    }

    /// Pauses a recording or lets it go on; nothing happens if it is over.
    pub fn pause_recording(&self, recording_id: u64, pause: Pause) -> Result<(), EngineError> {
        let of_conference = ConferenceOrder::PauseRecording(recording_id, pause);
        self.order_owner(recording_id, Order::PauseRecording(recording_id, pause), of_conference)
    }

    /// Watches for silence.
    pub fn watch_silence(&self, leg: LegId, seconds: f64) -> Result<u64, EngineError> {
        if !(0.02..=1e6).contains(&seconds) {
            return Err(EngineError::BadArgument("seconds of silence must be at least 0.02"));
        }
        let watch_id = self.number(leg);
        self.order(leg, Order::WatchSilence { watch_id, seconds })?;
        Ok(watch_id)
    }

    /// Stops watching; nothing happens if the leg is gone.
    pub fn unwatch_silence(&self, watch_id: u64) -> Result<(), EngineError> {
        self.order_if_open(watch_id, Order::UnwatchSilence(watch_id))
    }

    /// Joins two legs; the second moves to the thread of the first if it is on another.
    pub fn bridge(&self, first: LegId, second: LegId) -> Result<(), EngineError> {
        if first == second {
            return Err(EngineError::BadArgument("a leg cannot be bridged to itself"));
        }
        let mut roster = self.open_roster()?;
        let to = roster.home(first)?;
        roster.move_leg(second, to)?;
        roster.send(to, Command::Bridge(first, second))
    }

    /// Parts a leg from its partner.
    pub fn unbridge(&self, leg: LegId) -> Result<(), EngineError> {
        self.order(leg, Order::Unbridge)
    }

    /// Hears the leg as silence, or not any more.
    pub fn set_muted(&self, leg: LegId, muted: bool) -> Result<(), EngineError> {
        self.order(leg, Order::SetMuted(muted))
    }

    /// Legs that are open.
    pub fn leg_count(&self) -> usize {
        self.roster().homes.len()
    }

    /// Since the last call.
    pub fn tick_statistics(&self) -> TickStatistics {
        let mut roster = self.roster();
        let total = TickStatistics::read(roster.workers.iter().map(|worker| worker.counters.as_ref()));
        let before = std::mem::replace(&mut roster.statistics, total);
        total.since(before)
    }

    /// Closes every leg, completes every file, ends every thread. Again: nothing.
    pub fn close(&self) {
        let mut roster = self.roster();
        if std::mem::replace(&mut roster.closed, true) {
            return;
        }
        for worker in &roster.workers {
            let _ = worker.commands.send(Command::Stop);
        }
        for worker in &mut roster.workers {
            if let Some(thread) = worker.thread.take() {
                let _ = thread.join();
            }
        }
        roster.homes.clear();
        roster.conferences.clear();
        roster.writer = None;
    }

    pub(super) fn order(&self, leg: LegId, order: Order) -> Result<(), EngineError> {
        let roster = self.open_roster()?;
        roster.send(roster.home(leg)?, Command::Leg(leg, order))
    }

    /// An order for whatever has a number, a leg or a conference.
    fn order_owner(&self, number: u64, of_leg: Order, of_conference: ConferenceOrder) -> Result<(), EngineError> {
        if self.open_roster()?.conferences.contains_key(&ConferenceId(owner_of(number))) {
            return self.order_conference_if_open(number, of_conference);
        }
        self.order_if_open(number, of_leg)
    }

    pub(super) fn order_if_open(&self, number: u64, order: Order) -> Result<(), EngineError> {
        match self.order(LegId(owner_of(number)), order) {
            Err(EngineError::NoSuchLeg(_)) => Ok(()),
            other => other,
        }
    }

    /// A number that tells which leg it belongs to.
    pub(super) fn number(&self, leg: LegId) -> u64 {
        self.number_of(leg.0)
    }

    /// A number that tells which leg or conference it belongs to.
    pub(super) fn number_of(&self, owner: u64) -> u64 {
        let low = self.next_number.fetch_add(1, Ordering::Relaxed) & ((1 << NUMBERS_PER_LEG) - 1);
        owner << NUMBERS_PER_LEG | low
    }

    pub(super) fn next_owner(&self) -> u64 {
        self.next_owner.fetch_add(1, Ordering::Relaxed)
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open_roster(&self) -> Result<MutexGuard<'_, Roster>, EngineError> {
        Some(self.roster()).filter(|roster| !roster.closed).ok_or(EngineError::Closed)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// The leg or conference that a number belongs to.
pub(super) fn owner_of(number: u64) -> u64 {
    number >> NUMBERS_PER_LEG
}

impl Roster {
    pub(super) fn home(&self, leg: LegId) -> Result<usize, EngineError> {
        self.homes.get(&leg).copied().ok_or(EngineError::NoSuchLeg(leg.0))
    }

    pub(super) fn emptiest(&self) -> usize {
        (0..self.workers.len())
            .min_by_key(|index| self.workers.get(*index).map_or(0, |worker| worker.legs))
            .unwrap_or(0)
    }

    pub(super) fn writer(&self) -> Result<Arc<Writer>, EngineError> {
        self.writer.clone().ok_or(EngineError::Closed)
    }

    /// Orders a leg to another thread, if it is not there.
    pub(super) fn move_leg(&mut self, leg: LegId, to: usize) -> Result<(), EngineError> {
        let from = self.home(leg)?;
        if to == from {
            return Ok(());
        }
        let (giver, taker) = channel();
        self.send(from, Command::Give { leg, to: giver })?;
        self.send(to, Command::Await(taker))?;
        self.homes.insert(leg, to);
        self.move_count(from, to);
        Ok(())
    }

    fn move_count(&mut self, from: usize, to: usize) {
        if let Some(worker) = self.workers.get_mut(from) {
            worker.legs = worker.legs.saturating_sub(1);
        }
        if let Some(worker) = self.workers.get_mut(to) {
            worker.legs += 1;
        }
    }

    pub(super) fn send(&self, index: usize, command: Command) -> Result<(), EngineError> {
        let worker = self.workers.get(index).ok_or(EngineError::Closed)?;
        worker.commands.send(command).map_err(|_| EngineError::Closed)
    }
}

fn start_worker(start: Instant, events: EventSender) -> io::Result<Worker> {
    let (commands, receiver) = channel();
    let counters = Arc::new(ThreadCounters::default());
    let engine_thread = EngineThread::new(start, receiver, events, counters.clone());
    let thread = std::thread::Builder::new().name("ringback-media".into()).spawn(move || engine_thread.run())?;
    Ok(Worker { commands, counters, thread: Some(thread), legs: 0 })
}

fn random_identity() -> Result<Identity, EngineError> {
    let mut bytes = [0u8; 24];
    getrandom(&mut bytes[..], GetRandomFlags::empty()).map_err(io::Error::from)?;
    let word = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    Ok(Identity {
        ssrc: Ssrc(word(0)),
        // Half the range, so that the first wrap is not soon (RFC 3711 §3.3.1 asks it of those who will encrypt).
        sequence_number: SequenceNumber((word(4) & 0x7FFF) as u16),
        timestamp: RtpTimestamp(word(8)),
        seed: u64::from(word(12)) << 32 | u64::from(word(16)),
    })
}
