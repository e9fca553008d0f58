"""`docs/topics/stops-and-crashes.md` says what the code does, and leaves nothing out that can be going on."""

from datetime import timedelta
from pathlib import Path

import pytest

from ringback.interpreter.pay.processing import INTERRUPTED
from ringback.interpreter.transcription import LONGEST_SECONDS, SHORTEST_SECONDS
from ringback.model.conference_event import EVERYBODY_LEFT
from ringback.model.record import RECORDING_NOT_WRITTEN, RECORDING_TOO_SHORT, SHORTEST_KEPT_SECONDS, CallbackKind
from ringback.server.telling import CALLBACK_GRACE_SECONDS
from ringback.services.resume_callbacks import RESUME_AGE

PAGE = (Path(__file__).parents[2] / "docs" / "topics" / "stops-and-crashes.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())

TOLD = {
    CallbackKind.STATUS: "the status callback `completed`",
    CallbackKind.RECORDING: "`recordingStatusCallback`",
    CallbackKind.CONFERENCE: "`conference-end`",
    CallbackKind.TRANSCRIPTION: "`transcription-stopped`",
    CallbackKind.MACHINE_DETECTION: "`AnsweredBy=unknown`",
    CallbackKind.PAYMENT: "`caller-hung-up`",
    CallbackKind.SPEECH: "`partialResultCallback`",
    CallbackKind.MESSAGE: "a text message of `<Sms>`",
    CallbackKind.OTHER: "a callback that waited",
}


@pytest.mark.parametrize("kind", list(CallbackKind))
def test_every_kind_of_callback_is_in_the_table(kind: CallbackKind) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert any(TOLD[kind] in row for row in rows)


def test_what_a_recording_becomes_is_what_the_recovery_makes_of_it() -> None:
    assert f"`absent` ({RECORDING_TOO_SHORT}) under {SHORTEST_KEPT_SECONDS:g} s" in WORDS
    assert f"`failed` ({RECORDING_NOT_WRITTEN}) without a file" in WORDS
    assert f"over {SHORTEST_SECONDS} s and under {LONGEST_SECONDS} s" in WORDS


def test_the_words_and_numbers_are_those_of_the_code() -> None:
    assert f"`completed`, `{EVERYBODY_LEFT}`" in WORDS
    assert f"`{INTERRUPTED.result}` ({INTERRUPTED.error_code})" in WORDS
    assert f"After {RESUME_AGE // timedelta(hours=1)} hours" in WORDS
    assert f"callbacks have {CALLBACK_GRACE_SECONDS:g} seconds" in WORDS
