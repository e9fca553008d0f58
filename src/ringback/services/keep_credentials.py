"""The users of credential lists (sip.md 1.1, rest-api.md 9.13). A password is hashed here and kept nowhere."""

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import CredentialRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.keep_lists import CREDENTIAL_LISTS, own_list
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.credential import CredentialRepository
from ringback.store.paging import PageRequest, Slice

MAX_CREDENTIALS = 1000
TOO_MANY_CREDENTIALS = 21242
BAD_CREDENTIAL = 21243


class CredentialKeeping:
    """The users of one list. None where the list or the user is not there."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def create(
        self, account_sid: AccountSid, list_sid: str, username: str, password: str
    ) -> CredentialRecord | None:
        """Raises `Refused` for one too many and for a name that the list has."""
        now = self._configuring.clock.utc_now()
        async with self._configuring.change() as connection:
            if await own_list(connection, CREDENTIAL_LISTS, account_sid, list_sid) is None:
                return None
            repository = CredentialRepository(connection)
            present = await repository.of_list(list_sid)
            if len(present) >= MAX_CREDENTIALS:
                raise Refused(TOO_MANY_CREDENTIALS, f"The list has {MAX_CREDENTIALS} credentials, which is the limit.")
            if any(other.username == username for other in present):
                raise Refused(BAD_CREDENTIAL, f"The list has a credential for {username} already.")
            record = CredentialRecord.of_password(
                sid=new_sid("CR"),
                list_sid=list_sid,
                username=username,
                realm=self._configuring.directory.realm,
                password=password,
                created_at=now,
                updated_at=now,
            )
            await repository.put(record)
            return record

    async def find(self, account_sid: AccountSid, list_sid: str, sid: str) -> CredentialRecord | None:
        async with self._configuring.read() as connection:
            return await _own_credential(connection, account_sid, list_sid, sid)

    async def page(
        self, account_sid: AccountSid, list_sid: str, request: PageRequest
    ) -> Slice[CredentialRecord] | None:
        async with self._configuring.read() as connection:
            if await own_list(connection, CREDENTIAL_LISTS, account_sid, list_sid) is None:
                return None
            return await CredentialRepository(connection).page(request, table.credential.c.list_sid == list_sid)

    async def set_password(
        self, account_sid: AccountSid, list_sid: str, sid: str, password: str | None
    ) -> CredentialRecord | None:
        """None for `password` leaves it as it is."""
        async with self._configuring.change() as connection:
            found = await _own_credential(connection, account_sid, list_sid, sid)
            if found is None or password is None:
                return found
            changed = CredentialRecord.of_password(
                sid=found.sid,
                list_sid=found.list_sid,
                username=found.username,
                realm=self._configuring.directory.realm,
                password=password,
                origin=found.origin,
                created_at=found.created_at,
                updated_at=self._configuring.clock.utc_now(),
            )
            await CredentialRepository(connection).put(changed)
            return changed

    async def remove(self, account_sid: AccountSid, list_sid: str, sid: str) -> bool:
        async with self._configuring.change() as connection:
            found = await _own_credential(connection, account_sid, list_sid, sid)
            if found is not None:
                await CredentialRepository(connection).remove({sid})
            return found is not None


async def _own_credential(
    connection: AsyncConnection, account_sid: AccountSid, list_sid: str, sid: str
) -> CredentialRecord | None:
    if await own_list(connection, CREDENTIAL_LISTS, account_sid, list_sid) is None:
        return None
    found = await CredentialRepository(connection).get(sid)
    return found if found is not None and found.list_sid == list_sid else None
