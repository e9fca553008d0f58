"""Writes what calls leave behind, so that a call never waits for a disk.

`put` replaces what is waiting for the same SID, so a record is written once with its newest state. One task writes
everything in one transaction: every `INTERVAL_SECONDS`, or at once when `BATCH_RECORDS` wait. After a crash the store
is complete up to the last second: at most one interval and one transaction are missing.

A write that fails is reported and tried again with growing pauses; nothing is lost while the process lives. A record
that the database refuses by itself (`RecordRefused`) is reported and left out, so that it does not hold up the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ringback.clock import Clock, wait_for

INTERVAL_SECONDS = 0.2
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
        self._waiting: dict[str, Written] = {}
        self._writing: dict[str, Written] = {}
        self._something = asyncio.Event()
        self._hurry = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self.statistics = WriteStatistics()

    def start(self) -> None:
        """Begin to write; a task of the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="write-behind")

    def put(self, record: Written) -> bool:
        """Keep the record for the next write. False, and a report, when `capacity` other records wait already."""
        if record.sid not in self._waiting and len(self._waiting) >= self._capacity:
            self._overflow()
            return False
        self._waiting[record.sid] = record
        self._idle.clear()
        self._something.set()
        if len(self._waiting) >= BATCH_RECORDS:
            self._hurry.set()
        return True

    def unwritten(self, sid: str) -> Written | None:
        """The newest state of a record that is not in the store yet."""
        return self._waiting.get(sid) or self._writing.get(sid)

    @property
    def waiting(self) -> int:
        """How many records are not in the store yet."""
        return len(self._waiting) + len(self._writing)

    async def drain(self, timeout_seconds: float | None = None) -> bool:
        """Write all that waits now. False when it could not be written in `timeout_seconds`."""
        if self._waiting:
            self._hurry.set()
        try:
            await wait_for(self._clock, self._idle.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Stop writing. What was not drained is lost, and reported."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self.waiting:
            self._report(f"{self.waiting} records were not written to the store", None)

    def _overflow(self) -> None:
        """Reported at the first and then at each thousandth, so that a full store does not fill the log."""
        if self.statistics.overflowed % 1000 == 0:
            self._report(f"the store does not keep up: {self._capacity} records wait, new ones are dropped", None)
        self.statistics.overflowed += 1

    async def _run(self) -> None:
        while True:
            await self._something.wait()
            await self._pause(INTERVAL_SECONDS)
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        """Everything that waits, in batches, until nothing does."""
        pause = FIRST_RETRY_SECONDS
        while self._waiting:
            self._take_batch()
            try:
                refused = await self._write(tuple(self._writing.values()))
            except Exception as error:  # the writer must outlive a database that is away, and a bug in it too
                self._put_back(error)
                await self._clock.sleep(pause)
                pause = min(pause * 2, LAST_RETRY_SECONDS)
                continue
            self._written(refused)
            pause = FIRST_RETRY_SECONDS
        self._something.clear()
        self._hurry.clear()
        self._idle.set()

    def _take_batch(self) -> None:
        """The oldest records first; a dict keeps the order in which SIDs were first put."""
        sids = [sid for sid, _ in zip(self._waiting, range(BATCH_RECORDS), strict=False)]
        self._writing = {sid: self._waiting.pop(sid) for sid in sids}

    def _put_back(self, error: Exception) -> None:
        """Before what came since, of which the newer states count."""
        self.statistics.failed_writes += 1
        self._report(f"the store could not be written, {len(self._writing)} records wait: {error}", error)
        self._waiting = self._writing | self._waiting
        self._writing = {}

    def _written(self, refused: Sequence[RecordRefused]) -> None:
        for refusal in refused:
            self._report(f"the store refuses a record: {refusal}", refusal)
        self.statistics.refused += len(refused)
        self.statistics.written += len(self._writing) - len(refused)
        self._writing = {}

    async def _pause(self, seconds: float) -> None:
        """Let records gather, unless enough wait or someone drains."""
        try:
            await wait_for(self._clock, self._hurry.wait(), seconds)
        except TimeoutError:
            return
