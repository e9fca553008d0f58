"""Rules that say how one verb meets another: keys and bridges, gathers while waiting, who is told what of a leg."""

from ringback.testing import Caller, Phone, VirtualApp
from ringback.twiml.nodes import Gather, Pause
from ringback.twiml.parser import parse_document

BOB = "sip:bob@example.com"
DEMO = "demo.sip.localhost"


def test_pau_03_a_pause_may_stand_in_a_gather_and_in_a_prompt() -> None:
    document = parse_document(
        b'<Response><Gather><Pause length="2"/></Gather>'
        b'<Pay><Prompt for="postal-code"><Pause/></Prompt></Pay></Response>'
    )
    assert document.problems == ()
    gather = document.verbs[0]
    assert isinstance(gather, Gather)
    assert [type(child) for child in gather.children] == [Pause]


def test_g_20_a_gather_does_not_run_in_conference_wait_twiml_but_does_in_a_queues() -> None:
    def waiting(verb: str) -> VirtualApp:
        gather = '<Response><Gather numDigits="1" timeout="2" action="/gathered"/></Response>'
        return VirtualApp(
            {
                "/voice": f"<Response>{verb}</Response>",
                "/wait": gather,
                "/gathered": "<Response><Leave/></Response>",
            }
        )

    caller = Caller().waits(1).presses("5").waits(5).hangs_up()
    conference = waiting('<Dial><Conference waitUrl="/wait">room</Conference></Dial>').run_call(caller)
    assert 13238 in [problem.code for problem in conference.problems]
    assert "/gathered" not in [request.path for request in conference.requests]
    queue = waiting('<Enqueue waitUrl="/wait">line</Enqueue>').run_call(caller)
    assert "/gathered" in [request.path for request in queue.requests]


def test_g_22_keys_pressed_while_two_talk_reach_no_gather() -> None:
    app = VirtualApp(
        {
            "/voice": f'<Response><Dial><Sip>{BOB}</Sip></Dial><Gather timeout="2" action="/keys"/></Response>',
            "/keys": "<Response/>",
        },
        phones={"bob@example.com": Phone.answers(after=1, talks=10)},
    )
    transcript = app.run_call(Caller().waits(5).presses("123"))
    assert "/keys" not in [request.path for request in transcript.requests]


def test_c_09_the_wait_url_is_asked_with_the_standard_parameters() -> None:
    app = VirtualApp(
        {
            "/voice": '<Response><Dial><Conference waitUrl="/wait">room</Conference></Dial></Response>',
            "/wait": "<Response><Say>One moment.</Say></Response>",
        }
    )
    transcript = app.run_call(Caller().waits(5).hangs_up())
    asked = next(request for request in transcript.requests if request.path == "/wait").parameters
    assert {"CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction"} <= set(asked)


def test_q_05_the_queued_side_is_told_bridged_when_the_bridge_ends() -> None:
    app = VirtualApp(
        {
            "/voice": lambda request: (
                "<Response><Dial><Queue>line</Queue></Dial></Response>"
                if "agent" in request["From"]
                else '<Response><Enqueue action="/left" waitUrl="">line</Enqueue></Response>'
            ),
            "/left": "<Response/>",
        }
    )
    from ringback.testing import Arrival

    waiting, _agent = app.run_calls(
        [
            Arrival(caller=Caller(), from_=f"sip:customer@{DEMO}"),
            Arrival(caller=Caller().waits(10).hangs_up(), from_=f"sip:agent@{DEMO}", at=3),
        ]
    )
    left = next(request for request in waiting.requests if request.path == "/left")
    assert left.parameters["QueueResult"] == "bridged"
    assert left.at >= 13


def test_sc_06_the_first_leg_to_answer_is_screened_and_the_others_are_cancelled() -> None:
    app = VirtualApp(
        {
            "/voice": (
                f'<Response><Dial><Sip url="/screen">{BOB}</Sip><Sip url="/screen">sip:eve@example.com</Sip></Dial>'
                "</Response>"
            ),
            "/screen": "<Response><Say>A call for you.</Say></Response>",
        },
        phones={
            "bob@example.com": Phone.answers(after=2, talks=5),
            "eve@example.com": Phone.answers(after=4, talks=5),
        },
    )
    transcript = app.run_call()
    assert len([request for request in transcript.requests if request.path == "/screen"]) == 1


def test_ss_06_start_takes_action_and_method_without_a_problem() -> None:
    """(sdk) attributes: accepted, and nothing is asked of them."""
    document = parse_document(b'<Response><Start action="/x" method="GET"><Recording/></Start></Response>')
    assert document.problems == ()
