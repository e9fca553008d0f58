"""Voice apps that the API makes, changes and removes (rest-api.md 9.11)."""

from collections.abc import Mapping
from typing import Any

from ringback.model.record import ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid, new_sid
from ringback.services.own_keeping import OwnKeeping, with_carried
from ringback.store import table
from ringback.store.application import ApplicationRepository
from ringback.store.paging import PageRequest, Slice


class ApplicationKeeping(OwnKeeping[ApplicationRecord]):
    """`values` are fields of `ApplicationRecord` by name; another account's application is not there."""

    repository = ApplicationRepository

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

    async def page(
        self, account_sid: AccountSid, request: PageRequest, *, friendly_name: str | None = None
    ) -> Slice[ApplicationRecord]:
        named = [] if friendly_name is None else [table.application.c.friendly_name == friendly_name]
        return await self._page(account_sid, request, *named)

    async def update(self, account_sid: AccountSid, sid: str, values: Mapping[str, Any]) -> ApplicationRecord | None:
        """What `values` do not name stays; of `carried`, too."""
        return await self._change(account_sid, sid, lambda found: with_carried(found, values))
