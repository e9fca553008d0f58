//! What can be asked of conferences. A conference lives where its first participant was.

use std::path::Path;
use std::sync::Arc;

use super::command::{Command, ConferenceOrder, Order};
use super::handle::{owner_of, Engine, EngineError, Roster};
use crate::clip::Clip;
use crate::conference::Part;
use crate::event::{ConferenceId, LegId};
use crate::recording::{self, What};

impl Engine {
    /// A conference without anybody.
    pub fn open_conference(&self) -> Result<ConferenceId, EngineError> {
        let conference = ConferenceId(self.next_owner());
        self.open_roster()?.conferences.insert(conference, None);
        Ok(conference)
    }

    /// Every leg leaves; what plays and what records there ends.
    pub fn close_conference(&self, conference: ConferenceId) -> Result<(), EngineError> {
        let mut roster = self.open_roster()?;
        match roster.conferences.remove(&conference) {
            None => Err(EngineError::NoSuchConference(conference.0)),
            Some(None) => Ok(()),
            Some(Some(home)) => roster.send(home, Command::Conference(conference, ConferenceOrder::Close)),
        }
    }

    /// A leg comes in; it moves to the conference's thread if it is on another.
    pub fn join_conference(&self, conference: ConferenceId, leg: LegId, part: Part) -> Result<(), EngineError> {
        check(leg, part)?;
        let mut roster = self.open_roster()?;
        roster.home(leg)?;
        let home = roster.conference_home(conference, Some(leg))?;
        roster.move_leg(leg, home)?;
        roster.send(home, Command::Conference(conference, ConferenceOrder::Join(leg, part)))
    }

    /// Tells a leg in a conference what it may; nothing happens if it is not there.
    pub fn set_participant(&self, conference: ConferenceId, leg: LegId, part: Part) -> Result<(), EngineError> {
        check(leg, part)?;
        self.order_conference(conference, ConferenceOrder::Update(leg, part))
    }

    /// A leg leaves whatever conference it is in.
    pub fn leave_conference(&self, leg: LegId) -> Result<(), EngineError> {
        self.order(leg, Order::LeaveConference)
    }

    /// Plays to all, over what plays already. Returns the play's number.
    pub fn play_to_conference(&self, conference: ConferenceId, clip: Arc<Clip>) -> Result<u64, EngineError> {
        let play_id = self.number_of(conference.0);
        self.order_conference(conference, ConferenceOrder::Play { play_id, clip })?;
        Ok(play_id)
    }

    /// Ends one clip; nothing happens if it is over.
    pub fn stop_conference_playback(&self, play_id: u64) -> Result<(), EngineError> {
        self.order_conference_if_open(play_id, ConferenceOrder::StopPlayback(play_id))
    }

    /// Creates the file and records everybody but coaches into it.
    pub fn start_conference_recording(&self, conference: ConferenceId, path: &Path) -> Result<u64, EngineError> {
        let recording_id = self.number_of(conference.0);
        let writer = {
            let roster = self.open_roster()?;
            if !roster.conferences.contains_key(&conference) {
                return Err(EngineError::NoSuchConference(conference.0));
            }
            roster.writer()?
        };
        let names = (LegId::NONE, recording_id);
        let (tap, job) = recording::open(path, names, What::Received, 0.0, 0.0, &writer)
            .map_err(|source| EngineError::CannotWrite { path: path.display().to_string(), source })?;
        writer.write(job);
        self.order_conference(conference, ConferenceOrder::StartRecording(Box::new(tap)))?;
        Ok(recording_id)
    }

    pub(super) fn order_conference_if_open(&self, number: u64, order: ConferenceOrder) -> Result<(), EngineError> {
        match self.order_conference(ConferenceId(owner_of(number)), order) {
            Err(EngineError::NoSuchConference(_)) => Ok(()),
            other => other,
        }
    }

    fn order_conference(&self, conference: ConferenceId, order: ConferenceOrder) -> Result<(), EngineError> {
        let mut roster = self.open_roster()?;
        let home = roster.conference_home(conference, None)?;
        roster.send(home, Command::Conference(conference, order))
    }
}

impl Roster {
    /// The thread of a conference; where there is none yet, that of `near` or the one with the fewest legs.
    fn conference_home(&mut self, conference: ConferenceId, near: Option<LegId>) -> Result<usize, EngineError> {
        match self.conferences.get(&conference) {
            None => return Err(EngineError::NoSuchConference(conference.0)),
            Some(Some(home)) => return Ok(*home),
            Some(None) => {}
        }
        let home = match near {
            Some(leg) => self.home(leg)?,
            None => self.emptiest(),
        };
        self.send(home, Command::OpenConference { conference, near })?;
        self.conferences.insert(conference, Some(home));
        Ok(home)
    }
}

fn check(leg: LegId, part: Part) -> Result<(), EngineError> {
    if part.coaching == Some(leg) {
        return Err(EngineError::BadArgument("a leg cannot coach itself"));
    }
    Ok(())
}
