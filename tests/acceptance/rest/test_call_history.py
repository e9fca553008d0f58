"""What a call leaves behind, by the official library: notifications and events (rest-api.md 9.3)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from twilio.rest import Client

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import Server, VoiceApp
from tests.acceptance.rest.conftest import call_in


async def test_a_failure_of_the_app_is_a_notification_and_an_event(
    client: Client, app: VoiceApp, rest_server: Server, phone: Softphone
) -> None:
    app.pages |= {"/voice": "<Unknown/><Redirect>/missing</Redirect>", "/status": ""}
    began = datetime.now(UTC)
    placed = call_in(phone, rest_server)
    await placed.ended(10)
    (asked,) = await app.wait_for("/voice")
    sid = asked.parameters["CallSid"]
    await app.wait_for("/status")

    def read() -> Any:
        call = client.calls(sid)
        errors = call.notifications.list(log=0)
        single = call.notifications(errors[0].sid).fetch()
        listed = client.notifications.list(log=0, message_date_after=began - timedelta(days=1))
        same = client.notifications(errors[0].sid).fetch()
        return errors, call.notifications.list(log=1), single, listed, same, call.events.list()

    errors, warnings, single, listed, same, events = await asyncio.to_thread(read)
    assert [(note.error_code, note.request_url) for note in errors] == [("11200", app.url("/missing"))]
    assert "12200" in [note.error_code for note in warnings]
    assert "ErrorCode=11200" in single.message_text
    assert f"CallSid={sid}" in single.request_variables
    assert (same.response_headers, same.call_sid) == (single.response_headers, sid)
    assert errors[0].sid in [note.sid for note in listed]
    codes = {event.request["url"]: event.response["response_code"] for event in events}
    assert codes == {app.url("/voice"): 200, app.url("/missing"): 404, app.url("/status"): 200}
    voice = next(event for event in events if event.request["url"] == app.url("/voice"))
    assert voice.request["parameters"]["call_sid"] == sid
    assert "<Redirect>/missing</Redirect>" in voice.response["response_body"]
