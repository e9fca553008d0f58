"""The recording of a conference, and of one participant in it."""

import pytest

from ringback.call.conference_request import RoomRecording
from ringback.call.control import (
    DialRecording,
    RecordingStarted,
    RecordResult,
)
from ringback.model.sid import ConferenceSid
from tests.unit.call.conftest import Bench
from tests.unit.call.team import Team


@pytest.fixture
def team(bench: Bench) -> Team:
    return Team(bench)


async def test_the_recording_begins_with_the_conference_and_is_complete_when_it_is_told_of(
    bench: Bench, team: Team
) -> None:
    begun_at: list[RecordingStarted] = []
    finished: list[tuple[ConferenceSid, RecordResult]] = []
    record = RoomRecording(
        trim=False,
        on_started=lambda _sid, started: begun_at.append(started),
        on_finished=lambda sid, result: finished.append((sid, result)),
    )
    await team.join(record=record)
    await bench.wait(5)
    assert begun_at == []
    await team.join()
    await bench.wait(5)
    await team.join()
    await bench.wait(2)
    assert len(begun_at) == 1
    assert len(bench.mixers[-1].recordings) == 1
    await team.over()
    await bench.run(bench.gatherings.close())
    ((sid, result),) = finished
    assert (result.seconds, result.status) == (7, "completed")
    assert sid.startswith("CF")
    assert bench.journal.recordings[-1].source == "Conference"


async def test_di_22_a_participants_own_recording_has_two_channels(bench: Bench, team: Team) -> None:
    call = await team.join(record_leg=DialRecording(from_ringing=False, dual=True))
    await bench.wait(3)
    (result,) = await team.over()
    assert result.recording is not None
    assert (result.recording.seconds, result.recording.channels) == (3, 2)
    assert bench.audio(call).recordings[0].what == "dual"


@pytest.mark.parametrize(("track", "what"), [("inbound", "received"), ("outbound", "sent")])
async def test_di_21_one_track_is_one_channel(bench: Bench, team: Team, track: str, what: str) -> None:
    call = await team.join(record_leg=DialRecording(from_ringing=False, dual=True, track=track))  # type: ignore[arg-type]
    await bench.wait(1)
    (result,) = await team.over()
    assert result.recording is not None
    assert result.recording.channels == 1
    assert bench.audio(call).recordings[0].what == what
