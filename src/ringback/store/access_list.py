"""IP access lists, the addresses in them, and the domains that ask for them (sip.md section 1.1)."""

from collections.abc import Collection

from sqlalchemy import delete, select

from ringback.model.record import AccessAddressRecord, AccessListRecord, AccessMappingRecord
from ringback.store import table
from ringback.store.repository import Repository, chunks
from ringback.store.row import to_records, to_row, upsert


class AccessListRepository(Repository[AccessListRecord]):
    """The lists themselves, and their mappings to domains."""

    table = table.access_list
    kind = AccessListRecord

    async def map(self, *mappings: AccessMappingRecord) -> None:
        """Let domains ask for lists; a mapping that is there already stays."""
        await upsert(self._connection, table.access_mapping, [to_row(mapping) for mapping in mappings])

    async def unmap_lists(self, list_sids: Collection[str]) -> None:
        """No domain asks for these lists any more."""
        mapping = table.access_mapping
        for chunk in chunks(list_sids):
            await self._connection.execute(delete(mapping).where(mapping.c.list_sid.in_(chunk)))

    async def unmap(self, domain_sid: str, list_sid: str) -> None:
        """The domain does not ask for the list any more."""
        mapping = table.access_mapping
        is_it = (mapping.c.domain_sid == domain_sid, mapping.c.list_sid == list_sid)
        await self._connection.execute(delete(mapping).where(*is_it))

    async def mappings(self) -> tuple[AccessMappingRecord, ...]:
        mapping = table.access_mapping
        statement = select(mapping).order_by(mapping.c.domain_sid, mapping.c.list_sid)
        return to_records(AccessMappingRecord, await self._connection.execute(statement))


class AccessAddressRepository(Repository[AccessAddressRecord]):
    """The networks of all lists."""

    table = table.access_address
    kind = AccessAddressRecord

    async def of_list(self, list_sid: str) -> tuple[AccessAddressRecord, ...]:
        statement = select(self.table).where(self.table.c.list_sid == list_sid)
        return await self._many(statement.order_by(self.table.c.cidr))
