"""Queues as the API makes, reads, changes and removes them (rest-api.md 9.10).

Which queues there are is known in memory, where calls wait in them; the store has them for the next start.
"""

from dataclasses import dataclass

from ringback.call.call import Call
from ringback.call.queue import DEFAULT_MAX_SIZE
from ringback.call.queue_book import NameTaken, QueueBook, QueueNotEmpty
from ringback.clock import Clock
from ringback.model.record import QueueRecord
from ringback.model.sid import AccountSid
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.paging import PageRequest, Slice
from ringback.store.queue import QueueRepository

TAKEN = 22003
NOT_EMPTY = 20001


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue, and who waits in it just now."""

    record: QueueRecord
    size: int = 0
    average_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueKeeping:
    """Another account's queue is not there. What was changed is in the store before the answer."""

    reading: Reading
    book: QueueBook[Call]
    clock: Clock

    async def create(self, account_sid: AccountSid, name: str, max_size: int | None) -> QueueView:
        """Raises `Refused`."""
        await self._require_free(account_sid, name)
        try:
            record = self.book.make(account_sid, name, max_size or DEFAULT_MAX_SIZE)
        except NameTaken as taken:
            raise _taken(taken) from None
        await self._written()
        return self._view(record)

    async def find(self, account_sid: AccountSid, sid: str) -> QueueView | None:
        record = self.book.record(account_sid, sid)
        if record is None:  # one that was forgotten is in the store alone
            async with self.reading.read() as connection:
                record = await QueueRepository(connection).get(sid)
        return self._view(record) if record is not None and record.account_sid == account_sid else None

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[QueueView]:
        async with self.reading.read() as connection:
            found = await QueueRepository(connection).of_account(account_sid, request)
        views = tuple(self._view(self.book.record(account_sid, record.sid) or record) for record in found.records)
        return Slice(records=views, has_next=found.has_next, has_previous=found.has_previous)

    async def update(
        self, account_sid: AccountSid, sid: str, *, name: str | None, max_size: int | None
    ) -> QueueView | None:
        """None if there is none. Raises `Refused`."""
        found = await self.find(account_sid, sid)
        if found is None:
            return None
        if name is not None:
            await self._require_free(account_sid, name, beside=sid)
        if self.book.record(account_sid, sid) is None:
            self.book.load([found.record])
        try:
            record = self.book.change(account_sid, sid, name=name, max_size=max_size)
        except NameTaken as taken:
            raise _taken(taken) from None
        await self._written()
        return self._view(record)

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. Raises `Refused` while a call waits in it, or for a call out of it."""
        if await self.find(account_sid, sid) is None:
            return False
        try:
            if self.book.record(account_sid, sid) is not None:
                self.book.remove(account_sid, sid)
        except QueueNotEmpty as full:
            raise Refused(NOT_EMPTY, f"The queue {full} is not empty; calls wait in it or for it.") from None
        async with self.reading.change() as connection:
            await QueueRepository(connection).remove({sid})
        self.book.keep_again(account_sid, sid)
        return True

    async def _require_free(self, account_sid: AccountSid, name: str, *, beside: str = "") -> None:
        """A name may be in the store alone: of a queue that was forgotten here, or that another node has made."""
        async with self.reading.read() as connection:
            found = await QueueRepository(connection).named(account_sid, name)
        if found is not None and found.sid != beside:
            raise _taken(name)

    def _view(self, record: QueueRecord) -> QueueView:
        line = self.book.of_sid(record.account_sid, record.sid)
        if line is None:
            return QueueView(record=record)
        return QueueView(
            record=record, size=len(line.queue), average_seconds=line.queue.average_seconds(self.clock.now())
        )

    async def _written(self) -> None:
        async with self.reading.read():
            pass


def _taken(name: object) -> Refused:
    return Refused(TAKEN, f"A queue with the name {name} already exists")
