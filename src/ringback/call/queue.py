"""A queue of calls: first in, first out, also when callers give up in the middle (twiml.md section 9). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from ringback.model.sid import CallSid, QueueSid

DEFAULT_MAX_SIZE = 1000
LARGEST_MAX_SIZE = 5000
"""Whatever an app asks for with `maxQueueSize`."""


class QueueFull(Exception):
    """E-06: the call is not taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """How a queue is for one of its calls: what `waitUrl` is told. Times are whole seconds."""

    queue_sid: QueueSid
    position: int  # 1 is next
    seconds: int
    average_seconds: int
    size: int
    max_size: int


class Queue:
    """Calls by the time at which they came. A dict keeps their order and finds each at once."""

    def __init__(self, *, sid: QueueSid, name: str, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self.sid = sid
        self.name = name
        self.max_size = max_size
        self._since: dict[CallSid, float] = {}

    def __len__(self) -> int:
        return len(self._since)

    def __iter__(self) -> Iterator[CallSid]:
        return iter(self._since)

    def __contains__(self, call_sid: object) -> bool:
        return call_sid in self._since

    def join(self, call_sid: CallSid, now: float, *, max_size: int | None = None) -> None:
        """Go to the end. `max_size` is what this call's document allows. Raises `QueueFull`."""
        if max_size is not None:
            self.max_size = min(max_size, LARGEST_MAX_SIZE)
        if len(self._since) >= self.max_size:
            raise QueueFull(f"the queue {self.name!r} holds {self.max_size} calls already")
        self._since[call_sid] = now

    def remove(self, call_sid: CallSid) -> None:
        """Wherever it stands; nothing if it is not here."""
        self._since.pop(call_sid, None)

    def take_first(self) -> CallSid | None:
        """Q-01: who has waited longest, not here any more from now on; None when nobody waits."""
        call_sid = next(iter(self._since), None)
        if call_sid is not None:
            del self._since[call_sid]
        return call_sid

    def put_back(self, call_sid: CallSid, since: float) -> None:
        """To the front again: it was taken and not used."""
        self._since = {call_sid: since, **self._since}

    def average_seconds(self, now: float) -> int:
        """How long those that wait now have waited; 0 when nobody does."""
        waited = [now - since for since in self._since.values()]
        return int(sum(waited) / len(waited)) if waited else 0

    def facts(self, call_sid: CallSid, now: float) -> QueueFacts:
        """Raises `KeyError` if it is not here."""
        since = self._since[call_sid]
        return QueueFacts(
            queue_sid=self.sid,
            position=list(self._since).index(call_sid) + 1,
            seconds=int(now - since),
            average_seconds=self.average_seconds(now),
            size=len(self._since),
            max_size=self.max_size,
        )
