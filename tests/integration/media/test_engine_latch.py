"""Symmetric RTP on real sockets: a phone behind a NAT is found, a stranger is not let in."""

import asyncio

import numpy as np

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from tests.integration.media.conftest import Phone, PhoneShop, agreed, read_wav, share, sine


async def test_a_phone_that_sends_from_elsewhere_is_found(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    """sip.md MD-01."""
    leg = engine.open_leg()
    advertised = await open_phone(leg)
    behind_nat = await open_phone(leg, connect=False)
    await behind_nat.speak(sine(620, 0.2))
    before = len(advertised.packets)
    await asyncio.gather(leg.play(a440), behind_nat.speak(sine(620, 0.5)))
    assert share(behind_nat.heard[-3200:-800], 440) > 0.9
    assert len(advertised.packets) <= before + 1
    assert await leg.first_packet == ("127.0.0.1", behind_nat.port)


async def test_a_stranger_cannot_take_a_settled_leg_over(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip, tmp_path: object
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    await phone.speak(sine(620, 0.1))
    stranger = await open_phone(leg, connect=False)
    stranger.ssrc = phone.ssrc
    stranger.sequence, stranger.timestamp = phone.sequence, phone.timestamp
    path = f"{tmp_path}/heard.wav"
    live = leg.start_recording(path)
    await asyncio.gather(leg.play(a440), phone.speak(sine(620, 0.6)), stranger.speak(sine(1000, 0.6)))
    live.stop()
    audio = await live.finished
    assert not stranger.packets, "the stranger hears nothing"
    samples = read_wav(audio.path)[1]
    assert share(samples[1600:4000], 620) > 0.97, "and is not heard"
    assert share(samples[1600:4000], 1000) < 0.001


async def test_a_stranger_who_came_first_loses_the_leg_to_the_negotiated_phone(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    stranger = await open_phone(leg, connect=False)
    await stranger.speak(sine(1000, 0.2))
    assert stranger.packets
    await phone.speak(sine(620, 0.1))
    count = len(stranger.packets)
    await asyncio.gather(leg.play(a440), stranger.speak(sine(1000, 0.4)))
    assert len(stranger.packets) == count
    assert share(phone.heard[-3200:-800], 440) > 0.9


async def test_a_re_invite_moves_the_leg(engine: MediaEngine, open_phone: PhoneShop, a440: Clip) -> None:
    leg = engine.open_leg()
    first = await open_phone(leg)
    await first.speak(sine(620, 0.1))
    second: Phone = await open_phone(leg, "PCMA", connect=False)
    leg.connect(agreed(second.port, "PCMA"))
    await asyncio.sleep(0.05)
    count = len(first.packets)
    second.sequence, second.ssrc = 1, 0x5EC0
    await asyncio.gather(leg.play(a440), second.speak(sine(620, 0.5)))
    assert share(second.heard[-3200:-800], 440) > 0.9
    assert len(first.packets) == count


async def test_noise_on_the_port_changes_nothing(engine: MediaEngine, open_phone: PhoneShop, a440: Clip) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    random = np.random.default_rng(3)
    for _ in range(500):
        junk = random.integers(0, 256, random.integers(0, 1600), dtype=np.uint8).tobytes()
        phone.transport.sendto(junk, phone.target)
        phone.transport.sendto(b"\x80\x00" + junk, phone.target)
        phone.transport.sendto(b"\x81\xc8" + junk, ("127.0.0.1", leg.port + 1))
    await leg.play(a440)
    assert share(phone.heard[-3200:-800], 440) > 0.9
