"""Carriers."""

from sqlalchemy import select

from ringback.model.record import TrunkRecord
from ringback.store import table
from ringback.store.repository import Repository


class TrunkRepository(Repository[TrunkRecord]):
    table = table.trunk
    kind = TrunkRecord

    async def by_name(self, name: str) -> TrunkRecord | None:
        return await self._one(select(self.table).where(self.table.c.name == name))
