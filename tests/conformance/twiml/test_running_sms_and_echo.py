"""`<Sms>` and `<Echo>`, rule by rule: sections 17 and 18."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp

CALLER, CALLED = "+15550002222", "+15550001111"


def run(attributes: str = "", *, text: str = "Hello there", from_: str = CALLER, to: str = CALLED) -> Transcript:
    app = VirtualApp(
        {
            "/voice": f"<Response><Sms {attributes}>{text}</Sms><Say>After</Say></Response>",
            "/sent": "<Response><Say>Sent</Say></Response>",
            "/status": "",
        }
    )
    return app.run_call(from_=from_, to=to)


def test_17_the_message_goes_to_the_caller_from_the_called_number() -> None:
    transcript = run()
    (message,) = transcript.messages
    assert (message.from_, message.to, message.body) == (CALLED, CALLER, "Hello there")
    assert transcript.heard == ["After"]


def test_17_to_and_from_may_be_given_and_numbers_are_normal() -> None:
    (message,) = run('to="(415) 555-2671" from="+15550009999"').messages
    assert (message.to, message.from_) == ("+14155552671", "+15550009999")


def test_17_the_action_takes_control_and_knows_the_message() -> None:
    transcript = run('action="/sent"')
    parameters = transcript.requests[1].parameters
    assert (parameters["SmsSid"], parameters["SmsStatus"]) == (transcript.messages[0].sid, "sending")
    assert transcript.heard == ["Sent"]


def test_17_the_status_callback_says_that_it_is_sent() -> None:
    transcript = run('statusCallback="/status"')
    (callback,) = transcript.callbacks
    assert callback.parameters["SmsStatus"] == "sent"
    assert callback.parameters["SmsSid"] == transcript.messages[0].sid


@pytest.mark.parametrize(("attributes", "text", "code"), [('to="nobody"', "Hello", 21211), ("", "x" * 1601, 12200)])
def test_a_message_that_cannot_go_is_reported_and_the_action_says_invalid(
    attributes: str, text: str, code: int
) -> None:
    transcript = run(f'action="/sent" statusCallback="/status" {attributes}', text=text)
    assert transcript.problem_codes() == [code]
    assert (transcript.messages, transcript.callbacks) == ([], [])
    assert transcript.requests[1].parameters["SmsStatus"] == "invalid"
    assert "SmsSid" not in transcript.requests[1].parameters


def test_a_caller_with_a_sip_uri_gets_the_message_at_that() -> None:
    (message,) = run(from_="sip:alice@demo.sip.localhost", to="sip:demo@demo.sip.localhost").messages
    assert message.to == "sip:alice@demo.sip.localhost"


def test_1_2_a_message_does_not_answer_the_call() -> None:
    app = VirtualApp({"/voice": '<Response><Sms>Hi</Sms><Reject reason="busy"/></Response>'})
    assert app.run_call(from_=CALLER, to=CALLED).sip_status == 486


def test_18_echo_answers_and_lasts_until_the_caller_hangs_up() -> None:
    app = VirtualApp({"/voice": "<Response><Echo/><Say>Never</Say></Response>"})
    transcript = app.run_call(Caller().hangs_up(at=30))
    assert (transcript.answered_at, transcript.ended_at, transcript.ended_by) == (0, 30, "caller")
    assert transcript.heard == []
