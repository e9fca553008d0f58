"""Taps, voice streams and the echo, by ear."""

import asyncio
import time

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError
from ringback.media.listening import TAP_FRAME_OCTETS, Tap
from tests.integration.media.conftest import PhoneShop, Samples, share, sine, until


def heard(audio: bytes) -> Samples:
    return np.frombuffer(audio, "<i2").astype(np.int16)


async def collect(tap: Tap, seconds: float) -> list[bytes]:
    """What a tap gives in so many seconds."""
    pieces: list[bytes] = []
    try:
        async with asyncio.timeout(seconds):
            async for audio in tap:
                pieces.append(audio)
    except TimeoutError:
        pass
    return pieces


def vowel(seconds: float) -> Samples:
    """A pulse 120 times a second through a resonance: what a throat does."""
    pulses = np.where(np.arange(int(8000 * seconds)) % 66 == 0, 6000.0, 0.0)
    ringing = np.cos(2 * np.pi * 600 * np.arange(200) / 8000) * 0.97 ** np.arange(200)
    return np.clip(np.convolve(pulses, ringing)[: len(pulses)], -20000, 20000).astype(np.int16)


async def test_a_tap_delivers_what_is_received_in_whole_frames_at_the_pace_of_the_call(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    async with leg.tap("received") as tap:
        pieces, _ = await asyncio.gather(collect(tap, 1.0), phone.speak(sine(500, 1.2)))
        assert tap.frames_lost == 0
    audio = b"".join(pieces)
    assert {len(piece) % TAP_FRAME_OCTETS for piece in pieces} == {0}
    assert 40 * TAP_FRAME_OCTETS <= len(audio) <= 52 * TAP_FRAME_OCTETS
    assert 8 <= len(pieces) <= 12
    assert share(heard(audio)[2400:-800], 500) > 0.97


async def test_a_tap_of_what_is_sent_hears_the_prompt(engine: MediaEngine, open_phone: PhoneShop, a440: Clip) -> None:
    leg = engine.open_leg()
    await open_phone(leg)
    async with leg.tap("sent") as tap:
        pieces, _ = await asyncio.gather(collect(tap, 0.5), leg.play(a440))
    assert share(heard(b"".join(pieces))[800:3200], 440) > 0.97


async def test_a_tap_hears_one_side_of_a_bridge_and_of_a_conference(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1])
    for meet in ("bridge", "conference"):
        if meet == "bridge":
            legs[0].bridge(legs[1])
        else:
            conference = engine.open_conference()
            conference.join(legs[0])
            conference.join(legs[1])
        async with legs[0].tap("received") as received, legs[0].tap("sent") as sent:
            await asyncio.gather(low.speak(sine(500, 0.6)), high.speak(sine(900, 0.6)))
            assert share(heard(received.read())[1600:4000], 500) > 0.97
            assert share(heard(sent.read())[1600:4000], 900) > 0.97


async def test_silence_where_no_packets_come_and_the_rest_after_the_leg_closed(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    leg = engine.open_leg()
    await open_phone(leg)
    tap = leg.tap()
    await asyncio.sleep(0.3)
    leg.close()
    await leg.closed
    pieces = await collect(tap, 1.0)
    audio = b"".join(pieces)
    assert 13 <= len(audio) / TAP_FRAME_OCTETS <= 18
    assert not any(audio)
    tap.close()
    tap.close()
    assert tap.read() == b""


async def test_a_tap_that_nobody_reads_holds_up_nothing(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    taps = [leg.tap() for _ in range(8)]
    with pytest.raises(MediaError, match="8 taps"):
        leg.tap()
    engine.tick_statistics()
    await asyncio.sleep(0.5)
    assert 20 <= len(phone.packets) <= 30
    assert engine.events_dropped == 0
    taps[0].close()
    leg.tap().close()


async def test_a_voice_stream_reports_each_beginning_and_end_of_speech(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    quiet, turns, began = np.full(8000, 3, np.int16), list[tuple[str, float]](), time.monotonic()

    async def listen() -> None:
        async with leg.voice() as voice:
            async for turn in voice:
                turns.append((turn, time.monotonic() - began))

    listening = asyncio.create_task(listen())
    await phone.speak(np.concatenate([quiet[:4000], vowel(0.6), quiet, vowel(0.6), quiet]))
    await until(lambda: len(turns) >= 4)
    leg.close()
    await listening
    assert [turn for turn, _ in turns] == ["started", "stopped"] * 2
    for (_, at), expected in zip(turns, (0.5, 1.1, 2.1, 2.7), strict=True):
        assert -0.1 < at - expected < 0.8


async def test_a_steady_tone_is_not_speech(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    async with leg.voice() as voice:
        await phone.speak(sine(440, 0.6))
        leg.close()
        assert [turn async for turn in voice] == []


async def test_a_leg_with_echo_hears_itself_until_it_is_bridged(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg(), engine.open_leg()]
    low, high = await open_phone(legs[0]), await open_phone(legs[1], "PCMA")
    legs[0].set_echo(True)
    await asyncio.gather(low.speak(sine(500, 0.6)), high.speak(sine(900, 0.6)))
    assert share(low.heard[-2400:], 500) > 0.97
    assert np.abs(high.heard).max() <= 8
    legs[0].bridge(legs[1])
    await asyncio.gather(low.speak(sine(500, 0.6)), high.speak(sine(900, 0.6)))
    assert share(low.heard[-2400:], 900) > 0.97
    legs[0].unbridge()
    legs[0].set_echo(False)
    await asyncio.sleep(0.1)
    mark = len(low.heard)
    await low.speak(sine(500, 0.4))
    assert not low.heard[mark:].any()
