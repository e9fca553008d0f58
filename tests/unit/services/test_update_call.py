"""A call that runs is moved, ended and limited from outside, by rule (L-02, L-03, L-05, rest-api.md 9.2 Update)."""

import asyncio

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.limits import Limits
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.services.update_call import NotInProgress
from ringback.testing.app_transport import AppResponse
from tests.unit.call.conftest import ACCOUNT, Phone
from tests.unit.services.conftest import APP, BuildHouse, House, configuration
from tests.unit.services.moved_calls import (
    BOB,
    DAVE,
    LONG,
    NEW,
    SUPPORT,
    audio,
    inline,
    prepared,
    redirect,
    row,
    running,
)


@pytest.fixture
def house(build: BuildHouse) -> House:
    return prepared(build(configuration(applications=[SUPPORT])))


async def test_l_02_inline_twiml_runs_and_has_no_url_of_its_own(house: House) -> None:
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline("<Say>inline words</Say><Redirect>/relative</Redirect>"))
    await house.wait(0.1)
    assert audio(house).playing is house.bench.prompts.clips["inline words"]
    await house.wait(2)
    assert [note.error_code for note in house.notes()] == [15004]
    assert "We are sorry, an application error has occurred. Goodbye." in house.bench.prompts.clips


async def test_l_03_completed_ends_a_call_in_any_state(house: House, dave: Phone) -> None:
    theirs = await running(house, LONG, 1)
    house.updating.end(ACCOUNT, row(house).sid, "completed")
    await house.wait(0.1)
    assert (await theirs.ended).status == 480
    assert row(house).status == "canceled"
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    house.updating.end(ACCOUNT, row(house, 1).sid, "completed")
    await house.wait(0.1)
    assert theirs.has_ended
    assert row(house, 1).status == "completed"
    assert not house.of("/never")


async def test_l_03_canceled_ends_a_call_that_nobody_has_answered_and_no_other(house: House, dave: Phone) -> None:
    theirs = await running(house, f'<Dial action="/action">{DAVE}</Dial>')
    house.updating.end(ACCOUNT, row(house).sid, "canceled")
    await house.wait(0.1)
    assert not theirs.has_ended
    house.updating.end(ACCOUNT, row(house, 1).sid, "canceled")
    await house.wait(0.1)
    assert (await dave.leg.ended).status == 487
    assert (row(house, 1).status, row(house, 1).sip_response_code) == ("canceled", 487)
    assert house.of("/action")[0]["DialCallStatus"] == "canceled"
    assert not house.notes()


async def test_l_03_a_dialled_leg_is_ended_by_its_own_sid(house: House, bob: Phone) -> None:
    theirs = await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    house.pages["/goes-on"] = LONG
    house.updating.end(ACCOUNT, row(house, 1).sid, "completed")
    await house.wait(0.1)
    assert bob.leg.has_ended
    assert not theirs.has_ended
    assert house.of("/goes-on")[0]["DialCallStatus"] == "completed"


# --- when it may be moved


async def test_l_05_what_is_not_in_progress_cannot_be_moved(house: House, dave: Phone) -> None:
    theirs = await running(house, LONG, 1)
    with pytest.raises(NotInProgress) as ringing:
        redirect(house)
    assert (ringing.value.code, ringing.value.message) == (21220, "Call is not in-progress. Cannot redirect.")
    theirs.hang_up()
    await house.wait(1)
    for update in (redirect, lambda _: house.updating.end(ACCOUNT, row(house).sid, "completed")):
        with pytest.raises(NotInProgress):
            update(house)
    with pytest.raises(NotInProgress):
        house.updating.limit(ACCOUNT, "CA" + "0" * 32, 5)


async def test_l_05_neither_can_a_leg_that_rings_nor_the_call_of_another_account(house: House, dave: Phone) -> None:
    await running(house, f'<Dial action="/action">{DAVE}</Dial>')
    with pytest.raises(NotInProgress):
        redirect(house, number=1)
    with pytest.raises(NotInProgress):
        house.updating.redirect("AC" + "2" * 32, row(house).sid, NEW)
    with pytest.raises(NotInProgress):
        house.updating.end("AC" + "2" * 32, row(house).sid, "completed")
    assert row(house).status == "in-progress"


async def test_a_caller_that_rings_while_its_dial_rings_counts_as_in_progress(house: House, dave: Phone) -> None:
    theirs = await running(house, f'<Dial answerOnBridge="true" action="/action">{DAVE}</Dial>')
    assert (row(house).status, theirs.is_answered) == ("ringing", False)
    redirect(house)
    await house.wait(0.5)
    assert theirs.is_answered
    assert house.paths == ["/voice", "/action", "/new"]
    assert house.of("/new")[0]["CallStatus"] == "ringing"


async def test_of_several_in_a_row_the_last_counts_and_none_is_half_run(house: House) -> None:
    house.pages |= {f"/{number}": f"<Say>number {number}</Say>{LONG}" for number in range(5)}
    await running(house, f"<Say>one</Say>{LONG}")
    for number in range(4):
        redirect(house, DocumentRequest(url=f"{APP}/{number}"))
    await house.wait(0.5)
    assert house.paths == ["/voice", "/3"]
    redirect(house, DocumentRequest(url=f"{APP}/0"))
    await asyncio.sleep(0)
    redirect(house, DocumentRequest(url=f"{APP}/4"))
    await house.wait(0.5)
    assert audio(house).playing is house.bench.prompts.clips["number 4"]
    assert "number 0" not in house.bench.prompts.clips


async def test_of_several_for_a_dialled_leg_too(house: House, bob: Phone) -> None:
    house.pages["/goes-on"] = LONG
    await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    redirect(house, DocumentRequest(url=f"{APP}/0"), number=1)
    redirect(house, number=1)
    await house.wait(0.5)
    assert house.paths == ["/voice", "/goes-on", "/new"]


async def test_a_redirect_that_waits_for_its_document_is_moved_again(house: House) -> None:
    house.pages["/slow"] = AppResponse(body="<Response><Say>too late</Say></Response>", seconds=5)
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, DocumentRequest(url=f"{APP}/slow"))
    await house.wait(1)
    redirect(house)
    await house.wait(10)
    assert "too late" not in house.bench.prompts.clips
    assert house.paths == ["/voice", "/slow", "/new"]


# --- what goes with it


@pytest.mark.parametrize(("given", "asked"), [("/fallback", ["/fallback"]), (None, [])])
async def test_the_fallback_is_that_of_the_redirect_and_then_the_error_is_told(
    house: House, given: str | None, asked: list[str]
) -> None:
    house.pages |= {"/new": AppResponse(status=404), "/fallback": AppResponse(status=404)}
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, fallback=Fallback(url=APP + given) if given else None)
    await house.wait(20)
    assert house.paths == ["/voice", "/new", *asked, "/status"]
    assert "We are sorry, an application error has occurred. Goodbye." in house.bench.prompts.clips
    assert theirs.has_ended


async def test_a_redirect_without_a_fallback_keeps_that_of_the_call(house: House) -> None:
    house.pages |= {"/new": AppResponse(status=404), "/mine": f"<Say>mine</Say>{LONG}"}
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline(LONG), fallback=Fallback(url=f"{APP}/mine"))
    await house.wait(0.5)
    redirect(house)
    await house.wait(0.5)
    assert house.paths == ["/voice", "/new", "/mine"]


async def test_a_status_callback_replaces_that_of_the_call(house: House) -> None:
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    events = StatusEvents(url=f"{APP}/told", events=("completed",))
    house.updating.redirect(ACCOUNT, row(house).sid, NEW, status_events=events)
    await house.wait(0.5)
    theirs.hang_up()
    await house.wait(1)
    assert not house.of("/status")
    assert house.of("/told")[0]["CallStatus"] == "completed"


@pytest.mark.parametrize("number", [0, 1])
async def test_a_time_limit_counts_from_the_answer(house: House, bob: Phone, number: int) -> None:
    house.pages["/goes-on"] = LONG
    await running(house, f'<Dial action="/goes-on">{BOB}</Dial>', 3)
    house.updating.limit(ACCOUNT, row(house, number).sid, 100)
    house.updating.limit(ACCOUNT, row(house, number).sid, 10)
    await house.wait(6)
    assert row(house, number).status == "in-progress"
    await house.wait(3)
    assert (row(house, number).status, row(house, number).duration_seconds) == ("completed", 10)


async def test_a_time_limit_that_is_over_ends_the_call_at_once(house: House) -> None:
    await running(house, f"<Say>one</Say>{LONG}", 30)
    house.updating.limit(ACCOUNT, row(house).sid, 10)
    await house.wait(0.1)
    assert row(house).status == "completed"


async def test_a_time_limit_for_a_leg_that_rings_counts_from_its_answer(house: House, bob: Phone) -> None:
    bob.ring_seconds = 5
    await running(house, f'<Dial action="/action">{BOB}</Dial>', 3)
    house.updating.limit(ACCOUNT, row(house, 1).sid, 4)
    await house.wait(8)
    assert (row(house, 1).status, row(house, 1).duration_seconds) == ("completed", 4)


async def test_the_end_of_the_server_ends_dialled_legs_that_were_moved(house: House, bob: Phone) -> None:
    theirs = await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    house.pages["/goes-on"] = "<Hangup/>"
    redirect(house, number=1)
    await house.wait(1)
    assert theirs.has_ended
    assert not bob.leg.has_ended
    finishing = asyncio.ensure_future(house.running.finish(5, asyncio.Event()))
    await house.wait(4)
    assert not finishing.done()
    await house.wait(2)
    assert finishing.done()
    assert bob.leg.has_ended
    assert row(house, 1).status == "completed"


async def test_who_ends_a_call_can_wait_until_that_is_written_down(house: House) -> None:
    leg = await running(house, LONG)
    sid = row(house).sid
    waiting = asyncio.ensure_future(house.updating.ended(sid, 5))
    await house.wait(1)
    assert not waiting.done()
    house.updating.end(ACCOUNT, sid, "completed")
    await house.wait(0.1)
    assert waiting.done()
    assert waiting.result()
    assert leg.has_ended
    assert await house.updating.ended("CA" + "9" * 32, 5)


async def test_a_call_that_goes_on_is_not_waited_for_long(house: House) -> None:
    await running(house, LONG)
    waiting = asyncio.ensure_future(house.updating.ended(row(house).sid, 2))
    await house.wait(3)
    assert not waiting.result()


async def test_the_documents_of_a_call_are_counted_once_wherever_it_is_moved(house: House) -> None:
    """`documents_per_call`: three here, of which the first two were left behind by a move."""
    house.use(documents=Limits(max_documents=3))
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline(LONG))
    await house.wait(1)
    redirect(house, inline("<Pause/><Redirect>/fourth</Redirect>"))
    await house.wait(3)
    assert house.of("/fourth") == []
    (note,) = house.notes()
    assert (note.error_code, "has run 3 documents" in note.message) == (11215, True)
    await house.wait(5)
    assert row(house).status.value == "completed"


async def test_a_call_that_has_run_all_its_documents_is_ended_by_one_more_move(house: House) -> None:
    house.use(documents=Limits(max_documents=2))
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline(LONG))
    await house.wait(1)
    redirect(house)
    await house.wait(5)
    assert house.of("/new") == []
    assert [note.error_code for note in house.notes()] == [11215]
    assert row(house).status.value == "completed"
