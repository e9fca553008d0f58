"""Recordings of calls: where the file lies, when it begins, what it is worth when it ends.

The audio is written by the media engine as it arrives, so a crash loses at most the last second. The row is written
when the recording begins and again when it ends; by then the file is final, so whoever is told of it can fetch it.
In between it can be paused and stopped by whoever has its SID.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ringback.call.control import CallInfo, RecordingStarted, RecordResult
from ringback.call.journal import CallJournal
from ringback.call.running_recording import RunningRecording
from ringback.call.silence import trim_wave_file
from ringback.clock import Clock
from ringback.media.leg import LiveRecording
from ringback.model.record import (
    RECORDING_NOT_WRITTEN,
    RECORDING_TOO_SHORT,
    SHORTEST_KEPT_SECONDS,
    RecordingRecord,
    RecordingStatus,
    whole_seconds,
)
from ringback.model.sid import AccountSid, ConferenceSid, RecordingSid, is_sid, new_recording_sid


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecording:
    """A recording under way: its row, its file, and whether silence is cut off at the end."""

    info: CallInfo
    record: RecordingRecord
    path: Path
    trim: bool


class RecordingDesk:
    """Opens and closes recordings of one server. `base_url` is the HTTP address that RecordingUrl begins with."""

    def __init__(self, *, folder: Path, base_url: str, journal: CallJournal, clock: Clock) -> None:
        self._folder = folder
        self._base_url = base_url.rstrip("/")
        self._journal = journal
        self._clock = clock
        self._running: dict[RecordingSid, RunningRecording] = {}

    def open(
        self,
        info: CallInfo,
        *,
        source: str,
        trim: bool,
        channels: int = 1,
        track: Literal["inbound", "outbound", "both"] = "both",
        conference_sid: ConferenceSid | None = None,
        on_started: Callable[[RecordingStarted], None] | None = None,
    ) -> OpenRecording:
        """Name the file and write the row; whoever asked is told that it begins."""
        sid = new_recording_sid()
        relative = Path(info.account_sid) / f"{sid}.wav"
        path = self._folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        record = RecordingRecord(
            sid=sid,
            account_sid=info.account_sid,
            call_sid=info.call_sid,
            status=RecordingStatus.IN_PROGRESS,
            source=source,
            path=str(relative),
            started_at=self._clock.utc_now(),
            channels=channels,
            track=track,
            conference_sid=conference_sid,
        )
        self._journal.recording_changed(record)
        if on_started is not None:
            on_started(
                RecordingStarted(
                    recording_sid=sid, url=self.url_of(record), started_at=record.started_at, channels=channels
                )
            )
        return OpenRecording(info=info, record=record, path=path, trim=trim)

    def began(self, recording: OpenRecording, live: LiveRecording) -> RunningRecording:
        """The engine records. Until it is closed it is found by its SID."""
        running = self._running[recording.record.sid] = RunningRecording(
            recording.record, live, clock=self._clock, on_change=self._journal.recording_changed
        )
        return running

    def running(self, sid: str) -> RunningRecording | None:
        """One that has neither been stopped nor ended."""
        running = self._running.get(RecordingSid(sid))
        return running if running is not None and not running.is_stopped else None

    def running_of_call(self, call_sid: str) -> Sequence[RunningRecording]:
        """Those of the call itself, not of a conference that it opened."""
        return [
            running
            for running in self._running.values()
            if running.record.call_sid == call_sid and not running.record.conference_sid and not running.is_stopped
        ]

    def running_of_conference(self, conference_sid: str) -> Sequence[RunningRecording]:
        return [
            running
            for running in self._running.values()
            if running.record.conference_sid == conference_sid and not running.is_stopped
        ]

    def fail(self, recording: OpenRecording, problem: str) -> RecordResult:
        """The file cannot be written (a full disk, a folder that is gone): the row says so, and so does the alert."""
        self._running.pop(recording.record.sid, None)
        record = self._ended(
            recording, status=RecordingStatus.FAILED, duration_seconds=0, error_code=RECORDING_NOT_WRITTEN
        )
        self._journal.recording_changed(record)
        self._journal.report(
            recording.info, RECORDING_NOT_WRITTEN, f"recording {record.sid} cannot be written: {problem}"
        )
        return self._result(record, seconds=0, final_seconds=0, ended_by="failure")

    async def close(self, recording: OpenRecording, *, seconds: float, ended_by: str) -> RecordResult:
        """The file is complete: trim it if asked, and say what it is. R-08: `seconds` is before trimming."""
        self._running.pop(recording.record.sid, None)
        final_seconds = seconds
        if recording.trim and seconds > 0:
            final_seconds = await asyncio.to_thread(trim_wave_file, recording.path)
        absent = final_seconds < SHORTEST_KEPT_SECONDS
        record = self._ended(
            recording,
            status=RecordingStatus.ABSENT if absent else RecordingStatus.COMPLETED,
            duration_seconds=whole_seconds(final_seconds),
            error_code=RECORDING_TOO_SHORT if absent else 0,
        )
        self._journal.recording_changed(record)
        return self._result(record, seconds=seconds, final_seconds=final_seconds, ended_by=ended_by)

    def _ended(
        self, recording: OpenRecording, *, status: RecordingStatus, duration_seconds: int, error_code: int
    ) -> RecordingRecord:
        return replace(
            recording.record,
            status=status,
            duration_seconds=duration_seconds,
            error_code=error_code,
            updated_at=self._clock.utc_now(),
        )

    def _result(self, record: RecordingRecord, *, seconds: float, final_seconds: float, ended_by: str) -> RecordResult:
        return RecordResult(
            recording_sid=record.sid,
            url=self.url_of(record),
            seconds=whole_seconds(seconds),
            final_seconds=whole_seconds(final_seconds),
            ended_by=ended_by,
            started_at=record.started_at,
            channels=record.channels,
            status="completed" if record.status is RecordingStatus.COMPLETED else "absent",
            error_code=record.error_code,
        )

    def path_of(self, info: CallInfo, recording_sid: RecordingSid) -> Path:
        """Where the file of a recording of this call lies."""
        return self._folder / info.account_sid / f"{recording_sid}.wav"

    def path_at(self, url: str, account_sid: AccountSid) -> Path | None:
        """The file behind a RecordingUrl of ours, if it is one of this account; with or without a suffix."""
        begin, slash, name = url.partition("#")[0].partition("?")[0].rpartition("/")
        sid = name.removesuffix(".wav").removesuffix(".mp3")
        if not slash or begin != self._url_of_all(account_sid) or not is_sid(sid, "RE"):
            return None
        path = self._folder / account_sid / f"{sid}.wav"
        return path if path.is_file() else None

    def url_of(self, record: RecordingRecord) -> str:
        """RecordingUrl: absolute, without an extension."""
        return f"{self._url_of_all(record.account_sid)}/{record.sid}"

    def _url_of_all(self, account_sid: AccountSid) -> str:
        return f"{self._base_url}/2010-04-01/Accounts/{account_sid}/Recordings"
