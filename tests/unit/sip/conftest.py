"""Endpoints without a network: two joined by a link that loses, delays and reorders by a seed, and one alone with a
peer that says exactly what a test wants."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from ringback.sip.dialog.session import InviteSession
from ringback.sip.digest import Credentials
from ringback.sip.endpoint import Destination, Endpoint, EndpointSettings, Screen, allow_everybody
from ringback.sip.events import CallAnswered, Event, Flow, IncomingCall, SessionId
from ringback.sip.message.address import NameAddress
from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.parser import parse_message
from ringback.sip.message.uri import SipUri
from ringback.sip.transaction.outgoing import RELIABLE_TRANSPORTS, Outgoing

OFFER = b"v=0\r\no=offer\r\n"
ANSWER = b"v=0\r\no=answer\r\n"


def seeded(seed: int) -> Callable[[int], bytes]:
    """Random bytes that are the same in each run."""
    return random.Random(seed).randbytes


def summary(message: Message) -> str:
    """`INVITE`, or `180 INVITE`."""
    return message.method if isinstance(message, Request) else f"{message.status} {message.cseq.method}"


@dataclass
class Party:
    """One endpoint of a link, its address, and what it was told."""

    name: str
    address: str
    endpoint: Endpoint
    port: int = 5060
    events: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda event: None

    def told(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def last(self, kind: type[Event]) -> Event:
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def session(self) -> InviteSession:
        """The session of the first event."""
        event = next(event for event in self.events if not hasattr(event, "transaction_id"))
        return self.session_of(event.session_id)

    def session_of(self, session_id: SessionId) -> InviteSession:
        session = self.endpoint.session(session_id)
        assert session is not None
        return session


@dataclass
class Link:
    """Alice and Bob in virtual time. `drops(sender, summary, count)` decides over each message; `count` is from 1."""

    alice: Party
    bob: Party
    transport: str
    seed: int
    delay: tuple[float, float]
    loss: float
    now: float = 0.0
    log: list[tuple[float, str, str]] = field(default_factory=list)
    drops: Callable[[str, str, int], bool] = lambda sender, what, count: False
    _queue: list[tuple[float, int, Party, bytes, Flow]] = field(default_factory=list)
    _order: int = 0
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def call(self, *, credentials: Credentials | None = None, sdp: bytes = OFFER) -> InviteSession:
        """Alice invites Bob."""
        session = self.alice.endpoint.invite(
            target=SipUri.parse(f"sip:bob@{self.bob.address};transport={self.transport}"),
            from_=NameAddress.parse(f"<sip:alice@{self.alice.address}>"),
            sdp=sdp,
            credentials=credentials,
            now=self.now,
        )
        self.pump()
        return session

    def established(self) -> tuple[InviteSession, InviteSession]:
        """Alice's and Bob's session of an answered call; the log begins afresh."""
        mine = self.call()
        self.run(1)
        yours = self.bob.session()
        yours.ring(self.now)
        yours.answer(ANSWER, self.now)
        self.run(1)
        assert isinstance(self.alice.events[-1], CallAnswered)
        self.log.clear()
        self.alice.events.clear()
        self.bob.events.clear()
        return mine, yours

    def run(self, seconds: float) -> None:
        """Let time pass: deliver what is under way, fire what is due."""
        end = self.now + seconds
        self.pump()
        while (when := self._next()) is not None and when <= end:
            self.now = max(self.now, when)
            while self._queue and self._queue[0][0] <= self.now:
                _, _, receiver, data, flow = heapq.heappop(self._queue)
                receiver.endpoint.receive_message(data, flow, self.now)
                self.pump()
            for party in (self.alice, self.bob):
                deadline = party.endpoint.next_deadline()
                if deadline is not None and deadline <= self.now:
                    party.endpoint.handle_timeout(self.now)
            self.pump()
        self.now = end

    def pump(self) -> None:
        """Drain both endpoints."""
        for party in (self.alice, self.bob, self.alice):
            for event in party.endpoint.events():
                party.events.append(event)
                party.on_event(event)
            for outgoing in party.endpoint.outgoing():
                self._send(party, outgoing)

    def sent_by(self, party: Party, *, of: str = "") -> list[str]:
        """What a party has sent, in order; `of` picks by the end of the summary."""
        return [what for _, sender, what in self.log if sender == party.name and what.endswith(of)]

    def times(self, party: Party, what: str) -> list[float]:
        return [at for at, sender, sent in self.log if sender == party.name and sent == what]

    def ladder(self) -> list[str]:
        """`alice INVITE`, `bob 100 INVITE` ..."""
        return [f"{sender} {what}" for _, sender, what in self.log]

    def _send(self, sender: Party, outgoing: Outgoing) -> None:
        receiver = self.bob if sender is self.alice else self.alice
        self._check_route(receiver, outgoing)
        sender.endpoint.route_chosen(outgoing, self._flow(sender, receiver))
        what = summary(parse_message(outgoing.data))
        self.log.append((round(self.now, 6), sender.name, what))
        count = self._counts[sender.name, what] = self._counts.get((sender.name, what), 0) + 1
        if self.drops(sender.name, what, count) or self._random.random() < self.loss:
            return
        self._order += 1
        arrival = self.now + self._random.uniform(*self.delay)
        heapq.heappush(self._queue, (arrival, self._order, receiver, outgoing.data, self._flow(receiver, sender)))

    def _check_route(self, receiver: Party, outgoing: Outgoing) -> None:
        host = outgoing.to.host if isinstance(outgoing.to, Destination) else outgoing.to.remote_address
        assert host == receiver.address, f"sent to {host}"

    def _flow(self, here: Party, there: Party) -> Flow:
        return Flow(
            transport=self.transport,
            remote_address=there.address,
            remote_port=there.port,
            local_address=here.address,
            local_port=here.port,
            connection_id=1 if self.transport in RELIABLE_TRANSPORTS else None,
        )

    def _next(self) -> float | None:
        times = [party.endpoint.next_deadline() for party in (self.alice, self.bob)]
        times.append(self._queue[0][0] if self._queue else None)
        return min((when for when in times if when is not None), default=None)


MakeLink = Callable[..., Link]


def make_link(
    *,
    transport: str = "udp",
    seed: int = 1,
    delay: tuple[float, float] = (0.0, 0.0),
    loss: float = 0.0,
    screen: Screen = allow_everybody,
    settings: EndpointSettings | None = None,
) -> Link:
    parties = []
    for number, name in enumerate(("alice", "bob"), start=1):
        endpoint = Endpoint(
            settings or EndpointSettings(),
            entropy=seeded(seed * 10 + number),
            screen=screen if name == "bob" else allow_everybody,
        )
        endpoint.listen_on(transport, f"192.0.2.{number}", 5060)
        parties.append(Party(name=name, address=f"192.0.2.{number}", endpoint=endpoint))
    return Link(alice=parties[0], bob=parties[1], transport=transport, seed=seed, delay=delay, loss=loss)


@pytest.fixture
def link() -> Link:
    """Alice and Bob over UDP that loses nothing and takes no time."""
    return make_link()


def on_the_wire(text: str) -> bytes:
    """A message written with LF, as bytes with CRLF in its head; the body stays as it is."""
    head, _, body = text.partition("\n\n")
    return (head.replace("\n", "\r\n") + "\r\n\r\n" + body).encode()


UDP_PEER = Flow(
    transport="udp", remote_address="192.0.2.9", remote_port=5060, local_address="192.0.2.1", local_port=5060
)


@dataclass
class Bench:
    """One endpoint at 192.0.2.1, and a peer at 192.0.2.9 that is the test itself."""

    endpoint: Endpoint
    flow: Flow = UDP_PEER
    now: float = 0.0

    def receive(self, text: str, *, flow: Flow | None = None) -> list[Message]:
        """The peer says this; what the endpoint answers at once."""
        self.endpoint.receive_datagram(on_the_wire(text), flow or self.flow, self.now)
        return self.sent()

    def sent(self) -> list[Message]:
        return [parse_message(outgoing.data) for outgoing in self.endpoint.outgoing()]

    def sent_summaries(self) -> list[str]:
        return [summary(message) for message in self.sent()]

    def wait(self, seconds: float) -> list[Message]:
        """Let time pass; what the endpoint sends meanwhile."""
        end, sent = self.now + seconds, self.sent()
        while (when := self.endpoint.next_deadline()) is not None and when <= end:
            self.now = max(self.now, when)
            self.endpoint.handle_timeout(self.now)
            sent += self.sent()
        self.now = end
        return sent

    def take_call(self) -> InviteSession:
        """The session of the IncomingCall that is waiting."""
        event = next(event for event in self.endpoint.events() if isinstance(event, IncomingCall))
        session = self.endpoint.session(event.session_id)
        assert session is not None
        return session

    def answered_call(self) -> tuple[InviteSession, str]:
        """A call from the peer, answered and acknowledged; the session and its tag."""
        self.receive(request_text(body="v=0\n"))
        session = self.take_call()
        session.answer(ANSWER, self.now)
        self.sent()
        self.receive(request_text("ACK", branch="z9hG4bKack", to_tag=session.local_tag))
        self.endpoint.events()
        return session, session.local_tag

    def place_call(self, target: str = "sip:callee@192.0.2.9", **more: object) -> tuple[InviteSession, Request]:
        """Invite the peer; the session and the INVITE as sent."""
        session = self.endpoint.invite(
            target=SipUri.parse(target),
            from_=NameAddress.parse("<sip:us@192.0.2.1>"),
            sdp=OFFER,
            now=self.now,
            **more,  # type: ignore[arg-type]
        )
        [invite] = self.sent()
        assert isinstance(invite, Request)
        return session, invite


def make_bench(
    *, screen: Screen = allow_everybody, settings: EndpointSettings | None = None, flow: Flow = UDP_PEER
) -> Bench:
    endpoint = Endpoint(settings or EndpointSettings(), entropy=seeded(7), screen=screen)
    endpoint.listen_on(flow.transport, "192.0.2.1", 5060)
    return Bench(endpoint=endpoint, flow=flow)


@pytest.fixture
def bench() -> Bench:
    return make_bench()


def request_text(
    method: str = "INVITE",
    *,
    uri: str = "sip:us@192.0.2.1",
    branch: str = "z9hG4bKone",
    to_tag: str = "",
    from_tag: str = "peer",
    call_id: str = "call-1",
    number: int = 1,
    headers: str = "",
    body: str = "",
    via: str = "",
    contact: str = "<sip:peer@192.0.2.9>",
) -> str:
    """A request of the peer. `headers` are whole lines."""
    via = via or f"SIP/2.0/UDP 192.0.2.9;branch={branch};rport"
    to = "<sip:us@192.0.2.1>" + (f";tag={to_tag}" if to_tag else "")
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: {via}",
        "Max-Forwards: 70",
        f"From: <sip:peer@192.0.2.9>;tag={from_tag}",
        f"To: {to}",
        f"Call-ID: {call_id}",
        f"CSeq: {number} {method}",
    ]
    lines += [f"Contact: {contact}"] if contact else []
    lines += headers.splitlines()
    lines += ["Content-Type: application/sdp"] if body and "Content-Type" not in headers else []
    return "\n".join([*lines, f"Content-Length: {len(body)}", "", body])


def response_text(request: Request, status: int, *, tag: str = "far", headers: str = "", body: str = "") -> str:
    """The peer's response to a request of ours."""
    to = str(request.to) if request.to.tag or status == 100 else f"{request.to};tag={tag}"
    lines = [f"SIP/2.0 {status} Words"]
    lines += [f"Via: {via}" for via in request.headers.get_lines("Via")]
    lines += [f"From: {request.from_}", f"To: {to}", f"Call-ID: {request.call_id}", f"CSeq: {request.cseq}"]
    lines += ["Contact: <sip:callee@192.0.2.9>"] if "Contact:" not in headers else []
    lines += headers.splitlines()
    lines += ["Content-Type: application/sdp"] if body else []
    return "\n".join([*lines, f"Content-Length: {len(body)}", "", body])


def only_response(messages: list[Message]) -> Response:
    [message] = messages
    assert isinstance(message, Response)
    return message


def only_request(messages: list[Message]) -> Request:
    [message] = messages
    assert isinstance(message, Request)
    return message
