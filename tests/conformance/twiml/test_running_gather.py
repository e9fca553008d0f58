"""`<Gather>` with keys, rule by rule: section 5.2 and 5.3."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp
from ringback.testing.transcript import Heard, Requested

LONG = "word " * 100  # forty seconds


def run(
    attributes: str, children: str = "", caller: Caller | None = None, after: str = "<Say>After</Say>"
) -> Transcript:
    app = VirtualApp(
        {
            "/voice": f'<Response><Gather action="/got" {attributes}>{children}</Gather>{after}</Response>',
            "/got": "<Response/>",
        }
    )
    return app.run_call(caller)


def got(transcript: Transcript) -> Requested | None:
    """The action request, if there was one."""
    return next((request for request in transcript.requests if request.path == "/got"), None)


def digits(transcript: Transcript) -> str | None:
    request = got(transcript)
    return None if request is None else request.parameters["Digits"]


def test_g_01_input_is_accepted_from_the_moment_playback_starts() -> None:
    assert digits(run('numDigits="1"', f"<Say>{LONG}</Say>", Caller().hears("word").presses("4"))) == "4"


def test_g_02_the_first_key_stops_nested_playback() -> None:
    transcript = run("", f"<Say>{LONG}</Say><Say>Never</Say>", Caller().presses("4", at=2))
    heard = [event for event in transcript.events if isinstance(event, Heard)]
    assert [(event.seconds, event.is_complete) for event in heard] == [(2.0, False)]


def test_g_03_the_timeout_starts_when_the_nested_verbs_have_ended() -> None:
    transcript = run('timeout="4"', "<Pause length='10'/><Pause length='10'/>")
    after = next(event for event in transcript.events if isinstance(event, Heard))
    assert after.at == pytest.approx(24)


def test_g_03_the_timeout_starts_at_the_first_key_when_that_comes_before_the_end() -> None:
    request = got(run('timeout="4"', "<Pause length='60'/>", Caller().presses("1", at=3)))
    assert request is not None
    assert request.at == pytest.approx(7)


def test_g_04_each_key_starts_the_timeout_again() -> None:
    request = got(run('timeout="4"', "", Caller().presses("1", at=3).presses("2", at=6).presses("3", at=9)))
    assert request is not None
    assert request.parameters["Digits"] == "123"
    assert request.at == pytest.approx(13)


@pytest.mark.parametrize(
    ("attributes", "keys", "expected", "finished_on"),
    [
        ("", "12#", "12", "#"),
        ('finishOnKey="*"', "1#2*", "1#2", "*"),
        ('finishOnKey="5"', "125", "12", "5"),
        ('numDigits="3"', "1234", "123", ""),
        ('timeout="2"', "12", "12", ""),
        ('numDigits="3" finishOnKey="#"', "1#", "1", "#"),
    ],
)
def test_g_05_and_g_06_what_submits_and_what_is_submitted(
    attributes: str, keys: str, expected: str, finished_on: str
) -> None:
    request = got(run(attributes, "", Caller().presses(keys, at=1)))
    assert request is not None
    assert (request.parameters["Digits"], request.parameters["FinishedOnKey"]) == (expected, finished_on)


def test_g_07_without_a_finish_key_every_key_is_collected() -> None:
    assert digits(run('finishOnKey="" timeout="2"', "", Caller().presses("#1*", at=1))) == "#1*"


def test_g_08_the_finish_key_alone_is_no_input_and_ends_at_once() -> None:
    transcript = run('timeout="30"', "", Caller().presses("#", at=2))
    assert got(transcript) is None
    assert next(event.at for event in transcript.events if isinstance(event, Heard)) == pytest.approx(2)


def test_g_08_the_finish_key_alone_is_an_empty_result_if_that_is_wanted() -> None:
    request = got(run('actionOnEmptyResult="true"', "", Caller().presses("#", at=2)))
    assert request is not None
    assert (request.parameters["Digits"], request.parameters["FinishedOnKey"]) == ("", "#")


def test_g_09_no_input_falls_through_without_a_request() -> None:
    transcript = run("")
    assert got(transcript) is None
    assert transcript.heard == ["After"]


def test_g_10_an_empty_result_asks_the_action_if_that_is_wanted() -> None:
    transcript = run('actionOnEmptyResult="true"')
    assert digits(transcript) == ""
    assert transcript.heard == []


def test_g_11_after_an_action_the_verbs_behind_are_unreachable() -> None:
    assert run('numDigits="1"', "", Caller().presses("1", at=1)).heard == []


def test_g_12_without_an_action_the_current_document_is_asked() -> None:
    answers = iter(["<Response><Gather numDigits='1'/></Response>", "<Response><Say>Again</Say></Response>"])
    transcript = VirtualApp({"/voice": lambda request: next(answers)}).run_call(Caller().presses("6", at=1))
    assert transcript.requests[1].parameters["Digits"] == "6"
    assert transcript.heard == ["Again"]


def test_g_13_with_keys_and_speech_the_keys_work() -> None:
    assert digits(run('input="speech dtmf" numDigits="1"', "", Caller().presses("6", at=1))) == "6"


def test_g_18_all_files_are_fetched_before_the_first_plays() -> None:
    transcript = run('timeout="1"', "<Say>Hello</Say><Play>/a.mp3</Play>")
    assert transcript.heard == ["Hello", "http://app.example/a.mp3", "After"]


def test_g_18_a_file_that_cannot_be_had_is_left_out_before_anything_plays() -> None:
    app = VirtualApp(
        {"/voice": '<Response><Gather timeout="1"><Say>Hello</Say><Play>/gone.mp3</Play></Gather></Response>'},
        media={},
    )
    transcript = app.run_call()
    assert transcript.problem_codes() == [11200]
    assert transcript.heard == ["Hello"]


def test_g_19_keys_from_before_are_not_counted() -> None:
    app = VirtualApp(
        {
            "/voice": f'<Response><Say>{LONG}</Say><Gather timeout="2" action="/got"/></Response>',
            "/got": "<Response/>",
        }
    )
    assert got(app.run_call(Caller().presses("123", at=1))) is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_5_3_the_action_has_these_parameters_by_either_method(method: str) -> None:
    request = got(run(f'numDigits="1" method="{method}"', "", Caller().presses("*", at=1)))
    assert request is not None
    assert request.method == method
    own = {name: request.parameters[name] for name in ("Digits", "FinishedOnKey", "msg")}
    assert own == {"Digits": "*", "FinishedOnKey": "", "msg": "Gather End"}


def test_a_hangup_while_it_gathers_asks_nothing() -> None:
    transcript = run("", "", Caller().presses("12", at=1).hangs_up(at=3))
    assert got(transcript) is None
    assert transcript.ended_by == "caller"


def test_each_gather_begins_with_no_digits() -> None:
    transcript = run(
        'timeout="1"', "", Caller().presses("#", at=0.5).presses("7", at=3), after='<Gather action="/got"/>'
    )
    assert digits(transcript) == "7"
