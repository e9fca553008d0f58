"""Calls of a test that are moved and ended from outside, as over the REST API (L-01 to L-05)."""

import pytest

from ringback.call.live_call import EndStatus
from ringback.model.call_status import CallStatus
from ringback.testing import AppRequest, Arrival, Caller, NotInProgress, Phone, RunningCall, VirtualApp

AGENT = "sip:agent@office.example"
DIAL = f'<Response><Dial action="/action"><Sip>{AGENT}</Sip></Dial></Response>'
NEW = "<Response><Say>new words</Say></Response>"


def app(voice: str, **more: str) -> VirtualApp:
    pages = {"/voice": voice, "/new": NEW, "/action": "<Response><Say>never</Say></Response>", **more}
    return VirtualApp(pages, phones={AGENT: Phone.answers(after=4)})


@pytest.mark.parametrize(
    "verb",
    [
        "<Say>one two three four five six seven eight nine ten eleven twelve thirteen</Say>",
        "<Pause length='60'/>",
        "<Gather timeout='60'><Say>press</Say></Gather>",
        "<Record timeout='60' action='/never'/>",
        f"<Dial action='/action'><Sip>{AGENT}</Sip></Dial>",
        "<Dial action='/action'><Conference>team</Conference></Dial>",
        "<Enqueue action='/action'>line</Enqueue>",
        "<Pay action='/never'/>",
        "<Echo/>",
    ],
)
@pytest.mark.parametrize("at", [3, 5])
def test_l_01_any_verb_is_left_at_once(verb: str, at: float) -> None:
    voice = f"<Response><Say>hello</Say>{verb}<Redirect>/never</Redirect></Response>"
    call = app(voice).run_call(Caller().then(lambda running: running.redirect("/new"), at=at))
    assert call.heard[-1] == "new words"
    assert (call.ended_at, call.ended_by) == (at + 0.8, "app")
    assert [request.path for request in call.requests if request.path not in ("/action",)] == ["/voice", "/new"]


def test_the_interrupted_dial_asks_its_action_first() -> None:
    call = app(DIAL).run_call(Caller().then(lambda running: running.redirect("/new"), at=2))
    assert [request.path for request in call.requests] == ["/voice", "/action", "/new"]
    assert call.requests[1].parameters["DialCallStatus"] == "canceled"
    assert "     2.00  moved to /new" in str(call)


@pytest.mark.parametrize(("at", "result"), [(5, "redirected"), (15, "redirected-from-bridged")])
def test_a_queued_caller_is_moved(at: float, result: str) -> None:
    def voice(request: AppRequest) -> str:
        is_agent = request["To"].startswith("sip:agent")
        return f"<Response>{'<Dial><Queue>line</Queue></Dial>' if is_agent else enqueue}</Response>"

    enqueue = "<Enqueue action='/left'>line</Enqueue>"
    virtual = VirtualApp({"/voice": voice, "/new": NEW, "/left": "<Response/>"})
    caller, agent = virtual.run_calls(
        [
            Caller().then(lambda running: running.redirect("/new"), at=at),
            Arrival(at=10, to="sip:agent@demo.sip.localhost", caller=Caller().hangs_up(at=20)),
        ],
        max_seconds=40,
    )
    left = next(request for request in caller.requests if request.path == "/left")
    assert left.parameters["QueueResult"] == result
    assert caller.heard[-1] == "new words"
    if at > 10:
        assert agent.ended_at == 5


def test_one_call_moves_another() -> None:
    """The calls of the test are known by SID."""
    hold = "<Response><Say>hold</Say><Pause length='600'/></Response>"
    virtual = app(hold)

    def fetch_all(running: RunningCall) -> None:
        for call in virtual.calls.values():
            call.redirect(twiml="<Response><Dial timeLimit='9'><Conference>warm</Conference></Dial></Response>")

    calls = virtual.run_calls([Caller().hangs_up(at=30), Arrival(at=5, caller=Caller().then(fetch_all, at=10))])
    assert [[stay.name for stay in call.conferences] for call in calls] == [["warm"], ["warm"]]
    assert sorted(virtual.calls) == ["CA" + "0" * 31 + "1", "CA" + "0" * 31 + "2"]


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_l_03_a_call_that_rings_is_canceled(status: EndStatus) -> None:
    ringing = "<Response><Pause length='60'/><Say>never</Say></Response>"
    call = app(ringing).run_call(Caller().then(lambda running: running.end(status), at=3))
    assert (call.status, call.sip_status, call.ended_at) == (CallStatus.CANCELED, 480, 3)


def test_l_03_only_completed_ends_a_call_that_is_answered() -> None:
    talking = "<Response><Say>hello</Say><Pause length='60'/></Response>"
    call = app(talking).run_call(
        Caller().then(lambda running: running.end("canceled"), at=3).then(lambda running: running.end(), at=9)
    )
    assert (call.status, call.ended_by, call.ended_at) == (CallStatus.COMPLETED, "app", 9)


def test_l_05_a_call_that_rings_or_is_over_cannot_be_moved() -> None:
    virtual = app("<Response><Pause length='60'/></Response>")
    with pytest.raises(NotInProgress):
        virtual.run_call(Caller().then(lambda running: running.redirect("/new"), at=3))
    (running,) = virtual.calls.values()
    assert running.status.is_final
    with pytest.raises(NotInProgress):
        running.redirect("/new")
    with pytest.raises(NotInProgress):
        running.end()


def test_a_caller_that_rings_while_its_dial_rings_can_be_moved() -> None:
    voice = DIAL.replace("<Dial", "<Dial answerOnBridge='true'")
    call = app(voice).run_call(Caller().then(lambda running: running.redirect("/new"), at=2))
    assert (call.answered_at, call.heard) == (2, ["new words"])


def test_the_fallback_goes_with_it() -> None:
    virtual = app("<Response><Say>hello</Say><Pause length='60'/></Response>")
    call = virtual.run_call(Caller().then(lambda running: running.redirect("/no-such-page", fallback_url="/new"), at=3))
    assert call.heard == ["hello", "new words"]
    assert call.problem_codes() == [11200]


def test_a_caller_who_hangs_up_at_the_same_moment_is_gone() -> None:
    virtual = app("<Response><Say>hello</Say><Pause length='60'/></Response>")
    call = virtual.run_call(Caller().then(lambda running: running.redirect("/new"), at=3).hangs_up())
    assert [request.path for request in call.requests] == ["/voice"]
    assert call.ended_by == "caller"


def test_a_script_goes_on_in_the_new_document() -> None:
    virtual = app(
        "<Response><Say>hello</Say><Pause length='60'/></Response>",
        **{"/menu": "<Response><Gather action='/key' numDigits='1'><Say>press</Say></Gather></Response>", "/key": NEW},
    )
    call = virtual.run_call(
        Caller().then(lambda running: running.redirect("/menu"), at=3).hears_out("press").presses("5")
    )
    assert call.requests[-1].parameters["Digits"] == "5"


def test_url_or_twiml_and_what_an_action_raises_fails_the_test() -> None:
    virtual = app("<Response><Say>hello</Say></Response>")
    with pytest.raises(ValueError, match="a url or to twiml"):
        virtual.run_call(Caller().then(lambda running: running.redirect(), at=0.1))
    with pytest.raises(ValueError, match="phone which was dialled"):
        VirtualApp(
            {"/voice": DIAL.replace("<Sip>", "<Sip url='/new'>"), "/new": NEW},
            phones={AGENT: Phone.answers(caller=Caller().then(lambda running: running.end()))},
        ).run_call()
