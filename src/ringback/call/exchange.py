"""Where SIP sessions become legs: events are handed to the leg they belong to, new calls to whoever takes calls."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from ringback.call.inside_leg import InsideInvitation, inside_pair
from ringback.call.leg import Leg, LegSettings
from ringback.call.leg_event import MediaRefused
from ringback.clock import Clock
from ringback.media.engine import MediaEngine
from ringback.sip import events
from ringback.sip.dialog.dialog import MAX_FORWARDS
from ringback.sip.digest import Credentials
from ringback.sip.endpoint import Destination
from ringback.sip.errors import TooManySessions
from ringback.sip.events import Flow, SessionId
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.sip.net.server import SipServer

logger = structlog.get_logger(__name__)

CONCURRENCY_LIMIT = 10004


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An INVITE to send: whom, as whom, with which extra headers.

    `destination` is where it goes when that is not what the URI says: a name, or the way that a phone came.
    """

    target: SipUri
    from_: NameAddress
    to: NameAddress | None = None
    headers: Sequence[tuple[str, str]] = ()
    credentials: Credentials | None = None
    destination: Destination | Flow | None = None


class Exchange:
    """The legs of one SIP server. `on_call` hears of each new inbound call, authenticated and at 100 Trying."""

    def __init__(self, *, sip: SipServer, media: MediaEngine, settings: LegSettings, clock: Clock) -> None:
        self._sip = sip
        self._media = media
        self._settings = settings
        self._clock = clock
        self._legs: dict[SessionId, Leg] = {}
        self.on_call: Callable[[Leg, events.IncomingCall], None] = _refuse_all
        self.on_inside: Callable[[Leg, InsideInvitation], None] = _refuse_all
        self.on_register: Callable[[events.RegisterReceived], None] = lambda _event: None
        sip.on_event = self.receive

    @property
    def leg_count(self) -> int:
        return len(self._legs)

    def receive(self, event: events.Event) -> None:
        """Hand one event on. A leg that raises loses its own call, never another one."""
        match event:
            case events.IncomingCall():
                self._receive_call(event)
            case events.RegisterReceived():
                self.on_register(event)
            case _:
                leg = self._legs.get(event.session_id)
                if leg is not None:
                    self._hand_to(leg, event)

    def place(self, invitation: Invitation | InsideInvitation, *, near: Leg | None = None) -> Leg:
        """Send an INVITE and return its leg, which will say how it goes; an application is called without one.

        Raises `MediaRefused` if no port is free or no room for one more session is left.
        """
        if isinstance(invitation, InsideInvitation):
            return self._place_inside(invitation)
        leg = Leg(sip=self._sip, media=self._media, settings=self._settings, clock=self._clock, near=near)
        sdp = leg.open_offer()
        try:
            session = self._sip.endpoint.invite(
                target=invitation.target,
                from_=invitation.from_,
                to=invitation.to,
                sdp=sdp,
                headers=invitation.headers,
                credentials=invitation.credentials,
                route=(),
                destination=invitation.destination,
                max_forwards=max(0, near.hops_left - 1) if near is not None else MAX_FORWARDS,
                now=self._clock.now(),
            )
        except TooManySessions as problem:
            leg.hang_up()
            raise MediaRefused(503, CONCURRENCY_LIMIT, str(problem)) from problem
        leg.attach(session)
        self._keep(session.id, leg)
        self._sip.pump()
        return leg

    def _place_inside(self, invitation: InsideInvitation) -> Leg:
        calling, called = inside_pair(sip=self._sip, media=self._media, settings=self._settings, clock=self._clock)

        def take() -> None:
            if called.has_ended:
                return
            try:
                self.on_inside(called, invitation)
            except Exception:
                logger.exception("an application could not be called", application_sid=invitation.application_sid)
                called.refuse(500)

        asyncio.get_running_loop().call_soon(take)
        return calling

    def _receive_call(self, event: events.IncomingCall) -> None:
        session = self._sip.endpoint.session(event.session_id)
        if session is None:
            return
        leg = Leg(sip=self._sip, media=self._media, settings=self._settings, clock=self._clock)
        leg.attach(session)
        self._keep(event.session_id, leg)
        try:
            self.on_call(leg, event)
        except Exception:
            logger.exception("a new call could not be taken", call_id=session.call_id)
            leg.refuse(500)

    def _hand_to(self, leg: Leg, event: events.Event) -> None:
        try:
            leg.receive(event)
        except Exception:
            logger.exception("a leg failed on an event and is ended", event_kind=type(event).__name__)
            leg.hang_up()

    def _keep(self, session_id: SessionId, leg: Leg) -> None:
        self._legs[session_id] = leg
        leg.ended.add_done_callback(lambda _future: self._legs.pop(session_id, None))


def _refuse_all(leg: Leg, _call: events.IncomingCall | InsideInvitation) -> None:
    leg.refuse(503)
