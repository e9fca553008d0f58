"""Opening, migrating and sharing a real database."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from ringback.model.record import CallRecord, CredentialListRecord
from ringback.model.sid import AccountSid
from ringback.store.call import CallRepository
from ringback.store.credential import CredentialListRepository
from ringback.store.database import Database
from ringback.store.errors import StoreTooNew, StoreUnavailable
from ringback.store.table import metadata

MakeCall = Callable[..., CallRecord]


async def test_a_new_database_gets_every_table(database: Database) -> None:
    async with database.read() as connection:
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert names == set(metadata.tables) | {"alembic_version"}


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    async with database.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_opening_again_keeps_what_is_there(url: str, make_call: MakeCall) -> None:
    first = await Database.open(url)
    async with first.begin() as connection:
        await CallRepository(connection).save([make_call(1)], node="main")
    await first.close()
    second = await Database.open(url)
    async with second.read() as connection:
        assert await CallRepository(connection).get(make_call(1).sid) == make_call(1)
    await second.close()


async def test_processes_that_open_a_new_database_together_do_not_collide(url: str) -> None:
    databases = await asyncio.gather(*(Database.open(url) for _ in range(4)))
    for database in databases:
        await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    database = await Database.open(url)
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'zzzz'"))
    await database.close()
    with pytest.raises(StoreTooNew, match=r"newer version \(revision zzzz\)"):
        await Database.open(url)


async def test_a_transaction_left_by_an_exception_changes_nothing(database: Database, make_call: MakeCall) -> None:
    async def write_and_fail() -> None:
        async with database.begin() as connection:
            await CallRepository(connection).save([make_call(1)], node="main")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await write_and_fail()
    async with database.read() as connection:
        assert await CallRepository(connection).all() == ()


async def test_writers_wait_for_each_other_and_readers_for_nobody(database: Database, make_call: MakeCall) -> None:
    async def write(number: int) -> None:
        async with database.begin() as connection:
            await CallRepository(connection).all()
            await CallRepository(connection).save([make_call(number)], node="main")

    async with database.begin() as writing:
        await CallRepository(writing).save([make_call(100)], node="main")
        async with asyncio.timeout(5), database.read() as reading:
            assert await CallRepository(reading).all() == ()
    await asyncio.gather(*(write(number) for number in range(20)))
    async with database.read() as connection:
        assert len(await CallRepository(connection).all()) == 21


@pytest.mark.parametrize(
    "url",
    ["sqlite:////no/such/folder/x.db", "postgresql://me:geheim@127.0.0.1:1/x", "mysql://me:geheim@127.0.0.1/x"],
)
async def test_a_database_that_cannot_be_had_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        await Database.open(url)
    sentence = str(caught.value)
    assert sentence.startswith("store.url ")
    assert "geheim" not in sentence
    assert "\n" not in sentence


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("this is a letter, not a database, and it is long enough to be read as a header" * 20)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await Database.open(f"sqlite:///{path}")


async def test_a_database_in_memory_serves_tasks_that_run_together(make_call: MakeCall) -> None:
    database = await Database.open("sqlite:///:memory:")

    async def write(number: int) -> None:
        async with database.begin() as connection:
            await CallRepository(connection).save([make_call(number)], node="main")

    await asyncio.gather(*(write(number) for number in range(10)))
    async with database.read() as connection:
        assert len(await CallRepository(connection).all()) == 10
    await database.close()


async def test_a_list_without_an_account_is_refused(database: Database) -> None:
    async def write() -> None:
        async with database.begin() as connection:
            orphan = CredentialListRecord(
                sid="CL" + "0" * 32, account_sid=AccountSid("AC" + "9" * 32), friendly_name=""
            )
            await CredentialListRepository(connection).put(orphan)

    with pytest.raises(sqlalchemy.exc.IntegrityError):
        await write()
