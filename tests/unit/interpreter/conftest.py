"""A call, documents and a reporter in memory, for the interpreter alone: no HTTP, no network, no time."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ringback.call.control import CallControl, CallEnded, CallInfo, DialRequest, DialResult
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.limits import Limits
from ringback.interpreter.outcome import Method, Pairs
from ringback.interpreter.run import Run
from ringback.interpreter.screening import LegScreening
from ringback.interpreter.source import DocumentRequest, LoadedDocument
from ringback.interpreter.waiting import CallWaiting
from ringback.model.call_status import Direction
from ringback.model.sid import AccountSid, CallSid
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.testing.virtual_call import VirtualCall, World
from ringback.testing.virtual_recording import RecordingRoom
from ringback.testing.virtual_speech import listen
from ringback.twiml.nodes import Verb
from ringback.twiml.parser import parse_document

BASE = "http://app.example"


@dataclass(slots=True)
class MemoryDocuments:
    """Documents by path; what is not there is unavailable. Remembers what it was asked for."""

    pages: dict[str, str]
    asked: list[DocumentRequest] = field(default_factory=list)

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        self.asked.append(request)
        body = self.pages.get(request.url.removeprefix(BASE))
        if body is None:
            raise DocumentUnavailable(11200, "no such page")
        return LoadedDocument(url=request.url, body=parse_document(f"<Response>{body}</Response>".encode()))

    def for_call(self, call: CallControl) -> "MemoryDocuments":
        return self


@dataclass(slots=True)
class SentCallbacks:
    """`held` is what a crash would leave to the next process, by SID."""

    sent: list[tuple[str, Method, dict[str, str]]] = field(default_factory=list)
    held: dict[str, tuple[str, Method, dict[str, str]]] = field(default_factory=dict)

    def send(self, url: str, method: Method, parameters: Pairs, *, sid: str | None = None) -> None:
        self.held.pop(sid or "", None)
        self.sent.append((url, method, dict(parameters)))

    def hold(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None:
        self.held[sid] = (url, method, dict(parameters))

    def withdraw(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None:
        self.held.pop(sid, None)


@dataclass(slots=True)
class Bench:
    """One call on a bench: the parts, and how to put documents or single verbs on them."""

    clock: VirtualClock
    journal: Journal
    call: VirtualCall
    callbacks: SentCallbacks
    documents: MemoryDocuments
    dialled: list[DialRequest]
    dial_result: DialResult = field(default_factory=lambda: DialResult(status="no-answer"))
    limits: Limits = field(default_factory=Limits)
    owns_number: Callable[[str], bool] | None = None

    def run(self) -> Run:
        return Run(
            call=self.call,
            clock=self.clock,
            limits=self.limits,
            reporter=self.journal,
            callbacks=self.callbacks,
            document_url=f"{BASE}/calls/now?x=1",
            screening=LegScreening(documents=self.documents),
            waiting=CallWaiting(documents=self.documents),
            owns_number=self.owns_number,
        )

    def interpreter(self) -> Interpreter:
        return Interpreter(
            call=self.call,
            documents=self.documents,
            reporter=self.journal,
            callbacks=self.callbacks,
            clock=self.clock,
            limits=self.limits,
            owns_number=self.owns_number,
        )

    async def runs(self, **pages: str) -> None:
        """Run the page `voice` and what it leads to, until the call is over."""
        self.documents.pages.update({f"/{name}": body for name, body in pages.items()})
        await self.clock.run(self.interpreter().run(DocumentRequest(url=f"{BASE}/voice")))

    def verb(self, text: str) -> Verb:
        return parse_document(f"<Response>{text}</Response>".encode()).verbs[0]

    def came_from(self, from_: str, *, to: str = "+15550002222", domain: str | None = None) -> None:
        """Make it a call from the telephone network, or from a phone of a SIP Domain."""
        sip_parameters = (("SipDomain", domain),) if domain else ()
        info = replace(self.call.info, from_=from_, to=to, sip_parameters=sip_parameters)
        self.call = VirtualCall(info=info, world=self.call.world)

    @property
    def codes(self) -> list[int]:
        return [problem.code for problem in self.journal.problems]

    @property
    def heard(self) -> list[str]:
        return self.journal.transcript().heard

    @property
    def asked(self) -> list[str]:
        return [request.url.removeprefix(BASE) for request in self.documents.asked]

    @property
    def last_parameters(self) -> dict[str, str]:
        return dict(self.documents.asked[-1].parameters)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def bench(clock: VirtualClock) -> Bench:
    journal = Journal()
    dialled: list[DialRequest] = []
    recordings = RecordingRoom(BASE)

    async def dial(call: VirtualCall, request: DialRequest) -> DialResult:
        dialled.append(request)
        with contextlib.suppress(CallEnded):
            await call.pause(1)
        recording = made.dial_result.recording
        if recording is not None and request.record is not None and request.record.on_ended is not None:
            request.record.on_ended(recording)
        return made.dial_result

    info = CallInfo(
        call_sid=CallSid("CA" + "1" * 32),
        account_sid=AccountSid("AC" + "1" * 32),
        from_="sip:alice@example.com",
        to="sip:demo@example.com",
        direction=Direction.INBOUND,
        sip_parameters=(("SipDomain", "example.com"),),
    )
    world = World(
        clock=clock,
        journal=journal,
        media={f"{BASE}/a.wav": 2.0},
        dial=dial,
        record=recordings.record,
        listen=listen,
    )
    made = Bench(
        clock=clock,
        journal=journal,
        call=VirtualCall(info=info, world=world),
        callbacks=SentCallbacks(),
        documents=MemoryDocuments({}),
        dialled=dialled,
    )
    return made
