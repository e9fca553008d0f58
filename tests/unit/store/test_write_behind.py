"""Writing behind the calls: nobody waits, nothing is written twice, nothing is lost while the process lives."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.store.write_behind import (
    BATCH_RECORDS,
    GATHER_SECONDS,
    INTERVAL_SECONDS,
    RecordRefused,
    WriteBehind,
    WriteFailed,
    Written,
)
from ringback.testing.clock import VirtualClock

MakeCall = Callable[..., CallRecord]


class Shelf:
    """A database that keeps what it is given, and fails as told."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.writes: list[tuple[float, tuple[Written, ...]]] = []
        self.failures: list[Exception] = []
        self.refuse: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()

    async def write(self, records: Sequence[Written]) -> Sequence[RecordRefused]:
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        refused = [RecordRefused(record, "no") for record in records if record.sid in self.refuse]
        self.writes.append((self.clock.now(), tuple(record for record in records if record.sid not in self.refuse)))
        return refused

    @property
    def kept(self) -> dict[str, Written]:
        """The newest state of each record."""
        return {record.sid: record for _, records in self.writes for record in records}


@pytest.fixture
def shelf(clock: VirtualClock) -> Shelf:
    return Shelf(clock)


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
async def behind(clock: VirtualClock, shelf: Shelf, reports: list[str]) -> AsyncIterator[WriteBehind]:
    behind = WriteBehind(shelf.write, clock, report=lambda sentence, _: reports.append(sentence), capacity=1000)
    behind.start()
    yield behind
    await behind.close()


async def test_what_comes_within_an_interval_is_one_write(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    for number in range(3):
        assert behind.put(make_call(number))
        await clock.advance(INTERVAL_SECONDS / 4)
    assert shelf.writes == []
    await clock.advance(INTERVAL_SECONDS)
    ((when, records),) = shelf.writes
    assert when == pytest.approx(INTERVAL_SECONDS)
    assert [record.sid for record in records] == [make_call(number).sid for number in range(3)]


async def test_only_the_newest_state_of_a_record_is_written(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    for status in (CallStatus.RINGING, CallStatus.IN_PROGRESS, CallStatus.COMPLETED):
        behind.put(make_call(1, status))
    await clock.advance(1)
    assert [records for _, records in shelf.writes] == [(make_call(1, CallStatus.COMPLETED),)]


async def test_a_full_batch_does_not_wait_for_the_interval(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    for number in range(BATCH_RECORDS):
        behind.put(make_call(number))
    await clock.settle()
    assert [(when, len(records)) for when, records in shelf.writes] == [(0.0, BATCH_RECORDS)]


async def test_the_store_is_complete_up_to_the_last_second(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    """With a record every 10 ms, whatever is older than a second has been written at any moment."""
    for number in range(500):
        behind.put(make_call(number))
        await clock.advance(0.01)
        assert len(shelf.kept) >= number - 100


async def test_drain_writes_at_once_and_waits_for_it(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    behind.put(make_call(1))
    assert await behind.drain()
    assert clock.now() == 0
    assert len(shelf.kept) == 1
    assert behind.waiting == 0


async def test_drain_of_nothing_returns_and_leaves_the_next_write_to_its_interval(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    assert await behind.drain()
    behind.put(make_call(1))
    await clock.settle()
    assert shelf.writes == []


async def test_a_failed_write_is_reported_and_tried_again_with_growing_pauses(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall, reports: list[str]
) -> None:
    shelf.failures = [WriteFailed("database is locked") for _ in range(4)]
    behind.put(make_call(1))
    await clock.advance(INTERVAL_SECONDS + 0.2 + 0.4 + 0.8)
    assert shelf.writes == []
    await clock.advance(1.6)
    assert len(shelf.kept) == 1
    assert len(reports) == 4
    assert "database is locked" in reports[0]
    assert behind.statistics.failed_writes == 4
    assert behind.statistics.written == 1


async def test_what_came_during_a_failing_write_counts_over_what_failed(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    shelf.failures = [WriteFailed("gone")]
    shelf.gate.clear()
    behind.put(make_call(1, CallStatus.RINGING))
    behind.put(make_call(2, CallStatus.RINGING))
    await clock.advance(INTERVAL_SECONDS)
    behind.put(make_call(1, CallStatus.COMPLETED))
    assert behind.unwritten(make_call(1).sid) == make_call(1, CallStatus.COMPLETED)
    assert behind.unwritten(make_call(2).sid) == make_call(2)
    shelf.gate.set()
    await clock.advance(5)
    assert shelf.kept == {
        make_call(1).sid: make_call(1, CallStatus.COMPLETED),
        make_call(2).sid: make_call(2, CallStatus.RINGING),
    }


async def test_even_an_unexpected_error_does_not_end_the_writing(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall, reports: list[str]
) -> None:
    shelf.failures = [KeyError("a bug")]
    behind.put(make_call(1))
    await clock.advance(2)
    assert len(shelf.kept) == 1
    assert len(reports) == 1


async def test_a_refused_record_is_reported_and_holds_up_nobody(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall, reports: list[str]
) -> None:
    shelf.refuse = {make_call(1).sid}
    for number in range(3):
        behind.put(make_call(number))
    await clock.advance(1)
    assert set(shelf.kept) == {make_call(0).sid, make_call(2).sid}
    assert make_call(1).sid in reports[0]
    assert (behind.statistics.refused, behind.statistics.written, behind.waiting) == (1, 2, 0)


async def test_a_full_queue_refuses_new_records_says_so_and_still_takes_newer_states(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall, reports: list[str]
) -> None:
    shelf.gate.clear()
    await clock.settle()
    for number in range(1000):
        assert behind.put(make_call(number))
    assert not behind.put(make_call(1000))
    assert not behind.put(make_call(1001))
    assert behind.put(make_call(5, CallStatus.COMPLETED))
    assert len(reports) == 1, "said once, not for each"
    assert "1000 records wait" in reports[0]
    assert behind.statistics.overflowed == 2
    shelf.gate.set()
    assert await behind.drain()
    assert len(shelf.kept) == 1000
    assert shelf.kept[make_call(5).sid] == make_call(5, CallStatus.COMPLETED)


async def test_drain_gives_up_after_its_time_and_close_says_what_is_lost(
    clock: VirtualClock, shelf: Shelf, make_call: MakeCall, reports: list[str]
) -> None:
    behind = WriteBehind(shelf.write, clock, report=lambda sentence, _: reports.append(sentence))
    behind.start()
    shelf.gate.clear()
    behind.put(make_call(1))
    assert not await clock.run(behind.drain(3.0))
    await behind.close()
    assert reports == ["1 records were not written to the store"]


async def test_a_written_record_is_not_unwritten_any_more(
    behind: WriteBehind, clock: VirtualClock, make_call: MakeCall
) -> None:
    behind.put(make_call(1))
    assert behind.unwritten(make_call(1).sid) == make_call(1)
    await clock.advance(1)
    assert behind.unwritten(make_call(1).sid) is None


async def test_who_waits_for_the_store_goes_on_when_everything_from_before_is_in_it(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    """Hurried, and without waiting for what came afterwards."""
    shelf.gate.clear()
    behind.put(make_call(1))
    waiting = asyncio.ensure_future(behind.written())
    await clock.advance(GATHER_SECONDS)
    behind.put(make_call(2))
    await clock.settle()
    assert not waiting.done()
    shelf.gate.set()
    await clock.settle()
    assert await waiting is True
    assert set(shelf.kept) == {make_call(1).sid}


async def test_the_first_who_waits_is_written_at_once_and_the_next_ones_share_a_write(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    waiting = []
    for number in range(10):
        behind.put(make_call(number))
        waiting.append(asyncio.ensure_future(behind.written()))
        await clock.advance(GATHER_SECONDS / 20)
    await clock.advance(GATHER_SECONDS)
    assert [await one for one in waiting] == [True] * 10
    assert [len(records) for _, records in shelf.writes] == [1, 9]
    assert [when for when, _ in shelf.writes] == pytest.approx([0, GATHER_SECONDS])


async def test_who_asks_during_a_write_waits_for_the_next_one(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    shelf.gate.clear()
    behind.put(make_call(1))
    await clock.advance(INTERVAL_SECONDS)
    behind.put(make_call(1, CallStatus.COMPLETED))
    waiting = asyncio.ensure_future(behind.written())
    shelf.gate.set()
    await clock.settle()
    assert not waiting.done()
    await clock.advance(GATHER_SECONDS)
    assert waiting.done()
    assert shelf.kept[make_call(1).sid] == make_call(1, CallStatus.COMPLETED)


async def test_a_write_that_fails_lets_nobody_go_on_until_it_is_done(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    """Also when a newer state of one record takes the place of the one that failed."""
    shelf.failures = [WriteFailed("gone")]
    shelf.gate.clear()
    behind.put(make_call(1))
    behind.put(make_call(2))
    waiting = asyncio.ensure_future(behind.written())
    await clock.advance(GATHER_SECONDS)
    behind.put(make_call(1, CallStatus.COMPLETED))
    shelf.gate.set()
    await clock.settle()
    assert not waiting.done()
    await clock.advance(0.2)
    assert waiting.done()
    assert len(shelf.kept) == 2


async def test_who_waits_for_a_store_that_is_away_goes_on_after_a_time(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    shelf.gate.clear()
    behind.put(make_call(1))
    assert await clock.run(behind.written(2.0)) is False
    assert clock.now() == pytest.approx(2.0)


async def test_who_waits_for_a_store_that_is_closed_goes_on(
    clock: VirtualClock, shelf: Shelf, make_call: MakeCall
) -> None:
    behind = WriteBehind(shelf.write, clock, report=lambda *_: None)
    behind.put(make_call(1))
    waiting = asyncio.ensure_future(behind.written())
    await clock.settle()
    await behind.close()
    assert await waiting is False


async def test_there_is_nothing_to_wait_for_when_all_is_written(behind: WriteBehind, clock: VirtualClock) -> None:
    assert await behind.written()
    assert clock.now() == 0


async def test_a_stream_of_records_is_written_once_an_interval(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    """What comes while a write runs gathers for the next one, instead of being written by itself."""

    async def slow(records: Sequence[Written]) -> Sequence[RecordRefused]:
        await clock.sleep(0.005)
        return await Shelf.write(shelf, records)

    behind._write = slow
    for number in range(100):
        behind.put(make_call(number))
        await clock.advance(0.01)
    assert len(shelf.writes) <= 5


async def test_who_waits_for_a_position_does_not_wait_for_what_was_put_after_it(
    behind: WriteBehind, shelf: Shelf, clock: VirtualClock, make_call: MakeCall
) -> None:
    behind.put(make_call(1))
    position = behind.position
    await clock.advance(INTERVAL_SECONDS)
    shelf.gate.clear()
    behind.put(make_call(2))
    assert await behind.written(0.0, up_to=position), "it is there, whatever else waits"
    late = asyncio.ensure_future(behind.written())
    behind.put(make_call(3))
    early = asyncio.ensure_future(behind.written(up_to=position + 1))
    await clock.settle()
    assert not late.done()
    assert not early.done()
    shelf.gate.set()
    await clock.advance(1)
    assert late.done()
    assert early.done()
