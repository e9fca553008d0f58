"""REFER both ways and the NOTIFYs that follow it (RFC 3515)."""

from collections.abc import Callable

from ringback.sip.dialog.conversation import Body, Conversation, HeaderPairs, Received, Reply
from ringback.sip.dialog.offer import DIALOG_IS_GONE
from ringback.sip.errors import WrongState
from ringback.sip.events import NotifyReceived, ReferAnswered, ReferReceived
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request, reason_phrase

SIPFRAG = "message/sipfrag"
SUBSCRIPTION_SECONDS = 180
MAX_UNANSWERED = 4
"""REFERs of one dialog that may wait for our user's decision."""


class ReferExchange:
    """What one dialog refers, and is referred."""

    def __init__(self, conversation: Conversation, *, on_dead: Callable[[float], None]) -> None:
        self._conversation = conversation
        self._on_dead = on_dead
        self._unanswered: dict[str, Received] = {}
        self._accepted: int | None = None  # CSeq number of the REFER that we send NOTIFYs about
        self._has_referred = False

    # --- the peer refers us

    def receive(self, received: Received, now: float) -> None:
        """One Refer-To, exactly, or 400 (RFC 3515 section 2.4.2)."""
        values = received.request.headers.get_lines("Refer-To")
        if len(values) != 1:
            self._conversation.respond(received, 400, now, reason="Bad Refer-To Header")
        elif len(self._unanswered) >= MAX_UNANSWERED:
            self._conversation.respond(received, 503, now)
        else:
            self._unanswered[received.transaction_id] = received
            event = ReferReceived(session_id=self._conversation.id, refer_to=values[0], request=received.request)
            self._conversation.emit(event)

    def accept(self, event: ReferReceived, now: float) -> None:
        """202, and a first NOTIFY, which the standard asks for at once (RFC 3515 section 2.4.4)."""
        received = self._take(event)
        if received is None:
            return
        self._accepted = received.request.cseq.number
        self._conversation.respond(received, 202, now, headers=[("Contact", self._conversation.contact())])
        self.notify(100, now, final=False)

    def refuse(self, event: ReferReceived, status: int, now: float) -> None:
        if (received := self._take(event)) is not None:
            self._conversation.respond(received, status, now)

    def notify(self, status: int, now: float, *, final: bool) -> None:
        """Tell who referred us how it goes; after the final one the subscription is over."""
        if self._accepted is None:
            raise WrongState("notify", "no REFER has been accepted")
        state = "terminated;reason=noresource" if final else f"active;expires={SUBSCRIPTION_SECONDS}"
        headers = [("Event", f"refer;id={self._accepted}"), ("Subscription-State", state)]
        headers.append(("Contact", self._conversation.contact()))
        body = Body(content_type=SIPFRAG, data=f"SIP/2.0 {status} {reason_phrase(status)}\r\n".encode())
        if final:
            self._accepted = None
        self._conversation.send("NOTIFY", self._receive_notify_reply, now, headers=headers, body=body)

    def close(self, now: float) -> None:
        """The dialog is over: what nobody decided on gets 481."""
        for received in self._unanswered.values():
            self._conversation.respond(received, 481, now)
        self._unanswered.clear()

    def _take(self, event: ReferReceived) -> Received | None:
        for transaction_id, received in self._unanswered.items():
            if received.request is event.request:
                return self._unanswered.pop(transaction_id)
        return None

    # --- we refer the peer

    def refer(self, refer_to: str, now: float, headers: HeaderPairs) -> None:
        self._has_referred = True
        all_headers = [("Refer-To", refer_to), *headers]
        self._conversation.send("REFER", self._receive_refer_reply, now, headers=all_headers)

    def receive_notify(self, received: Received, now: float) -> None:
        """200 for a NOTIFY about our REFER; one that we did not ask for gets 481 (RFC 6665 section 4.1.3)."""
        request = received.request
        event = (request.headers.get("Event") or "").strip()
        if not self._has_referred or event.partition(";")[0].strip().lower() != "refer":
            self._conversation.respond(received, 481, now, reason="Subscription Does Not Exist")
            return
        self._conversation.respond(received, 200, now)
        self._conversation.emit(
            NotifyReceived(
                session_id=self._conversation.id,
                event=event,
                subscription_state=(request.headers.get("Subscription-State") or "").strip(),
                sipfrag_status=sipfrag_status(request),
                body=request.body,
            )
        )

    def _receive_refer_reply(self, reply: Reply, now: float) -> None:
        if reply.status < 200 or self._conversation.has_ended:
            return
        self._conversation.emit(ReferAnswered(session_id=self._conversation.id, status=reply.status))
        if reply.status in DIALOG_IS_GONE:
            self._on_dead(now)

    def _receive_notify_reply(self, reply: Reply, now: float) -> None:
        if reply.status == 481:
            self._accepted = None  # only the subscription is known to be gone (RFC 6665 section 4.2.2)


def sipfrag_status(request: Request) -> int | None:
    """The status code of the status line that a message/sipfrag body begins with (RFC 3420)."""
    try:
        if request.content_type != SIPFRAG:
            return None
    except MalformedHeader:
        return None
    words = request.body[:64].split()
    if len(words) < 2 or words[0].upper() != b"SIP/2.0" or len(words[1]) != 3 or not words[1].isdigit():
        return None
    return int(words[1])
