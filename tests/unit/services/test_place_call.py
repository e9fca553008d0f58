"""A call over REST from its order to its completed callback: rest-api.md 9.2, webhooks.md 4, sip.md 5 and 6, L-06."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import AccountStatus, CallRecord, TrunkRecord
from ringback.services.call_order import CallRefused
from ringback.sip.digest import Challenge, DigestGate
from ringback.sip.events import Flow
from ringback.sip.message.message import Request
from ringback.twiml.parser import parse_document
from tests.unit.call.conftest import ACCOUNT, OURS
from tests.unit.services.conftest import APP, BOB, DOMAIN, BuildHouse, House, OpenDesk, OrderDesk, configuration


@pytest.fixture
def desk(open_desk: OpenDesk) -> OrderDesk:
    return open_desk()


# -- its life -----------------------------------------------------------------------------------------------------


async def test_2_1_a_call_is_queued_initiated_ringing_in_progress_and_completed(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = "<Say>one two three four</Say>"
    placed = desk.place()
    assert (placed.status, placed.direction, placed.started_at, placed.queue_ms) == ("queued", "outbound-api", None, 0)
    await house.wait(10)
    rows = [row for row in house.rows if isinstance(row, CallRecord)]
    assert [row.status for row in rows] == ["queued", "initiated", "ringing", "in-progress", "completed"]
    assert (rows[-1].duration_seconds, rows[-1].sip_response_code) == (2, 200)
    told = house.of("/status")
    assert [(one["SequenceNumber"], one["CallStatus"]) for one in told] == [
        ("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed"),
    ]  # fmt: skip
    assert {(one["CallSid"], one["Direction"], one["To"], one["From"]) for one in told} == {
        (placed.sid, "outbound-api", BOB, "+15550001111")
    }
    assert (told[-1]["CallDuration"], told[-1]["Duration"], told[-1]["SipResponseCode"]) == ("2", "1", "200")
    assert len(house.running) == 0
    assert house.running.task_count == 0


async def test_9_3_the_document_is_asked_for_when_the_call_is_answered(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = "<Hangup/>"
    desk.bob.ring_seconds = 7
    desk.place()
    await house.wait(6)
    assert house.of("/voice") == []
    await house.wait(4)
    (request,) = house.of("/voice")
    assert (request["CallStatus"], request["Direction"]) == ("in-progress", "outbound-api")
    assert "AnsweredBy" not in request.parameters


async def test_d_12_inline_twiml_is_run_without_a_request(desk: OrderDesk, house: House) -> None:
    document = LoadedDocument(url=None, body=parse_document(b"<Response><Say>one two</Say></Response>"))
    desk.place(first=document)
    await house.wait(5)
    assert house.paths == ["/status"] * 4
    assert [clip.seconds for clip in house.bench.media.opened[0].heard] == [1.0]


async def test_f_01_the_fallback_of_the_call_is_asked_when_its_url_fails(desk: OrderDesk, house: House) -> None:
    house.pages |= {"/voice": "no", "/fallback": "<Hangup/>"}
    house.pages["/voice"] = lambda request: "<Broken"
    desk.place(fallback=Fallback(url=f"{APP}/fallback"))
    await house.wait(5)
    assert [request["ErrorCode"] for request in house.of("/fallback")] == ["12100"]


@pytest.mark.parametrize("wanted", [("completed",), ("answered", "completed"), ()])
async def test_only_events_that_were_asked_for_are_told(desk: OrderDesk, house: House, wanted: Sequence[str]) -> None:
    house.pages["/voice"] = "<Hangup/>"
    desk.place(status_events=StatusEvents(url=f"{APP}/status", events=tuple(wanted)))
    await house.wait(5)
    names = {"answered": "in-progress", "completed": "completed"}
    assert desk.statuses() == [names[event] for event in wanted]


@pytest.mark.parametrize(
    ("answer", "status"),
    [(486, "busy"), (600, "busy"), (480, "no-answer"), (603, "no-answer"), (408, "no-answer"), (404, "failed"),
     (488, "failed"), (500, "failed")],
)  # fmt: skip
async def test_6_a_refusal_decides_the_status(desk: OrderDesk, house: House, answer: int, status: str) -> None:
    desk.bob.status = answer
    placed = desk.place()
    await house.wait(5)
    row = desk.row(placed)
    assert (row.status, row.sip_response_code, row.duration_seconds) == (status, answer, None)
    last = house.of("/status")[-1]
    assert (last["CallStatus"], last["SipResponseCode"], last["CallDuration"], last["Duration"]) == (
        status, str(answer), "0", "0",
    )  # fmt: skip
    assert house.of("/voice") == []


@pytest.mark.parametrize(("timeout", "rings"), [(60, 65), (10, 15), (600, 605)])
async def test_l_06_it_rings_for_its_timeout_and_five_seconds(
    desk: OrderDesk, house: House, timeout: int, rings: int
) -> None:
    desk.bob.status = None
    placed = desk.place(timeout_seconds=timeout)
    await house.wait(rings - 0.5)
    assert desk.row(placed).status == "ringing"
    await house.wait(1)
    row = desk.row(placed)
    assert (row.status, row.sip_response_code) == ("no-answer", 487)
    assert "CANCEL" in house.bench.wire.to("bob")
    await house.wait(1)
    assert desk.statuses() == ["initiated", "ringing", "no-answer"]


async def test_an_answer_that_crosses_the_cancel_is_hung_up_and_changes_nothing(desk: OrderDesk, house: House) -> None:
    desk.bob.ring_seconds = 15 - 0.0005
    placed = desk.place(timeout_seconds=10)
    await house.wait(20)
    assert desk.row(placed).status == "no-answer"
    assert house.of("/voice") == []
    assert house.bench.media.leg_count == 0
    assert desk.bob.leg.has_ended


async def test_ou_24_who_never_reacts_has_failed(desk: OrderDesk, house: House) -> None:
    house.bench.wire.drops = lambda sent: sent.receiver == "bob"
    placed = desk.place()
    await house.wait(40)
    assert desk.row(placed).status == "failed"
    assert desk.codes() == [32011]


async def test_a_host_that_cannot_be_found_is_a_failed_call_with_a_notification(desk: OrderDesk, house: House) -> None:
    """S-04, for calls of the REST API too."""
    placed = desk.place("sip:bob@nowhere.example")
    await house.wait(1)
    assert desk.row(placed).status == "failed"
    assert desk.codes() == [13254]
    assert desk.statuses() == ["initiated", "failed"]


async def test_early_media_is_heard_by_nobody_and_does_no_harm(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = "<Say>one two</Say>"
    desk.bob.early_media = True
    placed = desk.place()
    await house.wait(5)
    assert desk.row(placed).status == "completed"


async def test_the_called_party_may_hang_up_while_the_app_is_asked(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = "<Pause length='30'/><Redirect>/next</Redirect>"
    placed = desk.place()
    await house.wait(5)
    desk.bob.hang_up()
    await house.wait(1)
    assert desk.row(placed).status == "completed"
    assert house.of("/next") == []


async def test_the_time_limit_counts_from_the_answer(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = '<Pause length="60"/>'
    desk.bob.ring_seconds = 20
    placed = desk.place(time_limit_seconds=10)
    await house.wait(29)
    assert desk.row(placed).status == "in-progress"
    await house.wait(2)
    assert (desk.row(placed).status, desk.row(placed).duration_seconds) == ("completed", 10)


async def test_a_call_that_was_placed_can_dial_and_be_moved_like_any_other(desk: OrderDesk, house: House) -> None:
    house.pages |= {"/voice": '<Pause length="60"/>', "/next": "<Hangup/>"}
    placed = desk.place()
    await house.wait(3)
    house.updating.redirect(ACCOUNT, placed.sid, DocumentRequest(url=f"{APP}/next"))
    await house.wait(3)
    assert desk.row(placed).status == "completed"
    assert len(house.of("/next")) == 1


# -- ended from outside ---------------------------------------------------------------------------------------------


async def test_l_03_a_call_that_rings_is_cancelled(desk: OrderDesk, house: House) -> None:
    desk.bob.status = None
    placed = desk.place()
    await house.wait(3)
    assert desk.placing.cancel(placed.sid)
    await house.wait(1)
    assert (desk.row(placed).status, desk.row(placed).sip_response_code) == ("canceled", 487)
    assert "CANCEL" in house.bench.wire.to("bob")
    assert desk.statuses() == ["initiated", "ringing", "canceled"]
    assert desk.codes() == []
    assert house.running.task_count == 0


async def test_l_03_a_call_that_is_answered_is_left_alone_by_canceled(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = '<Pause length="10"/>'
    placed = desk.place()
    await house.wait(3)
    assert not desk.placing.cancel(placed.sid)
    assert not desk.placing.cancel("CA" + "0" * 32)
    assert desk.row(placed).status == "in-progress"


async def test_a_call_that_is_cancelled_before_anything_was_sent_is_not_dialled(desk: OrderDesk, house: House) -> None:
    placed = desk.place()
    assert desk.placing.cancel(placed.sid)
    await house.wait(3)
    assert desk.row(placed).status == "canceled"
    assert house.asked == []
    assert house.bench.wire.to("bob") == []


async def test_9_15_a_call_may_wait_for_a_while_before_it_is_dialled(desk: OrderDesk, house: House) -> None:
    placed, withdrawn = desk.place(delay_seconds=20), desk.place(delay_seconds=20)
    await house.wait(10)
    assert desk.placing.cancel(withdrawn.sid)
    await house.wait(9)
    assert (desk.row(placed).status, house.bench.wire.to("bob")) == ("queued", [])
    await house.wait(5)
    assert desk.row(placed).status != "queued"
    assert desk.row(withdrawn).status == "canceled"


async def test_an_account_that_is_not_active_makes_no_calls(build: BuildHouse) -> None:
    """rest-api.md 9.1."""
    active = configuration()
    house = build(replace(active, accounts=[replace(active.accounts[0], status=AccountStatus.SUSPENDED)]))
    with pytest.raises(CallRefused) as refusal:
        OrderDesk(house).place()
    assert (refusal.value.code, refusal.value.status) == (10001, 403)


async def test_a_server_that_stops_cancels_what_waits_and_takes_no_more(open_desk: OpenDesk, house: House) -> None:
    desk = open_desk(interval_seconds=1.0)
    house.pages["/voice"] = '<Pause length="10"/>'
    placed = [desk.place() for _ in range(3)]
    await house.wait(0.5)
    desk.placing.close()
    await house.wait(20)
    assert [desk.row(one).status for one in placed] == ["completed", "canceled", "canceled"]
    with pytest.raises(CallRefused) as refusal:
        desk.place()
    assert refusal.value.code == 20503


# -- whom it rings ----------------------------------------------------------------------------------------------------


async def test_s_01_the_invite_names_the_call_and_carries_what_the_address_has(desk: OrderDesk, house: House) -> None:
    placed = desk.place(f"{BOB}?X-Agent=7&X-Twilio-CallSid=forged", call_reason="Your parcel\r\nX-Evil: 1")
    await house.wait(1)
    headers = dict(desk.invite.headers.items())
    assert (headers["X-Twilio-CallSid"], headers["X-Twilio-AccountSid"]) == (placed.sid, ACCOUNT)
    assert (headers["X-Agent"], headers["Subject"]) == ("7", "Your parcelX-Evil: 1")
    assert "X-Evil" not in headers
    assert desk.row(placed).to == BOB
    assert desk.codes() == [32113]


async def test_from_is_the_caller_id_where_there_is_one(desk: OrderDesk, house: House) -> None:
    desk.place(caller_id="+15557654321", caller_display_name="The Shop")
    await house.wait(1)
    assert str(desk.invite.from_.uri) == f"sip:+15557654321@{OURS}"
    assert desk.invite.from_.display_name == "The Shop"
    assert house.of("/status")[0]["From"] == "+15550001111"


async def test_credentials_answer_a_challenge_once(desk: OrderDesk, house: House) -> None:
    gate = DigestGate("pbx", b"k" * 32)
    seen: list[str] = []

    def screen(request: Request, flow: Flow, now: float) -> Challenge | None:
        seen.append(request.headers.get("Proxy-Authorization") or "")
        return None if seen[-1] else Challenge(values=tuple(gate.challenge(now)))

    desk.bob.sip.endpoint._screen = screen
    house.pages["/voice"] = "<Hangup/>"
    placed = desk.place(sip_username="ann", sip_password="secret")
    await house.wait(5)
    assert desk.row(placed).status == "completed"
    assert 'username="ann"' in seen[-1]
    without = desk.place()
    await house.wait(5)
    assert (desk.row(without).status, desk.row(without).sip_response_code) == ("failed", 407)


async def test_rc_01_all_phones_of_a_registered_user_ring_and_the_first_to_answer_has_the_call(
    desk: OrderDesk, house: House
) -> None:
    other = house.bench.phone("bob-at-home")
    other.status = None
    desk.phones.contacts[f"bob@{DOMAIN}"] = [desk.bob.uri, other.uri]
    house.pages["/voice"] = "<Hangup/>"
    for to in ("client:bob", f"sip:bob@{DOMAIN}"):
        placed = desk.place(to)
        await house.wait(5)
        assert (desk.row(placed).status, desk.row(placed).to) == ("completed", to)
    assert house.bench.wire.to("bob-at-home").count("CANCEL") == 2


async def test_a_client_that_is_not_registered_is_a_failed_call(desk: OrderDesk, house: House) -> None:
    placed = desk.place("client:joey")
    await house.wait(1)
    assert (desk.row(placed).status, desk.row(placed).sip_response_code) == ("failed", 404)
    assert desk.codes() == [32009]
    assert desk.statuses() == ["initiated", "failed"]


async def test_a_number_goes_out_through_the_trunk(build: Callable[..., House]) -> None:
    trunk = TrunkRecord(sid="TK1", name="carrier", account_sid=ACCOUNT, uri="sip:192.0.2.11")
    house = build(configuration(trunks=[trunk]))
    desk = OrderDesk(house)
    house.pages["/voice"] = "<Hangup/>"
    placed = desk.place("+15551234567")
    await house.wait(5)
    assert (desk.row(placed).status, desk.row(placed).to) == ("completed", "+15551234567")
    assert str(desk.invite.uri) == "sip:+15551234567@192.0.2.11"


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_one_call_more_than_the_limit_has_failed_with_10004(open_desk: OpenDesk, house: House) -> None:
    desk = open_desk(max_calls=1)
    house.pages["/voice"] = '<Pause length="10"/>'
    first, second = desk.place(), desk.place()
    await house.wait(5)
    assert [desk.row(one).status for one in (first, second)] == ["in-progress", "failed"]
    assert desk.codes() == [10004]
    await house.wait(10)
    third = desk.place()
    await house.wait(3)
    assert desk.row(third).status == "in-progress"


async def test_8_with_twilios_pace_calls_are_dialled_one_a_second_in_order(open_desk: OpenDesk, house: House) -> None:
    desk = open_desk(interval_seconds=1.0)
    began = house.clock.utc_now()
    placed = [desk.place() for _ in range(4)]
    assert [one.queue_ms for one in placed] == [0, 1000, 2000, 3000]
    assert {one.status for one in placed} == {"queued"}
    await house.wait(1.5)
    assert [desk.row(one).status == "queued" for one in placed] == [False, False, True, True]
    assert desk.placing.cancel(placed[2].sid)
    await house.wait(5)
    assert desk.row(placed[2]).status == "canceled"
    dialled = [desk.row(placed[at]).started_at for at in (0, 1, 3)]
    assert [round((moment - began).total_seconds()) for moment in dialled if moment] == [0, 1, 2]
    told = {request["CallSid"] for request in house.of("/status")}
    assert placed[2].sid not in told, "webhooks.md 2.1: nobody is told of one cancelled while queued"


async def test_8_more_than_a_day_of_calls_is_22005(house: House) -> None:
    desk = OrderDesk(house, interval_seconds=50_000.0)
    for _ in range(2):
        desk.place()
    with pytest.raises(CallRefused) as refusal:
        desk.place()
    assert refusal.value.code == 22005


# -- refused at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("12345", 21211), ("+0555", 21211), ("bob", 21211), ("", 21211), ("client:", 21211), ("client:a b", 21211),
        ("sip:", 21211), ("sip:bob@", 21211), ("sip:bob@" + "a" * 300 + ".example", 21211),
        (f"sip:{DOMAIN}", 21211),
        ("sip:bob@demo.dublin.sip.localhost", 21211),
        (f"{BOB}?X-A={'1' * 1100}", 21227),
        (f"{BOB}?X A=1", 21228),
        (f"{BOB}?X-A=%0D%0AX-Evil:%201", 21229),
        ("+15551234567", 21214),
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused(desk: OrderDesk, to: str, code: int) -> None:
    assert desk.refused(to) == code


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"send_digits": "12x"}, 21206), ({"send_digits": "1" * 33}, 21206), ({"send_digits": "1\n2"}, 21206),
        ({"timeout_seconds": 0}, 21208), ({"timeout_seconds": -5}, 21208), ({"timeout_seconds": 601}, 21208),
        ({"time_limit_seconds": 0}, 20001),
        ({"sip_username": "a" * 256, "sip_password": "p"}, 21221),
        ({"sip_username": "a\r\nb", "sip_password": "p"}, 21222),
        ({"sip_username": "a", "sip_password": "p" * 256}, 21223),
        ({"sip_username": "a", "sip_password": "p\x00"}, 21224),
        ({"sip_username": "a"}, 21225),
        ({"account_sid": "AC" + "9" * 32}, 10001),
    ],
)  # fmt: skip
def test_5_a_bad_value_has_its_code(desk: OrderDesk, wanted: dict[str, Any], code: int) -> None:
    assert desk.refused(**wanted) == code
