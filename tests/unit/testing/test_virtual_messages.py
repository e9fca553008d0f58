"""User-defined messages between an app and a caller's phone in virtual time (rest-api.md 9.5)."""

import pytest

from ringback.services.refusal import Refused
from ringback.testing import AppRequest, Arrival, Caller, Phone, RunningCall, VirtualApp

WAITS = "<Response><Say>hello</Say><Pause length='30'/></Response>"


def app(voice: object = WAITS, **pages: object) -> VirtualApp:
    return VirtualApp({"/voice": voice, "/told": "", "/also": "", **pages})


def subscribed(running: RunningCall) -> None:
    running.messages.subscribe("/told")


def test_what_the_phone_tells_is_told_to_each_subscriber_in_order() -> None:
    def both(running: RunningCall) -> None:
        subscribed(running)
        running.messages.subscribe("/also", method="GET")

    told = Caller().tells("0", at=1).then(both, at=2).tells('{"stars": 5}').tells("hello", content_type="text/plain")
    call = app().run_call(told.hangs_up(at=5))
    said = [
        (one.method, one.path, one.parameters["SequenceNumber"], one.parameters["Content"]) for one in call.callbacks
    ]
    assert sorted(said) == [
        ("GET", "/also", "2", '{"stars": 5}'),
        ("GET", "/also", "3", "hello"),
        ("POST", "/told", "2", '{"stars": 5}'),
        ("POST", "/told", "3", "hello"),
    ]
    assert call.callbacks[0].parameters["ContentType"] == "application/json"
    assert 'the phone tells {"stars": 5}' in str(call)


def test_who_unsubscribes_is_told_no_more() -> None:
    sids: list[str] = []
    script = (
        Caller()
        .then(lambda running: sids.append(running.messages.subscribe("/told")), at=1)
        .tells("1")
        .then(lambda running: running.messages.unsubscribe(sids[0]))
        .tells("2")
        .hangs_up(at=5)
    )
    assert [one.parameters["Content"] for one in app().run_call(script).callbacks] == ["1"]


def test_a_message_to_a_call_that_rings_is_heard_with_the_answer() -> None:
    def voice(request: AppRequest) -> str:
        virtual.calls[request["CallSid"]].messages.send('"early"')
        return "<Response><Pause length='4'/><Say>hello</Say><Pause length='30'/></Response>"

    virtual = app(voice)
    call = virtual.run_call(Caller().then(lambda running: running.messages.send('"late"'), at=6).hangs_up(at=9))
    assert call.phone_messages == ['"early"', '"late"']
    assert call.problem_codes() == []
    heard = [event.at for event in call.events if "the phone is told" in str(event)]
    assert heard == [call.answered_at, 6]


def test_without_an_answer_it_is_reported_and_not_heard() -> None:
    virtual = app("<Response><Pause length='5'/><Reject/></Response>")
    call = virtual.run_call(Caller().then(lambda running: running.messages.send("1"), at=2))
    assert call.phone_messages == []
    assert call.problem_codes() == [32700]


def test_what_is_not_json_is_an_error_on_either_side() -> None:
    call = app().run_call(Caller().then(subscribed, at=1).tells("no json").hangs_up(at=3))
    assert (call.callbacks, call.problem_codes()) == ([], [32700])
    with pytest.raises(ValueError, match="Expecting value"):
        app().run_call(Caller().then(lambda running: running.messages.send("no json"), at=1))


def test_a_call_that_is_over_takes_none() -> None:
    runs: list[RunningCall] = []
    app().run_call(Caller().then(runs.append, at=1).hangs_up(at=2))
    with pytest.raises(Refused) as problem:
        runs[0].messages.send("1")
    assert problem.value.code == 21220
    with pytest.raises(Refused):
        runs[0].messages.subscribe("/told")


def test_each_call_has_its_own() -> None:
    ann = Caller().then(subscribed, at=1).tells('"ann"', at=5).hangs_up(at=9)
    first, second = app().run_calls([ann, Arrival(at=0, caller=Caller().tells('"bob"', at=4).hangs_up(at=9))])
    assert [one.parameters["Content"] for one in first.callbacks] == ['"ann"']
    assert second.callbacks == []


def test_a_dialled_phone_says_nothing_to_the_app() -> None:
    desk = "sip:desk@office.example"
    screened = f"<Response><Dial><Sip url='/screen'>{desk}</Sip></Dial></Response>"
    virtual = VirtualApp(
        {"/voice": screened, "/screen": WAITS}, phones={desk: Phone.answers(caller=Caller().tells("1", at=1))}
    )
    with pytest.raises(ValueError, match="only the call of a caller"):
        virtual.run_call()
