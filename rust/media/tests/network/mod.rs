//! Two legs, or a leg and a phone, joined by a network that loses, delays, doubles and reorders by a seed.
#![allow(dead_code, reason = "each test file uses its part")]

use std::net::SocketAddr;
use std::sync::Arc;

use ringback_dsp::g711::Law;
use ringback_dsp::tone::{burst, Goertzel};
use ringback_media::clip::Clip;
use ringback_media::codec::Codec;
use ringback_media::event::{Event, LegId};
use ringback_media::leg::{Bridged, Direction, Identity, Leg, PayloadTypes, Session};
use ringback_media::random::Random;
use ringback_media::unit::{Clock, Now, PayloadType, RtpTimestamp, SequenceNumber, Ssrc};

/// What the network does to each packet.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    pub loss: f64,
    pub doubling: f64,
    /// Up to so many ticks later.
    pub jitter_ticks: u64,
}

pub const CALM: Weather = Weather { loss: 0.0, doubling: 0.0, jitter_ticks: 0 };

/// One direction.
pub struct Link {
    weather: Weather,
    random: Random,
    waiting: Vec<(u64, Vec<u8>)>,
}

impl Link {
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self { weather, random: Random::new(seed), waiting: Vec::new() }
    }

    pub fn send(&mut self, packet: &[u8], tick: u64) {
        let copies = 1 + u32::from(self.random.chance(self.weather.doubling));
        for _ in 0..copies {
            if !self.random.chance(self.weather.loss) {
                let due = tick + self.random.below(self.weather.jitter_ticks + 1);
                self.waiting.push((due, packet.to_vec()));
            }
        }
    }

    pub fn arrivals(&mut self, tick: u64) -> Vec<Vec<u8>> {
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(at, _)| *at <= tick);
        self.waiting = waiting;
        due.into_iter().map(|(_, packet): (u64, Vec<u8>)| packet).collect()
    }
}

pub fn now(tick: u64) -> Now {
    Now { tick, ntp: (3_900_000_000 << 32) + tick * ((1 << 32) / 50) }
}

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], port))
}

pub fn identity(seed: u64) -> Identity {
    let mut random = Random::new(seed);
    Identity {
        ssrc: Ssrc(random.next_u64() as u32),
        sequence_number: SequenceNumber(random.next_u64() as u16),
        timestamp: RtpTimestamp(random.next_u64() as u32),
        seed,
    }
}

/// Audio of this number, and events of 101.
pub fn numbers(audio: u8) -> PayloadTypes {
    PayloadTypes { audio: PayloadType::new(audio).expect("seven bits"), dtmf: PayloadType::new(101) }
}

pub fn session(remote: u16, law: Law) -> Session {
    Session {
        remote: address(remote),
        rtcp_port: None,
        codec: Codec::G711(law),
        sends: numbers(if law == Law::Mu { 0 } else { 8 }),
        receives: numbers(if law == Law::Mu { 0 } else { 8 }),
        dtmf_clock: Clock::Hz8000,
        direction: Direction::SendReceive,
        latch: true,
    }
}

pub fn leg(number: u16, remote: u16, law: Law) -> Leg {
    let mut leg = Leg::new(LegId(number.into()), identity(number.into()), 0.0);
    leg.connect(session(remote, law), now(0));
    leg
}

pub fn tone(frequency_hz: f64, seconds: f64) -> Arc<Clip> {
    let clip = Clip::new(burst(&[frequency_hz], seconds, -12.0, 8000).expect("a tone"));
    clip.prepare();
    Arc::new(clip)
}

/// Which part of the energy of `samples` is at `frequency_hz`.
pub fn share(samples: &[i16], frequency_hz: f64) -> f64 {
    Goertzel::new(frequency_hz, 8000).expect("a frequency").share(samples)
}

/// Two legs that hear each other over the network.
pub struct Pair {
    pub legs: [Leg; 2],
    pub links: [Link; 2],
    pub events: [Vec<Event>; 2],
    /// What each heard.
    pub heard: [Vec<i16>; 2],
    pub tick: u64,
}

impl Pair {
    pub fn new(weather: Weather, seed: u64, laws: [Law; 2]) -> Self {
        let legs = [leg(1, 2, laws[0]), leg(2, 1, laws[1])];
        let links = [Link::new(weather, seed), Link::new(weather, seed + 1)];
        Self { legs, links, events: [Vec::new(), Vec::new()], heard: [Vec::new(), Vec::new()], tick: 0 }
    }

    pub fn run(&mut self, ticks: u64) {
        for _ in 0..ticks {
            self.tick += 1;
            let now = now(self.tick);
            for side in 0..2 {
                let (leg, events) = (&mut self.legs[side], &mut self.events[side]);
                leg.begin_tick();
                let from = address(2 - side as u16);
                for packet in self.links[1 - side].arrivals(self.tick) {
                    leg.receive_rtp(&packet, from, now, events);
                }
                leg.hear(true, now, events);
                self.heard[side].extend(leg.samples());
            }
            for side in 0..2 {
                if let Some(packet) = self.legs[side].speak(None, now, &mut self.events[side]) {
                    self.links[side].send(packet, self.tick);
                }
            }
        }
    }

    pub fn digits(&self, side: usize) -> String {
        let digit = |event: &Event| match event {
            Event::Digit { digit, .. } => Some(*digit),
            _ => None,
        };
        self.events[side].iter().filter_map(digit).collect()
    }
}

/// What a leg brings across a bridge.
pub fn bridged(leg: &mut Leg) -> Bridged {
    let sound = leg.sound(leg.is_wide());
    Bridged { sound, signals: *leg.signals() }
}
