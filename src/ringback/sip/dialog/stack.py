"""What a session may ask of the endpoint it lives in: transactions, timers, events, identifiers, our own addresses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import NamedTuple

from ringback.sip.dialog.dialog import Dialog
from ringback.sip.events import Event, Flow, SessionId
from ringback.sip.message.grammar import Parameters
from ringback.sip.message.uri import SipUri
from ringback.sip.message.via import MAGIC_COOKIE
from ringback.sip.timers import Deadlines, TimerSettings
from ringback.sip.transaction.layer import TransactionLayer
from ringback.sip.transaction.outgoing import DEFAULT_PORTS, RELIABLE_TRANSPORTS, Destination

ALLOWED_METHODS = (
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "INFO",
    "UPDATE",
    "REFER",
    "NOTIFY",
    "MESSAGE",
    "REGISTER",
)
SUPPORTED_EXTENSIONS = ("timer",)
"""RFC 4028. 100rel is not among them: a request that requires it gets 420."""
TOKEN_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """What can be set of an endpoint. `advertise` is the host written in Via and Contact, if not the bound address."""

    user_agent: str = "Ringback"
    advertise: str | None = None
    timers: TimerSettings = field(default_factory=TimerSettings)
    max_transactions: int = 50_000
    max_sessions: int = 10_000
    max_refused: int = 1_000  # transactions kept for the screen's refusals; more are refused without keeping anything
    retry_after_seconds: int = 10
    min_session_seconds: int = 90  # RFC 4028 section 5: never below 90
    session_seconds: int | None = None  # the interval that we ask for ourselves (RFC 4028); None: we do not
    ring_again_seconds: float = 60.0  # RFC 3261 section 13.3.1.1: keep proxies from giving up


class LocalAddress(NamedTuple):
    """An address we listen on. A wildcard listener is shown by one address, and reached at every one of the machine."""

    transport: str
    host: str
    port: int
    is_wildcard: bool = False


class Hop(NamedTuple):
    """Where a request goes, and where else when that connection is gone."""

    to: Flow | Destination
    fallback: Destination | None = None


class Stack:
    """Shared by all sessions of one endpoint; holds no session itself."""

    def __init__(self, settings: EndpointSettings, entropy: Callable[[int], bytes]) -> None:
        self.settings = settings
        self.open_sessions = 0
        self._entropy = entropy
        self._events: list[Event] = []
        self._timers: Deadlines[tuple[SessionId, str]] = Deadlines()
        self._listeners: list[LocalAddress] = []
        self.layer = TransactionLayer(settings.timers, sent_by=self.sent_by, new_branch=self.new_branch)

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def take_events(self) -> list[Event]:
        taken, self._events = self._events, []
        return taken

    # --- timers of sessions, named by session and purpose

    def start_timer(self, session_id: SessionId, name: str, when: float) -> None:
        self._timers.set((session_id, name), when)

    def stop_timer(self, session_id: SessionId, name: str) -> None:
        self._timers.cancel((session_id, name))

    def next_deadline(self) -> float | None:
        deadlines = [when for when in (self._timers.next(), self.layer.next_deadline()) if when is not None]
        return min(deadlines, default=None)

    def due_timers(self, now: float) -> Sequence[tuple[SessionId, str]]:
        return list(self._timers.due(now))

    # --- identifiers

    def new_token(self) -> str:
        """Unguessable and unique: for tags, Call-IDs, client nonces (RFC 3261 section 19.3 asks for 32 bits)."""
        return self._entropy(TOKEN_BYTES).hex()

    def new_branch(self) -> str:
        return MAGIC_COOKIE + self._entropy(TOKEN_BYTES).hex()

    def random_seconds(self, low: float, high: float) -> float:
        """Between `low` and `high`, in steps of 10 ms (RFC 3261 section 14.1)."""
        steps = round((high - low) / 0.01)
        return low + 0.01 * (int.from_bytes(self._entropy(4), "big") % (steps + 1))

    # --- our addresses

    def listen_on(self, address: LocalAddress) -> None:
        self._listeners.append(address)

    def sent_by(self, transport: str) -> tuple[str, int]:
        """What our Via names for a request over this transport."""
        address = self._listener(transport, None)
        return self.settings.advertise or address.host, address.port

    def contact(self, flow: Flow | Destination | None, *, user: str | None, secure: bool = False) -> SipUri:
        """Where the peer reaches us in this dialog: over the transport it uses already, if we listen there."""
        transport = (flow.transport if flow is not None else None) or "udp"
        address = self._listener(transport, flow if isinstance(flow, Flow) else None)
        host = self.settings.advertise or address.host
        parameters = Parameters() if address.transport == "udp" else Parameters({"transport": address.transport})
        port = None if address.port == DEFAULT_PORTS[address.transport] else address.port
        scheme = "sips" if secure else "sip"
        return SipUri(scheme=scheme, user=user, host=host, port=port, parameters=parameters)

    def _listener(self, transport: str, flow: Flow | None) -> LocalAddress:
        same = [address for address in self._listeners if address.transport == transport]
        if flow is not None:
            for address in same:
                if flow.local_port == address.port and (address.is_wildcard or flow.local_address == address.host):
                    return LocalAddress(transport, flow.local_address, address.port)
        if same:
            return same[0]
        # Not listening on that transport: answers come back on the connection; requests may come where we do listen.
        return self._listeners[0] if self._listeners else LocalAddress(transport, "127.0.0.1", DEFAULT_PORTS[transport])

    # --- routing

    def hop(self, dialog: Dialog, flow: Flow | None) -> Hop:
        """Where a request in this dialog goes (RFC 3261 section 8.1.2), given how the peer last reached us.

        Over TCP and TLS the peer's connection is used when it leads to the same place. We differ for a peer behind
        NAT: a Contact with a private address, from a public one, is not reachable; what it sends from is.
        """
        destination = Destination.of(dialog.next_hop())
        if flow is None:
            return Hop(destination)
        is_direct = not dialog.route_set
        if flow.transport in RELIABLE_TRANSPORTS:
            is_same_place = is_direct or destination.host == flow.remote_address
            if is_same_place and destination.transport in (None, flow.transport):
                return Hop(flow, replace(destination, transport=flow.transport))
        elif is_direct and is_behind_nat(destination.host, flow.remote_address):
            return Hop(flow)
        return Hop(destination)


def is_behind_nat(host: str, source: str) -> bool:
    """Whether `host` is a private address of somebody who sends from a public one."""
    try:
        return ip_address(host).is_private and ip_address(source).is_global
    except ValueError:
        return False
