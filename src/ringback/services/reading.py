"""What calls leave behind, as the API reads it: what waits to be written is in the store first.

A callback may name a recording or a call that is not in the store yet. Who reads after it finds it all the same.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.store.database import Database
from ringback.store.write_behind import WriteBehind

DRAIN_SECONDS = 2.0
"""How long a reader waits for the writer. A database that cannot be written just now is read as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`async with reading.read() as connection` for the records of calls; `change` for the API's changes to them."""

    database: Database
    writer: WriteBehind

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, after everything put before was written, or `DRAIN_SECONDS` have passed."""
        await self.writer.drain(DRAIN_SECONDS)
        async with self.database.read() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """The same for a transaction that may write; where it was left by an exception nothing has changed."""
        await self.writer.drain(DRAIN_SECONDS)
        async with self.database.begin() as connection:
            yield connection
