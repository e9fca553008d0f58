"""A 2xx of ours to an INVITE, sent again until its ACK comes (RFC 3261 section 13.3.1.4; IN-01)."""

from dataclasses import dataclass

from ringback.sip.dialog.conversation import Conversation, Received
from ringback.sip.message.message import Request, Response

TIMER = "2xx "


@dataclass(slots=True, kw_only=True, eq=False)
class Acceptance:
    """`has_offer` is whether our 2xx bears an offer, so that the ACK brings the answer."""

    received: Received
    response: Response
    has_offer: bool
    is_first: bool
    interval: float
    give_up_at: float


class Acceptances:
    """Those of one session, by CSeq number: that of the call itself, and of each re-INVITE."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._unacknowledged: dict[int, Acceptance] = {}

    @property
    def is_waiting(self) -> bool:
        return bool(self._unacknowledged)

    @property
    def is_waiting_for_first(self) -> bool:
        """Whether the ACK of the call itself is still to come."""
        return any(acceptance.is_first for acceptance in self._unacknowledged.values())

    @property
    def is_waiting_for_answer(self) -> bool:
        """Whether an ACK that is still to come bears the answer to an offer of ours."""
        return any(acceptance.has_offer for acceptance in self._unacknowledged.values())

    def add(self, received: Received, response: Response, now: float, *, has_offer: bool, is_first: bool) -> None:
        """The response has been sent; from now on it is sent again, after T1, doubling up to T2, for 64*T1."""
        timers = self._conversation.stack.settings.timers
        number = received.request.cseq.number
        self._unacknowledged[number] = Acceptance(
            received=received,
            response=response,
            has_offer=has_offer,
            is_first=is_first,
            interval=timers.t1,
            give_up_at=now + timers.give_up,
        )
        self._conversation.start_timer(f"{TIMER}{number}", now + timers.t1)

    def acknowledge(self, ack: Request) -> Acceptance | None:
        """The acceptance that this ACK is for; None for a copy of an ACK."""
        number = ack.cseq.number
        self._conversation.stop_timer(f"{TIMER}{number}")
        return self._unacknowledged.pop(number, None)

    def handle_timer(self, number: int, now: float) -> Acceptance | None:
        """Send again, or give the acceptance back when its time is over."""
        acceptance = self._unacknowledged.get(number)
        if acceptance is None:
            return None
        if now >= acceptance.give_up_at:
            return self._unacknowledged.pop(number)
        layer, timers = self._conversation.stack.layer, self._conversation.stack.settings.timers
        layer.respond(acceptance.received.transaction_id, acceptance.response, now)
        acceptance.interval = min(acceptance.interval * 2, timers.t2)
        when = min(now + acceptance.interval, acceptance.give_up_at)
        self._conversation.start_timer(f"{TIMER}{number}", when)
        return None

    def clear(self) -> None:
        for number in self._unacknowledged:
            self._conversation.stop_timer(f"{TIMER}{number}")
        self._unacknowledged.clear()
