"""`InviteSession`: one side of a call, from INVITE to BYE, as the floor above holds it.

Methods take `now` and may leave messages and events in the stack: after any of them the caller pumps (`net.SipServer`).
A method that cannot be done in the present state raises `WrongState`; what a race with the peer makes pointless
(hanging up what has ended, answering an offer that was cancelled) does nothing.

`ring`, `answer`, `refuse`: the UAS side of an INVITE. `hang_up`: BYE; CANCEL for an unanswered UAC; 480 for an
unanswered UAS. A CANCEL before the first provisional response waits for it (RFC 3261 section 9.1); a 2xx that crosses
it is ACKed and BYEd, as is the 2xx of a second fork. A BYE that may not go before the ACK (section 15) waits for it.
"""

from enum import StrEnum

from ringback.sip.dialog import acceptance, incoming, offer, outgoing, refresh
from ringback.sip.dialog.acceptance import Acceptance, Acceptances
from ringback.sip.dialog.conversation import Body, Conversation, HeaderPairs, Received, Reply
from ringback.sip.dialog.dialog import Dialog
from ringback.sip.dialog.incoming import IncomingInvite
from ringback.sip.dialog.messaging import MessageExchange
from ringback.sip.dialog.offer import DIALOG_IS_GONE, OfferExchange
from ringback.sip.dialog.outgoing import OutgoingInvite
from ringback.sip.dialog.refer import ReferExchange
from ringback.sip.dialog.refresh import SessionRefresh, allows, refusal_of_interval
from ringback.sip.dialog.stack import Hop
from ringback.sip.errors import WrongState
from ringback.sip.events import (
    AckTimedOut,
    CallConfirmed,
    CallHungUp,
    Flow,
    InfoReceived,
    ReferReceived,
    SessionId,
)
from ringback.sip.message.message import Request, Response
from ringback.sip.message.uri import SipUri, Uri
from ringback.sip.transaction.action import Failure
from ringback.sip.transaction.outgoing import TransactionId

LINGER_TIMER = "linger"


class SessionState(StrEnum):
    EARLY = "early"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class InviteSession:
    """See the module. Made by the endpoint only: `incoming()` for a received INVITE, `outgoing()` for one to send."""

    def __init__(self, conversation: Conversation, *, local_tag: str, made_call_id: bool) -> None:
        self._conversation = conversation
        self._local_tag = local_tag
        self._stack = conversation.stack
        self._incoming: IncomingInvite | None = None
        self._outgoing: OutgoingInvite | None = None
        self._acceptances = Acceptances(conversation)
        self._refresh = SessionRefresh(conversation, on_due=self._refresh_session, on_expired=self._die)
        self._offers = OfferExchange(
            conversation,
            self._acceptances,
            refresh=self._refresh,
            made_call_id=made_call_id,
            on_dead=self._die,
        )
        self._refers = ReferExchange(conversation, on_dead=self._die)
        self._messages = MessageExchange(conversation, is_ready=self._may_send_messages)
        self._is_lingering = False
        self._bye_headers: tuple[tuple[str, str], ...] | None = None  # of a BYE that waits for the ACK
        self._local_sdp = b""
        self._peer_allows_update = False
        self._stack.open_sessions += 1

    @classmethod
    def incoming(cls, conversation: Conversation, received: Received, now: float) -> "InviteSession":
        assert conversation.dialog is not None, "a received INVITE makes a dialog"
        session = cls(conversation, local_tag=conversation.dialog.local_tag, made_call_id=False)
        session._peer_allows_update = allows(received.request, "UPDATE")
        session._incoming = IncomingInvite(conversation, session._acceptances, received, now)
        return session

    @classmethod
    def outgoing(cls, conversation: Conversation, request: Request, hop: Hop, now: float) -> "InviteSession":
        session = cls(conversation, local_tag=request.from_.tag or "", made_call_id=True)
        session._local_sdp = request.body
        session._outgoing = OutgoingInvite(
            conversation, request, hop, now, on_answered=session._note_answer, on_refused=session._end
        )
        return session

    # --- what it is

    @property
    def id(self) -> SessionId:
        return self._conversation.id

    @property
    def state(self) -> SessionState:
        if self._conversation.has_ended:
            return SessionState.ENDED
        dialog = self._conversation.dialog
        return SessionState.CONFIRMED if dialog is not None and dialog.is_confirmed else SessionState.EARLY

    @property
    def request(self) -> Request:
        """The INVITE."""
        if self._incoming is not None:
            return self._incoming.received.request
        assert self._outgoing is not None, "a session begins with an INVITE"
        return self._outgoing.request

    @property
    def call_id(self) -> str:
        return self.request.call_id

    @property
    def local_tag(self) -> str:
        """Our tag; with the Call-ID it finds this session."""
        return self._local_tag

    @property
    def local_uri(self) -> Uri:
        return self.request.to.uri if self._incoming is not None else self.request.from_.uri

    @property
    def remote_uri(self) -> Uri:
        return self.request.from_.uri if self._incoming is not None else self.request.to.uri

    @property
    def remote_target(self) -> SipUri:
        """Where the peer is: its Contact, before any the Request-URI."""
        dialog = self._conversation.dialog
        return dialog.remote_target if dialog is not None else self.request.sip_uri

    @property
    def flow(self) -> Flow | None:
        """How the peer reached us last; None while nothing has come from it."""
        return self._conversation.flow

    @property
    def is_forgettable(self) -> bool:
        """Whether it has ended, and no late copy of anything has to be answered in its name."""
        return self._conversation.has_ended and not self._is_lingering

    # --- what the floor above does with it

    def ring(self, now: float, status: int = 180, sdp: bytes = b"", headers: HeaderPairs = ()) -> None:
        """A provisional response; with `sdp` it is early media."""
        self._require_incoming("ring").ring(now, status, sdp, headers)

    def answer(self, sdp: bytes, now: float, headers: HeaderPairs = ()) -> None:
        """200 OK, sent again until the ACK (`CallConfirmed`) or 64*T1 (`AckTimedOut`)."""
        invite = self._require_incoming("answer")
        if not invite.is_open:
            raise WrongState("answer", "the INVITE has its final response")
        self._local_sdp = sdp
        invite.answer(sdp, now, [*headers, *self._refresh.answer_headers(self.request, now)])

    def refuse(self, status: int, now: float, reason: str | None = None, headers: HeaderPairs = ()) -> None:
        """A final response of 300 or more; the session has ended."""
        self._require_incoming("refuse").refuse(status, now, reason, headers)
        self._end(now)

    def hang_up(self, now: float, headers: HeaderPairs = ()) -> None:
        """End it, whatever it takes."""
        if self._conversation.has_ended:
            return
        if self._outgoing is not None and self._outgoing.is_open:
            self._outgoing.cancel(now, headers)
        elif self._incoming is not None and self._incoming.is_open:
            self.refuse(480, now, headers=headers)
        elif self._acceptances.is_waiting_for_first:
            self._bye_headers = tuple(headers)
        else:
            self._say_bye(now, headers)

    def reinvite(self, sdp: bytes, now: float) -> None:
        """Offer a change (hold, another address); `RefreshAnswered` tells how it went. Waits its turn by itself."""
        self._require_confirmed("reinvite")
        self._local_sdp = sdp
        self._offers.offer(sdp, now)

    def answer_reinvite(self, sdp: bytes, now: float) -> None:
        """The answer to `SessionRefreshed`."""
        self._local_sdp = sdp
        self._offers.answer(sdp, now)

    def refuse_reinvite(self, status: int, now: float) -> None:
        """Refuse what `SessionRefreshed` offered (488); the session goes on."""
        self._offers.refuse(status, now)

    def send_info(self, content_type: str, body: bytes, now: float) -> None:
        self._require_confirmed("send INFO")
        self._conversation.send("INFO", self._watch, now, body=Body(content_type=content_type, data=body))

    def send_message(self, message_id: str, body: Body, now: float) -> None:
        """MESSAGE, after those before it and not before the ACK; `MessageAnswered` follows, unless the call ends."""
        if not self._conversation.has_ended:
            self._messages.send(message_id, body, now)

    def refer(self, refer_to: str, now: float, headers: HeaderPairs = ()) -> None:
        """Ask the peer to call somebody else; `ReferAnswered` and `NotifyReceived` follow."""
        self._require_confirmed("refer")
        self._refers.refer(refer_to, now, headers)

    def accept_refer(self, event: ReferReceived, now: float) -> None:
        """202 and a first NOTIFY with 100; `notify_refer` tells the rest."""
        self._refers.accept(event, now)

    def refuse_refer(self, event: ReferReceived, status: int, now: float) -> None:
        self._refers.refuse(event, status, now)

    def notify_refer(self, sipfrag_status: int, now: float, final: bool) -> None:
        """How the call that we were referred to goes; `final` ends the subscription."""
        self._require_confirmed("notify")
        self._refers.notify(sipfrag_status, now, final=final)

    # --- what the endpoint hands to it

    def is_for(self, request: Request) -> bool:
        """Whether the tags of a request within a dialog are those of this session's, or of an early one."""
        dialog = self._dialog_of(request.from_.tag or "")
        return dialog is not None and dialog.call_id == request.call_id

    def receive_request(self, received: Received, flow: Flow, now: float) -> None:
        """A request in the dialog, ACK and CANCEL excepted."""
        request, conversation = received.request, self._conversation
        dialog = self._dialog_of(request.from_.tag or "")
        if dialog is None or (conversation.has_ended and request.method != "BYE"):
            conversation.respond(received, 481, now)
            return
        if not dialog.accepts(request):
            conversation.respond(received, 500, now, reason="CSeq Out Of Order")
            return
        conversation.flow = flow
        match request.method:
            case "BYE":
                self._receive_bye(received, now)
            case "INVITE" | "UPDATE":
                self._receive_offer(received, now)
            case "INFO":
                conversation.respond(received, 200, now)
                content_type = request.content_type or ""
                conversation.emit(InfoReceived(session_id=self.id, content_type=content_type, body=request.body))
            case "MESSAGE":
                self._messages.receive(received, now)
            case "REFER":
                self._refers.receive(received, now)
            case "NOTIFY":
                self._refers.receive_notify(received, now)

    def receive_ack(self, ack: Request, now: float) -> None:
        """The ACK to a 2xx of ours. A BYE that waited for it goes now, and nothing else is told."""
        accepted = self._acceptances.acknowledge(ack)
        if accepted is None or self._conversation.has_ended:
            return
        if self._bye_headers is not None:
            self._say_bye(now, self._bye_headers)
            return
        if accepted.is_first or accepted.has_offer:
            sdp = ack.body if accepted.has_offer else b""
            self._conversation.emit(CallConfirmed(session_id=self.id, sdp=sdp))
        self._offers.send_what_waits(now)
        self._messages.send_what_waits(now)

    def receive_cancel(self, transaction_id: TransactionId, now: float) -> None:
        """CANCEL of the INVITE, or of a re-INVITE; too late for one that has its final response (section 9.2)."""
        if self._incoming is not None and self._incoming.received.transaction_id == transaction_id:
            if self._incoming.is_open:
                self._incoming.cancel(now)
                self._end(now)
        else:
            self._offers.cancel(transaction_id, now)

    def receive_response(
        self, transaction_id: TransactionId, response: Response, flow: Flow | None, now: float
    ) -> None:
        self._conversation.receive_response(transaction_id, response, flow, now)

    def receive_failure(self, transaction_id: TransactionId, failure: Failure, now: float) -> None:
        self._conversation.receive_failure(transaction_id, failure, now)

    def handle_timer(self, name: str, now: float) -> None:
        if name == LINGER_TIMER:
            self._is_lingering = False
        elif name.startswith(acceptance.TIMER):
            accepted = self._acceptances.handle_timer(int(name.removeprefix(acceptance.TIMER)), now)
            if accepted is not None:
                self._time_out(accepted, now)
        elif name == incoming.RING_AGAIN_TIMER and self._incoming is not None:
            self._incoming.handle_ring_again(now)
        elif name == incoming.EXPIRY_TIMER and self._incoming is not None:
            self.receive_cancel(self._incoming.received.transaction_id, now)
        elif name == outgoing.CANCEL_TIMER and self._outgoing is not None:
            self._outgoing.handle_cancel_timeout(now)
        elif name == offer.RETRY_TIMER:
            self._offers.handle_retry(now)
        elif name == refresh.TIMER:
            self._refresh.handle_timer(now)

    # --- inside

    def _dialog_of(self, remote_tag: str) -> Dialog | None:
        dialog = self._conversation.dialog
        if dialog is not None and dialog.remote_tag == remote_tag:
            return dialog
        return self._outgoing.early_dialog(remote_tag) if self._outgoing is not None else None

    def _receive_bye(self, received: Received, now: float) -> None:
        self._conversation.respond(received, 200, now)
        if self._conversation.has_ended or (self._outgoing is not None and self._outgoing.is_open):
            return
        if self._incoming is not None and self._incoming.is_open:
            self._incoming.cancel(now)
        else:
            self._conversation.emit(CallHungUp(session_id=self.id, request=received.request))
        self._end(now)

    def _receive_offer(self, received: Received, now: float) -> None:
        request = received.request
        is_offer = request.method == "INVITE" or bool(request.body)
        too_short = refusal_of_interval(request, self._stack.settings.min_session_seconds)
        if too_short is not None:
            self._conversation.respond(received, too_short.status, now, headers=too_short.headers)
        elif not is_offer:
            assert self._conversation.dialog is not None, "the request came in a dialog"
            self._conversation.dialog.refresh_target(request)
            headers = self._refresh.answer_headers(request, now)
            self._conversation.respond(received, 200, now, headers=headers)
        elif self.state is SessionState.CONFIRMED:
            self._offers.receive(received, now)
        elif self._outgoing is not None:
            self._conversation.respond(received, 491, now)  # our own offer is not answered yet
        else:
            self._offers.refuse_for_now(received, now)

    def _note_answer(self, response: Response, now: float) -> None:
        self._peer_allows_update = allows(response, "UPDATE")
        self._refresh.read_answer(response, now)
        self._messages.send_what_waits(now)

    def _time_out(self, accepted: Acceptance, now: float) -> None:
        """No ACK in 64*T1: BYE (section 13.3.1.4, IN-01)."""
        if self._conversation.has_ended:
            return
        self._conversation.emit(AckTimedOut(session_id=self.id))
        self._say_bye(now, self._bye_headers or ())

    def _say_bye(self, now: float, headers: HeaderPairs) -> None:
        self._conversation.send("BYE", _ignore, now, headers=headers)
        self._end(now)

    def _watch(self, reply: Reply, now: float) -> None:
        if reply.status in DIALOG_IS_GONE:
            self._die(now)

    def _die(self, now: float) -> None:
        """The peer does not know the dialog, or does not answer in it (section 12.2.1.2)."""
        if self._conversation.has_ended:
            return
        self._conversation.emit(CallHungUp(session_id=self.id, request=None))
        self._say_bye(now, ())

    def _refresh_session(self, now: float) -> None:
        """Our turn: UPDATE without an offer where the peer knows it, else a re-INVITE that changes nothing."""
        if self._peer_allows_update:
            headers = self._refresh.request_headers()
            self._conversation.send("UPDATE", self._receive_refresh_reply, now, headers=headers)
        else:
            self._offers.offer(self._local_sdp, now, asked_by_user=False)

    def _receive_refresh_reply(self, reply: Reply, now: float) -> None:
        if reply.response is not None and 200 <= reply.status < 300:
            self._refresh.read_answer(reply.response, now)
        else:
            self._watch(reply, now)

    def _end(self, now: float) -> None:
        if self._conversation.has_ended:
            return
        had_dialog = self.state is SessionState.CONFIRMED
        self._conversation.has_ended = True
        self._stack.open_sessions -= 1
        self._acceptances.clear()
        self._refresh.stop()
        self._offers.close(now)
        self._refers.close(now)
        self._messages.close()
        if had_dialog or self._outgoing is not None:
            self._is_lingering = True
            self._conversation.start_timer(LINGER_TIMER, now + self._stack.settings.timers.give_up)

    def _require_incoming(self, action: str) -> IncomingInvite:
        if self._incoming is None:
            raise WrongState(action, "this session is our own call")
        return self._incoming

    def _may_send_messages(self) -> bool:
        return self.state is SessionState.CONFIRMED and not self._acceptances.is_waiting_for_first

    def _require_confirmed(self, action: str) -> None:
        if self.state is not SessionState.CONFIRMED:
            raise WrongState(action, f"the session is {self.state}")


def _ignore(reply: Reply, now: float) -> None:
    """For a BYE whose answer changes nothing."""
