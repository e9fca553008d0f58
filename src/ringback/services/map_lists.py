"""Which lists a SIP Domain asks for: credentials for calls or registrations, addresses for calls (AU-02 to AU-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import (
    AccessListRecord,
    AccessMappingRecord,
    CredentialListRecord,
    CredentialMappingRecord,
    DomainRecord,
    Purpose,
)
from ringback.model.sid import AccountSid, DomainSid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.services.refusal import Refused
from ringback.store.access_list import AccessListRepository
from ringback.store.credential import CredentialListRepository
from ringback.store.domain import DomainRepository

MAX_LISTS_OF_A_DOMAIN = 100
BAD_PARAMETER = 21231
TOO_MANY = 21239

MappingKind = Literal["calls", "registrations", "addresses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A list as a domain is mapped to it; its SID is the list's."""

    domain_sid: DomainSid
    account_sid: AccountSid
    list_sid: str
    friendly_name: str
    created_at: datetime


class ListMapping:
    """The mappings of one kind. None where the domain, or the mapping, is not there."""

    def __init__(self, configuring: Configuring, kind: MappingKind) -> None:
        self._configuring = configuring
        self._kind: MappingKind = kind

    async def map(self, account_sid: AccountSid, domain_sid: str, list_sid: str) -> Mapping | None:
        """Raises `Refused` for a list that is not there, is mapped already, or is one too many (DM-04, AU-05)."""
        async with self._configuring.change() as connection:
            domain = await _own_domain(connection, account_sid, domain_sid)
            if domain is None:
                return None
            present = await self._mapped(connection, domain)
            if any(mapping.list_sid == list_sid for mapping in present):
                raise Refused(BAD_PARAMETER, f"{list_sid} is mapped to the SIP Domain already.")
            if len(present) >= MAX_LISTS_OF_A_DOMAIN:
                raise Refused(TOO_MANY, f"The SIP Domain has {MAX_LISTS_OF_A_DOMAIN} lists, which is the limit.")
            found = await self._list(connection, list_sid)
            if found is None or found.account_sid != account_sid:
                raise Refused(BAD_PARAMETER, f"There is no list {list_sid} in this account.")
            now = self._configuring.clock.utc_now()
            await self._write(connection, domain.sid, list_sid, now)
            return _mapping(domain, found, now)

    async def all(self, account_sid: AccountSid, domain_sid: str) -> Sequence[Mapping] | None:
        async with self._configuring.read() as connection:
            domain = await _own_domain(connection, account_sid, domain_sid)
            return None if domain is None else await self._mapped(connection, domain)

    async def find(self, account_sid: AccountSid, domain_sid: str, list_sid: str) -> Mapping | None:
        mapped = await self.all(account_sid, domain_sid)
        return next((mapping for mapping in mapped or () if mapping.list_sid == list_sid), None)

    async def unmap(self, account_sid: AccountSid, domain_sid: str, list_sid: str) -> bool:
        async with self._configuring.change() as connection:
            domain = await _own_domain(connection, account_sid, domain_sid)
            if domain is None:
                return False
            if not any(mapping.list_sid == list_sid for mapping in await self._mapped(connection, domain)):
                return False
            if self._kind == "addresses":
                await AccessListRepository(connection).unmap(domain.sid, list_sid)
            else:
                await CredentialListRepository(connection).unmap(domain.sid, list_sid, Purpose(self._kind))
            return True

    async def _mapped(self, connection: AsyncConnection, domain: DomainRecord) -> list[Mapping]:
        mapped = []
        for record in await self._records(connection):
            if record.domain_sid != domain.sid:
                continue
            found = await self._list(connection, record.list_sid)
            if found is not None:
                mapped.append(_mapping(domain, found, record.created_at))
        return mapped

    async def _records(self, connection: AsyncConnection) -> Sequence[AccessMappingRecord | CredentialMappingRecord]:
        if self._kind == "addresses":
            return await AccessListRepository(connection).mappings()
        mappings = await CredentialListRepository(connection).mappings()
        return [mapping for mapping in mappings if mapping.purpose is Purpose(self._kind)]

    async def _list(self, connection: AsyncConnection, sid: str) -> AccessListRecord | CredentialListRecord | None:
        if self._kind == "addresses":
            return await AccessListRepository(connection).get(sid)
        return await CredentialListRepository(connection).get(sid)

    async def _write(self, connection: AsyncConnection, domain_sid: DomainSid, list_sid: str, now: datetime) -> None:
        if self._kind == "addresses":
            record = AccessMappingRecord(domain_sid=domain_sid, list_sid=list_sid, created_at=now)
            await AccessListRepository(connection).map(record)
            return
        purpose = Purpose(self._kind)
        asked = CredentialMappingRecord(domain_sid=domain_sid, list_sid=list_sid, purpose=purpose, created_at=now)
        await CredentialListRepository(connection).map(asked)


async def _own_domain(connection: AsyncConnection, account_sid: AccountSid, sid: str) -> DomainRecord | None:
    return own(await DomainRepository(connection).get(sid), account_sid)


def _mapping(domain: DomainRecord, found: AccessListRecord | CredentialListRecord, created_at: datetime) -> Mapping:
    return Mapping(
        domain_sid=domain.sid,
        account_sid=domain.account_sid,
        list_sid=found.sid,
        friendly_name=found.friendly_name,
        created_at=created_at,
    )
