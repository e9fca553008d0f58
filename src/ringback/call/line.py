"""A queue with the calls in it and those that wait to take one out: who is given to whom, in order on both sides."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Literal

from ringback.call.queue import Queue
from ringback.call.queue_request import QueueResult
from ringback.call.room_audio import C
from ringback.model.record import UNDATED
from ringback.model.sid import CallSid


class Member(Generic[C]):
    """A call that was queued, until its `<Enqueue>` ends. `out` is done with the result, whoever decides it.

    `since` is when it came by the clock that counts on, `enqueued_at` by that on the wall.
    """

    def __init__(self, call: C, since: float, enqueued_at: datetime = UNDATED) -> None:
        self.call = call
        self.since = since
        self.enqueued_at = enqueued_at
        self.state: Literal["waiting", "bridging", "bridged"] = "waiting"
        self.left_at: float | None = None  # the queue, not the verb
        self.listening: asyncio.Task[QueueResult] | None = None
        self.out: asyncio.Future[QueueResult] = asyncio.get_running_loop().create_future()

    @property
    def call_sid(self) -> CallSid:
        return self.call.info.call_sid

    def take(self, now: float) -> None:
        """Out of the queue to be bridged; what it listened to stops."""
        self.state = "bridging"
        self.left_at = now
        if self.listening is not None:
            self.listening.cancel()

    def finish(self, result: QueueResult) -> None:
        """The first result counts."""
        if not self.out.done():
            self.out.set_result(result)

    def seconds(self, now: float) -> int:
        """How long it was in the queue."""
        return int((self.left_at if self.left_at is not None else now) - self.since)


class Line(Generic[C]):
    """One queue at work."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self._members: dict[CallSid, Member[C]] = {}
        self._takers: deque[asyncio.Future[Member[C]]] = deque()

    @property
    def is_idle(self) -> bool:
        """Nobody in it and nobody waiting for it."""
        return not self._members and not self._takers

    def member(self, call_sid: CallSid) -> Member[C] | None:
        return self._members.get(call_sid)

    def waiting(self) -> Sequence[Member[C]]:
        """Those in the queue, the next one first."""
        return [self._members[call_sid] for call_sid in self.queue]

    def join(self, member: Member[C], *, max_size: int | None) -> None:
        """Raises `QueueFull`."""
        self.queue.join(member.call_sid, member.since, max_size=max_size)
        self._members[member.call_sid] = member
        self._match()

    def leave(self, member: Member[C]) -> None:
        self.queue.remove(member.call_sid)
        self._members.pop(member.call_sid, None)

    def send_away(self, member: Member[C]) -> None:
        """It is moved elsewhere, and from now on nobody is given it."""
        self.queue.remove(member.call_sid)
        member.finish("redirected-from-bridged" if member.state == "bridged" else "redirected")

    def ask(self) -> "asyncio.Future[Member[C]]":
        """The next call, as soon as there is one (Q-02). What is not used must be given back."""
        taker: asyncio.Future[Member[C]] = asyncio.get_running_loop().create_future()
        self._takers.append(taker)
        self._match()
        return taker

    def give_back(self, taker: "asyncio.Future[Member[C]]") -> None:
        """Whoever asked wants it no more: its call is the next one again."""
        if taker in self._takers:
            self._takers.remove(taker)
        elif taker.done() and not taker.cancelled():
            member = taker.result()
            if member.call_sid in self._members and not member.out.done():
                self.queue.put_back(member.call_sid, member.since)
                self._match()
        taker.cancel()

    def _match(self) -> None:
        while self._takers and (call_sid := self.queue.take_first()) is not None:
            member = self._members[call_sid]
            if not member.call.has_ended:
                self._takers.popleft().set_result(member)
