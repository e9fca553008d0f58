//! Hearing Opus: packets of 2.5 to 120 ms in, 20 ms at 16 kHz out at each tick.
//!
//! A lost packet is taken from the copy that the next one carries (in-band FEC, RFC 6716 §2.1.7), if that one has come and
//! has it; else the decoder invents it. A sender that has nothing to say may send a packet without a frame and then nothing
//! (DTX, RFC 7587 §3.1.3): that is a quiet phone and not a dead line.

use ringback_dsp::opus::{duration_units, Decoder, MAX_EMPTY_PACKET_BYTES};

use crate::codec::{WideSamples, WIDE_RATE_HZ};
use crate::jitter::depth::Depth;
use crate::jitter::packets::{Held, PacketBuffer};
use crate::jitter::playout::{Share, Turn};
use crate::jitter::{Insertion, Outcome};
use crate::unit::{Clock, RtpTimestamp, SAMPLES_PER_TICK, TICKS_PER_SECOND};

/// Samples in a tick.
const FRAME: usize = 2 * SAMPLES_PER_TICK;
/// Timestamp units in a sample at 16 kHz.
const UNITS: u32 = 3;
/// Samples in a packet of 120 ms.
const MAX_PENDING: usize = 6 * FRAME;
/// What the decoder invents is a multiple of 2.5 ms.
const GRAIN: usize = FRAME / 8;
/// How long a sender that has nothing to say may send nothing. libopus speaks up every 400 ms.
const MAX_QUIET_TICKS: u64 = TICKS_PER_SECOND;

/// See the module's description.
#[derive(Debug)]
pub struct OpusEar {
    packets: PacketBuffer,
    /// There unless libopus could not be had; then everything is silence.
    decoder: Option<Decoder>,
    /// Decoded and not yet heard, from `time` on; the first `heard` of it are gone.
    pending: Box<[i16; MAX_PENDING]>,
    heard: usize,
    length: usize,
    time: RtpTimestamp,
    /// Whether `pending` came, as opposed to having been made up.
    is_real: bool,
    quiet_ticks: u64,
    was_wanted: bool,
}

impl Default for OpusEar {
    /// Nothing heard yet.
    fn default() -> Self {
        Self {
            packets: PacketBuffer::new(Clock::Hz48000.units_per_tick()),
            decoder: Decoder::new(WIDE_RATE_HZ).ok(),
            pending: Box::new([0; MAX_PENDING]),
            heard: 0,
            length: 0,
            time: RtpTimestamp(0),
            is_real: false,
            quiet_ticks: 0,
            was_wanted: false,
        }
    }
}

impl OpusEar {
    /// Forgets what is buffered.
    pub fn restart(&mut self) {
        self.packets.restart();
        self.forget();
    }

    /// How long packets wait from now on.
    pub fn set_depth(&mut self, depth: Depth) {
        self.packets.set_depth(depth);
    }

    /// Packets that came after their time.
    pub fn late(&self) -> u64 {
        self.packets.late()
    }

    /// Whether nothing that may still wait is urgent.
    pub fn is_well_fed(&self) -> bool {
        self.packets.is_well_fed()
    }

    /// Keeps a packet until its time; what is no Opus packet is none.
    pub fn insert(&mut self, timestamp: RtpTimestamp, marker: bool, payload: &[u8]) -> Insertion {
        match duration_units(payload) {
            Ok(units) => self.packets.insert(timestamp, marker, units, payload),
            Err(_) => Insertion::Unusable,
        }
    }

    /// The next 20 ms, silence when starved. What is not wanted is not decoded, and `samples` is left as it is.
    pub fn listen(&mut self, is_wanted: bool, samples: &mut WideSamples) -> Outcome {
        if is_wanted && !self.was_wanted {
            self.forget();
        }
        self.was_wanted = is_wanted;
        self.quiet_ticks = self.quiet_ticks.saturating_sub(1);
        let due = match self.packets.turn() {
            Turn::Idle => {
                samples.fill(0);
                return Outcome::Starved;
            }
            Turn::Wait => None,
            Turn::Play(due) => {
                self.catch_up(due);
                Some(due)
            }
        };
        match due.filter(|due| self.has_something(*due)) {
            Some(due) if is_wanted => {
                let came = self.play(due, samples);
                self.packets.note(if came == FRAME { Share::All } else { Share::Some })
            }
            Some(due) => {
                self.note_quiet(due);
                self.packets.note(Share::All)
            }
            None => {
                let outcome = self.packets.note(if self.quiet_ticks > 0 { Share::All } else { Share::None });
                if outcome == Outcome::Starved {
                    samples.fill(0);
                } else if is_wanted {
                    self.make_up(due, samples);
                }
                outcome
            }
        }
    }

    /// What comes has nothing to do with what came.
    fn forget(&mut self) {
        (self.heard, self.length, self.quiet_ticks) = (0, 0, 0);
        if let Some(decoder) = &mut self.decoder {
            decoder.reset();
        }
    }

    /// Goes to where the buffer is, over what it skipped.
    fn catch_up(&mut self, due: RtpTimestamp) {
        let ahead = due.since(self.time);
        match usize::try_from(ahead).map(|units| units / UNITS as usize) {
            Ok(samples) if samples <= self.length - self.heard => self.heard += samples,
            _ => (self.heard, self.length) = (0, 0),
        }
        self.time = due;
    }

    /// Whether any part of the frame from `due` on is there.
    fn has_something(&self, due: RtpTimestamp) -> bool {
        let next = || self.packets.first_after(due);
        self.heard < self.length || next().is_some_and(|held| held.timestamp.since(due) < FRAME as i32 * UNITS as i32)
    }

    fn note_quiet(&mut self, due: RtpTimestamp) {
        if let Some(held) = self.packets.first_after(due) {
            self.quiet_ticks = quiet_ticks_after(held);
        }
    }

    /// A frame of which something is there; how many of its samples came.
    fn play(&mut self, due: RtpTimestamp, samples: &mut WideSamples) -> usize {
        let (mut made, mut came) = (0, 0);
        while made < FRAME {
            if self.heard >= self.length {
                self.load(FRAME - made);
            }
            let waiting = self.pending.get(self.heard..self.length).unwrap_or_default();
            let count = waiting.len().min(FRAME - made);
            let room = samples.get_mut(made..made + count).unwrap_or_default();
            room.iter_mut().zip(waiting).for_each(|(to, from)| *to = *from);
            made += count;
            came += if self.is_real { count } else { 0 };
            self.heard += count;
            self.time = due.plus(made as u32 * UNITS);
        }
        came
    }

    /// Fills `pending` with at least one sample: the packet that plays at `time`, or what is made up for the `wanted` samples
    /// until the next one.
    fn load(&mut self, wanted: usize) {
        (self.heard, self.length, self.is_real) = (0, 0, false);
        let next = self.packets.first_after(self.time);
        let distance = next.map(|held| held.timestamp.since(self.time));
        let playing = next.filter(|held| held.timestamp.since(self.time) < UNITS as i32);
        if let Some(held) = playing {
            self.quiet_ticks = quiet_ticks_after(held);
            let decoder = self.decoder.as_mut();
            let made = decoder.and_then(|decoder| decoder.decode(held.payload, &mut self.pending[..]).ok());
            let past = distance.map_or(0, |distance| -distance.min(0) / UNITS as i32) as usize;
            if let Some(made) = made.filter(|made| *made > past) {
                (self.heard, self.length, self.is_real) = (past, made.min(MAX_PENDING), true);
                return;
            }
        }
        let gap = distance.and_then(|distance| usize::try_from(distance).ok()).map(|units| units / UNITS as usize);
        let until_next = next.filter(|_| playing.is_none()).zip(gap).filter(|(_, gap)| *gap <= wanted);
        let length = until_next.map_or(wanted, |(_, gap)| gap).next_multiple_of(GRAIN).clamp(GRAIN, FRAME);
        let next = until_next.filter(|(_, gap)| *gap == length).map(|(held, _)| held.payload);
        fill(self.decoder.as_mut(), next, self.pending.get_mut(..length).unwrap_or_default());
        (self.length, self.is_real) = (length, self.quiet_ticks > 0);
    }

    /// A frame of which nothing is there.
    fn make_up(&mut self, due: Option<RtpTimestamp>, samples: &mut WideSamples) {
        let end = due.map(|due| due.plus(FRAME as u32 * UNITS));
        let next = end.and_then(|end| self.packets.first_after(end).filter(|held| held.timestamp == end));
        fill(self.decoder.as_mut(), next.map(|held| held.payload), samples);
        if let Some(end) = end {
            self.time = end;
        }
    }
}

/// What was lost, out of the packet right after it or out of nothing.
fn fill(decoder: Option<&mut Decoder>, next_packet: Option<&[u8]>, samples: &mut [i16]) {
    let filled = decoder.is_some_and(|decoder| match next_packet {
        Some(packet) => decoder.recover(packet, samples).is_ok(),
        None => decoder.conceal(samples).is_ok(),
    });
    if !filled {
        samples.fill(0);
    }
}

fn quiet_ticks_after(held: Held<'_>) -> u64 {
    if held.payload.len() <= MAX_EMPTY_PACKET_BYTES {
        MAX_QUIET_TICKS
    } else {
        0
    }
}
