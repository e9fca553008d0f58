"""`docs/howto/voices.md` promises what the voices do."""

import re
from pathlib import Path

import pytest

from ringback.media.prompt import MAX_CACHED_SECONDS
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, LocalVoice
from ringback.speech.voice import choose_voice

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "voices.md").read_text()
INSTALLED = (
    *HibariSynthesizer.voices,
    LocalVoice(name="de", language="de", gender="male"),
    LocalVoice(name="de+f2", language="de", gender="female"),
)

ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("row", [row for row in ROWS if not row.startswith("| `voice`")])
def test_every_name_in_the_table_is_known(row: str) -> None:
    for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
        if not name.startswith("-"):
            assert choose_voice(name, None if "." in name or name == "heart" else "de-DE", INSTALLED).known


def test_a_name_that_is_not_in_the_table_is_13511() -> None:
    assert not choose_voice("robot", None, INSTALLED).known


def test_the_sentence_in_the_log_is_the_one_of_the_page() -> None:
    note = choose_voice("Polly.Matthew", None, INSTALLED).note
    assert note is not None
    assert note in PAGE


def test_the_limits_are_those_of_the_code() -> None:
    assert f"at most {MAX_TEXT_LENGTH} characters" in PAGE
    assert MAX_CACHED_SECONDS == 30 * 60
