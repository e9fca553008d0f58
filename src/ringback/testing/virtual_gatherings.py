"""Conferences and queues in virtual time: the rules of `call.conferences` and `call.queues`, with people who talk."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace

from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.conferences import Conferences
from ringback.call.control import CallEnded, DialRecording, RecordingStarted, RecordResult
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.queues import Queues
from ringback.clock import Clock
from ringback.model.sid import ConferenceSid
from ringback.testing.transcript import Conferred, Queued
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_recording import RecordingRoom
from ringback.testing.virtual_room import VirtualRoomAudio


class VirtualGatherings:
    """Implements `call.meeting.Gatherings` for the calls of one test. SIDs count up, so that two runs give the same."""

    def __init__(self, *, recordings: RecordingRoom, clock: Clock) -> None:
        self._recordings = recordings
        numbers = itertools.count(1)
        self.conferences: Conferences[VirtualCall] = Conferences(
            audio_for=lambda opener: VirtualRoomAudio(opener, recordings),
            clock=clock,
            new_sid=lambda: ConferenceSid(f"CF{next(numbers):032x}"),
        )
        self.queues: Queues[VirtualCall] = Queues(bridge=self._bridge, clock=clock)

    async def confer(self, call: VirtualCall, request: ConferenceRequest) -> ConferenceResult:
        began = call.world.elapsed()
        recording = _LegRecording(self._recordings, call, request.record_leg)
        result = await self.conferences.confer(call, request)
        seconds = call.world.elapsed() - began
        call.write(Conferred(at=began, name=request.name, seconds=seconds, ended_by=result.ended_by))
        return replace(result, recording=recording.finish())

    async def enqueue(self, call: VirtualCall, request: EnqueueRequest) -> EnqueueResult:
        began = call.world.elapsed()
        result = await self.queues.enqueue(call, request)
        call.write(Queued(at=began, name=request.name, seconds=result.seconds or 0, result=result.result))
        return result

    async def dial_queue(self, call: VirtualCall, request: DialQueueRequest) -> DialQueueResult:
        return await self.queues.dial(call, request)

    async def close(self) -> None:
        await self.conferences.close()

    async def _bridge(self, call: VirtualCall, queued: VirtualCall, request: DialQueueRequest) -> RecordResult | None:
        """Each hears what the other says, until one hangs up, the time is over, or the first presses `*`."""
        recording = _LegRecording(self._recordings, call, request.record)
        with _joined(call, queued):
            ends = [
                asyncio.ensure_future(_stay(call, request.time_limit_seconds)),
                asyncio.ensure_future(_stay(queued, request.time_limit_seconds)),
            ]
            if request.hangup_on_star:
                ends.append(asyncio.ensure_future(_star(call)))
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
                await asyncio.gather(*ends, return_exceptions=True)
        return recording.finish()


class _LegRecording:
    """`<Dial record>` of one call, from now until `finish`."""

    def __init__(self, recordings: RecordingRoom, call: VirtualCall, wanted: DialRecording | None) -> None:
        self._recordings = recordings
        self._call = call
        self._began = call.world.elapsed()
        self._wanted = wanted
        self._started: RecordingStarted | None = None
        if wanted is not None:
            dual = wanted.dual and wanted.track == "both"
            self._started = replace(recordings.open(call), channels=2 if dual else 1)
            if wanted.on_started is not None:
                wanted.on_started(self._started)

    def finish(self) -> RecordResult | None:
        if self._started is None or self._wanted is None:
            return None
        ended_by = "hangup" if self._call.has_ended else "dial-ended"
        result = self._recordings.close(self._call, self._started, began=self._began, ended_by=ended_by, trim=False)
        result = replace(result, channels=self._started.channels)
        if self._wanted.on_ended is not None:
            self._wanted.on_ended(result)
        return result


@contextlib.contextmanager
def _joined(one: VirtualCall, other: VirtualCall) -> Iterator[None]:
    one.on_said = lambda words, seconds: other.hear_voice(words, seconds, from_=one.info.from_)
    other.on_said = lambda words, seconds: one.hear_voice(words, seconds, from_=other.info.from_)
    try:
        yield
    finally:
        for call in (one, other):
            call.on_said = lambda _words, _seconds: None


async def _stay(call: VirtualCall, seconds: float) -> None:
    with contextlib.suppress(CallEnded):
        await call.pause(seconds)


async def _star(call: VirtualCall) -> None:
    with contextlib.suppress(CallEnded):
        async with call.digits() as keys:
            while await keys.next() != "*":
                pass
