//! What the owner tells a leg between ticks.

use std::sync::Arc;

use super::{Leg, Session, SilenceWatch, MAX_TAPS, MAX_WATCHES};
use crate::clip::Clip;
use crate::dtmf::Digit;
use crate::event::{Event, EventSink, PlaybackEnd, RecordingEnd};
use crate::jitter::depth::Depth;
use crate::recording::{Pause, Tap};
use crate::silence::Watch;
use crate::tap::TapWriter;
use crate::unit::{Now, TICK_MS};
use crate::voice::VoiceWatch;

impl Leg {
    /// What offer/answer agreed, also after a re-INVITE.
    pub fn connect(&mut self, session: Session, now: Now) {
        self.latch.negotiate(session.remote, session.latch, now.tick);
        self.ear.set_codec(session.codec);
        self.mouth.set_codec(session.codec);
        if self.session.is_some_and(|before| before.codec.clock() != session.codec.clock()) {
            // RFC 7160 §4.2: timestamps jump with the clock; the marker excuses it.
            self.source.change_clock();
            self.is_talking = false;
        }
        self.digit_receiver.set_clock(session.dtmf_clock);
        self.digit_sender.set_clocks(session.codec.clock(), session.dtmf_clock);
        self.session = Some(session);
        self.quiet_since = now.tick;
        self.timed_out = false;
    }

    /// Plays at once, replacing what plays.
    pub fn play(&mut self, play_id: u64, clip: Arc<Clip>, loops: u32, events: &mut dyn EventSink) {
        let leg = self.id;
        let mut ended = |play_id, reason| events.emit(Event::PlaybackFinished { leg, play_id, reason });
        self.player.play(play_id, clip, loops, &mut ended);
    }

    /// Plays behind what plays.
    pub fn play_queued(&mut self, play_id: u64, clip: Arc<Clip>, events: &mut dyn EventSink) {
        let leg = self.id;
        let mut ended = |play_id, reason| events.emit(Event::PlaybackFinished { leg, play_id, reason });
        self.player.play_queued(play_id, clip, &mut ended);
    }

    /// Ends what plays and what waits.
    pub fn stop_playback(&mut self, reason: PlaybackEnd, events: &mut dyn EventSink) {
        let leg = self.id;
        let mut ended = |play_id, reason| events.emit(Event::PlaybackFinished { leg, play_id, reason });
        self.player.stop(reason, &mut ended);
    }

    /// Presses keys; `w` waits half a second and `W` one. What does not fit the queue is dropped, the end is reported.
    pub fn send_digits(&mut self, play_id: u64, digits: &str, tone_ms: u32, gap_ms: u32, events: &mut dyn EventSink) {
        let ticks = |ms: u32| ms.div_ceil(TICK_MS as u32);
        for key in digits.chars() {
            let queued = match key {
                'w' => self.digit_sender.wait(ticks(500)),
                'W' => self.digit_sender.wait(ticks(1000)),
                _ => match Digit::from_char(key) {
                    Some(digit) => self.digit_sender.press(digit, ticks(tone_ms), ticks(gap_ms)),
                    None => Ok(()),
                },
            };
            if queued.is_err() {
                break;
            }
        }
        if self.digit_sender.finish(play_id).is_err() {
            events.emit(Event::DigitsSent { leg: self.id, play_id });
        }
    }

    /// Takes a recording's tap. One too many ends at once.
    pub fn start_recording(&mut self, tap: Tap) {
        if self.recordings.len() < MAX_TAPS {
            self.recordings.push(tap);
        } else {
            tap.finish(RecordingEnd::Stopped);
        }
    }

    /// Ends a recording, if it is still running.
    pub fn stop_recording(&mut self, recording_id: u64) {
        if let Some(index) = self.recordings.iter().position(|tap| tap.recording_id() == recording_id) {
            self.recordings.swap_remove(index).finish(RecordingEnd::Stopped);
        }
    }

    /// Pauses a recording or lets it go on.
    pub fn pause_recording(&mut self, recording_id: u64, pause: Pause) {
        if let Some(tap) = self.recordings.iter_mut().find(|tap| tap.recording_id() == recording_id) {
            tap.set_pause(pause);
        }
    }

    /// Begins to watch for silence; the oldest watch gives way to one too many.
    pub fn watch_silence(&mut self, watch_id: u64, seconds: f64) {
        if self.watches.len() >= MAX_WATCHES {
            self.watches.remove(0);
        }
        self.watches.push(SilenceWatch { watch_id, seconds, watch: Watch::new(seconds) });
    }

    /// Stops watching.
    pub fn unwatch_silence(&mut self, watch_id: u64) {
        self.watches.retain(|watch| watch.watch_id != watch_id);
    }

    /// Takes a tap. One too many is never written to.
    pub fn open_tap(&mut self, tap: TapWriter) {
        self.taps.retain(|tap| !tap.is_abandoned());
        if self.taps.len() < MAX_TAPS {
            self.taps.push(tap);
        }
    }

    /// Ends a tap.
    pub fn close_tap(&mut self, tap_id: u64) {
        self.taps.retain(|tap| tap.tap_id() != tap_id);
    }

    /// Begins to report speech; the oldest watch gives way to one too many.
    pub fn watch_voice(&mut self, watch_id: u64) {
        if self.voices.len() >= MAX_WATCHES {
            self.voices.remove(0);
        }
        self.voices.push((watch_id, VoiceWatch::default()));
    }

    /// Stops reporting speech.
    pub fn unwatch_voice(&mut self, watch_id: u64) {
        self.voices.retain(|(id, _)| *id != watch_id);
    }

    /// Whether the leg hears itself while nobody else is to be heard.
    pub fn set_echo(&mut self, on: bool) {
        self.echoes = on;
    }

    /// How long the packets that come wait for those that come later.
    pub fn set_depth(&mut self, depth: Depth) {
        self.ear.set_depth(depth);
    }

    /// A muted leg is heard as silence; its keys are reported and go to no bridged leg.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// The bridge is gone: a relayed key that is still down is released.
    pub fn leave_bridge(&mut self) {
        self.digit_sender.release();
    }
}
