"""How often the configuration has changed: what servers that share a database ask to see each other's changes."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.store import table


async def count_change(connection: AsyncConnection) -> None:
    """Within the transaction that changes something."""
    counter = table.configuration_change
    await connection.execute(update(counter).values(changes=counter.c.changes + 1))


async def change_count(connection: AsyncConnection) -> int:
    """As the transaction sees it."""
    return int((await connection.execute(select(table.configuration_change.c.changes))).scalar_one())
