"""User-defined messages to the phone of a call, and subscriptions to those of the phone (rest-api.md 9.5).

A message is kept and handed to its call in one step; what becomes of it at the phone is not waited for, and reported
when it did not arrive. What the phone says is told by `tell_messages`.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.call.control import CallInfo
from ringback.call.phone_message import TooManyMessages
from ringback.clock import Clock
from ringback.interpreter.report import NotificationReporter, Report
from ringback.model.call_status import CallStatus
from ringback.model.record import MessageSubscriptionRecord, UserDefinedMessageRecord
from ringback.model.sid import AccountSid, CallSid, new_sid
from ringback.services.ownership import own
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.services.running_calls import RunningCalls
from ringback.services.tell_messages import MESSAGES_FAILED
from ringback.sip.message.status import reason_phrase
from ringback.store.call import CallRepository
from ringback.store.user_defined_message import MessageSubscriptionRepository, UserDefinedMessageRepository

NOT_IN_PROGRESS = 21220
SILENCE = 408
NOT_ACTIVE = "Call is not in-progress or ringing."
TOO_MANY = 20429
BAD_PARAMETER = 20001
MAX_SUBSCRIPTIONS = 10
"""Of one call: each message of its phone is told to each of them."""
ACTIVE = (CallStatus.RINGING, CallStatus.IN_PROGRESS)
"""A call whose phone can be told something, in Twilio's words (Call Message Events)."""


class MessageExchanging:
    """Each returns None where the account has no such call, and gives an earlier request's answer to the same key."""

    def __init__(
        self,
        *,
        reading: Reading,
        running: RunningCalls,
        reporter_of: Callable[[CallInfo], NotificationReporter],
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._running = running
        self._reporter_of = reporter_of
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self, account_sid: AccountSid, call_sid: str, content: str, idempotency_key: str | None
    ) -> UserDefinedMessageRecord | None:
        """Raises `Refused`: 21220 for a call that is not active here, 20429 when too many wait for its phone."""
        async with self._turn(call_sid), self._reading.change() as connection:
            if not await _is_active(connection, account_sid, call_sid):
                return None
            repository = UserDefinedMessageRepository(connection)
            earlier = await repository.made_by(call_sid, idempotency_key) if idempotency_key else None
            if earlier is not None:
                return earlier
            made = UserDefinedMessageRecord(
                sid=new_sid("KX"), content=content, **self._common(account_sid, call_sid, idempotency_key)
            )
            await repository.put(made)
            self._tell_phone(made)
            return made

    async def subscribe(
        self, account_sid: AccountSid, call_sid: str, callback: str, method: str, idempotency_key: str | None
    ) -> MessageSubscriptionRecord | None:
        """Raises `Refused`: 21220 for a call that is not active, 20001 for one that has `MAX_SUBSCRIPTIONS`."""
        async with self._turn(call_sid), self._reading.change() as connection:
            if not await _is_active(connection, account_sid, call_sid):
                return None
            repository = MessageSubscriptionRepository(connection)
            earlier = await repository.made_by(call_sid, idempotency_key) if idempotency_key else None
            if earlier is not None:
                return earlier
            if len(await repository.of_call(call_sid)) >= MAX_SUBSCRIPTIONS:
                message = f"This call has {MAX_SUBSCRIPTIONS} subscriptions, which is the limit."
                raise Refused(BAD_PARAMETER, message)
            made = MessageSubscriptionRecord(
                sid=new_sid("ZY"),
                callback=callback,
                method=method,
                **self._common(account_sid, call_sid, idempotency_key),
            )
            await repository.put(made)
            return made

    async def unsubscribe(self, account_sid: AccountSid, call_sid: str, sid: str) -> bool:
        """False if there is no such subscription."""
        async with self._reading.change() as connection:
            repository = MessageSubscriptionRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None or found.call_sid != call_sid:
                return False
            await repository.remove({sid})
            return True

    def _turn(self, call_sid: str) -> asyncio.Lock:
        """What comes for one call at the same time is done in the order of its coming."""
        return self._turns.setdefault(call_sid, asyncio.Lock())

    def _tell_phone(self, message: UserDefinedMessageRecord) -> None:
        live = self._running.find(message.call_sid)
        if live is None or live.status not in ACTIVE:
            raise Refused(NOT_IN_PROGRESS, NOT_ACTIVE)
        try:
            live.send_message(message.content, partial(self._told, live.info, message.sid))
        except TooManyMessages as problem:
            raise Refused(TOO_MANY, f"{problem}.".capitalize(), status=429) from None

    def _told(self, info: CallInfo, sid: str, status: int | None) -> None:
        """How it went at the phone. Where it did not arrive the app's author hears of it, and of nothing else."""
        if status is not None and status < 300:
            return
        self._reporter_of(info).report(Report(code=MESSAGES_FAILED, level="error", message=not_arrived(sid, status)))

    def _common(self, account_sid: AccountSid, call_sid: str, idempotency_key: str | None) -> dict[str, Any]:
        return {
            "account_sid": account_sid,
            "call_sid": CallSid(call_sid),
            "created_at": self._clock.utc_now(),
            "idempotency_key": idempotency_key,
        }


def not_arrived(sid: str, status: int | None) -> str:
    """What the author is told of a message, from the phone's final status; None: the call ended before."""
    return f"user-defined message {sid} did not arrive: {_why(status)}"


def _why(status: int | None) -> str:
    if status is None:
        return "the call ended before the phone had it"
    if status == SILENCE:
        return "the phone did not answer"
    return f"the phone answered {status} {reason_phrase(status)}"


async def _is_active(connection: AsyncConnection, account_sid: str, call_sid: str) -> bool:
    """False where the account has no such call. Raises `Refused` for one that is not active."""
    found = own(await CallRepository(connection).get(call_sid), account_sid)
    if found is not None and found.status not in ACTIVE:
        raise Refused(NOT_IN_PROGRESS, NOT_ACTIVE)
    return found is not None
