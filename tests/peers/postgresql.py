"""A PostgreSQL of our own on a free port, where its programs are installed."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.peers.ports import free_port

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
UNPRIVILEGED = ("postgres", "nobody")


@contextlib.contextmanager
def running_postgresql() -> Iterator[str]:
    """A server with a data folder of its own, stopped at the end: its URL, to which the name of a database is added.

    Skips the test where PostgreSQL is not installed.
    """
    if not POSTGRESQL:
        pytest.skip("PostgreSQL is not installed under /usr/lib/postgresql")
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
        port = free_port()
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


async def new_postgresql_database(server: str) -> str:
    """The URL of an empty database on the server."""
    name = f"test_{secrets.token_hex(8)}"
    address = f"{server.replace('postgresql:', 'postgresql+asyncpg:')}postgres"
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return f"{server}{name}"


def _user() -> str | None:
    """PostgreSQL refuses to run as root; None when we are not root anyway."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)
