"""Voice apps that the API makes, changes and removes (rest-api.md 9.11)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ringback.model.record import ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.store import table
from ringback.store.application import ApplicationRepository
from ringback.store.paging import PageRequest, Slice


class ApplicationKeeping:
    """`values` are fields of `ApplicationRecord` by name; another account's application is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def create(self, account_sid: AccountSid, values: Mapping[str, Any]) -> ApplicationRecord:
        now = self._configuring.clock.utc_now()
        record = ApplicationRecord(
            **{"friendly_name": "", "voice_url": None, **values},
            sid=ApplicationSid(new_sid("AP")),
            account_sid=account_sid,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            await ApplicationRepository(connection).put(record)
        return record

    async def find(self, account_sid: AccountSid, sid: str) -> ApplicationRecord | None:
        async with self._configuring.read() as connection:
            return own(await ApplicationRepository(connection).get(sid), account_sid)

    async def page(
        self, account_sid: AccountSid, request: PageRequest, *, friendly_name: str | None = None
    ) -> Slice[ApplicationRecord]:
        columns = table.application.c
        conditions = [columns.account_sid == account_sid]
        if friendly_name is not None:
            conditions.append(columns.friendly_name == friendly_name)
        async with self._configuring.read() as connection:
            return await ApplicationRepository(connection).page(request, *conditions)

    async def update(self, account_sid: AccountSid, sid: str, values: Mapping[str, Any]) -> ApplicationRecord | None:
        """What `values` do not name stays; of `carried`, too."""
        async with self._configuring.change() as connection:
            repository = ApplicationRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return None
            carried = {**found.carried, **values.get("carried", {})}
            changed = replace(found, **{**values, "carried": carried, "updated_at": self._configuring.clock.utc_now()})
            await repository.put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none."""
        async with self._configuring.change() as connection:
            repository = ApplicationRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is not None:
                await repository.remove({sid})
            return found is not None
