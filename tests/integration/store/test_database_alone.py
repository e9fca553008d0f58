"""Changes that look before they write come one after the other, whichever process makes them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from ringback.clock import SystemClock
from ringback.model.record import AccountRecord, CredentialListRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.keep_credentials import CredentialKeeping
from ringback.services.refusal import Refused
from ringback.store.account import AccountRepository
from ringback.store.credential import CredentialListRepository
from ringback.store.database import Database
from ringback.store.live_directory import LiveDirectory

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MINE = AccountSid("AC" + "1" * 32)
STAFF = CredentialListRecord(sid=new_sid("CL"), account_sid=MINE, friendly_name="staff", created_at=NOW, updated_at=NOW)


@pytest.fixture
async def servers(url: str) -> AsyncIterator[tuple[Configuring, ...]]:
    """What the processes of two servers have open on one database."""
    databases = [await Database.open(url) for _ in range(2)]
    async with databases[0].begin() as connection:
        await AccountRepository(connection).put(AccountRecord(sid=MINE, auth_token="token", created_at=NOW))
        await CredentialListRepository(connection).put(STAFF)
    directories = [await LiveDirectory.open(database, realm="realm") for database in databases]
    yield tuple(
        Configuring(database=database, directory=directory, clock=SystemClock())
        for database, directory in zip(databases, directories, strict=True)
    )
    for database in databases:
        await database.close()


async def test_of_many_that_make_the_same_user_at_once_one_does_and_the_others_are_refused(
    servers: tuple[Configuring, ...],
) -> None:
    async def make(configuring: Configuring) -> int:
        try:
            await CredentialKeeping(configuring).create(MINE, STAFF.sid, "ann", "a-long-Passw0rd")
        except Refused as refused:
            return refused.code
        return 0

    made = await asyncio.gather(*(make(servers[turn % 2]) for turn in range(8)))
    assert sorted(made) == [0] + [21243] * 7


async def test_one_waits_until_the_other_has_ended(url: str) -> None:
    database = await Database.open(url)
    order: list[str] = []

    async def change(name: str) -> None:
        async with database.begin_alone():
            order.append(name)
            await asyncio.sleep(0.05)
            order.append(name)

    await asyncio.gather(change("a"), change("b"), change("c"))
    await database.close()
    assert order[0::2] == order[1::2]
