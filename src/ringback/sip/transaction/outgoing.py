"""What leaves the stack: bytes, and where they go. Finding the address of a name is the network's business."""

from dataclasses import dataclass, replace
from typing import NewType

from ringback.sip.events import Flow
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri

TransactionId = NewType("TransactionId", str)

RELIABLE_TRANSPORTS = frozenset({"tcp", "tls"})
DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A next hop by name. Without `transport` or `port` RFC 3263 finds them (NAPTR, SRV)."""

    transport: str | None = None
    host: str
    port: int | None = None

    @classmethod
    def of(cls, uri: SipUri) -> "Destination":
        """Where RFC 3263 section 4 starts from: `maddr`, else the host; the transport if it is named or sips."""
        named = uri.transport if "transport" in uri.parameters or uri.scheme == "sips" else None
        return cls(transport=named, host=uri.parameters.get("maddr") or uri.host, port=uri.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send. `fallback` is where a response goes when its connection is gone (RFC 3261 section 18.2.2).

    `transaction_id` is given back to the endpoint when the route is chosen, and when sending failed.
    """

    data: bytes
    to: Flow | Destination
    fallback: Destination | None = None
    transaction_id: TransactionId | None = None


def response_route(request: Request, flow: Flow) -> tuple[Flow, Destination | None]:
    """Where the response to a request goes: back where it came from (RFC 3261 section 18.2.2, RFC 3581 section 4).

    We differ: `maddr` in a Via is ignored; it would let a stranger choose whom we send to.
    """
    via = request.via
    if flow.transport in RELIABLE_TRANSPORTS:
        return flow, Destination(transport=flow.transport, host=flow.remote_address, port=via.port)
    if via.wants_rport:
        return flow, None
    return replace(flow, remote_port=via.port or DEFAULT_PORTS[flow.transport]), None


def stamp_source(request: Request, flow: Flow) -> None:
    """Write into the top Via where the request really came from (RFC 3261 section 18.2.1, RFC 3581 section 4)."""
    stamped = request.via.with_received(flow.remote_address, flow.remote_port)
    request.headers.replace_first("Via", str(stamped))
