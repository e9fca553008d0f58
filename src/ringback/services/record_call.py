"""Recordings over REST: begun on a call that runs; paused, resumed and stopped on a call or a conference (9.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ringback.call.background_recording import BackgroundRecording, RecordingRefused
from ringback.call.control import RecordingStarted
from ringback.call.live_call import LiveCall
from ringback.call.recording_desk import RecordingDesk
from ringback.call.running_recording import PauseBehavior, RunningRecording
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.recording_callback import RecordingCallback, Track
from ringback.model.call_status import CallStatus
from ringback.model.record import AccountRecord, RecordingRecord
from ringback.services.keep_recordings import Place, RecordingKeeping
from ringback.services.reach_app import AppLinks
from ringback.services.refusal import Refused
from ringback.webhooks.transport import Method

CURRENT = "Twilio.CURRENT"
"""In a path instead of a SID: the one recording that runs there."""
SOURCE = "StartCallRecordingAPI"
NOT_IN_PROGRESS = 21220
TOO_MANY = 16108
CANNOT_WRITE = 20500


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecording:
    """What is asked for, with Twilio's defaults for a recording that is begun over REST."""

    dual: bool = False
    track: Track = "both"
    trim: bool = False
    callback_url: str | None = None
    callback_method: Method = "POST"
    callback_events: Sequence[str] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingChange:
    status: Literal["paused", "in-progress", "stopped"]
    pause_behavior: PauseBehavior = "silence"


class FindCall(Protocol):
    """`running_calls.RunningCalls` is one."""

    def find(self, call_sid: str) -> LiveCall | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecorder:
    """One for the server."""

    calls: FindCall
    desk: RecordingDesk
    links: AppLinks
    keeping: RecordingKeeping

    def start(self, account: AccountRecord, call_sid: str, wanted: WantedRecording) -> RecordingRecord:
        """Begin to record the leg of a call. Raises `Refused`: 21220 when it is not in progress, 16108 for too many."""
        live = self.calls.find(call_sid)
        call = live.call if live is not None and live.info.account_sid == account.sid else None
        if call is None or call.status is not CallStatus.IN_PROGRESS:
            raise Refused(NOT_IN_PROGRESS, "Requested resource is not eligible for recording")
        callback = RecordingCallback(
            info=call.info,
            callbacks=DeliveredCallbacks(delivery=self.links.of(account).delivery, call_sid=call.info.call_sid),
            url=wanted.callback_url,
            method=wanted.callback_method,
            events=wanted.callback_events,
            source=SOURCE,
            track=wanted.track,
        )
        begun: list[RecordingStarted] = []
        try:
            call.background_recordings.start(_request(wanted, callback, begun.append))
        except RecordingRefused as problem:
            raise Refused(TOO_MANY, str(problem)) from None
        running = self.desk.running(begun[0].recording_sid)
        if running is None:
            raise Refused(CANNOT_WRITE, "The recording cannot be written; the call has a notification why", status=500)
        return running.record

    async def change(self, place: Place, sid: str, wanted: RecordingChange) -> RecordingRecord | None:
        """The recording as it is then; None if there is none in this place. Raises `Refused`: 21220 for one that is
        over, 16108 where `CURRENT` could mean several."""
        if sid == CURRENT:
            running = self._current(place)
            return _apply(running, wanted) if running is not None else None
        found = await self.keeping.find(place, sid)
        if found is None:
            return None
        running = self.desk.running(found.sid)
        if running is None:
            message = f"Recording {sid} is {found.status.value}; only one that runs can be changed."
            raise Refused(NOT_IN_PROGRESS, message)
        return _apply(running, wanted)

    def _current(self, place: Place) -> RunningRecording | None:
        """The one that runs in this place. Raises `Refused` where several do."""
        if place.conference_sid is not None:
            running = self.desk.running_of_conference(place.conference_sid)
        else:
            running = self.desk.running_of_call(place.call_sid or "")
        mine = [each for each in running if place.holds(each.record)]
        if len(mine) > 1:
            raise Refused(TOO_MANY, f"{len(mine)} recordings run here, so {CURRENT} is none of them. Name its SID.")
        return mine[0] if mine else None

    def url_of(self, record: RecordingRecord) -> str:
        """Where the audio is: absolute, without a suffix."""
        return self.desk.url_of(record)


def _request(
    wanted: WantedRecording, callback: RecordingCallback, note: Callable[[RecordingStarted], None]
) -> BackgroundRecording:
    def started(recording: RecordingStarted) -> None:
        note(recording)
        callback.started(recording)

    return BackgroundRecording(
        name=None,
        track=wanted.track,
        dual=wanted.dual,
        trim=wanted.trim,
        on_started=started,
        on_ended=callback.ended,
        source=SOURCE,
    )


def _apply(running: RunningRecording, wanted: RecordingChange) -> RecordingRecord:
    match wanted.status:
        case "paused":
            running.pause(wanted.pause_behavior)
        case "in-progress":
            running.resume()
        case "stopped":
            running.stop()
    return running.record
