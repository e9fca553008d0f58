//! Pressing keys (RFC 4733 §2.5.1): a packet a tick with the duration so far, the marker on the first, the last one three times.

use std::collections::VecDeque;

use super::{Digit, DigitSignal, EVENT_LENGTH};
use crate::unit::{RtpTimestamp, SAMPLES_PER_TICK};

/// Keys and pauses that may wait.
pub const MAX_QUEUED: usize = 512;
/// How often the last packet is sent (RFC 4733 §2.5.1.4).
const END_PACKETS: u8 = 3;
/// The shortest key that is relayed, in ticks: what a detector needs (ITU-T Q.24).
const MIN_RELAY_TICKS: u32 = 3;
/// The longest key: its duration must fit sixteen bits.
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
    Tone { digit: Digit, timestamp: RtpTimestamp, ticks: u32, total: Option<u32>, gap_ticks: u32 },
    End { digit: Digit, timestamp: RtpTimestamp, ticks: u32, left: u8, gap_ticks: u32 },
    Quiet { ticks: u32 },
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
}

impl Default for DigitSender {
    fn default() -> Self {
        Self { queue: VecDeque::with_capacity(16), state: State::Idle }
    }
}

impl DigitSender {
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
        while matches!(self.state, State::Idle | State::Quiet { ticks: 0 }) {
            self.state = State::Idle;
            let Some(step) = self.queue.pop_front() else {
                return DigitFrame::Idle;
            };
            match step {
                Step::Press { digit, tone_ticks, gap_ticks } => {
                    self.state = State::Tone { digit, timestamp, ticks: 0, total: Some(tone_ticks), gap_ticks };
                }
                Step::Relay { digit, tone_ticks } => {
                    let gap_ticks = RELAY_GAP_TICKS;
                    self.state = State::Tone { digit, timestamp, ticks: 0, total: tone_ticks, gap_ticks };
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
            State::Tone { digit, timestamp, ticks, total, gap_ticks } => {
                let ticks = ticks + 1;
                let ends = ticks >= total.unwrap_or(MAX_TONE_TICKS);
                self.state = if ends {
                    State::End {
                        digit,
                        timestamp,
                        ticks,
                        left: END_PACKETS - 1,
                        gap_ticks: gap_ticks.saturating_sub(2),
                    }
                } else {
                    State::Tone { digit, timestamp, ticks, total, gap_ticks }
                };
                event_frame(digit, timestamp, ticks, ends, false)
            }
            State::End { digit, timestamp, ticks, left, gap_ticks } => {
                let left = left.saturating_sub(1);
                self.state = if left == 0 {
                    State::Quiet { ticks: gap_ticks }
                } else {
                    State::End { digit, timestamp, ticks, left, gap_ticks }
                };
                event_frame(digit, timestamp, ticks, true, true)
            }
        }
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

fn event_frame(digit: Digit, timestamp: RtpTimestamp, ticks: u32, end: bool, is_repeat: bool) -> DigitFrame {
    let [high, low] = ((ticks * SAMPLES_PER_TICK as u32).min(0xFFFF) as u16).to_be_bytes();
    let flags = VOLUME | if end { 0x80 } else { 0 };
    DigitFrame::Event {
        marker: ticks == 1 && !is_repeat,
        timestamp,
        payload: [digit.event(), flags, high, low],
        is_repeat,
    }
}
