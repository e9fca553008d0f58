"""The INVITE that we sent, until it is answered, refused or cancelled (RFC 3261 sections 9.1 and 13.2)."""

from collections.abc import Callable

from ringback.sip.dialog.conversation import Conversation, HeaderPairs, Reply, Sent
from ringback.sip.dialog.dialog import Dialog
from ringback.sip.dialog.refresh import with_longer_interval
from ringback.sip.dialog.stack import Hop
from ringback.sip.events import CallAnswered, CallProgressed, CallRefused
from ringback.sip.message.cseq import CSeq
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response, reason_phrase
from ringback.sip.transaction.outgoing import Outgoing, TransactionId

CANCEL_TIMER = "CANCEL"
MAX_FORKS = 20
"""How many early dialogs, and how many answers, one INVITE may lead to."""


class OutgoingInvite:
    """Follows the responses to our INVITE; `is_open` until the first final one."""

    def __init__(
        self,
        conversation: Conversation,
        request: Request,
        hop: Hop,
        now: float,
        *,
        on_answered: Callable[[Response, float], None],
        on_refused: Callable[[float], None],
    ) -> None:
        self.is_open = True
        self._conversation = conversation
        self._on_answered = on_answered
        self._on_refused = on_refused
        self._early: dict[str, Dialog] = {}
        self._acks: dict[str, Outgoing] = {}
        self._provisional_of: TransactionId | None = None
        self._is_cancelling = False
        self._asked_longer = False
        self._cancel_headers: tuple[tuple[str, str], ...] = ()
        self._sent: Sent = conversation.send_request(request, hop, self._receive, now)

    @property
    def request(self) -> Request:
        """The INVITE as it was sent last, with credentials if they were asked for."""
        return self._sent.request

    def early_dialog(self, remote_tag: str) -> Dialog | None:
        return self._early.get(remote_tag)

    def cancel(self, now: float, headers: HeaderPairs) -> None:
        """CANCEL, at once or when the first provisional response has come (section 9.1)."""
        if not self.is_open or self._is_cancelling:
            return
        self._is_cancelling = True
        self._sent.was_challenged = True  # a challenge that comes now is not answered any more
        self._cancel_headers = tuple(headers)
        if self._provisional_of == self._sent.transaction_id:  # not of the one that was challenged
            self._send_cancel(now)

    def handle_cancel_timeout(self, now: float) -> None:
        """No final response in 64*T1 after our CANCEL: the INVITE counts as cancelled (section 9.1)."""
        if self.is_open:
            self._close(487, None, now)

    def _receive(self, reply: Reply, now: float) -> None:
        if reply.response is None or reply.status >= 300:
            if self.is_open and not self._ask_longer(reply.response, now):
                self._close(reply.status, reply.response, now, reply.reason, no_such_host=reply.no_such_host)
        elif reply.status >= 200:
            self._accept(reply.response, now)
        elif self.is_open:
            self._progress(reply.response, now)

    def _ask_longer(self, refusal: Response | None, now: float) -> bool:
        """After a 422: once more, with the session interval that it wants (RFC 4028 section 7.3)."""
        if refusal is None or refusal.status != 422 or self._asked_longer or self._is_cancelling:
            return False
        headers = with_longer_interval(self.request, refusal)
        if headers is None:
            return False
        self._asked_longer = True
        self._sent.was_challenged = False  # whoever challenges each INVITE may do so again
        self._conversation.send_anew(self._sent, headers, now)
        return True

    def _progress(self, response: Response, now: float) -> None:
        is_first = self._provisional_of != self._sent.transaction_id
        self._provisional_of = self._sent.transaction_id
        if self._is_cancelling:
            if is_first:
                self._send_cancel(now)
            return
        if response.status == 100:
            return
        tag = response.to.tag
        if tag is not None and tag not in self._early and len(self._early) < MAX_FORKS:
            self._early[tag] = Dialog.as_client(self.request, response)
            self._conversation.dialog = self._early[tag]
        self._conversation.emit(
            CallProgressed(
                session_id=self._conversation.id, status=response.status, sdp=response.body, response=response
            )
        )

    def _accept(self, response: Response, now: float) -> None:
        tag = response.to.tag or ""
        if (ack := self._acks.get(tag)) is not None:
            self._conversation.stack.layer.send_again(ack)  # section 13.2.2.4: a copy of the 2xx is ACKed again
            return
        if len(self._acks) >= MAX_FORKS:
            return
        dialog = self._early.get(tag) or Dialog.as_client(self.request, response)
        dialog.confirm(response)
        self._acks[tag] = self._conversation.send_ack(dialog, self.request)
        if not self.is_open or self._is_cancelling:
            # Another fork, or an answer that crossed our CANCEL: not wanted, so acknowledged and hung up.
            self._conversation.send("BYE", _ignore, now, dialog=dialog)
            if self.is_open:
                self._close(487, None, now)
            return
        self.is_open = False
        self._early.clear()
        self._conversation.dialog = dialog
        self._conversation.emit(CallAnswered(session_id=self._conversation.id, sdp=response.body, response=response))
        self._on_answered(response, now)

    def _send_cancel(self, now: float) -> None:
        """Same Request-URI, Call-ID, To, From, Route, CSeq number and branch as the INVITE (section 9.1)."""
        layer = self._conversation.stack.layer
        transaction = layer.get(self._sent.transaction_id)
        if transaction is None:
            return
        invite = transaction.request
        headers = Headers()
        for name in ("Route", "Max-Forwards", "From", "To", "Call-ID"):
            for value in invite.headers.get_lines(name):
                headers.add(name, value)
        headers.add("CSeq", str(CSeq(number=invite.cseq.number, method="CANCEL")))
        cancel = Request(method="CANCEL", uri=invite.uri, headers=headers)
        cancel = self._conversation.complete(cancel, self._cancel_headers, None)
        layer.send_request(
            cancel, transaction.to, now, owner=None, fallback=transaction.fallback, branch=invite.via.branch
        )
        self._conversation.start_timer(CANCEL_TIMER, now + self._conversation.stack.settings.timers.give_up)

    def _close(
        self,
        status: int,
        response: Response | None,
        now: float,
        reason: str | None = None,
        *,
        no_such_host: bool = False,
    ) -> None:
        self.is_open = False
        self._conversation.stop_timer(CANCEL_TIMER)
        self._conversation.emit(
            CallRefused(
                session_id=self._conversation.id,
                status=status,
                reason=reason or reason_phrase(status),
                response=response,
                no_such_host=no_such_host,
            )
        )
        self._on_refused(now)


def _ignore(reply: Reply, now: float) -> None:
    """For a BYE whose answer changes nothing."""
