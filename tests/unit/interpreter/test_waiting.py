"""What a call hears while it waits or is held: restricted documents on the call itself (twiml.md section 19)."""

import asyncio

from ringback.call.control import PlayedBytes
from ringback.call.queue import QueueFacts
from ringback.call.queue_request import DequeuedFacts
from ringback.interpreter.limits import Limits
from ringback.interpreter.source import DocumentRequest, LoadedDocument
from ringback.interpreter.waiting import CallWaiting
from ringback.model.sid import CallSid, QueueSid
from ringback.twiml.nodes import Conference, Enqueue, Queue
from tests.unit.interpreter.conftest import BASE, Bench, MemoryDocuments

HOLD = DocumentRequest(url=f"{BASE}/hold")
FACTS = QueueFacts(queue_sid=QueueSid("QU1"), position=2, seconds=9, average_seconds=5, size=3, max_size=1000)


def waiting(bench: Bench, **pages: str) -> CallWaiting:
    bench.documents.pages.update({f"/{name}": body for name, body in pages.items()})
    return CallWaiting(documents=bench.documents)


async def answered(bench: Bench) -> None:
    await bench.clock.run(bench.call.answer())


async def test_a_hold_document_runs_on_the_call_and_is_over_when_it_runs_out(bench: Bench) -> None:
    await answered(bench)
    hold = waiting(bench, hold="<Say>One moment.</Say><Redirect>/more</Redirect>", more="<Play>/a.wav</Play>").held(
        HOLD, bench.run()
    )
    assert await bench.clock.run(hold(bench.call))
    assert bench.heard == ["One moment.", f"{BASE}/a.wav"]


async def test_c_08_a_document_that_cannot_be_had_is_a_failure_at_any_point_of_the_chain(bench: Bench) -> None:
    await answered(bench)
    made = waiting(bench, hold="<Redirect>/nowhere</Redirect>")
    assert not await bench.clock.run(made.held(HOLD, bench.run())(bench.call))
    assert not await bench.clock.run(made.held(DocumentRequest(url=f"{BASE}/nowhere"), bench.run())(bench.call))


async def test_13238_a_verb_that_may_not_run_there_is_left_out(bench: Bench) -> None:
    await answered(bench)
    hold = waiting(bench, hold="<Dial>+15550001111</Dial><Say>One moment.</Say>").held(HOLD, bench.run())
    assert await bench.clock.run(hold(bench.call))
    assert bench.codes == [13238]
    assert bench.heard == ["One moment."]
    assert bench.dialled == []


async def test_c_07_a_file_is_asked_for_once_and_plays_until_the_wait_is_over(bench: Bench) -> None:
    class Music(MemoryDocuments):
        async def fetch(self, request: DocumentRequest) -> LoadedDocument:
            self.asked.append(request)
            return LoadedDocument(url=request.url, body=PlayedBytes(data=b"", content_type="audio/wav"))

    await answered(bench)
    documents = Music(pages={})
    hold = CallWaiting(documents=documents).held(HOLD, bench.run())
    task = asyncio.ensure_future(hold(bench.call))
    await bench.clock.advance(10)
    bench.call.end()
    assert await bench.clock.run(task)
    assert len(documents.asked) == 1
    assert len(bench.heard) == 4


async def test_none_is_music_and_empty_is_silence(bench: Bench) -> None:
    made = waiting(bench)
    run = bench.run()
    assert made.in_conference(Conference(name="team"), run) is not None
    assert made.in_conference(Conference(name="team", wait_url=""), run) is None
    assert made.in_queue(Enqueue(name="support"), run) is not None
    assert made.in_queue(Enqueue(name="support", wait_url=""), run) is None
    assert made.before_bridge(Queue(name="support"), run) is None


async def test_e_02_every_request_of_a_queues_wait_says_how_the_queue_is(bench: Bench) -> None:
    await answered(bench)
    verb = Enqueue(name="support", wait_url="/wait", wait_url_method="GET")
    document = waiting(bench, wait="<Redirect>/more</Redirect>", more="<Leave/>").in_queue(verb, bench.run())
    assert document is not None
    assert await bench.clock.run(document(bench.call, lambda: FACTS)) == "leave"
    assert [request.method for request in bench.documents.asked] == ["GET", "POST"]
    for request in bench.documents.asked:
        assert dict(request.parameters) == {
            "QueuePosition": "2",
            "QueueSid": "QU1",
            "QueueTime": "9",
            "AvgQueueTime": "5",
            "CurrentQueueSize": "3",
            "MaxQueueSize": "1000",
        }


async def test_e_03_a_wait_may_have_more_rounds_than_a_call_has_documents(bench: Bench) -> None:
    bench.limits = Limits(max_documents=3)
    await answered(bench)
    document = waiting(bench, wait='<Pause length="2"/>').in_queue(Enqueue(name="q", wait_url="/wait"), bench.run())
    assert document is not None

    def facts() -> QueueFacts:
        if len(bench.documents.asked) == 9:
            bench.documents.pages["/wait"] = "<Leave/>"
        return FACTS

    assert await bench.clock.run(document(bench.call, facts)) == "leave"
    assert len(bench.documents.asked) == 10


async def test_q_04_the_announcement_is_restricted_and_says_who_is_taken_by_whom(bench: Bench) -> None:
    await answered(bench)
    document = waiting(bench, now="<Gather/><Say>Now.</Say>").before_bridge(
        Queue(name="support", url="/now"), bench.run()
    )
    assert document is not None
    dequeued = DequeuedFacts(
        queue_sid=QueueSid("QU1"), call_sid=CallSid("CA1"), seconds=3, dequeuing_call_sid=CallSid("CA2")
    )
    await bench.clock.run(document(bench.call, dequeued))
    assert bench.heard == ["Now."]
    assert bench.codes == [13238]
    assert bench.last_parameters["DequeingCallSid"] == "CA2"
