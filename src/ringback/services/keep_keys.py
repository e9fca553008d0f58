"""API keys that the API makes, renames and removes (rest-api.md 9.16)."""

import secrets
import string
from dataclasses import replace

from ringback.model.record import KeyRecord, hash_secret
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.ownership import own
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.key import KeyRepository
from ringback.store.paging import PageRequest, Slice

MAX_KEYS = 1000
SECRET_LENGTH = 32

TOO_MANY = 20403
_ALPHABET = string.ascii_letters + string.digits


class KeyKeeping:
    """The keys of an account; another account's key is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

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

    async def find(self, account_sid: AccountSid, sid: str) -> KeyRecord | None:
        async with self._configuring.read() as connection:
            return own(await KeyRepository(connection).get(sid), account_sid)

    async def page(self, account_sid: AccountSid, request: PageRequest) -> Slice[KeyRecord]:
        async with self._configuring.read() as connection:
            return await KeyRepository(connection).page(request, table.key.c.account_sid == account_sid)

    async def rename(self, account_sid: AccountSid, sid: str, friendly_name: str | None) -> KeyRecord | None:
        async with self._configuring.change() as connection:
            repository = KeyRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is None:
                return None
            name = found.friendly_name if friendly_name is None else friendly_name
            changed = replace(found, friendly_name=name, updated_at=self._configuring.clock.utc_now())
            await repository.put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, sid: str) -> bool:
        """False if there is none. Its next request is refused."""
        async with self._configuring.change() as connection:
            repository = KeyRepository(connection)
            found = own(await repository.get(sid), account_sid)
            if found is not None:
                await repository.remove({sid})
            return found is not None
