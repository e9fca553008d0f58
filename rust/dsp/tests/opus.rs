//! Opus, listened to.

#![allow(clippy::unwrap_used)]

mod sound;

use ringback_dsp::opus::{duration_units, Decoder, Encoder, OpusError, Settings, MAX_PACKET_BYTES, MAX_PACKET_SAMPLES};
use ringback_dsp::tone::Goertzel;
use sound::{speech, tone};

fn settings(loss: u8) -> Settings {
    Settings { bits_per_second: 24_000, expected_loss_percent: loss, complexity: 9, playback_rate_hz: 48_000 }
}

fn packets(samples: &[i16], rate_hz: u32, loss: u8) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(rate_hz, settings(loss)).unwrap();
    let frames = samples.chunks_exact(rate_hz as usize / 50);
    frames
        .map(|frame| {
            let mut packet = vec![0; MAX_PACKET_BYTES];
            let length = encoder.encode(frame, &mut packet).unwrap();
            packet.truncate(length);
            packet
        })
        .collect()
}

fn energy_of_difference(a: &[i16], b: &[i16]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}

#[test]
fn a_tone_comes_through_between_any_two_rates() {
    for from in [8000, 16_000, 48_000] {
        for to in [8000, 16_000, 48_000] {
            let mut decoder = Decoder::new(to).unwrap();
            let mut heard = Vec::new();
            for packet in packets(&tone(&[440.0], 1000, -12.0, from), from, 0) {
                let mut frame = vec![0; to as usize / 50];
                assert_eq!(decoder.decode(&packet, &mut frame), Ok(frame.len()));
                heard.extend(frame);
            }
            let filter = Goertzel::new(440.0, to).unwrap();
            let inside = &heard[heard.len() / 2..];
            assert!(filter.share(inside) > 0.95 && (filter.level_dbfs(inside) + 12.0).abs() < 1.5, "{from} to {to}");
        }
    }
}

#[test]
fn a_lost_frame_is_better_recovered_than_concealed_and_better_concealed_than_silent() {
    let packets = packets(&speech(16_000), 16_000, 20);
    let mut truth = Decoder::new(16_000).unwrap();
    let (mut recovering, mut concealing) = (Decoder::new(16_000).unwrap(), Decoder::new(16_000).unwrap());
    let (mut recovered, mut concealed, mut silent) = (0.0, 0.0, 0.0);
    for (at, packet) in packets.iter().enumerate().take(packets.len() - 1) {
        let [mut real, mut second, mut third] = [[0; 320]; 3];
        truth.decode(packet, &mut real).unwrap();
        if at % 10 == 9 {
            recovering.recover(&packets[at + 1], &mut second).unwrap();
            concealing.conceal(&mut third).unwrap();
            recovered += energy_of_difference(&real, &second);
            concealed += energy_of_difference(&real, &third);
            silent += energy_of_difference(&real, &[0; 320]);
        } else {
            recovering.decode(packet, &mut second).unwrap();
            concealing.decode(packet, &mut third).unwrap();
        }
    }
    assert!(recovered < concealed && concealed < silent, "{recovered} {concealed} {silent}");
}

#[test]
fn packets_from_a_stranger_are_answered() {
    let mut decoder = Decoder::new(8000).unwrap();
    let mut room = [0; MAX_PACKET_SAMPLES];
    assert_eq!(decoder.decode(&[], &mut room), Err(OpusError::InvalidPacket));
    assert_eq!(decoder.decode(&[0xFF; 3], &mut room[..10]), Err(OpusError::InvalidPacket));
    let mut state = 5_u32;
    for length in (1..400).cycle().take(5000) {
        let packet: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        if let Ok(made) = decoder.decode(&packet, &mut room) {
            assert!(made <= room.len());
        }
    }
}

#[test]
fn wrong_rates_and_lengths_are_named() {
    assert_eq!(Encoder::new(44_100, settings(0)).err(), Some(OpusError::Rate(44_100)));
    assert_eq!(Decoder::new(0).err().map(|error| error.to_string()), Some("Opus does not run at 0 Hz".into()));
    let mut encoder = Encoder::new(8000, settings(0)).unwrap();
    assert_eq!(encoder.encode(&[0; 161], &mut [0; 400]), Err(OpusError::Length));
    assert_eq!(encoder.encode(&[0; 10_000], &mut [0; 400]), Err(OpusError::Length));
    let packet = &packets(&tone(&[440.0], 20, -12.0, 8000), 8000, 0)[0];
    assert_eq!(Decoder::new(8000).unwrap().decode(packet, &mut [0; 50]), Err(OpusError::Length));
}

#[test]
fn a_packet_tells_its_length_without_being_decoded() {
    let packet = &packets(&tone(&[440.0], 20, -12.0, 16_000), 16_000, 0)[0];
    assert_eq!(duration_units(packet), Ok(960));
    assert_eq!(duration_units(&[]), Err(OpusError::InvalidPacket));
    // RFC 6716 §3.1: configuration 3 has frames of 60 ms, code 3 says how many there are; §3.4 R5: 120 ms at most.
    assert_eq!(duration_units(&[0b0001_1011, 2]), Ok(5760));
    assert_eq!(duration_units(&[0b0001_1011, 3]), Err(OpusError::InvalidPacket));
}

#[test]
fn a_phone_of_8_khz_is_sent_nothing_above_4() {
    let narrow = Settings { playback_rate_hz: 8000, ..settings(0) };
    for (settings, is_heard) in [(settings(0), true), (narrow, false)] {
        let mut encoder = Encoder::new(16_000, settings).unwrap();
        let mut decoder = Decoder::new(16_000).unwrap();
        let mut heard = Vec::new();
        for frame in tone(&[5500.0], 1000, -12.0, 16_000).chunks_exact(320) {
            let (mut packet, mut samples) = ([0; MAX_PACKET_BYTES], [0; 320]);
            let length = encoder.encode(frame, &mut packet).unwrap();
            decoder.decode(&packet[..length], &mut samples).unwrap();
            heard.extend(samples);
        }
        let level = Goertzel::new(5500.0, 16_000).unwrap().level_dbfs(&heard[8000..]);
        assert_eq!(level > -20.0, is_heard, "{level}");
    }
}
