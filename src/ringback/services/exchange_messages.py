"""User-defined messages of a call that is in progress, and subscriptions to them (rest-api.md 9.5).

A message goes to a program at the other end of the call, of which there is none here: it is kept. Nobody sends messages
from there either, so a subscription is kept and told of nothing.
"""

from typing import Any

from ringback.clock import Clock
from ringback.model.call_status import CallStatus
from ringback.model.record import MessageSubscriptionRecord, UserDefinedMessageRecord
from ringback.model.sid import AccountSid, CallSid, new_sid
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.call import CallRepository
from ringback.store.user_defined_message import MessageSubscriptionRepository, UserDefinedMessageRepository

NOT_IN_PROGRESS = 21220


class MessageExchanging:
    """Each returns None where the account has no such call, and gives an earlier request's answer to the same key."""

    def __init__(self, reading: Reading, clock: Clock) -> None:
        self._reading = reading
        self._clock = clock

    async def send(
        self, account_sid: AccountSid, call_sid: str, content: str, idempotency_key: str | None
    ) -> UserDefinedMessageRecord | None:
        """Raises `Refused` (21220) for a call that is not in progress."""
        async with self._reading.change() as connection:
            if not await _is_own(CallRepository(connection), account_sid, call_sid):
                return None
            made = UserDefinedMessageRecord(
                sid=new_sid("KX"), content=content, **self._common(account_sid, call_sid, idempotency_key)
            )
            repository = UserDefinedMessageRepository(connection)
            earlier = await repository.made_by(call_sid, idempotency_key) if idempotency_key else None
            if earlier is None:
                await repository.put(made)
            return earlier or made

    async def subscribe(
        self, account_sid: AccountSid, call_sid: str, callback: str, method: str, idempotency_key: str | None
    ) -> MessageSubscriptionRecord | None:
        """Raises `Refused` (21220) for a call that is not in progress."""
        async with self._reading.change() as connection:
            if not await _is_own(CallRepository(connection), account_sid, call_sid):
                return None
            made = MessageSubscriptionRecord(
                sid=new_sid("ZY"),
                callback=callback,
                method=method,
                **self._common(account_sid, call_sid, idempotency_key),
            )
            repository = MessageSubscriptionRepository(connection)
            earlier = await repository.made_by(call_sid, idempotency_key) if idempotency_key else None
            if earlier is None:
                await repository.put(made)
            return earlier or made

    async def unsubscribe(self, account_sid: AccountSid, call_sid: str, sid: str) -> bool:
        """False if there is no such subscription."""
        async with self._reading.change() as connection:
            repository = MessageSubscriptionRepository(connection)
            found = await repository.get(sid)
            if found is None or (found.account_sid, found.call_sid) != (account_sid, call_sid):
                return False
            await repository.remove({sid})
            return True

    def _common(self, account_sid: AccountSid, call_sid: str, idempotency_key: str | None) -> dict[str, Any]:
        return {
            "account_sid": account_sid,
            "call_sid": CallSid(call_sid),
            "created_at": self._clock.utc_now(),
            "idempotency_key": idempotency_key,
        }


async def _is_own(calls: CallRepository, account_sid: str, call_sid: str) -> bool:
    found = await calls.get(call_sid)
    if found is None or found.account_sid != account_sid:
        return False
    if found.status is not CallStatus.IN_PROGRESS:
        raise Refused(NOT_IN_PROGRESS, "Call is not in-progress.")
    return True
