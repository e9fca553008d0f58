"""Tell who subscribed to the messages of a call what its phone says (rest-api.md 9.5).

    phone --MESSAGE--> 200   waits, with those before it   who subscribed?   a callback to each

The phone has its answer before anybody is asked. Those of a call are told in order, each by callbacks that are written
before they are sent; nobody waits for a database meanwhile. What nobody subscribed to is forgotten.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import structlog

from ringback.call.control import CallInfo
from ringback.call.phone_message import PhoneMessage
from ringback.clock import Clock
from ringback.interpreter.report import NotificationReporter, Report
from ringback.model.record import AccountRecord, MessageSubscriptionRecord
from ringback.model.sid import CallSid, new_sid
from ringback.services.reach_app import AppLinks
from ringback.sip.dialog.messaging import JSON
from ringback.store.database import Database
from ringback.store.user_defined_message import MessageSubscriptionRepository
from ringback.webhooks.callback import Callback
from ringback.webhooks.message_parameters import MessageFacts, message_parameters

logger = structlog.get_logger(__name__)

MESSAGES_FAILED = 32700
MAX_UNTOLD = 100
"""Messages of one call that wait for the database; one more is reported and told to nobody."""


class MessageTelling:
    """One for the server. `reporter_of` takes what the app's author has to know."""

    def __init__(
        self,
        *,
        database: Database,
        links: AppLinks,
        account_of: Callable[[str], AccountRecord | None],
        reporter_of: Callable[[CallInfo], NotificationReporter],
        clock: Clock,
    ) -> None:
        self._database = database
        self._links = links
        self._account_of = account_of
        self._reporter_of = reporter_of
        self._clock = clock
        self._untold: dict[CallSid, deque[tuple[CallInfo, MessageFacts]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, info: CallInfo, message: PhoneMessage) -> None:
        """Take a message that a phone said. Never waits and never raises."""
        try:
            facts = message_facts(info, message, sid=new_sid("KX"), at=self._clock.utc_now())
        except ValueError as problem:
            self._report(info, f"a message of the phone was told to nobody: {problem}")
            return
        untold = self._untold.get(info.call_sid)
        if untold is None:
            self._untold[info.call_sid] = deque([(info, facts)])
            self._start(info.call_sid)
        elif len(untold) < MAX_UNTOLD:
            untold.append((info, facts))
        else:
            self._report(info, f"a message of the phone was told to nobody: {MAX_UNTOLD} wait already")

    async def close(self) -> None:
        """Return when what came is told."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, call_sid: CallSid) -> None:
        task = asyncio.get_running_loop().create_task(self._tell_all(call_sid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_all(self, call_sid: CallSid) -> None:
        untold = self._untold[call_sid]
        try:
            while untold:
                await self._tell(*untold[0])
                untold.popleft()
        finally:
            del self._untold[call_sid]

    async def _tell(self, info: CallInfo, message: MessageFacts) -> None:
        try:
            subscriptions = await self._subscriptions(info.call_sid)
        except Exception as fault:  # a database that is away must not silence the call's later messages
            logger.error("subscriptions could not be read", call_sid=info.call_sid, exc_info=fault)
            self._report(info, "a message of the phone was told to nobody: the subscriptions cannot be read")
            return
        account = self._account_of(info.account_sid)
        if account is None:
            return
        delivery = self._links.of(account).delivery
        for subscription in subscriptions:
            delivery.post(message_callback(subscription, message))

    async def _subscriptions(self, call_sid: CallSid) -> Sequence[MessageSubscriptionRecord]:
        async with self._database.read() as connection:
            return await MessageSubscriptionRepository(connection).of_call(call_sid)

    def _report(self, info: CallInfo, message: str) -> None:
        self._reporter_of(info).report(Report(code=MESSAGES_FAILED, level="error", message=message))


def message_facts(info: CallInfo, message: PhoneMessage, *, sid: str, at: datetime) -> MessageFacts:
    """What subscribers are told of it. Raises `ValueError` for what is not what it says it is."""
    try:
        content = message.content.decode()
        if message.content_type == JSON:
            json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError(f"it is not {'JSON' if message.content_type == JSON else 'text in UTF-8'}") from None
    return MessageFacts(
        sid=sid,
        account_sid=info.account_sid,
        call_sid=info.call_sid,
        content_type=message.content_type,
        content=content,
        number=message.number,
        received_at=at,
    )


def message_callback(subscription: MessageSubscriptionRecord, message: MessageFacts) -> Callback:
    """How one subscriber is told."""
    method: Literal["GET", "POST"] = "GET" if subscription.method == "GET" else "POST"
    return Callback(
        call_sid=message.call_sid, url=subscription.callback, parameters=message_parameters(message), method=method
    )
