"""`<Say>`, `<Play>` and `<Pause>` on a call."""

import pytest

from ringback.testing.transcript import HeardKeys
from tests.unit.interpreter.conftest import BASE, Bench


async def test_say_answers_and_speaks(bench: Bench) -> None:
    await bench.runs(voice="<Say loop='2'>Hello there</Say>")
    assert bench.call.is_answered
    assert bench.heard == ["Hello there", "Hello there"]


async def test_an_empty_say_answers_and_falls_through(bench: Bench) -> None:
    await bench.runs(voice="<Say/><Reject/>")
    assert bench.call.is_answered
    assert bench.codes == [13520]


async def test_play_plays_the_file_loop_times(bench: Bench) -> None:
    await bench.runs(voice="<Play loop='2'>/a.wav</Play>")
    assert bench.heard == [f"{BASE}/a.wav"] * 2
    assert bench.clock.now() == pytest.approx(4)


async def test_play_digits_sends_keys_and_takes_their_pauses(bench: Bench) -> None:
    await bench.runs(voice="<Play digits='1wW2' loop='2'/>")
    keys = [event.digits for event in bench.journal.events if isinstance(event, HeardKeys)]
    assert keys == ["1wW2", "1wW2"]
    assert bench.clock.now() == pytest.approx(4)


async def test_pause_waits_without_answering(bench: Bench) -> None:
    await bench.runs(voice="<Pause length='7'/><Reject reason='busy'/>")
    assert bench.clock.now() == pytest.approx(7)
    assert bench.call.sip_status == 486


async def test_endless_speech_ends_with_the_call(bench: Bench) -> None:
    bench.clock.call_at(3.2, bench.call.end)
    await bench.runs(voice="<Say loop='0'>la</Say>")
    assert bench.clock.now() == pytest.approx(3.2)
    assert len(bench.heard) == 7
