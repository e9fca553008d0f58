//! The sending half of a leg.

use ringback_dsp::tone::{dtmf_frequencies, ToneGenerator};

use super::{Leg, Session};
use crate::codec::Codec;
use crate::dtmf::{Digit, DigitFrame, DigitSignals, EVENT_LENGTH};
use crate::event::{Event, EventSink};
use crate::rtp::{RtpHeader, HEADER_LENGTH};
use crate::sound::Sound;
use crate::tap::Side;
use crate::unit::{Now, PayloadType, RtpTimestamp, RATE_HZ, SAMPLES_PER_TICK};

/// How loud a key is when it has to be sent as sound.
const INBAND_LEVEL_DBFS: f64 = -10.0;

/// What the leg on the other side of a bridge, or a conference, brings in this tick.
#[derive(Clone, Copy, Debug)]
pub struct Bridged {
    pub sound: Sound,
    pub signals: DigitSignals,
}

/// What this tick says.
#[expect(clippy::large_enum_variant, reason = "lives on the stack for one tick; a box would be an allocation")]
enum Utterance {
    Silence,
    Sound(Sound),
    /// A telephone event instead of audio.
    Event(bool, RtpTimestamp, [u8; EVENT_LENGTH]),
}

impl Leg {
    /// The last call of a tick: the datagram to send, if there is one.
    pub fn speak(&mut self, bridged: Option<&Bridged>, now: Now, events: &mut dyn EventSink) -> Option<&[u8]> {
        let Some(session) = self.session else {
            self.mouth.keep_silent();
            self.record(events);
            return None;
        };
        let timestamp = self.identity.timestamp.plus(now.units(session.codec.clock()));
        let utterance = self.utter(session, bridged, timestamp, events);
        match &utterance {
            Utterance::Silence => self.mouth.say(None),
            Utterance::Sound(sound) => self.mouth.say(Some(sound)),
            Utterance::Event(..) => self.mouth.keep_silent(),
        }
        self.record(events);
        if !session.direction.sends() || self.remote().is_none() {
            self.is_talking = false;
            return None;
        }
        let starts = !std::mem::replace(&mut self.is_talking, true);
        match utterance {
            Utterance::Event(marker, start, payload) => {
                let payload_type = session.sends.dtmf.unwrap_or(session.sends.audio);
                self.packet(payload_type, marker, start, Some(payload))
            }
            _ => self.packet(session.sends.audio, starts, timestamp, None),
        }
    }

    /// Keys first, then playback, then the bridge or conference, then the echo, then silence.
    fn utter(
        &mut self,
        session: Session,
        bridged: Option<&Bridged>,
        timestamp: RtpTimestamp,
        events: &mut dyn EventSink,
    ) -> Utterance {
        if let Some(bridged) = bridged {
            bridged.signals.as_slice().iter().for_each(|signal| self.digit_sender.relay(*signal));
        }
        let leg = self.id;
        let mut sent = |play_id| events.emit(Event::DigitsSent { leg, play_id });
        match self.digit_sender.next(timestamp, &mut sent) {
            DigitFrame::Quiet => return Utterance::Silence,
            DigitFrame::Event { marker, timestamp, payload, .. } if session.sends.dtmf.is_some() => {
                return Utterance::Event(marker, timestamp, payload);
            }
            DigitFrame::Event { is_repeat: true, .. } => {
                self.inband = None;
                return Utterance::Silence;
            }
            DigitFrame::Event { payload, .. } => return self.sound_key(payload[0]),
            DigitFrame::Idle => self.inband = None,
        }
        let heard = || bridged.map(|bridged| bridged.sound);
        let echo = |leg: &mut Self| leg.echoes.then(|| leg.sound(leg.is_wide()));
        match self.play_on(session.codec, events).or_else(heard).or_else(|| echo(self)) {
            Some(sound) => Utterance::Sound(sound),
            None => Utterance::Silence,
        }
    }

    /// The next 20 ms of what plays, in the form that costs least.
    fn play_on(&mut self, codec: Codec, events: &mut dyn EventSink) -> Option<Sound> {
        if !self.player.is_playing() {
            return None;
        }
        let leg = self.id;
        let mut ended = |play_id, reason| events.emit(Event::PlaybackFinished { leg, play_id, reason });
        match codec {
            Codec::G711(law) => {
                let mut codes = [0; SAMPLES_PER_TICK];
                self.player.fill(law, &mut codes, &mut ended).then_some(Sound::Codes(law, codes))
            }
            Codec::G722 | Codec::Opus(_) => {
                let mut samples = [0; SAMPLES_PER_TICK];
                self.player.fill_samples(&mut samples, &mut ended).then_some(Sound::Narrow(samples))
            }
        }
    }

    /// A key as its two tones, for a phone that has not agreed to telephone events.
    fn sound_key(&mut self, event: u8) -> Utterance {
        let Some(digit) = Digit::from_event(event) else {
            return Utterance::Silence;
        };
        if self.inband.as_ref().is_none_or(|(sounding, _)| *sounding != digit) {
            let generator = dtmf_frequencies(digit.to_char())
                .and_then(|pair| ToneGenerator::new(&pair, INBAND_LEVEL_DBFS, RATE_HZ).ok());
            self.inband = generator.map(|generator| (digit, generator));
        }
        let mut samples = [0; SAMPLES_PER_TICK];
        if let Some((_, generator)) = &mut self.inband {
            generator.fill(&mut samples);
        }
        Utterance::Sound(Sound::Narrow(samples))
    }

    /// Gives this tick to every recording and tap, and ends the recordings that are over.
    fn record(&mut self, events: &mut dyn EventSink) {
        if self.recordings.is_empty() && self.taps.is_empty() {
            return;
        }
        let is_real = self.ear.is_real();
        let sent = self.mouth.said();
        let mut index = 0;
        while let Some(tap) = self.recordings.get_mut(index) {
            match tap.record(self.ear.samples(), &sent, is_real) {
                Some(reason) => self.recordings.swap_remove(index).finish(reason),
                None => index += 1,
            }
        }
        for tap in &mut self.taps {
            let frame = if tap.side() == Side::Received { self.ear.samples() } else { &sent };
            if tap.write(frame) {
                events.emit(Event::Tap { leg: self.id, tap_id: tap.tap_id() });
            }
        }
    }

    /// An event, or what was said; nothing if that could not be encoded.
    fn packet(
        &mut self,
        payload_type: PayloadType,
        marker: bool,
        timestamp: RtpTimestamp,
        event: Option<[u8; EVENT_LENGTH]>,
    ) -> Option<&[u8]> {
        let payload = event.as_ref().map_or(self.mouth.spoken(), |event| event);
        let (head, body) = self.packet.split_at_mut(HEADER_LENGTH);
        body.get_mut(..payload.len()).filter(|_| !payload.is_empty())?.copy_from_slice(payload);
        let length = payload.len();
        let (sequence_number, ssrc) = (self.sequence_number, self.identity.ssrc);
        self.sequence_number = sequence_number.next();
        self.totals.sent += 1;
        self.totals.octets_sent += length as u64;
        let header = RtpHeader { marker, payload_type, sequence_number, timestamp, ssrc };
        head.copy_from_slice(&header.to_bytes());
        self.packet.get(..HEADER_LENGTH + length)
    }
}
