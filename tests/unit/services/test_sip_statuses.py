"""What SIP says of a dialled call, in Twilio's words: the table of sip.md section 6, and 5.3, row by row.

Each row is a whole call of alice that dials bob, and what its `action` and bob's status callback are told.
"""

import pytest

from ringback.call.leg import Leg
from ringback.model.call_status import CallStatus, status_of_sip_response
from tests.unit.call.conftest import Phone
from tests.unit.services.conftest import House, OrderDesk

EVENTS = "initiated ringing answered completed"
REFUSALS = [
    *((status, "busy") for status in (486, 600)),
    *((status, "no-answer") for status in (480, 603, 408)),
    *((status, "failed") for status in (404, 410, 484, 604)),
    *((status, "failed") for status in (400, 401, 403, 405, 407, 415, 420, 488, 500, 502, 503, 504, 513, 606)),
    *((status, "failed") for status in (300, 301, 302, 305, 380)),
]


@pytest.fixture
def bob(house: House) -> Phone:
    phone = house.bench.phone("bob")
    noun = f'<Sip statusCallback="/leg" statusCallbackEvent="{EVENTS}">{phone.uri}</Sip>'
    dial = f'<Dial action="/done" timeout="20">{noun}</Dial>'
    house.pages |= {"/voice": dial, "/done": "<Hangup/>", "/leg": ""}
    return phone


def told_of_the_leg(house: House) -> list[str]:
    return [request["CallStatus"] for request in house.of("/leg")]


async def ends_as(house: House, status: str, code: int | None, *, rang: bool = True) -> None:
    """The `action`, the callbacks of the leg and its row all say so."""
    await house.wait(60)
    (done,) = house.of("/done")
    assert (done["DialCallStatus"], done.parameters.get("DialSipResponseCode")) == (status, code and str(code))
    assert told_of_the_leg(house) == ["initiated", *(["ringing"] if rang else []), status]
    last = house.of("/leg")[-1]
    assert (last["CallDuration"], last.parameters.get("SipResponseCode")) == ("0", code and str(code))
    row = next(call for call in house.calls() if call.direction == "outbound-dial")
    assert (row.status, row.sip_response_code, row.duration_seconds) == (status, code, None)


@pytest.mark.parametrize(("code", "status"), REFUSALS)
async def test_6_a_final_response_decides_the_status(house: House, bob: Phone, code: int, status: str) -> None:
    """sip.md 14.18, 5.3."""
    bob.status = code
    house.call()
    await ends_as(house, status, code)


@pytest.mark.parametrize("code", [*range(300, 700)])
def test_6_every_refusal_has_a_status_and_all_that_are_not_named_are_failed(code: int) -> None:
    assert status_of_sip_response(code) == CallStatus(
        dict(REFUSALS).get(code, "no-answer" if code == 487 else "failed")
    )


@pytest.mark.parametrize("code", [301, 302])
async def test_5_3_a_redirect_is_not_followed_and_reported_as_32219(house: House, bob: Phone, code: int) -> None:
    bob.status, bob.answer_headers = code, (("Contact", "<sip:premium@198.51.100.9>"),)
    house.call()
    await house.wait(5)
    assert [note.error_code for note in house.notes()] == [32219]
    assert {sent.receiver for sent in house.bench.wire.log} == {"alice", "us", "bob"}


@pytest.mark.parametrize("early", [False, True], ids=["180", "183"])
async def test_ou_21_an_answered_leg_is_completed_with_200_and_its_call_id(
    house: House, bob: Phone, early: bool
) -> None:
    """5.3: 180 and 183 both ring."""
    bob.early_media = early
    house.call()
    await house.wait(3)
    bob.hang_up()
    await house.wait(1)
    (done,) = house.of("/done")
    assert (done["DialCallStatus"], done["DialSipResponseCode"]) == ("completed", "200")
    assert done["DialSipCallId"] == bob.invites[0].request.call_id
    assert told_of_the_leg(house) == ["initiated", "ringing", "in-progress", "completed"]


async def test_ou_22_callbacks_of_the_leg_have_no_sip_headers(house: House, bob: Phone) -> None:
    """HD-09; the `action` has them (OU-20)."""
    bob.answer_headers = (("X-Agent", "7"),)
    house.call(headers=(("X-Route", "42"),))
    await house.wait(3)
    bob.hang_up(headers=(("X-Why", "done"),))
    await house.wait(1)
    names = {name for request in house.of("/leg") for name in request.parameters}
    assert not [name for name in names if "Header_" in name]
    (done,) = house.of("/done")
    assert done["DialSipHeader_X-Why"] == "done"


async def test_6_and_5_3_a_phone_that_only_rings_is_cancelled_in_time(house: House, bob: Phone) -> None:
    """sip.md 14.19."""
    bob.status = None
    house.pages["/voice"] = str(house.pages["/voice"]).replace('timeout="20"', 'timeout="5"')
    house.call()
    await ends_as(house, "no-answer", 487)
    at = {sent.summary: sent.at for sent in house.bench.wire.log if sent.receiver == "bob"}
    assert at["CANCEL"] - at["INVITE"] == pytest.approx(5, abs=0.1)


async def test_6_a_leg_whose_caller_hangs_up_first_is_canceled(house: House, bob: Phone) -> None:
    bob.status = None
    theirs = house.call()
    await house.wait(2)
    theirs.hang_up()
    await ends_as(house, "canceled", 487)


async def test_6_a_leg_that_the_api_cancels_is_canceled(house: House, bob: Phone) -> None:
    bob.status = None
    house.call()
    await house.wait(2)
    row = next(call for call in house.calls() if call.direction == "outbound-dial")
    live = house.running.find(row.sid)
    assert live is not None
    live.terminate("canceled")
    await ends_as(house, "canceled", 487)


@pytest.mark.parametrize(("trouble", "code"), [("silence", 408), ("nobody there", 503), ("no such host", 503)])
async def test_6_who_is_not_reached_has_failed_by_a_code_made_here(
    house: House, bob: Phone, trouble: str, code: int
) -> None:
    host = {"silence": bob.sip.address, "nobody there": "192.0.2.250", "no such host": "nobody.example"}[trouble]
    house.bench.wire.drops = lambda sent: sent.receiver == "bob"
    dial = str(house.pages["/voice"]).replace(bob.sip.address, host).replace('timeout="20"', 'timeout="50"')
    house.pages["/voice"] = dial
    house.call()
    await ends_as(house, "failed", code, rang=False)
    assert [note.error_code for note in house.notes()] == [13254 if trouble == "no such host" else 32011]


async def test_6_a_user_without_a_phone_is_failed_with_404(house: House) -> None:
    """RC-03."""
    desk = OrderDesk(house)
    placed = desk.place("client:nobody")
    await house.wait(1)
    row = desk.row(placed)
    assert (row.status, row.sip_response_code, desk.codes()) == ("failed", 404, [32009])


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ("<Say>one</Say>", "completed", 200),
        ('<Reject reason="busy"/>', "busy", 486),
        ("<Reject/>", "no-answer", 603),
        ('<Pause length="2"/>', "no-answer", 480),
    ],
)
async def test_6_how_a_call_that_came_in_ends(house: House, document: str, status: str, code: int) -> None:
    """sip.md 14.16; a call that pauses and is never answered is no-answer."""
    house.pages["/voice"] = document
    house.call()
    await house.wait(20)
    (row,) = house.calls()
    assert (row.status, row.sip_response_code) == (status, code)
    assert [request["CallStatus"] for request in house.of("/status")] == [status]


async def test_6_a_caller_who_cancels_while_it_rings_is_canceled(house: House) -> None:
    house.pages["/voice"] = '<Pause length="20"/>'
    theirs: Leg = house.call()
    await house.wait(2)
    theirs.hang_up()
    await house.wait(1)
    (row,) = house.calls()
    assert (row.status, row.sip_response_code) == ("canceled", 487)
