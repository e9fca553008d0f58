//! What goes to an engine thread. Commands for one thread are carried out in the order they were sent.

use std::sync::Arc;

use super::socket::LegSockets;
use crate::clip::Clip;
use crate::event::LegId;
use crate::leg::{Leg, Session};
use crate::recording::{Pause, Tap};

/// A leg with its sockets: what moves from thread to thread.
#[derive(Debug)]
pub struct Seat {
    pub leg: Leg,
    pub sockets: LegSockets,
    pub partner: Option<LegId>,
    /// The next tick it takes part in; a leg that moved to a group with an earlier turn waits for it.
    pub next_tick: u64,
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
    SetMuted(bool),
    Unbridge,
    Close,
}

/// Something to do for a thread.
#[derive(Debug)]
pub enum Command {
    /// A new leg, into the group with the fewest, or into that of `near`.
    Open { seat: Box<Seat>, near: Option<LegId> },
    /// Something for one leg; nothing happens if it is gone.
    Leg(LegId, Order),
    /// Both are on this thread: joins them, in one group.
    Bridge(LegId, LegId),
    /// Gives a leg away to another thread, whose next command is `Await`.
    Give { leg: LegId, to: std::sync::mpsc::Sender<Option<Box<Seat>>> },
    /// Takes a leg that another thread gives away, before anything that was ordered later.
    Await(std::sync::mpsc::Receiver<Option<Box<Seat>>>),
    /// Closes all legs and ends the thread.
    Stop,
}
