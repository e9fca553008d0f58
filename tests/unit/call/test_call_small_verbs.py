"""The small things a call does for its document: echo, and keeping a message."""

import asyncio

import pytest

from ringback.call.control import CallEnded
from ringback.call.message_request import MessageRequest
from tests.unit.call.conftest import Bench


async def test_the_caller_hears_themselves_until_the_call_ends(bench: Bench) -> None:
    theirs, call = await bench.answered()
    echoing = asyncio.ensure_future(call.echo())
    await bench.wait(60)
    assert bench.audio(call).is_echoing
    theirs.hang_up()
    await bench.wait(0.1)
    with pytest.raises(CallEnded):
        echoing.result()


async def test_an_echo_that_is_cancelled_stops(bench: Bench) -> None:
    _, call = await bench.answered()
    echoing = asyncio.ensure_future(call.echo())
    await bench.wait(1)
    echoing.cancel()
    await bench.wait(0.1)
    assert not bench.audio(call).is_echoing


async def test_a_message_is_kept_with_its_call(bench: Bench) -> None:
    _, call = await bench.answered()
    sid = call.keep_message(MessageRequest(from_="+15550001111", to="+15550002222", body="Hello"))
    (record,) = bench.journal.messages
    assert (record.sid, record.call_sid, record.body, record.status) == (sid, call.info.call_sid, "Hello", "sent")
    assert sid.startswith("SM")
