"""From `<Say>` and `<Play>` to what is heard."""

import pytest

from ringback.call.control import Played, Spoken
from ringback.interpreter.limits import Limits
from ringback.interpreter.prompts import fetch_nested, play_nested, play_repeatedly, prompt_of
from ringback.twiml.nodes import Gather, Play, Say, SsmlBreak
from tests.unit.interpreter.conftest import BASE, Bench


def test_say_becomes_words_with_voice_language_and_markup(bench: Bench) -> None:
    say = Say(text="Hello", voice="man", language="en-GB", children=(SsmlBreak(),))
    assert prompt_of(say, bench.run()) == Spoken(text="Hello", voice="man", language="en-GB", ssml=(SsmlBreak(),))


def test_say_without_markup_has_none(bench: Bench) -> None:
    assert prompt_of(Say(text="Hello"), bench.run()) == Spoken(text="Hello")


def test_play_becomes_an_absolute_url(bench: Bench) -> None:
    assert prompt_of(Play(url="a.wav"), bench.run()) == Played(url=f"{BASE}/calls/a.wav")


@pytest.mark.parametrize("node", [Say(text="  "), Play(digits="1")])
def test_what_makes_no_sound_is_no_prompt(node: Say | Play, bench: Bench) -> None:
    assert prompt_of(node, bench.run()) is None


@pytest.mark.parametrize(("loop", "times"), [(1, 1), (3, 3), (0, 4), (9, 4)])
async def test_loop_repeats_up_to_the_limit(loop: int, times: int, bench: Bench) -> None:
    bench.limits = Limits(max_loops=4)
    await bench.clock.run(play_repeatedly(Spoken(text="la"), loop, bench.run()))
    assert bench.heard == ["la"] * times


def nested(bench: Bench, text: str) -> Gather:
    gather = bench.verb(f"<Gather>{text}</Gather>")
    assert isinstance(gather, Gather)
    return gather


async def test_nested_prompts_that_cannot_be_had_are_left_out_and_each_reported_once(bench: Bench) -> None:
    run = bench.run()
    gather = nested(bench, "<Play>/x.wav</Play><Say>Hi</Say><Pause/><Play>/a.wav</Play><Play>/y.wav</Play>")
    kept = await fetch_nested(gather.children, run)
    assert [type(node).__name__ for node in kept] == ["Say", "Pause", "Play"]
    assert [problem.value for problem in bench.journal.problems] == [f"{BASE}/x.wav", f"{BASE}/y.wav"]
    await bench.call.answer()
    await bench.clock.run(play_nested(kept, run))
    assert bench.heard == ["Hi", f"{BASE}/a.wav"]
    assert bench.codes == [11200, 11200]


async def test_a_prompt_that_fails_only_when_it_is_played_is_reported_then(bench: Bench) -> None:
    await bench.clock.run(play_nested(nested(bench, "<Play>/x.wav</Play><Say>Hi</Say>").children, bench.run()))
    assert bench.heard == ["Hi"]
    assert bench.codes == [11200]


async def test_nested_pauses_take_their_time(bench: Bench) -> None:
    await bench.clock.run(play_nested(nested(bench, "<Pause length='4'/>").children, bench.run()))
    assert bench.clock.now() == 4
