use ringback_dsp::opus::{Decoder, Encoder, Settings};
use ringback_dsp::tone::Goertzel;

use super::*;
use crate::codec::{OpusWishes, WideSamples};
use crate::jitter::{Insertion, Outcome};
use crate::random::Random;
use crate::unit::RtpTimestamp;

const FRAME: usize = 320;
const WISHES: OpusWishes = OpusWishes { bits_per_second: 24_000, playback_rate_hz: 48_000, wants_fec: true };

fn sine(from: usize, count: usize) -> Vec<i16> {
    let at = |n: usize| std::f64::consts::TAU * 440.0 * (from + n) as f64 / 16_000.0;
    (0..count).map(|n| (8000.0 * at(n).sin()) as i16).collect()
}

/// Something like a vowel: the harmonics of 130 Hz below 4 kHz, swelling four times a second.
fn vowel(from: usize, count: usize) -> Vec<i16> {
    let voice = |n: usize| -> f64 {
        let seconds = (from + n) as f64 / 16_000.0;
        let wave = |hz: f64| (std::f64::consts::TAU * hz * seconds).sin();
        (1..30).map(|k| wave(130.0 * f64::from(k)) / f64::from(k)).sum::<f64>() * (1.0 + 0.3 * wave(4.0))
    };
    (0..count).map(|n| (3500.0 * voice(n)) as i16).collect()
}

fn packets(frame_ms: usize, milliseconds: usize, loss_percent: u8) -> Vec<(RtpTimestamp, Vec<u8>)> {
    packets_of(sine, frame_ms, milliseconds, loss_percent)
}

/// Packets of `frame_ms`, with their timestamps.
fn packets_of(
    sound: impl Fn(usize, usize) -> Vec<i16>,
    frame_ms: usize,
    milliseconds: usize,
    loss_percent: u8,
) -> Vec<(RtpTimestamp, Vec<u8>)> {
    let settings = Settings {
        bits_per_second: 32_000,
        expected_loss_percent: loss_percent,
        complexity: 5,
        playback_rate_hz: 16_000,
    };
    let mut encoder = Encoder::new(16_000, settings).expect("an encoder");
    let say = |n: usize| {
        let mut packet = vec![0; 400];
        let length = encoder.encode(&sound(n * 16 * frame_ms, 16 * frame_ms), &mut packet).expect("a packet");
        packet.truncate(length);
        (RtpTimestamp((n * 48 * frame_ms) as u32), packet)
    };
    (0..milliseconds / frame_ms).map(say).collect()
}

/// What is heard when each packet comes at its time, or not at all.
fn hear(packets: &[(RtpTimestamp, Vec<u8>)], is_lost: impl Fn(usize) -> bool) -> (Vec<i16>, Vec<Outcome>) {
    let (mut ear, mut heard, mut outcomes) = (OpusEar::default(), Vec::new(), Vec::new());
    let mut due = packets.iter().enumerate().peekable();
    let ticks = packets.last().map_or(0, |(timestamp, _)| timestamp.0 / 960) + 1;
    for tick in 0..ticks {
        while let Some((n, (timestamp, packet))) = due.next_if(|(_, (timestamp, _))| timestamp.0 / 960 <= tick) {
            if !is_lost(n) {
                assert_eq!(ear.insert(*timestamp, n == 0, packet), Insertion::Stored);
            }
        }
        let mut samples: WideSamples = [0; FRAME];
        outcomes.push(ear.listen(true, &mut samples));
        heard.extend(samples);
    }
    (heard, outcomes)
}

fn loudness(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (energy / samples.len() as f64).sqrt()
}

fn share(samples: &[i16]) -> f64 {
    Goertzel::new(440.0, 16_000).expect("a frequency").share(samples)
}

#[test]
fn packets_of_10_20_40_and_60_ms_are_heard_without_a_gap() {
    for frame_ms in [10, 20, 40, 60] {
        let (heard, outcomes) = hear(&packets(frame_ms, 1800, 0), |_| false);
        let inside = &heard[10 * FRAME..];
        assert!(share(inside) > 0.98, "{frame_ms} ms: {}", share(inside));
        assert!(inside.chunks(FRAME).all(|frame| loudness(frame) > 5000.0), "{frame_ms} ms: a gap");
        let came = outcomes.iter().filter(|outcome| **outcome == Outcome::Packet).count();
        assert!(came + 4 >= outcomes.len(), "{frame_ms} ms: {came} of {}", outcomes.len());
    }
}

#[test]
fn packets_that_begin_inside_a_tick_are_heard_without_a_gap() {
    let shifted: Vec<_> = packets(20, 1800, 0).into_iter().map(|(at, packet)| (at.plus(480), packet)).collect();
    let (heard, _) = hear(&shifted, |_| false);
    assert!(heard[10 * FRAME..].chunks(FRAME).all(|frame| loudness(frame) > 5000.0));
}

#[test]
fn five_percent_of_loss_is_heard_neither_in_level_nor_as_gaps() {
    let packets = packets_of(vowel, 20, 4000, 5);
    let mut random = Random::new(3);
    let lost: Vec<bool> = packets.iter().map(|_| random.chance(0.05)).collect();
    assert!(lost.iter().filter(|lost| **lost).count() > 5);
    let (truth, _) = hear(&packets, |_| false);
    let (heard, outcomes) = hear(&packets, |n| lost[n]);
    let inside = 10 * FRAME..truth.len();
    let ratio = loudness(&heard[inside.clone()]) / loudness(&truth[inside.clone()]);
    assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
    let levels = heard[inside.clone()].chunks(FRAME).zip(truth[inside].chunks(FRAME));
    let least = levels.map(|(heard, truth)| loudness(heard) / loudness(truth)).fold(1.0, f64::min);
    assert!(least > 0.4, "a frame that fell to {least}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Starved).count(), 2, "the first two");
}

#[test]
fn a_lost_packet_is_better_with_the_copy_in_the_next_one() {
    let wrong = |loss_percent: u8| {
        let packets = packets_of(vowel, 20, 3000, loss_percent);
        let (truth, _) = hear(&packets, |_| false);
        let (heard, _) = hear(&packets, |n| n % 10 == 9);
        let difference: Vec<i16> = truth.iter().zip(&heard).map(|(a, b)| a.saturating_sub(*b)).collect();
        loudness(&difference[20 * FRAME..])
    };
    assert!(wrong(25) < 0.8 * wrong(0), "{} with, {} without", wrong(25), wrong(0));
}

#[test]
fn a_sender_with_nothing_to_say_is_quiet_and_not_dead_until_a_second_passed() {
    let mut ear = OpusEar::default();
    let mut samples: WideSamples = [0; FRAME];
    for (timestamp, packet) in packets(20, 100, 0) {
        ear.insert(timestamp, false, &packet);
        ear.listen(true, &mut samples);
    }
    ear.insert(RtpTimestamp(5 * 960), false, &[packets(20, 20, 0)[0].1[0] & 0xFC]);
    let outcomes: Vec<Outcome> = (0..70).map(|_| ear.listen(true, &mut samples)).collect();
    let real = outcomes.iter().take_while(|outcome| **outcome == Outcome::Packet).count();
    assert!((48..=54).contains(&real), "{real}");
    assert_eq!(outcomes[69], Outcome::Starved);
    assert_eq!(samples, [0; FRAME]);
}

#[test]
fn a_stream_that_breaks_off_is_concealed_for_60_ms_and_then_silent() {
    let mut ear = OpusEar::default();
    let mut samples: WideSamples = [0; FRAME];
    for (timestamp, packet) in packets(20, 100, 0) {
        ear.insert(timestamp, false, &packet);
    }
    let outcomes: Vec<Outcome> = (0..12).map(|_| ear.listen(true, &mut samples)).collect();
    assert_eq!(outcomes[2..7], [Outcome::Packet; 5]);
    assert_eq!(outcomes[7..10], [Outcome::Conceal; 3]);
    assert_eq!(outcomes[10..], [Outcome::Starved; 2]);
    assert_eq!(samples, [0; FRAME]);
}

#[test]
fn what_is_not_wanted_is_not_decoded_and_what_is_wanted_later_is_heard() {
    let mut ear = OpusEar::default();
    let mut heard = Vec::new();
    for (n, (timestamp, packet)) in packets(20, 2000, 0).into_iter().enumerate() {
        ear.insert(timestamp, false, &packet);
        let mut samples = [7; FRAME];
        ear.listen(n >= 50, &mut samples);
        if n < 50 {
            assert!(n < 2 || samples == [7; FRAME], "{n}: left alone");
        } else {
            heard.extend(samples);
        }
    }
    assert!(share(&heard[5 * FRAME..]) > 0.97);
}

#[test]
fn packets_of_a_stranger_make_noise_at_the_worst() {
    let mut random = Random::new(11);
    let mut ear = OpusEar::default();
    for _ in 0..20_000 {
        let spread = if random.chance(0.02) { u64::from(u32::MAX) } else { 40_000 };
        let payload: Vec<u8> = (0..random.below(300)).map(|_| random.next_u64() as u8).collect();
        ear.insert(RtpTimestamp(random.below(spread) as u32), random.chance(0.05), &payload);
        if random.chance(0.7) {
            let mut samples = [0; FRAME];
            ear.listen(random.chance(0.9), &mut samples);
        }
        if random.chance(0.001) {
            ear.restart();
        }
    }
}

#[test]
fn silence_that_lasts_costs_one_octet_a_tick_and_sound_after_it_is_whole() {
    let mut mouth = OpusMouth::new(WISHES);
    let mut decoder = Decoder::new(16_000).expect("a decoder");
    let (mut heard, mut short) = (Vec::new(), 0);
    for tick in 0..200 {
        let sound = if (50..150).contains(&tick) { vec![0; FRAME] } else { sine(tick * FRAME, FRAME) };
        mouth.say(sound.as_slice().try_into().expect("a frame"));
        short += usize::from(mouth.spoken().len() == 1);
        let mut samples = [0; FRAME];
        assert_eq!(decoder.decode(mouth.spoken(), &mut samples), Ok(FRAME));
        heard.extend(samples);
    }
    assert!((80..=90).contains(&short), "{short}");
    assert!(loudness(&heard[70 * FRAME..149 * FRAME]) < 30.0, "{}", loudness(&heard[70 * FRAME..149 * FRAME]));
    assert!(share(&heard[10 * FRAME..50 * FRAME]) > 0.97 && share(&heard[155 * FRAME..]) > 0.97);
}

#[test]
fn a_packet_fits_whatever_they_wish_for() {
    for bits_per_second in [0, 6000, 64_000, u32::MAX] {
        let mut mouth = OpusMouth::new(OpusWishes { bits_per_second, ..WISHES });
        let mut random = Random::new(7);
        let mut octets = 0;
        for _ in 0..50 {
            let noise: [i16; FRAME] = std::array::from_fn(|_| random.next_u64() as i16);
            mouth.say(&noise);
            assert!((2..=MAX_SPOKEN).contains(&mouth.spoken().len()));
            octets += mouth.spoken().len();
        }
        assert!(octets * 8 < 80_000, "{bits_per_second}: {octets}");
    }
}
