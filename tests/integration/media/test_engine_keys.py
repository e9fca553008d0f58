"""Keys over real sockets: each once, whatever is lost."""

import asyncio
import random
import struct

import pytest

from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError
from ringback.media.leg import DigitStream
from tests.integration.media.conftest import EVENTS, PhoneShop, agreed, share

KEYS = "0123456789*#ABCD"


async def read(keys: DigitStream, count: int) -> str:
    async with asyncio.timeout(5):
        return "".join([await keys.next() for _ in range(count)])


async def test_keys_under_5_percent_loss_arrive_once_each(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg, loss=0.05)
    pressed = [random.Random(7).randrange(16) for _ in range(25)]
    async with leg.digits() as keys:
        for key in pressed:
            await phone.press(key)
        assert await read(keys, len(pressed)) == "".join(KEYS[key] for key in pressed)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(keys.next(), 0.4)


async def test_a_key_whose_end_never_comes_is_reported_once(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    async with leg.digits() as keys:
        for tick in range(1, 4):
            phone.send(EVENTS, struct.pack("!BBH", 9, 10, tick * 160), timestamp=777, marker=tick == 1)
            await asyncio.sleep(0.02)
        assert await read(keys, 1) == "9"
        phone.send(EVENTS, struct.pack("!BBH", 9, 0x8A, 800), timestamp=777)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(keys.next(), 0.4)


async def test_a_stream_hears_no_keys_from_before_it_was_opened(engine: MediaEngine, open_phone: PhoneShop) -> None:
    """twiml.md G-19."""
    leg = engine.open_leg()
    phone = await open_phone(leg)
    async with leg.digits() as early:
        await phone.press(1)
        assert await read(early, 1) == "1"
        async with leg.digits() as late:
            await phone.press(2)
            assert await read(late, 1) == await read(early, 1) == "2"


async def test_keys_we_press_are_events_with_three_ends(engine: MediaEngine, open_phone: PhoneShop) -> None:
    """RFC 4733 section 2.5.1."""
    leg = engine.open_leg()
    phone = await open_phone(leg)
    began = asyncio.get_running_loop().time()
    await leg.send_digits("1w#", tone_ms=100, gap_ms=100)
    assert asyncio.get_running_loop().time() - began > 0.85
    stamps = sorted({stamp for stamp, _ in phone.events})
    assert len(stamps) == 2
    for stamp, event in zip(stamps, (1, 11), strict=True):
        parts = [struct.unpack("!BBH", payload) for at, payload in phone.events if at == stamp]
        assert {key for key, _, _ in parts} == {event}
        assert [duration for _, _, duration in parts] == [160, 320, 480, 640, 800, 800, 800]
        assert [flags >> 7 for _, flags, _ in parts] == [0, 0, 0, 0, 1, 1, 1]
    with pytest.raises(MediaError, match="digits"):
        await leg.send_digits("12x")


async def test_a_phone_without_telephone_events_hears_the_two_tones(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg, connect=False)
    leg.connect(agreed(phone.port, dtmf=None))
    await leg.send_digits("1", tone_ms=400)
    await asyncio.sleep(0.1)
    loud = phone.heard[abs(phone.heard) > 300]
    assert 2000 < len(loud) <= 3200
    start = int((abs(phone.heard) > 300).argmax())
    tone = phone.heard[start : start + 3000]
    assert share(tone, 697) + share(tone, 1209) > 0.95
    assert not phone.events
