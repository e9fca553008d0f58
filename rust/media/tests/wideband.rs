//! G.722 legs: what is above the telephone band reaches those who can hear it, and nobody else.

mod network;

use network::{address, bridged, leg, now, numbers, session, share, tone};
use ringback_dsp::g711::Law;
use ringback_dsp::g722::{Decoder, Encoder};
use ringback_dsp::tone::Goertzel;
use ringback_media::codec::Codec;
use ringback_media::event::Event;
use ringback_media::leg::{Leg, Session};
use ringback_media::rtp::{RtpHeader, RtpPacket};
use ringback_media::unit::{PayloadType, RtpTimestamp, SequenceNumber, Ssrc};

fn wide_session(remote: u16) -> Session {
    Session { codec: Codec::G722, sends: numbers(9), receives: numbers(9), ..session(remote, Law::Mu) }
}

fn wide_leg(number: u16, remote: u16) -> Leg {
    let mut wide = leg(number, remote, Law::Mu);
    wide.connect(wide_session(remote), now(0));
    wide
}

/// A phone that says a tone in G.722, one packet a tick.
struct Phone {
    encoder: Encoder,
    tone_hz: f64,
    said: u32,
}

impl Phone {
    fn new(tone_hz: f64) -> Self {
        Self { encoder: Encoder::new(), tone_hz, said: 0 }
    }

    fn packet(&mut self) -> Vec<u8> {
        let at = |n: u32| f64::from(self.said * 320 + n) / 16_000.0;
        let sine = |n: u32| (8000.0 * (std::f64::consts::TAU * self.tone_hz * at(n)).sin()) as i16;
        let samples: Vec<i16> = (0..320).map(sine).collect();
        let mut codes = [0; 160];
        self.encoder.encode(&samples, &mut codes);
        let header = RtpHeader {
            marker: self.said == 0,
            payload_type: PayloadType::new(9).expect("seven bits"),
            sequence_number: SequenceNumber(self.said as u16),
            timestamp: RtpTimestamp(self.said * 160),
            ssrc: Ssrc(77),
        };
        self.said += 1;
        [header.to_bytes().as_slice(), &codes].concat()
    }
}

/// Two seconds of a phone that says `tone_hz` on `from`, which is bridged to `to`; the payloads that `to` sends.
fn across(from: &mut Leg, to: &mut Leg, tone_hz: f64, is_lost: impl Fn(u64) -> bool) -> Vec<u8> {
    let (mut phone, mut payloads, mut events) = (Phone::new(tone_hz), Vec::new(), Vec::<Event>::new());
    for tick in 1..=100 {
        let now = now(tick);
        [&mut *from, &mut *to].into_iter().for_each(|leg| leg.begin_tick());
        let packet = phone.packet();
        if !is_lost(tick) {
            from.receive_rtp(&packet, address(1), now, &mut events);
        }
        from.hear(true, now, &mut events);
        to.hear(true, now, &mut events);
        let mut heard = bridged(from);
        heard.sound = from.sound(to.is_wide());
        if let Some(packet) = to.speak(Some(&heard), now, &mut events) {
            payloads.extend_from_slice(RtpPacket::from_bytes(packet).expect("valid").payload);
        }
    }
    payloads
}

fn decoded(payloads: &[u8]) -> Vec<i16> {
    let mut samples = vec![0; payloads.len() * 2];
    Decoder::new().decode(payloads, &mut samples);
    samples
}

fn loudness(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (energy / samples.len() as f64).sqrt()
}

fn share_wide(samples: &[i16], tone_hz: f64) -> f64 {
    Goertzel::new(tone_hz, 16_000).expect("a frequency").share(samples)
}

#[test]
fn a_wideband_leg_hears_5_khz_from_another() {
    let payloads = across(&mut wide_leg(10, 1), &mut wide_leg(11, 2), 5000.0, |_| false);
    let heard = decoded(&payloads);
    assert!(share_wide(&heard[3200..], 5000.0) > 0.95, "{}", share_wide(&heard[3200..], 5000.0));
    assert!(loudness(&heard[3200..]) > 4500.0);
}

#[test]
fn a_telephone_hears_nothing_of_5_khz_and_all_of_1_khz() {
    let heard = |tone_hz| -> Vec<i16> {
        let payloads = across(&mut wide_leg(10, 1), &mut leg(11, 2, Law::A), tone_hz, |_| false);
        payloads.iter().map(|code| Law::A.decode_sample(*code)).collect()
    };
    // The codec itself leaks: its two bands no longer cancel their mirror images once they are quantized.
    assert!(loudness(&heard(5000.0)[1600..]) < 150.0, "{}", loudness(&heard(5000.0)[1600..]));
    assert!(share(&heard(1000.0)[1600..], 1000.0) > 0.97);
    assert!(loudness(&heard(1000.0)[1600..]) > 4500.0);
}

#[test]
fn a_wideband_leg_hears_a_telephone_and_a_prompt() {
    let (mut low, mut wide) = (leg(10, 1, Law::Mu), wide_leg(11, 2));
    let mut phone = leg(1, 10, Law::Mu);
    let mut events: Vec<Event> = Vec::new();
    phone.play(1, tone(700.0, 1.0), 1, &mut events);
    let mut payloads = Vec::new();
    for tick in 1..=160 {
        let now = now(tick);
        [&mut phone, &mut low, &mut wide].into_iter().for_each(|leg| leg.begin_tick());
        if tick == 70 {
            wide.play(2, tone(1100.0, 1.0), 1, &mut events);
        }
        if let Some(packet) = phone.speak(None, now, &mut events) {
            low.receive_rtp(packet, address(1), now, &mut events);
        }
        low.hear(true, now, &mut events);
        let packet = wide.speak(Some(&bridged(&mut low)), now, &mut events).expect("it speaks");
        payloads.extend_from_slice(RtpPacket::from_bytes(packet).expect("valid").payload);
    }
    let heard = decoded(&payloads);
    assert!(share_wide(&heard[3200..16_000], 700.0) > 0.97);
    assert!(share_wide(&heard[24_000..36_000], 1100.0) > 0.97);
    assert!(events.iter().any(|event| matches!(event, Event::PlaybackFinished { play_id: 2, .. })));
}

#[test]
fn losses_are_concealed_in_wideband_too() {
    let payloads = across(&mut wide_leg(10, 1), &mut wide_leg(11, 2), 1000.0, |tick| tick % 10 == 0);
    let heard = decoded(&payloads);
    assert!(share_wide(&heard[3200..], 1000.0) > 0.9, "{}", share_wide(&heard[3200..], 1000.0));
    let quiet = heard[3200..].chunks(320).filter(|frame| loudness(frame) < 2500.0).count();
    assert_eq!(quiet, 0, "frames that fell silent");
}

#[test]
fn the_codec_may_change_in_the_call_both_ways() {
    let mut changing = wide_leg(10, 1);
    let mut events: Vec<Event> = Vec::new();
    changing.play(1, tone(900.0, 9.0), 1, &mut events);
    let mut heard = Vec::new();
    for tick in 1..=150 {
        if tick == 50 {
            changing.connect(session(1, Law::A), now(tick));
        }
        if tick == 100 {
            changing.connect(wide_session(1), now(tick));
        }
        let packet = changing.speak(None, now(tick), &mut events).expect("it speaks").to_vec();
        heard.push(RtpPacket::from_bytes(&packet).map(|packet| packet.payload.to_vec()).expect("valid"));
    }
    let narrow: Vec<i16> = heard[50..99].concat().iter().map(|code| Law::A.decode_sample(*code)).collect();
    assert!(share(&narrow, 900.0) > 0.97);
    for wide in [&heard[..49], &heard[100..]] {
        assert!(share_wide(&decoded(&wide.concat())[1600..], 900.0) > 0.97);
    }
}
