"""`/Calls` over the real rules of ordering, without a telephone (rest-api.md 9.2; twiml.md section 20)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import (
    ApplicationRecord,
    CallRecord,
    ExchangeRecord,
    NotificationRecord,
    NumberRecord,
    RecordingRecord,
    RecordingStatus,
)
from ringback.model.sid import AccountSid, ApplicationSid, CallSid, RecordingSid
from ringback.services.call_order import CallRefused
from ringback.store.application import ApplicationRepository
from ringback.store.exchange import ExchangeRepository
from ringback.store.notification import NotificationRepository
from ringback.store.number import NumberRepository
from ringback.store.recording import RecordingRepository

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/Calls"
NUMBER = "+15005550006"
APP = "https://app.example/voice"
SIP = "sip:ann@pbx.example"
GOOD = {"To": SIP, "From": "+15550001111", "Url": APP}
DESK, BARE, THEIRS = (ApplicationSid("AP" + digit * 32) for digit in "123")
AT = datetime(2026, 3, 2, 10, 4, 55, tzinfo=UTC)


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


def call(number: int, **fields: Any) -> CallRecord:
    values: dict[str, Any] = {
        "sid": CallSid(f"CA{number:032x}"),
        "account_sid": MINE,
        "from_": NUMBER,
        "to": SIP,
        "direction": Direction.OUTBOUND_API,
        "status": CallStatus.COMPLETED,
        "created_at": AT + timedelta(minutes=number),
        "started_at": AT + timedelta(minutes=number),
        "ended_at": AT + timedelta(minutes=number, seconds=40),
    }
    return CallRecord(**{**values, **fields})


async def notes(stage: Any) -> list[NotificationRecord]:
    async with stage.services.reading.read() as connection:
        return list(await NotificationRepository(connection).all())


# -- create --------------------------------------------------------------------------------------------------------


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


# -- read, list, delete -----------------------------------------------------------------------------------------------


async def test_a_call_that_ended_shows_its_times(stage: Any) -> None:
    record = call(
        1, answered_at=AT + timedelta(minutes=1, seconds=3), sip_response_code=200, answered_by="human",
        phone_number_sid="PN" + "1" * 32, queue_ms=1500, updated_at=AT + timedelta(hours=1),
    )  # fmt: skip
    stage.writer.put(record)
    body = json.loads((await stage.ask(f"{PATH}/{record.sid}.json")).body)
    assert (body["status"], body["duration"], body["queue_time"]) == ("completed", "37", "1500")
    assert (body["answered_by"], body["phone_number_sid"]) == ("human", "PN" + "1" * 32)
    assert body["start_time"] == "Mon, 02 Mar 2026 10:05:55 +0000"
    assert body["end_time"] == "Mon, 02 Mar 2026 10:06:35 +0000"
    assert body["date_updated"] == "Mon, 02 Mar 2026 11:04:55 +0000"


async def test_a_call_that_was_dialled_and_does_not_ring_yet_is_ringing(stage: Any) -> None:
    record = call(1, status=CallStatus.INITIATED, ended_at=None)
    stage.writer.put(record)
    assert json.loads((await stage.ask(f"{PATH}/{record.sid}.json")).body)["status"] == "ringing"
    assert len(json.loads((await stage.ask(f"{PATH}.json?Status=ringing")).body)["calls"]) == 1
    assert json.loads((await stage.ask(f"{PATH}.json?Status=queued")).body)["calls"] == []


FILTERS: Sequence[tuple[str, list[int]]] = [
    ("", [3, 2, 1]),
    ("?Status=busy", [2]),
    ("?To=sip%3Aann%40pbx.example", [3, 2]),
    ("?To=%2B15005550009", [1]),
    ("?To=+15005550009", [1]),
    ("?From=%28500%29+555-0006", [3, 2, 1]),
    ("?From=nobody", []),
    (f"?ParentCallSid=CA{9:032x}", [3]),
    ("?StartTime=2026-03-02", [2, 1]),
    ("?StartTime=2026-03-02T23%3A00%3A00Z", [2, 1]),
    ("?StartTime%3E=2026-03-02T10%3A06%3A55Z", [3, 2]),
    ("?StartTime>=2026-03-03", [3]),
    ("?StartTime%3C=2026-03-02T10%3A05%3A55Z", [1]),
    ("?StartTime<=2026-03-02", [2, 1]),
    ("?StartTime%3E=2026-03-02T10%3A06%3A00Z&StartTime%3C=2026-03-02T10%3A07%3A00Z", [2]),
    ("?StartTime=03%2F02%2F2026+22%3A05%3A25+MST", [2, 1]),
    ("?EndTime%3E=2026-03-03T00%3A00%3A00Z", [3]),
    ("?EndTime=2026-03-02", [2, 1]),
    ("?StartTime=9999-12-31", []),
    ("?StartTime%3C=9999-12-31T23%3A59%3A59Z", [3, 2, 1]),
]


async def test_filters(stage: Any) -> None:
    stage.writer.put(call(1, to="+15005550009"))
    stage.writer.put(call(2, status=CallStatus.BUSY))
    late = AT + timedelta(days=1)
    parent = CallSid(f"CA{9:032x}")
    stage.writer.put(call(3, started_at=late, ended_at=late + timedelta(seconds=9), parent_call_sid=parent))
    stage.writer.put(call(4, account_sid=OTHER))
    for query, numbers in FILTERS:
        listed = json.loads((await stage.ask(f"{PATH}.json{query}")).body)["calls"]
        assert [int(entry["sid"][2:], 16) for entry in listed] == numbers, query


async def test_a_bad_filter_is_named(stage: Any) -> None:
    for query, says in (
        ("Status=initiated", "Status"),
        ("ParentCallSid=CA1", "ParentCallSid"),
        ("StartTime%3E=soon", "StartTime>"),
        ("EndTime=0001-01-01T00%3A00%3A00%2B05%3A00", "EndTime"),
        ("PageSize=none", "PageSize"),
    ):
        answer = await stage.ask(f"{PATH}.json?{query}")
        body = json.loads(answer.body)
        assert (answer.status, body["code"]) == (400, 20001), query
        assert says in body["message"]


async def test_a_call_of_another_account_is_not_there(stage: Any) -> None:
    theirs = call(1, account_sid=OTHER)
    stage.writer.put(theirs)
    for method, data in (("GET", None), ("POST", {"Status": "completed"}), ("DELETE", None)):
        answer = await stage.ask(f"{PATH}/{theirs.sid}.json", method=method, data=data)
        assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
        assert f"{PATH}/{theirs.sid}.json was not found" in json.loads(answer.body)["message"]


async def test_a_deleted_call_takes_its_events_and_leaves_its_recordings(stage: Any) -> None:
    record = call(1)
    stage.writer.put(record)
    stage.writer.put(
        ExchangeRecord(
            sid="EX1", account_sid=MINE, call_sid=record.sid, method="POST", url=APP, parameters=(), created_at=AT,
            duration_ms=5, status=200,
        )
    )  # fmt: skip
    recording = RecordingRecord(
        sid=RecordingSid("RE" + "1" * 32), account_sid=MINE, call_sid=record.sid, status=RecordingStatus.COMPLETED,
        source="RecordVerb", path="a.wav", started_at=AT,
    )  # fmt: skip
    stage.writer.put(recording)
    answer = await stage.ask(f"{PATH}/{record.sid}.json", method="DELETE")
    assert (answer.status, answer.body) == (204, b"")
    assert (await stage.ask(f"{PATH}/{record.sid}.json")).status == 404
    async with stage.services.reading.read() as connection:
        assert await ExchangeRepository(connection).all() == ()
        assert len(await RecordingRepository(connection).all()) == 1


async def test_20009_a_live_call_is_not_deleted(stage: Any) -> None:
    for number, status in enumerate((CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)):
        path = f"{PATH}/{call(number).sid}.json"
        stage.writer.put(call(number, status=status, ended_at=None))
        answer = await stage.ask(path, method="DELETE")
        assert (answer.status, json.loads(answer.body)["code"]) == (400, 20009)
        assert (await stage.ask(path)).status == 200


# -- update ----------------------------------------------------------------------------------------------------


@pytest.fixture
def live(stage: Any) -> str:
    """A call in progress: its path."""
    record = call(1, status=CallStatus.IN_PROGRESS, ended_at=None)
    stage.writer.put(record)
    stage.book.live.add(record.sid)
    return f"{PATH}/{record.sid}"


async def update(stage: Any, path: str, **data: str) -> Any:
    answer = await stage.ask(f"{path}.json", method="POST", data=data)
    return answer.status, json.loads(answer.body)


async def test_l_01_a_live_call_is_given_another_document(stage: Any, live: str) -> None:
    status, body = await update(
        stage, live, Url=APP, Method="GET", FallbackUrl="http://b.example/", StatusCallback="http://c.example/"
    )
    assert (status, body["status"]) == (200, "in-progress")
    ((what, change),) = stage.book.changes
    assert (what, change) == (
        "redirect",
        (
            DocumentRequest(url=APP, method="GET"),
            Fallback(url="http://b.example/"),
            StatusEvents(url="http://c.example/"),
        ),
    )


async def test_l_02_inline_twiml_runs_and_leaves_the_status_callback_alone(stage: Any, live: str) -> None:
    await update(stage, live, Twiml="<Response><Hangup/></Response>", StatusCallback="http://c.example/")
    ((_, (first, _, status_events)),) = stage.book.changes
    assert isinstance(first, LoadedDocument)
    assert status_events is None


async def test_l_02_of_both_the_url_is_used_with_a_warning(stage: Any, live: str) -> None:
    await update(stage, live, Url=APP, Twiml="<Response/>")
    ((_, (first, _, _)),) = stage.book.changes
    assert first == DocumentRequest(url=APP)
    assert [note.error_code for note in await notes(stage)] == [32019]


@pytest.mark.parametrize("word", ["completed", "canceled"])
async def test_l_03_it_is_ended_whatever_else_is_asked(stage: Any, live: str, word: str) -> None:
    status, _ = await update(stage, live, Status=word, Url=APP, TimeLimit="9")
    assert (status, stage.book.changes) == (200, [("end", word)])


async def test_it_is_limited_with_or_without_another_document(stage: Any, live: str) -> None:
    await update(stage, live, TimeLimit="9")
    await update(stage, live, Url=APP, TimeLimit="10")
    assert [change for change in stage.book.changes if change[0] == "limit"] == [("limit", 9), ("limit", 10)]


async def test_an_update_of_nothing_changes_nothing(stage: Any, live: str) -> None:
    status, body = await update(stage, live, FallbackUrl="http://b.example/")
    assert (status, body["status"], stage.book.changes) == (200, "in-progress", [])


async def test_l_05_a_call_that_is_over_is_not_changed(stage: Any) -> None:
    stage.writer.put(call(1))
    for data, message in (
        ({"Url": APP}, "Call is not in-progress. Cannot redirect."),
        ({"Twiml": "<Response/>"}, "Call is not in-progress. Cannot redirect."),
        ({"Status": "completed"}, "Call is not in-progress. Cannot end."),
        ({"TimeLimit": "9"}, "Call is not in-progress. Cannot set its TimeLimit."),
    ):
        status, body = await update(stage, f"{PATH}/{call(1).sid}", **data)
        assert (status, body["code"], body["message"]) == (400, 21220, message)


async def test_a_bad_update_changes_nothing(stage: Any, live: str) -> None:
    for data, code in (
        ({"Url": "ftp://x"}, 21205),
        ({"Method": "PUT", "Url": APP}, 21209),
        ({"Status": "gone"}, 20001),
        ({"TimeLimit": "0"}, 20001),
        ({"Twiml": "<Response>"}, 12100),
        ({"Twiml": "x" * 4001}, 32018),
    ):
        status, body = await update(stage, live, **data)
        assert (status, body["code"], stage.book.changes) == (400, code, []), data
