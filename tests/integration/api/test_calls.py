"""Calls are made over REST by the real rules of ordering, without a telephone (rest-api.md 9.2; L-02)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import (
    ApplicationRecord,
    NumberRecord,
)
from ringback.model.sid import AccountSid, ApplicationSid
from ringback.services.call_order import CallRefused
from ringback.store.application import ApplicationRepository
from ringback.store.number import NumberRepository
from tests.integration.api.desk import MINE, NUMBER, SIP, notes

OTHER = AccountSid("AC" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/Calls"
APP = "https://app.example/voice"
GOOD = {"To": SIP, "From": "+15550001111", "Url": APP}
DESK, BARE, THEIRS = (ApplicationSid("AP" + digit * 32) for digit in "123")


@pytest.fixture(autouse=True)
async def configured(stage: Any) -> None:
    """One number of ours, one of the other account, and applications of both."""
    async with stage.services.configuring.change() as connection:
        await NumberRepository(connection).put(
            NumberRecord(sid="PN1", account_sid=MINE, number=NUMBER, voice_url=None),
            NumberRecord(sid="PN2", account_sid=OTHER, number="+15005550007", voice_url=None),
        )
        await ApplicationRepository(connection).put(
            ApplicationRecord(
                sid=DESK,
                account_sid=MINE,
                friendly_name="desk",
                voice_url="https://desk.example/",
                voice_method="GET",
                voice_fallback_url="https://desk.example/fallback",
                status_callback_url="https://desk.example/status",
            ),
            ApplicationRecord(sid=BARE, account_sid=MINE, friendly_name="bare", voice_url=None),
            ApplicationRecord(sid=THEIRS, account_sid=OTHER, friendly_name="theirs", voice_url="https://x.example/"),
        )


async def create(stage: Any, data: Mapping[str, str] | Sequence[tuple[str, str]], path: str = PATH) -> Any:
    return await stage.ask(f"{path}.json", method="POST", data=data)


async def created(stage: Any, **data: str) -> Mapping[str, Any]:
    answer = await create(stage, {**GOOD, **data})
    assert answer.status == 201, answer.body
    return json.loads(answer.body)  # type: ignore[no-any-return]


async def test_a_call_is_queued_and_shown_with_exactly_twilios_fields(stage: Any) -> None:
    body = await created(stage, From="(500) 555-0006", To="+1 (500) 555-0009")
    assert list(body) == [
        "sid", "account_sid", "uri", "date_created", "date_updated", "api_version", "parent_call_sid", "to",
        "to_formatted", "from", "from_formatted", "phone_number_sid", "status", "start_time", "end_time", "duration",
        "price", "price_unit", "direction", "answered_by", "forwarded_from", "caller_name", "group_sid", "queue_time",
        "trunk_sid", "stir_verstat", "subresource_uris",
    ]  # fmt: skip
    assert (body["status"], body["direction"], body["price"], body["price_unit"]) == (
        "queued", "outbound-api", None, "USD",
    )  # fmt: skip
    assert (body["from"], body["from_formatted"]) == (NUMBER, "(500) 555-0006")
    assert (body["to"], body["to_formatted"]) == ("+15005550009", "(500) 555-0009")
    assert (body["start_time"], body["duration"], body["queue_time"]) == (None, None, "0")
    assert body["uri"] == f"{PATH}/{body['sid']}.json"
    words = [uri.removeprefix(f"{PATH}/{body['sid']}/") for uri in body["subresource_uris"].values()]
    assert words == [
        "Events.json", "Notifications.json", "Payments.json", "Recordings.json", "Siprec.json", "Streams.json",
        "Transcriptions.json", "UserDefinedMessageSubscriptions.json", "UserDefinedMessages.json",
    ]  # fmt: skip
    assert body["date_created"].endswith("+0000")


async def test_every_parameter_reaches_the_order(stage: Any) -> None:
    data = [
        ("To", SIP), ("From", "ann.desk"), ("Url", APP), ("Method", "get"), ("FallbackUrl", "http://b.example/"),
        ("FallbackMethod", "GET"), ("StatusCallback", "http://c.example/"), ("StatusCallbackMethod", "GET"),
        ("StatusCallbackEvent", "initiated"), ("StatusCallbackEvent", "answered completed"), ("SendDigits", "1w#"),
        ("Timeout", "20"), ("TimeLimit", "90"), ("CallerId", "client:bob"), ("Record", "true"),
        ("RecordingChannels", "dual"), ("RecordingTrack", "inbound"), ("Trim", "do-not-trim"),
        ("RecordingStatusCallback", "http://d.example/"), ("RecordingStatusCallbackMethod", "GET"),
        ("RecordingStatusCallbackEvent", "in-progress absent"), ("SipAuthUsername", "u"), ("SipAuthPassword", "p"),
        ("MachineDetection", "detectmessageend"), ("MachineDetectionTimeout", "10"),
        ("MachineDetectionSpeechThreshold", "2000"), ("MachineDetectionSpeechEndThreshold", "1000"),
        ("MachineDetectionSilenceTimeout", "3000"), ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", "http://e.example/"), ("AsyncAmdStatusCallbackMethod", "GET"),
        ("CallReason", "your order"), ("Nobody", "knows"), ("CallToken", "t"), ("IfMachine", "Hangup"),
        ("Byoc", "BY" + "1" * 32), ("Passports", "abc"), ("ClientNotificationUrl", "http://f.example/"),
    ]  # fmt: skip
    assert (await create(stage, data)).status == 201
    (order,) = stage.book.orders
    assert order.first == DocumentRequest(url=APP, method="GET")
    assert order.fallback == Fallback(url="http://b.example/", method="GET")
    assert order.status_events == StatusEvents(
        url="http://c.example/", method="GET", events=("initiated", "answered", "completed")
    )
    assert (order.from_, order.caller_id, order.send_digits) == ("ann.desk", "client:bob", "1w#")
    assert (order.timeout_seconds, order.time_limit_seconds, order.call_reason) == (20, 90, "your order")
    assert (order.sip_username, order.sip_password) == ("u", "p")
    record, detection = order.record, order.detection
    assert (record.dual, record.track, record.trim, record.events) == (
        True,
        "inbound",
        False,
        ("in-progress", "absent"),
    )
    assert (record.callback.url, record.callback.method) == ("http://d.example/", "GET")
    assert (detection.asynchronous, detection.callback.url, detection.callback.method) == (
        True, "http://e.example/", "GET",
    )  # fmt: skip
    wanted = detection.detection
    assert (wanted.until_end, wanted.timeout_seconds, wanted.speech_threshold_seconds) == (True, 10.0, 2.0)
    assert (wanted.speech_end_seconds, wanted.silence_timeout_seconds) == (1.0, 3.0)


async def test_what_is_left_out_or_empty_has_twilios_defaults(stage: Any) -> None:
    await created(stage, StatusCallback="", Timeout="", Record="", CallerId="")
    (order,) = stage.book.orders
    assert (order.timeout_seconds, order.time_limit_seconds, order.fallback, order.status_events) == (
        60, None, None, None,
    )  # fmt: skip
    assert (order.record, order.detection, order.caller_id, order.send_digits) == (None, None, None, None)


async def test_d_12_inline_twiml_has_no_url(stage: Any) -> None:
    answer = await create(
        stage, {"To": SIP, "From": "x", "Twiml": '<?xml version="1.0"?><Response><Hangup/></Response>'}
    )
    assert answer.status == 201
    (order,) = stage.book.orders
    assert isinstance(order.first, LoadedDocument)
    assert order.first.url is None


async def test_l_02_url_wins_over_twiml_with_a_warning(stage: Any) -> None:
    body = await created(stage, Twiml="<Response/>")
    (order,) = stage.book.orders
    assert order.first == DocumentRequest(url=APP)
    (note,) = await notes(stage)
    assert (note.error_code, note.level, note.call_sid) == (32019, "warning", body["sid"])


async def test_an_application_brings_all_of_its_own_urls(stage: Any) -> None:
    """SB-03."""
    await created(stage, ApplicationSid=DESK, FallbackUrl="http://b.example/", StatusCallback="http://c.example/")
    (order,) = stage.book.orders
    assert order.first == DocumentRequest(url="https://desk.example/", method="GET")
    assert order.fallback == Fallback(url="https://desk.example/fallback")
    assert order.status_events == StatusEvents(url="https://desk.example/status")


async def test_21626_a_status_event_that_is_none_makes_a_call_without_callbacks(stage: Any) -> None:
    await created(stage, StatusCallback="http://c.example/", StatusCallbackEvent="answered hungup")
    assert stage.book.orders[0].status_events is None
    assert [note.error_code for note in await notes(stage)] == [21626]


async def test_21262_asynchronous_detection_without_a_callback_is_a_warning(stage: Any) -> None:
    await created(stage, MachineDetection="Enable", AsyncAmd="true")
    assert [note.error_code for note in await notes(stage)] == [21262]


PHONE = {"To": "+15005550009"}
WITHOUT_URL = {"Url": ""}


WRONG: Sequence[tuple[dict[str, str], int, str]] = [
    ({"To": "", "From": "", "Method": "PUT"}, 21201, "No 'To' number is specified"),
    ({"From": "", "Method": "PUT"}, 21213, "No 'From' number is specified"),
    (WITHOUT_URL, 21205, "Url parameter is required."),
    ({"Url": "ftp://x/"}, 21205, "Parameter 'Url'"),
    ({"Url": "/relative"}, 21205, "Parameter 'Url'"),
    ({"FallbackUrl": "nonsense"}, 21205, "Parameter 'FallbackUrl'"),
    ({"StatusCallback": "http://my_host/"}, 21205, "underscore"),
    ({"SendDigits": "1x"}, 21206, "SendDigits"),
    ({"SendDigits": "1" * 33}, 21206, "SendDigits"),
    ({"IfMachine": "Sing"}, 21207, "IfMachine"),
    ({"Timeout": "0"}, 21208, "Timeout"),
    ({"Timeout": "soon"}, 21208, "Timeout"),
    ({"Timeout": "601"}, 21208, "Timeout"),
    ({"TimeLimit": "-1"}, 20001, "TimeLimit"),
    ({"Method": "PUT"}, 21209, "Method"),
    ({"AsyncAmdStatusCallbackMethod": "HEAD"}, 21209, "AsyncAmdStatusCallbackMethod"),
    ({**PHONE, "From": "+15005550007"}, 21210, "+15005550007"),
    ({**PHONE, "From": NUMBER, "CallerId": "+15005550007"}, 21210, "CallerId"),
    ({"To": "nobody"}, 21211, "not valid"),
    ({"To": f"app:{DESK}"}, 21211, "not valid"),
    ({"To": "client:"}, 21211, "client"),
    ({"To": "sip:"}, 21211, "SIP"),
    ({**PHONE, "From": "ann"}, 21212, "From"),
    ({"From": "ann and bob"}, 21212, "From"),
    ({"To": "12", "From": NUMBER}, 21217, "12"),
    ({"ApplicationSid": "AP1"}, 21218, "ApplicationSid"),
    ({"ApplicationSid": "AP" + "9" * 32}, 21218, "no application"),
    ({"ApplicationSid": THEIRS}, 21218, "no application"),
    ({"ApplicationSid": BARE}, 21205, "VoiceUrl"),
    ({"SipAuthUsername": "u" * 256, "SipAuthPassword": "p"}, 21221, "SipAuthUsername"),
    ({"SipAuthUsername": "a\tb", "SipAuthPassword": "p"}, 21222, "SipAuthUsername"),
    ({"SipAuthUsername": "u", "SipAuthPassword": "p" * 256}, 21223, "SipAuthPassword"),
    ({"SipAuthUsername": "u", "SipAuthPassword": "a\tb"}, 21224, "SipAuthPassword"),
    ({"SipAuthUsername": "u"}, 21225, "SipAuthPassword"),
    ({"To": f"{SIP}?X-A={'a' * 1024}"}, 21227, "1023"),
    ({"To": f"{SIP}?X-A(B=1"}, 21228, "header name"),
    ({"To": f"{SIP}?X-A=a%0Ab"}, 21229, "value"),
    ({"MachineDetection": "Enable", "MachineDetectionTimeout": "60"}, 21234, "MachineDetectionTimeout"),
    ({"MachineDetectionSpeechThreshold": "10"}, 21234, "MachineDetectionSpeechThreshold"),
    ({"MachineDetectionSpeechEndThreshold": "x"}, 21234, "MachineDetectionSpeechEndThreshold"),
    ({"MachineDetectionSilenceTimeout": "1999"}, 21234, "MachineDetectionSilenceTimeout"),
    ({"MachineDetection": "Perhaps"}, 20001, "MachineDetection"),
    ({"Record": "perhaps"}, 20001, "Record"),
    ({"RecordingTrack": "sideways"}, 20001, "RecordingTrack"),
    ({"RecordingStatusCallbackEvent": "begun"}, 20001, "RecordingStatusCallbackEvent"),
    ({"Trim": "hair"}, 20001, "Trim"),
    ({"Byoc": "trunk"}, 20001, "Byoc"),
    ({**WITHOUT_URL, "Twiml": "x" * 4001}, 32018, "Twiml"),
    ({**WITHOUT_URL, "Twiml": "<Response>"}, 12100, "Twiml"),
    ({**WITHOUT_URL, "Twiml": "<Answer/>"}, 12102, "Twiml"),
]  # fmt: skip


async def test_a_wrong_parameter_has_twilios_code_and_nothing_is_made(stage: Any) -> None:
    for data, code, says in WRONG:
        answer = await create(stage, {**GOOD, **data})
        body = json.loads(answer.body)
        assert (answer.status, body["status"], body["code"]) == (400, 400, code), (data, body)
        assert says in body["message"], data
        assert body["more_info"].endswith(f"/{code}")
    assert stage.book.orders == []
    assert json.loads((await stage.ask(f"{PATH}.json")).body)["calls"] == []
    assert await notes(stage) == []


async def test_a_password_never_comes_back(stage: Any) -> None:
    answer = await create(stage, {**GOOD, "SipAuthUsername": "a\tb", "SipAuthPassword": "hush-hush"})
    assert b"hush-hush" not in answer.body


async def test_what_placing_refuses_has_its_status(stage: Any) -> None:
    for code, status in ((20503, 503), (10001, 403), (21214, 400), (22005, 400)):
        stage.book.refusal = CallRefused(code, "no")
        answer = await create(stage, GOOD)
        assert (answer.status, json.loads(answer.body)["code"]) == (status, code)


async def test_another_account_makes_no_calls_here(stage: Any) -> None:
    answer = await stage.ask(f"{PATH}.json", method="POST", data=GOOD, user=(OTHER, "other-token"))
    assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
    assert stage.book.orders == []
