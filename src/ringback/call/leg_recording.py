"""`<Dial record>`: a call together with whom it is joined to, a leg, a room or a queued caller (DI-19..DI-22)."""

import asyncio

from ringback.call.call import Call
from ringback.call.control import DialRecording, RecordResult
from ringback.call.recording_desk import OpenRecording
from ringback.media.errors import MediaError
from ringback.media.leg import LiveRecording, WhatToRecord


class LegRecording:
    """Records one call from now on: channel 1 is what it says, channel 2 what it hears (DI-22).

    Stopped by who has its SID, it is complete and told of before the `<Dial>` is over.
    """

    def __init__(self, call: Call, wanted: DialRecording | None) -> None:
        self._call = call
        self._wanted = wanted
        self._running: tuple[LiveRecording, asyncio.Task[RecordResult]] | None = None
        if wanted is not None and not call.has_finished:
            self._running = self._start(wanted)

    async def finish(self) -> RecordResult | None:
        """Stop it and wait for its file; None if nothing was recorded."""
        if self._running is None:
            return None
        (live, closing), self._running = self._running, None
        live.stop()
        return await closing

    async def _close(self, opened: OpenRecording, live: LiveRecording) -> RecordResult:
        audio = await live.finished
        ended_by = "hangup" if self._call.has_finished else "dial-ended"
        result = await self._call.parts.recordings.close(opened, seconds=audio.seconds, ended_by=ended_by)
        self._tell(result)
        return result

    def _tell(self, result: RecordResult) -> None:
        if self._wanted is not None and self._wanted.on_ended is not None:
            self._wanted.on_ended(result)

    def _start(self, wanted: DialRecording) -> "tuple[LiveRecording, asyncio.Task[RecordResult]] | None":
        what = _what_to_record(wanted)
        opened = self._call.parts.recordings.open(
            self._call.info,
            source="DialVerb",
            trim=wanted.trim,
            channels=2 if what == "dual" else 1,
            track=wanted.track,
            on_started=wanted.on_started,
        )
        try:
            live = self._call.leg.media.start_recording(opened.path, what=what)
        except MediaError as problem:
            self._tell(self._call.parts.recordings.fail(opened, str(problem)))
            return None
        self._call.parts.recordings.began(opened, live)
        return live, asyncio.ensure_future(self._close(opened, live))


def _what_to_record(wanted: DialRecording) -> WhatToRecord:
    """DI-21: one track alone is one channel, whatever the mode."""
    if wanted.track != "both":
        return "received" if wanted.track == "inbound" else "sent"
    return "dual" if wanted.dual else "both"
