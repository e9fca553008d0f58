"""User-defined messages in virtual time: what an app and the caller's phone tell each other beside the audio."""

import itertools
import json
from collections.abc import Callable

from ringback.call.phone_message import PhoneMessage
from ringback.interpreter.report import Report
from ringback.model.record import MessageSubscriptionRecord
from ringback.model.sid import derived_sid
from ringback.services.exchange_messages import NOT_ACTIVE, NOT_IN_PROGRESS, not_arrived
from ringback.services.refusal import Refused
from ringback.services.tell_messages import MESSAGES_FAILED, message_callback, message_facts
from ringback.sip.dialog.messaging import JSON
from ringback.testing.transcript import ReceivedMessage, SentMessage
from ringback.testing.virtual_call import VirtualCall
from ringback.webhooks.delivery import Delivery
from ringback.webhooks.transport import Method


class VirtualMessages:
    """Those of one call: `send`, `subscribe` and `unsubscribe` are the app's, `tell` is the phone's."""

    def __init__(self, call: VirtualCall, delivery: Delivery, url_of: Callable[[str], str]) -> None:
        self._call = call
        self._delivery = delivery
        self._url_of = url_of
        self._sids = itertools.count(1)
        self._told = 0
        self._waiting: list[tuple[str, str]] = []  # SID and content, until the answer
        self._subscriptions: dict[str, MessageSubscriptionRecord] = {}
        call.on_answered = self._answered

    def send(self, content: str) -> str:
        """JSON text for the phone, which hears it when the call is answered; the message's SID.

        Raises `Refused` (21220) when the call is over, and `ValueError` for what is no JSON.
        """
        json.loads(content)
        self._require_active()
        sid = self._sid("KX")
        self._waiting.append((sid, content))
        if self._call.is_answered:
            self._answered()
        return sid

    def subscribe(self, url: str, *, method: Method = "POST") -> str:
        """Be told at `url` what the phone says from now on; the subscription's SID. Raises `Refused` (21220)."""
        self._require_active()
        info = self._call.info
        record = MessageSubscriptionRecord(
            sid=self._sid("ZY"),
            account_sid=info.account_sid,
            call_sid=info.call_sid,
            callback=self._url_of(url),
            method=method,
            created_at=self._call.world.clock.utc_now(),
        )
        self._subscriptions[record.sid] = record
        return record.sid

    def unsubscribe(self, sid: str) -> None:
        """Raises `KeyError` when there is no such subscription."""
        del self._subscriptions[sid]

    def tell(self, content: str, content_type: str = JSON) -> None:
        """The phone says it to whoever subscribed."""
        self._told += 1
        world = self._call.world
        self._call.write(SentMessage(at=world.elapsed(), content=content))
        message = PhoneMessage(number=self._told, content_type=content_type, content=content.encode())
        try:
            facts = message_facts(self._call.info, message, sid=self._sid("KX"), at=world.clock.utc_now())
        except ValueError as problem:
            self._report(f"a message of the phone was told to nobody: {problem}")
            return
        for subscription in self._subscriptions.values():
            self._delivery.post(message_callback(subscription, facts))

    def close(self) -> None:
        """The call is over: what waited for its answer was heard by nobody."""
        for sid, _ in self._waiting:
            self._report(not_arrived(sid, None))
        self._waiting.clear()

    def _answered(self) -> None:
        waiting, self._waiting = self._waiting, []
        for _, content in waiting:
            self._call.write(ReceivedMessage(at=self._call.world.elapsed(), content=content))

    def _require_active(self) -> None:
        if self._call.has_finished:
            raise Refused(NOT_IN_PROGRESS, NOT_ACTIVE)

    def _report(self, message: str) -> None:
        self._call.world.journal.report(Report(code=MESSAGES_FAILED, level="error", message=message))

    def _sid(self, prefix: str) -> str:
        """The same in every run."""
        return derived_sid(prefix, self._call.info.call_sid, str(next(self._sids)))
