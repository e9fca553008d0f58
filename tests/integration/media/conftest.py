"""A phone made of a UDP socket and a tone, so that media tests can listen."""

import asyncio
import random
import struct
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.leg import MediaLeg
from ringback.sdp.description import MediaDirection
from ringback.sdp.negotiation import NegotiatedMedia

Samples = NDArray[np.int16]
CodecName = Literal["PCMU", "PCMA"]
PORTS = (21000, 21999)
EVENTS = 101


def mu_table() -> Samples:
    """G.711 µ-law, written down once more on purpose: the engine's tables are what is under test."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((codes & 15) << 3) + 0x84) << ((codes >> 4) & 7)) - 0x84
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def a_table() -> Samples:
    """G.711 A-law."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    chord, step = (codes >> 4) & 7, (codes & 15) << 4
    magnitude = np.where(chord == 0, step + 8, (step + 0x108) << np.maximum(chord - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


TABLES = {"PCMU": mu_table(), "PCMA": a_table()}
PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}


def encode(samples: Samples, codec: CodecName) -> bytes:
    table = TABLES[codec].astype(np.int32)
    order = np.argsort(table, kind="stable")
    at = np.clip(np.searchsorted(table[order], samples), 1, 255)
    low, high = table[order[at - 1]], table[order[at]]
    return np.where(samples - low < high - samples, order[at - 1], order[at]).astype(np.uint8).tobytes()


def sine(frequency_hz: float, seconds: float, amplitude: float = 8000) -> Samples:
    """A pure tone at 8 kHz."""
    return (amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(8000 * seconds)) / 8000)).astype(np.int16)


def share(samples: Samples, frequency_hz: float) -> float:
    """Which part of the energy is at this frequency: 1 for the pure tone, 0 for anything else and for silence."""
    wave = samples.astype(np.float64)
    total = float(np.dot(wave, wave))
    if total == 0:
        return 0.0
    turn = np.exp(-2j * np.pi * frequency_hz * np.arange(len(wave)) / 8000)
    return float(2 * abs(np.dot(wave, turn)) ** 2 / (len(wave) * total))


class Phone(asyncio.DatagramProtocol):
    """Sends what it is told on the beat, and keeps what it hears."""

    def __init__(self, codec: CodecName, *, loss: float = 0.0, seed: int = 1) -> None:
        self.codec = codec
        self.audio = bytearray()
        self.packets: list[bytes] = []
        self.arrived: list[float] = []
        self.events: list[tuple[int, bytes]] = []
        self.sequence = 1000
        self.timestamp = 5000
        self.ssrc = 0xABCD
        self._random = random.Random(seed)
        self._loss = loss
        self._transport: asyncio.DatagramTransport | None = None
        self.target = ("127.0.0.1", 0)

    @property
    def transport(self) -> asyncio.DatagramTransport:
        assert self._transport is not None
        return self._transport

    @property
    def port(self) -> int:
        port: int = self.transport.get_extra_info("sockname")[1]
        return port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        self.packets.append(data)
        self.arrived.append(time.monotonic())
        if data[1] & 0x7F == EVENTS:
            self.events.append((struct.unpack_from("!I", data, 4)[0], data[12:]))
        elif data[1] & 0x7F == PAYLOAD_TYPES[self.codec]:
            self.audio += data[12:]

    def error_received(self, error: Exception) -> None:
        """The other side's port is closed already."""

    @property
    def heard(self) -> Samples:
        return TABLES[self.codec][np.frombuffer(bytes(self.audio), np.uint8)]

    def send(self, payload_type: int, payload: bytes, *, timestamp: int | None = None, marker: bool = False) -> None:
        stamp = self.timestamp if timestamp is None else timestamp
        head = struct.pack("!BBHII", 0x80, payload_type | marker << 7, self.sequence & 0xFFFF, stamp, self.ssrc)
        self.sequence += 1
        if self._random.random() >= self._loss:
            self.transport.sendto(head + payload, self.target)

    async def speak(self, samples: Samples) -> None:
        """A packet every 20 ms, timed by the clock."""
        codes = encode(samples, self.codec)
        start = time.monotonic()
        for number, at in enumerate(range(0, len(codes) - 159, 160)):
            await asyncio.sleep(max(0.0, start + 0.02 * number - time.monotonic()))
            self.send(PAYLOAD_TYPES[self.codec], codes[at : at + 160])
            self.timestamp += 160

    async def press(self, key: int, *, ticks: int = 5) -> None:
        """One key by RFC 4733: a packet every 20 ms, the last three times."""
        start = self.timestamp
        for tick in range(1, ticks + 3):
            duration, end = min(tick, ticks) * 160, 0x80 if tick >= ticks else 0
            self.send(EVENTS, struct.pack("!BBH", key, end | 10, duration), timestamp=start, marker=tick == 1)
            self.timestamp += 160
            await asyncio.sleep(0.02)
        self.timestamp += 160 * 2
        await asyncio.sleep(0.04)


def agreed(port: int, codec: CodecName = "PCMU", *, dtmf: int | None = EVENTS) -> NegotiatedMedia:
    """What offer/answer with a phone on this port would have agreed."""
    return NegotiatedMedia(
        remote_address="127.0.0.1",
        remote_port=port,
        remote_rtcp_port=port + 1,
        codec=codec,
        payload_type=PAYLOAD_TYPES[codec],
        dtmf_payload_type=dtmf,
        ptime_ms=20,
        direction=MediaDirection.SENDRECV,
    )


class PhoneShop:
    """Makes phones, and switches them off afterwards."""

    def __init__(self) -> None:
        self._phones: list[Phone] = []

    async def __call__(
        self, leg: MediaLeg, codec: CodecName = "PCMU", *, connect: bool = True, loss: float = 0.0
    ) -> Phone:
        """A phone that talks to the leg, and the leg connected to it."""
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(lambda: Phone(codec, loss=loss), local_addr=("127.0.0.1", 0))
        self._phones.append(phone)
        phone.target = ("127.0.0.1", leg.port)
        if connect:
            leg.connect(agreed(phone.port, codec))
        return phone

    def close(self) -> None:
        for phone in self._phones:
            phone.transport.close()


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    """Wait for something that happens on another thread."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the condition is another thread's)
            await asyncio.sleep(0.01)


def read_wav(path: Path) -> tuple[int, Samples]:
    """Channels and samples, by hand, so that a header that lies is seen."""
    data = path.read_bytes()
    riff, size, wave, _, _, kind, channels, rate, _, _, bits, tag, length = struct.unpack_from(
        "<4sI4s4sIHHIIHH4sI", data
    )
    assert (riff, wave, tag, kind, rate, bits) == (b"RIFF", b"WAVE", b"data", 1, 8000, 16)
    assert size == length + 36
    assert length <= len(data) - 44
    return channels, np.frombuffer(data[44 : 44 + length], "<i2").astype(np.int16)


@pytest.fixture(params=[1, 2], ids=["one-thread", "two-threads"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    media = MediaEngine(ports=PORTS, threads=request.param)
    yield media
    await media.close()


@pytest.fixture
async def open_phone() -> AsyncIterator[PhoneShop]:
    shop = PhoneShop()
    yield shop
    shop.close()
    await asyncio.sleep(0)


@pytest.fixture(scope="session")
def a440() -> Clip:
    return Clip.tone([440.0], 0.6)
