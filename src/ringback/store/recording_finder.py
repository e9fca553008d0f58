"""Finds a recording by its SID, whether it has been written to the store already or not."""

from ringback.model.record import RecordingRecord
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.write_behind import WriteBehind


class RecordingFinder:
    """A callback may name a recording before the next write; what waits to be written counts over the store."""

    def __init__(self, database: Database, write_behind: WriteBehind | None = None) -> None:
        self._database = database
        self._write_behind = write_behind

    async def __call__(self, sid: str) -> RecordingRecord | None:
        waiting = self._write_behind.unwritten(sid) if self._write_behind else None
        if isinstance(waiting, RecordingRecord):
            return waiting
        async with self._database.read() as connection:
            return await RecordingRepository(connection).get(sid)
