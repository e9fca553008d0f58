"""Queues, by account and name. What waits in them is in memory."""

from sqlalchemy import select

from ringback.model.record import QueueRecord
from ringback.store import table
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository


class QueueRepository(Repository[QueueRecord]):
    table = table.queue
    kind = QueueRecord

    async def of_account(self, account_sid: str, page: PageRequest) -> Slice[QueueRecord]:
        """One page of an account's queues, newest first."""
        return await self.page(page, self.table.c.account_sid == account_sid)

    async def named(self, account_sid: str, name: str) -> QueueRecord | None:
        columns = self.table.c
        return await self._one(
            select(self.table).where(columns.account_sid == account_sid, columns.friendly_name == name)
        )
