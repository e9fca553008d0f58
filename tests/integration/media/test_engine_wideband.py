"""G.722 on the wire between engines' legs, and what a telephone hears of it."""

import asyncio

import numpy as np

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.leg import MediaLeg
from ringback.sdp.description import MediaDirection
from ringback.sdp.negotiation import NegotiatedMedia
from tests.integration.media.conftest import PhoneShop, Samples, share, sine


def connect(leg: MediaLeg, port: int) -> None:
    """The leg speaks G.722 with whoever is at this port."""
    leg.connect(
        NegotiatedMedia(
            remote_address="127.0.0.1",
            remote_port=port,
            remote_rtcp_port=port + 1,
            codec="G722",
            payload_type=9,
            dtmf_payload_type=101,
            ptime_ms=20,
            direction=MediaDirection.SENDRECV,
        )
    )


def heard(audio: bytes) -> Samples:
    return np.frombuffer(audio, "<i2").astype(np.int16)


def wide_line(engine: MediaEngine) -> tuple[MediaLeg, MediaLeg]:
    """Our leg, and the far one that stands for a wideband phone."""
    ours, far = engine.open_leg(), engine.open_leg()
    connect(ours, far.port)
    connect(far, ours.port)
    return ours, far


async def test_a_prompt_and_keys_cross_a_wideband_line(engine: MediaEngine, a440: Clip) -> None:
    ours, far = wide_line(engine)
    async with far.tap() as tap, far.digits() as keys:
        await ours.play(a440)
        await asyncio.sleep(0.1)
        audio = heard(tap.read())
        await ours.send_digits("4#")
        assert [await keys.next(), await keys.next()] == ["4", "#"]
    loud = np.nonzero(np.abs(audio) > 500)[0]
    assert share(audio[loud[0] + 400 : loud[-1] - 400], 440) > 0.97


async def test_a_wideband_leg_and_a_telephone_are_transcoded_both_ways(
    engine: MediaEngine, open_phone: PhoneShop
) -> None:
    ours, far = wide_line(engine)
    narrow = engine.open_leg()
    phone = await open_phone(narrow, "PCMA")
    ours.bridge(narrow)
    async with far.tap() as tap:
        playing = asyncio.create_task(far.play(Clip.tone([900], 1.0)))
        await phone.speak(sine(500, 0.8))
        await playing
        audio = heard(tap.read())
    assert share(audio[2400:5600], 500) > 0.97
    assert share(phone.heard[3200:5600], 900) > 0.97


async def test_a_conference_of_both_kinds_hears_everybody(engine: MediaEngine, open_phone: PhoneShop) -> None:
    ours, far = wide_line(engine)
    legs = [engine.open_leg(), engine.open_leg()]
    phones = [await open_phone(leg) for leg in legs]
    conference = engine.open_conference()
    for leg in (*legs, ours):
        conference.join(leg)
    async with far.tap() as tap:
        playing = asyncio.create_task(far.play(Clip.tone([1300], 1.2)))
        await asyncio.gather(phones[0].speak(sine(500, 0.8, 5000)), phones[1].speak(sine(900, 0.8, 5000)))
        await playing
        audio = heard(tap.read())
    parts = [
        {tone for tone in (500, 900, 1300) if share(sound, tone) > 0.05}
        for sound in (phones[0].heard[3200:5600], phones[1].heard[3200:5600], audio[3200:5600])
    ]
    assert parts == [{900, 1300}, {500, 1300}, {500, 900}]
