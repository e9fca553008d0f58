"""How long prompts take, and how a transcript names them."""

import math

import pytest

from ringback.call.control import MediaUnavailable, Played, PlayedBytes, Prompt, Spoken, WaitingMusic
from ringback.testing.virtual_sound import seconds_of_prompt, shown

FILE = "http://app.example/a.wav"


@pytest.mark.parametrize(
    ("prompt", "seconds", "name"),
    [
        (Spoken(text="one two three four five"), 2.0, "one two three four five"),
        (Played(url=FILE), 3.0, FILE),
        (PlayedBytes(data=b"12345", content_type="audio/wav"), 3.0, "5 bytes of audio/wav"),
        (WaitingMusic(), math.inf, "waiting music"),
    ],
)
def test_each_kind_of_prompt(prompt: Prompt, seconds: float, name: str) -> None:
    assert (seconds_of_prompt(prompt, None), shown(prompt)) == (seconds, name)


def test_where_the_test_says_what_there_is_every_other_file_is_missing() -> None:
    assert seconds_of_prompt(Played(url=FILE), {FILE: 12.5}) == 12.5
    with pytest.raises(MediaUnavailable) as missing:
        seconds_of_prompt(Played(url=FILE + "x"), {FILE: 12.5})
    assert (missing.value.code, missing.value.url) == (11200, FILE + "x")
