"""`<Record>` in virtual time: what ends it, and how long it is, from what the caller's script says and when."""

import asyncio
import contextlib
import itertools

from ringback.call.control import CallEnded, DigitStream, RecordingStarted, RecordRequest, RecordResult
from ringback.model.record import RECORDING_TOO_SHORT, SHORTEST_KEPT_SECONDS, whole_seconds
from ringback.model.sid import RecordingSid
from ringback.testing.transcript import Recorded
from ringback.testing.virtual_call import SECONDS_OF_BEEP, VirtualCall


class RecordingRoom:
    """Makes the recordings of one test. Their SIDs count up, so that two runs give the same."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._numbers = itertools.count(1)

    async def record(self, call: VirtualCall, request: RecordRequest) -> RecordResult:
        """R-01, R-02: beep, then whatever ends it first; a hang-up gives a result too (A-02)."""
        if request.play_beep:
            with contextlib.suppress(CallEnded):
                await call.pause(SECONDS_OF_BEEP)
        began = call.world.elapsed()
        started = self.open(call)
        if request.on_started is not None:
            request.on_started(started)
        try:
            ended_by = await _what_ends_it(call, request, began)
        except CallEnded:
            ended_by = "hangup"
        result = self.close(call, started, began=began, ended_by=ended_by, trim=request.trim)
        if request.on_ended is not None:
            request.on_ended(result)
        return result

    def open(self, call: VirtualCall) -> RecordingStarted:
        sid = RecordingSid(f"RE{next(self._numbers):032x}")
        url = f"{self._base_url}/2010-04-01/Accounts/{call.info.account_sid}/Recordings/{sid}"
        return RecordingStarted(recording_sid=sid, url=url, started_at=call.world.clock.utc_now())

    def close(
        self, call: VirtualCall, started: RecordingStarted, *, began: float, ended_by: str, trim: bool
    ) -> RecordResult:
        ended = call.world.elapsed()
        spoken = [(max(start, began), min(until, ended), text) for start, until, text in call.sayings if until > began]
        seconds = ended - began
        final = (max(until for _, until, _ in spoken) - spoken[0][0] if spoken else 0.0) if trim else seconds
        absent = final < SHORTEST_KEPT_SECONDS
        words = tuple(text for _, _, text in spoken)
        call.world.journal.add(
            Recorded(
                at=began,
                recording_sid=started.recording_sid,
                seconds=whole_seconds(seconds),
                ended_by=ended_by,
                words=words,
            )
        )
        return RecordResult(
            recording_sid=started.recording_sid,
            url=started.url,
            seconds=whole_seconds(seconds),
            final_seconds=whole_seconds(final),
            ended_by=ended_by,
            started_at=started.started_at,
            status="absent" if absent else "completed",
            error_code=RECORDING_TOO_SHORT if absent else 0,
        )


async def _what_ends_it(call: VirtualCall, request: RecordRequest, began: float) -> str:
    async with call.digits() as keys:
        tasks = [
            asyncio.ensure_future(_key(keys, request.finish_on_key)),
            asyncio.ensure_future(_length(call, request.max_seconds)),
        ]
        if request.silence_seconds is not None:
            tasks.append(asyncio.ensure_future(_silence(call, began, request.silence_seconds)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task.result() for task in tasks if task in done)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _key(stream: DigitStream, keys: str) -> str:
    while True:
        key = await stream.next()
        if key in keys:
            return key


async def _length(call: VirtualCall, seconds: float) -> str:
    await call.pause(seconds)
    return "max-length"


async def _silence(call: VirtualCall, began: float, seconds: float) -> str:
    """Silence counts from the beginning, or from where the caller last spoke."""
    while True:
        quiet_since = max([began, *(until for _, until, _ in call.sayings)])
        left = quiet_since + seconds - call.world.elapsed()
        if left <= 0:
            return "silence"
        await call.pause(left)
