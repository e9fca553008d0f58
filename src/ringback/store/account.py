"""Accounts: who owns everything, and the token that signs and opens."""

from sqlalchemy import Table, select

from ringback.model.record import AccountRecord, Origin
from ringback.store import table
from ringback.store.repository import Repository


class AccountRepository(Repository[AccountRecord]):
    table = table.account
    kind = AccountRecord

    async def owns_what_the_api_made(self, sid: str) -> bool:
        """True when something that is not from the settings file would go with the account."""
        if await self.count(self.table.c.owner_sid == sid):
            return True
        for owned in _OWNED:
            statement = select(owned.c.sid).where(owned.c.account_sid == sid, owned.c.origin == Origin.API).limit(1)
            if (await self._connection.execute(statement)).first() is not None:
                return True
        return False


_OWNED: tuple[Table, ...] = (
    table.domain,
    table.credential_list,
    table.access_list,
    table.number,
    table.trunk,
    table.application,
    table.key,
    table.caller_id,
)
