"""User-defined messages and subscriptions: both belong to a call, and go with it."""

from typing import TypeVar

from sqlalchemy import delete, select

from ringback.model.record import MessageSubscriptionRecord, UserDefinedMessageRecord
from ringback.store import table
from ringback.store.repository import Repository

Kept = TypeVar("Kept", UserDefinedMessageRecord, MessageSubscriptionRecord)


class _OfCallRepository(Repository[Kept]):
    async def made_by(self, call_sid: str, idempotency_key: str) -> Kept | None:
        """What an earlier request with the same key made on this call; the oldest."""
        columns = self.table.c
        statement = select(self.table).where(columns.call_sid == call_sid, columns.idempotency_key == idempotency_key)
        return await self._one(statement.order_by(columns.created_at, columns.sid).limit(1))

    async def of_call(self, call_sid: str) -> tuple[Kept, ...]:
        """Oldest first."""
        columns = self.table.c
        return await self._many(
            select(self.table).where(columns.call_sid == call_sid).order_by(columns.created_at, columns.sid)
        )

    async def remove_of_call(self, call_sid: str) -> None:
        await self._connection.execute(delete(self.table).where(self.table.c.call_sid == call_sid))


class UserDefinedMessageRepository(_OfCallRepository[UserDefinedMessageRecord]):
    table = table.user_defined_message
    kind = UserDefinedMessageRecord


class MessageSubscriptionRepository(_OfCallRepository[MessageSubscriptionRecord]):
    table = table.message_subscription
    kind = MessageSubscriptionRecord
