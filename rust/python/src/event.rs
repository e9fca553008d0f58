//! Events as tuples: kind, leg, and what the kind brings.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::IntoPyObjectExt;
use ringback_media::event::{Event, LegId, PlaybackEnd, RecordingEnd};

/// The tuple of one event, as `_engine.pyi` lists them.
pub fn to_tuple<'py>(python: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyTuple>> {
    match *event {
        Event::FirstPacket { leg, remote } => {
            ("first_packet", leg.0, remote.ip().to_string(), remote.port()).into_pyobject(python)
        }
        Event::Digit { leg, digit, duration_ms } => ("digit", leg.0, digit, duration_ms).into_pyobject(python),
        Event::PlaybackFinished { leg, play_id, reason } => {
            ("playback_finished", number(leg), play_id, playback_end(reason)).into_pyobject(python)
        }
        Event::DigitsSent { leg, play_id } => ("digits_sent", leg.0, play_id).into_pyobject(python),
        Event::RecordingFinished { leg, recording_id, seconds, reason } => {
            ("recording_finished", number(leg), recording_id, seconds, recording_end(reason)).into_pyobject(python)
        }
        Event::Silence { leg, watch_id, seconds } => ("silence", leg.0, watch_id, seconds).into_pyobject(python),
        Event::Voice { leg, watch_id } => ("voice", leg.0, watch_id).into_pyobject(python),
        Event::SpeechStarted { leg, watch_id } => ("speech_started", leg.0, watch_id).into_pyobject(python),
        Event::SpeechStopped { leg, watch_id } => ("speech_stopped", leg.0, watch_id).into_pyobject(python),
        Event::Tap { leg, tap_id } => ("tap", leg.0, tap_id).into_pyobject(python),
        Event::TimedOut { leg, seconds } => ("timed_out", leg.0, seconds).into_pyobject(python),
        Event::LegClosed { leg, received, sent, lost, late } => {
            ("leg_closed", leg.0, received, sent, lost, late).into_pyobject(python)
        }
    }
}

/// What stands for events that were dropped because nobody polled.
pub fn overflow(python: Python<'_>, count: u64) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(python, ["overflow".into_py_any(python)?, (-1).into_py_any(python)?, count.into_py_any(python)?])
}

/// -1 where there is no leg.
fn number(leg: LegId) -> i64 {
    leg.0 as i64
}

fn playback_end(reason: PlaybackEnd) -> &'static str {
    match reason {
        PlaybackEnd::Done => "done",
        PlaybackEnd::Stopped => "stopped",
        PlaybackEnd::Replaced => "replaced",
        PlaybackEnd::Closed => "closed",
    }
}

fn recording_end(reason: RecordingEnd) -> String {
    match reason {
        RecordingEnd::Stopped => "stopped".into(),
        RecordingEnd::MaxLength => "max_length".into(),
        RecordingEnd::Silence => "silence".into(),
        RecordingEnd::Closed => "closed".into(),
        RecordingEnd::Failed(kind) => format!("error: {kind}"),
    }
}
