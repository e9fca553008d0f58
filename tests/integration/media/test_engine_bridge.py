"""Two phones on one bridge: each hears the other's tone and not its own."""

import asyncio
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from tests.integration.media.conftest import CodecName, Phone, PhoneShop, read_wav, share, sine, until


def middle(phone: Phone) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    """What was heard, without the edges."""
    heard = phone.heard
    loud = np.nonzero(np.abs(heard) > 500)[0]
    assert len(loud), "nothing was heard"
    return heard[loud[0] + 400 : loud[-1] - 400]


@pytest.mark.parametrize(("first", "second"), [("PCMU", "PCMU"), ("PCMU", "PCMA"), ("PCMA", "PCMU")])
async def test_bridged_phones_hear_each_other_and_not_themselves(
    engine: MediaEngine, open_phone: PhoneShop, first: CodecName, second: CodecName
) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0], first), await open_phone(legs[1], second)
    legs[0].bridge(legs[1])
    await asyncio.gather(low.speak(sine(500, 0.8)), high.speak(sine(900, 0.8)))
    await asyncio.sleep(0.1)
    assert share(middle(low), 900) > 0.97
    assert share(middle(low), 500) < 0.001
    assert share(middle(high), 500) > 0.97
    assert share(middle(high), 900) < 0.001


async def test_a_leg_that_moves_to_another_thread_keeps_its_numbers(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg() for _ in range(6)]
    phones = [await open_phone(leg) for leg in legs]
    await asyncio.sleep(0.2)
    for a, b in ((0, 1), (2, 1), (3, 0), (5, 2), (4, 1), (0, 5)):
        legs[a].bridge(legs[b])
        await asyncio.sleep(0.1)
    for phone in phones:
        numbers = [int.from_bytes(packet[2:4], "big") for packet in phone.packets]
        stamps = [int.from_bytes(packet[4:8], "big") for packet in phone.packets]
        assert {b - a & 0xFFFF for a, b in pairwise(numbers)} == {1}
        assert {b - a & 0xFFFFFFFF for a, b in pairwise(stamps)} == {160}


async def test_playback_overrides_the_bridge_while_it_lasts(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1])
    legs[0].bridge(legs[1])
    talking = asyncio.gather(low.speak(sine(500, 1.4)), high.speak(sine(900, 1.4)))
    await asyncio.sleep(0.3)
    at = len(high.heard)
    await legs[1].play(a440)
    played = high.heard[at + 800 : at + 4000]
    assert share(played, 440) > 0.97
    await talking
    assert share(high.heard[-1600:-320], 500) > 0.9


async def test_after_unbridging_nobody_hears_the_other(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1])
    legs[0].bridge(legs[1])
    talking = asyncio.gather(low.speak(sine(500, 1.0)), high.speak(sine(900, 1.0)))
    await asyncio.sleep(0.4)
    legs[1].unbridge()
    await asyncio.sleep(0.1)
    marks = len(low.heard), len(high.heard)
    await talking
    assert not low.heard[marks[0] :].any()
    assert not high.heard[marks[1] :].any()


async def test_a_muted_leg_is_not_heard(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1])
    legs[0].bridge(legs[1])
    legs[0].set_muted(True)
    await asyncio.gather(low.speak(sine(500, 0.4)), high.speak(sine(900, 0.4)))
    assert not high.heard.any()
    assert share(middle(low), 900) > 0.97


async def test_keys_cross_the_bridge_and_are_still_reported(engine: MediaEngine, open_phone: PhoneShop) -> None:
    """sip.md MD-03."""
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1], "PCMA")
    legs[0].bridge(legs[1])
    async with legs[0].digits() as keys:
        for key in (5, 5, 11):
            await low.press(key)
        assert [await keys.next() for _ in range(3)] == ["5", "5", "#"]
    await until(lambda: len({stamp for stamp, _ in high.events}) == 3)
    by_stamp = {stamp: payload[0] for stamp, payload in high.events}
    assert [by_stamp[stamp] for stamp in sorted(by_stamp)] == [5, 5, 11]


async def test_a_bridged_recording_has_both_sides(engine: MediaEngine, open_phone: PhoneShop, tmp_path: Path) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1])
    legs[0].bridge(legs[1])
    live = legs[0].start_recording(tmp_path / "bridge.wav", what="dual")
    await asyncio.gather(low.speak(sine(500, 0.8)), high.speak(sine(900, 0.8)))
    live.stop()
    await live.finished
    _, samples = read_wav(tmp_path / "bridge.wav")
    assert share(samples[0::2][2400:5600], 500) > 0.97
    assert share(samples[1::2][2400:5600], 900) > 0.97
