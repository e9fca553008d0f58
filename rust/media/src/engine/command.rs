//! What goes to an engine thread. Commands for one thread are carried out in the order they were sent.

use std::cmp::Ordering;
use std::sync::Arc;

use super::socket::LegSockets;
use crate::clip::Clip;
use crate::conference::Part;
use crate::event::{ConferenceId, LegId};
use crate::jitter::depth::Depth;
use crate::leg::{Leg, Session};
use crate::recording::{Pause, Tap};
use crate::tap::TapWriter;
use crate::unit::Now;

/// A leg with its sockets: what moves from thread to thread.
#[derive(Debug)]
pub struct Seat {
    pub leg: Leg,
    pub sockets: LegSockets,
    pub partner: Option<LegId>,
    pub conference: Option<ConferenceId>,
    pub clock: SeatClock,
}

/// A leg's own count of ticks: when it moves to a group whose turn comes earlier or later, its timestamps go on without a
/// gap or a repetition, and only the spacing of two packets shows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeatClock {
    lag: u64,
    next: u64,
    moved: bool,
}

impl SeatClock {
    /// The leg was taken out of its group.
    pub fn note_move(&mut self) {
        self.moved = true;
    }

    /// The leg's time in this turn; `None` when it has had this tick already.
    pub fn local(&mut self, now: Now) -> Option<Now> {
        if std::mem::take(&mut self.moved) {
            self.lag = match now.tick.saturating_sub(self.lag).cmp(&self.next) {
                Ordering::Less => self.lag.saturating_sub(1),
                Ordering::Equal => self.lag,
                Ordering::Greater => self.lag + 1,
            };
        }
        let tick = now.tick.saturating_sub(self.lag);
        (tick >= self.next).then_some(Now { tick, ..now })
    }

    /// The leg has had the tick that `local` gave.
    pub fn advance(&mut self, local: Now) {
        self.next = local.tick + 1;
    }

    /// The leg's time between turns, for commands.
    pub fn between(&self, now: Now) -> Now {
        Now { tick: now.tick.saturating_sub(self.lag), ..now }
    }
}

/// Something to do to one leg.
#[derive(Debug)]
pub enum Order {
    Connect(Session),
    Play { play_id: u64, clip: Arc<Clip>, loops: u32 },
    PlayQueued { play_id: u64, clip: Arc<Clip> },
    StopPlayback,
    SendDigits { play_id: u64, digits: Box<str>, tone_ms: u32, gap_ms: u32 },
    StartRecording(Box<Tap>),
    StopRecording(u64),
    PauseRecording(u64, Pause),
    WatchSilence { watch_id: u64, seconds: f64 },
    UnwatchSilence(u64),
    OpenTap(TapWriter),
    CloseTap(u64),
    WatchVoice(u64),
    UnwatchVoice(u64),
    SetMuted(bool),
    SetEcho(bool),
    SetDepth(Depth),
    Unbridge,
    LeaveConference,
    Close,
}

/// Something to do to one conference.
#[derive(Debug)]
pub enum ConferenceOrder {
    /// The leg is on the conference's thread.
    Join(LegId, Part),
    Update(LegId, Part),
    Play {
        play_id: u64,
        clip: Arc<Clip>,
    },
    StopPlayback(u64),
    StartRecording(Box<Tap>),
    StopRecording(u64),
    PauseRecording(u64, Pause),
    Close,
}

/// Something to do for a thread.
#[derive(Debug)]
pub enum Command {
    /// A new leg, into the group with the fewest, or into that of `near`.
    Open { seat: Box<Seat>, near: Option<LegId> },
    /// Something for one leg; nothing happens if it is gone.
    Leg(LegId, Order),
    /// A new conference, into the group of `near` or the one with the fewest legs.
    OpenConference { conference: ConferenceId, near: Option<LegId> },
    /// Something for one conference; nothing happens if it is gone.
    Conference(ConferenceId, ConferenceOrder),
    /// Both are on this thread: joins them, in one group.
    Bridge(LegId, LegId),
    /// Gives a leg away to another thread, whose next command is `Await`.
    Give { leg: LegId, to: std::sync::mpsc::Sender<Option<Box<Seat>>> },
    /// Takes a leg that another thread gives away, before anything that was ordered later.
    Await(std::sync::mpsc::Receiver<Option<Box<Seat>>>),
    /// Closes all legs and ends the thread.
    Stop,
}
