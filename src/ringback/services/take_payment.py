"""Payments on live calls, begun and steered over REST (rest-api.md 9.5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ringback.call.call import Call
from ringback.clock import Clock
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid, CallSid, derived_sid, new_sid
from ringback.services.call_order import CallbackTarget
from ringback.services.payment_session import NOT_POSSIBLE, PaymentOrder, PaymentSession, PaymentShown
from ringback.services.reach_app import AppLinks
from ringback.services.refusal import Refused
from ringback.services.running_calls import RunningCalls
from ringback.webhooks.callback import Callback
from ringback.webhooks.delivery import Delivery
from ringback.webhooks.signature import Parameters

NOT_IN_PROGRESS = 21220
CONNECTOR_NOT_VALID = 64004
MAX_KEYS = 1000
"""Idempotency keys of one session; a program that sends more has made a mistake."""


class PaymentTaking:
    """One payment on a call at a time."""

    def __init__(
        self,
        *,
        running: RunningCalls,
        links: AppLinks,
        clock: Clock,
        connectors: Mapping[str, PaymentConnector] = CONNECTORS,
    ) -> None:
        self._running = running
        self._links = links
        self._clock = clock
        self._connectors = connectors
        self._sessions: dict[str, PaymentSession] = {}
        self._keys: dict[str, set[str]] = {}

    def begin(self, account: AccountRecord, call_sid: str, order: PaymentOrder, key: str) -> PaymentShown:
        """The same `key` again is the session that it began. Raises `Refused`."""
        call = self._call(account.sid, call_sid)
        others = [session for session in self._sessions.values() if session.shown.call_sid == call_sid]
        for session in others:
            if key in self._keys[session.shown.sid]:
                return session.shown
        if any(session.state != "over" for session in others):
            raise Refused(NOT_POSSIBLE, "A payment is in progress on this call already.")
        connector = self._connectors.get(order.wanted.payment_connector)
        if connector is None:
            name = order.wanted.payment_connector[:60]
            raise Refused(CONNECTOR_NOT_VALID, f"There is no payment connector named {name!r}.")
        session = self._session(account, call, order, connector)
        self._sessions[session.shown.sid] = session
        self._keys[session.shown.sid] = {key}
        call.leg.ended.add_done_callback(lambda _: self._forget(session, call))
        session.begin()
        return session.shown

    def capture(self, call_sid: str, sid: str, word: str, target: CallbackTarget, key: str) -> PaymentShown | None:
        """Each returns None where the call has no such session, and does nothing for a key that came already."""
        session = self._find(call_sid, sid)
        if session is not None and self._is_new(session, key):
            session.capture(word, target)
            self._keys[sid].add(key)
        return session.shown if session is not None else None

    def complete(self, call_sid: str, sid: str, target: CallbackTarget, key: str) -> PaymentShown | None:
        session = self._find(call_sid, sid)
        if session is not None and self._is_new(session, key):
            session.complete(target)
            self._keys[sid].add(key)
        return session.shown if session is not None else None

    def cancel(self, call_sid: str, sid: str, target: CallbackTarget, key: str) -> PaymentShown | None:
        session = self._find(call_sid, sid)
        if session is not None and self._is_new(session, key):
            session.cancel(target)
            self._keys[sid].add(key)
        return session.shown if session is not None else None

    def _session(
        self, account: AccountRecord, call: Call, order: PaymentOrder, connector: PaymentConnector
    ) -> PaymentSession:
        now, call_sid = self._clock.utc_now(), call.info.call_sid
        shown = PaymentShown(
            sid=new_sid("PK"), account_sid=AccountSid(account.sid), call_sid=call_sid, created_at=now, updated_at=now
        )
        session = PaymentSession(
            shown=shown,
            order=order,
            call=call,
            connector=connector,
            clock=self._clock,
            told=_App(delivery=self._links.of(account).delivery, shown=shown),
            on_over=lambda: self._forget(session, call),
        )
        return session

    def _is_new(self, session: PaymentSession, key: str) -> bool:
        keys = self._keys[session.shown.sid]
        if len(keys) >= MAX_KEYS:
            raise Refused(NOT_POSSIBLE, f"A payment takes at most {MAX_KEYS} requests.")
        return key not in keys

    def _find(self, call_sid: str, sid: str) -> PaymentSession | None:
        session = self._sessions.get(sid)
        return session if session is not None and session.shown.call_sid == CallSid(call_sid) else None

    def _call(self, account_sid: str, call_sid: str) -> Call:
        live = self._running.find(call_sid)
        call = live.call if live is not None and live.info.account_sid == account_sid else None
        if call is None or not call.is_answered:
            raise Refused(NOT_IN_PROGRESS, "Call is not in-progress. Cannot take a payment.")
        return call

    def _forget(self, session: PaymentSession, call: Call) -> None:
        """When both are over. Until then a request hears how it stands."""
        if session.state == "over" and call.has_finished:
            self._sessions.pop(session.shown.sid, None)
            self._keys.pop(session.shown.sid, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _App:
    """Implements `PaymentTold`. The end is one callback, held from the first step on."""

    delivery: Delivery
    shown: PaymentShown

    def step(self, target: CallbackTarget, parameters: Parameters) -> None:
        self.delivery.post(self._callback(target, parameters))

    def expect_end(self, target: CallbackTarget, parameters: Parameters) -> None:
        self.delivery.hold(self._callback(target, parameters, sid=derived_sid("CB", self.shown.sid)))

    def end(self, target: CallbackTarget, parameters: Parameters) -> None:
        self.delivery.post(self._callback(target, parameters, sid=derived_sid("CB", self.shown.sid)))

    def _callback(self, target: CallbackTarget, parameters: Parameters, sid: str | None = None) -> Callback:
        return Callback(
            call_sid=self.shown.call_sid, url=target.url, method=target.method, parameters=parameters, sid=sid
        )
