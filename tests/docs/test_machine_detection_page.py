"""`docs/topics/machine-detection.md` has the numbers of the code."""

from pathlib import Path
from typing import get_args

from ringback.call.machine_detection import (
    BEEP_HZ,
    BEEP_SECONDS,
    END_SILENCE_SECONDS,
    FAX_HZ,
    FAX_SECONDS,
    AnsweredBy,
    MachineDetection,
)
from tests.conformance.amd.greetings import MACHINES, PERSONS

PAGE = (Path(__file__).parents[2] / "docs" / "topics" / "machine-detection.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


def test_the_thresholds_are_the_defaults() -> None:
    wanted = MachineDetection()
    assert f"`machineDetectionSilenceTimeout` ({wanted.silence_timeout_seconds * 1000:g} ms)" in PAGE
    assert f"`machineDetectionSpeechEndThreshold` ({wanted.speech_end_seconds * 1000:g} ms)" in PAGE
    assert f"`machineDetectionSpeechThreshold` ({wanted.speech_threshold_seconds * 1000:g} ms)" in PAGE
    assert f"`machineDetectionTimeout` ({wanted.timeout_seconds:g} s)" in PAGE


def test_the_tones_and_the_silence_are_those_of_the_detector() -> None:
    low, high = BEEP_HZ
    shortest, longest = BEEP_SECONDS
    assert f"{low:g} to {high:g} Hz for {shortest:g} to {longest:g} s" in PAGE
    assert f"{END_SILENCE_SECONDS:g} s of silence" in PAGE
    assert f"{sum(FAX_HZ) / 2:g} Hz for {FAX_SECONDS:g} s" in PAGE


def test_every_result_is_on_the_page() -> None:
    for answered_by in get_args(AnsweredBy):
        assert f"`{answered_by}`" in PAGE


def test_the_answers_are_as_many_as_the_page_says() -> None:
    assert (len(PERSONS), len(MACHINES)) == (7, 4)
    assert "generates 45 answers: seven short greetings of persons and four of machines" in WORDS
