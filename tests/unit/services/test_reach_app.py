"""One link for each account, and what a callback that fails leaves behind."""

from dataclasses import replace

from ringback.model.record import AccountRecord, NotificationRecord
from ringback.model.sid import CallSid
from ringback.services.reach_app import AppLinks
from ringback.testing.app_transport import AppResponse, AppTransport
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.webhooks.delivery import Callback
from tests.unit.call.conftest import ACCOUNT

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
