"""Real databases: a SQLite file, and a PostgreSQL of our own on a free port where its programs are installed."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, RecordingRecord, RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.store.database import Database

ACCOUNT = AccountSid("AC" + "0" * 32)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
UNPRIVILEGED = ("postgres", "nobody")


def _user() -> str | None:
    """PostgreSQL refuses to run as root; None when we are not root anyway."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    """A server with a data folder of its own, stopped at the end."""
    programs, user = POSTGRESQL[-1].parent, _user()
    folder = Path(tempfile.mkdtemp(prefix="ringback-postgresql-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "ringback", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
            check=True,
            user=user,
            cwd=folder,
            capture_output=True,
        )
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"

        def control(*arguments: str) -> None:
            command = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True)

        control("-o", options, "start")
        try:
            yield f"postgresql://ringback@127.0.0.1:{port}/"
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server, to which the name of a database is added."""
    if not POSTGRESQL:
        pytest.skip("PostgreSQL is not installed under /usr/lib/postgresql")
    with _postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ringback.db"
    server = request.getfixturevalue("postgresql")
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    address = f"{server.replace('postgresql:', 'postgresql+asyncpg:')}postgres"
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return f"{server}{name}"


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
