//! Commands in, events out.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use ringback_dsp::g711::Law;
use ringback_media::codec::{Codec, OpusWishes};
use ringback_media::conference::Part;
use ringback_media::engine::{Engine as MediaEngine, EngineError as MediaError, EngineSettings, PortRange, Recording};
use ringback_media::event::{ConferenceId, LegId};
use ringback_media::jitter::depth::Depth;
use ringback_media::leg::{Direction, PayloadTypes, Session};
use ringback_media::recording::{Pause, What};
use ringback_media::tap::Side;
use ringback_media::unit::{Clock, PayloadType};

use crate::clip::Clip;
use crate::event::{overflow, to_tuple};
use crate::EngineError;

/// The most events handed out in one call.
const MAX_POLLED: usize = 65_536;

/// See `_engine.pyi`.
#[pyclass(frozen, module = "ringback.media._engine")]
pub struct Engine {
    inner: MediaEngine,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, threads=1, event_capacity=65536))]
    fn new(threads: usize, event_capacity: usize) -> PyResult<Self> {
        if !(1..=1 << 20).contains(&event_capacity) {
            return Err(EngineError::new_err("event_capacity must be between 1 and 1048576"));
        }
        let inner = MediaEngine::start(EngineSettings { threads, event_capacity }).map_err(to_python)?;
        Ok(Self { inner })
    }

    /// Readable when events wait; `poll_events` clears it.
    fn event_fd(&self) -> i32 {
        self.inner.events().descriptor()
    }

    /// Events as tuples, oldest first.
    #[pyo3(signature = (limit=4096))]
    fn poll_events<'py>(&self, python: Python<'py>, limit: usize) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let (events, dropped) = self.inner.events().poll(limit.clamp(1, MAX_POLLED));
        let mut tuples = Vec::with_capacity(events.len() + 1);
        for event in &events {
            tuples.push(to_tuple(python, event)?);
        }
        if dropped > 0 {
            tuples.push(overflow(python, dropped)?);
        }
        Ok(tuples)
    }

    /// Bind an even RTP port (and RTCP on the next) in the range; returns (leg_id, rtp_port).
    #[pyo3(signature = (*, address, port_low, port_high, near=None, timeout_seconds=0.0))]
    fn open_leg(
        &self,
        python: Python<'_>,
        address: &str,
        port_low: u16,
        port_high: u16,
        near: Option<u64>,
        timeout_seconds: f64,
    ) -> PyResult<(u64, u16)> {
        let address = parse_address(address)?;
        let ports = PortRange { low: port_low, high: port_high };
        let opened = python.allow_threads(|| self.inner.open_leg(address, ports, near.map(LegId), timeout_seconds));
        opened.map(|(leg, port)| (leg.0, port)).map_err(to_python)
    }

    /// What offer/answer agreed; call again after a re-INVITE.
    #[pyo3(signature = (leg, *, remote_address, remote_port, codec, payload_type, dtmf_payload_type, direction, latch=true,
        remote_rtcp_port=None, receive_payload_type=None, receive_dtmf_payload_type=None, dtmf_rate_hz=8000,
        opus_bits_per_second=24_000, opus_playback_rate_hz=48_000, opus_fec=false))]
    #[allow(clippy::too_many_arguments)]
    fn connect_leg(
        &self,
        leg: u64,
        remote_address: &str,
        remote_port: u16,
        codec: &str,
        payload_type: u8,
        dtmf_payload_type: Option<u8>,
        direction: &str,
        latch: bool,
        remote_rtcp_port: Option<u16>,
        receive_payload_type: Option<u8>,
        receive_dtmf_payload_type: Option<u8>,
        dtmf_rate_hz: u32,
        opus_bits_per_second: u32,
        opus_playback_rate_hz: u32,
        opus_fec: bool,
    ) -> PyResult<()> {
        let wishes = OpusWishes {
            bits_per_second: opus_bits_per_second,
            playback_rate_hz: opus_playback_rate_hz,
            wants_fec: opus_fec,
        };
        let session = Session {
            remote: SocketAddr::new(parse_address(remote_address)?, remote_port),
            rtcp_port: remote_rtcp_port,
            codec: parse_codec(codec, wishes)?,
            sends: parse_payload_types(payload_type, dtmf_payload_type)?,
            receives: parse_payload_types(
                receive_payload_type.unwrap_or(payload_type),
                receive_dtmf_payload_type.or(dtmf_payload_type),
            )?,
            dtmf_clock: parse_clock(dtmf_rate_hz)?,
            direction: parse_direction(direction)?,
            latch,
        };
        self.inner.connect_leg(LegId(leg), session).map_err(to_python)
    }

    /// Stops everything of the leg, sends RTCP BYE, ends with `leg_closed`.
    fn close_leg(&self, leg: u64) -> PyResult<()> {
        self.inner.close_leg(LegId(leg)).map_err(to_python)
    }

    /// Start now, replacing what plays; `loops` 0 is for ever. Returns play_id.
    #[pyo3(signature = (leg, clip, *, loops=1))]
    fn play(&self, python: Python<'_>, leg: u64, clip: &Clip, loops: u32) -> PyResult<u64> {
        python.allow_threads(|| self.inner.play(LegId(leg), clip.inner.clone(), loops)).map_err(to_python)
    }

    /// Append behind what plays, without a gap.
    fn play_queued(&self, python: Python<'_>, leg: u64, clip: &Clip) -> PyResult<u64> {
        python.allow_threads(|| self.inner.play_queued(LegId(leg), clip.inner.clone())).map_err(to_python)
    }

    fn stop_playback(&self, leg: u64) -> PyResult<()> {
        self.inner.stop_playback(LegId(leg)).map_err(to_python)
    }

    /// RFC 4733 events for `0-9 A-D * #`; `w` waits 0.5 s, `W` 1 s.
    #[pyo3(signature = (leg, digits, *, tone_ms=100, gap_ms=60))]
    fn send_digits(&self, leg: u64, digits: &str, tone_ms: u32, gap_ms: u32) -> PyResult<u64> {
        self.inner.send_digits(LegId(leg), digits, tone_ms, gap_ms).map_err(to_python)
    }

    /// Write a WAV as the audio arrives. Returns recording_id.
    #[pyo3(signature = (leg, path, *, what="received", max_seconds=0.0, silence_seconds=0.0))]
    fn start_recording(
        &self,
        python: Python<'_>,
        leg: u64,
        path: PathBuf,
        what: &str,
        max_seconds: f64,
        silence_seconds: f64,
    ) -> PyResult<u64> {
        let what = parse_what(what)?;
        let recording = Recording { path: &path, what, max_seconds, silence_seconds };
        python.allow_threads(|| self.inner.start_recording(LegId(leg), recording)).map_err(to_python)
    }

    #[pyo3(signature = (recording, *, keep_silence))]
    fn pause_recording(&self, recording: u64, keep_silence: bool) -> PyResult<()> {
        let pause = if keep_silence { Pause::Silence } else { Pause::Skip };
        self.inner.pause_recording(recording, pause).map_err(to_python)
    }

    fn resume_recording(&self, recording: u64) -> PyResult<()> {
        self.inner.pause_recording(recording, Pause::Running).map_err(to_python)
    }

    fn stop_recording(&self, recording: u64) -> PyResult<()> {
        self.inner.stop_recording(recording).map_err(to_python)
    }

    /// One `silence` event when the received audio was quiet that long; `voice` when sound begins.
    fn watch_silence(&self, leg: u64, seconds: f64) -> PyResult<u64> {
        self.inner.watch_silence(LegId(leg), seconds).map_err(to_python)
    }

    fn unwatch_silence(&self, watch: u64) -> PyResult<()> {
        self.inner.unwatch_silence(watch).map_err(to_python)
    }

    /// Each hears the other.
    fn bridge(&self, leg_a: u64, leg_b: u64) -> PyResult<()> {
        self.inner.bridge(LegId(leg_a), LegId(leg_b)).map_err(to_python)
    }

    fn unbridge(&self, leg: u64) -> PyResult<()> {
        self.inner.unbridge(LegId(leg)).map_err(to_python)
    }

    /// A muted leg's received audio is treated as silence.
    fn set_muted(&self, leg: u64, muted: bool) -> PyResult<()> {
        self.inner.set_muted(LegId(leg), muted).map_err(to_python)
    }

    /// The leg hears itself while nobody else is to be heard.
    fn set_echo(&self, leg: u64, on: bool) -> PyResult<()> {
        self.inner.set_echo(LegId(leg), on).map_err(to_python)
    }

    /// How long the packets of a leg wait for those that come later; `None` is as usual.
    #[pyo3(signature = (leg, size=None))]
    fn set_jitter_buffer(&self, leg: u64, size: Option<&str>) -> PyResult<()> {
        self.inner.set_depth(LegId(leg), parse_depth(size)?).map_err(to_python)
    }

    fn open_conference(&self) -> PyResult<u64> {
        self.inner.open_conference().map(|conference| conference.0).map_err(to_python)
    }

    /// Every leg leaves; what plays and what records there ends.
    fn close_conference(&self, conference: u64) -> PyResult<()> {
        self.inner.close_conference(ConferenceId(conference)).map_err(to_python)
    }

    /// The leg hears the sum of the others.
    #[pyo3(signature = (conference, leg, *, muted, deaf=false, coaching=None))]
    fn join_conference(
        &self,
        conference: u64,
        leg: u64,
        muted: bool,
        deaf: bool,
        coaching: Option<u64>,
    ) -> PyResult<()> {
        let part = Part { muted, held: false, deaf, coaching: coaching.map(LegId) };
        self.inner.join_conference(ConferenceId(conference), LegId(leg), part).map_err(to_python)
    }

    /// What a participant may from now on.
    #[pyo3(signature = (conference, leg, *, muted, held, coaching=None))]
    fn set_participant(
        &self,
        conference: u64,
        leg: u64,
        muted: bool,
        held: bool,
        coaching: Option<u64>,
    ) -> PyResult<()> {
        let part = Part { muted, held, deaf: false, coaching: coaching.map(LegId) };
        self.inner.set_participant(ConferenceId(conference), LegId(leg), part).map_err(to_python)
    }

    fn leave_conference(&self, leg: u64) -> PyResult<()> {
        self.inner.leave_conference(LegId(leg)).map_err(to_python)
    }

    /// Heard by all who are not held. Returns play_id.
    fn play_to_conference(&self, conference: u64, clip: &Clip) -> PyResult<u64> {
        self.inner.play_to_conference(ConferenceId(conference), clip.inner.clone()).map_err(to_python)
    }

    fn stop_conference_playback(&self, play_id: u64) -> PyResult<()> {
        self.inner.stop_conference_playback(play_id).map_err(to_python)
    }

    /// Everybody but coaches, mono. Returns recording_id.
    fn start_conference_recording(&self, python: Python<'_>, conference: u64, path: PathBuf) -> PyResult<u64> {
        let start = || self.inner.start_conference_recording(ConferenceId(conference), &path);
        python.allow_threads(start).map_err(to_python)
    }

    /// A copy of the leg's audio from now on. Returns tap_id.
    #[pyo3(signature = (leg, *, what))]
    fn open_tap(&self, leg: u64, what: &str) -> PyResult<u64> {
        let side = match what {
            "received" => Side::Received,
            "sent" => Side::Sent,
            _ => return Err(EngineError::new_err(format!("what {what:?} is not one of received, sent"))),
        };
        self.inner.open_tap(LegId(leg), side).map_err(to_python)
    }

    /// Whole frames of 20 ms since the last read.
    fn read_tap<'py>(&self, python: Python<'py>, tap: u64) -> PyResult<Bound<'py, PyBytes>> {
        self.inner.read_tap(tap).map(|octets| PyBytes::new(python, &octets)).map_err(to_python)
    }

    /// Frames that were lost because nobody read.
    fn tap_frames_lost(&self, tap: u64) -> PyResult<u64> {
        self.inner.tap_frames_lost(tap).map_err(to_python)
    }

    fn close_tap(&self, tap: u64) -> PyResult<()> {
        self.inner.close_tap(tap).map_err(to_python)
    }

    /// Reports each beginning and each end of speech.
    fn watch_voice(&self, leg: u64) -> PyResult<u64> {
        self.inner.watch_voice(LegId(leg)).map_err(to_python)
    }

    fn unwatch_voice(&self, watch: u64) -> PyResult<()> {
        self.inner.unwatch_voice(watch).map_err(to_python)
    }

    fn leg_count(&self) -> usize {
        self.inner.leg_count()
    }

    /// Per engine since the last call.
    fn tick_statistics<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let statistics = self.inner.tick_statistics();
        let dictionary = PyDict::new(python);
        dictionary.set_item("ticks", statistics.ticks as f64)?;
        dictionary.set_item("late_ticks", statistics.late_ticks as f64)?;
        dictionary.set_item("worst_tick_ms", statistics.worst_tick_ms)?;
        dictionary.set_item("cpu_seconds", statistics.cpu_seconds)?;
        dictionary.set_item("packets_in", statistics.packets_in as f64)?;
        dictionary.set_item("packets_out", statistics.packets_out as f64)?;
        Ok(dictionary)
    }

    /// Closes every leg, completes every file, ends every thread.
    fn close(&self, python: Python<'_>) {
        python.allow_threads(|| self.inner.close());
    }
}

fn to_python(error: MediaError) -> PyErr {
    EngineError::new_err(error.to_string())
}

fn parse_address(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| EngineError::new_err(format!("{text:?} is not an IP address")))
}

fn parse_codec(name: &str, wishes: OpusWishes) -> PyResult<Codec> {
    match name {
        "PCMU" => Ok(Codec::G711(Law::Mu)),
        "PCMA" => Ok(Codec::G711(Law::A)),
        "G722" => Ok(Codec::G722),
        "opus" => Ok(Codec::Opus(wishes)),
        _ => Err(EngineError::new_err(format!("codec {name:?} is not one of PCMU, PCMA, G722, opus"))),
    }
}

fn parse_payload_types(audio: u8, dtmf: Option<u8>) -> PyResult<PayloadTypes> {
    let parse = |value| PayloadType::new(value).ok_or_else(|| EngineError::new_err("a payload type is at most 127"));
    Ok(PayloadTypes { audio: parse(audio)?, dtmf: dtmf.map(parse).transpose()? })
}

fn parse_clock(rate_hz: u32) -> PyResult<Clock> {
    match rate_hz {
        8_000 => Ok(Clock::Hz8000),
        48_000 => Ok(Clock::Hz48000),
        _ => Err(EngineError::new_err(format!("a DTMF rate of {rate_hz} Hz is not one of 8000, 48000"))),
    }
}

fn parse_direction(name: &str) -> PyResult<Direction> {
    match name {
        "sendrecv" => Ok(Direction::SendReceive),
        "sendonly" => Ok(Direction::SendOnly),
        "recvonly" => Ok(Direction::ReceiveOnly),
        "inactive" => Ok(Direction::Inactive),
        _ => Err(EngineError::new_err(format!(
            "direction {name:?} is not one of sendrecv, sendonly, recvonly, inactive"
        ))),
    }
}

fn parse_depth(size: Option<&str>) -> PyResult<Depth> {
    match size {
        None => Ok(Depth::default()),
        Some("off") => Ok(Depth::OFF),
        Some("small") => Ok(Depth::SMALL),
        Some("medium") => Ok(Depth::MEDIUM),
        Some("large") => Ok(Depth::LARGE),
        Some(name) => Err(EngineError::new_err(format!("size {name:?} is not one of off, small, medium, large"))),
    }
}

fn parse_what(name: &str) -> PyResult<What> {
    match name {
        "received" => Ok(What::Received),
        "sent" => Ok(What::Sent),
        "both" => Ok(What::Both),
        "dual" => Ok(What::Dual),
        _ => Err(EngineError::new_err(format!("what {name:?} is not one of received, sent, both, dual"))),
    }
}
