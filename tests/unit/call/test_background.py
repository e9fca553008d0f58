"""Recordings in the background of a real call: begun, named, several at once, ended with the call (SS-01 to SS-05)."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from ringback.call.background import MAX_RECORDINGS
from ringback.call.background_recording import BackgroundRecording, RecordingRefused
from ringback.call.call import Call
from ringback.call.control import CallEnded, RecordingStarted, RecordResult
from ringback.media.errors import MediaError
from tests.peers.memory_media import MemoryRecording
from tests.unit.call.conftest import Bench


@dataclass
class Told:
    started: list[RecordingStarted] = field(default_factory=list)
    ended: list[RecordResult] = field(default_factory=list)

    def request(
        self, name: str | None = "one", *, track: Literal["inbound", "outbound", "both"] = "both", dual: bool = True
    ) -> BackgroundRecording:
        return BackgroundRecording(
            name=name,
            track=track,
            dual=dual,
            trim=False,
            on_started=self.started.append,
            on_ended=self.ended.append,
        )


def live(bench: Bench, call: Call) -> list[MemoryRecording]:
    return bench.audio(call).recordings


@pytest.mark.parametrize(
    ("track", "dual", "what", "channels"),
    [
        ("both", True, "dual", 2),
        ("both", False, "both", 1),
        ("inbound", True, "received", 1),
        ("outbound", True, "sent", 1),
    ],
)
async def test_track_and_channels_decide_what_is_recorded(
    bench: Bench, track: Literal["inbound", "outbound", "both"], dual: bool, what: str, channels: int
) -> None:
    _, call = await bench.answered()
    told = Told()
    call.start_recording(told.request(track=track, dual=dual))
    assert live(bench, call)[0].what == what
    assert told.started[0].channels == channels


async def test_a_recording_ends_with_the_call_and_its_file_is_told_of(bench: Bench) -> None:
    """SS-02."""
    theirs, call = await bench.answered()
    told = Told()
    call.start_recording(told.request())
    await bench.wait(5)
    theirs.hang_up()
    await bench.wait(0.1)
    await bench.run(call.finish())
    (result,) = told.ended
    assert (result.seconds, result.ended_by, result.status, result.channels) == (5, "hangup", "completed", 2)
    assert [record.status.value for record in bench.journal.recordings] == ["in-progress", "completed"]
    assert bench.journal.recordings[0].source == "StartCallRecordingTwiML"


async def test_stop_by_name_ends_that_one_only(bench: Bench) -> None:
    _, call = await bench.answered()
    told = Told()
    for name in ("one", "two"):
        call.start_recording(told.request(name))
    await bench.wait(2)
    assert call.stop_recording("one")
    await bench.wait(0.1)
    assert [recording.finished.done() for recording in live(bench, call)] == [True, False]
    assert told.ended[0].ended_by == "stop"
    assert not call.stop_recording("one")


async def test_a_name_is_free_again_after_its_stop_and_not_before(bench: Bench) -> None:
    _, call = await bench.answered()
    told = Told()
    call.start_recording(told.request())
    with pytest.raises(RecordingRefused, match="'one' is running"):
        call.start_recording(told.request())
    call.stop_recording("one")
    call.start_recording(told.request())
    assert len(told.started) == 2


async def test_no_more_than_the_limit_run_at_once(bench: Bench) -> None:
    _, call = await bench.answered()
    told = Told()
    for _ in range(MAX_RECORDINGS):
        call.start_recording(told.request(None))
    with pytest.raises(RecordingRefused, match="limit"):
        call.start_recording(told.request(None))


async def test_what_is_started_while_it_rings_begins_with_the_answer(bench: Bench) -> None:
    _, call = await bench.ringing()
    told = Told()
    call.start_recording(told.request("one"))
    call.start_recording(told.request("two"))
    assert call.stop_recording("two")
    assert told.started == []
    await bench.run(call.answer())
    assert len(told.started) == 1
    assert len(live(bench, call)) == 1


async def test_a_call_that_is_over_starts_nothing(bench: Bench) -> None:
    theirs, call = await bench.answered()
    theirs.hang_up()
    await bench.wait(0.1)
    with pytest.raises(CallEnded):
        call.start_recording(Told().request())


async def test_what_is_private_is_recorded_as_silence(bench: Bench) -> None:
    """PAY-04."""
    _, call = await bench.answered()
    call.start_recording(Told().request("before"))
    with call.private():
        call.start_recording(Told().request("during"))
    assert [recording.pauses for recording in live(bench, call)] == [["paused", "resumed"]] * 2


async def test_what_is_private_for_two_reasons_stays_so_until_both_are_over(bench: Bench) -> None:
    """PAY-04: `<Pay>` in a document, and a payment over REST on the same call."""
    _, call = await bench.answered()
    call.start_recording(Told().request())
    (recording,) = live(bench, call)
    with call.private():
        with call.private():
            pass
        assert call.background_recordings.is_private
        assert recording.pauses[-1] == "paused"
    assert recording.pauses[-1] == "resumed"


async def test_a_recording_that_cannot_be_written_is_absent_and_the_call_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, call = await bench.answered()
    told = Told()

    def fail(*_arguments: object, **_options: object) -> None:
        raise MediaError("no space left on device")

    monkeypatch.setattr(bench.audio(call), "start_recording", fail)
    call.start_recording(told.request())
    await bench.run(call.finish())
    assert [result.status for result in told.ended] == ["absent"]
    assert [record.status.value for record in bench.journal.recordings] == ["in-progress", "failed"]
    assert not call.has_ended


async def test_a_call_that_ends_in_private_leaves_its_recordings_whole(bench: Bench) -> None:
    theirs, call = await bench.answered()
    told = Told()
    call.start_recording(told.request())
    with call.private():
        await bench.wait(2)
        theirs.hang_up()
        await bench.wait(0.1)
    await bench.run(call.finish())
    assert [result.status for result in told.ended] == ["completed"]


async def test_a_private_moment_does_not_end_a_pause_that_was_asked_for(bench: Bench) -> None:
    """PAY-04, and rest-api.md 9.6."""
    _, call = await bench.answered()
    told = Told()
    call.start_recording(told.request())
    running = bench.parts.recordings.running(told.started[0].recording_sid)
    assert running is not None
    running.pause("skip")
    with call.private():
        pass
    assert "resumed" not in live(bench, call)[0].pauses


async def test_one_that_is_stopped_by_its_sid_is_complete_at_once(bench: Bench) -> None:
    _, call = await bench.answered()
    told = Told()
    call.start_recording(told.request())
    await bench.wait(2)
    (running,) = bench.parts.recordings.running_of_call(call.info.call_sid)
    running.stop()
    await bench.wait(0.1)
    assert [(result.status, result.ended_by) for result in told.ended] == [("completed", "stop")]
    assert bench.parts.recordings.running_of_call(call.info.call_sid) == []
