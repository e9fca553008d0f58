"""A server sees what another one of the same database has changed, on both databases."""

import asyncio
from datetime import timedelta

from ringback.clock import SystemClock
from ringback.model.record import AccountRecord, KeyRecord
from ringback.model.sid import AccountSid
from ringback.services.configuration import Configuring
from ringback.store.account import AccountRepository
from ringback.store.database import Database
from ringback.store.key import KeyRepository
from ringback.store.live_directory import FOLLOW_SECONDS, LiveDirectory

ACCOUNT = AccountSid("AC" + "1" * 32)
KEY = "SK" + "1" * 32


class HurriedClock(SystemClock):
    """Waits a hundredth of the time."""

    async def sleep(self, seconds: float) -> None:
        assert seconds == FOLLOW_SECONDS
        await super().sleep(seconds / 100)


async def test_a_key_that_another_server_removed_opens_nothing_any_more(database: Database, url: str) -> None:
    clock = HurriedClock()
    other = await Database.open(url)
    theirs = Configuring(
        database=other, directory=await LiveDirectory.open(other, realm="ringback"), clock=SystemClock()
    )
    ours = await LiveDirectory.open(database, realm="ringback")
    following = asyncio.ensure_future(ours.follow(clock))

    async def seen(*, is_there: bool) -> None:
        async with asyncio.timeout(timedelta(seconds=10).total_seconds()):
            while (ours.key(KEY) is not None) is not is_there:
                await clock.sleep(FOLLOW_SECONDS)

    try:
        async with theirs.change() as connection:
            await AccountRepository(connection).put(AccountRecord(sid=ACCOUNT, auth_token="x" * 32))
            await KeyRepository(connection).put(
                KeyRecord(sid=KEY, account_sid=ACCOUNT, friendly_name="", secret_hash="0" * 64)
            )
        await seen(is_there=True)
        async with theirs.change() as connection:
            await KeyRepository(connection).remove({KEY})
        await seen(is_there=False)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await other.close()


async def test_a_database_that_is_away_for_a_while_does_not_end_the_following(database: Database) -> None:
    directory = await LiveDirectory.open(database, realm="ringback")
    async with database.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE configuration_change RENAME TO elsewhere")
    following = asyncio.ensure_future(directory.follow(HurriedClock()))
    await asyncio.sleep(0.1)
    async with database.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO configuration_change")
        await AccountRepository(connection).put(AccountRecord(sid=ACCOUNT, auth_token="x" * 32))
        await connection.exec_driver_sql("UPDATE configuration_change SET changes = changes + 1")
    async with asyncio.timeout(10):
        while directory.account(ACCOUNT) is None:
            assert not following.done()
            await asyncio.sleep(0.01)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
