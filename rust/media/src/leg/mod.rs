//! One RTP session without its sockets: datagrams and ticks in, datagrams and events out.
//!
//! In each tick the owner calls, in this order: `begin_tick`; `receive_rtp` and `receive_rtcp` for every datagram that
//! waits; `hear`; then, when all legs have heard, `speak` with what the bridged leg or the conference heard. That order is
//! what lets any number of legs exchange audio in the same tick. Nothing here allocates after construction.

mod command;
mod receive;
mod report;
mod speak;

pub use speak::Bridged;

use std::net::SocketAddr;

use ringback_dsp::g711::Law;
use ringback_dsp::tone::ToneGenerator;

use report::Reporter;

use crate::codec::Codec;
use crate::dtmf::{Digit, DigitReceiver, DigitSender, DigitSignals};
use crate::ear::{Ear, Samples};
use crate::event::{Event, EventSink, LegId};
use crate::latch::Latch;
use crate::mouth::Mouth;
use crate::opus::MAX_SPOKEN;
use crate::player::Player;
use crate::recording::Tap;
use crate::rtp::{HEADER_LENGTH, MAX_PACKET_LENGTH};
use crate::silence::Watch;
use crate::sound::{Frame, Sound};
use crate::source::Source;
use crate::tap::TapWriter;
use crate::unit::{Clock, Now, PayloadType, RtpTimestamp, SequenceNumber, Ssrc, TICKS_PER_SECOND};
use crate::voice::VoiceWatch;

/// Recordings at a time on one leg; taps too.
pub const MAX_TAPS: usize = 8;
/// Silence watches at a time on one leg; voice watches too.
pub const MAX_WATCHES: usize = 8;
/// Room for any datagram that could be RTP or RTCP, and one octet more to notice longer ones.
pub const MAX_RECEIVED: usize = MAX_PACKET_LENGTH + 1;
/// The longest datagram a leg sends: an Opus packet; the octets of the other codecs are fewer.
pub const MAX_SENT: usize = HEADER_LENGTH + MAX_SPOKEN;

/// Which way audio flows, from our side (RFC 3264 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendReceive,
    SendOnly,
    ReceiveOnly,
    Inactive,
}

impl Direction {
    fn sends(self) -> bool {
        matches!(self, Direction::SendReceive | Direction::SendOnly)
    }

    fn receives(self) -> bool {
        matches!(self, Direction::SendReceive | Direction::ReceiveOnly)
    }
}

/// The random numbers a session begins with (RFC 3550 §5.1: unpredictable).
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    pub ssrc: Ssrc,
    pub sequence_number: SequenceNumber,
    pub timestamp: RtpTimestamp,
    /// Seeds the spread of report intervals and the canonical name.
    pub seed: u64,
}

/// The numbers that stand for a leg's formats in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadTypes {
    pub audio: PayloadType,
    /// Telephone events.
    pub dtmf: Option<PayloadType>,
}

/// What offer/answer agreed for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub remote: SocketAddr,
    /// Where RTCP goes if it is not the next port (RFC 3605).
    pub rtcp_port: Option<u16>,
    pub codec: Codec,
    /// Theirs; we send with them.
    pub sends: PayloadTypes,
    /// Ours; they send with them (RFC 3264 §5.1). Where the two differ theirs are understood too.
    pub receives: PayloadTypes,
    /// The clock of durations of telephone events; that of the codec, unless the other side has no such format.
    pub dtmf_clock: Clock,
    pub direction: Direction,
    pub latch: bool,
}

impl Session {
    /// Whether a payload is an event, as opposed to audio; `None` for what was not agreed.
    fn is_digit(&self, payload_type: PayloadType) -> Option<bool> {
        [self.receives, self.sends].into_iter().find_map(|numbers| match payload_type {
            number if numbers.dtmf == Some(number) => Some(true),
            number if numbers.audio == number => Some(false),
            _ => None,
        })
    }
}

/// Totals, for the `leg_closed` event and for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub received: u64,
    pub sent: u64,
    pub octets_sent: u64,
    pub duplicates: u64,
    pub ignored: u64,
}

#[derive(Debug)]
struct SilenceWatch {
    watch_id: u64,
    seconds: f64,
    watch: Watch,
}

/// See the module's description.
#[derive(Debug)]
pub struct Leg {
    id: LegId,
    identity: Identity,
    session: Option<Session>,
    latch: Latch,
    source: Source,
    ear: Ear,
    mouth: Mouth,
    digit_receiver: DigitReceiver,
    digit_sender: DigitSender,
    signals: DigitSignals,
    inband: Option<(Digit, ToneGenerator)>,
    reporter: Reporter,
    player: Player,
    recordings: Vec<Tap>,
    taps: Vec<TapWriter>,
    watches: Vec<SilenceWatch>,
    voices: Vec<(u64, VoiceWatch)>,
    muted: bool,
    echoes: bool,
    sequence_number: SequenceNumber,
    is_talking: bool,
    timeout_ticks: u64,
    quiet_since: u64,
    timed_out: bool,
    first_packet: bool,
    totals: Totals,
    packet: [u8; MAX_SENT],
}

impl Leg {
    /// A leg that knows nothing of the other side yet. `timeout_seconds` 0 means never.
    pub fn new(id: LegId, identity: Identity, timeout_seconds: f64) -> Self {
        Self {
            id,
            identity,
            session: None,
            latch: Latch::default(),
            source: Source::default(),
            ear: Ear::new(Codec::G711(Law::Mu)),
            mouth: Mouth::new(Codec::G711(Law::Mu)),
            digit_receiver: DigitReceiver::default(),
            digit_sender: DigitSender::default(),
            signals: DigitSignals::default(),
            inband: None,
            reporter: Reporter::new(identity.seed),
            player: Player::default(),
            recordings: Vec::with_capacity(MAX_TAPS),
            taps: Vec::with_capacity(MAX_TAPS),
            watches: Vec::with_capacity(MAX_WATCHES),
            voices: Vec::with_capacity(MAX_WATCHES),
            muted: false,
            echoes: false,
            sequence_number: identity.sequence_number,
            is_talking: false,
            timeout_ticks: (timeout_seconds.max(0.0) * TICKS_PER_SECOND as f64).ceil() as u64,
            quiet_since: 0,
            timed_out: false,
            first_packet: false,
            totals: Totals::default(),
            packet: [0; MAX_SENT],
        }
    }

    /// Its name.
    pub fn id(&self) -> LegId {
        self.id
    }

    /// Where packets go, once offer/answer named a place that exists.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.latch.remote().filter(|remote| !remote.ip().is_unspecified() && remote.port() != 0)
    }

    /// The only address packets can come from until the next offer/answer; the socket may be connected to it.
    pub fn settled_remote(&self, now: Now) -> Option<SocketAddr> {
        self.latch.settled(now.tick).filter(|remote| !remote.ip().is_unspecified() && remote.port() != 0)
    }

    /// Whether its codec goes beyond the telephone band.
    pub fn is_wide(&self) -> bool {
        self.ear.is_wide()
    }

    /// What was heard in this tick, for another leg; wideband only for those who ask for it.
    pub fn sound(&mut self, wants_wide: bool) -> Sound {
        self.ear.sound(wants_wide)
    }

    /// The same as samples, if `hear` was told that they are wanted.
    pub fn frame(&mut self, wants_wide: bool) -> Frame<'_> {
        self.ear.frame(wants_wide)
    }

    /// The same at 8 kHz.
    pub fn samples(&mut self) -> &Samples {
        self.ear.samples()
    }

    /// Whether what was heard came from the network, as opposed to silence because nothing comes.
    pub fn hears_something(&self) -> bool {
        self.ear.is_real()
    }

    /// What the keys did in this tick.
    pub fn signals(&self) -> &DigitSignals {
        &self.signals
    }

    /// Totals so far.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Packets that never came.
    pub fn lost(&self) -> u64 {
        self.source.lost().max(0).unsigned_abs()
    }

    /// Packets that came too late to be played.
    pub fn late(&self) -> u64 {
        self.ear.late()
    }

    /// The first call of a tick.
    pub fn begin_tick(&mut self) {
        self.signals.clear();
    }

    /// Ends everything and says so; the last event of the leg.
    pub fn close(mut self, events: &mut dyn EventSink) {
        let leg = self.id;
        self.stop_playback(crate::event::PlaybackEnd::Closed, events);
        self.recordings.clear();
        for tap in self.taps.drain(..).filter(TapWriter::has_waiting) {
            events.emit(Event::Tap { leg, tap_id: tap.tap_id() });
        }
        let Totals { received, sent, .. } = self.totals;
        events.emit(Event::LegClosed { leg, received, sent, lost: self.lost(), late: self.late() });
    }
}
