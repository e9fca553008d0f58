"""Phones in a conference: who hears whom, by ear."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.media.conference import MediaConference
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError
from ringback.media.leg import MediaLeg
from tests.integration.media.conftest import Phone, PhoneShop, Samples, read_wav, share, sine

TONES = (500, 900, 1300, 1700)


async def seated(
    engine: MediaEngine, open_phone: PhoneShop, count: int
) -> tuple[MediaConference, list[MediaLeg], list[Phone]]:
    """A conference of so many phones."""
    legs = [engine.open_leg() for _ in range(count)]
    phones = [await open_phone(leg, "PCMA" if number == 1 else "PCMU") for number, leg in enumerate(legs)]
    conference = engine.open_conference()
    for leg in legs:
        conference.join(leg)
    return conference, legs, phones


async def talk(phones: Sequence[Phone], seconds: float = 0.8, *, amplitude: float = 5000) -> list[set[int]]:
    """All say their own tone; which tones did each hear?"""
    marks = [len(phone.heard) for phone in phones]
    await asyncio.gather(
        *(phone.speak(sine(tone, seconds, amplitude)) for phone, tone in zip(phones, TONES, strict=False))
    )
    return [tones_in(phone.heard[mark:][2400:-800]) for phone, mark in zip(phones, marks, strict=True)]


def tones_in(heard: Samples) -> set[int]:
    return {tone for tone in (*TONES, 440) if share(heard, tone) > 0.05}


async def test_three_legs_hear_exactly_the_two_others(engine: MediaEngine, open_phone: PhoneShop) -> None:
    _, _, phones = await seated(engine, open_phone, 3)
    assert await talk(phones) == [{900, 1300}, {500, 1300}, {500, 900}]


async def test_a_leg_that_leaves_hears_nobody_and_nobody_hears_it(engine: MediaEngine, open_phone: PhoneShop) -> None:
    conference, legs, phones = await seated(engine, open_phone, 3)
    conference.leave(legs[2])
    assert await talk(phones) == [{900}, {500}, set()]
    legs[1].close()
    await legs[1].closed
    conference.join(legs[2])
    assert await talk(phones[::2]) == [{900}, {500}]


async def test_a_muted_leg_hears_and_a_held_leg_does_neither(engine: MediaEngine, open_phone: PhoneShop) -> None:
    conference, legs, phones = await seated(engine, open_phone, 3)
    conference.update(legs[0], muted=True)
    conference.update(legs[1], held=True)
    assert await talk(phones) == [{1300}, set(), set()]
    conference.update(legs[0])
    conference.update(legs[1])
    assert await talk(phones) == [{900, 1300}, {500, 1300}, {500, 900}]


async def test_a_coach_is_heard_by_the_coached_only(engine: MediaEngine, open_phone: PhoneShop) -> None:
    conference, legs, phones = await seated(engine, open_phone, 3)
    conference.update(legs[2], coaching=legs[0])
    assert await talk(phones) == [{900, 1300}, {500}, {500, 900}]


async def test_hold_music_on_a_leg_overrides_the_conference(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    conference, legs, phones = await seated(engine, open_phone, 3)
    conference.update(legs[0], held=True)
    music = asyncio.create_task(legs[0].play(a440, loops=0))
    assert await talk(phones) == [{440}, {1300}, {900}]
    conference.update(legs[0])
    legs[0].stop_playback()
    await music
    assert await talk(phones) == [{900, 1300}, {500, 1300}, {500, 900}]


async def test_an_announcement_is_heard_by_all_and_can_be_cut(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    conference, _, phones = await seated(engine, open_phone, 3)
    await asyncio.gather(conference.play(a440), conference.play(Clip.tone([1700], 0.6)))
    for phone in phones:
        loud = int(np.argmax(np.abs(phone.heard) > 500))
        assert tones_in(phone.heard[loud + 400 : loud + 4000]) == {440, 1700}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await conference.play(Clip.tone([440], 30))
    await asyncio.sleep(0.1)
    assert await talk(phones) == [{900, 1300}, {500, 1300}, {500, 900}]


async def test_a_recording_hears_everybody_but_the_coach(
    engine: MediaEngine, open_phone: PhoneShop, tmp_path: Path
) -> None:
    conference, legs, phones = await seated(engine, open_phone, 4)
    conference.update(legs[3], coaching=legs[0])
    live = conference.start_recording(tmp_path / "conference.wav")
    await talk(phones)
    live.stop()
    audio = await live.finished
    channels, samples = read_wav(audio.path)
    assert (channels, audio.reason) == (1, "stopped")
    assert tones_in(samples[2400:5600]) == {500, 900, 1300}


async def test_closing_a_conference_ends_what_runs_in_it_and_frees_the_legs(
    engine: MediaEngine, open_phone: PhoneShop, tmp_path: Path
) -> None:
    conference, legs, phones = await seated(engine, open_phone, 2)
    live = conference.start_recording(tmp_path / "closed.wav")
    playing = asyncio.create_task(conference.play(Clip.tone([440], 30)))
    await asyncio.sleep(0.1)
    conference.close()
    conference.close()
    await playing
    assert (await live.finished).reason == "closed"
    assert await talk(phones) == [set(), set()]
    legs[0].bridge(legs[1])
    assert await talk(phones) == [{900}, {500}]
    with pytest.raises(MediaError, match="closed"):
        conference.join(legs[0])


async def test_a_bridge_ends_the_conference_for_its_legs_and_the_other_way_round(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    conference, legs, phones = await seated(engine, open_phone, 4)
    legs[0].bridge(legs[1])
    assert await talk(phones) == [{900}, {500}, {1700}, {1300}]
    conference.join(legs[0])
    assert await talk(phones) == [{1300, 1700}, set(), {500, 1700}, {500, 1300}]


async def test_a_leg_that_moves_to_its_conference_keeps_its_numbers(engine: MediaEngine, open_phone: PhoneShop) -> None:
    legs = [engine.open_leg() for _ in range(8)]
    phones = [await open_phone(leg) for leg in legs]
    rooms = [engine.open_conference(), engine.open_conference()]
    await asyncio.sleep(0.1)
    for turn in range(4):
        for number, leg in enumerate(legs):
            rooms[(number + turn) % 2].join(leg)
        await asyncio.sleep(0.1)
    for phone in phones:
        numbers = [int.from_bytes(packet[2:4], "big") for packet in phone.packets]
        stamps = [int.from_bytes(packet[4:8], "big") for packet in phone.packets]
        assert set(np.diff(numbers) & 0xFFFF) == {1}
        assert set(np.diff(stamps) & 0xFFFFFFFF) == {160}


async def test_misuse_is_a_media_error(engine: MediaEngine) -> None:
    conference, leg = engine.open_conference(), engine.open_leg()
    with pytest.raises(MediaError, match="itself"):
        conference.join(leg, coaching=leg)
    conference.update(leg, muted=True)
    conference.leave(leg)
    leg.close()
    with pytest.raises(MediaError, match="closed"):
        conference.join(leg)
    conference.leave(leg)
