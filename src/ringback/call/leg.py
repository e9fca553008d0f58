"""One side of a call: a SIP dialog together with the audio that belongs to it, in leg-neutral words.

A `Leg` hears the SIP endpoint's events through `receive` and tells the floor above three things: what happened on the
way to the answer (`progress`), that it is up (`is_answered`), and that it is over (`ended`). Audio is opened as late as
possible: an inbound leg takes a port when it is answered, an outbound one needs it for its offer (RFC 3264).
"""

import asyncio
import contextlib
import functools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from ringback.call.leg_event import Answered, LegEnd, MediaRefused, Progress, Ringing, extension_headers
from ringback.call.phone_message import Outcome, PhoneMessage, SentMessages
from ringback.clock import Clock
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError, NoFreePort
from ringback.media.leg import MediaLeg
from ringback.sdp.description import MediaDirection, SessionDescription
from ringback.sdp.errors import SdpError
from ringback.sdp.negotiation import (
    LocalMedia,
    NegotiatedMedia,
    accept_answer,
    make_answer,
    make_offer,
    with_version_after,
)
from ringback.sip import events
from ringback.sip.dialog.conversation import Body
from ringback.sip.dialog.dialog import MAX_FORWARDS
from ringback.sip.dialog.session import InviteSession
from ringback.sip.net.server import SipServer

REMEMBERED_DESCRIPTIONS = 64

NO_ACK = 32022
NO_AUDIO = 32014
NO_SUCH_HOST = 13254


class LegState(Enum):
    NEW = "new"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSettings:
    """What every leg of this server offers. `address` is written into SDP; it is where peers send audio."""

    address: str
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    dtmf_payload_type: int = 101


class Leg:
    """A dialog and its audio. Made by `Exchange`, which also feeds it events; owned by one call."""

    def __init__(
        self, *, sip: SipServer, media: MediaEngine, settings: LegSettings, clock: Clock, near: "Leg | None" = None
    ) -> None:
        self._sip = sip
        self._engine = media
        self._settings = settings
        self._clock = clock
        self._near = near
        self._session: InviteSession | None = None
        self._sdp_session_id = secrets.randbelow(2**31)
        self._described: SessionDescription | None = None
        self._direction = MediaDirection.SENDRECV
        self._confirmed = asyncio.Event()
        self._media: MediaLeg | None = None
        self._offer_is_ours = False
        self._is_inbound = True  # until it makes the offer of an INVITE of ours
        self.state = LegState.NEW
        self._quiet: asyncio.Future[float] | None = None
        self.negotiated: NegotiatedMedia | None = None
        self.on_refer: Callable[[events.ReferReceived], None] | None = None
        self.on_message: Callable[[PhoneMessage], None] = lambda message: None
        self.progress: asyncio.Queue[Progress] = asyncio.Queue()
        self.ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self._refer_events: asyncio.Queue[events.ReferAnswered | events.NotifyReceived] = asyncio.Queue()
        self._messages = SentMessages()

    # -- what a call may ask ------------------------------------------------------------------------------------

    @property
    def session(self) -> InviteSession:
        if self._session is None:
            raise RuntimeError("the leg has no dialog yet")
        return self._session

    @property
    def call_id(self) -> str | None:
        """That of the dialog; None for a leg that has none."""
        return self._session.call_id if self._session is not None else None

    @property
    def hops_left(self) -> int:
        """How often the call may still be passed on: a call that dials itself must come to an end (RFC 7332)."""
        left = self._session.request.max_forwards if self._session is not None else None
        return MAX_FORWARDS if left is None else left

    @property
    def media(self) -> MediaLeg:
        """The audio; there from the answer on (inbound) or from the offer on (outbound)."""
        if self._media is None:
            raise RuntimeError("the leg has no audio yet")
        return self._media

    @property
    def has_media(self) -> bool:
        """True once both sides agreed on audio, early media included."""
        return self._media is not None and self.negotiated is not None

    @property
    def is_answered(self) -> bool:
        return self.state is LegState.ANSWERED

    @property
    def has_ended(self) -> bool:
        return self.state is LegState.ENDED

    def attach(self, session: InviteSession) -> None:
        """Give the leg its dialog; the exchange does this once."""
        self._session = session

    def check_offer(self) -> None:
        """Refuse at once what could never be answered (IN-03, IN-04), before anything rings. Raises `MediaRefused`."""
        body = self.session.request.body
        if body:
            self._answer_to(body, port=9)

    def ring(self, status: int = 180) -> None:
        self.state = LegState.RINGING
        self.session.ring(self._clock.now(), status=status)
        self._sip.pump()

    def ring_with_audio(self) -> bool:
        """183 with our answer, so that a caller that is not answered hears; False where there is no offer to answer."""
        body = self.session.request.body
        if self.state not in (LegState.NEW, LegState.RINGING) or not body:
            return False
        if self.has_media:
            return True
        try:
            sdp = self._local_description(body)
        except MediaRefused:
            return False
        self.state = LegState.RINGING
        self.session.ring(self._clock.now(), status=183, sdp=sdp)
        self._sip.pump()
        return True

    async def answer(self) -> None:
        """200 OK with our answer (or our offer, where theirs was missing), then wait for the ACK or the end.

        Raises `MediaRefused` when no audio can be agreed on or no port is free; the INVITE is then refused.
        """
        if self.state in (LegState.ANSWERED, LegState.ENDED):
            return
        try:
            sdp = self._local_description(self.session.request.body)
        except MediaRefused as refusal:
            self.refuse(refusal.status, refusal.message)
            raise
        self.state = LegState.ANSWERED
        self.session.answer(sdp, self._clock.now())
        self._sip.pump()
        await self._confirmation()

    def refuse(self, status: int, reason: str | None = None, headers: Sequence[tuple[str, str]] = ()) -> None:
        if self.has_ended:
            return
        self.session.refuse(status, self._clock.now(), reason=reason, headers=headers)
        self._end(LegEnd(by="us", status=status, reason=reason or ""))
        self._sip.pump()

    def hang_up(self) -> None:
        """BYE, CANCEL or 480, whichever the state asks for; nothing if the leg is over."""
        if self.has_ended:
            return
        is_refused = self._is_inbound and not self.is_answered
        if self._session is not None:
            self._session.hang_up(self._clock.now())
        self._end(LegEnd(by="us", status=480 if is_refused else None))
        self._sip.pump()

    def send_message(self, body: Body, outcome: Outcome) -> None:
        """MESSAGE in the dialog, once it is answered (RFC 3428). Raises `TooManyMessages`."""
        if self.has_ended:
            outcome(None)
            return
        self.session.send_message(self._messages.add(outcome), body, self._clock.now())
        self._sip.pump()

    def refer(self, refer_to: str) -> "asyncio.Queue[events.ReferAnswered | events.NotifyReceived]":
        """Send REFER; its answer and the NOTIFYs that follow come into the queue (RFC 3515)."""
        self._refer_events = asyncio.Queue()
        self.session.refer(refer_to, self._clock.now())
        self._sip.pump()
        return self._refer_events

    def open_offer(self) -> bytes:
        """Take a port and describe it, for an INVITE of ours. Raises `MediaRefused` if no port is free."""
        self._is_inbound = False
        self._offer_is_ours = True
        return self._offer()

    def accept_refer(self, event: events.ReferReceived) -> None:
        """202, and NOTIFYs from now on; `notify_refer` says how it goes."""
        self.session.accept_refer(event, self._clock.now())
        self._sip.pump()

    def refuse_refer(self, event: events.ReferReceived, status: int) -> None:
        self.session.refuse_refer(event, status, self._clock.now())
        self._sip.pump()

    def notify_refer(self, status: int) -> None:
        """How the transfer ended; nothing if the transferor has left."""
        if not self.has_ended:
            self.session.notify_refer(status, self._clock.now(), final=True)
            self._sip.pump()

    # -- what the exchange feeds --------------------------------------------------------------------------------

    def receive(self, event: events.Event) -> None:
        """Take one event of this leg's session."""
        match event:
            case events.CallProgressed():
                self._receive_progress(event)
            case events.CallAnswered():
                self._receive_answer(event)
            case events.CallRefused():
                headers = extension_headers(event.response.headers) if event.response else ()
                by: Literal["peer", "failure"] = "peer" if event.response else "failure"
                code, reason = (NO_SUCH_HOST, "no such host") if event.no_such_host else (None, event.reason)
                self._end(LegEnd(by=by, status=event.status, reason=reason, headers=headers, code=code))
            case events.CallConfirmed():
                self._receive_confirmation(event)
            case events.CallCancelled():
                self._end(LegEnd(by="peer", status=487, reason="Request Terminated"))
            case events.AckTimedOut():
                self._end(LegEnd(by="failure", status=408, reason="no ACK in 32 seconds", code=NO_ACK))
            case events.CallHungUp():
                headers = extension_headers(event.request.headers) if event.request else ()
                self._end(LegEnd(by="peer" if event.request else "failure", headers=headers))
            case events.SessionRefreshed():
                self._receive_refresh(event)
            case events.MessageReceived(number=number, content_type=kind, body=body):
                self.on_message(PhoneMessage(number=number, content_type=kind, content=body))
            case events.MessageAnswered(message_id=message_id, status=status):
                self._messages.settle(message_id, status)
            case events.ReferReceived() if self.on_refer is not None:
                self.on_refer(event)
            case events.ReferReceived():
                self.refuse_refer(event, 603)
            case events.ReferAnswered() | events.NotifyReceived():
                self._refer_events.put_nowait(event)
            case _:
                return

    def _receive_progress(self, event: events.CallProgressed) -> None:
        if self.has_ended:
            return
        if event.sdp:
            with contextlib.suppress(SdpError, MediaRefused):
                self._connect(accept_answer(self._local_media(self.media.port), _parse(event.sdp)))
        self.state = LegState.RINGING
        self.progress.put_nowait(Ringing(status=event.status, early_media=bool(event.sdp)))

    def _receive_answer(self, event: events.CallAnswered) -> None:
        if self.has_ended:
            return
        try:
            if event.sdp:
                self._connect(accept_answer(self._local_media(self.media.port), _parse(event.sdp)))
            if self.negotiated is None:
                raise MediaRefused(488, 32103, "the answer has no session description")
        except (SdpError, MediaRefused) as problem:
            self._break_off(LegEnd(by="failure", status=488, reason=str(problem)))
            return
        self.state = LegState.ANSWERED
        self.progress.put_nowait(Answered(headers=extension_headers(event.response.headers)))

    def _receive_confirmation(self, event: events.CallConfirmed) -> None:
        """The ACK; it has their answer where the offer was ours (RFC 3261 section 13.2.1)."""
        if self._offer_is_ours and not self.has_ended:
            try:
                if event.sdp:
                    self._connect(accept_answer(self._local_media(self.media.port), _parse(event.sdp)))
                elif self.negotiated is None:
                    self.hang_up()
            except (SdpError, MediaRefused):
                self.hang_up()
        self._confirmed.set()

    def _receive_refresh(self, event: events.SessionRefreshed) -> None:
        """A re-INVITE: answer with the session as it is now; hold is theirs to ask for (MD-02)."""
        now = self._clock.now()
        try:
            if event.sdp:
                self._offer_is_ours = False
            self.session.answer_reinvite(self._local_description(event.sdp), now)
        except MediaRefused as refusal:
            self.session.refuse_reinvite(refusal.status, now)

    # -- audio --------------------------------------------------------------------------------------------------

    def _local_description(self, their_offer: bytes) -> bytes:
        if their_offer:
            self._open_media()
            description, negotiated = self._answer_to(their_offer, self.media.port)
            self._connect(negotiated)
            return self._describe(description)
        self._offer_is_ours = True
        return self._offer()

    def _offer(self) -> bytes:
        self._open_media()
        return self._describe(
            make_offer(self._local_media(self.media.port), session_id=self._sdp_session_id, version=1)
        )

    def _answer_to(self, offer: bytes, port: int) -> tuple[SessionDescription, NegotiatedMedia]:
        try:
            return make_answer(_parse(offer), self._local_media(port), session_id=self._sdp_session_id, version=1)
        except SdpError as problem:
            raise MediaRefused(problem.status, problem.code, str(problem)) from problem

    def _describe(self, description: SessionDescription) -> bytes:
        """The version goes up when, and only when, something changed (RFC 3264 section 8)."""
        if self._described is not None:
            description = with_version_after(self._described, description)
        self._described = description
        return str(description).encode()

    def _local_media(self, port: int) -> LocalMedia:
        return LocalMedia(
            address=self._settings.address,
            port=port,
            codecs=self._settings.codecs,
            dtmf_payload_type=self._settings.dtmf_payload_type,
            direction=self._direction,
        )

    def _open_media(self) -> None:
        if self._media is not None:
            return
        near = self._near._media if self._near is not None else None
        try:
            self._media = self._engine.open_leg(near=near)
        except NoFreePort as problem:
            raise MediaRefused(503, 32013, str(problem)) from problem

    def _audio_timed_out(self, quiet: "asyncio.Future[float]") -> None:
        """IN-08: nobody is there. Before the answer nobody has to be, and on hold the engine does not count."""
        if quiet.cancelled() or not self.is_answered:
            return
        reason = f"no audio was received for {quiet.result():g} seconds"
        self._break_off(LegEnd(by="failure", reason=reason, code=NO_AUDIO))

    def _break_off(self, end: LegEnd) -> None:
        """Hang up, for what no side chose."""
        self.session.hang_up(self._clock.now())
        self._end(end)
        self._sip.pump()

    def _connect(self, negotiated: NegotiatedMedia) -> None:
        try:
            self.media.connect(negotiated)
        except MediaError as problem:
            raise MediaRefused(488, 32102, str(problem)) from problem
        self.negotiated = negotiated
        if self.media.timed_out is not self._quiet:
            self._quiet = self.media.timed_out
            self._quiet.add_done_callback(self._audio_timed_out)

    async def _confirmation(self) -> None:
        confirmed: asyncio.Future[Any] = asyncio.ensure_future(self._confirmed.wait())
        try:
            await asyncio.wait({confirmed, self.ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            confirmed.cancel()

    def _end(self, end: LegEnd) -> None:
        if self.has_ended:
            return
        self.state = LegState.ENDED
        if self._media is not None:
            self._media.close()
        self._messages.close()
        if not self.ended.done():
            self.ended.set_result(end)


@functools.lru_cache(maxsize=REMEMBERED_DESCRIPTIONS)
def _parse(body: bytes) -> SessionDescription:
    """An offer is looked at before it rings and again when it is answered; the value is frozen, so once is enough."""
    return SessionDescription.parse(body.decode("utf-8", "replace"))
