//! A gap in a voice is filled with voice: nearer to what was lost than silence is, without clicks, and not for ever.

use std::f64::consts::TAU;

use ringback_dsp::plc::Concealer;

const FRAME: usize = 160;

/// A vowel: a glottal pitch that glides, with three formants.
fn vowel(rate_hz: u32, seconds: f64) -> Vec<i16> {
    let mut phase = 0.0;
    (0..(seconds * f64::from(rate_hz)) as usize)
        .map(|n| {
            let time = n as f64 / f64::from(rate_hz);
            phase += TAU * (120.0 + 5.0 * (TAU * time).sin()) / f64::from(rate_hz);
            let harmonics = [(1.0, 0.4), (2.0, 0.3), (5.0, 0.35), (6.0, 0.3), (10.0, 0.15), (20.0, 0.1)];
            let sum: f64 = harmonics.iter().map(|(number, strength)| strength * (phase * number).sin()).sum();
            (sum * 8000.0) as i16
        })
        .collect()
}

/// Plays `signal`, losing the frames that `lost` names.
fn play(signal: &[i16], rate_hz: u32, lost: impl Fn(usize) -> bool) -> Vec<i16> {
    let mut concealer = Concealer::new(rate_hz);
    let mut played = signal.to_vec();
    for (at, frame) in played.chunks_mut(rate_hz as usize / 50).enumerate() {
        if lost(at) {
            frame.fill(0x55);
            concealer.conceal(frame);
        } else {
            concealer.receive(frame);
        }
    }
    played
}

fn error_energy(a: &[i16], b: &[i16]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}

fn largest_step(samples: &[i16]) -> i32 {
    samples.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap_or(0)
}

#[test]
fn one_lost_frame_of_voice_is_much_nearer_than_silence() {
    for rate_hz in [8000, 16_000] {
        let frame = rate_hz as usize / 50;
        let signal = vowel(rate_hz, 1.0);
        for lost in 10..40 {
            let played = play(&signal, rate_hz, |at| at == lost);
            let span = lost * frame..(lost + 1) * frame;
            let silence: f64 = signal[span.clone()].iter().map(|sample| f64::from(*sample).powi(2)).sum();
            let concealed = error_energy(&signal[span.clone()], &played[span]);
            assert!(concealed < silence * 0.5, "frame {lost} at {rate_hz}: {:.2} of zero-fill", concealed / silence);
        }
    }
}

#[test]
fn ten_percent_loss_gains_six_decibels_over_zero_fill() {
    let signal = vowel(8000, 4.0);
    let lost = |at: usize| at % 10 == 7;
    let concealed = error_energy(&signal, &play(&signal, 8000, lost));
    let mut zeros = signal.clone();
    zeros.chunks_mut(FRAME).enumerate().filter(|(at, _)| lost(*at)).for_each(|(_, frame)| frame.fill(0));
    let gain = 10.0 * (error_energy(&signal, &zeros) / concealed).log10();
    assert!(gain > 6.0, "{gain:.1} dB");
}

#[test]
fn there_is_no_click_at_either_end_of_a_gap() {
    let signal = vowel(8000, 1.0);
    let natural = largest_step(&signal);
    for lost in [1, 2, 3, 5] {
        let played = play(&signal, 8000, |at| (20..20 + lost).contains(&at));
        let step = largest_step(&played);
        assert!(step <= natural * 5 / 4, "{lost} lost: a step of {step}, the voice has {natural}");
    }
}

#[test]
fn a_gap_begins_where_the_sound_was_even_if_no_period_fits() {
    // 27 Hz: no lag of 5 to 15 ms is a period of it, so any repetition begins with a step.
    let signal: Vec<i16> = (0..4800).map(|n| (12_000.0 * (TAU * 27.0 * f64::from(n) / 8000.0).sin()) as i16).collect();
    for lost in 5..25 {
        let played = play(&signal, 8000, |at| at == lost);
        let step = largest_step(&played[lost * FRAME - 1..lost * FRAME + 8]);
        assert!(step < 1500, "frame {lost}: a step of {step}");
    }
}

#[test]
fn a_long_gap_fades_to_silence_in_sixty_milliseconds() {
    let signal = vowel(8000, 1.0);
    let played = play(&signal, 8000, |at| at >= 20);
    let power = |from_ms: usize| -> f64 {
        let start = 20 * FRAME + from_ms * 8;
        played[start..start + 80].iter().map(|sample| f64::from(*sample).powi(2)).sum()
    };
    assert!(power(0) > power(20) && power(20) > power(40), "it fades");
    assert!(played[20 * FRAME + 480..].iter().all(|sample| *sample == 0), "silent after 60 ms");
}

#[test]
fn without_loss_nothing_is_touched() {
    let signal = vowel(8000, 0.5);
    assert_eq!(play(&signal, 8000, |_| false), signal);
}

#[test]
fn after_a_gap_the_signal_is_the_real_one_within_ten_milliseconds() {
    let signal = vowel(8000, 1.0);
    let played = play(&signal, 8000, |at| (20..25).contains(&at));
    assert_eq!(played[25 * FRAME + 80..], signal[25 * FRAME + 80..]);
    assert_ne!(played[25 * FRAME..25 * FRAME + 8], signal[25 * FRAME..25 * FRAME + 8]);
}

#[test]
fn a_gap_before_any_sound_and_a_gap_in_silence_are_silent() {
    let mut frame = [99; FRAME];
    let mut concealer = Concealer::new(8000);
    concealer.conceal(&mut frame);
    assert_eq!(frame, [0; FRAME]);
    assert!(concealer.is_concealing());
    concealer.receive(&mut frame);
    assert!(!concealer.is_concealing());
}

#[test]
fn full_scale_and_odd_frame_lengths_do_no_harm() {
    let mut concealer = Concealer::new(8000);
    for length in [0, 1, 7, 160, 5000, 3] {
        let mut frame: Vec<i16> = (0..length).map(|n| if n % 2 == 0 { i16::MIN } else { i16::MAX }).collect();
        concealer.receive(&mut frame);
        concealer.conceal(&mut frame);
        concealer.conceal(&mut frame);
    }
}
