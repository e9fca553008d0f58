use std::sync::Arc;

use super::*;
use crate::clip::Clip;
use crate::event::{Event, PlaybackEnd};

const A: LegId = LegId(1);
const B: LegId = LegId(2);
const C: LegId = LegId(3);

fn part() -> Part {
    Part::default()
}

/// One tick in which each leg says its level; what each of them hears.
fn tick(conference: &mut Conference, said: &[(LegId, i16)], events: &mut Vec<Event>) -> Vec<i16> {
    conference.begin_tick();
    for (leg, level) in said {
        conference.put(*leg, Some(Frame::Narrow(&[*level; SAMPLES_PER_TICK])), false);
    }
    conference.mix(events);
    let mut level = |leg: LegId| match conference.heard_by(leg) {
        Some(Sound::Narrow(samples)) => samples[7],
        Some(_) => panic!("a narrow conference"),
        None => 0,
    };
    said.iter().map(|(leg, _)| level(*leg)).collect()
}

fn room(legs: &[LegId]) -> Conference {
    let mut conference = Conference::default();
    legs.iter().for_each(|leg| conference.join(*leg, part()));
    conference
}

#[test]
fn each_hears_the_sum_of_the_others() {
    let mut conference = room(&[A, B, C]);
    let heard = tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new());
    assert_eq!(heard, [23, 103, 120]);
    conference.leave(B);
    let heard = tick(&mut conference, &[(A, 100), (C, 3)], &mut Vec::new());
    assert_eq!(heard, [3, 100]);
    assert!(conference.heard_by(B).is_none());
}

#[test]
fn muted_ones_hear_and_held_ones_do_neither() {
    let mut conference = room(&[A, B, C]);
    conference.update(A, Part { muted: true, ..part() });
    conference.update(B, Part { held: true, ..part() });
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [3, 0, 0]);
    conference.update(A, part());
    conference.update(B, part());
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [23, 103, 120]);
}

#[test]
fn a_deaf_one_is_heard_and_hears_nothing_until_it_is_deaf_no_more() {
    let mut conference = room(&[A, B]);
    conference.join(C, Part { deaf: true, ..part() });
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)][..], &mut Vec::new())[..2], [23, 103]);
    assert!(conference.heard_by(C).is_none());
    conference.join(C, part());
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [23, 103, 120]);
}

#[test]
fn a_coach_is_heard_by_its_pupil_only_and_by_nobody_while_the_pupil_is_away() {
    let mut conference = room(&[A, B]);
    conference.join(C, Part { coaching: Some(A), ..part() });
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [23, 100, 120]);
    conference.leave(A);
    assert_eq!(tick(&mut conference, &[(B, 20), (C, 3)], &mut Vec::new()), [0, 20]);
    conference.join(A, part());
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [23, 100, 120]);
    conference.update(C, part());
    assert_eq!(tick(&mut conference, &[(A, 100), (B, 20), (C, 3)], &mut Vec::new()), [23, 103, 120]);
}

#[test]
fn a_hundred_legs_find_room_and_keep_what_they_may() {
    let mut conference = room(&[A, B]);
    conference.update(B, Part { muted: true, ..part() });
    (10..110).for_each(|leg| conference.join(LegId(leg), part()));
    let said: Vec<(LegId, i16)> = [A, B].into_iter().chain((10..110).map(LegId)).map(|leg| (leg, 10)).collect();
    let heard = tick(&mut conference, &said, &mut Vec::new());
    assert_eq!((heard[0], heard[1], heard[2], conference.len()), (1000, 1010, 1000, 102));
}

#[test]
fn one_leg_too_many_is_not_in_it() {
    let mut conference = Conference::default();
    (0..MAX_MEMBERS as u64 + 1).for_each(|leg| conference.join(LegId(leg), part()));
    assert_eq!(conference.len(), MAX_MEMBERS);
    assert!(conference.heard_by(LegId(MAX_MEMBERS as u64)).is_none());
}

#[test]
fn announcements_are_heard_by_all_over_each_other_and_end_by_themselves() {
    let mut conference = room(&[A, B]);
    let mut events = Vec::new();
    conference.play(7, Arc::new(Clip::new(vec![1000; 320])), &mut events);
    conference.play(8, Arc::new(Clip::new(vec![50; 160])), &mut events);
    let heard: Vec<Vec<i16>> = (0..3).map(|_| tick(&mut conference, &[(A, 1), (B, 2)], &mut events)).collect();
    assert_eq!(heard, [[1052, 1051], [1002, 1001], [2, 1]]);
    let ended = |play_id| Event::PlaybackFinished { leg: LegId::NONE, play_id, reason: PlaybackEnd::Done };
    assert_eq!(events, [ended(8), ended(7)]);
}

#[test]
fn announcements_can_be_stopped_and_are_bounded() {
    let mut conference = room(&[A]);
    let (mut events, clip) = (Vec::new(), Arc::new(Clip::new(vec![10; 8000])));
    (1..=9).for_each(|play_id| conference.play(play_id, clip.clone(), &mut events));
    conference.stop_playback(5, &mut events);
    conference.stop_playback(5, &mut events);
    assert_eq!(tick(&mut conference, &[(A, 0)], &mut events), [70]);
    conference.close(&mut events);
    let reasons: Vec<(u64, PlaybackEnd)> = events
        .iter()
        .filter_map(|event| match event {
            Event::PlaybackFinished { play_id, reason, .. } => Some((*play_id, *reason)),
            _ => None,
        })
        .collect();
    assert_eq!(reasons[..2], [(1, PlaybackEnd::Replaced), (5, PlaybackEnd::Stopped)]);
    assert_eq!(reasons.len(), 9);
    assert!(reasons[2..].iter().all(|(_, reason)| *reason == PlaybackEnd::Closed));
}

/// A second of three legs who say `tones` at 16 or at 8 kHz; what the second and third hear.
fn hear_wide(conference: &mut Conference, tone_hz: f64) -> (Vec<i16>, Vec<i16>) {
    let (mut wide, mut narrow) = (Vec::new(), Vec::new());
    let sine = |n: usize| (8000.0 * (std::f64::consts::TAU * tone_hz * n as f64 / 16_000.0).sin()) as i16;
    for tick in 0..50 {
        let samples: WideSamples = std::array::from_fn(|n| sine(tick * 320 + n));
        let low: Samples = std::array::from_fn(|n| samples[2 * n]);
        conference.begin_tick();
        let frame = if conference.is_wide() { Frame::Wide(&samples) } else { Frame::Narrow(&low) };
        conference.put(A, Some(frame), true);
        conference.put(B, None, true);
        conference.put(C, None, false);
        conference.mix(&mut Vec::new());
        for leg in [A, B, C] {
            match (leg, conference.heard_by(leg)) {
                (A, _) => {}
                (_, Some(Sound::Wide(samples))) => wide.extend(samples),
                (_, Some(Sound::Narrow(samples))) => narrow.extend(samples),
                _ => panic!("not in the conference"),
            }
        }
    }
    (wide, narrow)
}

fn loudness(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

#[test]
fn wideband_legs_hear_all_and_others_hear_their_band_without_aliases() {
    let mut conference = room(&[A, B, C]);
    let (wide, narrow) = hear_wide(&mut conference, 5000.0);
    assert!(loudness(&wide[640..]) > 5000.0);
    assert!(loudness(&narrow[640..]) < 10.0, "{}", loudness(&narrow[640..]));
    let (wide, narrow) = hear_wide(&mut conference, 1000.0);
    assert!(loudness(&wide[640..]) > 5000.0 && loudness(&narrow[640..]) > 5000.0);
}

#[test]
fn the_mixer_goes_back_to_8_khz_when_the_last_wideband_leg_left() {
    let mut conference = room(&[A, B, C]);
    hear_wide(&mut conference, 1000.0);
    assert!(conference.is_wide());
    conference.leave(A);
    conference.leave(B);
    conference.join(A, part());
    assert_eq!(tick(&mut conference, &[(A, 100), (C, 3)], &mut Vec::new()), [3, 100]);
    assert!(!conference.is_wide());
}
