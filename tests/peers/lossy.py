"""A bad network between a phone and the server: a UDP relay that loses, doubles and delays packets by a seed."""

import asyncio
import random
from dataclasses import replace
from typing import Any

from ringback.media.engine import MediaEngine
from ringback.media.leg import MediaLeg
from ringback.sdp.negotiation import NegotiatedMedia


class LossyRelay(asyncio.DatagramProtocol):
    """Forwards what the phone sends to the server; `loss` of it disappears, a little comes twice."""

    def __init__(self, server: tuple[str, int], *, loss: float, seed: int) -> None:
        self._server = server
        self._loss = loss
        self._random = random.Random(seed)
        self._phone: tuple[str, int] | None = None
        self.lost = 0
        self.forwarded = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if address == self._server:
            if self._phone is not None:
                self._transport.sendto(data, self._phone)
            return
        self._phone = address
        if self._random.random() < self._loss:
            self.lost += 1
            return
        self.forwarded += 1
        self._transport.sendto(data, self._server)
        if self._random.random() < 0.02:
            self._transport.sendto(data, self._server)


class LossyEngine(MediaEngine):
    """Audio of a phone whose packets go through a `LossyRelay`."""

    def __init__(self, *, loss: float, seed: int) -> None:
        super().__init__(ports=(20000, 29998))
        self._loss = loss
        self._seed = seed
        self.relays: list[LossyRelay] = []
        self._opened: list[asyncio.DatagramTransport] = []
        self._tasks: list[asyncio.Task[None]] = []

    def open_leg(self, near: MediaLeg | None = None, *, timeout_seconds: float | None = None) -> MediaLeg:
        leg = super().open_leg(near, timeout_seconds=timeout_seconds)
        direct = leg.connect

        async def connect_through_relay(negotiated: NegotiatedMedia) -> None:
            server = (negotiated.remote_address, negotiated.remote_port)
            transport, relay = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: LossyRelay(server, loss=self._loss, seed=self._seed), local_addr=("127.0.0.1", 0)
            )
            self._opened.append(transport)
            self.relays.append(relay)
            port = transport.get_extra_info("sockname")[1]
            direct(replace(negotiated, remote_port=port, remote_rtcp_port=port + 1), latch=False)

        def connect(negotiated: NegotiatedMedia, *, latch: bool = True) -> None:
            self._tasks.append(asyncio.ensure_future(connect_through_relay(negotiated)))

        leg.connect = connect  # type: ignore[method-assign]
        return leg

    async def close(self) -> None:
        for transport in self._opened:
            transport.close()
        await super().close()
