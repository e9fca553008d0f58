"""What a process left unsent is sent by the next one of its node."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import structlog

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallbackKind, CallbackState, CallRecord
from ringback.model.sid import CallSid
from ringback.services.resume_callbacks import RESUME_AGE, Resumed, next_sequence
from ringback.store.record_writer import record_writer
from ringback.webhooks.transcription_parameters import TranscriptionFacts, content_parameters, stopped_parameters
from tests.unit.services.callback_process import ACCOUNT, CALL, TOKEN, Process, held, left, new_process


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    async with new_process() as process:
        yield process


def of_42_seconds(call_sid: CallSid, began: datetime) -> CallRecord:
    return CallRecord(
        sid=call_sid,
        account_sid=ACCOUNT.sid,
        from_="a",
        to="b",
        direction=Direction.INBOUND,
        status=CallStatus.COMPLETED,
        created_at=began,
        answered_at=began,
        ended_at=began + timedelta(seconds=42),
    )


async def test_what_was_left_is_sent_once_in_order_and_before_what_is_new(process: Process) -> None:
    records = [left(number, process.clock) for number in (3, 1, 2)]
    await record_writer(process.database, node="main")([*records, left(4, process.clock, state=CallbackState.SENT)])
    await record_writer(process.database, node="other")([left(9, process.clock)])
    assert await next_sequence(process.database, "main") == 5
    assert await process.resume() == Resumed(queued=3)
    process.post("/new")
    await process.links.close(5)
    assert process.paths == ["/1", "/2", "/3", "/new"]
    assert [request.headers[TOKEN] for request in process.arrived[:3]] == ["token-1", "token-2", "token-3"]
    assert [request["SequenceNumber"] for request in process.arrived] == ["1", "2", "3", "new"]
    kept = await process.records()
    assert {kept[f"http://app.example/{number}"].state for number in (1, 2, 3)} == {CallbackState.SENT}
    assert kept["http://app.example/9"].state is CallbackState.WAITING, "another node's"
    assert await process.resume() == Resumed(), "and not once more"


async def test_what_is_too_old_is_given_up_and_the_author_told(process: Process) -> None:
    old = process.clock.utc_now() - RESUME_AGE - timedelta(minutes=1)
    await record_writer(process.database, node="main")([left(1, process.clock, created_at=old, queued_at=old)])
    assert await process.resume() == Resumed(given_up=1)
    await process.links.close(5)
    assert process.arrived == []
    ((record,), (note,)) = (await process.records()).values(), process.notes
    assert (record.state, record.error_code) == (CallbackState.FAILED, 15002)
    assert (note.error_code, note.call_sid, note.account_sid) == (15002, CALL, ACCOUNT.sid)
    assert "24 hours" in note.message


async def test_what_was_asked_for_again_lately_is_not_too_old(process: Process) -> None:
    old = process.clock.utc_now() - RESUME_AGE * 2
    await record_writer(process.database, node="main")([left(1, process.clock, created_at=old)])
    assert await process.resume() == Resumed(queued=1)


async def test_a_callback_of_an_account_that_is_gone_is_given_up(process: Process) -> None:
    await record_writer(process.database, node="main")([left(1, process.clock)])
    assert await process.resume(account=None) == Resumed(given_up=1)
    assert [note.error_code for note in process.notes] == [15002]


async def test_the_end_of_a_call_that_nobody_lived_to_tell_is_told_behind_what_waits(process: Process) -> None:
    call_sid, now = CallSid("CA" + "7" * 32), process.clock.utc_now()
    call = of_42_seconds(call_sid, now)
    waiting = left(8, process.clock, call_sid=call_sid)
    lost = CallSid("CA" + "8" * 32)
    unwanted = held(6, process.clock, CallSid("CA" + "9" * 32), finished_at=now)
    await record_writer(process.database, node="main")(
        [call, held(4, process.clock, call_sid), waiting, held(5, process.clock, lost), unwanted]
    )
    assert await process.resume() == Resumed(queued=3)
    await process.links.close(5)
    assert [path for path in process.paths if path != "/5"] == ["/8", "/4"]
    ends = {request["CallSid"]: request for request in process.arrived if "CallStatus" in request.parameters}
    assert set(ends) == {call_sid, lost}
    assert (ends[call_sid]["CallDuration"], ends[call_sid]["SequenceNumber"]) == ("42", "2")
    assert (ends[lost]["CallStatus"], ends[lost]["CallDuration"]) == ("failed", "0")
    kept = await process.records()
    assert kept["http://app.example/4"].state is CallbackState.SENT
    assert await process.resume() == Resumed(), "and not once more"


async def test_one_that_cannot_be_understood_is_given_up_and_the_others_are_sent(process: Process) -> None:
    """Another version of this server may have held other things: it must not keep this one from starting."""
    strange = left(4, process.clock, kind=CallbackKind.RECORDING, state=CallbackState.HELD)  # of which recording?
    await record_writer(process.database, node="main")([strange, left(8, process.clock)])
    with structlog.testing.capture_logs() as logs:
        assert await process.resume() == Resumed(queued=1, given_up=1)
    assert [log["event"] for log in logs] == ["what a held callback is to say cannot be put together"]
    await process.links.close(5)
    assert process.paths == ["/8"]
    assert (await process.records())["http://app.example/4"].state is CallbackState.FAILED


async def test_a_live_transcription_stops_with_the_call_that_a_crash_cut_off(process: Process) -> None:
    """twiml.md 15.3: its callbacks are counted on."""
    call_sid, now = CallSid("CA" + "7" * 32), process.clock.utc_now()
    call = of_42_seconds(call_sid, now)
    facts = TranscriptionFacts(sid="GT1", account_sid=ACCOUNT.sid, call_sid=call_sid, language="en-US")
    said = content_parameters(facts, now, 2, track="inbound_track", label=None, text="a", is_final=True, confidence=1.0)
    about: dict[str, object] = {"call_sid": call_sid, "kind": CallbackKind.TRANSCRIPTION}
    stopped = stopped_parameters(facts, now, 2)
    await record_writer(process.database, node="main")(
        [
            call,
            left(1, process.clock, parameters=said, state=CallbackState.SENT, **about),
            left(2, process.clock, parameters=stopped, state=CallbackState.HELD, **about),
        ]
    )
    assert await process.resume() == Resumed(queued=1)
    await process.links.close(5)
    (told,) = process.arrived
    assert tuple(told.parameters.items()) == stopped_parameters(facts, now + timedelta(seconds=42), 3)
