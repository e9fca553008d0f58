"""SIP Domains that the API makes, changes and removes (sip.md section 1, rest-api.md 9.12)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ringback.model.record import AccountRecord, DomainRecord
from ringback.model.sid import AccountSid, DomainSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.domain import DomainRepository
from ringback.store.paging import PageRequest, Slice

MAX_DOMAINS = 100
TOO_MANY = 21230
BAD_NAME = 21232
HAS_SUBDOMAINS = 21233


class DomainKeeping:
    """`values` are fields of `DomainRecord` by name; another account's domain is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def create(self, account: AccountRecord, values: Mapping[str, Any]) -> DomainRecord:
        """Raises `Refused`: 21230 for one too many, 21232 for a name that cannot be had (DM-01, DM-03)."""
        now = self._configuring.clock.utc_now()
        record = DomainRecord(
            **{"voice_url": None, "friendly_name": values["name"], **values},
            sid=DomainSid(new_sid("SD")),
            account_sid=account.sid,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = DomainRepository(connection)
            if await repository.count(table.domain.c.account_sid == account.sid) >= MAX_DOMAINS:
                raise Refused(TOO_MANY, f"The account has {MAX_DOMAINS} SIP Domains, which is the limit.")
            await _require_name(repository, record, account)
            await repository.put(record)
        return record

    async def find(self, account_sid: AccountSid, sid: str) -> DomainRecord | None:
        async with self._configuring.read() as connection:
            return own(await DomainRepository(connection).get(sid), account_sid)

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[DomainRecord]:
        async with self._configuring.read() as connection:
            return await DomainRepository(connection).page(request, table.domain.c.account_sid == account_sid)

    async def update(self, account: AccountRecord, sid: str, values: Mapping[str, Any]) -> DomainRecord | None:
        """What `values` do not name stays. Raises `Refused` for a name that cannot be had."""
        async with self._configuring.change() as connection:
            repository = DomainRepository(connection)
            found = own(await repository.get(sid), account.sid)
            if found is None:
                return None
            carried = {**found.carried, **values.get("carried", {})}
            now = self._configuring.clock.utc_now()
            changed = replace(found, **{**values, "carried": carried, "updated_at": now})
            if changed.name != found.name:
                await _require_no_subdomains(repository, found)
                await _require_name(repository, changed, account)
            await repository.put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. Raises `Refused` while it has subdomains (DM-02)."""
        async with self._configuring.change() as connection:
            repository = DomainRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return False
            await _require_no_subdomains(repository, found)
            await repository.remove({sid})
            return True


async def _require_name(repository: DomainRepository, wanted: DomainRecord, account: AccountRecord) -> None:
    """DM-01, DM-05, DM-06."""
    first_label = wanted.name.partition(".")[0]
    if first_label.startswith("ac") and len(first_label) == 34 and first_label != account.sid.lower():
        raise Refused(BAD_NAME, f"The name {wanted.name} begins with another account's SID.")
    for other in await repository.all():
        if other.sid == wanted.sid:
            continue
        if other.name == wanted.name:
            raise Refused(BAD_NAME, f"There is a SIP Domain {wanted.name} already.")
        if wanted.name.endswith(f".{other.name}") and other.account_sid != account.sid:
            raise Refused(BAD_NAME, f"{wanted.name} is a subdomain of one that another account owns.")


async def _require_no_subdomains(repository: DomainRepository, domain: DomainRecord) -> None:
    below = [other.name for other in await repository.all() if other.name.endswith(f".{domain.name}")]
    if below:
        raise Refused(HAS_SUBDOMAINS, f"{domain.name} has subdomains: {', '.join(sorted(below)[:5])}")
