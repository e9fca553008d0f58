"""The INVITE that somebody sent us, until it is answered, refused or cancelled (RFC 3261 section 13.3)."""

from ringback.sip.dialog.acceptance import Acceptances
from ringback.sip.dialog.conversation import Conversation, HeaderPairs, Received, sdp_body
from ringback.sip.errors import WrongState
from ringback.sip.events import CallCancelled
from ringback.sip.message.errors import IllegalHeader

RING_AGAIN_TIMER = "ring again"
EXPIRY_TIMER = "INVITE expires"
MAX_EXPIRES_SECONDS = 3600


class IncomingInvite:
    """Rings, answers or refuses, once."""

    def __init__(self, conversation: Conversation, acceptances: Acceptances, received: Received, now: float) -> None:
        self.received = received
        self.is_open = True
        self._conversation = conversation
        self._acceptances = acceptances
        self._ringing: tuple[int, bytes, tuple[tuple[str, str], ...]] | None = None
        if (expires := received.request.expires) is not None:
            conversation.start_timer(EXPIRY_TIMER, now + min(expires, MAX_EXPIRES_SECONDS))

    def ring(self, now: float, status: int, sdp: bytes, headers: HeaderPairs) -> None:
        """A provisional response over 100; it is sent again each minute (section 13.3.1.1)."""
        self._require_open("ring")
        if not 101 <= status <= 199:
            raise WrongState(f"ring with {status}", "a provisional response is 101 to 199")
        before, self._ringing = self._ringing, (status, sdp, tuple(headers))
        try:
            self._send_ringing(now)
        except IllegalHeader:
            self._ringing = before
            raise

    def answer(self, sdp: bytes, now: float, headers: HeaderPairs) -> None:
        """200, sent again until the ACK."""
        self._require_open("answer")
        conversation = self._conversation
        assert conversation.dialog is not None, "an incoming call has a dialog from the start"
        response = conversation.respond(self.received, 200, now, headers=headers, body=sdp_body(sdp))
        self._close()
        conversation.dialog.is_confirmed = True
        has_offer = not self.received.request.body
        self._acceptances.add(self.received, response, now, has_offer=has_offer, is_first=True)

    def refuse(self, status: int, now: float, reason: str | None, headers: HeaderPairs) -> None:
        self._require_open("refuse")
        if not 300 <= status <= 699:
            raise WrongState(f"refuse with {status}", "a refusal is 300 to 699")
        self._conversation.respond(self.received, status, now, reason=reason, headers=headers)
        self._close()

    def cancel(self, now: float) -> None:
        """CANCEL, its BYE in an early dialog, or its Expires has passed: 487 (sections 9.2, 13.3.1, 15.1.2)."""
        self._close()
        self._conversation.respond(self.received, 487, now)
        self._conversation.emit(CallCancelled(session_id=self._conversation.id))

    def handle_ring_again(self, now: float) -> None:
        if self.is_open:
            self._send_ringing(now)

    def _send_ringing(self, now: float) -> None:
        if self._ringing is None:
            return
        status, sdp, headers = self._ringing
        self._conversation.respond(self.received, status, now, headers=headers, body=sdp_body(sdp))
        self._conversation.start_timer(RING_AGAIN_TIMER, now + self._conversation.stack.settings.ring_again_seconds)

    def _require_open(self, action: str) -> None:
        if not self.is_open:
            raise WrongState(action, "the INVITE has its final response")

    def _close(self) -> None:
        self.is_open = False
        self._conversation.stop_timer(RING_AGAIN_TIMER)
        self._conversation.stop_timer(EXPIRY_TIMER)
