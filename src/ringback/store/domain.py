"""SIP Domains."""

from sqlalchemy import select

from ringback.model.record import DomainRecord
from ringback.store import table
from ringback.store.repository import Repository


class DomainRepository(Repository[DomainRecord]):
    table = table.domain
    kind = DomainRecord

    async def by_name(self, name: str) -> DomainRecord | None:
        """The domain with this host name, given in lower case."""
        return await self._one(select(self.table).where(self.table.c.name == name))
