"""What answers an inbound call: every row of twiml.md 1.2, and sections 10 to 12."""

import pytest

from ringback.testing import Phone, Transcript, VirtualApp
from ringback.testing.transcript import Answered, Requested

PHONES = {"+15550001111": Phone.answers(after=5, talks=5), "+15550002222": Phone.rings()}


def run(voice: str, **pages: str) -> Transcript:
    answers = {f"/{name}": f"<Response>{body}</Response>" for name, body in {"voice": voice, **pages}.items()}
    return VirtualApp(answers, phones=PHONES).run_call()


@pytest.mark.parametrize(
    "verb",
    [
        "<Say>Hello</Say>",
        "<Play>/a.mp3</Play>",
        "<Play digits='1'/>",
        "<Gather timeout='1'/>",
        "<Gather timeout='1'><Pause/></Gather>",
        "<Record maxLength='2' action='/next'/>",
        "<Dial>+15550001111</Dial>",
        "<Hangup/>",
    ],
)
def test_row_by_row_the_verb_answers_before_it_does_anything(verb: str) -> None:
    transcript = run(verb + "<Hangup/>", next="")
    assert transcript.answered_at == 0
    assert transcript.status == "completed"


def test_dial_with_answer_on_bridge_answers_when_the_other_side_does() -> None:
    assert run("<Dial answerOnBridge='true'>+15550001111</Dial>").answered_at == pytest.approx(5)


def test_dial_with_answer_on_bridge_that_nobody_answers_leaves_the_next_verb_to_decide() -> None:
    assert run("<Dial answerOnBridge='true' timeout='9'>+15550002222</Dial><Say>x</Say>").answered_at == 9
    assert run("<Dial answerOnBridge='true'>+15550002222</Dial><Reject reason='busy'/>").sip_status == 486


def test_pause_first_waits_its_length_in_ringing() -> None:
    assert run("<Pause length='6'/><Say>Hello</Say>").answered_at == pytest.approx(6)


def test_redirect_first_stays_at_ringing_and_fetches_the_next_document() -> None:
    transcript = run("<Redirect>/next</Redirect>", next="<Pause length='2'/><Say>Hello</Say>")
    assert [request.parameters["CallStatus"] for request in transcript.requests] == ["ringing", "ringing"]
    assert transcript.answered_at == pytest.approx(2)


@pytest.mark.parametrize(
    ("verb", "sip_status", "status"),
    [
        ("<Reject/>", 603, "no-answer"),
        ("<Reject reason='rejected'/>", 603, "no-answer"),
        ("<Reject reason='busy'/>", 486, "busy"),
    ],
)
@pytest.mark.parametrize("before", ["", "<Pause/>", "<Redirect>/next</Redirect>"])
def test_reject_refuses_also_after_a_redirect_or_a_pause(before: str, verb: str, sip_status: int, status: str) -> None:
    transcript = run(before + verb, next=verb)
    assert (transcript.sip_status, transcript.status, transcript.answered_at) == (sip_status, status, None)


def test_reject_of_a_call_that_is_up_ends_it() -> None:
    transcript = run("<Say>Hello</Say><Reject/><Say>Never</Say>")
    assert (transcript.status, transcript.sip_status, transcript.heard) == ("completed", 200, ["Hello"])


def test_hangup_answers_and_ends_and_nothing_follows() -> None:
    transcript = run("<Hangup/><Say>Never</Say>")
    assert (transcript.answered_at, transcript.status, transcript.heard) == (0, "completed", [])


@pytest.mark.parametrize("document", ["", "<!-- nothing -->", "<Redirect>/next</Redirect>"])
def test_the_end_of_a_document_on_an_unanswered_call_answers_and_hangs_up(document: str) -> None:
    transcript = run(document, next="")
    assert (transcript.answered_at, transcript.status) == (0, "completed")


def test_pau_05_a_call_that_only_ever_paused_ends_unanswered() -> None:
    transcript = run("<Pause length='4'/><Redirect>/next</Redirect>", next="<Pause length='4'/>")
    assert (transcript.answered_at, transcript.status, transcript.ended_at) == (None, "no-answer", 8)


def test_the_first_request_is_made_while_it_rings_and_later_ones_say_in_progress() -> None:
    transcript = run("<Say>Hello</Say><Redirect>/next</Redirect>", next="")
    assert [request.parameters["CallStatus"] for request in transcript.requests] == ["ringing", "in-progress"]
    order = [type(event) for event in transcript.events if isinstance(event, Answered | Requested)]
    assert order == [Requested, Answered, Requested]


@pytest.mark.parametrize("verb", ["Start", "Stop", "Leave", "Connect"])
def test_a_verb_that_is_not_executed_yet_decides_nothing(verb: str) -> None:
    transcript = run(f"<{verb}/><Reject reason='busy'/>")
    assert transcript.sip_status == 486
