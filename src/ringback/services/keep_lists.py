"""Lists that SIP Domains can be mapped to: of credentials, and of addresses (sip.md 1.1, rest-api.md 9.13)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import AccessListRecord, CredentialListRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.refusal import Refused
from ringback.store.access_list import AccessListRepository
from ringback.store.credential import CredentialListRepository
from ringback.store.paging import PageRequest, Slice

ListRecord = TypeVar("ListRecord", bound=AccessListRecord | CredentialListRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(Generic[ListRecord]):
    """What tells one kind of list from another: its table, its SIDs, how many an account may have, and the codes."""

    record: type[ListRecord]
    repository: Callable[[AsyncConnection], Any]  # of `record`; both kinds have `mappings` too
    prefix: str
    name: str
    most: int
    too_many: int
    still_mapped: int


CREDENTIAL_LISTS = ListKind(
    record=CredentialListRecord,
    repository=CredentialListRepository,
    prefix="CL",
    name="credential list",
    most=100,
    too_many=21239,
    still_mapped=21241,
)
ACCESS_LISTS = ListKind(
    record=AccessListRecord,
    repository=AccessListRepository,
    prefix="AL",
    name="IP list",
    most=1000,
    too_many=21255,
    still_mapped=21236,
)


class ListKeeping(Generic[ListRecord]):
    """The lists of one kind. Another account's list is not there."""

    def __init__(self, configuring: Configuring, kind: ListKind[ListRecord]) -> None:
        self._configuring = configuring
        self._kind = kind

    async def create(self, account_sid: AccountSid, friendly_name: str) -> ListRecord:
        """Raises `Refused` for one too many."""
        kind, now = self._kind, self._configuring.clock.utc_now()
        record: ListRecord = kind.record(
            sid=new_sid(kind.prefix),
            account_sid=account_sid,
            friendly_name=friendly_name,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = kind.repository(connection)
            if await repository.count(repository.table.c.account_sid == account_sid) >= kind.most:
                raise Refused(kind.too_many, f"The account has {kind.most} {kind.name}s, which is the limit.")
            await repository.put(record)
        return record

    async def find(self, account_sid: AccountSid, sid: str) -> ListRecord | None:
        async with self._configuring.read() as connection:
            return await own_list(connection, self._kind, account_sid, sid)

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[ListRecord]:
        async with self._configuring.read() as connection:
            repository = self._kind.repository(connection)
            mine = repository.table.c.account_sid == account_sid
            return cast(Slice[ListRecord], await repository.page(request, mine))

    async def rename(self, account_sid: AccountSid, sid: str, friendly_name: str) -> ListRecord | None:
        async with self._configuring.change() as connection:
            found = await own_list(connection, self._kind, account_sid, sid)
            if found is None:
                return None
            changed = replace(found, friendly_name=friendly_name, updated_at=self._configuring.clock.utc_now())
            await self._kind.repository(connection).put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. Raises `Refused` while a domain is mapped to it (AU-07)."""
        async with self._configuring.change() as connection:
            repository = self._kind.repository(connection)
            if await own_list(connection, self._kind, account_sid, sid) is None:
                return False
            if any(mapping.list_sid == sid for mapping in await repository.mappings()):
                message = f"The {self._kind.name} {sid} is still mapped to a SIP Domain."
                raise Refused(self._kind.still_mapped, message)
            await repository.remove({sid})
            return True


async def own_list(
    connection: AsyncConnection, kind: ListKind[ListRecord], account_sid: AccountSid, sid: str
) -> ListRecord | None:
    """The list, if it is the account's."""
    found = await kind.repository(connection).get(sid)
    if not isinstance(found, kind.record) or found.account_sid != account_sid:
        return None
    return found
