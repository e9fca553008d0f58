"""The caller's script and how it is played."""

import pytest

from ringback.testing import Caller, VirtualApp
from ringback.testing.caller import seconds_of_speech
from ringback.testing.transcript import Pressed, Said

MENU = """
<Response>
  <Gather numDigits="1" action="/choice"><Say>Press one for sales. Press two for support.</Say></Gather>
  <Redirect/>
</Response>
"""
APP = VirtualApp({"/voice": MENU, "/choice": lambda r: f"<Response><Say>You chose {r['Digits']}</Say></Response>"})


def test_hears_goes_on_when_the_prompt_begins() -> None:
    transcript = APP.run_call(Caller().hears("PRESS ONE").waits(1).presses("2"))
    pressed = next(event for event in transcript.events if isinstance(event, Pressed))
    assert pressed.at == pytest.approx(1)
    assert transcript.heard[-1] == "You chose 2"


def test_hears_out_goes_on_when_the_prompt_is_over() -> None:
    transcript = APP.run_call(Caller().hears_out("press one").presses("1"))
    pressed = next(event for event in transcript.events if isinstance(event, Pressed))
    assert pressed.at == pytest.approx(seconds_of_speech("Press one for sales. Press two for support."))


def test_a_prompt_counts_once_so_the_same_words_can_be_waited_for_again() -> None:
    transcript = APP.run_call(Caller().hears("press one").hears("press one").hears("press one").presses("1"))
    assert len([what for what in transcript.heard if what.startswith("Press one")]) == 3


def test_what_was_waited_for_in_vain_is_in_the_transcript() -> None:
    transcript = APP.run_call(Caller().hears("press nine").presses("9"), max_seconds=60)
    assert transcript.caller_waits_for == "press nine"
    assert "never heard 'press nine'" in str(transcript)


def test_keys_are_pressed_one_after_the_other() -> None:
    app = VirtualApp({"/voice": "<Response><Gather timeout='2' action='/x'/></Response>", "/x": "<Response/>"})
    transcript = app.run_call(Caller().presses("12#", at=1))
    assert transcript.requests[1].parameters["Digits"] == "12"
    assert [event.at for event in transcript.events if isinstance(event, Pressed)] == [1, 1.25, 1.5]


def test_keys_nobody_listens_to_are_marked() -> None:
    app = VirtualApp({"/voice": "<Response><Pause length='5'/><Say>Hello</Say></Response>"})
    transcript = app.run_call(Caller().presses("1", at=1))
    assert [event.is_heard for event in transcript.events if isinstance(event, Pressed)] == [False]


def test_speech_takes_its_time_before_the_next_step() -> None:
    app = VirtualApp({"/voice": "<Response><Pause length='60'/></Response>"})
    transcript = app.run_call(Caller().says("Hello", seconds=4, at=2).says("again"))
    assert [event.at for event in transcript.events if isinstance(event, Said)] == [2, 6]


def test_the_caller_can_hang_up_while_it_rings() -> None:
    app = VirtualApp({"/voice": "<Response><Pause length='60'/><Say>Hi</Say></Response>"})
    transcript = app.run_call(Caller().hangs_up(at=3))
    assert (transcript.status, transcript.sip_status, transcript.ended_by) == ("canceled", 487, "caller")
    assert transcript.heard == []


def test_a_script_can_be_shared_and_extended() -> None:
    first = Caller().hears("press one")
    assert APP.run_call(first.presses("1")).heard[-1] == "You chose 1"
    assert APP.run_call(first.presses("2")).heard[-1] == "You chose 2"


@pytest.mark.parametrize("keys", ["", "x", "12e"])
def test_keys_that_no_phone_has_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="no such keys"):
        Caller().presses(keys)


def test_speech_lasts_as_long_as_its_words() -> None:
    assert seconds_of_speech("Hi") == 0.5
    assert seconds_of_speech("one two three four five") == 2
