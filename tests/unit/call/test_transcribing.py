"""Transcriptions as they are kept: there while they are made, with the words before anybody is told."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from ringback.call.control import CallInfo, RecordResult, Transcript
from ringback.call.listening import Hearing
from ringback.call.transcribing import transcribe
from ringback.model.call_status import Direction
from ringback.model.record import TranscriptionStatus
from ringback.model.sid import new_call_sid, new_recording_sid
from ringback.testing.clock import VirtualClock
from tests.unit.call.conftest import ACCOUNT, MemoryJournal

INFO = CallInfo(call_sid=new_call_sid(), account_sid=ACCOUNT, from_="a", to="b", direction=Direction.INBOUND)


class Ear:
    """The face of `Hearing`: what it is asked waits for `answer`."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.answer: Callable[[str | None], None]

    def transcribe(self, recording: Path, then: Callable[[str | None], None]) -> None:
        self.path, self.answer = recording, then


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.journal = MemoryJournal()
        self.ear = Ear()
        self.told: list[tuple[Transcript, TranscriptionStatus]] = []
        self.recording = RecordResult(
            recording_sid=new_recording_sid(),
            url="http://x",
            seconds=9,
            final_seconds=7,
            ended_by="#",
            started_at=self.clock.utc_now(),
        )

    def begin(self, hearing: Ear | None) -> None:
        transcribe(
            INFO,
            self.recording,
            Path("a.wav"),
            lambda words: self.told.append((words, self.journal.transcriptions[-1].status)),
            hearing=cast(Hearing | None, hearing),
            journal=self.journal,
            clock=self.clock,
        )


@pytest.fixture
async def made() -> Bench:
    return Bench()


async def test_the_row_is_there_at_once_and_has_the_words_before_they_are_told(made: Bench) -> None:
    made.begin(made.ear)
    (row,) = made.journal.transcriptions
    assert (row.status, row.text, row.duration_seconds) == (TranscriptionStatus.IN_PROGRESS, None, 7)
    assert (row.account_sid, row.recording_sid) == (ACCOUNT, made.recording.recording_sid)
    assert made.ear.path == Path("a.wav")
    await made.clock.advance(4)
    made.ear.answer("call me back")
    done = made.journal.transcriptions[-1]
    assert (done.sid, done.status, done.text) == (row.sid, TranscriptionStatus.COMPLETED, "call me back")
    assert done.updated_at is not None
    assert (done.updated_at - done.created_at).total_seconds() == 4
    assert made.told == [(Transcript(sid=row.sid, text="call me back"), TranscriptionStatus.COMPLETED)]


async def test_no_words_at_all_are_words_too(made: Bench) -> None:
    made.begin(made.ear)
    made.ear.answer("")
    assert made.told[0][1] is TranscriptionStatus.COMPLETED


@pytest.mark.parametrize("has_ear", [True, False])
async def test_what_cannot_be_found_out_has_failed(made: Bench, has_ear: bool) -> None:
    made.begin(made.ear if has_ear else None)
    if has_ear:
        made.ear.answer(None)
    assert [row.status.value for row in made.journal.transcriptions] == ["in-progress", "failed"]
    assert made.told[0][0].text is None
    await asyncio.sleep(0)
