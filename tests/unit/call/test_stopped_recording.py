"""A recording that is stopped from outside is complete at once, whatever began it and goes on (rest-api.md 9.6)."""

import asyncio
from pathlib import Path

import pytest

from ringback.call.call import Call
from ringback.call.conference_request import ConferenceRequest, RoomRecording
from ringback.call.control import DialRecording, DialRequest, RecordRequest, RecordResult
from ringback.call.running_recording import RunningRecording
from ringback.media.errors import MediaError
from ringback.model.record import RecordingStatus
from ringback.model.sid import RecordingSid
from tests.peers.memory_mixer import MemoryMixer
from tests.unit.call.conftest import Bench, target


def the_one_of(bench: Bench, call: Call) -> RunningRecording:
    (running,) = bench.parts.recordings.running_of_call(call.info.call_sid)
    return running


def states(bench: Bench) -> list[str]:
    return [record.status.value for record in bench.journal.recordings]


async def test_a_record_verb_goes_on_and_no_key_is_told(bench: Bench) -> None:
    _, call = await bench.answered()
    request = RecordRequest(max_seconds=60, silence_seconds=None, finish_on_key="#", play_beep=False, trim=False)
    task = asyncio.ensure_future(call.record(request))
    await bench.wait(3)
    the_one_of(bench, call).stop()
    result = await bench.run(task)
    assert (result.seconds, result.ended_by, result.status) == (3, "stop", "completed")
    assert not call.has_ended


async def test_a_dial_goes_on_and_its_recording_is_told_of_at_once(bench: Bench) -> None:
    bob = bench.phone("bob")
    _, call = await bench.answered()
    told: list[RecordResult] = []
    record = DialRecording(from_ringing=False, dual=True, track="both", on_ended=told.append)
    task = await bench.dialling(call, DialRequest(targets=[target(bob)], record=record))
    await bench.wait(4)
    the_one_of(bench, call).stop()
    await bench.wait(0.1)
    assert states(bench) == ["in-progress", "stopped", "completed"]
    assert [(result.seconds, result.status) for result in told] == [(3, "completed")]
    assert not task.done()
    await bench.wait(2)
    bob.leg.hang_up()
    result = await bench.run(task)
    assert result.recording is not None
    assert (result.recording.seconds, result.recording.channels) == (3, 2)
    assert told == [result.recording], "and not told again"


async def test_a_dial_whose_recording_cannot_be_written_goes_on_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = bench.phone("bob")
    _, call = await bench.answered()
    told: list[str] = []

    def fail(*_arguments: object, **_options: object) -> None:
        raise MediaError("no space left on device")

    monkeypatch.setattr(bench.audio(call), "start_recording", fail)
    record = DialRecording(from_ringing=False, dual=True, on_ended=lambda result: told.append(result.status))
    task = await bench.dialling(call, DialRequest(targets=[target(bob)], record=record))
    await bench.wait(3)
    assert (told, task.done()) == (["absent"], False)
    bob.leg.hang_up()
    assert (await bench.run(task)).recording is None


async def test_a_room_goes_on_and_tells_of_it_at_once(bench: Bench) -> None:
    finished: list[RecordingSid] = []
    room = RoomRecording(
        trim=False,
        on_started=lambda sid, started: None,
        on_finished=lambda sid, result: finished.append(result.recording_sid),
    )
    stays, calls = [], []
    for _ in range(2):
        _, call = await bench.answered()
        calls.append(call)
        stays.append(asyncio.ensure_future(call.confer(ConferenceRequest(name="ward-round", record=room))))
        await bench.wait(0.5)
    (record,) = bench.journal.recordings
    assert record.conference_sid is not None
    assert bench.parts.recordings.running_of_call(calls[0].info.call_sid) == []
    (running,) = bench.parts.recordings.running_of_conference(record.conference_sid)
    await bench.wait(3)
    running.stop()
    await bench.wait(0.1)
    assert finished == [record.sid]
    assert not any(stay.done() for stay in stays)
    for call in calls:
        call.leg.hang_up()
    await bench.run(asyncio.gather(*stays))
    await bench.run(bench.gatherings.close())
    assert finished == [record.sid], "and not again at the end"
    assert bench.journal.recordings[-1].status is RecordingStatus.COMPLETED


async def test_a_room_that_cannot_be_recorded_goes_on_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_mixer: MemoryMixer, _path: Path) -> None:
        raise MediaError("no space left on device")

    monkeypatch.setattr(MemoryMixer, "start_recording", fail)
    finished: list[str] = []
    room = RoomRecording(
        trim=False, on_started=lambda sid, started: None, on_finished=lambda sid, result: finished.append(result.status)
    )
    calls = []
    for _ in range(2):
        _, call = await bench.answered()
        calls.append(asyncio.ensure_future(call.confer(ConferenceRequest(name="ward-round", record=room))))
        await bench.wait(0.5)
    assert finished == ["absent"]
    assert states(bench) == ["in-progress", "failed"]
    assert not any(stay.done() for stay in calls)
    await bench.close()
    await bench.run(asyncio.gather(*calls))
    await bench.run(bench.gatherings.close())
