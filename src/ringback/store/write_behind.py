"""Writes what calls leave behind, so that a call never waits for a disk.

`put` replaces what is waiting for the same SID, so a record is written once with its newest state. One task writes
everything in one transaction: every `INTERVAL_SECONDS`, or at once when `BATCH_RECORDS` wait. After a crash the store
is complete up to the last second: at most one interval and one transaction are missing.

Who may go on only when something is in the store waits for `written`. That hurries the writer: it writes at once, but
not within `GATHER_SECONDS` of the last time, so that many who wait share one transaction.

A write that fails is reported and tried again with growing pauses; nothing is lost while the process lives. A record
that the database refuses by itself (`RecordRefused`) is reported and left out, so that it does not hold up the others.
"""

import asyncio
import heapq
import itertools
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ringback.clock import Clock, wait_for

INTERVAL_SECONDS = 0.2
GATHER_SECONDS = 0.05
BATCH_RECORDS = 500
MAX_WAITING = 100_000
FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 5.0


class Written(Protocol):
    """A record of `model.record` that `record_writer` knows how to save; its SID is its own for ever."""

    @property
    def sid(self) -> str: ...


class RecordRefused(Exception):
    """The database takes everything but this record: trying it again would change nothing."""

    def __init__(self, record: Written, reason: str) -> None:
        super().__init__(f"{type(record).__name__} {record.sid}: {reason}")
        self.record = record
        self.reason = reason


class WriteFailed(Exception):
    """The database could not be written just now (locked, full, gone)."""


@dataclass(slots=True)
class WriteStatistics:
    """Counts for the metrics. `refused` and `overflowed` records are lost."""

    written: int = 0
    failed_writes: int = 0
    refused: int = 0
    overflowed: int = 0


Write = Callable[[Sequence[Written]], Awaitable[Sequence[RecordRefused]]]
"""Writes all records in one transaction and returns those it had to leave out; raises `WriteFailed`."""

Report = Callable[[str, Exception | None], None]
"""Told of each failure: a sentence, and what was raised."""


class WriteBehind:
    """`start()` it, `put` records, `drain()` before the end, then `close()`."""

    def __init__(self, write: Write, clock: Clock, *, report: Report, capacity: int = MAX_WAITING) -> None:
        self._write = write
        self._clock = clock
        self._report = report
        self._capacity = capacity
        # By SID, in the order of their numbers, which count up; a newer state of what waits keeps the number.
        self._waiting: dict[str, tuple[int, Written]] = {}
        self._writing: dict[str, tuple[int, Written]] = {}
        self._last_number = 0
        self._wrote_at = -math.inf
        self._barriers: list[tuple[int, int, asyncio.Future[bool]]] = []  # a heap; the second number only orders
        self._barrier_count = itertools.count()
        self._something = asyncio.Event()
        self._asked = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.statistics = WriteStatistics()

    def start(self) -> None:
        """Begin to write; a task of the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="write-behind")

    def put(self, record: Written) -> bool:
        """Keep the record for the next write. False, and a report, when `capacity` other records wait already."""
        number, _ = self._waiting.get(record.sid, (None, None))
        if number is None:
            if len(self._waiting) >= self._capacity:
                self._overflow()
                return False
            number = self._last_number = self._last_number + 1
        self._waiting[record.sid] = (number, record)
        self._something.set()
        if len(self._waiting) >= BATCH_RECORDS:
            self._hurry_up()
        return True

    def unwritten(self, sid: str) -> Written | None:
        """The newest state of a record that is not in the store yet."""
        _, record = self._waiting.get(sid) or self._writing.get(sid) or (None, None)
        return record

    @property
    def waiting(self) -> int:
        """How many records are not in the store yet."""
        return len(self._waiting) + len(self._writing)

    @property
    def position(self) -> int:
        """How far what was put so far reaches, for `written`."""
        return self._last_number

    async def written(self, timeout_seconds: float | None = None, *, up_to: int | None = None) -> bool:
        """Return when all that was put before is in the store, or was refused by it. False when that takes longer.

        Before now, or before the moment when `position` was `up_to`.
        """
        last = self._last_number if up_to is None else up_to
        if last < self._oldest():
            return True
        passed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._barriers, (last, next(self._barrier_count), passed))
        self._asked.set()
        try:
            return await wait_for(self._clock, passed, timeout_seconds)
        except TimeoutError:
            return False

    async def drain(self, timeout_seconds: float | None = None) -> bool:
        """The same without letting more records join."""
        if self._waiting:
            self._hurry_up()
        return await self.written(timeout_seconds)

    async def close(self) -> None:
        """Stop writing. What was not drained is lost, and reported."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        for _, _, passed in self._barriers:
            if not passed.done():
                passed.set_result(False)
        self._barriers.clear()
        if self.waiting:
            self._report(f"{self.waiting} records were not written to the store", None)

    def _hurry_up(self) -> None:
        self._asked.set()
        self._hurry.set()

    def _overflow(self) -> None:
        """Reported at the first and then at each thousandth, so that a full store does not fill the log."""
        if self.statistics.overflowed % 1000 == 0:
            self._report(f"the store does not keep up: {self._capacity} records wait, new ones are dropped", None)
        self.statistics.overflowed += 1

    async def _run(self) -> None:
        while True:
            await self._something.wait()
            await self._pause()
            self._asked.clear()
            self._hurry.clear()
            await self._write_until(self._last_number)
            self._wrote_at = self._clock.now()
            if not self._waiting:
                self._something.clear()

    async def _write_until(self, last: int) -> None:
        """Everything up to this number, in batches. What comes meanwhile gathers for the next time."""
        pause = FIRST_RETRY_SECONDS
        while self._oldest_waiting() <= last:
            self._take_batch()
            try:
                refused = await self._write(tuple(record for _, record in self._writing.values()))
            except Exception as error:  # the writer must outlive a database that is away, and a bug in it too
                self._put_back(error)
                await self._clock.sleep(pause)
                pause = min(pause * 2, LAST_RETRY_SECONDS)
                continue
            self._written(refused)
            pause = FIRST_RETRY_SECONDS

    def _oldest_waiting(self) -> float:
        """The lowest number; infinity when nothing waits."""
        return next((number for number, _ in self._waiting.values()), math.inf)

    def _oldest(self) -> float:
        """The same with what is being written."""
        return next((number for number, _ in self._writing.values()), self._oldest_waiting())

    def _take_batch(self) -> None:
        """The oldest records first; a dict keeps the order in which SIDs were first put."""
        sids = [sid for sid, _ in zip(self._waiting, range(BATCH_RECORDS), strict=False)]
        self._writing = {sid: self._waiting.pop(sid) for sid in sids}

    def _put_back(self, error: Exception) -> None:
        """Before what came since, of which the newer states count."""
        self.statistics.failed_writes += 1
        self._report(f"the store could not be written, {len(self._writing)} records wait: {error}", error)
        back = {
            sid: (number, self._waiting.pop(sid, (number, record))[1])
            for sid, (number, record) in self._writing.items()
        }
        self._waiting = back | self._waiting
        self._writing = {}

    def _written(self, refused: Sequence[RecordRefused]) -> None:
        for refusal in refused:
            self._report(f"the store refuses a record: {refusal}", refusal)
        self.statistics.refused += len(refused)
        self.statistics.written += len(self._writing) - len(refused)
        self._writing = {}
        oldest = self._oldest_waiting()
        while self._barriers and self._barriers[0][0] < oldest:
            _, _, passed = heapq.heappop(self._barriers)
            if not passed.done():
                passed.set_result(True)

    async def _pause(self) -> None:
        """Let records gather: until someone waits for them and the last write is a short while ago, or enough wait."""
        try:
            await wait_for(self._clock, self._asked.wait(), INTERVAL_SECONDS)
            await wait_for(self._clock, self._hurry.wait(), self._wrote_at + GATHER_SECONDS - self._clock.now())
        except TimeoutError:
            return
