"""`Conversation`: the part of a session that sends requests and finds their answers, and answers requests.

The jobs of a session (the first INVITE, offers, REFER, refreshing) share one conversation and do not know each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ringback.sip.dialog.dialog import CREDENTIAL_HEADERS, Dialog
from ringback.sip.dialog.stack import ALLOWED_METHODS, SUPPORTED_EXTENSIONS, Hop, Stack
from ringback.sip.digest import Answerer, Credentials
from ringback.sip.events import Event, Flow, SessionId
from ringback.sip.message.address import NameAddress
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response, reason_phrase, reply
from ringback.sip.transaction.action import Failure
from ringback.sip.transaction.outgoing import Destination, Outgoing, TransactionId

HeaderPairs = Iterable[tuple[str, str]]
# RFC 3261 section 8.1.3.1; RFC 3263 section 4.3 for a name without an address.
STATUS_OF_FAILURE = {Failure.TIMEOUT: 408, Failure.TRANSPORT: 503, Failure.NO_SUCH_HOST: 503}
SDP = "application/sdp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    content_type: str
    data: bytes


def sdp_body(sdp: bytes) -> Body | None:
    """A session description as a body; nothing when it is empty."""
    return Body(content_type=SDP, data=sdp) if sdp else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response to a request of ours, or what stands for one when none came (`response` None)."""

    status: int
    reason: str
    response: Response | None
    no_such_host: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Sent:
    """A request of ours that waits for its final response. After a challenge it is the second try."""

    request: Request
    hop: Hop
    on_reply: Callable[[Reply, float], None]
    transaction_id: TransactionId
    was_challenged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request of the peer, and the transaction that answers it."""

    request: Request
    transaction_id: TransactionId


class Conversation:
    """Sending and answering within one session."""

    def __init__(
        self,
        session_id: SessionId,
        stack: Stack,
        *,
        flow: Flow | None,
        dialog: Dialog | None = None,
        credentials: Credentials | None = None,
        contact_user: str | None = None,
        is_secure: bool = False,
    ) -> None:
        self.id = session_id
        self.stack = stack
        self.flow = flow
        self.dialog = dialog
        self.has_ended = False
        self._answerer = Answerer(credentials, stack.new_token) if credentials is not None else None
        self._contact_user = contact_user
        self._is_secure = is_secure
        self._waiting: dict[TransactionId, Sent] = {}

    # --- requests of ours

    def send(
        self,
        method: str,
        on_reply: Callable[[Reply, float], None],
        now: float,
        *,
        headers: HeaderPairs = (),
        body: Body | None = None,
        dialog: Dialog | None = None,
    ) -> Sent:
        """A request in the dialog. Target refreshes and REFER bear our Contact (RFC 3261 section 12.2.1.1)."""
        within = dialog or self.dialog
        assert within is not None, "the callers know that there is a dialog"
        request = within.request(method)
        hop = self.stack.hop(within, self.flow)
        if method in ("INVITE", "UPDATE", "REFER"):
            request.headers.add("Contact", self.contact(hop.to))
        if method in ("INVITE", "UPDATE"):
            self.add_capabilities(request)
        return self.send_request(self.complete(request, headers, body), hop, on_reply, now)

    def send_request(self, request: Request, hop: Hop, on_reply: Callable[[Reply, float], None], now: float) -> Sent:
        """A finished request, in a transaction of its own."""
        transaction_id = self._transact(request, hop, now)
        sent = Sent(request=request, hop=hop, on_reply=on_reply, transaction_id=transaction_id)
        self._waiting[transaction_id] = sent
        return sent

    def send_ack(self, dialog: Dialog, invite: Request) -> Outgoing:
        """The ACK to a 2xx, which is the dialog's own; what is returned goes out again for each copy of the 2xx."""
        ack = dialog.ack(invite)
        ack.headers.add("User-Agent", self.stack.settings.user_agent)
        hop = self.stack.hop(dialog, self.flow)
        return self.stack.layer.send_ack(ack, hop.to, fallback=hop.fallback)

    def complete(self, request: Request, headers: HeaderPairs, body: Body | None) -> Request:
        """The request with what its user adds, our name and its body."""
        for name, value in headers:
            request.headers.add(name, value)
        request.headers.add("User-Agent", self.stack.settings.user_agent)
        if body is None:
            return request
        request.headers.add("Content-Type", body.content_type)
        return replace(request, body=body.data)

    def add_capabilities(self, message: Request | Response) -> None:
        message.headers.add("Allow", ", ".join(ALLOWED_METHODS))
        message.headers.add("Supported", ", ".join(SUPPORTED_EXTENSIONS))

    def contact(self, to: Flow | Destination | None = None) -> str:
        """The value of our Contact."""
        uri = self.stack.contact(to or self.flow, user=self._contact_user, secure=self._is_secure)
        return str(NameAddress(uri=uri))

    def forget(self, sent: Sent) -> None:
        """An answered INVITE is kept for copies of its 2xx, until this."""
        self._waiting.pop(sent.transaction_id, None)

    def receive_response(
        self, transaction_id: TransactionId, response: Response, flow: Flow | None, now: float
    ) -> None:
        sent = self._waiting.get(transaction_id)
        if sent is None:
            return
        self.flow = flow or self.flow
        if response.status >= 200 and sent.request.method != "INVITE":
            del self._waiting[transaction_id]
        if response.status in (401, 407) and self._try_again(sent, response, now):
            return
        if response.status >= 300:
            self._waiting.pop(transaction_id, None)
        sent.on_reply(Reply(status=response.status, reason=response.reason, response=response), now)

    def receive_failure(self, transaction_id: TransactionId, failure: Failure, now: float) -> None:
        sent = self._waiting.pop(transaction_id, None)
        if sent is not None:
            status = STATUS_OF_FAILURE[failure]
            is_lost = failure is Failure.NO_SUCH_HOST
            sent.on_reply(Reply(status=status, reason=reason_phrase(status), response=None, no_such_host=is_lost), now)

    def _transact(self, request: Request, hop: Hop, now: float) -> TransactionId:
        return self.stack.layer.send_request(request, hop.to, now, owner=self.id, fallback=hop.fallback)

    def _try_again(self, sent: Sent, response: Response, now: float) -> bool:
        """Answer a challenge, once for each request (RFC 3261 section 22.2)."""
        if self._answerer is None or sent.was_challenged:
            return False
        answers = self._answerer.answer(response, sent.request)
        if not answers:
            return False
        headers = sent.request.headers.copy()
        for name in CREDENTIAL_HEADERS:
            headers.remove(name)
        for name, value in answers:
            headers.add(name, value)
        self.send_anew(sent, headers, now)
        sent.was_challenged = True
        return True

    def send_anew(self, sent: Sent, headers: Headers, now: float) -> None:
        """A request that was refused, with other headers: next CSeq number, new branch."""
        self._waiting.pop(sent.transaction_id, None)
        headers.remove("Via")
        headers.set("CSeq", str(CSeq(number=self._next_number(sent.request), method=sent.request.method)))
        sent.request = replace(sent.request, headers=headers)
        sent.transaction_id = self._transact(sent.request, sent.hop, now)
        self._waiting[sent.transaction_id] = sent

    def _next_number(self, request: Request) -> int:
        if self.dialog is None:
            return request.cseq.number + 1
        self.dialog.local_number = max(self.dialog.local_number, request.cseq.number) + 1
        return self.dialog.local_number

    # --- requests of the peer

    def respond(
        self,
        received: Received,
        status: int,
        now: float,
        *,
        reason: str | None = None,
        headers: HeaderPairs = (),
        body: Body | None = None,
    ) -> Response:
        """Answer, with what a response of this kind has to bear; gives it back for sending again."""
        request = received.request
        makes_dialog = request.method == "INVITE" and 100 < status < 300
        response = reply(
            request,
            status,
            reason,
            to_tag=self.dialog.local_tag if self.dialog is not None and status > 100 else None,
            copy_record_route=makes_dialog,
            body=body.data if body is not None else b"",
        )
        if makes_dialog or (request.method == "UPDATE" and status < 300):
            response.headers.add("Contact", self.contact())
            self.add_capabilities(response)
        for name, value in headers:
            response.headers.add(name, value)
        response.headers.add("Server", self.stack.settings.user_agent)
        if body is not None:
            response.headers.add("Content-Type", body.content_type)
        self.stack.layer.respond(received.transaction_id, response, now)
        return response

    # --- timers and events

    def start_timer(self, name: str, when: float) -> None:
        self.stack.start_timer(self.id, name, when)

    def stop_timer(self, name: str) -> None:
        self.stack.stop_timer(self.id, name)

    def emit(self, event: Event) -> None:
        self.stack.emit(event)
