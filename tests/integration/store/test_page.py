"""Pages of a table by position, on both databases (rest-api.md 6)."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.model.record import AccountRecord, ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid
from ringback.store import table
from ringback.store.account import AccountRepository
from ringback.store.application import ApplicationRepository
from ringback.store.database import Database
from ringback.store.paging import PageRequest, Position

ACCOUNT = AccountSid("AC" + "1" * 32)
START = datetime(2026, 3, 1, tzinfo=UTC)


def application(number: int) -> ApplicationRecord:
    """Two and two are of the same moment."""
    moment = START + timedelta(seconds=number // 2)
    return ApplicationRecord(
        sid=ApplicationSid(f"AP{number:032x}"),
        account_sid=ACCOUNT,
        friendly_name=f"app {number % 2}",
        voice_url=None,
        created_at=moment,
        updated_at=moment,
        carried={"sms_url": "https://app.example/sms"},
    )


def position(record: ApplicationRecord) -> Position:
    return Position(at=record.created_at, sid=record.sid)


@pytest.fixture
async def repository_rows(database: Database) -> Database:
    async with database.begin() as connection:
        await AccountRepository(connection).put(AccountRecord(sid=ACCOUNT, auth_token="x" * 32))
        await ApplicationRepository(connection).put(*map(application, range(10)))
    return database


@pytest.mark.parametrize("size", [1, 3, 10])
async def test_pages_hold_each_record_once_newest_first_and_lead_back(repository_rows: Database, size: int) -> None:
    async with repository_rows.read() as connection:
        repository = ApplicationRepository(connection)
        pages = [await repository.page(PageRequest(size=size))]
        while pages[-1].has_next:
            pages.append(await repository.page(PageRequest(size=size, after=position(pages[-1].records[-1]))))
        seen = [record for page in pages for record in page.records]
        assert seen == [application(number) for number in range(9, -1, -1)]
        if len(pages) > 1:
            back = await repository.page(PageRequest(size=size, before=position(pages[1].records[0])))
            assert back.records == pages[0].records
            assert not back.has_previous


async def test_conditions_hold_for_every_record_of_a_page(repository_rows: Database) -> None:
    async with repository_rows.read() as connection:
        named = table.application.c.friendly_name == "app 1"
        page = await ApplicationRepository(connection).page(PageRequest(size=3), named)
    assert [record.sid[-1] for record in page.records] == ["9", "7", "5"]
    assert page.has_next
