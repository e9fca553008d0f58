//! Between 8 and 16 kHz, frame by frame: a half-band filter in polyphase form, with no allocation after construction.
//!
//! The filter is a sinc of half the band under a Kaiser window: flat to 3.6 kHz, 70 dB down from 4.4 kHz. Without it, what a
//! wideband party says above 4 kHz would fold into the telephone band of everybody else, and an 8 kHz party would be heard
//! with a mirror image above 4 kHz. Every second tap of such a filter is zero, so each output sample costs 22 products, and
//! one of two output samples is a plain copy. The delay is 22 samples at 8 kHz (2.75 ms).
//!
//! Arbitrary rates, offline, are the business of `resample`.

use std::f64::consts::PI;

/// Samples of delay, counted at 8 kHz.
pub const DELAY: usize = 22;

const SIDE: usize = 22;
const WINDOW: usize = 2 * SIDE;
const KAISER_BETA: f64 = 6.76; // 70 dB

/// 8 kHz in, 16 kHz out.
#[derive(Clone, Debug)]
pub struct Upsampler {
    kernel: [f32; SIDE],
    window: Window,
}

impl Upsampler {
    pub fn new() -> Self {
        Self { kernel: kernel(), window: Window::new() }
    }

    /// Writes two samples for each one read, as many as both slices have room for; returns how many were written.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) -> usize {
        for (pair, sample) in output.chunks_exact_mut(2).zip(input) {
            self.window.push(f32::from(*sample));
            pair[0] = round(self.window.view()[SIDE - 1]);
            pair[1] = round(self.window.between(&self.kernel));
        }
        2 * input.len().min(output.len() / 2)
    }
}

/// 16 kHz in, 8 kHz out.
#[derive(Clone, Debug)]
pub struct Downsampler {
    kernel: [f32; SIDE],
    even: Window,
    odd: Window,
}

impl Downsampler {
    pub fn new() -> Self {
        Self { kernel: kernel(), even: Window::new(), odd: Window::new() }
    }

    /// Writes one sample for each two read, as many as both slices have room for; returns how many were written. A last
    /// sample without its pair is left out: frames have an even length.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) -> usize {
        for (sample, pair) in output.iter_mut().zip(input.chunks_exact(2)) {
            self.even.push(f32::from(pair[0]));
            self.odd.push(f32::from(pair[1]));
            *sample = round(0.5 * (self.even.view()[SIDE] + self.odd.between(&self.kernel)));
        }
        output.len().min(input.len() / 2)
    }
}

impl Default for Upsampler {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Downsampler {
    fn default() -> Self {
        Self::new()
    }
}

/// The last `WINDOW` samples, always in one piece: each is written twice, half a buffer apart.
#[derive(Clone, Debug)]
struct Window {
    samples: [f32; 2 * WINDOW],
    at: usize,
}

impl Window {
    fn new() -> Self {
        Self { samples: [0.0; 2 * WINDOW], at: 0 }
    }

    fn push(&mut self, sample: f32) {
        self.samples[self.at] = sample;
        self.samples[self.at + WINDOW] = sample;
        self.at = (self.at + 1) % WINDOW;
    }

    /// Oldest first.
    fn view(&self) -> &[f32] {
        &self.samples[self.at..self.at + WINDOW]
    }

    /// The value half-way between the two samples in the middle.
    fn between(&self, kernel: &[f32; SIDE]) -> f32 {
        let (before, after) = self.view().split_at(SIDE);
        let sides = before.iter().rev().zip(after);
        sides.zip(kernel).map(|((left, right), weight)| weight * (left + right)).sum()
    }
}

fn round(value: f32) -> i16 {
    // `f32::round` is a library call where the processor's instruction for it may not be used; `as` saturates.
    (value + 0.5_f32.copysign(value)) as i16
}

/// The odd taps of the half-band filter, from the middle outwards, scaled so that both sides together sum to one.
fn kernel() -> [f32; SIDE] {
    let mut taps = [0.0_f64; SIDE];
    for (index, tap) in taps.iter_mut().enumerate() {
        let distance = index as f64 + 0.5;
        let edge = distance / SIDE as f64;
        let window = bessel_i0(KAISER_BETA * (1.0 - edge * edge).sqrt()) / bessel_i0(KAISER_BETA);
        *tap = (PI * distance).sin() / (PI * distance) * window;
    }
    let gain = 2.0 * taps.iter().sum::<f64>();
    taps.map(|tap| (tap / gain) as f32)
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..40 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}
