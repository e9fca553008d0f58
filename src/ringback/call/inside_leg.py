"""A leg without a phone: two legs of ours are each other's far end, and what is between them is their audio alone.

One is like an outbound leg, and stands wherever that of a dialled phone would; the other is like an inbound one, on
which documents run. What is played on either is received by the other, over the loopback interface.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ringback.call.control import CallInfo
from ringback.call.leg import Leg, LegSettings, LegState
from ringback.call.leg_event import Answered, LegEnd, MediaRefused, Ringing
from ringback.call.phone_message import Outcome
from ringback.clock import Clock
from ringback.media.engine import MediaEngine
from ringback.sdp.description import MediaDirection
from ringback.sdp.negotiation import PACKET_MS, NegotiatedMedia
from ringback.sip import events
from ringback.sip.dialog.conversation import Body
from ringback.sip.events import SessionId
from ringback.sip.net.server import SipServer

NOT_ALLOWED = 405
"""What a far end that is no phone says to whatever only phones do."""
DTMF_PAYLOAD_TYPE = 101
CONFIRMED_AFTER_SECONDS = 0.05
"""So long the calling side has to be where the first word is to be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideInvitation:
    """Call an application of ours instead of a phone, for `call`; `parameters` are told to its voice URL."""

    application_sid: str
    call: CallInfo
    parameters: tuple[tuple[str, str], ...] = ()


class InsideLeg(Leg):
    """Made in pairs by `inside_pair`. There is no dialog: nothing that needs `session` can be done."""

    _far: "InsideLeg"

    def open(self, near: Leg | None = None) -> None:
        """Take a port. Raises `MediaRefused` if none is free."""
        self._near = near
        self._open_media()

    def join(self, far: "InsideLeg", *, is_inbound: bool) -> None:
        self._far = far
        self._is_inbound = is_inbound

    # -- what the called side does --------------------------------------------------------------------------------

    def check_offer(self) -> None:
        """Ours could always be answered."""

    def ring(self, status: int = 180) -> None:
        if not self.has_ended:
            self.state = self._far.state = LegState.RINGING
            self._far.progress.put_nowait(Ringing(status=status, early_media=False))

    def ring_with_audio(self) -> bool:
        return False

    async def answer(self) -> None:
        """Returns when the calling side has had the time to hear of it, which by SIP the ACK says."""
        if self.state in (LegState.ANSWERED, LegState.ENDED):
            return
        try:
            self._connect(self._toward(self._far))
            self._far._connect(self._toward(self))
        except MediaRefused as refusal:
            self.refuse(refusal.status, refusal.message)
            raise
        self.state = self._far.state = LegState.ANSWERED
        self._far.progress.put_nowait(Answered(headers=()))
        self._clock.call_at(self._clock.now() + CONFIRMED_AFTER_SECONDS, self._confirmed.set)
        await self._confirmation()

    def refuse(self, status: int, reason: str | None = None, headers: Sequence[tuple[str, str]] = ()) -> None:
        reason = reason or ""
        self._end_both(LegEnd(by="us", status=status, reason=reason), LegEnd(by="peer", status=status, reason=reason))

    # -- what either does -----------------------------------------------------------------------------------------

    def hang_up(self) -> None:
        """As by BYE, 480 or CANCEL."""
        if self.is_answered:
            self._end_both(LegEnd(by="us"), LegEnd(by="peer"))
        elif self._is_inbound:
            self.refuse(480)
        else:
            self._end_both(LegEnd(by="us"), LegEnd(by="peer", status=487, reason="Request Terminated"))

    def send_message(self, body: Body, outcome: Outcome) -> None:
        outcome(None if self.has_ended else NOT_ALLOWED)

    def refer(self, refer_to: str) -> "asyncio.Queue[events.ReferAnswered | events.NotifyReceived]":
        answers: asyncio.Queue[events.ReferAnswered | events.NotifyReceived] = asyncio.Queue()
        answers.put_nowait(events.ReferAnswered(session_id=SessionId(""), status=NOT_ALLOWED))
        return answers

    def _toward(self, leg: "InsideLeg") -> NegotiatedMedia:
        return NegotiatedMedia(
            remote_address=self._engine.local_address,
            remote_port=leg.media.port,
            remote_rtcp_port=leg.media.port + 1,
            codec="PCMU",
            payload_type=0,
            dtmf_payload_type=DTMF_PAYLOAD_TYPE,
            ptime_ms=PACKET_MS,
            direction=MediaDirection.SENDRECV,
        )

    def _break_off(self, end: LegEnd) -> None:
        self._end_both(end, LegEnd(by="peer"))

    def _end_both(self, mine: LegEnd, theirs: LegEnd) -> None:
        if not self.has_ended:
            self._end(mine)
            self._far._end(theirs)


def inside_pair(
    *, sip: SipServer, media: MediaEngine, settings: LegSettings, clock: Clock
) -> tuple[InsideLeg, InsideLeg]:
    """The calling side and the called one. Raises `MediaRefused` if no port is free."""
    calling, called = (InsideLeg(sip=sip, media=media, settings=settings, clock=clock) for _ in range(2))
    calling.join(called, is_inbound=False)
    called.join(calling, is_inbound=True)
    try:
        calling.open()
        called.open(near=calling)
    except MediaRefused:
        calling.hang_up()
        raise
    return calling, called
