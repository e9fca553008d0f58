"""How a session begins: from an INVITE that came, or by sending one."""

from collections.abc import Sequence
from dataclasses import dataclass

from ringback.sip.dialog.conversation import Conversation, HeaderPairs, Received, sdp_body
from ringback.sip.dialog.dialog import MAX_FORWARDS, Dialog, without_header_parameters
from ringback.sip.dialog.session import InviteSession
from ringback.sip.dialog.stack import Hop, Stack
from ringback.sip.digest import Credentials
from ringback.sip.events import Flow, SessionId
from ringback.sip.message.address import NameAddress
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.transaction.outgoing import Destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An INVITE to send. `destination` is where it goes when that is not what `route` or `target` say."""

    target: SipUri
    from_: NameAddress
    to: NameAddress | None
    sdp: bytes
    headers: HeaderPairs
    credentials: Credentials | None
    route: Sequence[SipUri]
    destination: Destination | Flow | None
    call_id: str | None
    max_forwards: int = MAX_FORWARDS

    def first_hop(self) -> Hop:
        return Hop(self.destination or Destination.of(self.route[0] if self.route else self.target))


def place_session(stack: Stack, invitation: Invitation, now: float) -> InviteSession:
    """Send the INVITE (RFC 3261 section 8.1.1)."""
    hop = invitation.first_hop()
    user = invitation.from_.uri.user if isinstance(invitation.from_.uri, SipUri) else None
    conversation = Conversation(
        SessionId(stack.new_token()),
        stack,
        flow=hop.to if isinstance(hop.to, Flow) else None,
        credentials=invitation.credentials,
        contact_user=user,
        is_secure=invitation.target.scheme == "sips",
    )
    request = _invite(stack, invitation)
    request.headers.add("Contact", conversation.contact(hop.to))
    conversation.add_capabilities(request)
    request = conversation.complete(request, invitation.headers, sdp_body(invitation.sdp))
    return InviteSession.outgoing(conversation, request, hop, now)


def _invite(stack: Stack, invitation: Invitation) -> Request:
    headers = Headers()
    for uri in invitation.route:
        headers.add("Route", str(NameAddress(uri=uri)))
    headers.add("Max-Forwards", str(invitation.max_forwards))
    headers.add("From", str(invitation.from_.with_tag(stack.new_token())))
    headers.add("To", str(invitation.to or NameAddress(uri=invitation.target)))
    headers.add("Call-ID", invitation.call_id or stack.new_token())
    headers.add("CSeq", str(CSeq(number=1, method="INVITE")))
    if stack.settings.session_seconds is not None:
        headers.add("Session-Expires", f"{stack.settings.session_seconds};refresher=uac")
    return Request(method="INVITE", uri=without_header_parameters(invitation.target), headers=headers)


def take_session(stack: Stack, received: Received, flow: Flow, now: float) -> InviteSession:
    """Begin with an INVITE that passed. Raises `MalformedHeader` for addresses that no request could go to."""
    request = received.request
    conversation = Conversation(
        SessionId(stack.new_token()),
        stack,
        flow=flow,
        dialog=Dialog.as_server(request, stack.new_token()),
        contact_user=request.sip_uri.user,
        is_secure=request.sip_uri.scheme == "sips",
    )
    return InviteSession.incoming(conversation, received, now)
