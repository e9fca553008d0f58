"""Failures and warnings for the app's author, written behind the call path."""

from sqlalchemy import select

from ringback.model.record import NotificationRecord
from ringback.store import table
from ringback.store.repository import Repository


class NotificationRepository(Repository[NotificationRecord]):
    table = table.notification
    kind = NotificationRecord

    async def of_call(self, call_sid: str) -> tuple[NotificationRecord, ...]:
        statement = select(self.table).where(self.table.c.call_sid == call_sid)
        return await self._many(statement.order_by(self.table.c.created_at, self.table.c.sid))
