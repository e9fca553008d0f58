"""What the tests of a `<Dial>` ask for, and how it ends."""

import asyncio
import dataclasses
from typing import cast

from ringback.call.control import DialRequest, DialResult
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import Bench, Phone, target


def audio_of(phone: Phone) -> MemoryLeg:
    return cast(MemoryLeg, phone.leg.media)


def one(phone: Phone, **more: object) -> DialRequest:
    return dataclasses.replace(DialRequest(targets=[target(phone)]), **more)  # type: ignore[arg-type]


async def ended(task: "asyncio.Task[DialResult]", bench: Bench) -> DialResult:
    return await bench.run(task)
