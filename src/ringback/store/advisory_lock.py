"""`NodeLock` for PostgreSQL: an advisory lock of a session of its own, gone with the process or its connection.

When only the connection goes (the database restarts), the lock is taken again as soon as there is a database. A process
that was started in between has it then; that is reported, because two that are one node must not run.

The session must be the server's own: a pooler that gives sessions away between transactions gives the lock away too.
"""

import asyncio
import hashlib
from typing import Any, Self

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ringback.store.errors import NodeTaken

logger = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0


class AdvisoryLock:
    """The lock of one node, held until `release`."""

    def __init__(self, engine: AsyncEngine, node: str) -> None:
        self._engine = engine
        self._node = node
        self._connection: AsyncConnection | None = None
        self._lost = asyncio.Event()
        self._guard: asyncio.Task[None] | None = None

    @classmethod
    async def take(cls, engine: AsyncEngine, node: str) -> Self:
        """Raises `NodeTaken` when a process that lives has it. Takes one connection out of the engine's pool."""
        lock = cls(engine, node)
        if not await lock._try():
            raise NodeTaken(node)
        lock._guard = asyncio.get_running_loop().create_task(lock._take_again(), name="node-lock")
        return lock

    async def release(self) -> None:
        """Let another process have the node. Again: nothing."""
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.gather(self._guard, return_exceptions=True)
            self._guard = None
        await self._let_go()

    async def _try(self) -> bool:
        connection = await self._engine.connect()
        self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        taken = await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": lock_key(self._node)})
        if not taken.scalar_one():
            await self._let_go()
            return False
        self._lost.clear()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda _: self._lost.set())
        return True

    async def _let_go(self) -> None:
        """Close the session for good: one that went back to the pool would keep the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _take_again(self) -> None:
        """Whenever the session is lost, for as long as it takes."""
        while True:
            await self._lost.wait()
            logger.warning("the connection that holds the node's lock is lost", node=self._node)
            told = False
            while self._lost.is_set():
                try:
                    await self._let_go()
                    if await self._try():
                        break
                    if not told:
                        told = True
                        logger.error("another running server is this node now; stop one of them", node=self._node)
                except (SQLAlchemyError, OSError):
                    pass  # the database is away: the writer behind the calls reports that
                await asyncio.sleep(AGAIN_SECONDS)


def lock_key(node: str) -> int:
    """The 64-bit number that stands for a node's name among a database's advisory locks."""
    return int.from_bytes(hashlib.sha256(f"ringback node {node}".encode()).digest()[:8], signed=True)
