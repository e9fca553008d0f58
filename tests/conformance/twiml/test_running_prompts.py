"""`<Say>`, `<Play>` and `<Pause>` on a call: sections 2 to 4."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp
from ringback.testing.transcript import Heard, HeardKeys

A = "http://app.example/a.mp3"


def run(body: str, caller: Caller | None = None, *, max_seconds: float = 14_400) -> Transcript:
    app = VirtualApp({"/voice": f"<Response>{body}</Response>"}, media={"/a.mp3": 4.0})
    return app.run_call(caller, max_seconds=max_seconds)


def test_say_01_the_text_is_spoken_loop_times() -> None:
    assert run("<Say loop='3'>Hello</Say>").heard == ["Hello"] * 3


@pytest.mark.parametrize("say", ["<Say/>", "<Say> \n </Say>"])
def test_say_02_nothing_to_say_is_a_warning_and_falls_through(say: str) -> None:
    transcript = run(f"{say}<Say>After</Say>")
    assert (transcript.heard, transcript.problem_codes()) == (["After"], [13520])


def test_say_06_the_words_of_ssml_are_heard() -> None:
    assert run("<Say>Hello <emphasis>big</emphasis> world</Say>").heard == ["Hello big world"]


def test_loop_0_is_until_hangup() -> None:
    transcript = run("<Play loop='0'>/a.mp3</Play><Say>Never</Say>", Caller().hangs_up(at=30))
    assert transcript.heard == [A] * 8
    assert transcript.ended_at == pytest.approx(30)


def test_loop_0_is_a_thousand_times_at_most() -> None:
    transcript = run("<Play loop='0'>/a.mp3</Play><Say>Enough</Say>")
    assert transcript.heard == [A] * 1000 + ["Enough"]


def test_play_01_the_media_request_goes_to_no_page_of_the_app() -> None:
    assert [request.path for request in run("<Play>/a.mp3</Play>").requests] == ["/voice"]


def test_play_05_digits_are_sent_instead_of_a_file() -> None:
    transcript = run("<Play digits='1ww2#'/>")
    assert [event.digits for event in transcript.events if isinstance(event, HeardKeys)] == ["1ww2#"]


def test_play_08_a_file_that_cannot_be_had_is_an_alert_and_the_next_verb_runs() -> None:
    transcript = run("<Play>/missing.mp3</Play><Say>After</Say>")
    assert (transcript.heard, transcript.problem_codes()) == (["After"], [11200])
    assert transcript.problems[0].value == "http://app.example/missing.mp3"


def test_pau_01_a_pause_is_silence_of_its_length() -> None:
    transcript = run("<Say>One</Say><Pause length='9'/><Say>Two</Say>")
    one, two = (event for event in transcript.events if isinstance(event, Heard))
    assert two.at - (one.at + one.seconds) == pytest.approx(9)


def test_pau_02_a_pause_at_the_beginning_is_heard_as_ringing() -> None:
    assert run("<Pause length='9'/><Say>Hello</Say>").answered_at == pytest.approx(9)


@pytest.mark.parametrize("length", ["0", "-1", "soon", ""])
def test_pau_04_a_bad_length_is_a_warning_and_one_second(length: str) -> None:
    transcript = run(f"<Pause length='{length}'/><Say>Hello</Say>")
    assert transcript.problem_codes() == [13910]
    assert transcript.answered_at == pytest.approx(1)


def test_a_hangup_stops_what_is_playing() -> None:
    transcript = run("<Play>/a.mp3</Play><Say>Never</Say>", Caller().hangs_up(at=1.5))
    (heard,) = (event for event in transcript.events if isinstance(event, Heard))
    assert (heard.seconds, heard.is_complete) == (1.5, False)
    assert transcript.ended_by == "caller"
