"""How long a leg waits for packets that come late or out of order, by its jitter buffer's size (twiml.md 8.4)."""

import asyncio
import time
from collections.abc import Sequence

import numpy as np
import pytest

from ringback.media.conference import MediaConference
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError
from ringback.media.leg import JitterBufferSize, MediaLeg
from tests.integration.media.conftest import PAYLOAD_TYPES, Phone, PhoneShop, encode, share, sine

TONE = 700
PACKETS = 50
TRIES = 4
"""A busy machine sends its packets late itself."""
LATE_BY = 0.05
"""Of every fifth packet: it comes after the two that follow it."""


async def talk(phone: Phone, *, late_by: float = 0.0) -> None:
    """A second of a tone, in packets of 20 ms, of which every fifth comes late."""
    codes = encode(sine(TONE, PACKETS * 0.02), phone.codec)
    first, start = phone.sequence, time.monotonic()
    moments = [(0.02 * number + (late_by if number % 5 == 3 else 0.0), number) for number in range(PACKETS)]
    for at, number in sorted(moments):
        await asyncio.sleep(max(0.0, start + at - time.monotonic()))
        phone.sequence = first + number
        stamp = phone.timestamp + 160 * number
        phone.send(PAYLOAD_TYPES[phone.codec], codes[160 * number : 160 * number + 160], timestamp=stamp)


async def pair(engine: MediaEngine, open_phone: PhoneShop) -> tuple[MediaConference, list[MediaLeg], list[Phone]]:
    legs = [engine.open_leg() for _ in range(2)]
    phones = [await open_phone(leg) for leg in legs]
    conference = engine.open_conference()
    for leg in legs:
        conference.join(leg)
    return conference, legs, phones


async def late_packets(engine: MediaEngine, open_phone: PhoneShop, size: JitterBufferSize) -> int:
    """How many of a talk's packets were lost because they came late."""
    leg = engine.open_leg()
    phone = await open_phone(leg)
    leg.set_jitter_buffer(size)
    await talk(phone, late_by=LATE_BY)
    await asyncio.sleep(0.1)
    leg.close()
    return (await leg.closed).packets_late


async def test_a_larger_buffer_loses_fewer_packets_that_come_late_and_in_another_order(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    off = 0
    for _ in range(TRIES):
        off = max(off, await late_packets(engine, open_phone, "off"))
        if off >= 8:
            break
    assert off >= 8  # of ten
    bounds: dict[JitterBufferSize, int] = {"small": off - 1, "large": 1}
    for size, most in bounds.items():
        late: list[int] = []
        while len(late) < TRIES and (not late or min(late) > most):
            late.append(await late_packets(engine, open_phone, size))
        assert min(late) <= most, (size, late)


async def test_the_tone_of_a_phone_with_jitter_is_whole_in_a_conference_with_a_large_buffer(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    heard: list[float] = []
    while len(heard) < TRIES and (not heard or max(heard) < 0.98):
        heard.append(await purity(engine, open_phone, "large"))
    assert max(heard) > 0.98, heard


async def purity(engine: MediaEngine, open_phone: PhoneShop, size: JitterBufferSize) -> float:
    """How much of what the other hears is the tone; what is made up for a lost packet is not quite."""
    conference, legs, phones = await pair(engine, open_phone)
    legs[0].set_jitter_buffer(size)
    mark = len(phones[1].heard)
    await talk(phones[0], late_by=LATE_BY)
    await asyncio.sleep(0.2)
    heard = phones[1].heard[mark:]
    begins = int(np.argmax(np.abs(heard) > 2000))
    conference.close()
    return share(heard[begins : begins + 7200], TONE)


async def waits(engine: MediaEngine, open_phone: PhoneShop, sizes: Sequence[JitterBufferSize]) -> list[float]:
    """Seconds from the first packet of one phone until the other hears it, the least of a few."""
    least: list[float] = []
    for size in sizes:
        tries: list[float] = []
        for _ in range(TRIES):
            conference, legs, phones = await pair(engine, open_phone)
            legs[0].set_jitter_buffer(size)
            await asyncio.sleep(0.06)
            sent = time.monotonic()
            await phones[0].speak(sine(TONE, 0.2))
            await asyncio.sleep(0.1)
            loud = [number for number, packet in enumerate(phones[1].packets) if is_loud(phones[1], packet)]
            tries.append(phones[1].arrived[loud[0]] - sent)
            conference.close()
        least.append(min(tries))
    return least


def is_loud(phone: Phone, packet: bytes) -> bool:
    return bool(len(set(packet[12:])) > 4)


async def test_a_smaller_buffer_is_heard_sooner(engine: MediaEngine, open_phone: PhoneShop) -> None:
    off, large = await waits(engine, open_phone, ("off", "large"))
    assert large - off == pytest.approx(0.06, abs=0.035)


async def test_a_size_that_there_is_not_and_a_leg_that_is_closed_are_refused(engine: MediaEngine) -> None:
    leg = engine.open_leg()
    with pytest.raises(MediaError, match="not one of off, small, medium, large"):
        leg.set_jitter_buffer("huge")  # type: ignore[arg-type]
    leg.close()
    with pytest.raises(MediaError):
        leg.set_jitter_buffer("small")


async def test_a_deaf_leg_is_heard_and_hears_nobody(engine: MediaEngine, open_phone: PhoneShop) -> None:
    """What a phone that rings is to a conference."""
    conference, legs, phones = await pair(engine, open_phone)
    conference.join(legs[0], deaf=True)
    marks = [len(phone.heard) for phone in phones]
    await asyncio.gather(phones[0].speak(sine(500, 0.6)), phones[1].speak(sine(900, 0.6)))
    heard = [phone.heard[mark:][1600:4000] for phone, mark in zip(phones, marks, strict=True)]
    assert (share(heard[1], 500) > 0.5, share(heard[0], 900)) == (True, 0.0)
    conference.join(legs[0])
    marks = [len(phone.heard) for phone in phones]
    await phones[1].speak(sine(900, 0.6))
    assert share(phones[0].heard[marks[0] :][1600:4000], 900) > 0.5
