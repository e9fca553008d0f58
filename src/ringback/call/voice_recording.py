"""`<Record>` on a real leg: the caller alone on one channel, until a key, silence, the length or the end (R-01)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from ringback.call.control import RecordRequest, RecordResult
from ringback.call.recording_desk import OpenRecording, RecordingDesk
from ringback.media.errors import MediaError
from ringback.media.leg import MediaLeg

RECORDING_ENDS = {"silence": "silence", "max_length": "max-length", "stopped": "stop"}


async def record_voice(
    opened: OpenRecording,
    request: RecordRequest,
    *,
    audio: MediaLeg,
    desk: RecordingDesk,
    ends: "Sequence[asyncio.Future[Any]]",
) -> RecordResult:
    """One of `ends` is done when the call is over. What was recorded is kept, also where this is cancelled."""
    try:
        live = audio.start_recording(
            opened.path,
            what="received",
            max_seconds=request.max_seconds,
            silence_seconds=request.silence_seconds or 0.0,
        )
    except MediaError as problem:
        return told(request, desk.fail(opened, str(problem)))
    desk.began(opened, live)
    key = asyncio.ensure_future(_first_key_of(request.finish_on_key, audio))
    ended_by: str | None = None
    try:
        waiting: set[asyncio.Future[Any]] = {key, live.finished, *ends}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        ended_by = key.result() if key.done() and not key.exception() else None
    finally:
        key.cancel()
        await asyncio.gather(key, return_exceptions=True)
        live.stop()
        recorded = await live.finished
        is_over = any(end.done() for end in ends)
        ended_by = ended_by or ("hangup" if is_over else RECORDING_ENDS.get(recorded.reason, "hangup"))
        result = told(request, await desk.close(opened, seconds=recorded.seconds, ended_by=ended_by))
    return result


def told(request: RecordRequest, result: RecordResult) -> RecordResult:
    """Whoever asked hears of it also where the task that recorded was cancelled."""
    if request.on_ended is not None:
        request.on_ended(result)
    return result


async def _first_key_of(keys: str, audio: MediaLeg) -> str:
    async with audio.digits() as stream:
        while True:
            digit = await stream.next()
            if digit in keys:
                return digit
