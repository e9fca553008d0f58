"""Finished callbacks are shown to their account, and sent again."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ringback.model.record import CallbackState
from ringback.model.sid import AccountSid
from ringback.services.refusal import Refused
from ringback.services.resume_callbacks import next_sequence
from ringback.store.paging import PageRequest
from ringback.store.record_writer import record_writer
from tests.unit.services.callback_process import ACCOUNT, CALL, TOKEN, Process, held, left, new_process


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    async with new_process() as process:
        yield process


async def test_a_failed_callback_is_sent_again_when_it_is_asked_for(process: Process) -> None:
    process.status = 500
    process.post("/status")
    await process.links.of(ACCOUNT).delivery.close(5)
    (failed,) = (await process.records()).values()
    assert (failed.state, failed.error_code, failed.tries) == (CallbackState.FAILED, 15003, 1)
    again = Process(process.database, first_sequence=await next_sequence(process.database, "main"))
    replayed = await again.replay.replay(ACCOUNT, failed.sid)
    assert replayed is not None
    assert replayed.state is CallbackState.WAITING
    with pytest.raises(Refused) as caught:
        await again.replay.replay(ACCOUNT, failed.sid)
    assert (caught.value.code, caught.value.status) == (20409, 409)
    await again.end()
    (request,) = again.arrived
    assert request.headers[TOKEN] == process.arrived[0].headers[TOKEN]
    assert request.body == process.arrived[0].body
    (sent,) = (await process.records()).values()
    assert (sent.state, sent.tries, sent.error_code) == (CallbackState.SENT, 2, None)


async def test_another_accounts_callbacks_are_neither_shown_nor_sent(process: Process) -> None:
    await record_writer(process.database, node="main")([left(1, process.clock, state=CallbackState.FAILED)])
    other = replace(ACCOUNT, sid=AccountSid("AC" + "9" * 32))
    sid = left(1, process.clock).sid
    assert await process.replay.replay(other, sid) is None
    assert await process.replay.find(other.sid, sid) is None
    assert (await process.replay.page(other.sid, PageRequest())).records == ()
    assert len((await process.replay.page(ACCOUNT.sid, PageRequest(), state=CallbackState.FAILED)).records) == 1
    assert (await process.replay.page(ACCOUNT.sid, PageRequest(), state=CallbackState.SENT)).records == ()


async def test_what_is_held_is_neither_shown_nor_sent_by_hand(process: Process) -> None:
    record = held(1, process.clock, CALL)
    await record_writer(process.database, node="main")([record])
    assert (await process.replay.page(ACCOUNT.sid, PageRequest())).records == ()
    assert await process.replay.replay(ACCOUNT, record.sid) is None
