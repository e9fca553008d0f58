"""How documents follow one another: D-06 to D-19, 1.1, A-01 to A-04, and F-01 to F-09 of webhooks.md."""

import pytest

from ringback.testing import AppRequest, AppResponse, Caller, Transcript, VirtualApp
from ringback.testing.app_transport import Answer

GOODBYE = "We are sorry, an application error has occurred. Goodbye."


def xml(body: str) -> str:
    return f"<Response>{body}</Response>"


def run(voice: Answer, caller: Caller | None = None, **pages: Answer) -> Transcript:
    answers: dict[str, Answer] = {f"/{name}": page for name, page in pages.items()}
    fallback = "/fallback" if "fallback" in pages else None
    return VirtualApp({"/voice": voice, **answers}, fallback_url=fallback).run_call(caller)


def test_d_06_verbs_run_in_order_and_the_call_is_hung_up_after_the_last() -> None:
    transcript = run(xml("<Say>One</Say><Say>Two</Say>"))
    assert (transcript.heard, transcript.ended_by) == (["One", "Two"], "app")


def test_d_12_an_action_in_inline_twiml_must_be_absolute() -> None:
    # Inline documents are tested with the interpreter alone: tests/unit/interpreter/test_source.py.
    transcript = run(xml("<Redirect>mailto:nobody</Redirect>"))
    assert transcript.problem_codes() == [11100]


def test_d_13_relative_urls_resolve_against_the_document_fetched_last() -> None:
    pages = {"/a/b": xml("<Redirect>c?x=1</Redirect>"), "/a/c": xml("<Say>Here</Say>")}
    app = VirtualApp({"/voice": xml("<Redirect>/a/b</Redirect>"), **pages})
    assert app.run_call().heard == ["Here"]


def test_d_13_after_an_http_redirect_they_resolve_against_where_it_led() -> None:
    moved = AppResponse(status=302, headers=(("Location", "/a/b"),))
    app = VirtualApp({"/voice": moved, "/a/b": xml("<Redirect>c</Redirect>"), "/a/c": xml("<Say>Here</Say>")})
    assert app.run_call().heard == ["Here"]


@pytest.mark.parametrize("redirect", ["<Redirect/>", "<Redirect></Redirect>", "<Redirect>\n  </Redirect>"])
def test_d_14_an_empty_redirect_is_the_current_document(redirect: str) -> None:
    answers = iter([xml(f"<Say>Once</Say>{redirect}"), xml("<Say>Twice</Say>")])
    transcript = run(lambda request: next(answers))
    assert transcript.heard == ["Once", "Twice"]


def test_d_15_whitespace_round_a_url_is_trimmed() -> None:
    assert run(xml("<Redirect>\n  /next\n</Redirect>"), next=xml("<Say>Here</Say>")).heard == ["Here"]


def test_d_19_an_ampersand_in_a_url_is_one() -> None:
    transcript = run(xml("<Redirect>/next?a=1&amp;b=2</Redirect>"), next=xml(""))
    assert (transcript.requests[1].parameters["a"], transcript.requests[1].parameters["b"]) == ("1", "2")


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "text/html", "text/plain"])
def test_1_1_these_types_are_twiml(content_type: str) -> None:
    assert run(AppResponse(body=xml("<Say>Hi</Say>"), content_type=content_type)).heard == ["Hi"]


def test_1_1_audio_is_played_and_then_the_call_is_hung_up() -> None:
    transcript = run(AppResponse(body=b"ID3\x03", content_type="audio/mpeg"))
    assert transcript.heard == ["4 bytes of audio/mpeg"]
    assert (transcript.answered_at, transcript.status) == (0, "completed")


def test_1_1_other_text_is_read_aloud_and_then_the_call_is_hung_up() -> None:
    transcript = run(AppResponse(body="hello", content_type="text/plain"))
    assert (transcript.heard, transcript.status) == (["hello"], "completed")


@pytest.mark.parametrize("content_type", ["application/json", "image/png", None])
def test_1_1_any_other_type_is_12300(content_type: str | None) -> None:
    transcript = run(AppResponse(body=xml(""), content_type=content_type))
    assert (transcript.problem_codes(), transcript.heard) == ([12300], [GOODBYE])


def test_a_01_an_action_has_the_standard_parameters_beside_the_verbs_own() -> None:
    transcript = run(xml('<Gather numDigits="1" action="/next"/>'), Caller().presses("7", at=1), next=xml(""))
    parameters = transcript.requests[1].parameters
    assert parameters["Digits"] == "7"
    for name in ("CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction"):
        assert parameters[name]


def test_a_03_an_http_redirect_of_an_action_loses_the_verbs_own_parameters() -> None:
    moved = AppResponse(status=302, headers=(("Location", "/there"),))
    transcript = run(
        xml('<Gather numDigits="1" action="/next"/>'), Caller().presses("7", at=1), next=moved, there=xml("")
    )
    assert "Digits" not in transcript.requests[2].parameters
    assert transcript.requests[2].parameters["CallSid"]


def test_a_04_an_action_that_fails_uses_the_fallback() -> None:
    transcript = run(
        xml('<Gather numDigits="1" action="/next"/>'),
        Caller().presses("7", at=1),
        next=AppResponse(status=503),
        fallback=xml("<Say>Plan B</Say>"),
    )
    assert transcript.heard == ["Plan B"]
    assert transcript.requests[2].parameters["Digits"] == "7"


def test_hd_08_sip_parameters_are_on_every_twiml_request() -> None:
    app = VirtualApp({"/voice": xml("<Redirect>/next</Redirect>"), "/next": xml("")})
    transcript = app.run_call(headers={"X-Route-Id": "42"})
    assert [request.parameters["SipHeader_X-Route-Id"] for request in transcript.requests] == ["42", "42"]


def test_h_07_cookies_are_kept_for_the_life_of_the_call_and_not_longer() -> None:
    seen: list[str | None] = []

    def voice(request: AppRequest) -> AppResponse:
        seen.append(request.headers.get("Cookie"))
        return AppResponse(body=xml("<Redirect>/next</Redirect>"), headers=(("Set-Cookie", "id=1"),))

    def following(request: AppRequest) -> str:
        seen.append(request.headers.get("Cookie"))
        return xml("")

    app = VirtualApp({"/voice": voice, "/next": following})
    app.run_call()
    app.run_call()
    assert seen == [None, "id=1", None, "id=1"]


FAILURES = [
    (AppResponse(status=404), 11200),
    (AppResponse(status=500), 11200),
    (AppResponse(body=xml(""), seconds=16), 11200),
    (AppResponse(body=""), 12100),
    (AppResponse(body="<Response><Say>"), 12100),
    (AppResponse(body="<Foo/>"), 12102),
    (AppResponse(body='<Response version="9"/>'), 12101),
    (AppResponse(body=xml(" " * 70_000)), 11750),
    (AppResponse(body="", headers=(("Transfer-Encoding", "chunked"),)), 11770),
    (AppResponse(status=302, headers=(("Location", "/voice"),)), 11215),
]


@pytest.mark.parametrize(("answer", "code"), FAILURES)
def test_f_01_and_f_02_a_failure_asks_the_fallback_and_tells_it_what_failed(answer: AppResponse, code: int) -> None:
    transcript = run(answer, fallback=xml("<Say>Plan B</Say>"))
    parameters = transcript.requests[-1].parameters
    assert (parameters["ErrorCode"], parameters["ErrorUrl"]) == (str(code), "http://app.example/voice")
    assert transcript.heard == ["Plan B"]
    assert transcript.problem_codes() == [code]


@pytest.mark.parametrize(("answer", "code"), FAILURES)
def test_f_04_and_f_09_without_a_fallback_the_call_is_answered_told_and_hung_up(answer: AppResponse, code: int) -> None:
    transcript = run(answer)
    assert (transcript.heard, transcript.status) == ([GOODBYE], "completed")
    assert transcript.answered_at is not None
    assert transcript.problem_codes() == [code]


def test_f_03_the_fallback_is_the_current_document_from_then_on() -> None:
    def fallback(request: AppRequest) -> str:
        return xml("<Say>Again</Say>") if "ErrorCode" not in request.parameters else xml("<Redirect/>")

    transcript = run(AppResponse(status=500), fallback=fallback)
    assert [request.path for request in transcript.requests] == ["/voice", "/fallback", "/fallback"]


def test_f_04_a_fallback_that_fails_too_is_the_end() -> None:
    transcript = run(AppResponse(status=500), fallback=AppResponse(status=500))
    assert (transcript.heard, transcript.problem_codes()) == ([GOODBYE], [11200, 11200])


def test_f_05_the_fallback_is_for_redirects_and_actions_and_not_for_callbacks() -> None:
    redirected = run(xml("<Redirect>/gone</Redirect>"), fallback=xml("<Say>Plan B</Say>"))
    assert redirected.heard == ["Plan B"]
    recorded = run(
        xml('<Record action="/next" maxLength="2" timeout="0" trim="do-not-trim" recordingStatusCallback="/gone"/>'),
        next=xml(""),
        fallback=xml("<Say>Plan B</Say>"),
    )
    assert recorded.heard == []
    assert recorded.problem_codes() == [15003]


def test_f_07_a_schema_warning_is_no_failure() -> None:
    transcript = run(xml("<Frob/><Say sound='loud'>Hi</Say>"), fallback=xml("<Say>Plan B</Say>"))
    assert (transcript.heard, transcript.problem_codes()) == (["Hi"], [12200, 12200])


def test_f_08_a_reply_that_comes_after_the_call_is_ignored() -> None:
    transcript = run(AppResponse(body=xml("<Redirect>/next</Redirect>"), seconds=5), Caller().hangs_up(at=2))
    assert (transcript.status, transcript.sip_status) == ("canceled", 487)
    assert [request.path for request in transcript.requests] == ["/voice"]


def test_f_08_a_failure_that_comes_after_the_call_asks_no_fallback() -> None:
    late = AppResponse(status=500, seconds=5)
    transcript = run(late, Caller().hangs_up(at=2), fallback=xml("<Say>Plan B</Say>"))
    assert [request.path for request in transcript.requests] == ["/voice"]


def test_f_10_a_failure_is_reported_with_the_request_and_the_answer() -> None:
    (report,) = run(AppResponse(status=500, body="oops", content_type="text/html")).problems
    assert (report.url, report.method, report.response_status) == ("http://app.example/voice", "POST", 500)
    assert ("Content-Type", "text/html") in report.response_headers
    assert report.response_body == b"oops"


def test_the_method_of_a_redirect_is_post_unless_it_says_otherwise() -> None:
    transcript = run(
        xml("<Redirect>/a</Redirect>"), a=xml("<Redirect method='GET'>/b</Redirect>"), b=xml("<Redirect>/c</Redirect>")
    )
    assert [request.method for request in transcript.requests][:4] == ["POST", "POST", "GET", "POST"]


def test_an_app_that_redirects_for_ever_is_stopped() -> None:
    transcript = run(xml("<Redirect/>"))
    assert len(transcript.requests) == 100
    assert (transcript.problem_codes(), transcript.heard) == ([11215], [GOODBYE])


def test_an_app_that_polls_every_three_seconds_for_an_hour_is_not_stopped() -> None:
    polls = iter(range(1200))
    transcript = run(
        lambda request: xml("<Pause length='3'/><Redirect/>") if next(polls) < 1199 else xml("<Say>Done</Say>")
    )
    assert (transcript.heard, transcript.problem_codes()) == (["Done"], [])
