//! The loop of one engine thread: sleep until a group is due, take commands, tick the group; without legs, sleep until a
//! command comes.
//!
//! Deadlines are absolute: group g of tick n is due at start + 20·n + 5·g ms, so a late turn makes no later one late. A
//! thread that fell behind by more than `MAX_BEHIND` (a suspended machine) lets the missed ticks go: timestamps advance,
//! nothing is sent in a burst.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{clock_gettime, ClockId};

use super::command::{Command, ConferenceOrder, Seat};
use super::group::{Group, Traffic};
use super::statistics::ThreadCounters;
use crate::event::{ConferenceId, EventSender, LegId};
use crate::leg::MAX_RECEIVED;
use crate::unit::{Now, TICK_MS};

/// What an engine thread asks for, between -20 and 19; root and CAP_SYS_NICE get it.
const NICENESS: i32 = -15;
/// Groups of a thread.
pub const GROUPS: usize = 4;
const TICK: Duration = Duration::from_millis(TICK_MS);
const STEP_MS: u64 = TICK_MS / GROUPS as u64;
const MAX_BEHIND: Duration = Duration::from_millis(200);
/// Seconds from 1900, where NTP counts from, to 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// All that one thread owns.
pub struct EngineThread {
    /// The same for all threads, so that a leg that moves keeps its time.
    start: Instant,
    commands: Receiver<Command>,
    events: EventSender,
    counters: Arc<ThreadCounters>,
    groups: [Group; GROUPS],
    home: HashMap<LegId, usize>,
    conference_homes: HashMap<ConferenceId, usize>,
    buffer: Box<[u8; MAX_RECEIVED]>,
}

impl EngineThread {
    /// Ready to run.
    pub fn new(
        start: Instant,
        commands: Receiver<Command>,
        events: EventSender,
        counters: Arc<ThreadCounters>,
    ) -> Self {
        let groups = Default::default();
        let (home, conference_homes) = (HashMap::new(), HashMap::new());
        let buffer = Box::new([0; MAX_RECEIVED]);
        Self { start, commands, events, counters, groups, home, conference_homes, buffer }
    }

    /// Runs until it is told to stop.
    pub fn run(mut self) {
        ask_for_priority();
        let mut turn = self.start.elapsed().as_millis() as u64 / TICK_MS * GROUPS as u64;
        loop {
            if self.is_idle() {
                match self.wait_for_work() {
                    Some(next) => turn = next,
                    None => return,
                }
            }
            let due = self.start + Duration::from_millis(STEP_MS * turn);
            sleep_until(due);
            if due.elapsed() > MAX_BEHIND {
                let missed = missed_turns(due.elapsed());
                self.counters.late_ticks.fetch_add(missed, Ordering::Relaxed);
                turn += missed;
                continue;
            }
            let now = Now { tick: turn / GROUPS as u64, ntp: ntp_now() };
            if !self.obey_all(now) {
                return;
            }
            let index = (turn % GROUPS as u64) as usize;
            let traffic = match self.groups.get_mut(index) {
                Some(group) => group.tick(now, &mut self.buffer, &mut self.events),
                None => Traffic::default(),
            };
            self.events.flush();
            self.count(traffic, due.elapsed());
            turn += 1;
        }
    }

    fn is_idle(&self) -> bool {
        self.home.is_empty() && self.conference_homes.is_empty()
    }

    /// Sleeps until there is a command, and carries it out; a thread without legs has no ticks. The turn that comes next, or
    /// none when the thread is to end.
    fn wait_for_work(&mut self) -> Option<u64> {
        let command = self.commands.recv().ok().filter(|command| !matches!(command, Command::Stop))?;
        let next = self.start.elapsed().as_millis() as u64 / STEP_MS + 1;
        self.obey(command, Now { tick: next / GROUPS as u64, ntp: ntp_now() });
        self.events.flush();
        Some(next)
    }

    /// Every command that waits. False when the thread is to end.
    fn obey_all(&mut self, now: Now) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => {
                    self.groups.iter_mut().for_each(|group| group.close_all(now, &mut self.events));
                    self.events.flush();
                    return false;
                }
                Ok(command) => self.obey(command, now),
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    fn obey(&mut self, command: Command, now: Now) {
        match command {
            Command::Open { seat, near } => self.sit(seat, near),
            Command::Leg(leg, order) => {
                let closes = matches!(order, super::command::Order::Close);
                let home = self.home.get(&leg).copied();
                if let Some(group) = home.and_then(|index| self.groups.get_mut(index)) {
                    group.obey(leg, order, now, &mut self.events);
                }
                if closes {
                    self.home.remove(&leg);
                }
            }
            Command::OpenConference { conference, near } => {
                let index = self.choose_group(near);
                if let Some(group) = self.groups.get_mut(index) {
                    self.conference_homes.insert(conference, index);
                    group.open_conference(conference);
                }
            }
            Command::Conference(conference, order) => self.obey_conference(conference, order),
            Command::Bridge(first, second) => self.bridge(first, second),
            Command::Give { leg, to } => {
                let seat = self.rise(leg);
                // Nobody waits any more only if the engine is going down; then the leg goes with it.
                let _ = to.send(seat);
            }
            Command::Await(from) => {
                if let Ok(Some(seat)) = from.recv() {
                    self.sit(seat, None);
                }
            }
            Command::Stop => {}
        }
    }

    fn sit(&mut self, seat: Box<Seat>, near: Option<LegId>) {
        self.sit_in(self.choose_group(near), seat);
    }

    fn choose_group(&self, near: Option<LegId>) -> usize {
        let near = near.and_then(|leg| self.home.get(&leg).copied());
        let emptiest = || (0..GROUPS).min_by_key(|index| self.groups.get(*index).map_or(0, Group::len));
        near.or_else(emptiest).unwrap_or(0)
    }

    fn sit_in(&mut self, index: usize, seat: Box<Seat>) {
        if let Some(group) = self.groups.get_mut(index) {
            self.home.insert(seat.leg.id(), index);
            group.sit(seat);
        }
    }

    fn rise(&mut self, leg: LegId) -> Option<Box<Seat>> {
        let index = self.home.remove(&leg)?;
        self.groups.get_mut(index)?.rise(leg)
    }

    fn bridge(&mut self, first: LegId, second: LegId) {
        let (Some(home), Some(away)) = (self.home.get(&first).copied(), self.home.get(&second).copied()) else {
            return;
        };
        if home != away {
            if let Some(seat) = self.rise(second) {
                self.sit(seat, Some(first));
            }
        }
        if let Some(group) = self.groups.get_mut(home) {
            group.bridge(first, second);
        }
    }

    fn obey_conference(&mut self, conference: ConferenceId, order: ConferenceOrder) {
        let Some(home) = self.conference_homes.get(&conference).copied() else { return };
        match order {
            ConferenceOrder::Join(leg, _) if self.home.get(&leg).is_some_and(|away| *away != home) => {
                if let Some(seat) = self.rise(leg) {
                    self.sit_in(home, seat);
                }
            }
            ConferenceOrder::Close => drop(self.conference_homes.remove(&conference)),
            _ => {}
        }
        if let Some(group) = self.groups.get_mut(home) {
            group.obey_conference(conference, order, &mut self.events);
        }
    }

    fn count(&self, traffic: Traffic, lateness: Duration) {
        let counters = &self.counters;
        counters.ticks.fetch_add(1, Ordering::Relaxed);
        if lateness > TICK {
            counters.late_ticks.fetch_add(1, Ordering::Relaxed);
        }
        counters.worst_microseconds.fetch_max(lateness.as_micros() as u64, Ordering::Relaxed);
        counters.packets_in.fetch_add(traffic.received, Ordering::Relaxed);
        counters.packets_out.fetch_add(traffic.sent, Ordering::Relaxed);
        let cpu = clock_gettime(ClockId::ThreadCPUTime);
        let nanoseconds = cpu.tv_sec as u64 * 1_000_000_000 + cpu.tv_nsec as u64;
        counters.cpu_nanoseconds.store(nanoseconds, Ordering::Relaxed);
    }
}

/// Audio does not wait for a batch job on the same machine. Without the right to it nothing changes.
fn ask_for_priority() {
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
}

fn sleep_until(due: Instant) {
    let left = due.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// Whole ticks, so that each group keeps its place.
fn missed_turns(behind: Duration) -> u64 {
    (behind.as_millis() as u64 / TICK_MS).max(1) * GROUPS as u64
}

fn ntp_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((since.as_secs() + NTP_EPOCH) << 32) | fraction
}
