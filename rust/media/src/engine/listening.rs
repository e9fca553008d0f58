//! What can be asked about what a leg hears: taps, voice watches, the echo, the depth of its jitter buffer.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use super::command::Order;
use super::handle::{owner_of, Engine, EngineError};
use crate::event::LegId;
use crate::jitter::depth::Depth;
use crate::leg::MAX_TAPS;
use crate::tap::{self, Side, TapReader};

impl Engine {
    /// A copy of one direction from now on.
    pub fn open_tap(&self, leg: LegId, side: Side) -> Result<u64, EngineError> {
        let mut taps = self.taps();
        if taps.keys().filter(|tap_id| owner_of(**tap_id) == leg.0).count() >= MAX_TAPS {
            return Err(EngineError::BadArgument("a leg has at most 8 taps"));
        }
        let tap_id = self.number(leg);
        let (writer, reader) = tap::open(tap_id, side);
        self.order(leg, Order::OpenTap(writer))?;
        taps.insert(tap_id, reader);
        Ok(tap_id)
    }

    /// The frames that wait, as signed 16-bit little-endian.
    pub fn read_tap(&self, tap_id: u64) -> Result<Vec<u8>, EngineError> {
        let mut octets = Vec::new();
        self.taps().get_mut(&tap_id).ok_or(EngineError::NoSuchTap(tap_id))?.read(&mut octets);
        Ok(octets)
    }

    /// Frames that were lost because nobody read.
    pub fn tap_frames_lost(&self, tap_id: u64) -> Result<u64, EngineError> {
        self.taps().get(&tap_id).map(TapReader::lost).ok_or(EngineError::NoSuchTap(tap_id))
    }

    /// Ends a tap; nothing happens if it is over.
    pub fn close_tap(&self, tap_id: u64) -> Result<(), EngineError> {
        if self.taps().remove(&tap_id).is_some() {
            return self.order_if_open(tap_id, Order::CloseTap(tap_id));
        }
        Ok(())
    }

    /// Reports each beginning and each end of speech.
    pub fn watch_voice(&self, leg: LegId) -> Result<u64, EngineError> {
        let watch_id = self.number(leg);
        self.order(leg, Order::WatchVoice(watch_id))?;
        Ok(watch_id)
    }

    /// Stops reporting; nothing happens if the leg is gone.
    pub fn unwatch_voice(&self, watch_id: u64) -> Result<(), EngineError> {
        self.order_if_open(watch_id, Order::UnwatchVoice(watch_id))
    }

    /// Whether a leg hears itself while nobody else is to be heard.
    pub fn set_echo(&self, leg: LegId, on: bool) -> Result<(), EngineError> {
        self.order(leg, Order::SetEcho(on))
    }

    /// How long the packets of a leg wait for those that come later.
    pub fn set_depth(&self, leg: LegId, depth: Depth) -> Result<(), EngineError> {
        self.order(leg, Order::SetDepth(depth))
    }

    fn taps(&self) -> MutexGuard<'_, HashMap<u64, TapReader>> {
        self.taps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
