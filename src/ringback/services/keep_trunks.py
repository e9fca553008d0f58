"""Trunks: carriers through which numbers are dialled, and which bring calls to our numbers. Our own resource."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import TrunkRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.own_keeping import OwnKeeping
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.paging import PageRequest, Slice
from ringback.store.trunk import TrunkRepository

MAX_TRUNKS = 100
BAD_PARAMETER = 20001
CONFLICT = 20409


class TrunkKeeping(OwnKeeping[TrunkRecord]):
    """`values` are fields of `TrunkRecord` by name; another account's trunk is not there."""

    repository = TrunkRepository

    async def create(self, account_sid: AccountSid, values: Mapping[str, Any]) -> TrunkRecord:
        """Raises `Refused` for one too many, and for a name or an address that is another trunk's."""
        now = self._configuring.clock.utc_now()
        record = TrunkRecord(**values, sid=new_sid("TK"), account_sid=account_sid, created_at=now, updated_at=now)
        async with self._configuring.change() as connection:
            repository = TrunkRepository(connection)
            if await repository.count(table.trunk.c.account_sid == account_sid) >= MAX_TRUNKS:
                raise Refused(BAD_PARAMETER, f"The account has {MAX_TRUNKS} trunks, which is the limit.")
            await _require_no_conflict(repository, record)
            await repository.put(record)
        return record

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[TrunkRecord]:
        return await self._page(account_sid, request)

    async def update(self, account_sid: AccountSid, sid: str, values: Mapping[str, Any]) -> TrunkRecord | None:
        """What `values` do not name stays. Raises `Refused` like `create`."""

        async def check(connection: AsyncConnection, _: TrunkRecord, changed: TrunkRecord) -> None:
            await _require_no_conflict(TrunkRepository(connection), changed)

        return await self._change(account_sid, sid, lambda _: values, check)


async def _require_no_conflict(repository: TrunkRepository, wanted: TrunkRecord) -> None:
    """A name is one trunk's, and an address brings the calls of one account."""
    networks = [ip_network(cidr) for cidr in wanted.allow]
    for other in await repository.all():
        if other.sid == wanted.sid:
            continue
        if other.name == wanted.name:
            raise Refused(CONFLICT, f"There is a trunk {wanted.name} already.", status=409)
        if other.account_sid == wanted.account_sid:
            continue
        for cidr in other.allow:
            if any(_overlap(network, ip_network(cidr)) for network in networks):
                raise Refused(CONFLICT, "An address of 'Allow' brings calls to another account already.", status=409)


def _overlap(one: Any, other: Any) -> bool:
    return bool(one.version == other.version and one.overlaps(other))
