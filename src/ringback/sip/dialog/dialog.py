"""The dialog: what two peers have agreed on to address each other (RFC 3261 section 12)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ringback.sip.message.address import NameAddress
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response
from ringback.sip.message.uri import SipUri

MAX_FORWARDS = 70
CREDENTIAL_HEADERS = ("Authorization", "Proxy-Authorization")


@dataclass(slots=True, kw_only=True, eq=False)
class Dialog:
    """One dialog, early or confirmed. `local` and `remote` are the addresses of From and To with their tags."""

    call_id: str
    local: NameAddress
    remote: NameAddress
    local_number: int
    remote_number: int | None
    route_set: tuple[NameAddress, ...]
    remote_target: SipUri
    is_confirmed: bool = False

    @classmethod
    def as_server(cls, request: Request, local_tag: str) -> "Dialog":
        """From the INVITE we received (section 12.1.1). Raises `MalformedHeader` for addresses that are not of SIP."""
        return cls(
            call_id=request.call_id,
            local=request.to.with_tag(local_tag),
            remote=request.from_,
            local_number=0,
            remote_number=request.cseq.number,
            route_set=_checked(request.record_routes),
            remote_target=_target(request) or request.from_.sip_uri,
        )

    @classmethod
    def as_client(cls, request: Request, response: Response) -> "Dialog":
        """From our INVITE and the response that made the dialog (section 12.1.2)."""
        target = request.uri if isinstance(request.uri, SipUri) else request.to.sip_uri
        return cls(
            call_id=request.call_id,
            local=request.from_,
            remote=response.to,
            local_number=request.cseq.number,
            remote_number=None,
            route_set=_routes_of(response),
            remote_target=_target_of(response) or target,
            is_confirmed=response.status >= 200,
        )

    @property
    def local_tag(self) -> str:
        return self.local.tag or ""

    @property
    def remote_tag(self) -> str:
        return self.remote.tag or ""

    def confirm(self, response: Response) -> None:
        """A 2xx sets the route set anew (section 13.2.2.4), and the target."""
        self.is_confirmed = True
        self.route_set = _routes_of(response)
        self.refresh_target(response)

    def refresh_target(self, message: Request | Response) -> None:
        """Contact of a target refresh (re-INVITE, UPDATE, and their 2xx) moves the remote target (section 12.2)."""
        self.remote_target = _target_of(message) or self.remote_target

    def accepts(self, request: Request) -> bool:
        """Whether the request is in order; a number that is not higher than the last is not (section 12.2.2)."""
        number = request.cseq.number
        if self.remote_number is not None and number <= self.remote_number:
            return False
        self.remote_number = number
        return True

    def request(self, method: str, *, number: int | None = None) -> Request:
        """A request within the dialog, without Via (section 12.2.1.1). `number` is given for ACK only."""
        if number is None:
            self.local_number += 1
            number = self.local_number
        headers = Headers()
        uri, routes = self._addressed()
        for route in routes:
            headers.add("Route", str(route))
        headers.add("Max-Forwards", str(MAX_FORWARDS))
        headers.add("From", str(self.local))
        headers.add("To", str(self.remote))
        headers.add("Call-ID", self.call_id)
        headers.add("CSeq", str(CSeq(number=number, method=method)))
        return Request(method=method, uri=uri, headers=headers, body=b"")

    def ack(self, invite: Request) -> Request:
        """The ACK to a 2xx: number and credentials of its INVITE (sections 13.2.2.4 and 22.3)."""
        ack = self.request("ACK", number=invite.cseq.number)
        for name in CREDENTIAL_HEADERS:
            for value in invite.headers.get_lines(name):
                ack.headers.add(name, value)
        return ack

    def next_hop(self) -> SipUri:
        """The URI that says where a request goes first: the top route, else the remote target (section 8.1.2)."""
        return self.route_set[0].sip_uri if self.route_set else self.remote_target

    def _addressed(self) -> tuple[SipUri, tuple[NameAddress, ...]]:
        """Request-URI and Route. A strict router at the top is put into the Request-URI (section 12.2.1.1)."""
        if not self.route_set or self.route_set[0].sip_uri.is_loose_router:
            return self.remote_target, self.route_set
        first, *others = self.route_set
        return without_header_parameters(first.sip_uri), (*others, NameAddress(uri=self.remote_target))


def without_header_parameters(uri: SipUri) -> SipUri:
    """A URI as a Request-URI may be: no `?headers`, no `method` (section 19.1.1)."""
    return replace(uri, headers=(), parameters=uri.parameters.without("method"))


def _target(message: Request | Response) -> SipUri | None:
    contact = message.contact
    return None if contact is None else without_header_parameters(contact.sip_uri)


def _checked(routes: Sequence[NameAddress]) -> tuple[NameAddress, ...]:
    for route in routes:
        _ = route.sip_uri
    return tuple(routes)


def _target_of(message: Request | Response) -> SipUri | None:
    """As `_target`, but a Contact that cannot be used counts as none: a response cannot be refused."""
    try:
        return _target(message)
    except MalformedHeader:
        return None


def _routes_of(response: Response) -> tuple[NameAddress, ...]:
    """The route set of a client: Record-Route from the far end to the near (section 12.1.2)."""
    try:
        return _checked(tuple(reversed(response.record_routes)))
    except MalformedHeader:
        return ()
