"""`<Dial>` in virtual time: who answers, when it ends, what the action is told."""

from collections.abc import Mapping

import pytest

from ringback.testing import Caller, Phone, Transcript, VirtualApp
from ringback.testing.transcript import Requested

BOB = "<Sip>sip:bob@example.com</Sip>"
EVE = "<Sip>sip:eve@example.com</Sip>"


def dial(
    nouns: str = BOB, attributes: str = "", caller: Caller | None = None, **phones: Phone
) -> tuple[Transcript, Requested]:
    """The transcript, and the action request."""
    app = VirtualApp(
        {
            "/voice": f'<Response><Dial action="/after" {attributes}>{nouns}</Dial></Response>',
            "/after": "<Response><Say>After</Say></Response>",
            "/screen": '<Response><Gather numDigits="1" timeout="3" action="/keep"/><Hangup/></Response>',
            "/keep": "<Response/>",
            "/st": "",
            "/rec": "",
        },
        phones={f"sip:{name}@example.com": phone for name, phone in phones.items()},
    )
    transcript = app.run_call(caller)
    return transcript, next(request for request in transcript.requests if request.path == "/after")


def of(parameters: Mapping[str, str], *names: str) -> list[str | None]:
    return [parameters.get(name) for name in names]


def test_a_phone_that_answers_is_bridged_until_it_hangs_up() -> None:
    transcript, action = dial(bob=Phone.answers(after=3, talks=40, headers={"X-Desk": "7"}))
    assert of(action.parameters, "DialCallStatus", "DialBridged", "DialCallDuration") == ["completed", "true", "40"]
    assert of(action.parameters, "DialSipResponseCode", "DialSipHeader_X-Desk") == ["200", "7"]
    assert action.at == pytest.approx(43)
    assert transcript.heard == ["After"]


@pytest.mark.parametrize(
    ("phone", "status", "sip_status"),
    [
        (Phone.busy(), "busy", "486"),
        (Phone.rings(), "no-answer", "487"),
        (Phone.answers(after=31), "no-answer", "487"),
        (Phone.refuses(404), "failed", "404"),
        (Phone.refuses(480), "no-answer", "480"),
    ],
)
def test_a_phone_that_does_not_answer_has_its_status(phone: Phone, status: str, sip_status: str) -> None:
    _, action = dial(bob=phone)
    assert of(action.parameters, "DialCallStatus", "DialSipResponseCode", "DialBridged") == [
        status,
        sip_status,
        "false",
    ]


def test_a_phone_that_rings_for_ever_is_given_up_after_the_timeout() -> None:
    _, action = dial(attributes='timeout="12"', bob=Phone.rings())
    assert action.at == pytest.approx(12)


def test_whom_nobody_knows_does_not_exist() -> None:
    _, action = dial()
    assert of(action.parameters, "DialCallStatus", "DialSipResponseCode") == ["failed", "404"]


def test_of_several_the_first_to_answer_is_bridged() -> None:
    _, action = dial(BOB + EVE, bob=Phone.answers(after=9), eve=Phone.answers(after=4, talks=10))
    assert action.at == pytest.approx(14)


def test_one_by_one_the_timeout_is_for_each() -> None:
    _, action = dial(
        BOB + EVE, 'sequential="true" timeout="10"', bob=Phone.rings(), eve=Phone.answers(after=4, talks=6)
    )
    assert of(action.parameters, "DialCallStatus") == ["completed"]
    assert action.at == pytest.approx(20)


def test_the_time_limit_ends_the_talk() -> None:
    _, action = dial(attributes='timeLimit="30"', bob=Phone.answers(after=1))
    assert of(action.parameters, "DialCallStatus", "DialCallDuration") == ["completed", "30"]


def test_star_ends_the_talk_when_it_shall() -> None:
    caller = Caller().presses("*", at=10)
    _, action = dial(attributes='hangupOnStar="true"', caller=caller, bob=Phone.answers(after=1, talks=60))
    assert action.at == pytest.approx(10)
    _, action = dial(caller=caller, bob=Phone.answers(after=1, talks=60))
    assert action.at == pytest.approx(61)


def test_a_caller_who_hangs_up_while_it_rings_cancels_it() -> None:
    transcript, action = dial(caller=Caller().hangs_up(at=2), bob=Phone.rings())
    assert of(action.parameters, "DialCallStatus", "CallStatus") == ["canceled", "completed"]
    assert transcript.heard == []


def test_a_caller_who_hangs_up_in_the_talk_ends_it() -> None:
    _, action = dial(caller=Caller().hangs_up(at=10), bob=Phone.answers(after=2))
    assert of(action.parameters, "DialCallStatus", "DialBridged", "DialCallDuration") == ["completed", "true", "8"]


def test_with_answer_on_bridge_the_caller_is_answered_when_the_phone_is() -> None:
    transcript, _ = dial(attributes='answerOnBridge="true"', bob=Phone.answers(after=5, talks=1))
    assert transcript.answered_at == pytest.approx(5)


def test_with_answer_on_bridge_and_no_answer_the_caller_still_rings() -> None:
    _, action = dial(attributes='answerOnBridge="true"', bob=Phone.busy())
    assert action.parameters["CallStatus"] == "ringing"


def test_screening_lets_through_who_presses_a_key() -> None:
    screened = '<Sip url="/screen">sip:bob@example.com</Sip>'
    _, action = dial(screened, bob=Phone.answers(talks=5, caller=Caller().presses("1", at=3)))
    assert of(action.parameters, "DialBridged") == ["true"]
    _, action = dial(screened, bob=Phone.answers(talks=5))
    assert of(action.parameters, "DialBridged", "DialCallStatus") == ["false", "completed"]


def test_digits_are_sent_before_the_bridge() -> None:
    app = VirtualApp(
        {
            "/voice": '<Response><Dial answerOnBridge="true"><Number sendDigits="WW1">+15550001111</Number></Dial>'
            "</Response>"
        },
        phones={"+15550001111": Phone.answers(after=1, talks=1)},
    )
    assert app.run_call().answered_at == pytest.approx(3.25)


def test_status_callbacks_of_a_leg_count_up() -> None:
    noun = '<Sip statusCallback="/st" statusCallbackEvent="initiated ringing answered completed">bob@example.com</Sip>'
    transcript, _ = dial(noun, bob=Phone.answers(after=3, talks=4))
    told = [of(sent.parameters, "SequenceNumber", "CallStatus", "CallDuration") for sent in transcript.callbacks]
    assert told == [
        ["0", "initiated", None],
        ["1", "ringing", None],
        ["2", "in-progress", None],
        ["3", "completed", "4"],
    ]
    parent = transcript.requests[0].parameters["CallSid"]
    assert {sent.parameters["ParentCallSid"] for sent in transcript.callbacks} == {parent}


def test_a_leg_that_lost_is_canceled_and_one_that_was_busy_before_is_busy() -> None:
    nouns = "".join(f'<Sip statusCallback="/st">{name}@example.com</Sip>' for name in ("bob", "eve", "ann"))
    transcript, _ = dial(nouns, bob=Phone.busy(after=1), eve=Phone.answers(after=3, talks=1), ann=Phone.rings())
    assert [sent.parameters["CallStatus"] for sent in transcript.callbacks] == ["busy", "canceled", "completed"]


def test_a_recorded_dial_has_a_recording() -> None:
    attributes = 'record="record-from-answer-dual" recordingStatusCallback="/rec"'
    transcript, action = dial(attributes=attributes, bob=Phone.answers(after=3, talks=20))
    assert action.parameters["RecordingDuration"] == "20"
    (callback,) = transcript.callbacks
    assert of(callback.parameters, "RecordingSource", "RecordingChannels") == ["DialVerb", "2"]


def test_a_recording_from_ringing_has_the_ringing_in_it() -> None:
    attributes = 'record="record-from-ringing"'
    _, action = dial(attributes=attributes, bob=Phone.answers(after=3, talks=20))
    assert action.parameters["RecordingDuration"] == "23"


def test_a_client_is_a_phone_by_its_identity() -> None:
    app = VirtualApp(
        {
            "/voice": '<Response><Dial action="/after"><Client statusCallback="/st">bob</Client></Dial></Response>',
            "/after": "<Response/>",
            "/st": "",
        },
        phones={"client:bob": Phone.answers(after=1, talks=5)},
    )
    transcript = app.run_call()
    (told,) = transcript.callbacks
    assert of(told.parameters, "To", "CallStatus", "CallDuration") == ["client:bob", "completed", "5"]


def test_8_2_the_screening_of_a_sip_leg_is_told_of_the_headers_of_its_200() -> None:
    phone = Phone.answers(headers={"X-Desk": "7"}, caller=Caller().presses("1", at=5))
    transcript, _ = dial('<Sip url="/screen">sip:bob@example.com</Sip>', bob=phone)
    (screen,) = [request for request in transcript.requests if request.path == "/screen"]
    assert screen.parameters["SipHeader_X-Desk"] == "7"
    assert screen.parameters["SipCallId"]
