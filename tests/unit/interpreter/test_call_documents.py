"""One run of documents after the other on a call that is moved (L-01, L-02), without SIP and without HTTP."""

import asyncio
from dataclasses import dataclass, field

import pytest

from ringback.interpreter.call_documents import OWED_SECONDS, CallDocuments
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.source import DocumentRequest, Fallback, LoadedDocument
from ringback.twiml.parser import parse_document
from tests.unit.interpreter.conftest import BASE, Bench, MemoryDocuments

LONG = '<Pause length="600"/>'


@dataclass(slots=True)
class Moving:
    """The documents of the bench's call; remembers the fallback of each run."""

    bench: Bench
    fallbacks: list[Fallback | None] = field(default_factory=list)
    made: CallDocuments = field(init=False)

    def __post_init__(self) -> None:
        self.made = CallDocuments(
            call=self.bench.call, interpreter=self._interpreter, fallback=None, clock=self.bench.clock
        )

    def _interpreter(self, fallback: Fallback | None) -> Interpreter:
        self.fallbacks.append(fallback)
        return self.bench.interpreter()

    async def begin(self, seconds: float = 5, **pages: str) -> "asyncio.Task[None]":
        self.bench.documents.pages.update({f"/{name}": body for name, body in pages.items()})
        running = asyncio.ensure_future(self.made.run(request("voice")))
        await self.bench.clock.advance(seconds)
        return running

    def to(self, page: str, fallback: Fallback | None = None) -> None:
        self.made.redirect(request(page), fallback=fallback)


def request(page: str) -> DocumentRequest:
    return DocumentRequest(url=f"{BASE}/{page}")


@pytest.fixture
def moving(bench: Bench) -> Moving:
    return Moving(bench)


async def test_it_returns_when_the_call_is_over(moving: Moving) -> None:
    running = await moving.begin(voice="<Say>hello</Say>")
    assert running.done()
    assert moving.bench.call.has_finished


async def test_the_new_document_follows_and_the_old_one_does_not_go_on(moving: Moving) -> None:
    running = await moving.begin(voice=f"<Say>hello</Say>{LONG}<Say>never</Say>", new="<Say>new</Say>")
    moving.to("new")
    await moving.bench.clock.advance(5)
    assert running.done()
    assert moving.bench.heard == ["hello", "new"]


async def test_inline_twiml_needs_no_request(moving: Moving) -> None:
    running = await moving.begin(voice=LONG)
    body = parse_document(b"<Response><Say>inline</Say></Response>")
    moving.made.redirect(LoadedDocument(url=None, body=body))
    await moving.bench.clock.advance(5)
    assert (moving.bench.asked, moving.bench.heard, running.done()) == (["/voice"], ["inline"], True)


async def test_a_move_before_the_first_document_takes_its_place(moving: Moving) -> None:
    moving.to("new")
    await moving.begin(voice="<Say>never</Say>", new="<Say>new</Say>")
    assert (moving.bench.asked, moving.bench.heard) == (["/new"], ["new"])


async def test_of_moves_in_a_row_only_the_last_is_run(moving: Moving) -> None:
    await moving.begin(voice=LONG, one="<Say>one</Say>", two="<Say>two</Say>")
    moving.to("one")
    moving.to("two")
    await moving.bench.clock.advance(5)
    assert (moving.bench.asked, moving.bench.heard) == (["/voice", "/two"], ["two"])


async def test_the_action_is_asked_first_and_its_answer_is_not_run(moving: Moving) -> None:
    await moving.begin(
        0.5, voice='<Dial action="/action">+15550001111</Dial>', action="<Say>never</Say>", new="<Say>new</Say>"
    )
    moving.to("new")
    await moving.bench.clock.advance(5)
    assert (moving.bench.asked, moving.bench.heard) == (["/voice", "/action", "/new"], ["new"])


@dataclass(slots=True)
class SlowAction(MemoryDocuments):
    """An app that takes ten seconds for `/action`."""

    bench: Bench | None = None
    answered_at: float | None = None

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        document = await MemoryDocuments.fetch(self, request)
        if request.url.endswith("/action") and self.bench is not None:
            await self.bench.clock.sleep(10)
            self.answered_at = self.bench.clock.now()
        return document


async def test_an_action_that_is_slow_is_waited_for_a_while_and_not_forgotten(moving: Moving) -> None:
    slow = moving.bench.documents = SlowAction({}, bench=moving.bench)
    running = await moving.begin(
        0.5, voice='<Dial action="/action">+15550001111</Dial>', new="<Say>new</Say>", action=""
    )
    moving.to("new")
    await moving.bench.clock.advance(OWED_SECONDS - 0.1)
    assert moving.bench.asked == ["/voice", "/action"]
    await moving.bench.clock.advance(3)
    assert moving.bench.heard == ["new"]
    assert moving.bench.call.has_finished
    assert not running.done()
    await moving.bench.clock.advance(5)
    assert (slow.answered_at, running.done()) == (10.5, True)


async def test_a_fallback_stays_until_another_one_is_given(moving: Moving) -> None:
    mine = Fallback(url=f"{BASE}/mine")
    await moving.begin(voice=LONG, new=LONG)
    moving.to("new", mine)
    await moving.bench.clock.advance(1)
    moving.to("new")
    await moving.bench.clock.advance(1)
    assert moving.fallbacks == [None, mine, mine]
    moving.bench.call.end()


async def test_a_call_that_ends_while_it_is_moved_asks_for_nothing(moving: Moving) -> None:
    running = await moving.begin(voice=f"<Say>hello</Say>{LONG}", new="<Say>new</Say>")
    moving.to("new")
    moving.bench.call.end()
    await moving.bench.clock.advance(1)
    assert (moving.bench.asked, running.done()) == (["/voice"], True)


async def test_it_may_be_cancelled_while_it_is_moved(moving: Moving) -> None:
    running = await moving.begin(voice='<Record timeout="0" action="/never"/>', new=LONG)
    moving.to("new")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await moving.bench.clock.settle()
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()
