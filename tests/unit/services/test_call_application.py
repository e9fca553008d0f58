"""An application that is called into a conference, on the calls of a server (rest-api.md 9.9): To=app:AP..."""

import pytest

from ringback.interpreter.document import LoadedDocument
from ringback.model.record import CallRecord
from ringback.services.call_order import CallRefused
from ringback.twiml.nodes import Document, Pause
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import BuildHouse, FrozenDirectory, House, OrderDesk, configuration
from tests.unit.services.voice_applications import FOREIGN, SILENT, SUPPORT

STAY = LoadedDocument(url=None, body=Document(verbs=(Pause(length=600),)))
"""Instead of a conference: the call is there until somebody ends it."""


@pytest.fixture
def house(build: BuildHouse) -> House:
    made = build(configuration(applications=[SUPPORT, SILENT, FOREIGN]))
    made.pages["/support-ended"] = made.pages["/status"] = ""
    return made


@pytest.fixture
def desk(house: House) -> OrderDesk:
    return OrderDesk(house)


def place(desk: OrderDesk, query: str = "", **wanted: object) -> CallRecord:
    desk.house.bench.exchange.on_inside = desk.house.answering.take_inside
    return desk.place(f"app:{SUPPORT.sid}{query}", first=STAY, is_participant=True, **wanted)


async def test_its_documents_are_a_child_call_and_know_the_parameters(house: House, desk: OrderDesk) -> None:
    house.pages["/support"] = "<Say>one two three four</Say>"
    placed = place(desk, "?mood=merry&empty=&place=a%26b")
    assert placed.to == f"app:{SUPPORT.sid}"
    await house.wait(1)
    (asked,) = house.of("/support")
    assert (asked["Param_mood"], asked["Param_empty"], asked["Param_place"]) == ("merry", "", "a&b")
    assert (asked["To"], asked["From"], asked["customerId"]) == (SUPPORT.sid, placed.from_, ACCOUNT)
    assert (asked["ParentCallSid"], asked["CallStatus"]) == (placed.sid, "ringing")
    assert desk.statuses() == ["initiated", "ringing", "in-progress"]
    await house.wait(5)
    child = next(call for call in house.calls() if call.sid == asked["CallSid"])
    assert (child.status, child.duration_seconds, child.parent_call_sid) == ("completed", 2, placed.sid)
    assert (desk.row(placed).status, desk.statuses()[-1]) == ("completed", "completed")
    (ended,) = house.of("/support-ended")
    assert ended["CallSid"] == child.sid
    assert house.bench.media.open_legs == []


async def test_the_end_of_the_call_is_the_end_of_its_documents(house: House, desk: OrderDesk) -> None:
    house.pages["/support"] = "<Say>one two</Say><Pause length='100'/>"
    placed = place(desk)
    await house.wait(2)
    live = house.running.find(placed.sid)
    assert live is not None
    live.terminate("completed")
    await house.wait(1)
    assert {call.status for call in house.calls()} == {"completed"}
    assert len(house.running) == 0


@pytest.mark.parametrize(
    ("verbs", "status"),
    [('<Reject reason="busy"/>', "busy"), ("<Reject/>", "no-answer"), ("<Hangup/>", "completed")],
)
async def test_what_the_application_says_first_is_the_status_of_the_call(
    house: House, desk: OrderDesk, verbs: str, status: str
) -> None:
    house.pages["/support"] = verbs
    placed = place(desk)
    await house.wait(2)
    assert desk.row(placed).status == status


async def test_one_that_does_not_answer_in_time_is_no_answer(house: House, desk: OrderDesk) -> None:
    dan = house.bench.phone("dan")
    dan.status = None
    house.pages["/support"] = f"<Dial answerOnBridge='true' timeout='60'><Sip>{dan.uri}</Sip></Dial>"
    placed = place(desk, timeout_seconds=5)
    await house.wait(12)
    assert desk.row(placed).status == "no-answer"
    child = next(call for call in house.calls() if call.parent_call_sid == placed.sid)
    assert child.status == "canceled"
    assert dan.leg.has_ended


@pytest.mark.parametrize("sid", [SILENT.sid, FOREIGN.sid, "AP" + "9" * 32])
async def test_one_that_the_account_cannot_call_is_21218_and_leaves_nothing(desk: OrderDesk, sid: str) -> None:
    with pytest.raises(CallRefused) as refused:
        desk.place(f"app:{sid}", first=STAY, is_participant=True)
    assert refused.value.code == 21218
    assert desk.house.calls() == []


async def test_one_that_is_gone_when_its_turn_comes_is_a_call_that_failed(house: House, desk: OrderDesk) -> None:
    placed = place(desk)
    house.directory.current = FrozenDirectory(configuration()).current
    await house.wait(1)
    assert (desk.row(placed).status, desk.codes()) == ("failed", [21218])
