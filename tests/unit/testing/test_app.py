"""`VirtualApp`: an app's answers, a call to it, and what came of it."""

import asyncio
import time

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from ringback.interpreter.limits import Limits
from ringback.model.call_status import CallStatus
from ringback.testing import AppRequest, AppResponse, Caller, Phone, VirtualApp
from ringback.testing.call_run import ACCOUNT


def say(text: str) -> str:
    return f"<Response><Say>{text}</Say></Response>"


def test_an_hour_of_a_call_takes_no_time() -> None:
    app = VirtualApp({"/voice": "<Response><Say>Hold</Say><Pause length='3600'/><Say>Still here?</Say></Response>"})
    started = time.monotonic()
    transcript = app.run_call()
    assert transcript.ended_at > 3600
    assert time.monotonic() - started < 60
    assert transcript.heard == ["Hold", "Still here?"]


def test_the_official_library_can_write_the_answers() -> None:
    response = VoiceResponse()
    response.say("From the library")
    assert VirtualApp({"/voice": response}).run_call().heard == ["From the library"]


def test_a_function_answers_what_it_is_asked() -> None:
    app = VirtualApp({"/voice": lambda request: say(f"You are {request['From']}")})
    assert app.run_call(from_="+15550001111").heard == ["You are +15550001111"]


def test_one_function_can_be_the_whole_app() -> None:
    def app(request: AppRequest) -> str:
        if request.path == "/voice":
            return "<Response><Redirect>/next</Redirect></Response>"
        return say(request.path)

    assert VirtualApp(app).run_call().heard == ["/next"]


def test_a_function_may_be_async() -> None:
    async def answer(request: AppRequest) -> str:
        await asyncio.sleep(4)
        return say("Slow")

    transcript = VirtualApp({"/voice": answer}).run_call()
    assert transcript.heard == ["Slow"]
    assert transcript.answered_at == pytest.approx(4)


def test_requests_are_signed_so_that_the_official_validator_accepts_them() -> None:
    accepted: list[bool] = []

    def answer(request: AppRequest) -> str:
        validator = RequestValidator(ACCOUNT.auth_token)
        accepted.append(validator.validate(request.url, request.parameters, request.headers["X-Twilio-Signature"]))
        return say("ok")

    VirtualApp({"/voice": answer}).run_call()
    assert accepted == [True]


def test_a_failing_assertion_in_the_app_fails_the_test() -> None:
    def answer(request: AppRequest) -> str:
        raise AssertionError("the app's own")

    with pytest.raises(AssertionError, match="the app's own"):
        VirtualApp({"/voice": answer}).run_call()


def test_a_failing_assertion_in_a_callback_fails_the_test_too() -> None:
    def answer(request: AppRequest) -> str:
        raise AssertionError("in the background")

    with pytest.raises(AssertionError, match="in the background"):
        VirtualApp({"/voice": say("hi"), "/status": answer}, status_callback="/status").run_call()


def test_what_is_not_there_is_404() -> None:
    transcript = VirtualApp({}).run_call()
    assert transcript.requests[0].status == 404
    assert transcript.problem_codes() == [11200]
    assert transcript.heard == ["We are sorry, an application error has occurred. Goodbye."]


def test_the_fallback_url_is_asked_when_the_app_fails() -> None:
    app = VirtualApp({"/voice": AppResponse(status=500), "/fallback": say("Plan B")}, fallback_url="/fallback")
    assert app.run_call().heard == ["Plan B"]


def test_an_app_that_takes_too_long_fails_at_fifteen_seconds() -> None:
    transcript = VirtualApp({"/voice": AppResponse(body=say("late"), seconds=16)}).run_call()
    assert transcript.answered_at == pytest.approx(15)
    assert transcript.problem_codes() == [11200]


def test_the_first_url_and_method_can_be_chosen() -> None:
    app = VirtualApp({"/start": say("hi")}, voice_url="/start?x=1", voice_method="GET")
    request = app.run_call().requests[0]
    assert (request.method, request.path, request.parameters["x"]) == ("GET", "/start", "1")


def test_a_sip_call_has_its_parameters_and_a_number_has_none() -> None:
    app = VirtualApp({"/voice": say("hi")})
    sip = (
        app.run_call(from_="sip:bob@x.example", to="sip:1@d.example", headers={"X-Tier": "gold"}).requests[0].parameters
    )
    assert (sip["SipDomain"], sip["SipUsername"], sip["SipHeader_X-Tier"]) == ("d.example", "bob", "gold")
    number = app.run_call(from_="+15550001111", to="+15550002222").requests[0].parameters
    assert not [name for name in number if name.startswith("Sip")]


def test_media_that_is_listed_has_its_length_and_other_media_does_not_exist() -> None:
    body = "<Response><Play>/a.mp3</Play><Play>/b.mp3</Play></Response>"
    transcript = VirtualApp({"/voice": body}, media={"/a.mp3": 7.5}).run_call()
    assert transcript.heard == ["http://app.example/a.mp3"]
    assert transcript.ended_at == pytest.approx(7.5)
    assert transcript.problem_codes() == [11200]


def test_without_a_list_all_media_exists() -> None:
    transcript = VirtualApp({"/voice": "<Response><Play>/a.mp3</Play></Response>"}).run_call()
    assert transcript.heard == ["http://app.example/a.mp3"]
    assert transcript.problem_codes() == []


def test_the_status_callback_is_told_how_long_the_call_was() -> None:
    app = VirtualApp(
        {"/voice": "<Response><Say>hi</Say><Pause length='60'/></Response>", "/status": ""}, status_callback="/status"
    )
    (callback,) = app.run_call().callbacks
    assert callback.parameters["CallStatus"] == "completed"
    assert callback.parameters["CallDuration"] == "60"


def test_a_callback_the_app_refuses_is_a_warning_and_nothing_more() -> None:
    transcript = VirtualApp({"/voice": say("hi")}, status_callback="/status").run_call()
    assert transcript.problem_codes() == [15003]
    assert transcript.status is CallStatus.COMPLETED


def test_a_call_that_never_ends_is_ended_at_the_time_limit() -> None:
    app = VirtualApp({"/voice": "<Response><Pause length='60'/><Redirect/></Response>"})
    transcript = app.run_call(max_seconds=600)
    assert transcript.ended_by == "time limit"
    assert transcript.ended_at == pytest.approx(600)


def test_the_limits_can_be_tightened() -> None:
    app = VirtualApp({"/voice": "<Response><Redirect/></Response>"}, limits=Limits(max_hasty_documents=2))
    assert len(app.run_call().requests) == 2


def test_two_runs_of_a_call_give_the_same_transcript() -> None:
    app = VirtualApp(
        {
            "/voice": "<Response><Record action='/next'/></Response>",
            "/next": "<Response><Dial>+15550001111</Dial></Response>",
        },
        phones={"+15550001111": Phone.answers(talks=5)},
    )
    caller = Caller().says("Hello there", at=2)
    assert str(app.run_call(caller)) == str(app.run_call(caller))


async def test_a_call_can_be_run_inside_a_running_loop() -> None:
    assert VirtualApp({"/voice": say("hi")}).run_call().heard == ["hi"]


async def test_what_fails_inside_a_running_loop_is_raised_there() -> None:
    def answer(request: AppRequest) -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        VirtualApp({"/voice": answer}).run_call()
