//! Pressing keys (RFC 4733 §2.5.1): a packet a tick with the duration so far, the marker on the first, the last one three times.
//! A key that is held longer than sixteen bits can say goes on as another segment (§2.5.1.3): at 48 kHz after 1.36 s.

use std::collections::VecDeque;

use super::{Digit, DigitSignal, EVENT_LENGTH};
use crate::unit::{Clock, RtpTimestamp, SAMPLES_PER_TICK};

/// Keys and pauses that may wait.
pub const MAX_QUEUED: usize = 512;
/// How often the last packet is sent (RFC 4733 §2.5.1.4).
const END_PACKETS: u8 = 3;
/// The shortest key that is relayed, in ticks: what a detector needs (ITU-T Q.24).
const MIN_RELAY_TICKS: u32 = 3;
/// The longest key: at 8 kHz it is one segment.
const MAX_TONE_TICKS: u32 = 0xFFFF / SAMPLES_PER_TICK as u32;
/// Silence after a relayed key, in ticks.
const RELAY_GAP_TICKS: u32 = 2;
/// -10 dBm0.
const VOLUME: u8 = 10;

/// There are `MAX_QUEUED` keys waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

#[derive(Clone, Copy, Debug)]
enum Step {
    Press { digit: Digit, tone_ticks: u32, gap_ticks: u32 },
    Relay { digit: Digit, tone_ticks: Option<u32> },
    Wait { ticks: u32 },
    Finished { play_id: u64 },
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Tone { digit: Digit, segment: Segment, ticks: u32, total: Option<u32>, gap_ticks: u32 },
    End { digit: Digit, segment: Segment, left: u8, gap_ticks: u32 },
    Quiet { ticks: u32 },
}

/// The part of a key whose packets bear one timestamp.
#[derive(Clone, Copy, Debug)]
struct Segment {
    timestamp: RtpTimestamp,
    ticks: u32,
}

/// What the leg does in this tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitFrame {
    /// Nothing to do with keys: send audio.
    Idle,
    /// Between keys: send silence.
    Quiet,
    /// Send this instead of audio.
    Event {
        marker: bool,
        timestamp: RtpTimestamp,
        payload: [u8; EVENT_LENGTH],
        /// The last packet said once more: the key is up.
        is_repeat: bool,
    },
}

/// One leg's outgoing keys.
#[derive(Clone, Debug)]
pub struct DigitSender {
    queue: VecDeque<Step>,
    state: State,
    /// What timestamps count in.
    clock: Clock,
    /// What durations count in: the same, unless the other side has no such format.
    duration_clock: Clock,
}

impl Default for DigitSender {
    fn default() -> Self {
        let clock = Clock::Hz8000;
        Self { queue: VecDeque::with_capacity(16), state: State::Idle, clock, duration_clock: clock }
    }
}

impl DigitSender {
    /// What timestamps and durations count in from now on.
    pub fn set_clocks(&mut self, clock: Clock, duration_clock: Clock) {
        (self.clock, self.duration_clock) = (clock, duration_clock);
    }

    /// Presses a key after what is queued.
    pub fn press(&mut self, digit: Digit, tone_ticks: u32, gap_ticks: u32) -> Result<(), QueueFull> {
        self.push(Step::Press { digit, tone_ticks: tone_ticks.clamp(1, MAX_TONE_TICKS), gap_ticks })
    }

    /// Waits after what is queued.
    pub fn wait(&mut self, ticks: u32) -> Result<(), QueueFull> {
        self.push(Step::Wait { ticks })
    }

    /// Names the play to report when everything before it was sent.
    pub fn finish(&mut self, play_id: u64) -> Result<(), QueueFull> {
        self.push(Step::Finished { play_id })
    }

    /// Presses the key that the other leg of a bridge hears, for as long as it hears it.
    pub fn relay(&mut self, signal: DigitSignal) {
        match signal {
            DigitSignal::Began(digit) => self.push_relay(digit, None),
            DigitSignal::Ended(digit, duration) => self.end_relay(digit, to_ticks(duration)),
            DigitSignal::Belated(digit, duration) => self.push_relay(digit, Some(to_ticks(duration))),
            DigitSignal::Pressed(..) => {}
        }
    }

    /// Ends a relayed key that is still down: the bridge is gone.
    pub fn release(&mut self) {
        if let State::Tone { total: total @ None, ticks, .. } = &mut self.state {
            *total = Some((*ticks).max(MIN_RELAY_TICKS));
        }
        self.queue.retain(|step| !matches!(step, Step::Relay { tone_ticks: None, .. }));
    }

    /// Whether anything is left to do.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle) && self.queue.is_empty()
    }

    /// This tick's frame; `finished` is told each play that is done.
    pub fn next(&mut self, timestamp: RtpTimestamp, finished: &mut impl FnMut(u64)) -> DigitFrame {
        let segment = Segment { timestamp, ticks: 0 };
        while matches!(self.state, State::Idle | State::Quiet { ticks: 0 }) {
            self.state = State::Idle;
            let Some(step) = self.queue.pop_front() else {
                return DigitFrame::Idle;
            };
            match step {
                Step::Press { digit, tone_ticks, gap_ticks } => {
                    self.state = State::Tone { digit, segment, ticks: 0, total: Some(tone_ticks), gap_ticks };
                }
                Step::Relay { digit, tone_ticks } => {
                    let gap_ticks = RELAY_GAP_TICKS;
                    self.state = State::Tone { digit, segment, ticks: 0, total: tone_ticks, gap_ticks };
                }
                Step::Wait { ticks } => self.state = State::Quiet { ticks },
                Step::Finished { play_id } => finished(play_id),
            }
        }
        self.advance()
    }

    fn advance(&mut self) -> DigitFrame {
        match self.state {
            State::Idle => DigitFrame::Idle,
            State::Quiet { ticks } => {
                self.state = State::Quiet { ticks: ticks.saturating_sub(1) };
                DigitFrame::Quiet
            }
            State::Tone { digit, segment, ticks, total, gap_ticks } => {
                let (segment, ticks) = (self.longer(segment), ticks + 1);
                let ends = ticks >= total.unwrap_or(MAX_TONE_TICKS);
                self.state = if ends {
                    State::End { digit, segment, left: END_PACKETS - 1, gap_ticks: gap_ticks.saturating_sub(2) }
                } else {
                    State::Tone { digit, segment, ticks, total, gap_ticks }
                };
                self.frame(digit, segment, ticks == 1, ends, false)
            }
            State::End { digit, segment, left, gap_ticks } => {
                let left = left.saturating_sub(1);
                self.state = if left == 0 {
                    State::Quiet { ticks: gap_ticks }
                } else {
                    State::End { digit, segment, left, gap_ticks }
                };
                self.frame(digit, segment, false, true, true)
            }
        }
    }

    /// One tick more, in a segment of its own when the present one is full.
    fn longer(&self, segment: Segment) -> Segment {
        if (segment.ticks + 1) * self.duration_clock.units_per_tick() <= 0xFFFF {
            return Segment { ticks: segment.ticks + 1, ..segment };
        }
        Segment { timestamp: segment.timestamp.plus(segment.ticks * self.clock.units_per_tick()), ticks: 1 }
    }

    fn frame(&self, digit: Digit, segment: Segment, marker: bool, end: bool, is_repeat: bool) -> DigitFrame {
        let duration = segment.ticks * self.duration_clock.units_per_tick();
        let [high, low] = (duration.min(0xFFFF) as u16).to_be_bytes();
        let flags = VOLUME | if end { 0x80 } else { 0 };
        let payload = [digit.event(), flags, high, low];
        DigitFrame::Event { marker, timestamp: segment.timestamp, payload, is_repeat }
    }

    fn end_relay(&mut self, ended: Digit, duration: u32) {
        let total_ticks = duration.clamp(MIN_RELAY_TICKS, MAX_TONE_TICKS);
        if let State::Tone { digit, total: total @ None, ticks, .. } = &mut self.state {
            if *digit == ended {
                *total = Some(total_ticks.min(*ticks + 1).max(MIN_RELAY_TICKS));
                return;
            }
        }
        for step in self.queue.iter_mut().rev() {
            if let Step::Relay { digit, tone_ticks: tone_ticks @ None } = step {
                if *digit == ended {
                    *tone_ticks = Some(total_ticks);
                    return;
                }
            }
        }
    }

    fn push_relay(&mut self, digit: Digit, tone_ticks: Option<u32>) {
        // A full queue drops keys of a flood; a person cannot fill it.
        let _ = self.push(Step::Relay { digit, tone_ticks });
    }

    fn push(&mut self, step: Step) -> Result<(), QueueFull> {
        if self.queue.len() >= MAX_QUEUED {
            return Err(QueueFull);
        }
        self.queue.push_back(step);
        Ok(())
    }
}

fn to_ticks(duration: u32) -> u32 {
    duration.div_ceil(SAMPLES_PER_TICK as u32).clamp(MIN_RELAY_TICKS, MAX_TONE_TICKS)
}
