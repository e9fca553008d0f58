"""Running calls for the API's tests to record: the real desk and the real rules, audio of the test's own."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ringback.call.background import BackgroundRecordings
from ringback.call.control import CallInfo
from ringback.call.journal import CallJournal
from ringback.call.leg import Leg
from ringback.call.live_call import LiveCall
from ringback.call.phone_message import Outcome
from ringback.call.recording_desk import RecordingDesk
from ringback.clock import Clock
from ringback.interpreter.report import NotificationReporter
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, RecordingRecord
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, new_call_sid
from ringback.services.running_calls import RunningCalls
from tests.peers.memory_media import MemoryLeg, MemoryRecording

BASE = "http://recordings.example"


class Studio:
    """What runs: `call` makes one that is in progress, `conference` a recording of a room."""

    def __init__(self, folder: Path, clock: Clock, put: Callable[[Any], object]) -> None:
        self._clock = clock
        self._put = put
        self.reports: list[tuple[int, str]] = []
        self.calls = RunningCalls(clock)
        journal = SimpleNamespace(recording_changed=put, report=self._report)
        self.desk = RecordingDesk(folder=folder, base_url=BASE, journal=cast(CallJournal, journal), clock=clock)
        self.legs: dict[CallSid, MemoryLeg] = {}
        self.background: list[BackgroundRecordings] = []
        self.told: list[tuple[CallSid, str, Outcome]] = []  # what the phones of these calls were told

    def call(
        self, account_sid: AccountSid, status: CallStatus = CallStatus.IN_PROGRESS, parent: CallSid | None = None
    ) -> CallSid:
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=account_sid,
            from_="a",
            to="b",
            direction=Direction.INBOUND,
            parent_call_sid=parent,
        )
        media = self.legs[info.call_sid] = MemoryLeg(
            leg_id=len(self.legs), port=10000, clock=self._clock, on_close=lambda leg: None
        )
        leg = cast(Leg, SimpleNamespace(is_answered=True, media=media))
        recordings = BackgroundRecordings(info, leg, self.desk)
        self.background.append(recordings)
        live = SimpleNamespace(info=info, status=status, has_finished=False, background_recordings=recordings)
        live.call = live
        live.send_message = lambda content, outcome: self.told.append((info.call_sid, content, outcome))
        self.calls.enter(cast(LiveCall, live))
        now = self._clock.utc_now()
        self._put(
            CallRecord(
                sid=info.call_sid,
                account_sid=account_sid,
                from_="a",
                to="b",
                direction=Direction.INBOUND,
                status=status,
                parent_call_sid=parent,
                created_at=now,
                started_at=now,
            )
        )
        return info.call_sid

    def conference(self, call_sid: CallSid, conference_sid: ConferenceSid) -> RecordingRecord:
        """A recording of a room that this call opened."""
        live = self.calls.find(call_sid)
        assert live is not None
        opened = self.desk.open(live.info, source="Conference", trim=False, conference_sid=conference_sid)
        recording = self.legs[call_sid].start_recording(opened.path, what="both")
        self.desk.began(opened, cast(Any, recording))
        return opened.record

    def audio(self, call_sid: str) -> list[MemoryRecording]:
        """What the engine records of this call."""
        return self.legs[CallSid(call_sid)].recordings

    def reporter(self, info: CallInfo) -> NotificationReporter:
        return NotificationReporter(info=info, clock=self._clock, put=self._put)

    async def close(self) -> None:
        for leg in self.legs.values():
            leg.close()
        for recordings in self.background:
            await recordings.finish()

    def _report(self, info: CallInfo, code: int, message: str) -> None:
        self.reports.append((code, message))
