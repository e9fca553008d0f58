//! Who hears whom, to the sample.

#![allow(clippy::unwrap_used)]

use ringback_dsp::mixer::{Mixer, MixerError, ParticipantId};
use ringback_dsp::tone::{Goertzel, ToneGenerator};

fn conference(participants: usize) -> (Mixer, Vec<ParticipantId>) {
    let mut mixer = Mixer::new(8000, participants.max(4));
    let ids = (0..participants).map(|_| mixer.join().unwrap()).collect();
    (mixer, ids)
}

/// One tick in which participant n says the value `10^n`; returns the value that each hears.
fn tick(mixer: &mut Mixer, ids: &[ParticipantId]) -> Vec<i16> {
    for (number, id) in ids.iter().enumerate() {
        mixer.put(*id, &[10_i16.pow(number as u32); 160]).unwrap();
    }
    mixer.mix();
    ids.iter().map(|id| mixer.heard_by(*id).unwrap()[80]).collect()
}

#[test]
fn each_hears_the_others_and_never_itself() {
    let (mut mixer, ids) = conference(4);
    assert_eq!(tick(&mut mixer, &ids), [1110, 1101, 1011, 111]);
    assert_eq!(mixer.total(), [1111; 160]);
}

#[test]
fn each_hears_the_tones_of_the_others_at_full_level_at_both_rates() {
    for rate_hz in [8000, 16_000] {
        let mut mixer = Mixer::new(rate_hz, 8);
        let tones = [400.0, 650.0, 900.0, 1150.0, 1400.0];
        let mut frame = vec![0; mixer.frame_len()];
        let mut parties: Vec<_> = tones
            .iter()
            .map(|tone| (mixer.join().unwrap(), ToneGenerator::new(&[*tone], -20.0, rate_hz).unwrap(), Vec::new()))
            .collect();
        for _ in 0..20 {
            for (id, tone, _) in &mut parties {
                tone.fill(&mut frame);
                mixer.put(*id, &frame).unwrap();
            }
            mixer.mix();
            parties.iter_mut().for_each(|(id, _, heard)| heard.extend(mixer.heard_by(*id).unwrap()));
        }
        for (number, (_, _, heard)) in parties.iter().enumerate() {
            for (other, tone) in tones.iter().enumerate() {
                let level = Goertzel::new(*tone, rate_hz).unwrap().level_dbfs(heard);
                let expected = if other == number { level < -80.0 } else { (level + 20.0).abs() < 0.1 };
                assert!(expected, "{number} hears {tone} Hz at {level}");
            }
        }
    }
}

#[test]
fn a_sum_beyond_full_scale_saturates_and_still_leaves_oneself_out() {
    let (mut mixer, ids) = conference(3);
    for (id, value) in ids.iter().zip([30_000, 20_000, -15_000]) {
        mixer.put(*id, &[value; 160]).unwrap();
    }
    mixer.mix();
    let heard: Vec<i16> = ids.iter().map(|id| mixer.heard_by(*id).unwrap()[0]).collect();
    assert_eq!(heard, [5000, 15_000, i16::MAX]);
    assert_eq!(mixer.total()[0], i16::MAX);
}

#[test]
fn a_muted_participant_hears_all_and_is_not_heard() {
    let (mut mixer, ids) = conference(3);
    mixer.set_muted(ids[1], true).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [100, 101, 1]);
    mixer.set_muted(ids[1], false).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [110, 101, 11]);
}

#[test]
fn one_who_is_held_neither_hears_nor_is_heard() {
    let (mut mixer, ids) = conference(3);
    mixer.set_held(ids[2], true).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [10, 1, 0]);
}

#[test]
fn a_coach_hears_all_and_is_heard_by_the_one_coached_only() {
    let (mut mixer, ids) = conference(4);
    mixer.set_coaching(ids[3], Some(ids[0])).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [1110, 101, 11, 111]);
    assert_eq!(mixer.total()[0], 111, "a recording does not hear the whisper");
    mixer.set_coaching(ids[3], None).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [1110, 1101, 1011, 111]);
}

#[test]
fn two_coaches_of_one_participant_are_both_heard_and_a_muted_coach_is_not() {
    let (mut mixer, ids) = conference(4);
    mixer.set_coaching(ids[2], Some(ids[0])).unwrap();
    mixer.set_coaching(ids[3], Some(ids[0])).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [1110, 1, 11, 11]);
    mixer.set_muted(ids[3], true).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [110, 1, 11, 11]);
    mixer.set_muted(ids[0], true).unwrap();
    assert_eq!(tick(&mut mixer, &ids), [110, 0, 10, 10]);
}

#[test]
fn a_coach_whose_pupil_left_is_heard_by_nobody() {
    let (mut mixer, ids) = conference(3);
    mixer.set_coaching(ids[2], Some(ids[0])).unwrap();
    mixer.leave(ids[0]).unwrap();
    let newcomer = mixer.join().unwrap();
    mixer.put(ids[2], &[500; 160]).unwrap();
    mixer.mix();
    assert_eq!(mixer.heard_by(newcomer).unwrap()[0], 0, "not by who took the place either");
    assert_eq!(mixer.heard_by(ids[1]).unwrap()[0], 0);
    assert_eq!(mixer.set_coaching(ids[2], Some(ids[0])), Err(MixerError::Gone));
    assert_eq!(mixer.set_coaching(ids[2], Some(ids[2])), Err(MixerError::CoachesItself));
}

#[test]
fn who_says_nothing_in_a_tick_is_silent_in_it() {
    let (mut mixer, ids) = conference(2);
    tick(&mut mixer, &ids);
    mixer.put(ids[0], &[7; 160]).unwrap();
    mixer.mix();
    assert_eq!(mixer.heard_by(ids[0]).unwrap(), [0; 160]);
    assert_eq!(mixer.heard_by(ids[1]).unwrap(), [7; 160]);
}

#[test]
fn a_short_frame_is_silent_at_its_end_and_a_long_one_is_cut() {
    let (mut mixer, ids) = conference(2);
    mixer.put(ids[0], &[9; 300]).unwrap();
    mixer.put(ids[1], &[5; 2]).unwrap();
    mixer.mix();
    assert_eq!(mixer.heard_by(ids[0]).unwrap()[..4], [5, 5, 0, 0]);
    assert_eq!(mixer.heard_by(ids[1]).unwrap(), [9; 160]);
}

#[test]
fn places_are_limited_and_handles_do_not_outlive_their_participant() {
    let (mut mixer, ids) = conference(4);
    assert_eq!(mixer.join(), Err(MixerError::Full(4)));
    mixer.leave(ids[1]).unwrap();
    assert_eq!(mixer.len(), 3);
    let newcomer = mixer.join().unwrap();
    assert_ne!(newcomer, ids[1]);
    assert_eq!(mixer.put(ids[1], &[1; 160]), Err(MixerError::Gone));
    assert_eq!(mixer.heard_by(ids[1]), Err(MixerError::Gone));
    assert_eq!(mixer.leave(ids[1]), Err(MixerError::Gone));
    assert_eq!(mixer.heard_by(newcomer).unwrap(), [0; 160]);
    assert!(!mixer.is_empty());
}

#[test]
fn three_hundred_random_participants_agree_with_the_definition() {
    let (mut mixer, ids) = conference(300);
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let said: Vec<(i16, bool, bool)> =
        ids.iter().map(|_| (random() as u16 as i16, random() % 4 == 0, random() % 8 == 0)).collect();
    for (id, (value, muted, held)) in ids.iter().zip(&said) {
        mixer.set_muted(*id, *muted).unwrap();
        mixer.set_held(*id, *held).unwrap();
        mixer.put(*id, &[*value; 160]).unwrap();
    }
    mixer.mix();
    for (number, id) in ids.iter().enumerate() {
        let others = said.iter().enumerate().filter(|(other, (_, muted, held))| *other != number && !muted && !held);
        let sum: i64 = others.map(|(_, (value, _, _))| i64::from(*value)).sum();
        let expected = if said[number].2 { 0 } else { sum.clamp(-32_768, 32_767) };
        assert_eq!(i64::from(mixer.heard_by(*id).unwrap()[159]), expected, "participant {number}");
    }
}
