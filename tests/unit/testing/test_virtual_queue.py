"""Queues in virtual time, rule by rule (twiml.md 8.5, sections 9 and 9.1): who is served when, and every way out."""

import pytest

from ringback.testing import AppRequest, Arrival, Caller, Transcript, VirtualApp


def queue_app(
    enqueue: str = "",
    dial: str = 'action="/dialled"',
    queue: str = "",
    *,
    name: str = "support",
    **pages: object,
) -> VirtualApp:
    """Whoever calls `agent@...` takes calls out of the queue; everybody else waits in it."""

    def voice(request: AppRequest) -> str:
        if "agent" in request["To"]:
            return f"<Response><Dial {dial}><Queue {queue}>{name}</Queue></Dial><Say>Next verb.</Say></Response>"
        return f'<Response><Enqueue action="/left" {enqueue}>support</Enqueue></Response>'

    return VirtualApp(
        {
            "/voice": voice,
            "/left": lambda request: f"<Response><Say>{request['QueueResult']}</Say></Response>",
            "/dialled": lambda request: f"<Response><Say>{request['DialCallStatus']}</Say></Response>",
            **{f"/{name}": page for name, page in pages.items()},
        }
    )


def customer(number: int, *, at: float = 0.0, caller: Caller | None = None) -> Arrival:
    return Arrival(caller=caller or Caller(), from_=f"sip:customer-{number}@demo.sip.localhost", at=at)


def agent(caller: Caller | None = None, *, at: float = 0.0) -> Arrival:
    return Arrival(caller=caller or Caller(), from_="sip:anna@office", to="sip:agent@demo.sip.localhost", at=at)


def asked(call: Transcript, path: str) -> dict[str, str]:
    (request,) = [request for request in call.requests if request.path == path]
    return dict(request.parameters)


def test_five_are_served_in_order_while_the_third_hangs_up() -> None:
    customers = [
        customer(number, at=number, caller=Caller().says(f"I am {number}.", at=50 * number - number).hangs_up(at=200))
        for number in (1, 2, 4, 5)
    ]
    third = customer(3, at=3, caller=Caller().hangs_up(at=20))
    agents = [agent(Caller().hangs_up(at=30), at=50.0 * number - 10) for number in (1, 2, 4, 5)]
    calls = queue_app().run_calls([*customers, third, *agents])
    assert [call.voices for call in calls[5:]] == [["I am 1."], ["I am 2."], ["I am 4."], ["I am 5."]]
    assert [call.queues[0].result for call in calls[:5]] == ["bridged"] * 4 + ["hangup"]


def test_q_01_who_has_waited_longest_is_first_and_each_hears_the_other() -> None:
    first, second, anna = queue_app().run_calls(
        [
            customer(1, at=0, caller=Caller().says("First.", at=12).hangs_up(at=20)),
            customer(2, at=5, caller=Caller().says("Second.", at=12).hangs_up(at=30)),
            agent(Caller().says("How can I help?", at=1).hangs_up(at=15), at=10),
        ]
    )
    assert first.voices == ["How can I help?"]
    assert anna.voices == ["First."]
    assert second.voices == []


def test_what_a_caller_waits_by_stops_when_somebody_takes_the_call() -> None:
    waiting, _ = queue_app().run_calls([customer(1, caller=Caller().hangs_up(at=30)), agent(at=12)])
    assert "hears 'waiting music', stopped after 12 s" in str(waiting)


def test_q_02_an_empty_queue_is_waited_for_until_the_timeout() -> None:
    _, customer_call, first, second = queue_app(dial='timeout="20" action="/dialled"').run_calls(
        [
            customer(0, caller=Caller().hangs_up(at=1)),  # from now on there is such a queue
            customer(1, at=70, caller=Caller().hangs_up(at=10)),
            agent(at=60),
            agent(at=100),
        ]
    )
    assert customer_call.queues[0].result == "bridged"
    assert first.heard == ["completed"]
    # nobody came any more: twenty seconds, then no-answer
    assert second.heard == ["no-answer"]
    assert second.requests[-1].at == 20


def test_agents_who_wait_for_the_same_queue_are_served_in_order_too() -> None:
    calls = queue_app(dial='timeout="120"').run_calls(
        [
            customer(0, caller=Caller().hangs_up(at=1)),
            agent(Caller().hangs_up(at=100), at=10),
            agent(Caller().hangs_up(at=100), at=11),
            customer(1, at=20, caller=Caller().says("One.", at=5).hangs_up(at=10)),
            customer(2, at=21, caller=Caller().says("Two.", at=5).hangs_up(at=10)),
        ]
    )
    assert [calls[1].voices, calls[2].voices] == [["One."], ["Two."]]


def test_an_agent_who_gives_up_leaves_the_next_customer_to_the_next_agent() -> None:
    calls = queue_app(dial='timeout="120"').run_calls(
        [
            customer(0, caller=Caller().hangs_up(at=1)),
            agent(Caller().hangs_up(at=5), at=10),
            agent(Caller().hangs_up(at=100), at=11),
            customer(1, at=20, caller=Caller().says("One.", at=5).hangs_up(at=10)),
        ]
    )
    assert [calls[1].voices, calls[2].voices] == [[], ["One."]]


def test_q_03_a_queue_that_nobody_ever_waited_in_is_an_error_at_once() -> None:
    (anna,) = queue_app(name="nobody-knows").run_calls([agent()])
    assert anna.heard == ["failed"]
    assert anna.requests[-1].at == 0
    assert anna.problem_codes() == [13215]


def test_q_04_the_queued_caller_hears_the_url_before_they_are_joined() -> None:
    page = "<Response><Say>You will be connected now.</Say></Response>"
    waiting, anna = queue_app(queue='url="/announce"', announce=page).run_calls(
        [customer(1, caller=Caller().hears_out("connected").waits(1).says("At last.").hangs_up(at=30)), agent(at=12)]
    )
    parameters = asked(anna, "/announce")
    assert parameters["CallSid"] == f"CA{1:032x}"
    assert parameters["DequeingCallSid"] == f"CA{2:032x}"
    assert parameters["QueueTime"] == "12"
    assert parameters["QueueSid"].startswith("QU")
    assert waiting.heard[:2] == ["waiting music", "You will be connected now."]
    assert anna.voices == ["At last."]


def test_q_04_an_announcement_that_cannot_be_had_is_reported_and_they_are_joined() -> None:
    waiting, anna = queue_app(queue='url="/nowhere"').run_calls(
        [customer(1, caller=Caller().says("Hello?", at=15).hangs_up(at=30)), agent(at=12)]
    )
    assert anna.voices == ["Hello?"]
    assert 11200 in anna.problem_codes()
    assert waiting.queues[0].result == "bridged"


def test_e_04_and_q_05_the_action_is_asked_when_the_two_have_parted() -> None:
    waiting, anna = queue_app().run_calls([customer(1), agent(Caller().hangs_up(at=30), at=12)])
    left = asked(waiting, "/left")
    assert left["QueueResult"] == "bridged"
    assert left["QueueTime"] == "12"
    assert left["QueueSid"].startswith("QU")
    assert [request.at for request in waiting.requests] == [0, 42]
    assert waiting.heard[-1] == "bridged"
    dialled = asked(anna, "/dialled")
    assert dialled["DialCallStatus"] == "completed"
    assert dialled["DialBridged"] == "true"
    assert dialled["DequeuedCallSid"] == f"CA{1:032x}"
    assert dialled["DialCallDuration"] == "30"
    assert dialled["QueueTime"] == "12"


def test_e_05_without_an_action_the_next_verb_runs() -> None:
    app = VirtualApp(
        {
            "/voice": "<Response><Enqueue waitUrl='/wait'>support</Enqueue><Say>Next verb.</Say></Response>",
            "/wait": "<Response><Say>Bye.</Say><Leave/></Response>",
        }
    )
    assert app.run_call().heard == ["Bye.", "Next verb."]


def test_e_01_and_e_03_the_wait_document_is_asked_again_and_again_with_how_the_queue_is() -> None:
    page = "<Response><Say>Please hold the line.</Say><Pause length='8'/></Response>"
    first, second = queue_app('waitUrl="/wait" maxQueueSize="7"', wait=page).run_calls(
        [customer(1, caller=Caller().hangs_up(at=15)), customer(2, at=5, caller=Caller().hangs_up(at=25))]
    )
    waits = [request.parameters for request in second.requests if request.path == "/wait"]
    assert [parameters["QueuePosition"] for parameters in waits] == ["2", "2", "1"]
    assert [parameters["QueueTime"] for parameters in waits] == ["0", "9", "19"]
    assert [parameters["AvgQueueTime"] for parameters in waits] == ["2", "12", "19"]
    assert [parameters["CurrentQueueSize"] for parameters in waits] == ["2", "2", "1"]
    assert waits[0]["MaxQueueSize"] == "7"
    assert waits[0]["QueueSid"] == [request.parameters for request in first.requests][1]["QueueSid"]
    assert waits[0]["CallSid"] == f"CA{2:032x}"


def test_e_03_after_a_redirect_chain_the_wait_url_itself_is_asked_again() -> None:
    (call,) = queue_app(
        'waitUrl="/wait"',
        wait="<Response><Pause length='4'/><Redirect>/more</Redirect></Response>",
        more="<Response><Pause length='4'/></Response>",
    ).run_calls([customer(1, caller=Caller().hangs_up(at=15))])
    assert [request.path for request in call.requests] == ["/voice", "/wait", "/more", "/wait", "/more", "/left"]
    assert call.requests[2].parameters["QueuePosition"] == "1"


def test_a_wait_document_that_ends_at_once_is_asked_once_a_second() -> None:
    (call,) = queue_app('waitUrl="/wait"', wait="<Response/>").run_calls(
        [customer(1, caller=Caller().hangs_up(at=9.5))]
    )
    assert len([request for request in call.requests if request.path == "/wait"]) == 10


def test_e_02_keys_are_gathered_while_waiting_and_may_lead_out() -> None:
    wait = "<Response><Gather numDigits='1' action='/key'><Say>Press one to leave.</Say></Gather></Response>"
    (call,) = queue_app('waitUrl="/wait"', wait=wait, key="<Response><Leave/></Response>").run_calls(
        [customer(1, caller=Caller().hears("press one").presses("1"))]
    )
    assert call.heard[-1] == "leave"


def test_9_1_leave_outside_a_queue_does_nothing() -> None:
    call = VirtualApp({"/voice": "<Response><Leave/><Say>Still here.</Say></Response>"}).run_call()
    assert call.heard == ["Still here."]
    assert call.problems == ()


def test_music_and_silence_are_what_no_wait_url_and_an_empty_one_mean() -> None:
    for written, heard in (("", ["waiting music"]), ('waitUrl=""', [])):
        (call,) = queue_app(written).run_calls([customer(1, caller=Caller().hangs_up(at=9))])
        assert call.heard == heard


@pytest.mark.parametrize(
    ("enqueue", "wait", "result"),
    [
        ('waitUrl="/wait"', "<Response><Leave/></Response>", "leave"),
        ('waitUrl="/wait"', "<Response><Dial>+15550001111</Dial></Response>", "error"),
        ('waitUrl="/wait"', "<Response><Say>unclosed</Response>", "error"),
        ('waitUrl="/nowhere"', "", "error"),
    ],
)
def test_how_a_wait_document_ends_the_wait(enqueue: str, wait: str, result: str) -> None:
    (call,) = queue_app(enqueue, wait=wait).run_calls([customer(1)])
    assert call.heard == [result]
    assert asked(call, "/left")["QueueResult"] == result


def test_section_19_a_forbidden_verb_is_reported_and_nothing_of_the_document_runs() -> None:
    wait = "<Response><Say>Not heard.</Say><Record/></Response>"
    (call,) = queue_app('waitUrl="/wait"', wait=wait).run_calls([customer(1)])
    assert call.heard == ["error"]
    assert call.problem_codes() == [13238]


def test_queue_result_hangup_is_asked_for_and_its_answer_is_not_run() -> None:
    (call,) = queue_app().run_calls([customer(1, caller=Caller().hangs_up(at=7))])
    left = asked(call, "/left")
    assert (left["QueueResult"], left["QueueTime"], left["CallStatus"]) == ("hangup", "7", "completed")
    assert call.heard == ["waiting music"]


def test_hangup_in_the_wait_document_is_a_hangup() -> None:
    wait = "<Response><Say>Nobody is here.</Say><Hangup/></Response>"
    (call,) = queue_app('waitUrl="/wait"', wait=wait).run_calls([customer(1)])
    assert call.ended_by == "app"
    assert asked(call, "/left")["QueueResult"] == "hangup"


def test_e_06_a_full_queue_takes_nobody_in_and_says_so() -> None:
    first, second = queue_app('maxQueueSize="1"').run_calls(
        [customer(1, caller=Caller().hangs_up(at=30)), customer(2, at=1)]
    )
    left = asked(second, "/left")
    assert left["QueueResult"] == "queue-full"
    assert "QueueSid" not in left
    assert "QueueTime" not in left
    assert first.queues[0].result == "hangup"


def test_bridging_in_process_is_when_the_agent_leaves_during_the_announcement() -> None:
    page = "<Response><Say>You will be connected now, please wait for a while.</Say></Response>"
    waiting, anna = queue_app(queue='url="/announce"', announce=page).run_calls(
        [customer(1), agent(Caller().hangs_up(at=1), at=12)]
    )
    assert waiting.heard[-1] == "bridging-in-process"
    assert asked(anna, "/dialled")["DialBridged"] == "false"


def test_a_customer_who_hangs_up_during_the_announcement_makes_room_for_the_next() -> None:
    page = "<Response><Say>You will be connected now, please wait for a while.</Say></Response>"
    calls = queue_app(queue='url="/announce"', announce=page).run_calls(
        [
            customer(1, caller=Caller().hangs_up(at=13)),
            customer(2, at=1, caller=Caller().says("Me.", at=20).hangs_up(at=30)),
            agent(at=12),
        ]
    )
    assert [call.queues[0].result for call in calls[:2]] == ["hangup", "bridged"]
    assert calls[2].voices == ["Me."]


def test_star_and_the_time_limit_part_them_as_for_any_dial() -> None:
    star = queue_app(dial='hangupOnStar="true" action="/dialled"').run_calls(
        [customer(1), agent(Caller().presses("*", at=8), at=2)]
    )
    limit = queue_app(dial='timeLimit="9" action="/dialled"').run_calls([customer(1), agent(at=2)])
    assert [asked(calls[1], "/dialled")["DialCallDuration"] for calls in (star, limit)] == ["8", "9"]
    assert star[0].heard[-1] == limit[0].heard[-1] == "bridged"


def test_a_dial_record_round_a_queue_records_the_agents_call() -> None:
    _, anna = queue_app(dial='record="record-from-answer" action="/dialled"').run_calls(
        [customer(1, caller=Caller().hangs_up(at=20)), agent(at=5)]
    )
    assert anna.recordings[0].seconds == 15
    assert asked(anna, "/dialled")["RecordingSid"] == anna.recordings[0].recording_sid


@pytest.mark.parametrize(
    ("verb", "codes"),
    [
        (f'<Enqueue workflowSid="WW{"0" * 32}" action="/left"><Task>{{}}</Task></Enqueue>', [13750, 13750]),
        ('<Enqueue action="/left"/>', [12200]),
    ],
)
def test_without_the_name_of_a_queue_it_is_an_error(verb: str, codes: list[int]) -> None:
    app = VirtualApp(
        {
            "/voice": f"<Response>{verb}</Response>",
            "/left": lambda request: f"<Response><Say>{request['QueueResult']}</Say></Response>",
        }
    )
    call = app.run_call()
    assert call.heard == ["error"]
    assert call.problem_codes() == codes
