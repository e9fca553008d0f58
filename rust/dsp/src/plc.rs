//! Packet loss concealment in the manner of ITU-T G.711 Appendix I: a lost frame is filled with the last pitch period of
//! what was heard, repeated and faded.
//!
//! Speech is nearly periodic for 20 ms, so one lost packet is hardly noticed; filling with zeros clicks twice for each. From
//! 10 ms on, two and then three periods are used, because repeating one for longer rings like a bell, and the sound fades by
//! a fifth each 10 ms until it is silent after 60 ms. When packets come back, the invented signal is faded into the real one.
//!
//! We differ: the appendix holds back 3.75 ms of all audio to smooth the beginning of a gap. Here nothing is held back; the
//! small step at the beginning is taken out of the first quarter of a period instead.
//!
//! Call `receive` for every frame that came and `conceal` for every one that did not, in the order of play. No allocation.

const MAX_RATE_HZ: usize = 16_000;
const MAX_PITCH: usize = MAX_RATE_HZ * 15 / 1000;
/// Three periods and a quarter, 48.75 ms, as in the appendix.
const HISTORY: usize = MAX_PITCH * 13 / 4;

/// Conceals the losses of one stream at 8 or 16 kHz.
#[derive(Clone, Debug)]
pub struct Concealer {
    /// What was played last, newest at the end.
    history: [f32; HISTORY],
    /// `history` as it was when the gap began, of which periods are repeated.
    frozen: [f32; HISTORY],
    samples_per_ms: usize,
    gap: Option<Gap>,
}

/// Where we are in a run of lost frames.
#[derive(Clone, Copy, Debug)]
struct Gap {
    pitch: usize,
    periods: usize,
    position: usize,
    /// What the periods had been when they were changed last, and how many samples of the blend are left.
    before: Option<(usize, usize, usize)>,
    elapsed: usize,
    /// The step between the last real sample and the repetition.
    step: f32,
}

impl Gap {
    fn quarter(&self) -> usize {
        self.pitch / 4
    }
}

impl Concealer {
    /// Rates other than 16 kHz are taken for 8 kHz, at which all telephone codecs but the wideband ones run.
    pub fn new(rate_hz: u32) -> Self {
        let samples_per_ms = if rate_hz == 16_000 { 16 } else { 8 };
        Self { history: [0.0; HISTORY], frozen: [0.0; HISTORY], samples_per_ms, gap: None }
    }

    /// Takes a frame that came. Its beginning is changed in place if it ends a gap.
    pub fn receive(&mut self, frame: &mut [i16]) {
        if let Some(gap) = self.gap {
            let lost_10ms = gap.elapsed.div_ceil(10 * self.samples_per_ms);
            let blend = gap.quarter() + 4 * self.samples_per_ms * lost_10ms.saturating_sub(1);
            let blend = blend.min(10 * self.samples_per_ms).min(frame.len());
            for (at, sample) in frame.iter_mut().take(blend).enumerate() {
                let real = (at + 1) as f32 / (blend + 1) as f32;
                *sample = (f32::from(*sample) * real + self.invent() * (1.0 - real)).round() as i16;
            }
            self.gap = None;
        }
        self.remember(frame);
    }

    /// Fills a frame that did not come.
    pub fn conceal(&mut self, frame: &mut [i16]) {
        if self.gap.is_none() {
            self.begin_gap();
        }
        for sample in frame.iter_mut() {
            *sample = self.invent().round() as i16;
        }
        self.remember(frame);
    }

    /// Whether the last frame was concealed.
    pub fn is_concealing(&self) -> bool {
        self.gap.is_some()
    }

    fn remember(&mut self, frame: &[i16]) {
        let newest = &frame[frame.len().saturating_sub(HISTORY)..];
        self.history.copy_within(newest.len().., 0);
        let start = HISTORY - newest.len();
        for (to, from) in self.history[start..].iter_mut().zip(newest) {
            *to = f32::from(*from);
        }
    }

    fn begin_gap(&mut self) {
        self.frozen = self.history;
        let pitch = self.find_pitch();
        let step = self.frozen[HISTORY - 1] - self.frozen[HISTORY - 1 - pitch];
        self.gap = Some(Gap { pitch, periods: 1, position: 0, before: None, elapsed: 0, step });
    }

    /// The lag between 5 and 15 ms at which the last 20 ms resemble themselves most: coarsely, then to the sample.
    fn find_pitch(&self) -> usize {
        let (shortest, longest) = (5 * self.samples_per_ms, 15 * self.samples_per_ms);
        let best = |lags: &mut dyn Iterator<Item = usize>, stride: usize| {
            lags.map(|lag| (lag, self.resemblance(lag, stride)))
                .fold((longest, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
                .0
        };
        let coarse = best(&mut (shortest..=longest).step_by(2), 2);
        best(&mut (coarse.saturating_sub(1).max(shortest)..=(coarse + 1).min(longest)), 1)
    }

    fn resemblance(&self, lag: usize, stride: usize) -> f32 {
        let length = 20 * self.samples_per_ms;
        let recent = &self.history[HISTORY - length..];
        let earlier = &self.history[HISTORY - length - lag..HISTORY - lag];
        let (mut product, mut energy) = (0.0_f32, 1.0_f32);
        for (a, b) in recent.iter().step_by(stride).zip(earlier.iter().step_by(stride)) {
            product += a * b;
            energy += b * b;
        }
        product / energy.sqrt()
    }

    /// The next invented sample.
    fn invent(&mut self) -> f32 {
        let Some(mut gap) = self.gap else { return 0.0 };
        let ten_ms = 10 * self.samples_per_ms;
        let periods = (gap.elapsed / ten_ms + 1).min(3);
        if periods != gap.periods {
            gap.before = Some((gap.periods, gap.position, gap.quarter()));
            gap.position %= gap.pitch;
            gap.periods = periods;
        }
        let mut sample = self.periodic(gap.pitch, gap.periods, gap.position);
        if let Some((old_periods, position, left)) = gap.before {
            let old = left as f32 / (gap.quarter() + 1) as f32;
            sample = sample * (1.0 - old) + self.periodic(gap.pitch, old_periods, position) * old;
            let next = (position + 1) % (old_periods * gap.pitch);
            gap.before = (left > 1).then_some((old_periods, next, left - 1));
        }
        if gap.elapsed < gap.quarter() {
            sample += gap.step * (1.0 - (gap.elapsed + 1) as f32 / (gap.quarter() + 1) as f32);
        }
        let fading = gap.elapsed.saturating_sub(ten_ms) as f32 / (5 * ten_ms) as f32;
        gap.position = (gap.position + 1) % (gap.periods * gap.pitch);
        gap.elapsed = gap.elapsed.saturating_add(1);
        self.gap = Some(gap);
        sample * (1.0 - fading).max(0.0)
    }

    /// The last `periods` of the frozen history as an endless wave: its last quarter period is blended into what came
    /// before its first sample, so that it closes on itself.
    fn periodic(&self, pitch: usize, periods: usize, position: usize) -> f32 {
        let length = pitch * periods;
        let sample = self.frozen[HISTORY - length + position];
        let quarter = pitch / 4;
        let to_end = length - position;
        if to_end > quarter {
            return sample;
        }
        let weight = (quarter + 1 - to_end) as f32 / (quarter + 1) as f32;
        let earlier = self.frozen[HISTORY - length - to_end];
        sample * (1.0 - weight) + earlier * weight
    }
}
