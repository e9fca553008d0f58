"""What a recording is when it ends: its row, its file, its URL, and what is cut off."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ringback.call.control import CallInfo
from ringback.call.recording_desk import RecordingDesk
from ringback.media.leg import LiveRecording
from ringback.model.call_status import Direction
from ringback.model.record import RecordingStatus
from ringback.model.sid import AccountSid, new_call_sid, new_conference_sid
from ringback.testing.clock import VirtualClock
from tests.peers.memory_media import write_tone
from tests.unit.call.conftest import ACCOUNT, BASE, MemoryJournal

INFO = CallInfo(call_sid=new_call_sid(), account_sid=ACCOUNT, from_="a", to="b", direction=Direction.INBOUND)


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def desk(tmp_path: Path, journal: MemoryJournal) -> RecordingDesk:
    return RecordingDesk(folder=tmp_path, base_url=f"{BASE}/", journal=journal, clock=VirtualClock())


async def test_the_row_is_written_when_it_begins_and_when_it_ends(desk: RecordingDesk, journal: MemoryJournal) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=False)
    (row,) = journal.recordings
    assert (row.status, row.call_sid, row.source) == (RecordingStatus.IN_PROGRESS, INFO.call_sid, "RecordVerb")
    assert row.path == f"{ACCOUNT}/{row.sid}.wav"
    write_tone(recording.path, 3)
    result = await desk.close(recording, seconds=3.0, ended_by="#")
    assert journal.recordings[-1].status is RecordingStatus.COMPLETED
    assert journal.recordings[-1].duration_seconds == 3
    assert result.url == f"{BASE}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{row.sid}"


async def test_r_08_the_duration_told_is_before_trimming(desk: RecordingDesk, journal: MemoryJournal) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=True)
    write_tone(recording.path, 5, silence_seconds=3)
    result = await desk.close(recording, seconds=5.0, ended_by="silence")
    assert (result.seconds, result.final_seconds) == (5, 2)
    assert journal.recordings[-1].duration_seconds == 2


async def test_r_05_pure_silence_is_kept_as_it_is(desk: RecordingDesk) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=True)
    write_tone(recording.path, 4, silence_seconds=4)
    result = await desk.close(recording, seconds=4.0, ended_by="silence")
    assert (result.status, result.final_seconds) == ("completed", 4)


async def test_r_11_what_is_shorter_than_a_tenth_of_a_second_is_absent(
    desk: RecordingDesk, journal: MemoryJournal
) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=True)
    result = await desk.close(recording, seconds=0, ended_by="hangup")
    assert (result.status, result.error_code, result.seconds) == ("absent", 16101, 0)
    assert journal.recordings[-1].status is RecordingStatus.ABSENT
    half = desk.open(INFO, source="RecordVerb", trim=False)
    write_tone(half.path, 0.3)
    assert (await desk.close(half, seconds=0.3, ended_by="#")).seconds == 1


async def test_a_file_that_cannot_be_written_fails_the_row_and_tells_the_author(
    desk: RecordingDesk, journal: MemoryJournal
) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=True)
    result = desk.fail(recording, "no space left on device")
    assert (result.status, result.error_code, result.ended_by) == ("absent", 12400, "failure")
    assert journal.recordings[-1].status is RecordingStatus.FAILED
    assert any(code == 12400 and "no space left" in message for code, message in journal.reports)


def live() -> LiveRecording:
    return cast(LiveRecording, SimpleNamespace(stop=lambda: None, pause=lambda keep_silence: None))


async def test_a_recording_is_found_by_its_sid_until_it_is_stopped_or_closed(
    desk: RecordingDesk, journal: MemoryJournal
) -> None:
    opened = desk.open(INFO, source="RecordVerb", trim=False, track="inbound")
    assert opened.record.track == "inbound"
    assert desk.running(opened.record.sid) is None, "the engine does not record yet"
    running = desk.began(opened, live())
    assert desk.running(opened.record.sid) is running
    running.stop()
    assert desk.running(opened.record.sid) is None
    write_tone(opened.path, 1)
    await desk.close(opened, seconds=1.0, ended_by="stop")
    assert [row.status.value for row in journal.recordings] == ["in-progress", "stopped", "completed"]
    other = desk.open(INFO, source="RecordVerb", trim=False)
    desk.began(other, live())
    desk.fail(other, "no space left on device")
    assert desk.running(other.record.sid) is None


async def test_those_of_a_call_and_those_of_the_conference_it_opened_are_told_apart(desk: RecordingDesk) -> None:
    conference_sid = new_conference_sid()
    of_call = desk.began(desk.open(INFO, source="RecordVerb", trim=False), live())
    of_room = desk.began(desk.open(INFO, source="Conference", trim=False, conference_sid=conference_sid), live())
    assert desk.running_of_call(INFO.call_sid) == [of_call]
    assert desk.running_of_conference(conference_sid) == [of_room]
    assert of_room.record.call_sid == INFO.call_sid
    of_call.stop()
    of_room.stop()
    assert desk.running_of_call(INFO.call_sid) == []
    assert desk.running_of_conference(conference_sid) == []


async def test_the_url_of_a_recording_leads_its_own_account_to_the_file(desk: RecordingDesk) -> None:
    recording = desk.open(INFO, source="RecordVerb", trim=False)
    url = desk.url_of(recording.record)
    assert desk.path_at(url, ACCOUNT) is None  # nothing is written yet
    write_tone(recording.path, 1)
    for each in (url, f"{url}.wav", f"{url}.mp3", f"{url}.mp3?RequestedChannels=1", f"{url}#rt=3000"):
        assert desk.path_at(each, ACCOUNT) == recording.path
    stranger = AccountSid("AC" + "9" * 32)
    for wrong in (f"{url}x", f"{url}/../x", url.replace(BASE, "http://elsewhere.example"), f"{BASE}/RE", "RE", ""):
        assert desk.path_at(wrong, ACCOUNT) is None
    assert desk.path_at(url, stranger) is None
    assert desk.path_at(url.replace(ACCOUNT, stranger), stranger) is None
