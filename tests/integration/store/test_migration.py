"""Each revision is run forward on data that the revision before it could hold."""

from collections.abc import Callable
from dataclasses import replace

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ringback.model.record import AccountRecord, CallRecord, NumberRecord, Origin
from ringback.model.sid import AccountSid
from ringback.store.account import AccountRepository
from ringback.store.call import CallRepository
from ringback.store.database import Database
from ringback.store.migration import MIGRATIONS, migrate
from ringback.store.number import NumberRepository

OLD_CALL = """
INSERT INTO call (sid, account_sid, from_, "to", direction, status, created_at, node)
VALUES (:sid, :account_sid, 'sip:alice@demo.example', 'sip:hello@demo.example', 'inbound', 'ringing',
        '2026-03-01 12:00:00.000000', 'main')
"""


def revisions() -> list[str]:
    """Oldest first."""
    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def test_revisions_are_one_line_without_branches() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [revisions()[-1]]
    assert revisions() == sorted(revisions())


async def test_data_of_the_first_revision_survives_to_the_newest(
    url: str, make_call: Callable[..., CallRecord]
) -> None:
    call = make_call(1)

    def begin_old(connection: Connection) -> None:
        for table in reversed(_tables(connection)):
            connection.execute(text(f'DROP TABLE "{table}"'))
        migrate(connection, revisions()[0])
        connection.execute(text(OLD_CALL), {"sid": call.sid, "account_sid": call.account_sid})

    database = await Database.open(url)
    async with database.begin() as connection:
        await connection.run_sync(begin_old)
        await connection.run_sync(migrate)
        assert await CallRepository(connection).get(call.sid) == replace(call, started_at=call.created_at)
    await database.close()


OLD_ROWS = (
    "INSERT INTO account (sid, auth_token, friendly_name, origin) VALUES (:account, 'geheim', 'mine', 'file')",
    """
    INSERT INTO number (sid, account_sid, number, voice_method, voice_fallback_method, status_callback_method,
        friendly_name, origin)
    VALUES ('PN1', :account, '+15551234567', 'POST', 'POST', 'POST', 'desk', 'api')
    """,
)


async def test_accounts_and_numbers_from_before_there_were_subaccounts_are_active_and_local(url: str) -> None:
    account = AccountSid("AC" + "0" * 32)

    def begin_old(connection: Connection) -> None:
        for table in reversed(_tables(connection)):
            connection.execute(text(f'DROP TABLE "{table}"'))
        migrate(connection, "0003")
        for statement in OLD_ROWS:
            connection.execute(text(statement), {"account": account})

    database = await Database.open(url)
    async with database.begin() as connection:
        await connection.run_sync(begin_old)
        await connection.run_sync(migrate)
        assert await AccountRepository(connection).all() == (
            AccountRecord(sid=account, auth_token="geheim", friendly_name="mine", origin=Origin.FILE),
        )
        assert await NumberRepository(connection).all() == (
            NumberRecord(sid="PN1", account_sid=account, number="+15551234567", voice_url=None, friendly_name="desk"),
        )
    await database.close()


def _tables(connection: Connection) -> list[str]:
    from ringback.store.table import metadata

    return [*(table.name for table in metadata.sorted_tables), "alembic_version"]
