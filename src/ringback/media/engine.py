"""The asyncio face of the engine: owns it, reads its events, and hands each to the leg it names."""

import asyncio
import logging
from typing import cast

from ringback.media._engine import Engine, EngineError
from ringback.media.conference import MediaConference
from ringback.media.errors import MediaError, NoFreePort
from ringback.media.leg import MediaLeg

_log = logging.getLogger(__name__)

EVENTS_PER_TURN = 4096
"""Events handled before the loop may do something else; the descriptor stays readable while there are more."""

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}

NO_LEG = -1
"""Stands in the events of what was played to a conference or recorded of it."""


class MediaEngine:
    """Make it in the loop that will use it, and `close` it there. Works under asyncio and uvloop.

    `ports` are the lowest and the highest port that legs may take (RTP on even ports, RTCP on the next), `address` is
    the local one they are bound to.
    """

    def __init__(
        self, *, ports: tuple[int, int], address: str = "127.0.0.1", threads: int = 1, timeout_seconds: float = 0.0
    ) -> None:
        self._ports = ports
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._legs: dict[int, MediaLeg] = {}
        self._owners: dict[int, MediaConference] = {}
        self._events_dropped = 0
        self._closed = False
        self._loop = asyncio.get_running_loop()
        try:
            self._engine = Engine(threads=threads)
        except EngineError as problem:
            raise MediaError(str(problem)) from problem
        self._descriptor = self._engine.event_fd()
        self._loop.add_reader(self._descriptor, self._read_events)

    @property
    def local_address(self) -> str:
        """Where legs of this engine reach each other."""
        return _LOOPBACK.get(self._address, self._address)

    @property
    def leg_count(self) -> int:
        """Legs that are open."""
        return self._engine.leg_count()

    @property
    def events_dropped(self) -> int:
        """Events lost because this loop was too slow; anything but 0 is a fault."""
        return self._events_dropped

    def open_leg(self, near: MediaLeg | None = None, *, timeout_seconds: float | None = None) -> MediaLeg:
        """Take a pair of ports. `near` is a leg this one will probably be bridged to. Raises `NoFreePort`."""
        timeout = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        low, high = self._ports
        neighbour = near.leg_id if near is not None and not near.is_closed else None
        try:
            leg_id, port = self._engine.open_leg(
                address=self._address, port_low=low, port_high=high, near=neighbour, timeout_seconds=timeout
            )
        except EngineError as problem:
            kind = NoFreePort if str(problem).startswith("no free port") else MediaError
            raise kind(str(problem)) from problem
        leg = self._legs[leg_id] = MediaLeg(self._engine, leg_id, port)
        return leg

    def open_conference(self) -> MediaConference:
        """A conference without anybody."""
        try:
            conference_id = self._engine.open_conference()
        except EngineError as problem:
            raise MediaError(str(problem)) from problem
        return MediaConference(self._engine, conference_id, self._owners)

    def tick_statistics(self) -> dict[str, float]:
        """How the ticks went since the last call: see `_engine.Engine.tick_statistics`."""
        return self._engine.tick_statistics()

    async def close(self) -> None:
        """Close every leg, complete every file, end the threads. Again: nothing."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._descriptor)
        await asyncio.to_thread(self._engine.close)
        while self._read_events():
            pass

    def _read_events(self) -> int:
        events = self._engine.poll_events(EVENTS_PER_TURN)
        for event in events:
            if event[0] == "overflow":
                self._events_dropped += cast(int, event[2])
                _log.error("the media engine dropped %d events: the loop is too slow", event[2])
                continue
            self._hand_over(event)
        return len(events)

    def _hand_over(self, event: tuple[object, ...]) -> None:
        leg_id = cast(int, event[1])
        if leg_id == NO_LEG:
            owner = self._owners.pop(cast(int, event[2]), None)
            if owner is not None:
                owner.receive(event)
            return
        leg = self._legs.get(leg_id)
        if leg is None:
            return
        leg.receive(event)
        if leg.is_done:
            del self._legs[leg_id]
