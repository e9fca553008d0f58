"""From INVITE to the completed callback: what an inbound call asks the app, and how it ends, by rule number."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
import structlog
from twilio.request_validator import RequestValidator

from ringback.call.call import Call
from ringback.model.record import ApplicationRecord, NumberRecord, TrunkRecord
from ringback.model.sid import AccountSid, ApplicationSid
from ringback.testing.app_transport import AppResponse
from tests.unit.call.conftest import ACCOUNT, OURS, Phone
from tests.unit.services.conftest import APP, DOMAIN, TOKEN, BuildHouse, House, configuration

NUMBER = NumberRecord(sid="PN1", account_sid=ACCOUNT, number="+15551234567", voice_url=f"{APP}/voice")
TRUNK = TrunkRecord(sid="TK1", name="carrier", account_sid=ACCOUNT, uri="sip:carrier", allow=("192.0.2.0/24",))


async def test_a_call_rings_asks_the_app_speaks_and_is_completed(house: House) -> None:
    """IN-13, IN-14: no 183, and nothing of the app's in the 200."""
    house.pages["/voice"] = "<Say>one two three four</Say>"
    theirs = house.call(headers=(("X-Route", "42;b=2"), ("Subject", "secret")))
    await house.wait(10)
    assert theirs.has_ended
    assert house.bench.wire.ladder("alice", "us") == [
        "alice INVITE",
        "us 100 INVITE",
        "us 407 INVITE",
        "alice ACK",
        "alice INVITE",
        "us 100 INVITE",
        "us 180 INVITE",
        "us 200 INVITE",
        "alice ACK",
        "us BYE",
        "alice 200 BYE",
    ]
    answer = house.bench.wire.last("200 INVITE", to="alice")
    assert {name for name, _ in answer.headers.items()} <= {
        "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Allow", "Supported", "Server", "User-Agent",
        "Content-Type", "Content-Length",
    }  # fmt: skip
    (request,) = house.of("/voice")
    told = request.parameters
    assert (told["CallStatus"], told["Direction"], told["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
    assert (told["To"], told["From"]) == (f"sip:hello@{DOMAIN}", "sip:alice@192.0.2.10")
    assert (told["SipDomain"], told["SipUsername"], told["SipSourceIp"]) == (DOMAIN, "alice", "192.0.2.10")
    assert told["SipHeader_X-Route"] == "42;b=2"
    assert not any("Subject" in name for name in told)
    signature = request.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(request.url, dict(told), signature)
    assert [call.status for call in house.calls()] == ["completed"]


async def test_in_11_only_the_completed_callback_is_sent_with_its_duration(house: House) -> None:
    house.pages["/voice"] = '<Pause length="3"/><Say>one two three four</Say>'
    house.call()
    await house.wait(10)
    (told,) = (request.parameters for request in house.of("/status"))
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "2", "1")
    assert (told["SequenceNumber"], told["SipResponseCode"]) == ("0", "200")
    assert not any(name.startswith("SipHeader_") for name in told)


async def test_in_01_a_lost_ack_ends_the_call_after_32_seconds_with_the_callback(house: House) -> None:
    """sip.md 14.15."""
    house.pages["/voice"] = "<Say>hello</Say><Redirect>/next</Redirect>"
    acks = itertools.count()  # the first one is that of the 407
    house.bench.wire.drops = lambda sent: sent.summary == "ACK" and next(acks) > 0
    house.call()
    await house.wait(31)
    assert house.of("/status") == []
    await house.wait(2)
    (told,) = house.of("/status")
    assert (told["CallStatus"], told["CallDuration"]) == ("failed", "0")
    assert house.of("/next") == []
    assert [note.error_code for note in house.notes()] == [32022]


async def test_cancel_while_the_app_thinks_is_487_and_its_twiml_is_not_run(house: House) -> None:
    house.pages["/voice"] = AppResponse(body="<Response><Redirect>/next</Redirect></Response>", seconds=5)
    theirs = house.call()
    await house.wait(1)
    theirs.hang_up()
    await house.wait(10)
    assert "487 INVITE" in house.bench.wire.to("alice")
    assert house.paths == ["/voice", "/status"]
    assert house.of("/status")[0]["CallStatus"] == "canceled"
    assert house.running.task_count == 0


@pytest.mark.parametrize(
    ("verbs", "status"),
    [('<Reject reason="busy"/>', 486), ("<Reject/>", 603), ("<Redirect>/next</Redirect>", 486)],
)
async def test_a_call_that_is_not_taken_costs_no_port(house: House, verbs: str, status: int) -> None:
    house.pages |= {"/voice": verbs, "/next": '<Reject reason="busy"/>'}
    theirs = house.call()
    await house.wait(2)
    assert (await theirs.ended).status == status
    assert house.bench.media.opened == []


VERBS = {
    "say": "<Say>one two three four five six seven eight nine ten</Say>",
    "play": f"<Play>{APP}/long.wav long long long long long long long long long</Play>",
    "digits": '<Play digits="WWWWWWWWWW1"/>',
    "pause": '<Say/><Pause length="30"/>',
    "gather": '<Gather timeout="30" action="/never"/>',
    "record": '<Record playBeep="false" trim="do-not-trim" action="/recorded"/>',
    "dial": '<Dial action="/dialled"><Sip>sip:bob@192.0.2.11</Sip></Dial>',
}


@pytest.mark.parametrize("verb", list(VERBS))
async def test_bye_during_a_verb_ends_it_and_everything_it_opened(house: House, bob: Phone, verb: str) -> None:
    house.pages["/voice"] = VERBS[verb] + "<Redirect>/never</Redirect>"
    theirs = house.call()
    await house.wait(3.05)
    assert theirs.is_answered
    theirs.hang_up()
    await house.wait(2)
    assert house.of("/never") == []
    assert house.bench.media.leg_count == 0
    assert house.running.task_count == 0
    assert [request["CallStatus"] for request in house.of("/status")] == ["completed"]
    assert house.of("/status")[0]["CallDuration"] == "3"


async def test_a_02_record_and_dial_still_ask_their_action(house: House, bob: Phone) -> None:
    house.pages["/voice"] = VERBS["record"]
    theirs = house.call()
    await house.wait(3)
    theirs.hang_up()
    await house.wait(1)
    assert (house.of("/recorded")[0]["Digits"], house.of("/recorded")[0]["RecordingDuration"]) == ("hangup", "3")
    house.pages["/voice"] = VERBS["dial"]
    theirs = house.call()
    await house.wait(5)
    theirs.hang_up()
    await house.wait(1)
    told = house.of("/dialled")[0]
    assert (told["DialCallStatus"], told["DialBridged"], told["DialCallDuration"]) == ("completed", "true", "4")


async def test_what_dial_tells_its_action(house: House, bob: Phone) -> None:
    """twiml.md 7.3, 8.2 and OU-20: DialBridged, DialCallDuration, headers of the BYE."""
    house.pages["/voice"] = VERBS["dial"]
    house.call()
    await house.wait(7)
    bob.hang_up(headers=(("X-Outcome", "sold"), ("Reason", "secret")))
    await house.wait(1)
    told = house.of("/dialled")[0].parameters
    assert told["DialCallStatus"] == "completed"
    assert told["DialBridged"] == "true"
    assert told["DialCallDuration"] == "6"
    assert told["DialSipResponseCode"] == "200"
    assert told["DialSipCallId"] == bob.invites[0].request.call_id
    assert told["DialSipHeader_X-Outcome"] == "sold"
    assert not any("Reason" in name for name in told)


async def test_what_dial_tells_of_a_refusal(house: House, bob: Phone) -> None:
    bob.status, bob.answer_headers = 486, (("X-Why", "lunch"),)
    house.pages["/voice"] = VERBS["dial"]
    house.call()
    await house.wait(5)
    told = house.of("/dialled")[0].parameters
    assert (told["DialCallStatus"], told["DialBridged"], told["DialCallDuration"]) == ("busy", "false", "0")
    assert (told["DialSipResponseCode"], told["DialSipHeader_X-Why"]) == ("486", "lunch")


async def test_di_10_answer_on_bridge_that_nobody_takes_is_480(house: House, bob: Phone) -> None:
    bob.status = None
    house.pages["/voice"] = '<Dial answerOnBridge="true" timeout="5"><Sip>sip:bob@192.0.2.11</Sip></Dial>'
    theirs = house.call()
    await house.wait(8)
    assert (await theirs.ended).status == 480
    assert "200 INVITE" not in house.bench.wire.to("alice")
    assert house.of("/status")[0]["CallStatus"] == "no-answer"


async def test_answer_on_bridge_that_nobody_takes_goes_on_with_the_next_verb(house: House, bob: Phone) -> None:
    bob.status = 486
    house.pages["/voice"] = '<Dial answerOnBridge="true"><Sip>sip:bob@192.0.2.11</Sip></Dial><Say>they are busy</Say>'
    theirs = house.call()
    await house.wait(2)
    assert theirs.is_answered
    assert house.bench.prompts.clips.keys() == {"they are busy"}


async def test_the_childs_callbacks_are_those_that_the_noun_asked_for(house: House, bob: Phone) -> None:
    """SB-05, webhooks.md 13.17: the parent's own callback is another."""
    house.pages["/voice"] = (
        '<Dial><Sip statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">'
        "sip:bob@192.0.2.11</Sip></Dial>"
    )
    house.call()
    await house.wait(5)
    bob.leg.hang_up()
    await house.wait(1)
    told = [(one["SequenceNumber"], one["CallStatus"]) for one in house.of("/leg")]
    assert told == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    parent, child = house.calls()
    assert {(one["CallSid"], one["ParentCallSid"]) for one in house.of("/leg")} == {(child.sid, parent.sid)}
    assert parent.sid == child.parent_call_sid
    assert [one.parameters.get("CallDuration") for one in house.of("/leg")] == [None, None, None, "4"]
    assert [(one["CallSid"], one.parameters.get("ParentCallSid")) for one in house.of("/status")] == [
        (parent.sid, None)
    ]


async def test_in_09_a_call_over_the_longest_time_is_ended_and_its_recording_kept(house: House) -> None:
    house.use(call_seconds=10)
    house.pages["/voice"] = (
        '<Record playBeep="false" trim="do-not-trim" timeout="0" finishOnKey="" action="/recorded"/>'
    )
    theirs = house.call()
    await house.wait(11)
    assert theirs.has_ended
    assert [note.error_code for note in house.notes()] == [32015]
    assert [recording.status for recording in house.recordings()] == ["in-progress", "completed"]
    assert house.of("/status")[0]["CallStatus"] == "completed"


# --- faults of ours


async def fail(*_arguments: object) -> None:
    raise ZeroDivisionError("ours")


@pytest.mark.parametrize(
    ("verbs", "method", "ended"),
    [("<Say>hello</Say>", "play", ("completed", "200")), ("<Pause/><Reject/>", "pause", ("failed", "500"))],
    ids=["up", "ringing"],
)
async def test_a_fault_of_ours_ends_the_call_and_the_author_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch, verbs: str, method: str, ended: tuple[str, str]
) -> None:
    monkeypatch.setattr(Call, method, fail)
    house.pages["/voice"] = verbs
    with structlog.testing.capture_logs() as logs:
        theirs = house.call()
        await house.wait(2)
    assert theirs.has_ended
    (note,) = house.notes()
    assert (note.error_code, note.level, note.call_sid) == (12400, "error", house.calls()[0].sid)
    told = house.of("/status")[0]
    assert (told["CallStatus"], told["SipResponseCode"]) == ended
    assert [log["event"] for log in logs if log["log_level"] == "error" and "exc_info" in log] == [
        "a call failed and was ended"
    ]
    assert house.running.task_count == 0
    assert house.bench.media.leg_count == 0


# --- calls of the telephone network


@pytest.mark.parametrize(
    ("user", "expected"),
    [("+15557654321", "+15557654321"), ("15557654321", "sip:15557654321@192.0.2.10"), ("joe", "sip:joe@192.0.2.10")],
)
async def test_a_trunks_call_shows_plain_numbers_and_no_headers(build: BuildHouse, user: str, expected: str) -> None:
    """HD-05, H-09: E.164 where it can be, else as it came."""
    house = build(configuration(trunks=[TRUNK], numbers=[NUMBER]))
    house.pages["/voice"] = "<Reject/>"
    theirs = house.call(f"sip:+15551234567@{OURS}", password=None, user=user, headers=(("X-Carrier", "1"),))
    await house.wait(1)
    assert (await theirs.ended).status == 603
    told = house.of("/voice")[0].parameters
    assert (told["From"], told["Caller"], told["To"]) == (expected, expected, "+15551234567")
    assert not {"SipDomain", "SipUsername", "SipHeader_X-Carrier"} & told.keys()


DESK = ApplicationRecord(
    sid=ApplicationSid("AP" + "1" * 32),
    account_sid=ACCOUNT,
    friendly_name="desk",
    voice_url=f"{APP}/desk",
    status_callback_url=f"{APP}/desk-status",
)


@pytest.mark.parametrize(
    ("application", "asked", "told"),
    [
        (DESK, "/desk", "/desk-status"),
        (replace(DESK, status_callback_url=None), "/desk", "/status"),
        (replace(DESK, account_sid=AccountSid("AC" + "9" * 32)), "/voice", "/status"),
        (None, "/voice", "/status"),
    ],
    ids=["whole", "without a status callback", "another account's", "gone"],
)
async def test_the_application_of_a_number_wins_over_its_own_urls(
    build: BuildHouse, application: ApplicationRecord | None, asked: str, told: str
) -> None:
    """rest-api.md 9.14."""
    number = replace(NUMBER, voice_application_sid=DESK.sid, status_callback_url=f"{APP}/status")
    applications = [application] if application else []
    house = build(configuration(trunks=[TRUNK], numbers=[number], applications=applications))
    house.pages.update({"/voice": "<Reject/>", "/desk": "<Reject/>"})
    theirs = house.call(f"sip:+15551234567@{OURS}", password=None)
    await house.wait(1)
    assert (await theirs.ended).status == 603
    assert [request.path for request in house.asked] == [asked, told]


# --- the end of the server


@pytest.fixture
def talking(house: House) -> Callable[[], "asyncio.Task[None]"]:
    house.pages["/voice"] = '<Say>hello</Say><Pause length="60"/>'

    def start(grace: float = 30, hurry: asyncio.Event | None = None) -> "asyncio.Task[None]":
        return asyncio.ensure_future(house.running.finish(grace, hurry or asyncio.Event()))

    return start


async def test_running_calls_may_end_by_themselves_within_the_grace_time(
    house: House, talking: Callable[..., "asyncio.Task[None]"]
) -> None:
    theirs = house.call()
    await house.wait(1)
    finishing = talking(90)
    await house.wait(30)
    assert not finishing.done()
    await house.wait(40)
    assert finishing.done()
    assert house.of("/status")[0]["CallStatus"] == "completed"
    assert theirs.has_ended


async def test_after_the_grace_time_they_are_ended(house: House, talking: Callable[..., "asyncio.Task[None]"]) -> None:
    house.call()
    await house.wait(1)
    finishing = talking(5)
    await house.wait(6)
    assert finishing.done()
    assert house.bench.media.leg_count == 0
    assert house.of("/status")[0]["CallStatus"] == "completed"


async def test_who_is_in_a_hurry_ends_them_at_once(house: House, talking: Callable[..., "asyncio.Task[None]"]) -> None:
    house.call()
    await house.wait(1)
    hurry = asyncio.Event()
    finishing = talking(60, hurry)
    await house.wait(1)
    hurry.set()
    await house.wait(0.1)
    assert finishing.done()
    assert house.running.task_count == 0


async def test_an_app_that_hangs_does_not_hold_up_the_end(house: House) -> None:
    """The call is over; its request to the app gets five more seconds, then the task is cancelled."""
    house.pages["/voice"] = "<Say>one</Say><Redirect>/slow</Redirect>"
    house.pages["/slow"] = AppResponse(body="<Response/>", seconds=14)
    house.call()
    await house.wait(1)
    finishing = asyncio.ensure_future(house.running.finish(2, asyncio.Event()))
    await house.wait(2.5)
    assert not finishing.done()
    await house.wait(5)
    assert finishing.done()
    assert house.running.task_count == 0
