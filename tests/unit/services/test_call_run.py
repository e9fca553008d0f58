"""One call from its first document to its end, over moves, limits and faults of ours."""

import asyncio

import pytest

from ringback.interpreter.source import DocumentRequest
from ringback.services.call_run import CALL_TOO_LONG, INTERNAL_FAILURE
from tests.unit.call.conftest import ACCOUNT, Phone
from tests.unit.services.conftest import APP, House

NEW = DocumentRequest(url=f"{APP}/new")
LONG = '<Pause length="600"/>'


def move(house: House, number: int = 0) -> None:
    house.updating.redirect(ACCOUNT, house.calls()[number].sid, NEW)


async def test_the_limit_of_a_call_holds_over_moves(house: House) -> None:
    house.use(call_seconds=10)
    house.pages |= {"/voice": f"<Say>one</Say>{LONG}", "/new": LONG}
    theirs = house.call()
    await house.wait(6)
    move(house)
    await house.wait(3.5)
    assert not theirs.has_ended
    await house.wait(1)
    assert theirs.has_ended
    assert [note.error_code for note in house.notes()] == [CALL_TOO_LONG]


async def test_a_dialled_leg_that_was_moved_has_a_limit_of_its_own(house: House, bob: Phone) -> None:
    house.use(call_seconds=20)
    house.pages |= {"/voice": f"<Dial>{'<Sip>' + bob.uri + '</Sip>'}</Dial>", "/new": LONG}
    house.call()
    await house.wait(10)
    move(house, 1)
    await house.wait(19)
    assert not bob.leg.has_ended
    await house.wait(2)
    assert bob.leg.has_ended
    assert house.running.task_count == 0


async def test_a_fault_of_ours_after_a_move_ends_this_call_and_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pages |= {"/voice": f"<Say>one</Say>{LONG}", "/new": "<Say>two</Say>"}
    first, second = house.call(), house.call()
    await house.wait(3)
    monkeypatch.setattr(house.bench.prompts, "clip", None)
    move(house)
    await house.wait(1)
    assert first.has_ended
    assert not second.has_ended
    (note,) = house.notes()
    assert (note.error_code, note.call_sid) == (INTERNAL_FAILURE, house.calls()[0].sid)
    assert house.running.find(house.calls()[0].sid) is None


async def test_its_documents_are_there_before_its_task_has_run(house: House, bob: Phone) -> None:
    """So that a second move in the same moment finds the first."""
    house.pages |= {"/voice": f"<Dial>{'<Sip>' + bob.uri + '</Sip>'}</Dial>", "/new": LONG}
    house.call()
    await house.wait(3)
    sid = house.calls()[1].sid
    assert house.running.documents(sid) is None
    move(house, 1)
    assert house.running.documents(sid) is not None
    await house.wait(1)
    bob.hang_up()
    await house.wait(1)
    assert house.running.documents(sid) is None


async def test_a_cancelled_run_hangs_up(house: House) -> None:
    """What the end of the server does to calls that do not end."""
    house.pages |= {"/voice": f"<Say>one</Say>{LONG}"}
    theirs = house.call()
    await house.wait(3)
    finishing = asyncio.ensure_future(house.running.finish(0, asyncio.Event()))
    await house.wait(1)
    assert finishing.done()
    assert theirs.has_ended
    assert house.bench.media.leg_count == 0
