"""API keys that the API makes, renames and removes (rest-api.md 9.16)."""

import secrets
import string

from ringback.model.record import KeyRecord, hash_secret
from ringback.model.sid import AccountSid, new_sid
from ringback.services.own_keeping import OwnKeeping
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.key import KeyRepository
from ringback.store.paging import PageRequest, Slice

MAX_KEYS = 1000
SECRET_LENGTH = 32

TOO_MANY = 20403
_ALPHABET = string.ascii_letters + string.digits


class KeyKeeping(OwnKeeping[KeyRecord]):
    """The keys of an account; another account's key is not there."""

    repository = KeyRepository

    async def create(self, account_sid: AccountSid, friendly_name: str) -> tuple[KeyRecord, str]:
        """The key and its secret, which nobody can tell afterwards. Raises `Refused` for one too many."""
        now = self._configuring.clock.utc_now()
        secret = "".join(secrets.choice(_ALPHABET) for _ in range(SECRET_LENGTH))
        record = KeyRecord(
            sid=new_sid("SK"),
            account_sid=account_sid,
            secret_hash=hash_secret(secret),
            friendly_name=friendly_name,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = KeyRepository(connection)
            if await repository.count(table.key.c.account_sid == account_sid) >= MAX_KEYS:
                raise Refused(TOO_MANY, f"The account has {MAX_KEYS} keys, which is the limit.", status=403)
            await repository.put(record)
        return record, secret

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[KeyRecord]:
        return await self._page(account_sid, request)

    async def rename(self, account_sid: AccountSid, sid: str, friendly_name: str | None) -> KeyRecord | None:
        """None for `friendly_name` leaves it as it is."""
        return await self._change(
            account_sid, sid, lambda _: {} if friendly_name is None else {"friendly_name": friendly_name}
        )
