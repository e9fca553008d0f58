//! The sending half of a leg.

use ringback_dsp::g711::Law;
use ringback_dsp::tone::{dtmf_frequencies, ToneGenerator};

use super::{Leg, Session};
use crate::dtmf::{Digit, DigitFrame, DigitSignals};
use crate::event::{Event, EventSink};
use crate::jitter::Octets;
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
enum Utterance {
    /// Audio in `codes`.
    Audio,
    /// A telephone event instead of audio.
    Event(bool, RtpTimestamp, [u8; 4]),
}

impl Leg {
    /// The last call of a tick: the datagram to send, if there is one.
    pub fn speak(&mut self, bridged: Option<&Bridged>, now: Now, events: &mut dyn EventSink) -> Option<&[u8]> {
        let Some(session) = self.session else {
            self.record(&[Law::Mu.silence(); SAMPLES_PER_TICK], Law::Mu, events);
            return None;
        };
        let timestamp = self.identity.timestamp.plus(now.samples());
        let mut codes = [session.law.silence(); SAMPLES_PER_TICK];
        let utterance = self.utter(session, bridged, timestamp, &mut codes, events);
        self.record(&codes, session.law, events);
        if !session.direction.sends() || self.remote().is_none() {
            self.is_talking = false;
            return None;
        }
        let starts = !std::mem::replace(&mut self.is_talking, true);
        Some(match utterance {
            Utterance::Audio => self.packet(session.payload_type, starts, timestamp, &codes),
            Utterance::Event(marker, start, payload) => {
                let payload_type = session.dtmf_payload_type.unwrap_or(session.payload_type);
                self.packet(payload_type, marker, start, &payload)
            }
        })
    }

    /// Keys first, then playback, then the bridge or conference, then the echo, then silence.
    fn utter(
        &mut self,
        session: Session,
        bridged: Option<&Bridged>,
        timestamp: RtpTimestamp,
        codes: &mut Octets,
        events: &mut dyn EventSink,
    ) -> Utterance {
        if let Some(bridged) = bridged {
            bridged.signals.as_slice().iter().for_each(|signal| self.digit_sender.relay(*signal));
        }
        let leg = self.id;
        let mut sent = |play_id| events.emit(Event::DigitsSent { leg, play_id });
        match self.digit_sender.next(timestamp, &mut sent) {
            DigitFrame::Quiet => return Utterance::Audio,
            DigitFrame::Event { marker, timestamp, payload, .. } if session.dtmf_payload_type.is_some() => {
                return Utterance::Event(marker, timestamp, payload);
            }
            DigitFrame::Event { is_repeat: true, .. } => {
                self.inband = None;
                return Utterance::Audio;
            }
            DigitFrame::Event { payload, .. } => {
                self.sound_key(payload[0], session.law, codes);
                return Utterance::Audio;
            }
            DigitFrame::Idle => self.inband = None,
        }
        let mut ended = |play_id, reason| events.emit(Event::PlaybackFinished { leg, play_id, reason });
        if self.player.fill(session.law, codes, &mut ended) {
            return Utterance::Audio;
        }
        match bridged.map(|bridged| bridged.sound).or_else(|| self.echoes.then(|| self.sound())) {
            Some(Sound::Codes(law, heard)) => {
                *codes = heard;
                law.transcode(session.law, codes);
            }
            Some(Sound::Narrow(samples)) => drop(session.law.encode(&samples, codes)),
            None => {}
        }
        Utterance::Audio
    }

    /// A key as its two tones, for a phone that has not agreed to telephone events.
    fn sound_key(&mut self, event: u8, law: Law, codes: &mut Octets) {
        let Some(digit) = Digit::from_event(event) else {
            return;
        };
        if self.inband.as_ref().is_none_or(|(sounding, _)| *sounding != digit) {
            let generator = dtmf_frequencies(digit.to_char())
                .and_then(|pair| ToneGenerator::new(&pair, INBAND_LEVEL_DBFS, RATE_HZ).ok());
            self.inband = generator.map(|generator| (digit, generator));
        }
        if let Some((_, generator)) = &mut self.inband {
            let mut samples = [0; SAMPLES_PER_TICK];
            generator.fill(&mut samples);
            law.encode(&samples, codes);
        }
    }

    /// Gives this tick to every recording and tap, and ends the recordings that are over.
    fn record(&mut self, said: &Octets, law: Law, events: &mut dyn EventSink) {
        if self.recordings.is_empty() && self.taps.is_empty() {
            return;
        }
        let is_real = self.ear.is_real();
        let mut sent = [0; SAMPLES_PER_TICK];
        law.decode(said, &mut sent);
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

    fn packet(&mut self, payload_type: PayloadType, marker: bool, timestamp: RtpTimestamp, payload: &[u8]) -> &[u8] {
        let (sequence_number, ssrc) = (self.sequence_number, self.identity.ssrc);
        self.sequence_number = sequence_number.next();
        self.totals.sent += 1;
        self.totals.octets_sent += payload.len() as u64;
        let header = RtpHeader { marker, payload_type, sequence_number, timestamp, ssrc };
        let length = HEADER_LENGTH + payload.len().min(SAMPLES_PER_TICK);
        let (head, body) = self.packet.split_at_mut(HEADER_LENGTH);
        head.copy_from_slice(&header.to_bytes());
        body.iter_mut().zip(payload).for_each(|(to, from)| *to = *from);
        self.packet.get(..length).unwrap_or_default()
    }
}
