"""The checklist of webhooks.md section 13, 1 to 19, in whole calls: do this, expect that."""

from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator

from ringback.model.call_status import CallStatus
from ringback.testing import AppRequest, AppResponse, Caller, Phone, Transcript, VirtualApp
from ringback.testing.app_transport import Answer
from ringback.testing.call_run import ACCOUNT

GOODBYE = "We are sorry, an application error has occurred. Goodbye."
BROKEN = AppResponse(status=500)
PLAN_B = "<Response><Say>Plan B</Say></Response>"
BOB = "bob@example.com"


def app(voice: Answer, voice_url: str = "/voice", *, fallback: bool = False, **pages: Answer) -> VirtualApp:
    return VirtualApp(
        {"/voice": voice, "/fallback": PLAN_B, **{f"/{name}": page for name, page in pages.items()}},
        voice_url=voice_url,
        fallback_url="/fallback" if fallback else None,
        phones={BOB: Phone.answers(after=1, talks=5)},
    )


def failures(transcript: Transcript) -> list[tuple[int, str]]:
    """The codes that were told to the fallback URL, and of which URL."""
    asked = [request.parameters for request in transcript.requests if request.path == "/fallback"]
    return [(int(parameters["ErrorCode"]), parameters["ErrorUrl"]) for parameters in asked]


def in_turn(*answers: Answer) -> Callable[[AppRequest], Answer]:
    """One answer after the other."""
    rest = iter(answers)
    return lambda _: next(rest)


def remembering(seen: list[AppRequest]) -> Answer:
    """An app that keeps what it was asked."""

    def answer(request: AppRequest) -> Answer:
        seen.append(request)
        return "<Response/>"

    return answer


@pytest.mark.parametrize("base", ["https://app.example", "https://app.example:8443", "http://app.example:8080"])
def test_13_1_and_13_2_the_signature_is_valid_and_one_changed_byte_makes_it_invalid(base: str) -> None:
    """webhooks.md 13.1: with the port and without it; 13.2."""
    seen: list[AppRequest] = []
    VirtualApp({"/voice": remembering(seen)}, base_url=base).run_call()
    (request,) = seen
    validator, signature = RequestValidator(ACCOUNT.auth_token), request.headers["X-Twilio-Signature"]
    for url in {request.url, request.url.replace(":8443", ""), request.url.replace(".example/", ".example:443/")}:
        assert validator.validate(url, request.parameters, signature)
    changed = {**request.parameters, "From": request["From"].replace("alice", "alicf")}
    assert not validator.validate(request.url, changed, signature)


def test_13_3_get_has_its_parameters_behind_the_query_and_signs_what_is_sent() -> None:
    """webhooks.md 13.3, H-01."""
    seen: list[AppRequest] = []
    VirtualApp({"/voice": remembering(seen)}, voice_url="/voice?x=1", voice_method="GET").run_call()
    (request,) = seen
    assert (request.method, request.body) == ("GET", b"")
    assert request.url.startswith("http://app.example/voice?x=1&CallSid=CA")
    assert RequestValidator(ACCOUNT.auth_token).validate(request.url, {}, request.headers["X-Twilio-Signature"])


def test_13_4_an_error_asks_the_fallback_with_what_failed() -> None:
    """webhooks.md 13.4."""
    transcript = app(BROKEN, fallback=True).run_call()
    assert failures(transcript) == [(11200, "http://app.example/voice")]
    assert transcript.heard == ["Plan B"]


def test_13_5_an_error_without_a_fallback_is_announced_and_the_call_is_completed() -> None:
    """webhooks.md 13.5."""
    transcript = app(BROKEN).run_call()
    assert (transcript.heard, transcript.ended_by, transcript.status) == ([GOODBYE], "app", CallStatus.COMPLETED)


@pytest.mark.parametrize(("url", "seconds", "limit"), [("/voice", 16, 15), ("/voice#rt=1000", 2, 1)])
def test_13_6_and_13_7_an_app_that_sleeps_has_failed_at_the_limit(url: str, seconds: float, limit: float) -> None:
    """webhooks.md 13.6: at 15 s; 13.7: at the second that the URL says."""
    transcript = app(AppResponse(seconds=seconds), url, fallback=True).run_call()
    assert failures(transcript) == [(11200, "http://app.example/voice")]
    assert transcript.requests[-1].at == pytest.approx(limit)


def test_13_8_the_third_try_is_used_and_all_have_one_token() -> None:
    """webhooks.md 13.8."""
    tokens: list[str] = []
    answers = in_turn(BROKEN, BROKEN, "<Response><Say>Third</Say></Response>")

    def voice(request: AppRequest) -> Answer:
        tokens.append(request.headers["I-Twilio-Idempotency-Token"])
        return answers(request)

    transcript = app(voice, "/voice#rc=2&rp=5xx", fallback=True).run_call()
    assert (transcript.heard, transcript.problem_codes()) == (["Third"], [])
    assert (len(tokens), len(set(tokens))) == (3, 1)


@pytest.mark.parametrize(("redirects", "heard"), [(10, "Arrived"), (11, "Plan B")])
def test_13_9_eleven_redirects_are_too_many(redirects: int, heard: str) -> None:
    """webhooks.md 13.9: 11215, and the fallback."""
    moved = AppResponse(status=302, headers=(("Location", "/voice"),))
    transcript = app(in_turn(*[moved] * redirects, "<Response><Say>Arrived</Say></Response>"), fallback=True).run_call()
    assert transcript.heard == [heard]
    assert transcript.problem_codes() == ([11215] if redirects > 10 else [])


def test_13_10_a_cookie_comes_back_in_the_same_call_and_in_no_other() -> None:
    """webhooks.md 13.10."""
    cookies: list[str | None] = []

    def answer(request: AppRequest) -> Answer:
        cookies.append(request.headers.get("Cookie"))
        next_verb = "<Redirect>/next</Redirect>" if request.path == "/voice" else ""
        return AppResponse(body=f"<Response>{next_verb}</Response>", headers=(("Set-Cookie", "visit=1; Path=/"),))

    both = app(answer, next=answer)
    both.run_call()
    both.run_call()
    assert cookies == [None, "visit=1"] * 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (AppResponse(body="{}", content_type="application/json"), 12300),
        (AppResponse(body=f"<Response><Say>{'x' * 70_000}</Say></Response>"), 11750),
        (AppResponse(body="<Response><Say>"), 12100),
        (AppResponse(body="<Foo/>"), 12102),
        (AppResponse(body='<Response version="9"/>'), 12101),
    ],
)
def test_13_11_to_13_an_answer_that_is_no_document_has_its_code(answer: AppResponse, code: int) -> None:
    """webhooks.md 13.11: another type; 13.12: too large; 13.13: not well-formed, another root, another version."""
    transcript = app(answer, fallback=True).run_call()
    assert failures(transcript) == [(code, "http://app.example/voice")]
    assert transcript.heard == ["Plan B"]


def test_13_14_an_unknown_attribute_is_a_warning_and_the_call_goes_on() -> None:
    """webhooks.md 13.14."""
    transcript = app('<Response><Say shade="blue">Hello</Say></Response>', fallback=True).run_call()
    assert [(report.code, report.level) for report in transcript.problems] == [(12200, "warning")]
    assert transcript.heard == ["Hello"]


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (AppResponse(body="hello", content_type="text/plain"), "hello"),
        (AppResponse(body=b"ID3", content_type="audio/mpeg"), "3 bytes of audio/mpeg"),
    ],
)
def test_13_15_and_13_16_words_are_read_and_audio_is_played_and_then_it_is_hung_up(
    answer: AppResponse, heard: str
) -> None:
    """webhooks.md 13.15, 13.16."""
    transcript = app(answer).run_call()
    assert (transcript.heard, transcript.ended_by, transcript.problem_codes()) == ([heard], "app", [])


LEG = (
    '<Response><Dial action="/done"><Sip statusCallback="/leg" '
    f'statusCallbackEvent="initiated ringing answered completed">{BOB}</Sip></Dial></Response>'
)


def test_13_17_four_events_of_a_dialled_leg_are_numbered_and_the_last_has_the_duration() -> None:
    """webhooks.md 13.17."""
    told = [callback.parameters for callback in app(LEG, leg="", done="<Response/>").run_call().callbacks]
    assert [(one["SequenceNumber"], one["CallStatus"]) for one in told] == [
        ("0", "initiated"),
        ("1", "ringing"),
        ("2", "in-progress"),
        ("3", "completed"),
    ]
    assert [one.get("CallDuration") for one in told] == [None, None, None, "5"]


def test_13_18_an_incoming_call_has_one_status_callback() -> None:
    """webhooks.md 13.18, SB-01, SB-05."""
    virtual = app(LEG, leg="", done="<Response/>", status="")
    virtual.status_callback = virtual.url("/status")
    transcript = virtual.run_call()
    (told,) = (callback.parameters for callback in transcript.callbacks if callback.path == "/status")
    assert (told["CallStatus"], told["SequenceNumber"]) == ("completed", "0")
    assert told["CallSid"] == transcript.requests[0].parameters["CallSid"]
    assert "ParentCallSid" not in told


def test_13_19_a_callback_that_is_refused_is_a_warning_and_the_call_is_not_disturbed() -> None:
    """webhooks.md 13.19, SB-04, SB-07: each of the four once."""
    transcript = app(LEG, done="<Response><Say>Done</Say></Response>").run_call()
    assert [callback.status for callback in transcript.callbacks] == [404] * 4
    assert [(report.code, report.level) for report in transcript.problems] == [(15003, "warning")] * 4
    assert transcript.heard == ["Done"]


def test_sb_06_the_action_does_not_wait_for_the_legs_callbacks() -> None:
    """They are independent: an app that is slow with the one is asked for the other all the same."""
    slow = AppResponse(seconds=12)
    transcript = app(LEG, leg=slow, done="<Response/>").run_call(Caller())
    action = next(request for request in transcript.requests if request.path == "/done")
    assert action.at == pytest.approx(6, abs=1)
    assert transcript.callbacks[-1].at > action.at


def test_sb_05_the_callbacks_of_a_leg_name_it_and_its_parent() -> None:
    transcript = app(LEG, leg="", done="<Response/>").run_call()
    parent, action = (request.parameters for request in transcript.requests)
    told = {(one.parameters["CallSid"], one.parameters["ParentCallSid"]) for one in transcript.callbacks}
    assert told == {(action["DialCallSid"], parent["CallSid"])}
