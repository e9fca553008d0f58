//! What an engine reports: small values without allocation, pushed into one bounded queue that wakes its reader once.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{eventfd, EventfdFlags};

/// Names a leg for its whole life; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub u64);

impl LegId {
    /// Stands where an event has no leg: what was played to a conference or recorded of it.
    pub const NONE: Self = Self(u64::MAX);
}

/// Names a conference for its whole life; never the number of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConferenceId(pub u64);

/// Why playback is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaybackEnd {
    Done,
    Stopped,
    Replaced,
    Closed,
}

/// Why a recording is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingEnd {
    Stopped,
    MaxLength,
    Silence,
    Closed,
    /// The file could not be written.
    Failed(std::io::ErrorKind),
}

/// Something that happened on a leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    FirstPacket {
        leg: LegId,
        remote: SocketAddr,
    },
    Digit {
        leg: LegId,
        digit: char,
        duration_ms: u32,
    },
    PlaybackFinished {
        leg: LegId,
        play_id: u64,
        reason: PlaybackEnd,
    },
    DigitsSent {
        leg: LegId,
        play_id: u64,
    },
    RecordingFinished {
        leg: LegId,
        recording_id: u64,
        seconds: f64,
        reason: RecordingEnd,
    },
    Silence {
        leg: LegId,
        watch_id: u64,
        seconds: f64,
    },
    Voice {
        leg: LegId,
        watch_id: u64,
    },
    SpeechStarted {
        leg: LegId,
        watch_id: u64,
    },
    SpeechStopped {
        leg: LegId,
        watch_id: u64,
    },
    /// Frames wait in a tap.
    Tap {
        leg: LegId,
        tap_id: u64,
    },
    TimedOut {
        leg: LegId,
        seconds: f64,
    },
    LegClosed {
        leg: LegId,
        received: u64,
        sent: u64,
        lost: u64,
        late: u64,
    },
}

/// Where a leg puts its events.
pub trait EventSink {
    /// Never waits.
    fn emit(&mut self, event: Event);
}

impl EventSink for Vec<Event> {
    fn emit(&mut self, event: Event) {
        self.push(event);
    }
}

#[derive(Debug)]
struct Bell {
    descriptor: OwnedFd,
    rung: AtomicBool,
    dropped: AtomicU64,
}

/// The writing end: one clone for each thread that reports.
#[derive(Clone, Debug)]
pub struct EventSender {
    queue: SyncSender<Event>,
    bell: Arc<Bell>,
    waiting: bool,
}

impl EventSink for EventSender {
    fn emit(&mut self, event: Event) {
        if self.queue.try_send(event).is_err() {
            self.bell.dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.waiting = true;
    }
}

impl EventSender {
    /// Wakes the reader if something was emitted since the last call and it is not awake already.
    pub fn flush(&mut self) {
        if std::mem::take(&mut self.waiting) {
            self.bell.ring();
        }
    }
}

impl Bell {
    fn ring(&self) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            // A full counter (EAGAIN) is a wake-up too.
            let _ = rustix::io::write(&self.descriptor, &1u64.to_ne_bytes());
        }
    }

    fn silence(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&self.descriptor, &mut count);
        self.rung.store(false, Ordering::SeqCst);
    }
}

/// The reading end.
#[derive(Debug)]
pub struct EventReceiver {
    queue: Mutex<Receiver<Event>>,
    bell: Arc<Bell>,
}

/// A queue of at most `capacity` events. Allocates all of it now.
pub fn event_queue(capacity: usize) -> std::io::Result<(EventSender, EventReceiver)> {
    let descriptor = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let bell = Arc::new(Bell { descriptor, rung: AtomicBool::new(false), dropped: AtomicU64::new(0) });
    let (sender, receiver) = sync_channel(capacity.max(1));
    let sender = EventSender { queue: sender, bell: bell.clone(), waiting: false };
    Ok((sender, EventReceiver { queue: Mutex::new(receiver), bell }))
}

impl EventReceiver {
    /// Readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.bell.descriptor.as_raw_fd()
    }

    /// Up to `limit` events, oldest first, and how many were dropped since the last call because nobody polled.
    pub fn poll(&self, limit: usize) -> (Vec<Event>, u64) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.bell.silence();
        let events: Vec<Event> = queue.try_iter().take(limit).collect();
        if events.len() == limit {
            self.bell.ring();
        }
        (events, self.bell.dropped.swap(0, Ordering::Relaxed))
    }
}
