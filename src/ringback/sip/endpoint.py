"""`Endpoint`: the whole SIP stack as one sans-IO object. Bytes and time go in, events and bytes come out.

In: `receive_datagram` for what a socket brought, `receive_message` for one framed message of a stream,
`connection_lost`, `delivery_failed` and `route_chosen` from the network, `handle_timeout` when `next_deadline()` has
come. Out: `events()` and `outgoing()`, which both drain. Between them `session(id)` is the call itself.

`screen` is asked for each INVITE outside a dialog and each REGISTER, before anybody hears of it. What it refuses is
answered and forgotten when its transaction ends; above `max_refused` of them, in a flood, it is answered once and not
kept at all, so that strangers neither fill the table nor have answers sent again and again to an address that may not
be theirs (RFC 3261 section 26.3.2.4). OPTIONS is answered here, unknown methods get 405,
requests in unknown dialogs 481, merged ones 482. Above `max_transactions` or `max_sessions`, and while draining, a new
request is answered 503 without keeping anything (RFC 3261 section 8.2.7).

No bytes make any method of it raise. What cannot be answered is dropped and counted in `statistics`.
"""

from collections.abc import Callable, Sequence

from ringback.sip.answering import Answering
from ringback.sip.dialog.conversation import HeaderPairs, Received
from ringback.sip.dialog.dialog import MAX_FORWARDS
from ringback.sip.dialog.opening import Invitation, place_session, take_session
from ringback.sip.dialog.refresh import refusal_of_interval
from ringback.sip.dialog.session import InviteSession
from ringback.sip.dialog.stack import (
    ALLOWED_METHODS,
    SUPPORTED_EXTENSIONS,
    EndpointSettings,
    LocalAddress,
    Stack,
)
from ringback.sip.digest import Challenge, Credentials
from ringback.sip.errors import TooManySessions
from ringback.sip.events import Event, Flow, IncomingCall, RegisterReceived, SessionId
from ringback.sip.message.address import NameAddress
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request, Response, reply
from ringback.sip.message.parser import MalformedMessage, parse_message
from ringback.sip.message.uri import SipUri
from ringback.sip.message.validate import Refusal, refuse, validate_request
from ringback.sip.session_table import SessionTable
from ringback.sip.statistics import Statistics
from ringback.sip.transaction.layer import Transaction
from ringback.sip.transaction.outgoing import (
    Destination,
    Outgoing,
    TransactionId,
    stamp_source,
)

__all__ = [
    "Challenge",
    "Credentials",
    "Destination",
    "Endpoint",
    "EndpointSettings",
    "InviteSession",
    "LocalAddress",
    "Outgoing",
    "Refusal",
    "Statistics",
]

Screen = Callable[[Request, Flow, float], Refusal | Challenge | None]
KEEP_ALIVE = b"\r\n\r\n"
OUT_OF_DIALOG_METHODS = frozenset({"INVITE", "OPTIONS", "REGISTER"})


def _is_answerable(request: Request) -> bool:
    """Whether all is there that a response has to copy (RFC 3261 section 8.2.6.2)."""
    return all(name in request.headers for name in ("Via", "From", "To", "Call-ID", "CSeq"))


def _allowed_methods(request: Request) -> Sequence[str]:
    """MESSAGE is for calls alone: who says it outside of a dialog is not in one, and nobody it is for is here."""
    return [method for method in ALLOWED_METHODS if method != "MESSAGE" or request.to.tag is not None]


def allow_everybody(request: Request, flow: Flow, now: float) -> None:
    """The screen of an endpoint that nobody needs protection from, such as a phone in a test."""


class Endpoint:
    """See the module. `entropy(n)` gives n random bytes; tests give it a seed."""

    def __init__(
        self,
        settings: EndpointSettings,
        *,
        entropy: Callable[[int], bytes],
        screen: Screen = allow_everybody,
    ) -> None:
        self.settings = settings
        self.statistics = Statistics()
        self.is_draining = False
        self._screen = screen
        self._stack = Stack(settings, entropy)
        self._answering = Answering(self._stack, settings.user_agent, entropy)
        self._sessions = SessionTable()

    # --- in

    def listen_on(self, transport: str, host: str, port: int, *, is_wildcard: bool = False) -> None:
        """An address that the network has bound: what Via and Contact name."""
        self._stack.listen_on(LocalAddress(transport, host, port, is_wildcard))

    def receive_datagram(self, data: bytes, flow: Flow, now: float) -> None:
        if not data.strip(KEEP_ALIVE):
            return
        self.receive_message(data, flow, now)

    def receive_message(self, data: bytes, flow: Flow, now: float) -> None:
        """One message, whatever it is."""
        self.statistics.received += 1
        try:
            self._receive(data, flow, now)
        except MalformedHeader:
            self.statistics.malformed_dropped += 1
        self._settle(now)

    def connection_lost(self, flow: Flow, now: float) -> None:
        self._stack.layer.connection_lost(flow, now)
        self._settle(now)

    def delivery_failed(self, outgoing: Outgoing, now: float, *, no_such_host: bool = False) -> None:
        """Nobody could be reached with this: `no_such_host`, refused, unreachable."""
        if outgoing.transaction_id is not None:
            self._stack.layer.delivery_failed(outgoing.transaction_id, now, no_such_host=no_such_host)
            self._settle(now)

    def route_chosen(self, outgoing: Outgoing, flow: Flow) -> bytes:
        """The network sends this to `flow`; the bytes to send, with the Via of that transport."""
        if outgoing.transaction_id is None:
            return outgoing.data
        return self._stack.layer.route_chosen(outgoing.transaction_id, flow) or outgoing.data

    def handle_timeout(self, now: float) -> None:
        self._stack.layer.handle_timeout(now)
        self._settle(now)
        for session_id, name in self._stack.due_timers(now):
            if (session := self._sessions.get(session_id)) is not None:
                session.handle_timer(name, now)
                self._sessions.forget_if_over(session)
        self._settle(now)

    # --- out

    def next_deadline(self) -> float | None:
        return self._stack.next_deadline()

    def events(self) -> list[Event]:
        return self._stack.take_events()

    def outgoing(self) -> list[Outgoing]:
        return self._stack.layer.take_outgoing()

    def session(self, session_id: SessionId) -> InviteSession | None:
        return self._sessions.get(session_id)

    @property
    def open_sessions(self) -> int:
        """Sessions that have not ended."""
        return self._stack.open_sessions

    @property
    def open_transactions(self) -> int:
        return len(self._stack.layer)

    # --- what the floor above asks for

    def invite(
        self,
        *,
        target: SipUri,
        from_: NameAddress,
        to: NameAddress | None = None,
        sdp: bytes,
        headers: HeaderPairs = (),
        credentials: Credentials | None = None,
        route: Sequence[SipUri] = (),
        destination: Destination | Flow | None = None,
        call_id: str | None = None,
        max_forwards: int = MAX_FORWARDS,
        now: float,
    ) -> InviteSession:
        """Call somebody. `destination` is where the INVITE goes when that is not what `route` or `target` say."""
        if self._stack.open_sessions >= self.settings.max_sessions:
            raise TooManySessions(self.settings.max_sessions)
        invitation = Invitation(
            target=target,
            from_=from_,
            to=to,
            sdp=sdp,
            headers=headers,
            credentials=credentials,
            route=route,
            destination=destination,
            call_id=call_id,
            max_forwards=max_forwards,
        )
        session = place_session(self._stack, invitation, now)
        self._sessions.keep(session)
        return session

    def respond(self, event: RegisterReceived, status: int, now: float, headers: HeaderPairs = ()) -> None:
        """Answer a REGISTER."""
        self._answering.answer(event.request, TransactionId(event.transaction_id), refuse(status, None, *headers), now)

    def start_draining(self) -> None:
        """From now on new calls get 503 with Retry-After; those that run go on."""
        self.is_draining = True

    def _receive(self, data: bytes, flow: Flow, now: float) -> None:
        try:
            message = parse_message(data)
        except MalformedMessage as malformed:
            self._refuse_malformed(malformed, flow)
            return
        if isinstance(message, Request):
            self._receive_request(message, flow, now)
        else:
            self._receive_response(message, flow, now)

    # --- requests

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        refusal = validate_request(request, supported_extensions=SUPPORTED_EXTENSIONS)
        if refusal is not None and (request.method == "ACK" or not _is_answerable(request)):
            self.statistics.malformed_dropped += 1
            return
        stamp_source(request, flow)
        if refusal is not None:
            self.statistics.refused_as_wrong += 1
            self._answering.answer_statelessly(request, refusal, flow)
            return
        layer = self._stack.layer
        existing = layer.find(request)
        if existing is not None:
            layer.receive_copy(existing, request, now)
        elif request.method == "ACK":
            self._receive_ack(request, now)
        elif self._is_over_limit(request):
            self.statistics.refused_for_load += 1
            self._answering.answer_statelessly(request, self._overloaded(), flow)
        else:
            self._receive_new(request, flow, now)

    def _receive_new(self, request: Request, flow: Flow, now: float) -> None:
        is_initial = request.to.tag is None and request.method != "CANCEL"
        is_merged = is_initial and self._stack.layer.is_merged(request)
        transaction = self._stack.layer.open_server(request, flow, now)
        refusal = self._refusal_of_method(request) or (refuse(482) if is_merged else None)
        if refusal is not None:
            self._answering.answer(request, transaction.id, refusal, now)
        elif request.method == "CANCEL":
            self._receive_cancel(request, transaction, now)
        elif request.to.tag is not None and request.method != "OPTIONS" and request.method != "REGISTER":
            self._receive_in_dialog(request, transaction, flow, now)
        elif request.method == "OPTIONS":
            self._answer_options(request, transaction, now)
        else:
            self._screen_request(request, transaction, flow, now)

    def _refusal_of_method(self, request: Request) -> Refusal | None:
        allowed = _allowed_methods(request)
        if request.method not in allowed:
            return refuse(405, None, ("Allow", ", ".join(allowed)))
        if request.to.tag is None and request.method not in OUT_OF_DIALOG_METHODS | {"CANCEL"}:
            return refuse(481)
        return None

    def _receive_ack(self, ack: Request, now: float) -> None:
        session = self._sessions.of(ack)
        if session is None:
            self.statistics.stray_acks += 1
        else:
            session.receive_ack(ack, now)

    def _receive_cancel(self, cancel: Request, transaction: Transaction, now: float) -> None:
        """200 when the INVITE is there, whether or not it can still be cancelled (section 9.2)."""
        invite = self._stack.layer.find(cancel, method="INVITE")
        if invite is None:
            self._answering.answer(cancel, transaction.id, refuse(481), now)
            return
        session = self._sessions.get(invite.owner)
        tag = session.local_tag if session is not None else None
        self._answering.answer(cancel, transaction.id, Refusal(status=200, reason="OK"), now, to_tag=tag)
        if session is not None:
            session.receive_cancel(invite.id, now)
            self._sessions.forget_if_over(session)

    def _receive_in_dialog(self, request: Request, transaction: Transaction, flow: Flow, now: float) -> None:
        session = self._sessions.of(request)
        if session is None:
            self._answering.answer(request, transaction.id, refuse(481), now)
            return
        transaction.owner = session.id
        session.receive_request(Received(request=request, transaction_id=transaction.id), flow, now)
        self._sessions.forget_if_over(session)

    def _screen_request(self, request: Request, transaction: Transaction, flow: Flow, now: float) -> None:
        verdict = self._verdict(request, flow, now)
        if verdict is not None and self._stack.layer.refused_count >= self.settings.max_refused:
            self._stack.layer.abandon(transaction)
            self._answering.answer_statelessly(request, verdict, flow)
            return
        if request.method == "INVITE":
            self._stack.layer.respond(transaction.id, reply(request, 100), now)
        if verdict is not None:
            self._answering.refuse(request, transaction, verdict, now)
        elif request.method == "REGISTER":
            self._stack.emit(RegisterReceived(request=request, flow=flow, transaction_id=transaction.id))
        else:
            self._open_incoming(request, transaction, flow, now)

    def _verdict(self, request: Request, flow: Flow, now: float) -> Refusal | None:
        verdict = self._screen(request, flow, now)
        if isinstance(verdict, Challenge):
            verdict = refuse(407, None, *(("Proxy-Authenticate", value) for value in verdict.values))
        if verdict is None and request.method == "INVITE":
            verdict = refusal_of_interval(request, self.settings.min_session_seconds)
        if verdict is not None:
            self.statistics.refused_by_screen += 1
        return verdict

    def _open_incoming(self, request: Request, transaction: Transaction, flow: Flow, now: float) -> None:
        received = Received(request=request, transaction_id=transaction.id)
        try:
            session = take_session(self._stack, received, flow, now)
        except MalformedHeader as malformed:
            self._answering.answer(request, transaction.id, refuse(400, f"Bad {malformed.name} Header"), now)
            return
        transaction.owner = session.id
        self._sessions.keep(session)
        self._stack.emit(IncomingCall(session_id=session.id, request=request, flow=flow))

    def _answer_options(self, request: Request, transaction: Transaction, now: float) -> None:
        headers = (
            ("Allow", ", ".join(_allowed_methods(request))),
            ("Accept", "application/sdp"),
            ("Supported", ", ".join(SUPPORTED_EXTENSIONS)),
        )
        verdict = Refusal(status=200, reason="OK", headers=headers)
        if self.is_draining and request.to.tag is None:
            verdict = self._overloaded()
        self._answering.answer(request, transaction.id, verdict, now)

    # --- load

    def _is_over_limit(self, request: Request) -> bool:
        """Requests in dialogs, and CANCEL, are what makes load go away: only the table of transactions stops them."""
        if request.to.tag is not None or request.method == "CANCEL":
            return self.open_transactions >= 2 * self.settings.max_transactions
        is_full = self.open_transactions >= self.settings.max_transactions
        if request.method != "INVITE":
            return is_full
        return is_full or self.is_draining or self._stack.open_sessions >= self.settings.max_sessions

    def _overloaded(self) -> Refusal:
        return refuse(503, None, ("Retry-After", str(self.settings.retry_after_seconds)))

    def _refuse_malformed(self, malformed: MalformedMessage, flow: Flow) -> None:
        """A request that is broken but has what an answer needs gets it, without a transaction."""
        if malformed.owed is None or malformed.request is None:
            self.statistics.malformed_dropped += 1
            return
        status, reason = malformed.owed
        request = malformed.request
        stamp_source(request, flow)
        self._answering.answer_statelessly(request, Refusal(status=status, reason=reason), flow)
        self.statistics.malformed_answered += 1

    # --- responses

    def _receive_response(self, response: Response, flow: Flow, now: float) -> None:
        if not self._stack.layer.receive_response(response, now):
            self.statistics.stray_responses += 1
        self._hand_out(now, flow)

    def _settle(self, now: float) -> None:
        self._hand_out(now, None)

    def _hand_out(self, now: float, flow: Flow | None) -> None:
        """What transactions have to tell goes to the sessions that own them, until nothing new comes of it."""
        while indications := self._stack.layer.take_indications():
            for indication in indications:
                self._sessions.hand_to_owner(indication, flow, now)
