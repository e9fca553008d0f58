//! Microseconds of CPU for a leg and tick without the network: each codec, decoding and encoding a voice, and hearing one
//! while it is silent itself; then a whole conference of each. `cargo run --release --example codec_cost`.

use std::net::SocketAddr;
use std::sync::Arc;

use ringback_dsp::g711::Law;
use ringback_media::clip::Clip;
use ringback_media::codec::{Codec, OpusWishes};
use ringback_media::conference::{Conference, Part};
use ringback_media::dtmf::DigitSignals;
use ringback_media::event::{Event, LegId};
use ringback_media::leg::{Bridged, Direction, Identity, Leg, PayloadTypes, Session};
use ringback_media::unit::{Now, PayloadType, RtpTimestamp, SequenceNumber, Ssrc};
use rustix::time::{clock_gettime, ClockId};

const TICKS: u64 = 200;
const LEGS: usize = 20;
const PARTIES: usize = 250;
const OPUS: OpusWishes = OpusWishes { bits_per_second: 24_000, playback_rate_hz: 48_000, wants_fec: false };

fn address() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4000))
}

fn now(tick: u64) -> Now {
    Now { tick, ntp: tick << 32 }
}

/// A leg on which a voice plays, if it is to talk.
fn leg(number: usize, codec: Codec, voice: Option<&Arc<Clip>>) -> Option<Leg> {
    let seed = number as u64 + 1;
    let identity =
        Identity { ssrc: Ssrc(seed as u32), sequence_number: SequenceNumber(0), timestamp: RtpTimestamp(0), seed };
    let mut leg = Leg::new(LegId(seed), identity, 0.0);
    let numbers = PayloadTypes { audio: PayloadType::new(96)?, dtmf: None };
    let session = Session {
        remote: address(),
        rtcp_port: None,
        codec,
        sends: numbers,
        receives: numbers,
        dtmf_clock: codec.clock(),
        direction: Direction::SendReceive,
        latch: false,
    };
    leg.connect(session, now(0));
    if let Some(voice) = voice {
        leg.play(1, voice.clone(), 0, &mut Vec::<Event>::new());
    }
    Some(leg)
}

/// Ten seconds of something like a vowel at 8 kHz.
fn voice() -> Arc<Clip> {
    let sample = |n: usize| {
        let seconds = n as f64 / 8000.0;
        let wave = |hz: f64| (std::f64::consts::TAU * hz * seconds).sin();
        let vowel: f64 = (1..25).map(|k| wave(130.0 * f64::from(k)) / f64::from(k)).sum();
        (3500.0 * vowel * (1.0 + 0.5 * wave(4.0))) as i16
    };
    let clip = Clip::new((0..80_000).map(sample).collect());
    clip.prepare();
    Arc::new(clip)
}

fn microseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// The packets of a phone that talks.
fn packets(codec: Codec, ticks: u64) -> Vec<Vec<u8>> {
    let mut phone = leg(900, codec, Some(&voice()));
    let events = &mut Vec::<Event>::new();
    let say = |tick| phone.as_mut().and_then(|leg| leg.speak(None, now(tick), events)).map(<[u8]>::to_vec);
    (0..ticks).filter_map(say).collect()
}

/// Legs that hear a phone.
fn alone(codec: Codec, talks: bool) -> f64 {
    let (voice, packets) = (voice(), packets(codec, TICKS));
    let mut legs: Vec<Leg> = (0..LEGS).filter_map(|n| leg(n, codec, talks.then_some(&voice))).collect();
    let events = &mut Vec::<Event>::new();
    let before = microseconds();
    for (tick, packet) in (0..).zip(&packets) {
        for leg in &mut legs {
            leg.begin_tick();
            leg.receive_rtp(packet, address(), now(tick), events);
            leg.hear(true, now(tick), events);
            leg.speak(None, now(tick), events);
        }
    }
    (microseconds() - before) / (TICKS as usize * LEGS) as f64
}

/// A conference in which everybody talks.
fn conference(codec: Codec) -> f64 {
    let packets = packets(codec, TICKS / 2);
    let mut legs: Vec<Leg> = (0..PARTIES).filter_map(|n| leg(n, codec, None)).collect();
    let events = &mut Vec::<Event>::new();
    let mut room = Conference::default();
    legs.iter().for_each(|leg| room.join(leg.id(), Part::default()));
    let before = microseconds();
    for (tick, packet) in (0..).zip(&packets) {
        room.begin_tick();
        for leg in &mut legs {
            leg.begin_tick();
            leg.receive_rtp(packet, address(), now(tick), events);
            leg.hear(true, now(tick), events);
            let (id, is_wide, speaks) = (leg.id(), leg.is_wide(), leg.hears_something());
            room.put(id, speaks.then(|| leg.frame(room.is_wide())), is_wide);
        }
        room.mix(events);
        for leg in &mut legs {
            let bridged = room.heard_by(leg.id()).map(|sound| Bridged { sound, signals: DigitSignals::default() });
            leg.speak(bridged.as_ref(), now(tick), events);
        }
    }
    (microseconds() - before) / (packets.len() * PARTIES) as f64
}

fn main() {
    for (name, codec) in [("PCMU", Codec::G711(Law::Mu)), ("G722", Codec::G722), ("opus", Codec::Opus(OPUS))] {
        println!("{name} {:.2} {:.2} {:.2}", alone(codec, true), alone(codec, false), conference(codec));
    }
    let with_fec = Codec::Opus(OpusWishes { wants_fec: true, ..OPUS });
    println!("opus+fec {:.2} {:.2} -", alone(with_fec, true), alone(with_fec, false));
}
