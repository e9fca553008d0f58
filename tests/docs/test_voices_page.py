"""`docs/howto/voices.md` promises what the voices do."""

import re
from pathlib import Path

import pytest

from ringback.media.prompt import MAX_CACHED_SECONDS
from ringback.services.read_ssml import (
    BREAKS,
    MAX_SILENCE_SECONDS,
    PARAGRAPH_SECONDS,
    PITCHES,
    RATES,
    SENTENCE_SECONDS,
    VOLUMES,
)
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, LocalVoice
from ringback.speech.voice import choose_voice
from ringback.twiml.grammar.ssml import NESTING

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "voices.md").read_text()
INSTALLED = (
    *HibariSynthesizer.voices,
    LocalVoice(name="de", language="de", gender="male"),
    LocalVoice(name="de+f2", language="de", gender="female"),
)

VOICES, _, SSML = PAGE.partition("## SSML")
ROWS = [line for line in VOICES.splitlines() if line.startswith("| `")]
SSML_ROWS = {line.split("|")[1].strip(): line for line in SSML.splitlines() if line.startswith("| `")}


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


def test_every_ssml_element_has_a_row() -> None:
    assert {name for row in SSML_ROWS for name in re.findall(r"<([a-z-]+)", row)} == set(NESTING)


def test_the_numbers_of_ssml_are_those_of_the_code() -> None:
    for strength, seconds in BREAKS.items():
        assert f"{strength} {seconds:g}" in SSML_ROWS["`<break>`"]
    assert f"at most {MAX_SILENCE_SECONDS:g} s" in SSML_ROWS["`<break>`"]
    assert f"{PARAGRAPH_SECONDS:g} or {SENTENCE_SECONDS:g} s" in SSML_ROWS["`<p>`, `<s>`"]
    for name, gain_db in VOLUMES.items():
        if name not in ("default", "silent"):
            assert f"{name} {gain_db:+g}" in SSML_ROWS["`<prosody volume>`"].replace("medium 0", "medium +0")
    for name, rate in RATES.items():
        assert f"{name} {rate * 100:g}" in SSML_ROWS["`<prosody rate>`"]
    for name, pitch in PITCHES.items():
        if name not in ("default", "medium"):
            assert f"{name} {round((pitch - 1) * 100):+d}" in SSML_ROWS["`<prosody pitch>`"]
