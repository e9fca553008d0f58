"""Answering machine detection on a real leg, from its answer until the result is known or the leg is over."""

import asyncio
import contextlib
from collections.abc import Callable

from ringback.call.listening import TappedAudio
from ringback.call.machine_detection import Answerer, DetectionRequest, MachineDetector
from ringback.media.errors import MediaError
from ringback.model.sid import CallSid


async def find_answerer(audio: TappedAudio, detector: MachineDetector) -> Answerer:
    """Listen to what the leg receives; a leg that ends before is `unknown`."""
    with contextlib.suppress(MediaError):
        async with audio.tap("received") as frames:
            async for pcm in frames:
                found = detector.feed(pcm)
                if found is not None:
                    return found
    return detector.give_up()


def detect(audio: TappedAudio, request: DetectionRequest, call_sid: CallSid) -> "asyncio.Task[None]":
    """In the background; the result is told once. Cancel the task to hear nothing more."""
    detector = MachineDetector(request.detection)
    request.began(call_sid)
    return asyncio.ensure_future(_tell(audio, detector, lambda found: request.tell(call_sid, found)))


async def _tell(audio: TappedAudio, detector: MachineDetector, tell: Callable[[Answerer], None]) -> None:
    tell(await find_answerer(audio, detector))
