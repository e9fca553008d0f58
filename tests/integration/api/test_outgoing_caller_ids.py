"""Caller ids by the official library and by hand; the verification call is a scripted one (rest-api.md 9.15)."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.interpreter.source import DocumentRequest
from ringback.model.record import CallerIdRecord
from ringback.model.sid import AccountSid
from ringback.services import verify_caller_id
from ringback.services.call_order import CallRefused
from ringback.store.caller_id import CallerIdRepository
from ringback.webhooks.callback import Callback
from ringback.webhooks.transport import HttpRequest, HttpResponse
from tests.integration.api.conftest import Stage

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/OutgoingCallerIds"
NUMBER = "+15005550006"
CALLBACK = "https://app.example/verified"


def client(stage: Stage) -> Any:
    made = Client(MINE, "my-token")
    made.api.base_url = stage.url
    return made


async def ask(stage: Stage, path: str = PATH, method: str = "POST", **data: str) -> tuple[int, dict[str, Any]]:
    answer = await stage.ask(f"{path}.json", method=method, data=data or None)
    return answer.status, json.loads(answer.body) if answer.body else {}


async def put(stage: Stage, number: str = NUMBER, account: AccountSid = MINE, **fields: Any) -> CallerIdRecord:
    """A number that was verified."""
    record = CallerIdRecord(sid=f"PN{number[1:]:0>32}", account_sid=account, number=number, **fields)
    async with stage.database.begin() as connection:
        await CallerIdRepository(connection).put(record)
    await stage.directory.refresh()
    return record


async def called(stage: Stage, **parameters: str) -> HttpResponse:
    """What the newest verification call asks of its app."""
    first = stage.book.orders[-1].first
    assert isinstance(first, DocumentRequest)
    request = HttpRequest(method="POST", url=first.url, headers=(), body=urlencode(parameters).encode())
    return await stage.verifying.answer(request)


async def ended(stage: Stage, status: str = "completed") -> None:
    await called(stage, CallSid="CA1", To=NUMBER, CallStatus=status, CallbackSource="call-progress-events")


async def told(stage: Stage) -> dict[str, str]:
    """The one callback that the app got."""
    async with asyncio.timeout(5):
        while not stage.asked:
            await stage.ask("/health", user=None)
    (request,) = stage.asked
    assert request.url.partition("?")[0] == CALLBACK
    return dict(request.parameters)


async def test_the_library_asks_for_a_verification_and_the_right_code_makes_a_caller_id(stage: Stage) -> None:
    made = await asyncio.to_thread(
        lambda: client(stage).validation_requests.create(
            phone_number="(500) 555-0006", friendly_name="front desk", status_callback=CALLBACK
        )
    )
    assert (made.phone_number, made.friendly_name, made.account_sid) == (NUMBER, "front desk", MINE)
    assert made.call_sid.startswith("CA")
    assert len(made.validation_code) == 6
    order = stage.book.orders[-1]
    assert (order.to, order.send_digits, order.delay_seconds) == (NUMBER, None, 0)
    assert b'numDigits="6"' in (await called(stage)).body
    assert b"Gather" in (await called(stage, Digits="")).body
    assert not stage.directory.owns_caller_id(MINE, NUMBER)
    assert b"verified" in (await called(stage, Digits=made.validation_code)).body
    assert stage.directory.owns_caller_id(MINE, NUMBER)
    assert not stage.directory.owns_caller_id(OTHER, NUMBER)
    await ended(stage)
    sent = await told(stage)
    found = await asyncio.to_thread(lambda: client(stage).outgoing_caller_ids.list(phone_number=NUMBER))
    assert [entry.friendly_name for entry in found] == ["front desk"]
    assert (sent["VerificationStatus"], sent["OutgoingCallerIdSid"]) == ("success", found[0].sid)
    assert (sent["CallStatus"], sent["To"]) == ("completed", NUMBER)
    assert stage.verifying.pending_count == 0


@pytest.mark.parametrize("is_verified", [True, False])
async def test_what_a_crash_would_leave_to_the_next_process_is_how_the_verification_stands(
    stage: Stage, is_verified: bool
) -> None:
    """Nobody else knows of a verification: its callback is held from the beginning, and is one callback."""
    held: dict[str, Callback] = {}
    link = stage.links.of(stage.accounts[MINE])
    link.delivery.hold = lambda callback: held.update({callback.sid or "": callback})  # type: ignore[method-assign]
    _, made = await ask(stage, PhoneNumber=NUMBER, StatusCallback=CALLBACK)
    await called(stage)
    if is_verified:
        await called(stage, Digits=made["validation_code"])
    ((sid, callback),) = held.items()
    parameters = dict(callback.parameters)
    assert (callback.url, callback.call_sid, sid[:2]) == (CALLBACK, made["call_sid"], "CB")
    assert (parameters["CallSid"], parameters["To"]) == (made["call_sid"], NUMBER)
    assert parameters["VerificationStatus"] == ("success" if is_verified else "failed")
    assert ("OutgoingCallerIdSid" in parameters) == is_verified
    posted: list[Callback] = []
    link.delivery.post = lambda callback: posted.append(callback)  # type: ignore[method-assign]
    await ended(stage)
    assert [told.sid for told in posted] == [sid]


async def test_three_wrong_codes_verify_nothing(stage: Stage) -> None:
    _, made = await ask(stage, PhoneNumber=NUMBER, StatusCallback=CALLBACK)
    wrong = "000000" if made["validation_code"] != "000000" else "111111"
    await called(stage)
    assert b"<Gather" in (await called(stage, Digits=wrong)).body
    assert b"<Gather" in (await called(stage, Digits="")).body
    assert b"<Hangup" in (await called(stage, Digits=wrong)).body
    await ended(stage)
    assert (await told(stage))["VerificationStatus"] == "failed"
    assert not stage.directory.owns_caller_id(MINE, NUMBER)


async def test_a_call_that_nobody_answered_is_told_as_failed(stage: Stage) -> None:
    await ask(stage, PhoneNumber=NUMBER, StatusCallback=CALLBACK, StatusCallbackMethod="GET")
    await ended(stage, "no-answer")
    sent = await told(stage)
    assert (sent["VerificationStatus"], sent["CallStatus"]) == ("failed", "no-answer")
    assert "OutgoingCallerIdSid" not in sent


async def test_a_request_that_no_verification_has_made_is_not_answered(stage: Stage) -> None:
    await ask(stage, PhoneNumber=NUMBER)
    for url in ("http://verification.ringback.invalid/", "http://verification.ringback.invalid/CA1"):
        response = await stage.verifying.answer(HttpRequest(method="POST", url=url, headers=(), body=b"Digits=1"))
        assert response.status == 404
    await ended(stage)
    assert (await called(stage)).status == 404


async def test_the_end_of_a_call_that_an_earlier_process_made_is_taken_in_silence(stage: Stage) -> None:
    """It is sent at the next start, like every callback."""
    await ask(stage, PhoneNumber=NUMBER, StatusCallback=CALLBACK)
    await ended(stage)
    await told(stage)
    first = stage.book.orders[-1].first
    assert isinstance(first, DocumentRequest)
    body = b"CallStatus=completed&CallbackSource=call-progress-events"
    assert (
        await stage.verifying.answer(HttpRequest(method="POST", url=first.url, headers=(), body=body))
    ).status == 204
    assert len(stage.asked) == 1


async def test_the_answer_has_its_own_shape_and_the_call_waits_and_dials_on(stage: Stage) -> None:
    status, body = await ask(stage, PhoneNumber=NUMBER, CallDelay="60", Extension="12,3#")
    assert status == 200
    assert tuple(body) == ("account_sid", "call_sid", "friendly_name", "phone_number", "validation_code")
    assert body["friendly_name"] == "(500) 555-0006"
    order = stage.book.orders[-1]
    assert (order.delay_seconds, order.send_digits) == (60, "12w3#")


async def test_the_called_party_is_shown_a_number_of_the_account(stage: Stage) -> None:
    await ask(stage, PhoneNumber=NUMBER)
    assert stage.book.orders[-1].from_ == NUMBER
    await ask(stage, f"/2010-04-01/Accounts/{MINE}/IncomingPhoneNumbers", PhoneNumber="+15005550009")
    await ask(stage, PhoneNumber=NUMBER)
    assert stage.book.orders[-1].from_ == "+15005550009"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, 20001),
        ({"PhoneNumber": "nonsense"}, 21421),
        ({"PhoneNumber": NUMBER, "CallDelay": "61"}, 21454),
        ({"PhoneNumber": NUMBER, "CallDelay": "-1"}, 21454),
        ({"PhoneNumber": NUMBER, "CallDelay": "soon"}, 21454),
        ({"PhoneNumber": NUMBER, "Extension": "four"}, 20001),
        ({"PhoneNumber": NUMBER, "StatusCallback": "ftp://x/"}, 21205),
        ({"PhoneNumber": NUMBER, "FriendlyName": "x" * 65}, 20002),
    ],
)
async def test_a_bad_request_calls_nobody(stage: Stage, data: dict[str, str], code: int) -> None:
    status, body = await ask(stage, **data)
    assert (status, body["code"]) == (400, code)
    assert (stage.book.orders, stage.verifying.pending_count) == ([], 0)


async def test_a_number_that_needs_no_verification_is_not_called(stage: Stage) -> None:
    await ask(stage, f"/2010-04-01/Accounts/{MINE}/IncomingPhoneNumbers", PhoneNumber="+15005550009")
    await put(stage)
    for number, code in (("+15005550009", 21449), (NUMBER, 21450)):
        status, body = await ask(stage, PhoneNumber=number)
        assert (status, body["code"]) == (400, code)
    assert stage.book.orders == []


async def test_what_cannot_be_called_is_refused_as_a_call_would_be(stage: Stage) -> None:
    stage.book.refusal = CallRefused(21214, "there is no trunk")
    status, body = await ask(stage, PhoneNumber=NUMBER)
    assert (status, body["code"], stage.verifying.pending_count) == (400, 21214, 0)


async def test_so_many_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_caller_id, "MAX_PENDING", 1)
    await ask(stage, PhoneNumber=NUMBER)
    status, body = await ask(stage, PhoneNumber=NUMBER)
    assert (status, body["code"]) == (429, 20429)


async def test_one_whose_end_was_never_told_is_forgotten_some_day(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(stage, PhoneNumber=NUMBER)
    await ask(stage, PhoneNumber=NUMBER)
    assert stage.verifying.pending_count == 2
    monkeypatch.setattr(verify_caller_id, "FORGOTTEN_AFTER_SECONDS", 0)
    await ask(stage, PhoneNumber=NUMBER)
    assert stage.verifying.pending_count == 1


async def test_the_library_reads_renames_and_deletes_one(stage: Stage) -> None:
    record = await put(stage, friendly_name="desk")

    def work() -> None:
        caller_ids = client(stage).outgoing_caller_ids
        assert caller_ids(record.sid).fetch().friendly_name == "desk"
        assert caller_ids(record.sid).update(friendly_name="front").friendly_name == "front"
        assert [entry.sid for entry in caller_ids.list(friendly_name="front")] == [record.sid]
        assert caller_ids.list(phone_number="+15005550007") == []
        assert caller_ids(record.sid).delete()
        with pytest.raises(TwilioRestException) as gone:
            caller_ids(record.sid).fetch()
        assert (gone.value.status, gone.value.code) == (404, 20404)

    await asyncio.to_thread(work)
    assert not stage.directory.owns_caller_id(MINE, NUMBER)


async def test_anothers_caller_id_is_not_there(stage: Stage) -> None:
    record = await put(stage, account=OTHER)
    for method in ("GET", "POST", "DELETE"):
        status, body = await ask(stage, f"{PATH}/{record.sid}", method)
        assert (status, body["code"]) == (404, 20404)
    assert stage.directory.owns_caller_id(OTHER, NUMBER)


async def test_the_body_has_exactly_twilios_keys(stage: Stage) -> None:
    record = await put(stage)
    _, body = await ask(stage, f"{PATH}/{record.sid}", "GET")
    assert tuple(body) == (
        "sid", "account_sid", "friendly_name", "phone_number", "date_created", "date_updated", "uri",
    )  # fmt: skip
    assert body["uri"] == f"{PATH}/{record.sid}.json"
