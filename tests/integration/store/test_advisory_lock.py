"""One process for each node of a PostgreSQL database, also when the connection goes and the process stays."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.store.advisory_lock import lock_key
from ringback.store.database import Database
from ringback.store.errors import NodeTaken
from tests.peers.postgresql import new_postgresql_database

END_THE_HOLDERS = text(
    "SELECT pid, pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

HOLDERS = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
async def two(postgresql: str) -> AsyncIterator[tuple[Database, Database]]:
    """What two processes would have open."""
    url = await new_postgresql_database(postgresql)
    first, second = await Database.open(url), await Database.open(url)
    yield first, second
    await first.close()
    await second.close()


async def is_taken(database: Database, node: str) -> bool:
    try:
        await database.claim(node)
    except NodeTaken:
        return True
    return False


async def end_the_holder(connection: AsyncConnection) -> int:
    """The session that was told to end. It lives, and holds its lock, until it has read that."""
    [(session, told)] = (await connection.execute(END_THE_HOLDERS)).all()
    assert told
    return int(session)


async def until_held_anew(database: Database, ended: int) -> None:
    """Until another session than the ended one holds a node of this database."""
    async with asyncio.timeout(10):
        while True:
            async with database.read() as connection:
                holders = (await connection.execute(HOLDERS)).scalars().all()
            if holders and ended not in holders:
                return
            await asyncio.sleep(0.02)


async def test_a_node_is_one_process_and_another_node_another(two: tuple[Database, Database]) -> None:
    first, second = two
    await first.claim("main")
    await first.claim("main")
    assert await is_taken(second, "main")
    assert not await is_taken(second, "other")


async def test_a_node_is_free_when_its_process_ends(two: tuple[Database, Database]) -> None:
    first, second = two
    await first.claim("main")
    await first.close()
    assert not await is_taken(second, "main")


async def test_a_lock_whose_connection_is_lost_is_taken_again(two: tuple[Database, Database]) -> None:
    first, second = two
    await first.claim("main")
    async with second.begin() as connection:
        ended = await end_the_holder(connection)
    await until_held_anew(second, ended)
    assert await is_taken(second, "main")


async def test_who_finds_it_taken_by_another_goes_on_trying(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringback.store.advisory_lock.AGAIN_SECONDS", 0.02)
    first, second = two
    await first.claim("main")
    async with second.begin() as connection:
        ended = await end_the_holder(connection)
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("main")})
        await asyncio.sleep(0.1)
        assert len((await connection.execute(HOLDERS)).all()) == 1, "only this transaction"
    await until_held_anew(second, ended)
    assert await is_taken(second, "main")


def test_the_key_of_a_node_is_a_bigint_of_its_own() -> None:
    keys = {lock_key(f"node-{number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)
