"""What an executor may use while it runs one verb: the call, the clock, the document's URL, and who to tell what."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol
from urllib.parse import urljoin

from ringback.call.conference_request import WaitDocument
from ringback.call.control import CallControl, MediaUnavailable, TransferPlan
from ringback.call.queue_request import MemberDocument, QueueDocument
from ringback.clock import Clock
from ringback.interpreter.limits import Limits
from ringback.interpreter.outcome import Goto, Method, Outcome, Pairs
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.interpreter.report import Report, Reporter
from ringback.twiml.nodes import Application, Conference, Dial, Enqueue, LegNoun, Node, Prompt, Queue

# Twilio's "verb not supported by this API version", here as a warning: the document goes on.
NOT_EXECUTED = 13750

# Twilio's SDKs can write these as verbs; they do something in their own verb only.
NESTED_ONLY: Mapping[type[Node], str] = MappingProxyType({Queue: "Dial", Prompt: "Pay"})
UNEXPECTED = 12200


class Callbacks(Protocol):
    """Sends asynchronous callbacks of one call (H-11): at least once, the reply ignored, nothing to wait for.

    What will be owed at the end of something is held from its beginning: the next process sends it, should this one die
    before it is sent or withdrawn. All three are one callback if they have the same `sid`.
    """

    def send(self, url: str, method: Method, parameters: Pairs, *, sid: str | None = None) -> None: ...

    def hold(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None: ...

    def withdraw(self, url: str, method: Method, parameters: Pairs, *, sid: str) -> None: ...


Screen = Callable[[CallControl], Awaitable[bool]]  # runs on the leg that answered; True: bridge it


class Transfer(TransferPlan, Protocol):
    """A `TransferPlan`, and what its document makes of the `<Dial>` in the end."""

    async def outcome(self) -> Outcome: ...


class Screening(Protocol):
    """Makes the screening of a dialled leg from the `url` of its noun (twiml.md 8.8), and transfers (7.6)."""

    def __call__(self, noun: LegNoun, run: "Run") -> Screen: ...

    def transfer(self, verb: Dial, run: "Run") -> Transfer: ...


class Waiting(Protocol):
    """Makes what a call hears while it waits (twiml.md section 19). None is silence."""

    def in_conference(self, noun: Conference, run: "Run") -> WaitDocument | None: ...

    def in_queue(self, verb: Enqueue, run: "Run") -> QueueDocument | None: ...

    def before_bridge(self, noun: Queue, run: "Run") -> MemberDocument | None:
        """What the call that is taken out of a queue hears first; None is nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledApplication:
    """An application that was found: `run` runs its documents on the child call until that is over."""

    run: Callable[[CallControl], Awaitable[None]]
    status_callback_url: str | None = None
    status_callback_method: Method = "POST"


class Applications(Protocol):
    """The voice apps that `<Dial><Application>` can connect to (twiml.md 8.6)."""

    def find(self, noun: Application, run: "Run") -> DialledApplication | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One document being run on a call. `document_url` is None for TwiML that came inline (D-12).

    `owns_number` says whether a `callerId` for a phone number is the account's own or verified (DI-14); None lets every
    number through. `payments` are the connectors of `<Pay>` by name. `leave_queue` is there in the wait document of a
    queue (twiml.md 9.1). Without `applications` none can be dialled, as in the document of one.
    """

    call: CallControl
    clock: Clock
    limits: Limits
    reporter: Reporter
    callbacks: Callbacks
    document_url: str | None
    screening: Screening
    waiting: Waiting
    owns_number: Callable[[str], bool] | None = None
    payments: Mapping[str, PaymentConnector] = field(default_factory=lambda: CONNECTORS)
    leave_queue: Callable[[], None] | None = None
    applications: Applications | None = None

    def url(self, written: str | None) -> str:
        """An attribute's URL against that of the document (D-13); empty or absent is the document itself (D-14)."""
        written = written or ""
        if self.document_url is None:
            return written
        try:
            return urljoin(self.document_url, written)
        except ValueError:
            return written

    def goto(self, written: str | None, method: Method, parameters: Pairs = ()) -> Goto:
        return Goto(url=self.url(written), method=method, parameters=parameters)

    def screen(self, noun: LegNoun) -> Screen | None:
        """What has to be run on the leg of this noun before it is bridged (SC-01)."""
        return self.screening(noun, self) if noun.url else None

    def report(
        self,
        code: int,
        message: str,
        *,
        node: Node,
        level: Literal["error", "warning"] = "warning",
        attribute: str | None = None,
        value: str | None = None,
    ) -> None:
        """Tell the app's author about this node."""
        self.reporter.report(
            Report(
                code=code,
                level=level,
                message=f"line {node.line}: {message}",
                url=self.document_url,
                line=node.line,
                element=type(node).__name__,
                attribute=attribute,
                value=value,
            )
        )

    def not_executed(self, node: Node, what: str = "") -> None:
        """Something of the document that is understood and left out."""
        if type(node) in NESTED_ONLY:
            message = f"<{type(node).__name__}> belongs inside <{NESTED_ONLY[type(node)]}>; on its own it is skipped"
            self.report(UNEXPECTED, message, node=node)
            return
        self.report(NOT_EXECUTED, f"<{type(node).__name__}{what}> is not executed yet and was skipped", node=node)

    def media_unavailable(self, problem: MediaUnavailable, node: Node, code: int | None = None) -> None:
        """A prompt that could not be had: an alert, and the document goes on (PLAY-08, F-06)."""
        where = f" ({problem.url})" if problem.url else ""
        self.report(code or problem.code, f"{problem.message}{where}", node=node, level="error", value=problem.url)
