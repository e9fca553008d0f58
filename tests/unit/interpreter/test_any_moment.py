"""A call may end, or its task be cancelled, at any moment of any verb: nothing is left running and nothing raises."""

import asyncio

import pytest

from ringback.call.control import DialResult
from ringback.interpreter.call_documents import CallDocuments
from ringback.interpreter.source import DocumentRequest
from tests.unit.interpreter.conftest import BASE, Bench

FLOW = {
    "/voice": "<Pause length='2'/><Say>Welcome to the flow</Say><Redirect>/menu</Redirect>",
    "/menu": '<Gather numDigits="2" timeout="3" action="/record"><Say>Press two keys</Say><Pause/>'
    "<Play>/a.wav</Play></Gather><Redirect>/record</Redirect>",
    "/record": '<Record timeout="4" action="/dial" recordingStatusCallback="/cb"/>',
    "/dial": '<Dial action="/end">+15550001111</Dial>',
    "/end": '<Play digits="1w2"/><Play>/missing.wav</Play><Say loop="3">Goodbye</Say>',
}
MOMENTS = [tenths / 10 for tenths in range(0, 180, 5)]


def prepare(bench: Bench) -> None:
    bench.documents.pages.update(FLOW)
    bench.dial_result = DialResult(status="completed", bridged=True)
    bench.clock.call_at(6.5, lambda: bench.call.press("1"))


async def leftovers(bench: Bench) -> set[asyncio.Task[object]]:
    await bench.clock.settle()
    current = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not current}


async def test_the_whole_flow_takes_as_long_as_the_moments_cover(bench: Bench) -> None:
    prepare(bench)
    await bench.runs()
    assert bench.clock.now() == pytest.approx(MOMENTS[-1])
    assert bench.asked == ["/voice", "/menu", "/record", "/dial", "/end"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_caller_may_leave_at_any_moment(moment: float, bench: Bench) -> None:
    prepare(bench)
    bench.clock.call_at(moment, bench.call.end)
    await bench.runs()
    assert bench.call.has_ended
    assert await leftovers(bench) == set()
    heard = len(bench.heard)
    await bench.clock.advance(60)
    assert len(bench.heard) == heard


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_task_may_be_cancelled_at_any_moment(moment: float, bench: Bench) -> None:
    prepare(bench)
    running = asyncio.ensure_future(bench.interpreter().run(DocumentRequest(url=f"{BASE}/voice")))
    await bench.clock.advance(moment)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await leftovers(bench) == set()
    assert bench.clock.next_deadline() in (None, 6.5)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_l_01_the_call_may_be_moved_at_any_moment(moment: float, bench: Bench) -> None:
    """What ran is left without a trace, and the new document is heard."""
    prepare(bench)
    bench.documents.pages["/new"] = "<Say>Something new</Say>"
    documents = CallDocuments(
        call=bench.call, interpreter=lambda _: bench.interpreter(), fallback=None, clock=bench.clock
    )
    running = asyncio.ensure_future(documents.run(DocumentRequest(url=f"{BASE}/voice")))
    await bench.clock.advance(moment)
    if running.done():
        return
    documents.redirect(DocumentRequest(url=f"{BASE}/new"))
    await bench.clock.advance(1.0)
    assert running.done()
    assert bench.heard[-1] == "Something new"
    assert bench.clock.next_deadline() in (None, 6.5)
    assert await leftovers(bench) == set()
