"""A call as the interpreter sees it: what each request of the door does, and that hanging up ends any of them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ringback.call.call import Call
from ringback.call.control import (
    CallEnded,
    MediaUnavailable,
    Played,
    RecordingStarted,
    RecordRequest,
    RecordResult,
    Spoken,
)
from ringback.model.call_status import CallStatus
from tests.unit.call.conftest import BASE, Bench

RECORD = RecordRequest(max_seconds=3600, silence_seconds=None, finish_on_key="#", play_beep=False, trim=False)


async def first_key(call: Call) -> str:
    async with call.digits() as keys:
        return await keys.next()


WAITING: dict[str, Callable[[Call], Awaitable[object]]] = {
    "play": lambda call: call.play(Spoken(text="one two three four")),
    "pause": lambda call: call.pause(60),
    "send digits": lambda call: call.send_digits("WWWWWW1"),
    "digits": first_key,
}


async def test_an_answer_makes_the_call_in_progress(bench: Bench) -> None:
    _, call = await bench.ringing()
    assert call.status is CallStatus.RINGING
    await bench.run(call.answer())
    assert (call.status, call.is_answered) == (CallStatus.IN_PROGRESS, True)
    assert [status for _, status in bench.journal.progressed] == [CallStatus.IN_PROGRESS]
    await call.answer()
    assert bench.wire.to("alice").count("200 INVITE") == 1


@pytest.mark.parametrize("what", list(WAITING))
async def test_bye_ends_whatever_the_call_does(bench: Bench, what: str) -> None:
    theirs, call = await bench.answered()
    waiting = asyncio.ensure_future(WAITING[what](call))
    await bench.wait(1)
    assert not waiting.done()
    theirs.hang_up()
    await bench.wait(0.1)
    with pytest.raises(CallEnded):
        waiting.result()
    assert bench.journal.ends == [("completed", 200)]


async def test_nothing_can_be_asked_of_a_call_that_is_over(bench: Bench) -> None:
    theirs, call = await bench.answered()
    theirs.hang_up()
    await bench.wait(0.1)
    for what in WAITING.values():
        with pytest.raises(CallEnded):
            await bench.run(what(call))
    with pytest.raises(CallEnded):
        await call.prefetch([Spoken(text="hello")])
    await call.hang_up()
    assert len(bench.journal.ended) == 1


async def test_a_call_can_be_cancelled_while_it_speaks(bench: Bench) -> None:
    _, call = await bench.answered()
    playing = asyncio.ensure_future(call.play(Spoken(text="one two three")))
    await bench.wait(0.5)
    assert bench.audio(call).playing is not None
    playing.cancel()
    await bench.wait(0.1)
    assert bench.audio(call).playing is None
    assert not call.has_ended


async def test_a_prompt_that_cannot_be_had_leaves_the_call_up(bench: Bench) -> None:
    _, call = await bench.answered()
    with pytest.raises(MediaUnavailable):
        await call.play(Played(url="http://app/missing.wav"))
    await bench.run(call.play(Played(url="http://app/there.wav")))
    assert bench.audio(call).heard == [bench.prompts.clips["http://app/there.wav"]]


@pytest.mark.parametrize(("reason", "status", "call_status"), [("busy", 486, "busy"), ("rejected", 603, "no-answer")])
async def test_reject_is_a_final_response(bench: Bench, reason: str, status: int, call_status: str) -> None:
    theirs, call = await bench.ringing()
    await call.reject("busy" if reason == "busy" else "rejected")
    assert (await bench.run(theirs.ended)).status == status
    assert bench.journal.ends == [(call_status, status)]


async def test_reject_of_an_answered_call_is_a_hang_up(bench: Bench) -> None:
    theirs, call = await bench.answered()
    await call.reject("busy")
    await bench.run(theirs.ended)
    assert bench.journal.ends == [("completed", 200)]


async def test_hangup_answers_a_ringing_call_first(bench: Bench) -> None:
    _, call = await bench.ringing()
    await bench.run(call.hang_up())
    await bench.wait(0.1)
    assert bench.wire.ladder("alice", "us")[-4:] == ["us 200 INVITE", "alice ACK", "us BYE", "alice 200 BYE"]
    assert bench.journal.ends == [("completed", 200)]


async def test_a_call_that_nothing_answered_is_480_and_no_answer(bench: Bench) -> None:
    theirs, call = await bench.ringing()
    await call.end_unanswered()
    assert (await bench.run(theirs.ended)).status == 480
    assert bench.journal.ends == [("no-answer", 480)]


async def test_a_call_that_the_server_gives_up_is_480_and_no_answer(bench: Bench) -> None:
    _, call = await bench.ringing()
    call.leg.hang_up()
    await bench.wait(0.1)
    assert bench.journal.ends == [("no-answer", 480)]


async def test_cancel_while_it_rings_is_canceled_and_pauses_end(bench: Bench) -> None:
    theirs, call = await bench.ringing()
    pausing = asyncio.ensure_future(call.pause(60))
    await bench.wait(1)
    theirs.hang_up()
    await bench.wait(0.1)
    assert bench.journal.ends == [("canceled", 487)]
    with pytest.raises(CallEnded):
        pausing.result()
    with pytest.raises(CallEnded):
        await call.answer()


async def test_in_01_a_lost_ack_ends_the_call_as_failed_after_32_seconds(bench: Bench) -> None:
    bench.wire.drops = lambda sent: sent.summary == "ACK"
    _, call = await bench.ringing()
    began = bench.clock.now()
    with pytest.raises(CallEnded):
        await bench.run(call.answer())
    assert bench.clock.now() - began == pytest.approx(32, abs=0.1)
    assert bench.journal.ends == [("failed", 408)]
    assert [code for code, _ in bench.journal.reports] == [32022]


async def test_no_free_port_refuses_with_503_and_is_reported(bench: Bench) -> None:
    theirs, call = await bench.ringing()
    bench.media.ports = 0
    with pytest.raises(CallEnded):
        await call.answer()
    assert (await bench.run(theirs.ended)).status == 503
    assert bench.journal.ends == [("failed", 503)]
    assert [code for code, _ in bench.journal.reports] == [32013]


# --- recordings


async def recorded(bench: Bench, call: Call, request: RecordRequest) -> "asyncio.Task[RecordResult]":
    task = asyncio.ensure_future(call.record(request))
    await bench.wait(2)
    return task


async def test_a_key_ends_a_recording_and_its_url_is_there_before_anybody_hears_of_it(bench: Bench) -> None:
    _, call = await bench.answered()
    recording = await recorded(bench, call, RECORD)
    bench.audio(call).press("12#")
    result = await recording
    assert (result.ended_by, result.seconds, result.status) == ("#", 2, "completed")
    assert result.url == f"{BASE}/2010-04-01/Accounts/{call.info.account_sid}/Recordings/{result.recording_sid}"
    assert (bench.folder / call.info.account_sid / f"{result.recording_sid}.wav").stat().st_size > 8000
    assert [record.status for record in bench.journal.recordings] == ["in-progress", "completed"]


async def test_what_ends_a_recording_is_told(bench: Bench) -> None:
    theirs, call = await bench.answered()
    silent = asyncio.ensure_future(
        call.record(RecordRequest(max_seconds=60, silence_seconds=5, finish_on_key="", play_beep=False, trim=False))
    )
    await bench.wait(2)
    assert bench.audio(call).recordings[-1].silence_seconds == 5
    bench.audio(call).recordings[-1].end("silence")
    assert (await bench.run(silent)).ended_by == "silence"
    long = call.record(
        RecordRequest(max_seconds=3, silence_seconds=None, finish_on_key="#", play_beep=True, trim=False)
    )
    result = await bench.run(long)
    assert (result.ended_by, result.seconds) == ("max-length", 3)
    assert bench.audio(call).heard == [bench.prompts.beep]
    last = await recorded(bench, call, RECORD)
    theirs.hang_up()
    await bench.wait(0.1)
    assert (last.result().ended_by, last.result().seconds) == ("hangup", 2)


async def test_a_hang_up_during_the_beep_is_an_absent_recording(bench: Bench) -> None:
    theirs, call = await bench.answered()
    request = RecordRequest(max_seconds=60, silence_seconds=None, finish_on_key="#", play_beep=True, trim=False)
    recording = asyncio.ensure_future(call.record(request))
    await bench.wait(0.1)
    theirs.hang_up()
    await bench.wait(0.5)
    result = recording.result()
    assert (result.ended_by, result.status, result.error_code) == ("hangup", "absent", 16101)


async def test_a_cancelled_recording_is_completed_all_the_same(bench: Bench) -> None:
    _, call = await bench.answered()
    recording = await recorded(bench, call, RECORD)
    recording.cancel()
    await bench.wait(0.1)
    assert recording.cancelled()
    assert [record.status for record in bench.journal.recordings] == ["in-progress", "completed"]
    assert bench.journal.recordings[-1].duration_seconds == 2


async def test_who_asked_is_told_that_a_recording_begins(bench: Bench) -> None:
    _, call = await bench.answered()
    started: list[RecordingStarted] = []
    request = RecordRequest(
        max_seconds=1, silence_seconds=None, finish_on_key="#", play_beep=False, trim=False, on_started=started.append
    )
    result = await bench.run(call.record(request))
    assert [(one.recording_sid, one.url) for one in started] == [(result.recording_sid, result.url)]
