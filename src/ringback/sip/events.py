"""What the SIP endpoint tells the floor above, as values. Events are past tense; every call event names its session.

A session is the INVITE session of `sip.dialog` (our UAS or UAC side of a dialog, early or confirmed); it is named by
its id, and `Endpoint.session(session_id)` is the thing itself.
"""

from dataclasses import dataclass, field
from typing import NewType

from ringback.sip.message.message import Request, Response

SessionId = NewType("SessionId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A way to a peer: transport, their address and port, and ours. For TCP and TLS it names one connection."""

    transport: str  # "udp", "tcp", "tls"
    remote_address: str
    remote_port: int
    local_address: str
    local_port: int
    connection_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCall:
    """An INVITE outside a dialog that passed validation and the endpoint's `screen`; 100 has been sent."""

    session_id: SessionId
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCancelled:
    """The caller sent CANCEL (or its INVITE timed out) before a final response; 487 has been sent."""

    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConfirmed:
    """ACK to our 2xx arrived. `sdp` is its body when the INVITE had no offer."""

    session_id: SessionId
    sdp: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AckTimedOut:
    """No ACK in 64*T1 after our 2xx; BYE has been sent (RFC 3261 section 13.3.1.4, IN-01)."""

    session_id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProgressed:
    """A provisional response over 100 to our INVITE; `sdp` is early media's description, or empty."""

    session_id: SessionId
    status: int
    sdp: bytes
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """A 2xx to our INVITE; ACK has been sent."""

    session_id: SessionId
    sdp: bytes
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused:
    """A final response of 300 or more to our INVITE. A time-out is 408, a transport failure 503, both made here
    (`response` is None; `no_such_host` says that DNS knew no address). 401 and 407 are answered inside when credentials
    were given, and come here when they fail."""

    session_id: SessionId
    status: int
    reason: str
    response: Response | None
    no_such_host: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRefreshed:
    """A re-INVITE or UPDATE with an offer; answer with `session.answer_reinvite(sdp)` or `session.refuse_reinvite()`.

    `sdp` is empty for a re-INVITE without an offer (we offer in the 200, the answer comes in `CallConfirmed`).
    """

    session_id: SessionId
    sdp: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshAnswered:
    """Their answer to our own re-INVITE."""

    session_id: SessionId
    status: int
    sdp: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHungUp:
    """BYE from the far end (200 has been sent), or the dialog died (408/481 to a request of ours; `request` None)."""

    session_id: SessionId
    request: Request | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoReceived:
    """INFO in a dialog; 200 has been sent."""

    session_id: SessionId
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """MESSAGE in a dialog (RFC 3428), JSON or plain text; 200 has been sent. `number` counts those of the session."""

    session_id: SessionId
    number: int
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnswered:
    """The final response to a MESSAGE of ours; 408 or 503 where none came."""

    session_id: SessionId
    message_id: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferReceived:
    """REFER in a dialog; answer with `session.accept_refer(event)` (202) or `session.refuse_refer(event, status)`."""

    session_id: SessionId
    refer_to: str
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferAnswered:
    """The final response to our own REFER."""

    session_id: SessionId
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyReceived:
    """NOTIFY in a dialog (RFC 3515); `sipfrag_status` is the code a message/sipfrag body begins with, else None."""

    session_id: SessionId
    event: str
    subscription_state: str
    sipfrag_status: int | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReceived:
    """A REGISTER that passed `screen`; answer with `endpoint.respond(event, status, headers)`."""

    request: Request
    flow: Flow
    transaction_id: str


Event = (
    IncomingCall
    | CallCancelled
    | CallConfirmed
    | AckTimedOut
    | CallProgressed
    | CallAnswered
    | CallRefused
    | SessionRefreshed
    | RefreshAnswered
    | CallHungUp
    | InfoReceived
    | MessageReceived
    | MessageAnswered
    | ReferReceived
    | ReferAnswered
    | NotifyReceived
    | RegisterReceived
)
