"""Real databases: a SQLite file, and a PostgreSQL of our own on a free port where its programs are installed."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, RecordingRecord, RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.store.database import Database
from tests.peers.postgresql import new_postgresql_database, running_postgresql

ACCOUNT = AccountSid("AC" + "0" * 32)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server, to which the name of a database is added."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ringback.db"
    return await new_postgresql_database(request.getfixturevalue("postgresql"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url)
    yield database
    await database.close()


@pytest.fixture
def make_call() -> Callable[..., CallRecord]:
    def make(number: int = 0, status: CallStatus = CallStatus.RINGING, **fields: object) -> CallRecord:
        values: dict[str, object] = {
            "sid": CallSid(f"CA{number:032x}"),
            "account_sid": ACCOUNT,
            "from_": "sip:alice@demo.example",
            "to": "sip:hello@demo.example",
            "direction": Direction.INBOUND,
            "status": status,
            "created_at": START,
        }
        return CallRecord(**{**values, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_recording() -> Callable[..., RecordingRecord]:
    def make(number: int = 0, call: int = 0, **fields: object) -> RecordingRecord:
        values: dict[str, object] = {
            "sid": RecordingSid(f"RE{number:032x}"),
            "account_sid": ACCOUNT,
            "call_sid": CallSid(f"CA{call:032x}"),
            "status": RecordingStatus.IN_PROGRESS,
            "source": "RecordVerb",
            "path": f"{number}.wav",
            "started_at": START,
        }
        return RecordingRecord(**{**values, **fields})  # type: ignore[arg-type]

    return make
