"""Time for the SIP stack: the timers of RFC 3261 table 4 by letter, and deadlines that somebody else watches.

Nothing here reads a clock. A caller asks `next()` when to come back, and comes back with `due(now)`.
"""

import heapq
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)


class Timer(StrEnum):
    """RFC 3261 table 4, with L and M of RFC 6026. C belongs to proxies; no machine of ours starts it."""

    A = "A"  # INVITE client: send the request again
    B = "B"  # INVITE client: give up
    C = "C"  # proxy only
    D = "D"  # INVITE client: wait for more copies of a final response
    E = "E"  # other client: send the request again
    F = "F"  # other client: give up
    G = "G"  # INVITE server: send the final response again
    H = "H"  # INVITE server: no ACK came
    I = "I"  # noqa: E741  INVITE server: wait for more copies of the ACK
    J = "J"  # other server: wait for more copies of the request
    K = "K"  # other client: wait for more copies of the response
    L = "L"  # INVITE server: wait for more copies of an accepted INVITE (RFC 6026)
    M = "M"  # INVITE client: wait for more copies of a 2xx, and for those of forks (RFC 6026)


RETRANSMISSION_TIMERS = frozenset({Timer.A, Timer.E, Timer.G})
LINGERING_TIMERS = frozenset({Timer.D, Timer.I, Timer.J, Timer.K})
CAPPED_TIMERS = frozenset({Timer.E, Timer.G})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSettings:
    """T1, T2 and T4 of RFC 3261 section 17.1.1.1, in seconds, and what follows from them."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0

    @property
    def give_up(self) -> float:
        """64*T1: how long anything is tried."""
        return 64 * self.t1

    def seconds(self, timer: Timer, *, reliable: bool) -> float | None:
        """How long `timer` runs when it is started; None when a reliable transport does not need it at all."""
        if timer in RETRANSMISSION_TIMERS:
            return None if reliable else self.t1
        if timer in LINGERING_TIMERS and reliable:
            return 0.0
        if timer is Timer.C:
            return 180.0
        if timer is Timer.D:
            return max(32.0, self.give_up)
        return self.t4 if timer in (Timer.I, Timer.K) else self.give_up

    def backed_off(self, timer: Timer, previous: float) -> float:
        """The next interval of a retransmission timer: doubled, and for all but A at most T2."""
        doubled = previous * 2
        return min(doubled, self.t2) if timer in CAPPED_TIMERS else doubled


class Deadlines(Generic[KeyT]):
    """Named deadlines. Setting one that is set moves it; a key that comes due is forgotten before it is told."""

    __slots__ = ("_heap", "_live", "_order")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, KeyT]] = []
        self._live: dict[KeyT, tuple[float, int]] = {}
        self._order = 0

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._live

    def set(self, key: KeyT, when: float) -> None:
        self._order += 1
        self._live[key] = (when, self._order)
        heapq.heappush(self._heap, (when, self._order, key))
        self._compact()

    def cancel(self, key: KeyT) -> None:
        self._live.pop(key, None)

    def next(self) -> float | None:
        """When somebody has to come back, or None."""
        while self._heap and not self._is_live(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Iterator[KeyT]:
        """Keys whose time has come, earliest first; what is set meanwhile and due already is told as well."""
        while (when := self.next()) is not None and when <= now:
            key = heapq.heappop(self._heap)[2]
            del self._live[key]
            yield key

    def _is_live(self, entry: tuple[float, int, KeyT]) -> bool:
        return self._live.get(entry[2]) == (entry[0], entry[1])

    def _compact(self) -> None:
        """Cancelled entries stay in the heap until they surface; never let them be more than half of it."""
        if len(self._heap) > 2 * len(self._live) + 64:
            self._heap = [(when, order, key) for key, (when, order) in self._live.items()]
            heapq.heapify(self._heap)
