"""The transcript: what a test asserts on, and what a person reads when it fails."""

from ringback.testing import Caller, Phone, VirtualApp

APP = VirtualApp(
    {
        "/voice": '<Response><Gather numDigits="1" action="/go"><Say>Press a key</Say></Gather></Response>',
        "/go": '<Response><Play digits="1"/><Record action="/done" maxLength="3" timeout="0"/></Response>',
        "/done": "<Response><Dial>+15550001111</Dial><Frob/></Response>",
    },
    phones={"+15550001111": Phone.busy()},
)


def test_it_reads_like_a_ladder() -> None:
    transcript = APP.run_call(Caller().hears("press").waits(1).presses("1").waits(2).says("Hello there my friend"))
    lines = [line.split(maxsplit=1) for line in str(transcript).splitlines()]
    assert [line[1] for line in lines if line[0] != "problem"] == [
        "app: POST /voice -> 200",
        "answered",
        "hears 'Press a key', stopped after 1 s",
        "presses 1",
        "app: POST /go -> 200",
        "hears keys 1",
        "recorded 3 s, ended by max-length",
        "says 'Hello there my friend'",
        "app: POST /done -> 200",
        "dialled +15550001111: busy",
        "ended by app: completed",
    ]
    assert "12200" in str(transcript)


def test_it_answers_what_tests_ask() -> None:
    transcript = APP.run_call(Caller().hears("press").waits(1).presses("1").waits(2).says("Hello there my friend"))
    assert transcript.answered_at == 0
    assert (transcript.status, transcript.sip_status, transcript.ended_by) == ("completed", 200, "app")
    assert [request.path for request in transcript.requests] == ["/voice", "/go", "/done"]
    assert transcript.recordings[0].words == ("Hello there my friend",)
    assert transcript.callbacks == []
    assert transcript.caller_waits_for is None


def test_a_call_that_was_never_answered_says_so() -> None:
    transcript = VirtualApp({"/voice": "<Response><Reject reason='busy'/></Response>"}).run_call()
    assert transcript.answered_at is None
    assert (transcript.status, transcript.sip_status) == ("busy", 486)
    assert "ended by app: busy (486)" in str(transcript)
