"""The transaction layer: keeps the transactions, feeds their machines, carries out what the tables say.

It sits between the endpoint, which parses, and the sessions, which use it. What concerns a user comes out of
`take_indications()`, what concerns the network out of `take_outgoing()`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ringback.sip.events import Flow, SessionId
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.via import Via
from ringback.sip.timers import Deadlines, Timer, TimerSettings
from ringback.sip.transaction.action import (
    Acknowledge,
    Action,
    BackOff,
    Deliver,
    Failure,
    Report,
    Resend,
    Send,
    StartAtT2,
    StartTimer,
    StopTimer,
)
from ringback.sip.transaction.client import INVITE_CLIENT, NON_INVITE_CLIENT
from ringback.sip.transaction.machine import Input, Machine, State, input_of_status, input_of_timer
from ringback.sip.transaction.matching import RequestIdentity, client_id, id_of_response, identity, server_id
from ringback.sip.transaction.outgoing import (
    DEFAULT_PORTS,
    RELIABLE_TRANSPORTS,
    Destination,
    Outgoing,
    TransactionId,
    response_route,
)
from ringback.sip.transaction.server import INVITE_SERVER, NON_INVITE_SERVER


class Transaction:
    """One running machine. Only the layer changes it."""

    __slots__ = (
        "fallback",
        "id",
        "intervals",
        "is_lost",
        "is_refused",
        "last_sent",
        "machine",
        "owner",
        "request",
        "state",
        "to",
    )

    def __init__(
        self,
        transaction_id: TransactionId,
        machine: Machine,
        request: Request,
        to: Flow | Destination,
        fallback: Destination | None,
        owner: SessionId | None,
    ) -> None:
        self.id = transaction_id
        self.machine = machine
        self.request = request
        self.to = to
        self.fallback = fallback
        self.owner = owner
        self.state = State.NEW
        self.is_refused = False
        self.is_lost = False  # DNS knows no address of where it goes
        self.last_sent: bytes | None = None
        self.intervals: dict[Timer, float] = {}

    @property
    def is_client(self) -> bool:
        return self.machine is INVITE_CLIENT or self.machine is NON_INVITE_CLIENT

    @property
    def is_reliable(self) -> bool:
        return transport_of(self.to) in RELIABLE_TRANSPORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReceived:
    """A response that is news to the owner of a client transaction."""

    transaction: Transaction
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class AckReceived:
    """An ACK to a 2xx that came with the INVITE's own branch (a peer of RFC 2543 style)."""

    transaction: Transaction
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFailed:
    """No answer in time, or nobody there to send to."""

    transaction: Transaction
    failure: Failure


Indication = ResponseReceived | AckReceived | TransactionFailed


def transport_of(to: Flow | Destination) -> str:
    """The transport that Via names; UDP until the network has chosen one, and where a peer named one nobody has."""
    return to.transport if to.transport in DEFAULT_PORTS else "udp"


class TransactionLayer:
    """All transactions of an endpoint. `sent_by(transport)` is the address that our Via names."""

    def __init__(
        self,
        timers: TimerSettings,
        *,
        sent_by: Callable[[str], tuple[str, int]],
        new_branch: Callable[[], str],
    ) -> None:
        self._timers = timers
        self._sent_by = sent_by
        self._new_branch = new_branch
        self._transactions: dict[TransactionId, Transaction] = {}
        self._identities: dict[RequestIdentity, TransactionId] = {}
        self._deadlines: Deadlines[tuple[TransactionId, Timer]] = Deadlines()
        self._outgoing: list[Outgoing] = []
        self._indications: list[Indication] = []
        self.refused_count = 0  # server transactions that are kept for nothing but a refusal

    def __len__(self) -> int:
        return len(self._transactions)

    def get(self, transaction_id: TransactionId) -> Transaction | None:
        return self._transactions.get(transaction_id)

    def take_outgoing(self) -> list[Outgoing]:
        taken, self._outgoing = self._outgoing, []
        return taken

    def take_indications(self) -> list[Indication]:
        taken, self._indications = self._indications, []
        return taken

    def next_deadline(self) -> float | None:
        return self._deadlines.next()

    def handle_timeout(self, now: float) -> None:
        for transaction_id, timer in self._deadlines.due(now):
            if (transaction := self._transactions.get(transaction_id)) is not None:
                self._step(transaction, input_of_timer(timer), None, now)

    # --- client side

    def send_request(
        self,
        request: Request,
        to: Flow | Destination,
        now: float,
        *,
        owner: SessionId | None,
        fallback: Destination | None = None,
        branch: str | None = None,
    ) -> TransactionId:
        """Send a request in a transaction of its own. `branch` is given for CANCEL, which bears that of its INVITE."""
        branch = branch or self._new_branch()
        self._add_via(request, to, branch)
        machine = INVITE_CLIENT if request.method == "INVITE" else NON_INVITE_CLIENT
        transaction = Transaction(client_id(branch, request.method), machine, request, to, fallback, owner)
        self._transactions[transaction.id] = transaction
        self._step(transaction, Input.REQUEST, request, now)
        return transaction.id

    def send_ack(self, request: Request, to: Flow | Destination, *, fallback: Destination | None = None) -> Outgoing:
        """Send the ACK to a 2xx, which belongs to no transaction; what is returned can be sent again."""
        self._add_via(request, to, self._new_branch())
        outgoing = Outgoing(data=request.to_bytes(), to=to, fallback=fallback)
        self._outgoing.append(outgoing)
        return outgoing

    def send_again(self, outgoing: Outgoing) -> None:
        self._outgoing.append(outgoing)

    def receive_response(self, response: Response, now: float) -> bool:
        """Whether a transaction wanted it. One that nobody asked for is dropped (RFC 3261 section 18.1.2)."""
        transaction = self._transactions.get(id_of_response(response))
        if transaction is None:
            return False
        self._step(transaction, input_of_status(response.status), response, now)
        return True

    def route_chosen(self, transaction_id: TransactionId, flow: Flow) -> bytes | None:
        """The network sends this request over `flow`: later copies, the ACK and the CANCEL go the same way.

        Gives the bytes to send when the transport is another one than Via had assumed.
        """
        transaction = self._transactions.get(transaction_id)
        if transaction is None or transaction.last_sent is None or not isinstance(transaction.to, Destination):
            return None
        assumed = transport_of(transaction.to)
        transaction.fallback, transaction.to = transaction.to, flow
        if flow.transport == assumed:
            return None
        self._rewrite_via(transaction.request, flow.transport)
        for timer in (Timer.A, Timer.E) if transaction.is_reliable else ():
            self._deadlines.cancel((transaction.id, timer))
        transaction.last_sent = transaction.request.to_bytes()
        return transaction.last_sent

    # --- server side

    def find(self, request: Request, *, method: str | None = None) -> Transaction | None:
        """The server transaction this request belongs to, or with `method` the one it is about."""
        return self._transactions.get(server_id(request, method=method))

    def open_server(self, request: Request, flow: Flow, now: float) -> Transaction:
        """Begin a server transaction; the caller is its user and answers it."""
        to, fallback = response_route(request, flow)
        machine = INVITE_SERVER if request.method == "INVITE" else NON_INVITE_SERVER
        transaction = Transaction(server_id(request), machine, request, to, fallback, None)
        self._transactions[transaction.id] = transaction
        self._identities.setdefault(identity(request), transaction.id)
        transaction.state = machine.step(State.NEW, Input.REQUEST)[1]
        return transaction

    def is_merged(self, request: Request) -> bool:
        """Whether this request is here already on another path (RFC 3261 section 8.2.2.2)."""
        return self._identities.get(identity(request), server_id(request)) != server_id(request)

    def receive_copy(self, transaction: Transaction, request: Request, now: float) -> None:
        """A retransmission, or the ACK, of the request of a server transaction."""
        event = Input.ACK if request.method == "ACK" else Input.REQUEST
        if event in transaction.machine.inputs:
            self._step(transaction, event, request, now)

    def respond(self, transaction_id: TransactionId, response: Response, now: float) -> bool:
        """Send a response; nothing happens when the transaction is over."""
        transaction = self._transactions.get(transaction_id)
        if transaction is None:
            return False
        self._step(transaction, input_of_status(response.status), response, now)
        return True

    def refuse(self, transaction: Transaction, response: Response, now: float) -> None:
        """The final response to somebody who has not been let in; counted while its copies may have to be sent."""
        transaction.is_refused = True
        self.refused_count += 1
        self.respond(transaction.id, response, now)

    def abandon(self, transaction: Transaction) -> None:
        """Forget a server transaction that has sent nothing yet."""
        self._forget(transaction)

    def respond_statelessly(self, request: Request, response: Response, flow: Flow) -> None:
        """Answer without keeping anything (RFC 3261 section 8.2.7); a copy of the request is answered afresh."""
        to, fallback = response_route(request, flow)
        self._outgoing.append(Outgoing(data=response.to_bytes(), to=to, fallback=fallback))

    # --- network trouble

    def delivery_failed(self, transaction_id: TransactionId, now: float, *, no_such_host: bool = False) -> None:
        """The network could not send what this transaction last gave it."""
        if (transaction := self._transactions.get(transaction_id)) is not None:
            transaction.is_lost = no_such_host
            self._step(transaction, Input.TRANSPORT_ERROR, None, now)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """A connection broke: what waits for an answer on it fails now, not after 32 seconds."""
        for transaction in [each for each in self._transactions.values() if each.is_client and each.to == flow]:
            self._step(transaction, Input.TRANSPORT_ERROR, None, now)

    # --- running the tables

    def _step(self, transaction: Transaction, event: Input, message: Message | None, now: float) -> None:
        actions, transaction.state = transaction.machine.step(transaction.state, event)
        elapsed: list[Timer] = []
        for action in actions:
            self._perform(transaction, action, message, now, elapsed)
        for timer in elapsed:
            self._step(transaction, input_of_timer(timer), None, now)
        if transaction.state is State.TERMINATED:
            self._forget(transaction)

    def _perform(
        self, transaction: Transaction, action: Action, message: Message | None, now: float, elapsed: list[Timer]
    ) -> None:
        match action:
            case Send():
                assert message is not None, "the tables send only what came in"
                transaction.last_sent = message.to_bytes()
                self._transmit(transaction, transaction.last_sent)
            case Resend():
                if transaction.last_sent is not None:
                    self._transmit(transaction, transaction.last_sent)
            case Acknowledge():
                assert isinstance(message, Response), "only responses are acknowledged"
                self._transmit(transaction, acknowledgement(transaction.request, message).to_bytes())
            case Deliver() if isinstance(message, Response):
                self._indications.append(ResponseReceived(transaction=transaction, response=message))
            case Deliver() if isinstance(message, Request):
                self._indications.append(AckReceived(transaction=transaction, request=message))
            case StartTimer() | BackOff() | StartAtT2():
                self._start(transaction, action, now, elapsed)
            case StopTimer(timer):
                self._deadlines.cancel((transaction.id, timer))
            case Report(failure):
                if failure is Failure.TRANSPORT and transaction.is_lost:
                    failure = Failure.NO_SUCH_HOST
                self._indications.append(TransactionFailed(transaction=transaction, failure=failure))

    def _start(
        self, transaction: Transaction, action: StartTimer | BackOff | StartAtT2, now: float, elapsed: list[Timer]
    ) -> None:
        seconds: float | None
        match action:
            case StartTimer(timer):
                seconds = self._timers.seconds(timer, reliable=transaction.is_reliable)
            case BackOff(timer):
                seconds = self._timers.backed_off(timer, transaction.intervals.get(timer, self._timers.t1))
            case StartAtT2(timer):
                seconds = self._timers.t2
        if seconds is None:
            return
        transaction.intervals[timer] = seconds
        if seconds == 0:
            elapsed.append(timer)
        else:
            self._deadlines.set((transaction.id, timer), now + seconds)

    def _transmit(self, transaction: Transaction, data: bytes) -> None:
        self._outgoing.append(
            Outgoing(data=data, to=transaction.to, fallback=transaction.fallback, transaction_id=transaction.id)
        )

    def _forget(self, transaction: Transaction) -> None:
        was_there = self._transactions.pop(transaction.id, None) is not None
        if was_there and transaction.is_refused:
            self.refused_count -= 1
        if not transaction.is_client:
            key = identity(transaction.request)
            if self._identities.get(key) == transaction.id:
                del self._identities[key]

    def _add_via(self, request: Request, to: Flow | Destination, branch: str) -> None:
        transport = transport_of(to)
        host, port = self._sent_by(transport)
        shown = None if port == DEFAULT_PORTS.get(transport) else port
        via = Via.parse(f"SIP/2.0/{transport.upper()} {_bracketed(host, shown)};branch={branch};rport")
        request.headers.prepend("Via", str(via))

    def _rewrite_via(self, request: Request, transport: str) -> None:
        host, port = self._sent_by(transport)
        via = replace(request.via, transport=transport.upper(), host=host, port=port)
        request.headers.replace_first("Via", str(via))


def _bracketed(host: str, port: int | None) -> str:
    text = f"[{host}]" if ":" in host else host
    return text if port is None else f"{text}:{port}"


def acknowledgement(invite: Request, response: Response) -> Request:
    """The ACK to a final response of 300 or more (RFC 3261 section 17.1.1.3).

    It bears the Request-URI, the top Via with its branch, From, Call-ID and Route of the INVITE, and the To of the
    response.
    """
    headers = Headers([("Via", str(invite.via))])
    for name in ("From", "Call-ID"):
        headers.add(name, invite.headers.get(name) or "")
    headers.add("To", response.headers.get("To") or invite.headers.get("To") or "")
    headers.add("CSeq", str(CSeq(number=invite.cseq.number, method="ACK")))
    headers.add("Max-Forwards", invite.headers.get("Max-Forwards") or "70")
    for route in invite.headers.get_lines("Route"):
        headers.add("Route", route)
    return Request(method="ACK", uri=invite.uri, headers=headers, body=b"")
