"""One link for each account, and what a callback that fails leaves behind."""

from dataclasses import replace

import pytest

from ringback.model.record import AccountRecord, CallbackRecord, CallbackState, NotificationRecord
from ringback.model.sid import CallSid
from ringback.services.reach_app import AppLinks
from ringback.store.exchange import ExchangeRepository
from ringback.store.paging import PageRequest
from ringback.testing.app_transport import AppResponse, AppTransport
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.webhooks.delivery import Callback
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.callback_process import ACCOUNT as OWNER
from tests.unit.services.callback_process import CALL, new_process

ACCOUNT_RECORD = AccountRecord(sid=ACCOUNT, auth_token="first")


def make_links(rows: list[NotificationRecord], answer: object = "") -> AppLinks:
    clock = VirtualClock()
    transport = AppTransport(answers=lambda request: answer, journal=Journal(), clock=clock)
    return AppLinks(transport=transport, clock=clock, put=rows.append)


async def test_a_link_is_kept_until_the_token_changes() -> None:
    links = make_links([])
    first = links.of(ACCOUNT_RECORD)
    assert links.of(ACCOUNT_RECORD) is first
    assert links.of(replace(ACCOUNT_RECORD, friendly_name="new name")) is first
    assert links.of(replace(ACCOUNT_RECORD, auth_token="second")) is not first


async def test_a_link_that_is_sending_is_kept_however_often_the_token_changes() -> None:
    """So that the server waits for it when it stops."""
    clock = VirtualClock()
    transport = AppTransport(answers=lambda request: AppResponse(seconds=5), journal=Journal(), clock=clock)
    links = AppLinks(transport=transport, clock=clock, put=lambda note: None)
    links.of(ACCOUNT_RECORD).delivery.post(Callback(call_sid=CALL, url="http://app.example/", parameters=()))
    await clock.advance(1)
    for token in ("second", "third"):
        links.of(replace(ACCOUNT_RECORD, auth_token=token))
    assert (links.waiting_count, links.busy_count) == (0, 1)
    await clock.advance(5)
    assert links.busy_count == 0


async def test_what_is_kept_for_one_account_answers_no_other() -> None:
    """H-06: its app may have answered to the account's signature."""
    answers = iter(b"12")
    url = "http://app.example/menu"

    def answer() -> AppResponse:
        return AppResponse(body=bytes([next(answers)]), headers=(("Cache-Control", "private, max-age=60"),))

    clock = VirtualClock()
    transport = AppTransport(answers=lambda request: answer(), journal=Journal(), clock=clock)
    links = AppLinks(transport=transport, clock=clock, put=lambda note: None)
    mine, theirs = links.of(ACCOUNT_RECORD).client, links.of(OWNER).client
    assert [(await client.fetch(url, "GET", ())).body for client in (mine, mine, theirs)] == [b"1", b"1", b"2"]


async def test_a_callback_that_fails_is_a_notification_with_the_answer() -> None:
    rows: list[NotificationRecord] = []
    links = make_links(rows, AppResponse(status=500, body="broken", content_type="text/plain"))
    sid = CallSid("CA" + "0" * 32)
    link = links.of(ACCOUNT_RECORD)
    link.delivery.post(Callback(call_sid=sid, url="http://app.example/status", parameters=(("A", "1"),)))
    await links.close(10)
    (note,) = rows
    assert (note.error_code, note.level, note.call_sid) == (15003, "warning", sid)
    assert (note.request_url, note.request_method) == ("http://app.example/status", "POST")
    assert (note.response_status, note.response_body) == (500, "broken")


async def test_what_an_exchange_was_is_kept() -> None:
    async with new_process() as process:
        process.status = 503
        process.post("/status")
        await process.links.close(5)
        async with process.reading.read() as connection:
            page = await ExchangeRepository(connection).of_call(OWNER.sid, CALL, PageRequest())
        assert [(one.url, one.status) for one in page.records] == [("http://app.example/status", 503)]


async def test_a_callback_takes_the_place_of_what_was_held() -> None:
    async with new_process() as process:
        parameters = (("CallSid", CALL),)
        callback = Callback(call_sid=CALL, url="http://app.example/end", parameters=parameters, sid="CB" + "e" * 32)
        delivery = process.links.of(OWNER).delivery
        delivery.hold(callback)
        (record,) = (await process.records()).values()
        assert record.state is CallbackState.HELD
        delivery.post(callback)
        await process.links.close(5)
        (record,) = (await process.records()).values()
        assert (record.state, len(process.arrived)) == (CallbackState.SENT, 1)


async def test_the_log_says_once_a_minute_that_the_store_does_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """However many callbacks are sent before they are written."""

    class Away:
        def put(self, record: CallbackRecord) -> None: ...

        position = 1

        async def written(self, timeout_seconds: float | None = None, *, up_to: int | None = None) -> bool:
            return False

    clock = VirtualClock()
    transport = AppTransport(answers=lambda request: "", journal=Journal(), clock=clock)
    links = AppLinks(transport=transport, clock=clock, put=lambda record: None, outbox=Away())
    for number in range(5):
        sid = CallSid(f"CA{number:032x}")
        links.of(ACCOUNT_RECORD).delivery.post(Callback(call_sid=sid, url="http://app.example/", parameters=()))
        await clock.advance(15)
    await links.close(1)
    assert capsys.readouterr().out.count("sent before they are written") == 2
