"""SIP Domains that the API makes, changes and removes (sip.md section 1, rest-api.md 9.12)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import DomainRecord
from ringback.model.sid import AccountSid, DomainSid, new_sid
from ringback.services.own_keeping import OwnKeeping, with_carried
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.domain import DomainRepository
from ringback.store.paging import PageRequest, Slice

MAX_DOMAINS = 100
TOO_MANY = 21230
BAD_NAME = 21232
HAS_SUBDOMAINS = 21233


class DomainKeeping(OwnKeeping[DomainRecord]):
    """`values` are fields of `DomainRecord` by name; another account's domain is not there."""

    repository = DomainRepository

    async def create(self, account_sid: AccountSid, values: Mapping[str, Any]) -> DomainRecord:
        """Raises `Refused`: 21230 for one too many, 21232 for a name that cannot be had (DM-01, DM-03)."""
        now = self._configuring.clock.utc_now()
        record = DomainRecord(
            **{"voice_url": None, "friendly_name": values["name"], **values},
            sid=DomainSid(new_sid("SD")),
            account_sid=account_sid,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = DomainRepository(connection)
            if await repository.count(table.domain.c.account_sid == account_sid) >= MAX_DOMAINS:
                raise Refused(TOO_MANY, f"The account has {MAX_DOMAINS} SIP Domains, which is the limit.")
            await _require_name(repository, record)
            await repository.put(record)
        return record

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[DomainRecord]:
        return await self._page(account_sid, request)

    async def update(self, account_sid: AccountSid, sid: str, values: Mapping[str, Any]) -> DomainRecord | None:
        """What `values` do not name stays; of `carried`, too. Raises `Refused` for a name that cannot be had."""

        async def check(connection: AsyncConnection, found: DomainRecord, changed: DomainRecord) -> None:
            if changed.name != found.name:
                repository = DomainRepository(connection)
                await _require_no_subdomains(repository, found)
                await _require_name(repository, changed)

        return await self._change(account_sid, sid, lambda found: with_carried(found, values), check)

    async def _require_unneeded(self, connection: AsyncConnection, record: DomainRecord) -> None:
        """DM-02."""
        await _require_no_subdomains(DomainRepository(connection), record)


async def _require_name(repository: DomainRepository, wanted: DomainRecord) -> None:
    """DM-01, DM-05, DM-06."""
    first_label = wanted.name.partition(".")[0]
    if first_label.startswith("ac") and len(first_label) == 34 and first_label != wanted.account_sid.lower():
        raise Refused(BAD_NAME, f"The name {wanted.name} begins with another account's SID.")
    for other in await repository.all():
        if other.sid == wanted.sid:
            continue
        if other.name == wanted.name:
            raise Refused(BAD_NAME, f"There is a SIP Domain {wanted.name} already.")
        if wanted.name.endswith(f".{other.name}") and other.account_sid != wanted.account_sid:
            raise Refused(BAD_NAME, f"{wanted.name} is a subdomain of one that another account owns.")


async def _require_no_subdomains(repository: DomainRepository, domain: DomainRecord) -> None:
    below = [other.name for other in await repository.all() if other.name.endswith(f".{domain.name}")]
    if below:
        raise Refused(HAS_SUBDOMAINS, f"{domain.name} has subdomains: {', '.join(sorted(below)[:5])}")
