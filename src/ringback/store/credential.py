"""Credential lists, the users in them, and the domains that ask for them (sip.md section 1.1)."""

from collections.abc import Collection

from sqlalchemy import delete, select

from ringback.model.record import CredentialListRecord, CredentialMappingRecord, CredentialRecord, Purpose
from ringback.store import table
from ringback.store.repository import Repository, chunks
from ringback.store.row import to_records, to_row, upsert


class CredentialListRepository(Repository[CredentialListRecord]):
    """The lists themselves, and their mappings to domains."""

    table = table.credential_list
    kind = CredentialListRecord

    async def map(self, *mappings: CredentialMappingRecord) -> None:
        """Let domains ask for lists; a mapping that is there already stays."""
        await upsert(self._connection, table.credential_mapping, [to_row(mapping) for mapping in mappings])

    async def unmap_lists(self, list_sids: Collection[str]) -> None:
        """No domain asks for these lists any more."""
        mapping = table.credential_mapping
        for chunk in chunks(list_sids):
            await self._connection.execute(delete(mapping).where(mapping.c.list_sid.in_(chunk)))

    async def unmap(self, domain_sid: str, list_sid: str, purpose: Purpose) -> None:
        """The domain does not ask for the list any more, for this purpose."""
        mapping = table.credential_mapping
        is_it = (mapping.c.domain_sid == domain_sid, mapping.c.list_sid == list_sid, mapping.c.purpose == purpose)
        await self._connection.execute(delete(mapping).where(*is_it))

    async def mappings(self) -> tuple[CredentialMappingRecord, ...]:
        mapping = table.credential_mapping
        statement = select(mapping).order_by(mapping.c.domain_sid, mapping.c.list_sid, mapping.c.purpose)
        return to_records(CredentialMappingRecord, await self._connection.execute(statement))


class CredentialRepository(Repository[CredentialRecord]):
    """The users of all lists."""

    table = table.credential
    kind = CredentialRecord

    async def of_list(self, list_sid: str) -> tuple[CredentialRecord, ...]:
        statement = select(self.table).where(self.table.c.list_sid == list_sid)
        return await self._many(statement.order_by(self.table.c.username))
