//! Legs over a bad network: what is played is heard, keys arrive once, reports say what happened.

mod network;

use network::{address, bridged, leg, now, share, tone, Pair, Weather, CALM};
use ringback_dsp::g711::Law;
use ringback_media::event::{Event, EventSink, PlaybackEnd};
use ringback_media::leg::{Direction, PayloadTypes, Session};
use ringback_media::random::Random;
use ringback_media::rtcp::Compound;
use ringback_media::rtp::RtpPacket;
use ringback_media::unit::{PayloadType, Ssrc};

const BAD: Weather = Weather { loss: 0.05, doubling: 0.05, jitter_ticks: 3 };

#[test]
fn a_tone_arrives_as_it_was_played_over_a_calm_network() {
    for law in [Law::Mu, Law::A] {
        let mut pair = Pair::new(CALM, 1, [law; 2]);
        pair.legs[0].play(7, tone(440.0, 1.0), 1, &mut pair.events[0]);
        pair.run(70);
        assert!(share(&pair.heard[1][1000..8000], 440.0) > 0.99);
        let finished =
            |event: &Event| matches!(event, Event::PlaybackFinished { play_id: 7, reason: PlaybackEnd::Done, .. });
        assert_eq!(pair.events[0].iter().filter(|event| finished(event)).count(), 1);
        assert_eq!((pair.legs[1].lost(), pair.legs[1].late()), (0, 0));
    }
}

#[test]
fn a_tone_is_still_a_tone_over_a_bad_network() {
    let mut pair = Pair::new(BAD, 3, [Law::Mu; 2]);
    pair.legs[0].play(1, tone(440.0, 20.0), 1, &mut pair.events[0]);
    pair.run(900);
    let heard = &pair.heard[1][16_000..140_000];
    assert!(share(heard, 440.0) > 0.9, "{}", share(heard, 440.0));
    let silent = heard.chunks(160).filter(|frame| frame.iter().all(|sample| sample.abs() < 50)).count();
    assert!(silent <= 2, "{silent} frames of silence");
    assert!((20..90).contains(&pair.legs[1].lost()), "{}", pair.legs[1].lost());
    assert!(pair.legs[1].totals().duplicates > 20);
}

#[test]
fn keys_arrive_once_each_over_a_bad_network() {
    for seed in 0..40 {
        let mut pair = Pair::new(BAD, seed, [Law::Mu, Law::Mu]);
        pair.legs[0].send_digits(1, "1234567890*#ABCD55", 100, 60, &mut pair.events[0]);
        pair.run(220);
        assert_eq!(pair.digits(1), "1234567890*#ABCD55", "seed {seed}");
        assert!(pair.events[0].contains(&Event::DigitsSent { leg: pair.legs[0].id(), play_id: 1 }));
    }
}

#[test]
fn two_bridged_legs_exchange_audio_in_the_same_tick_and_keys_as_events() {
    // phone 0 — leg a ═ leg b — phone 1, the laws different.
    let (mut a, mut b) = (leg(10, 1, Law::Mu), leg(11, 2, Law::A));
    let (mut low, mut high) = (leg(1, 10, Law::Mu), leg(2, 11, Law::A));
    let mut events: Vec<Event> = Vec::new();
    low.play(1, tone(500.0, 2.0), 1, &mut events);
    high.play(2, tone(900.0, 2.0), 1, &mut events);
    let mut heard = [Vec::new(), Vec::new()];
    for tick in 1..100 {
        let now = now(tick);
        if tick == 60 {
            low.send_digits(9, "7", 100, 60, &mut events);
        }
        [&mut a, &mut b, &mut low, &mut high].into_iter().for_each(|leg| leg.begin_tick());
        for (phone, leg, port) in [(&mut low, &mut a, 1), (&mut high, &mut b, 2)] {
            if let Some(packet) = phone.speak(None, now, &mut events) {
                leg.receive_rtp(packet, address(port), now, &mut events);
            }
            leg.hear(true, now, &mut events);
        }
        let (from_a, from_b) = (bridged(&mut a), bridged(&mut b));
        for (leg, from, phone, port) in [(&mut a, &from_b, &mut low, 10), (&mut b, &from_a, &mut high, 11)] {
            if let Some(packet) = leg.speak(Some(from), now, &mut events) {
                phone.receive_rtp(packet, address(port), now, &mut events);
            }
        }
        for (side, phone) in [&mut low, &mut high].into_iter().enumerate() {
            phone.hear(true, now, &mut events);
            heard[side].extend(phone.samples());
        }
    }
    assert!(share(&heard[0][1600..8000], 900.0) > 0.98 && share(&heard[0][1600..8000], 500.0) < 0.001);
    assert!(share(&heard[1][1600..8000], 500.0) > 0.98 && share(&heard[1][1600..8000], 900.0) < 0.001);
    let reports =
        |leg: u64| move |event: &&Event| matches!(event, Event::Digit { leg: at, digit: '7', .. } if at.0 == leg);
    assert_eq!(events.iter().filter(reports(10)).count(), 1, "reported on our leg");
    assert_eq!(events.iter().filter(reports(2)).count(), 1, "relayed to the other phone");
}

#[test]
fn keys_of_a_muted_leg_are_reported_and_not_relayed_and_one_that_was_down_is_released() {
    // phone — leg a (muted for a while) ═ leg b — phone
    let (mut a, mut b) = (leg(10, 1, Law::Mu), leg(11, 2, Law::Mu));
    let (mut payer, mut agent) = (leg(1, 10, Law::Mu), leg(2, 11, Law::Mu));
    let mut events: Vec<Event> = Vec::new();
    for tick in 1..250 {
        let now = now(tick);
        match tick {
            20 => payer.send_digits(1, "4", 400, 60, &mut events), // still down when the leg is muted
            30 => a.set_muted(true),
            60 => payer.send_digits(2, "12", 100, 60, &mut events),
            150 => a.set_muted(false),
            160 => payer.send_digits(3, "9", 100, 60, &mut events),
            _ => {}
        }
        [&mut a, &mut b, &mut payer, &mut agent].into_iter().for_each(|leg| leg.begin_tick());
        if let Some(packet) = payer.speak(None, now, &mut events) {
            a.receive_rtp(packet, address(1), now, &mut events);
        }
        a.hear(true, now, &mut events);
        b.hear(true, now, &mut events);
        if let Some(packet) = b.speak(Some(&bridged(&mut a)), now, &mut events) {
            agent.receive_rtp(packet, address(11), now, &mut events);
        }
        agent.hear(true, now, &mut events);
    }
    let reported = |leg: u64| -> String {
        let digit = |event: &Event| match event {
            Event::Digit { leg: at, digit, .. } if at.0 == leg => Some(*digit),
            _ => None,
        };
        events.iter().filter_map(digit).collect()
    };
    assert_eq!(reported(10), "4129");
    assert_eq!(reported(2), "49");
}

#[test]
fn the_wrong_payload_type_and_the_wrong_direction_are_ignored() {
    let mut pair = Pair::new(CALM, 1, [Law::Mu, Law::A]);
    pair.run(20);
    assert_eq!(pair.legs[1].totals().received, 0);
    assert!(pair.legs[1].totals().ignored >= 18);
    let mut held = Pair::new(CALM, 1, [Law::Mu; 2]);
    let hold = Session { direction: Direction::SendOnly, ..network::session(1, Law::Mu) };
    held.legs[1].connect(hold, now(0));
    held.run(20);
    assert_eq!(held.legs[1].totals().received, 0);
    let inactive = Session { direction: Direction::Inactive, ..hold };
    held.legs[1].connect(inactive, now(20));
    assert!(held.legs[1].speak(None, now(21), &mut Vec::new()).is_none());
}

#[test]
fn an_unspecified_remote_address_is_hold_and_gets_nothing() {
    let mut leg = leg(1, 2, Law::Mu);
    let hold = Session { remote: "0.0.0.0:4000".parse().expect("an address"), ..network::session(2, Law::Mu) };
    leg.connect(hold, now(1));
    assert!(leg.speak(None, now(2), &mut Vec::new()).is_none());
    assert_eq!((leg.remote(), leg.settled_remote(now(1000))), (None, None));
}

#[test]
fn a_dead_line_is_reported_once_and_again_after_it_lived() {
    let mut pair = Pair::new(CALM, 1, [Law::Mu; 2]);
    pair.legs[1] = ringback_media::leg::Leg::new(pair.legs[1].id(), network::identity(9), 1.0);
    pair.legs[1].connect(network::session(1, Law::Mu), now(0));
    pair.run(10);
    for _ in 0..2 {
        let silent = Session { direction: Direction::ReceiveOnly, ..network::session(2, Law::Mu) };
        pair.legs[0].connect(silent, now(pair.tick));
        pair.run(150);
        pair.legs[0].connect(network::session(2, Law::Mu), now(pair.tick));
        pair.run(10);
    }
    let timed_out = pair.events[1].iter().filter(|event| matches!(event, Event::TimedOut { .. })).count();
    assert_eq!(timed_out, 2);
    let first = pair.events[1].iter().filter(|event| matches!(event, Event::FirstPacket { .. })).count();
    assert_eq!(first, 1);
}

#[test]
fn reports_say_what_was_sent_and_received_and_the_round_trip() {
    let mut pair = Pair::new(Weather { loss: 0.1, ..CALM }, 5, [Law::Mu; 2]);
    let (mut reports, mut learned) = (0, [false; 2]);
    for _ in 0..1500 {
        pair.run(1);
        let now = now(pair.tick);
        for side in 0..2u16 {
            let (first, second) = pair.legs.split_at_mut(1);
            let (from, to) = if side == 0 { (&mut first[0], &mut second[0]) } else { (&mut second[0], &mut first[0]) };
            let Some((report, target)) = from.report(now) else { continue };
            // The port after RTP's, until the other side's reports were seen to come from elsewhere.
            let expected = if learned[usize::from(side)] { address(101 - side) } else { address(3 - side) };
            assert_eq!(target, expected);
            reports += 1;
            let compound = Compound::from_bytes(report, Ssrc(0)).expect("valid");
            assert!(compound.sender_report.is_some());
            to.receive_rtcp(report, address(200).ip_with(90), now);
            to.receive_rtcp(report, address(100 + side), now);
            learned[1 - usize::from(side)] = true;
        }
    }
    assert!((6..=24).contains(&reports), "{reports} reports in 30 s");
    let round_trip = pair.legs[0].round_trip_seconds().expect("measured");
    assert!(round_trip < 0.05, "{round_trip}");
    let (goodbye, _) = pair.legs[0].goodbye(now(pair.tick)).expect("it has sent");
    let compound = Compound::from_bytes(goodbye, Ssrc(0)).expect("valid");
    assert_eq!(compound.goodbye, compound.sender);
}

trait WithHost {
    fn ip_with(self, host: u8) -> Self;
}

impl WithHost for std::net::SocketAddr {
    /// The same port at another host.
    fn ip_with(self, host: u8) -> Self {
        Self::from(([192, 0, 2, host], self.port()))
    }
}

#[test]
fn hostile_datagrams_never_panic_and_change_nothing() {
    let mut random = Random::new(11);
    let mut leg = leg(1, 2, Law::Mu);
    let mut events: Vec<Event> = Vec::new();
    for tick in 1..20_000 {
        let now = now(tick);
        leg.begin_tick();
        let mut bytes = random.bytes(200);
        if random.chance(0.8) && bytes.len() > 1 {
            bytes[0] = 0x80 | (bytes[0] & 0x3F);
            bytes[1] = [0, 0x80, 101, 0xE5, 200][random.below(5) as usize];
        }
        leg.receive_rtp(&bytes, address(2 + random.below(2) as u16), now, &mut events);
        leg.receive_rtcp(&bytes, address(3), now);
        leg.hear(true, now, &mut events);
        let packet = leg.speak(None, now, &mut events).expect("it speaks").to_vec();
        assert_eq!(RtpPacket::from_bytes(&packet).map(|packet| packet.payload.len()), Ok(160));
    }
    assert_eq!(leg.remote(), Some(address(2)));
    let mut closing: Vec<Event> = Vec::new();
    leg.close(&mut closing);
    assert!(matches!(closing[..], [Event::LegClosed { .. }]));
}

#[test]
fn a_leg_without_telephone_events_gets_keys_as_sound() {
    let mut leg = leg(1, 2, Law::A);
    let without_events = PayloadTypes { dtmf: None, ..network::numbers(8) };
    leg.connect(Session { sends: without_events, receives: without_events, ..network::session(2, Law::A) }, now(0));
    let mut events: Vec<Event> = Vec::new();
    leg.send_digits(1, "1", 400, 60, &mut events);
    let mut said = Vec::new();
    for tick in 1..=20 {
        let packet = leg.speak(None, now(tick), &mut events).expect("it speaks");
        assert_eq!(packet[1] & 0x7F, PayloadType::new(8).map_or(0, PayloadType::value));
        said.extend(packet[12..].iter().map(|code| Law::A.decode_sample(*code)));
    }
    assert!(share(&said, 697.0) + share(&said, 1209.0) > 0.97);
    events.emit(Event::DigitsSent { leg: leg.id(), play_id: 0 });
}
