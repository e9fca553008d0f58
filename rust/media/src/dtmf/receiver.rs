//! Hearing keys (RFC 4733 §2.5.2). A key is its RTP timestamp: all packets of one press carry the same, so packets that are
//! lost, doubled or swapped change nothing as long as one of them comes.
//!
//! A key is reported when its end bit arrives, when it has been held for a second, when another key begins, or when 200 ms
//! pass without a packet of it. Its timestamp is then remembered, so what comes later of it is nothing new.

use super::{Digit, DigitSignal, DigitSignals};
use crate::unit::{Clock, RtpTimestamp, TICKS_PER_SECOND};

/// Silence after which a key counts as released.
const TIMEOUT_TICKS: u64 = 10;
/// A key held this long is reported before it is released; in units of 8 kHz.
const HELD: u32 = 8000;
/// Timestamps remembered.
const REMEMBERED: usize = 16;
/// New keys taken in a second; a person presses ten, a script rarely fifteen. The rest is ignored.
const MAX_PER_SECOND: u32 = 20;
/// How far back a key may come that was overtaken whole; in units of 8 kHz.
const MAX_BELATED: i32 = 16_000;

#[derive(Clone, Copy, Debug)]
struct Press {
    digit: Digit,
    /// The timestamp of the present segment (RFC 4733 §2.5.1.3: a long event is split).
    timestamp: RtpTimestamp,
    /// Duration of the segments before.
    before: u32,
    duration: u32,
    last_heard: u64,
    reported: bool,
}

/// One stream's keys.
#[derive(Clone, Debug)]
pub struct DigitReceiver {
    clock: Clock,
    press: Option<Press>,
    seen: [Option<RtpTimestamp>; REMEMBERED],
    cursor: usize,
    second: u64,
    in_second: u32,
}

impl Default for DigitReceiver {
    fn default() -> Self {
        let (clock, seen) = (Clock::Hz8000, [None; REMEMBERED]);
        Self { clock, press: None, seen, cursor: 0, second: 0, in_second: 0 }
    }
}

impl DigitReceiver {
    /// What durations and timestamps count in.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Takes one event packet. Bytes that are no event are ignored.
    pub fn receive(
        &mut self,
        timestamp: RtpTimestamp,
        marker: bool,
        payload: &[u8],
        tick: u64,
        out: &mut DigitSignals,
    ) {
        let Some([event, flags, high, low]) = payload.first_chunk::<4>().copied() else {
            return;
        };
        let Some(digit) = Digit::from_event(event) else {
            return;
        };
        if !out.has_room() {
            return;
        }
        let duration = u32::from(u16::from_be_bytes([high, low]));
        if !self.continues(digit, timestamp, marker) && !self.begin(digit, timestamp, duration, tick, out) {
            return;
        }
        let Some(press) = &mut self.press else { return };
        press.duration = press.duration.max(duration);
        press.last_heard = tick;
        let held = press.before.saturating_add(press.duration) / self.clock.factor();
        if held >= HELD && !press.reported {
            press.reported = true;
            out.push(DigitSignal::Pressed(digit, held));
        }
        if flags & 0x80 != 0 {
            self.finish(out);
        }
    }

    /// Once a tick: a key whose end was lost ends here.
    pub fn handle_tick(&mut self, tick: u64, out: &mut DigitSignals) {
        if self.press.is_some_and(|press| tick.saturating_sub(press.last_heard) >= TIMEOUT_TICKS) {
            self.finish(out);
        }
    }

    /// Another synchronization source: its timestamps have nothing to do with those before.
    pub fn restart(&mut self, out: &mut DigitSignals) {
        self.finish(out);
        self.seen = [None; REMEMBERED];
    }

    /// Whether the packet belongs to the key that is down, be it as the next segment of a long press.
    fn continues(&mut self, digit: Digit, timestamp: RtpTimestamp, marker: bool) -> bool {
        let Some(press) = &mut self.press else {
            return false;
        };
        if press.timestamp == timestamp {
            return press.digit == digit;
        }
        let step = timestamp.since(press.timestamp);
        let next_segment = digit == press.digit && !marker && (0xF000..=0xFFFF).contains(&step);
        if next_segment && press.duration >= 0xE000 {
            press.before = press.before.saturating_add(step.unsigned_abs());
            press.duration = 0;
            press.timestamp = timestamp;
            remember(&mut self.seen, &mut self.cursor, timestamp);
            return true;
        }
        false
    }

    /// A timestamp that is new: a key went down. False when the packet is to be ignored.
    fn begin(
        &mut self,
        digit: Digit,
        timestamp: RtpTimestamp,
        duration: u32,
        tick: u64,
        out: &mut DigitSignals,
    ) -> bool {
        if self.seen.contains(&Some(timestamp)) || !self.allow(tick) {
            return false;
        }
        if let Some(press) = self.press {
            let behind = press.timestamp.since(timestamp);
            if behind > 0 {
                if behind <= MAX_BELATED * self.clock.factor() as i32 {
                    remember(&mut self.seen, &mut self.cursor, timestamp);
                    out.push(DigitSignal::Belated(digit, duration / self.clock.factor()));
                }
                return false;
            }
        }
        self.finish(out);
        remember(&mut self.seen, &mut self.cursor, timestamp);
        self.press = Some(Press { digit, timestamp, before: 0, duration, last_heard: tick, reported: false });
        out.push(DigitSignal::Began(digit));
        true
    }

    fn finish(&mut self, out: &mut DigitSignals) {
        let Some(press) = self.press.take() else {
            return;
        };
        let duration = press.before.saturating_add(press.duration) / self.clock.factor();
        if !press.reported {
            out.push(DigitSignal::Pressed(press.digit, duration));
        }
        out.push(DigitSignal::Ended(press.digit, duration));
    }

    fn allow(&mut self, tick: u64) -> bool {
        let second = tick / TICKS_PER_SECOND;
        if second != self.second {
            self.second = second;
            self.in_second = 0;
        }
        self.in_second += 1;
        self.in_second <= MAX_PER_SECOND
    }
}

fn remember(seen: &mut [Option<RtpTimestamp>; REMEMBERED], cursor: &mut usize, timestamp: RtpTimestamp) {
    if let Some(slot) = seen.get_mut(*cursor % REMEMBERED) {
        *slot = Some(timestamp);
    }
    *cursor = (*cursor + 1) % REMEMBERED;
}
