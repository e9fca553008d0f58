"""Which queues there are: made, found, renamed and removed, and what of that is kept (rest-api.md 9.10)."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from ringback.call import queue_book
from ringback.call.control import CallControl
from ringback.call.line import Member
from ringback.call.queue_book import NameTaken, QueueBook, QueueNotEmpty
from ringback.model.record import QueueRecord
from ringback.model.sid import AccountSid, queue_sid
from ringback.testing.clock import VirtualClock
from tests.unit.call.test_line import Someone

ACCOUNT, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)


class Shelf:
    """A book, and what it handed out to be kept."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.kept: list[QueueRecord] = []
        self.book: QueueBook[CallControl] = QueueBook(clock=self.clock, keep=self.kept.append)

    def join(self, name: str, caller: str = "one", *, max_size: int | None = None) -> Member[CallControl]:
        line = self.book.open(ACCOUNT, name)
        member = Member(cast(CallControl, Someone(caller)), self.clock.now(), self.clock.utc_now())
        line.join(member, max_size=max_size)
        self.book.sized(line)
        return member


@pytest.fixture
async def shelf() -> Shelf:
    return Shelf()


async def test_a_queue_that_a_document_names_first_is_kept_once(shelf: Shelf) -> None:
    shelf.join("support")
    shelf.join("support", "two")
    (record,) = shelf.kept
    assert (record.friendly_name, record.max_size) == ("support", 1000)
    assert record.sid == queue_sid(ACCOUNT, "support")
    line = shelf.book.of_sid(ACCOUNT, record.sid)
    assert line is not None
    assert [member.call_sid for member in line.waiting()] == ["one", "two"]
    assert shelf.book.of_sid(OTHER, record.sid) is None


async def test_documents_use_the_size_that_was_set(shelf: Shelf) -> None:
    made = shelf.book.make(ACCOUNT, "support", 7)
    assert shelf.join("support").call_sid == "one"
    line = shelf.book.find(ACCOUNT, "support")
    assert line is not None
    assert line.queue.max_size == 7
    shelf.book.change(ACCOUNT, made.sid, max_size=9)
    assert line.queue.max_size == 9
    assert [record.max_size for record in shelf.kept] == [7, 9]


async def test_a_document_that_sets_another_size_changes_the_record(shelf: Shelf) -> None:
    shelf.join("support", max_size=2)
    assert [record.max_size for record in shelf.kept] == [1000, 2]


async def test_a_renamed_queue_keeps_its_sid_and_its_calls(shelf: Shelf) -> None:
    shelf.join("support")
    (before,) = shelf.kept
    await shelf.clock.advance(5)
    after = shelf.book.change(ACCOUNT, before.sid, name="sales")
    assert after == replace(before, friendly_name="sales", updated_at=before.created_at + timedelta(seconds=5))
    line = shelf.book.find(ACCOUNT, "sales")
    assert line is not None
    assert (line.queue.sid, line.queue.name, len(line.queue)) == (before.sid, "sales", 1)
    assert shelf.book.find(ACCOUNT, "support") is None


async def test_the_old_name_of_a_renamed_queue_makes_another_queue(shelf: Shelf) -> None:
    before = shelf.book.make(ACCOUNT, "support")
    shelf.book.change(ACCOUNT, before.sid, name="sales")
    again = shelf.book.make(ACCOUNT, "support")
    assert again.sid != before.sid


async def test_22003_a_name_is_there_once_in_an_account(shelf: Shelf) -> None:
    made = shelf.book.make(ACCOUNT, "support")
    other = shelf.book.make(ACCOUNT, "sales")
    with pytest.raises(NameTaken):
        shelf.book.make(ACCOUNT, "support")
    with pytest.raises(NameTaken):
        shelf.book.change(ACCOUNT, other.sid, name="support")
    assert shelf.book.make(OTHER, "support").sid != made.sid
    assert shelf.book.change(ACCOUNT, made.sid, name="support") == made
    assert len(shelf.kept) == 3


async def test_a_queue_goes_only_when_nobody_waits_in_it_or_for_it(shelf: Shelf) -> None:
    member = shelf.join("support")
    sid = shelf.kept[0].sid
    line = shelf.book.of_sid(ACCOUNT, sid)
    assert line is not None
    with pytest.raises(QueueNotEmpty):
        shelf.book.remove(ACCOUNT, sid)
    line.leave(member)
    taker = line.ask()
    with pytest.raises(QueueNotEmpty):
        shelf.book.remove(ACCOUNT, sid)
    line.give_back(taker)
    shelf.book.remove(ACCOUNT, sid)
    assert shelf.book.record(ACCOUNT, sid) is None
    with pytest.raises(KeyError):
        shelf.book.remove(ACCOUNT, sid)


async def test_what_was_kept_is_there_again_after_a_start(shelf: Shelf) -> None:
    made = shelf.book.make(ACCOUNT, "support", 7)
    renamed = shelf.book.change(ACCOUNT, made.sid, name="sales")
    book: QueueBook[CallControl] = QueueBook(clock=shelf.clock)
    book.load([renamed])
    line = book.find(ACCOUNT, "sales")
    assert line is not None
    assert (line.queue.sid, line.queue.max_size) == (made.sid, 7)


async def test_of_too_many_queues_the_oldest_that_nothing_was_set_of_is_forgotten(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_book, "MAX_QUEUES", 3)
    shelf.book.make(ACCOUNT, "set", 5)
    shelf.join("busy")
    idle = shelf.book.make(ACCOUNT, "idle")
    shelf.book.make(ACCOUNT, "new")
    assert shelf.book.find(ACCOUNT, "idle") is None
    assert [line.queue.name for line in shelf.book] == ["set", "busy", "new"]
    assert shelf.book.make(ACCOUNT, "idle").sid == idle.sid


async def test_who_is_sent_away_is_given_to_nobody(shelf: Shelf) -> None:
    first, second = shelf.join("support"), shelf.join("support", "two")
    line = shelf.book.open(ACCOUNT, "support")
    line.send_away(first)
    assert first.out.result() == "redirected"
    assert line.ask().result() is second
    line.send_away(second)
    assert line.is_idle is False  # their verbs still have to end
