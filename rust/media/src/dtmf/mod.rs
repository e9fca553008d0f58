//! Keys as named telephone events (RFC 4733 §2): `DigitReceiver` hears each key once, `DigitSender` presses keys.
//!
//! ```text
//! |     event     |E|R| volume    |          duration             |
//! ```

mod receiver;
mod sender;

pub use receiver::DigitReceiver;
pub use sender::{DigitFrame, DigitSender, QueueFull};

/// Digits that may be sent with one command.
pub const MAX_DIGITS: usize = 500;
/// The length of an event payload.
pub const EVENT_LENGTH: usize = 4;

/// A key: `0-9`, `*`, `#`, `A-D`; events 0 to 15 (RFC 4733 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit(u8);

const KEYS: &[u8; 16] = b"0123456789*#ABCD";

impl Digit {
    /// The key of an event code; `None` for flash, tones and everything else that is no key.
    pub fn from_event(event: u8) -> Option<Self> {
        (event < 16).then_some(Self(event))
    }

    /// The key that a character names.
    pub fn from_char(key: char) -> Option<Self> {
        let key = u8::try_from(key.to_ascii_uppercase()).ok()?;
        KEYS.iter().position(|known| *known == key).map(|event| Self(event as u8))
    }

    /// The event code.
    pub fn event(self) -> u8 {
        self.0
    }

    /// The character.
    pub fn to_char(self) -> char {
        KEYS.get(usize::from(self.0)).map_or('?', |key| char::from(*key))
    }
}

/// What a receiver makes of the packets. Durations are in units of 8 kHz, whatever the clock of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitSignal {
    /// A key went down.
    Began(Digit),
    /// Report this key: it was released, or held for a second. Exactly once for each key.
    Pressed(Digit, u32),
    /// The key is up; a relay stops sending it.
    Ended(Digit, u32),
    /// A whole key whose packets all came after those of a later one. Report it and relay it.
    Belated(Digit, u32),
}

/// The most signals one tick can bring.
const MAX_SIGNALS: usize = 16;

/// Signals of one tick, in order, in a fixed place.
#[derive(Clone, Copy, Debug)]
pub struct DigitSignals {
    items: [DigitSignal; MAX_SIGNALS],
    length: usize,
}

impl Default for DigitSignals {
    fn default() -> Self {
        Self { items: [DigitSignal::Began(Digit(0)); MAX_SIGNALS], length: 0 }
    }
}

impl DigitSignals {
    /// Those of this tick.
    pub fn as_slice(&self) -> &[DigitSignal] {
        self.items.get(..self.length).unwrap_or_default()
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Forgets all but the ends: nobody else hears these keys, and one that was heard already is released.
    pub fn keep_ends(&mut self) {
        let mut kept = Self::default();
        let ends = self.as_slice().iter().filter(|signal| matches!(signal, DigitSignal::Ended(..)));
        ends.for_each(|signal| kept.push(*signal));
        *self = kept;
    }

    /// Room for a packet's worth of signals; without it the packet is ignored.
    fn has_room(&self) -> bool {
        self.length + 4 <= MAX_SIGNALS
    }

    fn push(&mut self, signal: DigitSignal) {
        if let Some(slot) = self.items.get_mut(self.length) {
            *slot = signal;
            self.length += 1;
        }
    }
}

#[cfg(test)]
mod tests;
