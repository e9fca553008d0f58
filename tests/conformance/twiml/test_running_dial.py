"""`<Dial>`, rule by rule: sections 7.2 to 7.5, 8.1, 8.2, 8.8 and 8.9, as far as virtual phones show them."""

import pytest

from ringback.testing import Caller, Phone, Transcript, VirtualApp
from ringback.testing.transcript import Requested

BOB = "<Sip>sip:bob@example.com</Sip>"
EVE = "<Sip>sip:eve@example.com</Sip>"
PHONES = {
    "bob@example.com": Phone.answers(after=3, talks=20, headers={"X-Desk": "7", "Contact": "no"}),
    "eve@example.com": Phone.busy(),
    "ann@example.com": Phone.rings(),
    "+15550001111": Phone.answers(after=2, talks=10),
}


def run(dial: str, caller: Caller | None = None, **pages: str) -> Transcript:
    answers = {f"/{name}": f"<Response>{body}</Response>" for name, body in pages.items()}
    app = VirtualApp(
        {
            "/voice": f"<Response>{dial}<Say>After</Say></Response>",
            "/done": "<Response><Say>Done</Say></Response>",
            "/st": "",
            "/rec": "",
            **answers,
        },
        phones=PHONES,
    )
    return app.run_call(caller)


def done(transcript: Transcript) -> Requested:
    return next(request for request in transcript.requests if request.path.startswith("/done"))


def test_di_01_the_leg_is_a_call_of_its_own_with_its_parent() -> None:
    transcript = run('<Dial><Sip statusCallback="/st">sip:bob@example.com</Sip></Dial>')
    told = transcript.callbacks[0].parameters
    assert told["Direction"] == "outbound-dial"
    assert told["ParentCallSid"] == transcript.requests[0].parameters["CallSid"]
    assert told["CallSid"] != told["ParentCallSid"]


def test_di_03_the_document_waits_while_they_talk() -> None:
    assert run(f"<Dial>{BOB}</Dial>").ended_at == pytest.approx(3 + 20 + 0.5)


def test_di_05_with_an_action_it_takes_control() -> None:
    assert run(f'<Dial action="/done">{BOB}</Dial>').heard == ["Done"]


def test_di_05_without_an_action_the_document_goes_on() -> None:
    assert run(f"<Dial>{EVE}</Dial>").heard == ["After"]


def test_di_06_a_caller_who_hangs_up_ends_it_and_no_verb_follows() -> None:
    transcript = run(f"<Dial>{BOB}</Dial>", Caller().hangs_up(at=10))
    assert (transcript.heard, transcript.ended_at) == ([], 10)
    assert transcript.dials[0].is_bridged


def test_di_07_the_timeout_passed_is_no_answer() -> None:
    request = done(run('<Dial action="/done" timeout="15"><Sip>ann@example.com</Sip></Dial>'))
    assert request.parameters["DialCallStatus"] == "no-answer"
    assert request.at == pytest.approx(15)


def test_di_08_the_time_limit_counts_from_the_bridge_and_the_dial_is_completed() -> None:
    request = done(run(f'<Dial action="/done" timeLimit="5">{BOB}</Dial>'))
    assert request.parameters["DialCallStatus"] == "completed"
    assert request.at == pytest.approx(8)


def test_di_09_star_ends_the_called_leg_and_the_dial_is_completed() -> None:
    request = done(run(f'<Dial action="/done" hangupOnStar="true">{BOB}</Dial>', Caller().presses("1*", at=8)))
    assert request.parameters["DialCallStatus"] == "completed"
    assert request.at == pytest.approx(8.25)


def test_di_10_answer_on_bridge_keeps_the_caller_ringing_until_the_leg_connects() -> None:
    assert run(f'<Dial answerOnBridge="true">{BOB}</Dial>').answered_at == pytest.approx(3)


def test_di_11_the_first_to_answer_is_bridged_and_reported() -> None:
    request = done(run(f'<Dial action="/done">{EVE}<Sip>ann@example.com</Sip>{BOB}</Dial>'))
    assert request.parameters["DialCallStatus"] == "completed"
    assert request.parameters["DialSipHeader_X-Desk"] == "7"


def test_di_12_one_after_the_other_until_one_answers() -> None:
    dial = f'<Dial action="/done" sequential="true" timeout="10"><Sip>ann@example.com</Sip>{EVE}{BOB}</Dial>'
    request = done(run(dial))
    assert request.parameters["DialCallStatus"] == "completed"
    assert request.at == pytest.approx(10 + 1 + 3 + 20)


def test_di_12_all_failed_ends_with_the_last_ones_status() -> None:
    dial = f'<Dial action="/done" sequential="true" timeout="10"><Sip>ann@example.com</Sip>{EVE}</Dial>'
    assert done(run(dial)).parameters["DialCallStatus"] == "busy"


def test_di_14_a_number_needs_a_number_for_its_caller_id() -> None:
    assert run('<Dial callerId="reception">+15550001111</Dial>').problem_codes() == [13214]


def test_di_15_a_sip_leg_may_show_any_word() -> None:
    told = run('<Dial callerId="re.cep-tion_1+2"><Sip statusCallback="/st">sip:bob@example.com</Sip></Dial>')
    assert told.problem_codes() == []
    assert told.callbacks[0].parameters["From"] == "re.cep-tion_1+2"


def test_di_17_dial_in_a_screening_document_is_13201() -> None:
    transcript = run('<Dial><Sip url="/screen">sip:bob@example.com</Sip></Dial>', screen="<Dial>+15550001111</Dial>")
    assert transcript.problem_codes() == [13201]


def test_di_18_the_actions_own_query_is_kept() -> None:
    assert done(run(f'<Dial action="/done?order=5">{EVE}</Dial>')).parameters["order"] == "5"


def test_di_20_a_recording_is_from_the_answer_or_from_ringing() -> None:
    from_answer = done(run(f'<Dial action="/done" record="record-from-answer">{BOB}</Dial>'))
    from_ringing = done(run(f'<Dial action="/done" record="record-from-ringing">{BOB}</Dial>'))
    assert from_answer.parameters["RecordingDuration"] == "20"
    assert from_ringing.parameters["RecordingDuration"] == "23"


def test_7_3_the_action_has_these_parameters() -> None:
    parameters = done(run(f'<Dial action="/done">{BOB}</Dial>')).parameters
    assert parameters["DialCallDuration"] == "20"
    assert parameters["DialBridged"] == "true"
    assert parameters["DialCallSid"].startswith("CA")
    assert "RecordingUrl" not in parameters


@pytest.mark.parametrize(
    ("noun", "status", "sip_status"),
    [
        (BOB, "completed", "200"),
        (EVE, "busy", "486"),
        ("<Sip>ann@example.com</Sip>", "no-answer", "487"),
        ("<Sip>nobody@example.com</Sip>", "failed", "404"),
    ],
)
def test_7_4_and_8_2_each_status_with_its_sip_code(noun: str, status: str, sip_status: str) -> None:
    parameters = done(run(f'<Dial action="/done">{noun}</Dial>')).parameters
    assert (parameters["DialCallStatus"], parameters["DialSipResponseCode"]) == (status, sip_status)
    assert parameters["DialSipCallId"]


def test_8_2_only_x_headers_reach_the_action() -> None:
    parameters = done(run(f'<Dial action="/done">{BOB}</Dial>')).parameters
    assert [name for name in parameters if name.startswith("DialSipHeader_")] == ["DialSipHeader_X-Desk"]


def test_a_number_has_no_sip_parameters() -> None:
    parameters = done(run('<Dial action="/done">+15550001111</Dial>')).parameters
    assert not [name for name in parameters if name.startswith("DialSip")]


def test_7_5_the_recording_callback_names_the_parent() -> None:
    transcript = run(f'<Dial record="true" recordingStatusCallback="/rec">{BOB}</Dial>')
    told = transcript.callbacks[0].parameters
    assert told["CallSid"] == transcript.requests[0].parameters["CallSid"]
    assert told["RecordingSource"] == "DialVerb"


def test_sc_01_the_screening_request_is_that_of_the_child_leg() -> None:
    transcript = run('<Dial><Sip url="/screen">sip:bob@example.com</Sip></Dial>', screen="<Say>For you</Say>")
    screening = next(request for request in transcript.requests if request.path == "/screen")
    assert screening.parameters["ParentCallSid"] == transcript.requests[0].parameters["CallSid"]
    assert screening.parameters["Direction"] == "outbound-dial"
    assert screening.parameters["CallStatus"] == "in-progress"
    assert "For you" not in transcript.heard


def test_sc_03_a_screening_that_ends_normally_bridges_and_one_that_hangs_up_does_not() -> None:
    dial = '<Dial action="/done"><Number url="/screen">+15550001111</Number></Dial>'
    assert done(run(dial, screen="<Pause/>")).parameters["DialBridged"] == "true"
    assert done(run(dial, screen="<Hangup/>")).parameters["DialBridged"] == "false"


def test_f_06_a_screening_url_that_fails_ends_the_leg() -> None:
    request = done(run('<Dial action="/done"><Sip url="/gone">sip:bob@example.com</Sip></Dial>'))
    assert request.parameters["DialBridged"] == "false"


def test_8_9_leg_events_are_sent_as_asked() -> None:
    noun = '<Sip statusCallback="/st" statusCallbackEvent="initiated ringing answered completed">bob@example.com</Sip>'
    told = [sent.parameters["CallStatus"] for sent in run(f"<Dial>{noun}</Dial>").callbacks]
    assert told == ["initiated", "ringing", "in-progress", "completed"]


def test_di_06_a_hangup_while_it_rings_cancels_the_leg_and_the_action_is_told() -> None:
    transcript = run('<Dial action="/done"><Sip>ann@example.com</Sip></Dial>', Caller().hangs_up(at=4))
    assert done(transcript).parameters["DialCallStatus"] == "canceled"
    assert transcript.heard == []
