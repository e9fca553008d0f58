"""Opus on the wire between engines' legs: its clock, its keys, its losses, and what other codecs hear of it."""

import asyncio
import itertools
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.leg import MediaLeg
from ringback.sdp.negotiation import LocalMedia, NegotiatedMedia, accept_answer, make_answer, make_offer
from tests.integration.media.conftest import PhoneShop, Samples, agreed, read_wav, share, sine
from tests.peers.lossy import LossyRelay

FRAME = 160


def heard(audio: bytes) -> Samples:
    return np.frombuffer(audio, "<i2").astype(np.int16)


def loud(samples: Samples, margin: int = 800) -> Samples:
    """The part in which something is heard, without its beginning and end."""
    at = np.nonzero(np.abs(samples) > 500)[0]
    return samples[at[0] + margin : at[-1] - margin]


def local(leg: MediaLeg, codec: str) -> LocalMedia:
    return LocalMedia(address="127.0.0.1", port=leg.port, codecs=(codec,))


def line(engine: MediaEngine, codec: str = "opus") -> tuple[MediaLeg, MediaLeg]:
    """Our leg, and the far one that stands for a phone: both connected by a real offer and answer."""
    ours, far = engine.open_leg(), engine.open_leg()
    offer = make_offer(local(ours, codec), session_id=1, version=1)
    answer, negotiated = make_answer(offer, local(far, codec), session_id=2, version=1)
    far.connect(negotiated)
    ours.connect(accept_answer(local(ours, codec), answer))
    return ours, far


class Wire(asyncio.DatagramProtocol):
    """Keeps what a leg sends."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.packets.append(data)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    loop = asyncio.get_running_loop()
    transport, wire = await loop.create_datagram_endpoint(Wire, local_addr=("127.0.0.1", 0))
    yield wire
    transport.close()
    await asyncio.sleep(0)


def as_opus(port: int) -> NegotiatedMedia:
    plain = replace(agreed(port), codec="opus", payload_type=96, receive_payload_type=111)
    return replace(plain, dtmf_payload_type=97, receive_dtmf_payload_type=110, dtmf_rate_hz=48_000)


async def test_a_prompt_and_keys_cross_an_opus_line_both_ways(engine: MediaEngine, a440: Clip) -> None:
    ours, far = line(engine)
    for sender, receiver in ((ours, far), (far, ours)):
        async with receiver.tap() as tap, receiver.digits() as keys:
            await sender.play(a440)
            await asyncio.sleep(0.1)
            audio = heard(tap.read())
            await sender.send_digits("4#")
            assert [await keys.next(), await keys.next()] == ["4", "#"]
        assert share(loud(audio), 440) > 0.97


async def test_packets_bear_their_number_and_count_48000_in_a_second(engine: MediaEngine, wire: Wire) -> None:
    """RFC 7587 section 4.1; keys count the same way (RFC 4733 section 2.1)."""
    leg = engine.open_leg()
    leg.connect(as_opus(wire.port))
    await asyncio.gather(leg.play(Clip.tone([440], 0.3)), asyncio.sleep(0.3))
    await leg.send_digits("7", tone_ms=100)
    assert {packet[1] & 0x7F for packet in wire.packets} == {96, 97}
    audio = [struct.unpack_from("!HI", packet, 2) for packet in wire.packets if packet[1] & 0x7F == 96]
    steps = {(b[0] - a[0], (b[1] - a[1]) % 2**32) for a, b in itertools.pairwise(audio)}
    assert all(step == sequence * 960 for sequence, step in steps), steps
    keys = [packet[12:] for packet in wire.packets if packet[1] & 0x7F == 97]
    assert max(struct.unpack_from("!H", key, 2)[0] for key in keys) == 4800


async def test_what_they_send_with_our_number_and_with_theirs_is_heard_and_nothing_else(
    engine: MediaEngine, wire: Wire
) -> None:
    leg, phone = engine.open_leg(), engine.open_leg()
    phone.connect(as_opus(wire.port))
    await phone.play(Clip.tone([440], 0.5))
    leg.connect(as_opus(wire.port))
    phone.close()
    packets = list(wire.packets)
    for number, is_heard in ((111, True), (96, True), (98, False)):
        await asyncio.sleep(0.15)
        async with leg.tap() as tap:
            for packet in packets:
                wire.transport.sendto(bytes([packet[0], number]) + packet[2:], ("127.0.0.1", leg.port))
                await asyncio.sleep(0.02)
            assert (int(np.abs(heard(tap.read())).max()) > 2000) is is_heard, number
        head = struct.unpack_from("!HI", packets[-1], 2)
        packets = [_moved(packet, head[0] + 1 + n, head[1] + 960 * (n + 1)) for n, packet in enumerate(packets)]


def _moved(packet: bytes, sequence: int, timestamp: int) -> bytes:
    return packet[:2] + struct.pack("!HI", sequence & 0xFFFF, timestamp & 0xFFFFFFFF) + packet[8:]


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_opus_and_a_telephone_are_transcoded_both_ways(
    engine: MediaEngine, open_phone: PhoneShop, codec: Any
) -> None:
    ours, far = line(engine)
    narrow = engine.open_leg()
    phone = await open_phone(narrow, codec)
    ours.bridge(narrow)
    async with far.tap() as tap, far.digits() as keys:
        playing = asyncio.create_task(far.play(Clip.tone([900], 1.0)))
        await phone.speak(sine(500, 0.8))
        await playing
        audio = heard(tap.read())
        await phone.press(5)
        assert await keys.next() == "5"
    assert share(audio[2400:5600], 500) > 0.97
    assert share(phone.heard[3200:5600], 900) > 0.97
    await far.send_digits("8")
    await asyncio.sleep(0.1)
    assert {payload[0] for _, payload in phone.events} == {8}
    # A relayed key may be a tick or two longer or shorter than the one that was heard; at 48 kHz it would say 4800.
    assert 480 <= max(struct.unpack_from("!H", payload, 2)[0] for _, payload in phone.events) <= 1120


async def test_opus_and_g722_are_transcoded_both_ways(engine: MediaEngine) -> None:
    (ours, far), (other, wide) = line(engine), line(engine, "G722")
    ours.bridge(other)
    async with far.tap() as far_tap, wide.tap() as wide_tap:
        await asyncio.gather(far.play(Clip.tone([900], 0.8)), wide.play(Clip.tone([1500], 0.8)))
        await asyncio.sleep(0.15)
        far_heard, wide_heard = heard(far_tap.read()), heard(wide_tap.read())
    assert share(loud(far_heard), 1500) > 0.95
    assert share(loud(wide_heard), 900) > 0.95


async def test_a_conference_of_three_codecs_hears_everybody(engine: MediaEngine, open_phone: PhoneShop) -> None:
    (opus, far), (g722, wide) = line(engine), line(engine, "G722")
    narrow = engine.open_leg()
    phone = await open_phone(narrow)
    conference = engine.open_conference()
    for leg in (opus, g722, narrow):
        conference.join(leg)
    async with far.tap() as far_tap, wide.tap() as wide_tap:
        playing = [far.play(Clip.tone([900], 1.2)), wide.play(Clip.tone([1300], 1.2))]
        await asyncio.gather(*playing, phone.speak(sine(500, 1.0, 5000)))
        audio = [heard(far_tap.read()), heard(wide_tap.read()), phone.heard]
    parts = [{tone for tone in (500, 900, 1300) if share(sound[3200:5600], tone) > 0.05} for sound in audio]
    assert parts == [{500, 1300}, {500, 900}, {900, 1300}]


async def test_a_recording_of_an_opus_leg_has_each_side_on_its_channel(engine: MediaEngine, tmp_path: Path) -> None:
    ours, far = line(engine)
    recording = ours.start_recording(tmp_path / "both.wav", what="dual")
    await asyncio.gather(far.play(Clip.tone([700], 0.8)), ours.play(Clip.tone([1100], 0.8)))
    await asyncio.sleep(0.15)
    recording.stop()
    await recording.finished
    channels, samples = read_wav(tmp_path / "both.wav")
    assert channels == 2
    assert share(loud(samples[0::2]), 700) > 0.97
    assert share(loud(samples[1::2]), 1100) > 0.97


async def test_five_percent_of_loss_leaves_no_gap_and_no_other_level(engine: MediaEngine) -> None:
    ours, far = line(engine)
    loop = asyncio.get_running_loop()
    transport, relay = await loop.create_datagram_endpoint(
        lambda: LossyRelay(("127.0.0.1", ours.port), loss=0.05, seed=9), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    far.connect(replace(as_opus(port), payload_type=111, dtmf_payload_type=110), latch=False)
    await far.play(Clip.tone([300, 600, 900], 0.3))
    async with ours.tap() as tap:
        await far.play(Clip.tone([300, 600, 900], 3.0))
        audio = heard(tap.read())
    transport.close()
    assert relay.lost >= 3
    inside = audio[3200 : 3200 + 100 * FRAME].astype(np.float64)
    levels = np.sqrt((inside.reshape(-1, FRAME) ** 2).mean(axis=1))
    assert abs(np.sqrt((inside**2).mean()) / np.median(levels) - 1) < 0.1
    assert levels.min() > 0.15 * np.median(levels), "no frame fell silent"
    assert sum(share(audio[3200:19_200], tone) for tone in (300, 600, 900)) > 0.85


async def test_a_call_may_go_from_a_telephone_codec_to_opus_and_back(engine: MediaEngine) -> None:
    """Timestamps jump with the clock (RFC 7160): the far side is not deaf for it."""
    ours, far = line(engine)
    for codec in ("PCMU", "opus", "G722", "opus"):
        offer = make_offer(local(ours, codec), session_id=1, version=1)
        answer, negotiated = make_answer(offer, local(far, codec), session_id=2, version=1)
        far.connect(negotiated)
        ours.connect(accept_answer(local(ours, codec), answer))
        async with far.tap() as tap:
            await ours.play(Clip.tone([440], 0.5))
            await asyncio.sleep(0.15)
            audio = heard(tap.read())
        assert share(loud(audio), 440) > 0.97, codec
