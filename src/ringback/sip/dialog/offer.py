"""Changing a running session: re-INVITE and UPDATE both ways, and who gives way (RFC 3261 section 14, RFC 3311)."""

from collections.abc import Callable

from ringback.sip.dialog.acceptance import Acceptances
from ringback.sip.dialog.conversation import Conversation, Received, Reply, Sent, sdp_body
from ringback.sip.dialog.refresh import SessionRefresh
from ringback.sip.events import RefreshAnswered, SessionRefreshed
from ringback.sip.transaction.outgoing import Outgoing, TransactionId

RETRY_TIMER = "re-INVITE again"
GLARE_OWNER_SECONDS = (2.1, 4.0)  # RFC 3261 section 14.1: who made the Call-ID waits longer
GLARE_OTHER_SECONDS = (0.0, 2.0)
MAX_RETRY_AFTER_SECONDS = 10
DIALOG_IS_GONE = frozenset({408, 481})  # RFC 3261 section 12.2.1.2


class OfferExchange:
    """One offer at a time in either direction. An offer of ours that cannot go now waits; the latest one counts."""

    def __init__(
        self,
        conversation: Conversation,
        acceptances: Acceptances,
        *,
        refresh: SessionRefresh,
        made_call_id: bool,
        on_dead: Callable[[float], None],
    ) -> None:
        self._conversation = conversation
        self._acceptances = acceptances
        self._refresh = refresh
        self._made_call_id = made_call_id
        self._on_dead = on_dead
        self._ours: Sent | None = None
        self._theirs: Received | None = None
        self._wanted: tuple[bytes, bool] | None = None  # session description, and whether our user asked for it
        self._sending: tuple[bytes, bool] = (b"", True)
        self._answered: Sent | None = None
        self._ack: Outgoing | None = None
        self._is_waiting_for_retry = False

    def offer(self, sdp: bytes, now: float, *, asked_by_user: bool = True) -> None:
        """Send a re-INVITE with this offer, as soon as nothing else is being agreed on."""
        self._wanted = (sdp, asked_by_user)
        self.send_what_waits(now)

    def send_what_waits(self, now: float) -> None:
        if self._wanted is None or self._is_busy or self._acceptances.is_waiting or self._is_waiting_for_retry:
            return
        self._sending, self._wanted = self._wanted, None
        if self._answered is not None:
            self._conversation.forget(self._answered)
            self._answered, self._ack = None, None
        headers, body = self._refresh.request_headers(), sdp_body(self._sending[0])
        self._ours = self._conversation.send("INVITE", self._receive_reply, now, headers=headers, body=body)

    def receive(self, received: Received, now: float) -> None:
        """A re-INVITE or UPDATE in a confirmed dialog."""
        if received.request.method == "INVITE":
            self._conversation.respond(received, 100, now)
        if self._theirs is not None:
            self.refuse_for_now(received, now)
        elif self._ours is not None or self._acceptances.is_waiting_for_answer:
            self._conversation.respond(received, 491, now)
        else:
            self._theirs = received
            self._conversation.emit(SessionRefreshed(session_id=self._conversation.id, sdp=received.request.body))

    def refuse_for_now(self, received: Received, now: float) -> None:
        """500 with Retry-After: an offer of theirs is not answered yet (RFC 3261 section 14.2, RFC 3311 5.2)."""
        seconds = round(self._conversation.stack.random_seconds(0, MAX_RETRY_AFTER_SECONDS))
        self._conversation.respond(received, 500, now, headers=[("Retry-After", str(seconds))])

    def answer(self, sdp: bytes, now: float) -> None:
        """200 with our answer (our offer, if theirs was empty); nothing when none waits, e.g. after CANCEL."""
        received, self._theirs = self._theirs, None
        if received is None:
            return
        assert self._conversation.dialog is not None, "offers come in dialogs"
        self._conversation.dialog.refresh_target(received.request)
        headers = self._refresh.answer_headers(received.request, now)
        response = self._conversation.respond(received, 200, now, headers=headers, body=sdp_body(sdp))
        if received.request.method == "INVITE":
            has_offer = not received.request.body
            self._acceptances.add(received, response, now, has_offer=has_offer, is_first=False)
        self.send_what_waits(now)

    def refuse(self, status: int, now: float) -> None:
        """Their offer is refused; the session goes on as it was."""
        received, self._theirs = self._theirs, None
        if received is not None:
            self._conversation.respond(received, status, now)
            self.send_what_waits(now)

    def cancel(self, transaction_id: TransactionId, now: float) -> None:
        """CANCEL of a re-INVITE that is not answered yet."""
        if self._theirs is not None and self._theirs.transaction_id == transaction_id:
            self.refuse(487, now)

    def handle_retry(self, now: float) -> None:
        self._is_waiting_for_retry = False
        self.send_what_waits(now)

    def close(self, now: float) -> None:
        """The dialog is over: a request that still waits gets 487 (RFC 3261 section 15.1.2)."""
        self._wanted = None
        self._conversation.stop_timer(RETRY_TIMER)
        received, self._theirs = self._theirs, None
        if received is not None:
            self._conversation.respond(received, 487, now)

    @property
    def _is_busy(self) -> bool:
        return self._ours is not None or self._theirs is not None

    def _receive_reply(self, reply: Reply, now: float) -> None:
        if reply.status < 200:
            return
        if reply.response is not None and reply.status < 300:
            self._accept(reply, now)
            return
        self._ours = None
        if reply.status == 491 and not self._conversation.has_ended:
            self._wait_for_retry(now)
            return
        self._tell(reply)
        if reply.status in DIALOG_IS_GONE:
            self._on_dead(now)
        else:
            self.send_what_waits(now)

    def _accept(self, reply: Reply, now: float) -> None:
        sent, dialog = self._ours, self._conversation.dialog
        if sent is None:
            if self._ack is not None:
                self._conversation.stack.layer.send_again(self._ack)
            return
        assert reply.response is not None, "only a response is accepted"
        assert dialog is not None, "a re-INVITE was sent in a dialog"
        self._ours, self._answered = None, sent
        dialog.refresh_target(reply.response)
        self._ack = self._conversation.send_ack(dialog, sent.request)
        self._refresh.read_answer(reply.response, now)
        self._tell(reply)
        self.send_what_waits(now)

    def _tell(self, reply: Reply) -> None:
        if self._sending[1] and not self._conversation.has_ended:
            sdp = reply.response.body if reply.response is not None and reply.status < 300 else b""
            self._conversation.emit(RefreshAnswered(session_id=self._conversation.id, status=reply.status, sdp=sdp))

    def _wait_for_retry(self, now: float) -> None:
        """Glare: both sides wait, each in a range of its own, and the one that comes first wins."""
        low, high = GLARE_OWNER_SECONDS if self._made_call_id else GLARE_OTHER_SECONDS
        self._wanted = self._wanted or self._sending
        self._is_waiting_for_retry = True
        self._conversation.start_timer(RETRY_TIMER, now + self._conversation.stack.random_seconds(low, high))
