//! A conference: each participant hears the others, all of them hear announcements, recordings hear everybody.
//!
//! One tick is `begin_tick`, `put` for every leg, `mix`, then `heard_by` for every leg. It runs at 8 kHz until somebody comes who has more,
//! and then at 16 kHz for as long as one of those is there; the others go through a half-band filter. What allocates happens
//! when somebody joins or something is ordered, and in the one tick in which the rate changes.

mod announcement;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use ringback_dsp::halfband::{Downsampler, Upsampler};
use ringback_dsp::mixer::{Mixer, ParticipantId};

use announcement::Announcements;

use crate::codec::{WideSamples, WIDE_RATE_HZ};
use crate::ear::Samples;
use crate::event::{EventSink, LegId};
use crate::recording::{Pause, Tap};
use crate::sound::{Frame, Sound};
use crate::unit::{RATE_HZ, SAMPLES_PER_TICK};

/// Legs in one conference; one more hears nobody. The limit that callers meet is the server's; this one keeps a mistake from eating the memory.
pub const MAX_MEMBERS: usize = 1000;
/// Recordings at a time of one conference.
pub const MAX_TAPS: usize = 8;
/// Places of a new mixer; they double when they are taken.
const FIRST_PLACES: usize = 8;

/// What a participant may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub muted: bool,
    /// Neither hears nor is heard.
    pub held: bool,
    /// Is heard and does not hear: a phone that rings, whose early media the others hear.
    pub deaf: bool,
    /// The only one who hears this participant; while it is away nobody does.
    pub coaching: Option<LegId>,
}

#[derive(Debug)]
struct Member {
    participant: ParticipantId,
    part: Part,
    is_wide: bool,
    /// There while the mixer is at 16 kHz.
    bands: Option<Box<Bands>>,
}

/// Between 8 kHz and the mixer's 16.
#[derive(Debug, Default)]
struct Bands {
    up: Upsampler,
    down: Downsampler,
}

/// See the module's description.
#[derive(Debug)]
pub struct Conference {
    mixer: Mixer,
    places: usize,
    members: HashMap<LegId, Member>,
    announcer: Option<ParticipantId>,
    announcements: Announcements,
    taps: Vec<Tap>,
    /// Of announcements and recordings; there while the mixer is at 16 kHz.
    bands: Option<Box<Bands>>,
}

impl Default for Conference {
    fn default() -> Self {
        let mut mixer = Mixer::new(RATE_HZ, FIRST_PLACES);
        let announcer = mixer.join().ok();
        Self {
            mixer,
            places: FIRST_PLACES,
            members: HashMap::new(),
            announcer,
            announcements: Announcements::default(),
            taps: Vec::with_capacity(MAX_TAPS),
            bands: None,
        }
    }
}

impl Conference {
    /// How many legs take part.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody does.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether the mixer is at 16 kHz.
    pub fn is_wide(&self) -> bool {
        self.bands.is_some()
    }

    /// A leg comes in, or is told anew what it may.
    pub fn join(&mut self, leg: LegId, part: Part) {
        if self.members.contains_key(&leg) {
            return self.update(leg, part);
        }
        if self.members.len() >= MAX_MEMBERS {
            return;
        }
        if self.members.len() + 1 >= self.places {
            self.rebuild(self.places * 2, self.is_wide());
        }
        if let Ok(participant) = self.mixer.join() {
            let bands = self.is_wide().then(Box::default);
            self.members.insert(leg, Member { participant, part, is_wide: false, bands });
            self.apply_parts();
        }
    }

    /// Tells a leg that is in it what it may.
    pub fn update(&mut self, leg: LegId, part: Part) {
        if let Some(member) = self.members.get_mut(&leg) {
            member.part = part;
            self.apply_parts();
        }
    }

    /// A leg goes.
    pub fn leave(&mut self, leg: LegId) {
        if let Some(member) = self.members.remove(&leg) {
            // It was there, as every member is.
            let _ = self.mixer.leave(member.participant);
            self.apply_parts();
        }
    }

    /// Plays to all, over what plays already.
    pub fn play(&mut self, play_id: u64, clip: std::sync::Arc<crate::clip::Clip>, events: &mut dyn EventSink) {
        self.announcements.play(play_id, clip, events);
    }

    /// Ends one clip, if it still plays.
    pub fn stop_playback(&mut self, play_id: u64, events: &mut dyn EventSink) {
        self.announcements.stop(play_id, events);
    }

    /// Takes a recording's tap. One too many ends at once.
    pub fn start_recording(&mut self, tap: Tap) {
        if self.taps.len() < MAX_TAPS {
            self.taps.push(tap);
        } else {
            tap.finish(crate::event::RecordingEnd::Stopped);
        }
    }

    /// Ends a recording, if it is still running.
    pub fn stop_recording(&mut self, recording_id: u64) {
        if let Some(index) = self.taps.iter().position(|tap| tap.recording_id() == recording_id) {
            self.taps.swap_remove(index).finish(crate::event::RecordingEnd::Stopped);
        }
    }

    /// Pauses a recording or lets it go on.
    pub fn pause_recording(&mut self, recording_id: u64, pause: Pause) {
        if let Some(tap) = self.taps.iter_mut().find(|tap| tap.recording_id() == recording_id) {
            tap.set_pause(pause);
        }
    }

    /// Ends what plays; recordings end as closed when the conference is dropped.
    pub fn close(mut self, events: &mut dyn EventSink) {
        self.announcements.close(events);
    }

    /// The first call of a tick: goes to the rate that is needed now.
    pub fn begin_tick(&mut self) {
        let wants_wide = self.members.values().any(|member| member.is_wide);
        if wants_wide != self.is_wide() {
            self.rebuild(self.places, wants_wide);
        }
    }

    /// What a leg says in this tick, wideband only if the conference is; without it the leg is silent. `is_wide` says what
    /// the leg could have.
    pub fn put(&mut self, leg: LegId, frame: Option<Frame<'_>>, is_wide: bool) {
        let Some(member) = self.members.get_mut(&leg) else { return };
        member.is_wide = is_wide;
        // Every member is in the mixer.
        let _ = match (frame, &mut member.bands) {
            (None, _) => Ok(()),
            (Some(Frame::Wide(samples)), _) => self.mixer.put(member.participant, samples),
            (Some(Frame::Narrow(samples)), None) => self.mixer.put(member.participant, samples),
            (Some(Frame::Narrow(samples)), Some(bands)) => self.mixer.put(member.participant, &bands.widen(samples)),
        };
    }

    /// Works out what everybody hears.
    pub fn mix(&mut self, events: &mut dyn EventSink) {
        let mut announced = [0; SAMPLES_PER_TICK];
        if let Some(announcer) = self.announcer.filter(|_| self.announcements.fill(&mut announced, events)) {
            let _ = match &mut self.bands {
                None => self.mixer.put(announcer, &announced),
                Some(bands) => self.mixer.put(announcer, &bands.widen(&announced)),
            };
        }
        self.mixer.mix();
        self.record();
    }

    /// What a leg hears of this tick, to be asked once; `None` if it is not in the conference, or deaf.
    pub fn heard_by(&mut self, leg: LegId) -> Option<Sound> {
        let member = self.members.get_mut(&leg).filter(|member| !member.part.deaf)?;
        let heard = self.mixer.heard_by(member.participant).ok()?;
        match &mut member.bands {
            None => heard.try_into().ok().map(Sound::Narrow),
            Some(_) if member.is_wide => heard.try_into().ok().map(Sound::Wide),
            Some(bands) => Some(Sound::Narrow(bands.narrow(heard))),
        }
    }

    fn record(&mut self) {
        if self.taps.is_empty() {
            return;
        }
        let mut total = [0; SAMPLES_PER_TICK];
        match &mut self.bands {
            None => total.iter_mut().zip(self.mixer.total()).for_each(|(to, from)| *to = *from),
            Some(bands) => total = bands.narrow(self.mixer.total()),
        }
        let mut index = 0;
        while let Some(tap) = self.taps.get_mut(index) {
            match tap.record(&total, &[0; SAMPLES_PER_TICK], true) {
                Some(reason) => self.taps.swap_remove(index).finish(reason),
                None => index += 1,
            }
        }
    }

    /// A mixer of another size or rate, with everybody in it.
    fn rebuild(&mut self, places: usize, is_wide: bool) {
        let mut mixer = Mixer::new(if is_wide { WIDE_RATE_HZ } else { RATE_HZ }, places);
        if is_wide != self.is_wide() {
            self.bands = is_wide.then(Box::default);
            self.members.values_mut().for_each(|member| member.bands = is_wide.then(Box::default));
        }
        self.announcer = mixer.join().ok();
        self.members.retain(|_, member| match mixer.join() {
            Ok(participant) => {
                member.participant = participant;
                true
            }
            Err(_) => false,
        });
        (self.mixer, self.places) = (mixer, places);
        self.apply_parts();
    }

    /// Tells the mixer who may what; a coach whose pupil is away is heard by nobody.
    fn apply_parts(&mut self) {
        for member in self.members.values() {
            let Member { participant, part, .. } = *member;
            let pupil = part.coaching.and_then(|leg| self.members.get(&leg)).map(|pupil| pupil.participant);
            let pupil = pupil.filter(|pupil| *pupil != participant);
            let is_heard = !part.muted && (part.coaching.is_none() || pupil.is_some());
            let _ = self.mixer.set_coaching(participant, pupil);
            let _ = self.mixer.set_muted(participant, !is_heard);
            let _ = self.mixer.set_held(participant, part.held);
        }
    }
}

impl Bands {
    fn widen(&mut self, samples: &Samples) -> WideSamples {
        let mut wide = [0; 2 * SAMPLES_PER_TICK];
        self.up.process(samples, &mut wide);
        wide
    }

    fn narrow(&mut self, samples: &[i16]) -> Samples {
        let mut narrow = [0; SAMPLES_PER_TICK];
        self.down.process(samples, &mut narrow);
        narrow
    }
}
