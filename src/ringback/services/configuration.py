"""The configuration as the API changes it: one transaction a change, and the next call sees it.

The call path reads a snapshot in memory (`LiveDirectory`), so a change ends with reading that again.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.clock import Clock
from ringback.store.change_count import count_change
from ringback.store.database import Database
from ringback.store.live_directory import LiveDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuring:
    """What every service that keeps a part of the configuration works with."""

    database: Database
    directory: LiveDirectory
    clock: Clock

    @contextlib.asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """A transaction; where it was left by an exception nothing has changed.

        One at a time, also where several servers share a database, so that what a service looked up before it writes
        (that a name is free, that a list is not full) is still so.
        """
        async with self.database.begin_alone() as connection:
            yield connection
            await count_change(connection)
        await self.directory.refresh()

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.database.read() as connection:
            yield connection
