"""Which queues there are, by account: found by name and by SID, made, renamed and removed (rest-api.md 9.10).

A queue is made by the first `<Enqueue>` that names it, or over REST, and stays until it is removed, also while nobody
waits in it. Each new state is handed to `keep`, for the store; `load` takes them back at the next start.

    (none) --open, make--> empty <--join, leave--> with calls
               remove <------'                     (cannot be removed)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Generic

from ringback.call.line import Line
from ringback.call.queue import DEFAULT_MAX_SIZE, LARGEST_MAX_SIZE, Queue
from ringback.call.room_audio import C
from ringback.clock import Clock
from ringback.model.record import QueueRecord
from ringback.model.sid import AccountSid, QueueSid, new_sid, queue_sid

MAX_QUEUES = 10_000
"""Kept in memory in all; of one more, the oldest that only `<Enqueue>` has made and in which nobody waits is forgotten.
It gets the same SID when it is named again."""


class NameTaken(Exception):
    """Another queue of the account has this name."""


class QueueNotEmpty(Exception):
    """Calls wait in it, or for it."""


class QueueBook(Generic[C]):
    def __init__(self, *, clock: Clock, keep: Callable[[QueueRecord], object] = lambda record: None) -> None:
        self._clock = clock
        self._keep = keep
        self._lines: dict[tuple[AccountSid, str], Line[C]] = {}
        self._records: dict[QueueSid, QueueRecord] = {}

    def load(self, records: Iterable[QueueRecord]) -> None:
        """What the store has, before the first call comes."""
        for record in sorted(records, key=lambda record: record.created_at):
            self._enter(record)

    def __iter__(self) -> Iterator[Line[C]]:
        return iter(self._lines.values())

    def find(self, account_sid: AccountSid, name: str) -> Line[C] | None:
        return self._lines.get((account_sid, name))

    def of_sid(self, account_sid: AccountSid, sid: str) -> Line[C] | None:
        record = self.record(account_sid, sid)
        return self._lines[account_sid, record.friendly_name] if record is not None else None

    def record(self, account_sid: AccountSid, sid: str) -> QueueRecord | None:
        """How a queue of this account is now."""
        record = self._records.get(QueueSid(sid))
        return record if record is not None and record.account_sid == account_sid else None

    def open(self, account_sid: AccountSid, name: str) -> Line[C]:
        """That of `<Enqueue>`: the queue of this name, or a new one."""
        return self._lines.get((account_sid, name)) or self._new(account_sid, name, DEFAULT_MAX_SIZE)

    def make(self, account_sid: AccountSid, name: str, max_size: int = DEFAULT_MAX_SIZE) -> QueueRecord:
        """Raises `NameTaken`."""
        if (account_sid, name) in self._lines:
            raise NameTaken(name)
        return self._records[self._new(account_sid, name, max_size).queue.sid]

    def change(
        self, account_sid: AccountSid, sid: str, *, name: str | None = None, max_size: int | None = None
    ) -> QueueRecord:
        """Who waits in it stays. Raises `NameTaken`, and `KeyError` if there is none."""
        before = self._records[QueueSid(sid)]
        line = self._lines[account_sid, before.friendly_name]
        after = replace(before, friendly_name=name or before.friendly_name, max_size=max_size or before.max_size)
        if after == before:
            return before
        if after.friendly_name != before.friendly_name:
            if (account_sid, after.friendly_name) in self._lines:
                raise NameTaken(after.friendly_name)
            self._lines[account_sid, after.friendly_name] = self._lines.pop((account_sid, before.friendly_name))
        line.queue.name, line.queue.max_size = after.friendly_name, min(after.max_size, LARGEST_MAX_SIZE)
        return self._kept(replace(after, max_size=line.queue.max_size, updated_at=self._clock.utc_now()))

    def sized(self, line: Line[C]) -> None:
        """A document may have set another size."""
        record = self._records.get(line.queue.sid)
        if record is not None and record.max_size != line.queue.max_size:
            self._kept(replace(record, max_size=line.queue.max_size, updated_at=self._clock.utc_now()))

    def remove(self, account_sid: AccountSid, sid: str) -> None:
        """Raises `QueueNotEmpty`, and `KeyError` if there is none."""
        record = self._records[QueueSid(sid)]
        if not self._lines[account_sid, record.friendly_name].is_idle:
            raise QueueNotEmpty(record.friendly_name)
        self._drop(record)

    def keep_again(self, account_sid: AccountSid, sid: str) -> None:
        """It was removed from the store; a call may have named it again meanwhile."""
        record = self.record(account_sid, sid)
        if record is not None:
            self._keep(record)

    def _new(self, account_sid: AccountSid, name: str, max_size: int) -> Line[C]:
        self._forget_one_too_many()
        sid, now = queue_sid(account_sid, name), self._clock.utc_now()
        if sid in self._records:  # it was this one's name, before it was renamed
            sid = QueueSid(new_sid("QU"))
        record = QueueRecord(
            sid=sid, account_sid=account_sid, friendly_name=name, max_size=max_size, created_at=now, updated_at=now
        )
        line = self._enter(record)
        self._keep(record)
        return line

    def _enter(self, record: QueueRecord) -> Line[C]:
        self._records[record.sid] = record
        queue = Queue(sid=record.sid, name=record.friendly_name, max_size=record.max_size)
        line = self._lines[record.account_sid, record.friendly_name] = Line[C](queue)
        return line

    def _kept(self, record: QueueRecord) -> QueueRecord:
        self._records[record.sid] = record
        self._keep(record)
        return record

    def _drop(self, record: QueueRecord) -> None:
        del self._records[record.sid]
        del self._lines[record.account_sid, record.friendly_name]

    def _forget_one_too_many(self) -> None:
        if len(self._records) >= MAX_QUEUES:
            idle = next((record for record in self._records.values() if self._is_forgettable(record)), None)
            if idle is not None:
                self._drop(idle)

    def _is_forgettable(self, record: QueueRecord) -> bool:
        is_plain = record.sid == queue_sid(record.account_sid, record.friendly_name)
        line = self._lines[record.account_sid, record.friendly_name]
        return is_plain and record.max_size == DEFAULT_MAX_SIZE and line.is_idle
