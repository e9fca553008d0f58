"""SIP endpoints joined in memory, in virtual time: the face of `SipServer` without a socket."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from ringback.sip.endpoint import Destination, Endpoint, EndpointSettings, Screen, allow_everybody
from ringback.sip.events import Event, Flow
from ringback.sip.message.message import Message, Request
from ringback.sip.message.parser import parse_message
from ringback.sip.net.server import SipServer
from ringback.sip.transaction.outgoing import Outgoing
from ringback.testing.clock import VirtualClock, VirtualTimer

HOP_SECONDS = 0.001
"""What a message takes from one party to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message on the wire."""

    at: float
    sender: str
    receiver: str
    message: Message

    @property
    def summary(self) -> str:
        """`INVITE`, or `180 INVITE`."""
        if isinstance(self.message, Request):
            return self.message.method
        return f"{self.message.status} {self.message.cseq.method}"


@dataclass
class Wire:
    """Brings each message to the party of its address. What `drops` says yes to is lost."""

    clock: VirtualClock
    log: list[Sent] = field(default_factory=list)
    drops: Callable[[Sent], bool] = lambda sent: False
    _parties: dict[str, "MemorySip"] = field(default_factory=dict)

    def join(self, party: "MemorySip") -> None:
        self._parties[party.address] = party

    def alias(self, name: str, party: "MemorySip") -> None:
        """A name in the DNS."""
        self._parties[name] = party

    def send(self, sender: "MemorySip", outgoing: Outgoing) -> None:
        address = outgoing.to.host if isinstance(outgoing.to, Destination) else outgoing.to.remote_address
        receiver = self._parties.get(address)
        if receiver is None:
            is_name = re.search("[a-z]", address) is not None  # all addresses here are IPv4
            self.clock.call_at(self.clock.now() + HOP_SECONDS, lambda: sender.fail(outgoing, no_such_host=is_name))
            return
        data = sender.endpoint.route_chosen(outgoing, _flow(sender, receiver))
        sent = Sent(at=self.clock.now(), sender=sender.name, receiver=receiver.name, message=parse_message(data))
        self.log.append(sent)
        if not self.drops(sent):
            flow = _flow(receiver, sender)
            self.clock.call_at(self.clock.now() + HOP_SECONDS, lambda: receiver.receive(data, flow))

    def ladder(self, one: str, other: str) -> list[str]:
        """What two parties said to one another: `alice INVITE`, `us 100 INVITE`."""
        return [f"{sent.sender} {sent.summary}" for sent in self.log if {sent.sender, sent.receiver} == {one, other}]

    def to(self, receiver: str) -> list[str]:
        """What reached a party, in order."""
        return [sent.summary for sent in self.log if sent.receiver == receiver]

    def last(self, summary: str, *, to: str) -> Message:
        return next(s.message for s in reversed(self.log) if s.summary == summary and s.receiver == to)


class MemorySip:
    """One party of a wire: pumps its endpoint as `SipServer` does."""

    def __init__(self, wire: Wire, *, name: str, address: str, screen: Screen = allow_everybody) -> None:
        self.name = name
        self.address = address
        self.on_event: Callable[[Event], None] = lambda event: None
        self.endpoint = Endpoint(EndpointSettings(), entropy=random.Random(name).randbytes, screen=screen)
        self.endpoint.listen_on("udp", address, 5060)
        self._wire = wire
        self._is_pumping = False
        self._timer: VirtualTimer | None = None
        wire.join(self)

    def as_server(self) -> SipServer:
        return cast(SipServer, self)

    def receive(self, data: bytes, flow: Flow) -> None:
        self.endpoint.receive_datagram(data, flow, self._wire.clock.now())
        self.pump()

    def fail(self, outgoing: Outgoing, *, no_such_host: bool) -> None:
        self.endpoint.delivery_failed(outgoing, self._wire.clock.now(), no_such_host=no_such_host)
        self.pump()

    def pump(self) -> None:
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while self._pump_once():
                pass
        finally:
            self._is_pumping = False
        self._arm()

    def _pump_once(self) -> bool:
        events, outgoing = self.endpoint.events(), self.endpoint.outgoing()
        for event in events:
            self.on_event(event)
        for message in outgoing:
            self._wire.send(self, message)
        return bool(events or outgoing)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self.endpoint.next_deadline()
        self._timer = None if deadline is None else self._wire.clock.call_at(deadline, self._wake)

    def _wake(self) -> None:
        self.endpoint.handle_timeout(self._wire.clock.now())
        self.pump()


def _flow(here: MemorySip, there: MemorySip) -> Flow:
    return Flow(
        transport="udp",
        remote_address=there.address,
        remote_port=5060,
        local_address=here.address,
        local_port=5060,
    )
