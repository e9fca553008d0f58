"""`<Dial><Application>` in virtual time, by the rules of twiml.md 8.6 and 7: who hears what, and who is told."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp
from ringback.testing.phone import Phone
from ringback.testing.transcript import Requested

SUPPORT = "AP" + "1" * 32
OTHER = "AP" + "2" * 32
ACCOUNT = "AC" + "0" * 31 + "1"
TWO_SECONDS = "<Play>/two.wav</Play>"


def dial(
    support: str = "<Say>Support here</Say>",
    *,
    attributes: str = "",
    noun: str = "",
    inside: str = "",
    after: str = "<Say>After</Say>",
    caller: Caller | None = None,
    **pages: str,
) -> tuple[Transcript, Requested]:
    """The transcript, and the action request."""
    app = VirtualApp(
        {
            "/voice": f'<Response><Dial action="/after" {attributes}><Application {noun}>'
            f"<ApplicationSid>{SUPPORT}</ApplicationSid>{inside}</Application></Dial></Response>",
            "/after": f"<Response>{after}</Response>",
            "/support": f"<Response>{support}</Response>",
            "/status": "",
            **{f"/{name}": f"<Response>{body}</Response>" for name, body in pages.items()},
        },
        media={"/two.wav": 2.0},
        phones={"sip:bob@example.com": Phone.answers(after=1, talks=5)},
        applications={SUPPORT: "/support", OTHER: "/other"},
    )
    transcript = app.run_call(caller)
    return transcript, asked(transcript, "/after")


def asked(transcript: Transcript, path: str) -> Requested:
    return next(request for request in transcript.requests if request.path == path)


def test_the_caller_hears_the_application_and_goes_on_when_its_document_ends() -> None:
    transcript, action = dial(TWO_SECONDS + "<Say>Support here</Say>")
    assert transcript.heard == ["http://app.example/two.wav", "Support here", "After"]
    assert action.parameters["DialCallStatus"] == "completed"
    assert action.parameters["DialBridged"] == "true"
    assert action.parameters["DialCallDuration"] == "3"
    assert action.parameters["CallStatus"] == "in-progress"


def test_the_application_is_asked_as_a_child_call() -> None:
    transcript, action = dial()
    first, told = transcript.requests[0].parameters, asked(transcript, "/support").parameters
    assert told["CallSid"] == action.parameters["DialCallSid"] != first["CallSid"]
    assert (told["ParentCallSid"], told["Direction"]) == (first["CallSid"], "outbound-dial")
    assert (told["To"], told["From"], told["AccountSid"]) == (SUPPORT, first["From"], ACCOUNT)
    assert told["CallStatus"] == "ringing"
    assert "SipDomain" not in told


def test_copy_parent_to_shows_whom_the_caller_called() -> None:
    transcript, _ = dial(noun='copyParentTo="true"')
    assert asked(transcript, "/support").parameters["To"] == transcript.requests[0].parameters["To"]


def test_caller_id_is_shown_as_from() -> None:
    transcript, _ = dial(attributes='callerId="+15551234567"')
    assert asked(transcript, "/support").parameters["From"] == "+15551234567"


def test_parameters_reach_the_voice_url_only() -> None:
    transcript, _ = dial(
        "<Redirect>/more</Redirect>", more="<Say>More</Say>", inside='<Parameter name="order" value="42 &amp; 43"/>'
    )
    assert asked(transcript, "/support").parameters["Param_order"] == "42 & 43"
    assert "Param_order" not in asked(transcript, "/more").parameters
    assert "Param_order" not in asked(transcript, "/after").parameters


@pytest.mark.parametrize(("noun", "expected"), [("", ACCOUNT), ('customerId="shop-7"', "shop-7")])
def test_the_customer_id_is_that_of_the_noun_or_the_account(noun: str, expected: str) -> None:
    transcript, _ = dial(noun=noun)
    assert asked(transcript, "/support").parameters["customerId"] == expected


def test_the_callers_keys_reach_the_application() -> None:
    transcript, _ = dial(
        '<Gather numDigits="1" action="/key"><Say>Press a key</Say></Gather>',
        key="<Say>Thanks</Say>",
        caller=Caller().hears("Press a key").presses("5"),
    )
    assert asked(transcript, "/key").parameters["Digits"] == "5"
    assert "Thanks" in transcript.heard


def test_hangup_in_the_application_ends_the_child_only() -> None:
    transcript, action = dial("<Say>Bye</Say><Hangup/><Say>Never</Say>")
    assert transcript.heard == ["Bye", "After"]
    assert action.parameters["DialCallStatus"] == "completed"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_reject_as_its_first_verb_is_the_status_of_the_dial(reason: str, status: str) -> None:
    transcript, action = dial(f'<Reject reason="{reason}"/>')
    assert (action.parameters["DialCallStatus"], action.parameters["DialBridged"]) == (status, "false")
    assert transcript.heard == ["After"]


def test_di_04_the_time_limit_ends_the_child_and_not_the_caller() -> None:
    transcript, action = dial('<Pause length="1"/><Say>Hold</Say><Pause length="60"/>', attributes='timeLimit="5"')
    assert action.parameters["DialCallDuration"] == "5"
    assert action.at == pytest.approx(6)
    assert transcript.heard == ["Hold", "After"]


def test_di_07_an_application_that_does_not_answer_in_time_is_no_answer() -> None:
    _, action = dial('<Pause length="60"/><Say>Late</Say>', attributes='timeout="7"')
    assert action.parameters["DialCallStatus"] == "no-answer"
    assert action.at == pytest.approx(7)


def test_di_09_star_ends_the_child_where_that_is_asked_for() -> None:
    waiting = '<Say>Hold</Say><Pause length="60"/>'
    caller = Caller().waits(5).presses("*")
    _, action = dial(waiting, attributes='hangupOnStar="true"', caller=caller)
    assert action.at == pytest.approx(5, abs=0.5)
    _, action = dial(waiting, caller=caller)
    assert action.at > 60


def test_a_02_a_caller_who_hangs_up_ends_both_and_the_action_is_asked() -> None:
    transcript, action = dial('<Say>Hold</Say><Pause length="60"/>', caller=Caller().waits(8).hangs_up())
    assert transcript.ended_by == "caller"
    assert action.parameters["DialCallStatus"] == "completed"
    assert action.parameters["CallStatus"] == "completed"
    assert "After" not in transcript.heard


def test_di_10_answer_on_bridge_leaves_the_answer_to_the_application() -> None:
    transcript, _ = dial('<Pause length="4"/><Say>Support here</Say>', attributes='answerOnBridge="true"')
    assert transcript.answered_at == pytest.approx(4)
    transcript, _ = dial("<Reject/>", attributes='answerOnBridge="true"', after='<Reject reason="busy"/>')
    assert (transcript.answered_at, transcript.sip_status) == (None, 486)


def test_an_application_may_dial_and_that_call_is_the_childs() -> None:
    transcript, action = dial('<Dial><Sip url="/screen">sip:bob@example.com</Sip></Dial>', screen="")
    child = action.parameters["DialCallSid"]
    assert asked(transcript, "/screen").parameters["ParentCallSid"] == child
    assert [dialled.status for dialled in transcript.dials] == ["completed", "completed"]


def test_an_application_cannot_dial_another() -> None:
    transcript, action = dial(f"<Dial><Application>{OTHER}</Application></Dial><Say>Alone</Say>", other="<Say>No</Say>")
    assert transcript.heard == ["Alone", "After"]
    assert transcript.problem_codes() == [13215]
    assert action.parameters["DialCallStatus"] == "completed"


def test_an_unknown_application_is_a_dial_that_failed() -> None:
    transcript = VirtualApp(
        {
            "/voice": f"<Response><Dial><Application>AP{9:032x}</Application></Dial><Say>After</Say></Response>",
        }
    ).run_call()
    assert transcript.heard == ["After"]
    assert transcript.problem_codes() == [21218]


def test_8_9_the_noun_is_told_of_the_child() -> None:
    transcript, action = dial(
        noun='statusCallback="/status" statusCallbackEvent="initiated ringing answered completed"'
    )
    told = [callback.parameters for callback in transcript.callbacks]
    assert [one["CallStatus"] for one in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {one["CallSid"] for one in told} == {action.parameters["DialCallSid"]}
    assert told[-1]["CallDuration"] == action.parameters["DialCallDuration"]


def test_the_dial_is_recorded_as_any_other() -> None:
    _, action = dial('<Pause length="2"/>' + TWO_SECONDS, attributes='record="record-from-answer"')
    assert action.parameters["RecordingDuration"] == "2"
    _, action = dial('<Pause length="2"/>' + TWO_SECONDS, attributes='record="record-from-ringing"')
    assert action.parameters["RecordingDuration"] == "4"


def test_f_04_an_application_that_cannot_be_had_is_told_to_the_caller_who_goes_on() -> None:
    transcript, _ = dial("<Redirect>/nowhere</Redirect>")
    assert transcript.heard == ["We are sorry, an application error has occurred. Goodbye.", "After"]
    assert transcript.problem_codes() == [11200]


def test_hangup_in_the_wait_document_of_its_queue_ends_the_application_only() -> None:
    transcript, action = dial("<Enqueue waitUrl='/wait'>line</Enqueue>", wait="<Say>Nobody is here</Say><Hangup/>")
    assert action.parameters["DialCallStatus"] == "completed"
    assert transcript.heard == ["Nobody is here", "After"]
