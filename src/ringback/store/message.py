"""Text messages of `<Sms>`, written behind the call path."""

from sqlalchemy import select

from ringback.model.record import MessageRecord
from ringback.store import table
from ringback.store.repository import Repository


class MessageRepository(Repository[MessageRecord]):
    table = table.message
    kind = MessageRecord

    async def of_call(self, call_sid: str) -> tuple[MessageRecord, ...]:
        statement = select(self.table).where(self.table.c.call_sid == call_sid)
        return await self._many(statement.order_by(self.table.c.created_at, self.table.c.sid))
