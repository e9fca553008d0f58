"""Transcriptions, written behind the call path and read by the API."""

from collections.abc import Sequence

from sqlalchemy import select

from ringback.model.record import TranscriptionRecord, TranscriptionStatus
from ringback.store import table
from ringback.store.paging import PageRequest, Slice
from ringback.store.repository import Repository
from ringback.store.row import to_row, upsert


class TranscriptionRepository(Repository[TranscriptionRecord]):
    table = table.transcription
    kind = TranscriptionRecord

    async def save(self, records: Sequence[TranscriptionRecord], *, node: str) -> None:
        """Insert or replace transcriptions that `node` makes."""
        await upsert(self._connection, self.table, [to_row(record) | {"node": node} for record in records])

    async def find(
        self, account_sid: str, page: PageRequest, *, recording_sid: str | None = None
    ) -> Slice[TranscriptionRecord]:
        """One page of an account's transcriptions, or of those of one recording, newest first."""
        conditions = [self.table.c.account_sid == account_sid]
        if recording_sid is not None:
            conditions.append(self.table.c.recording_sid == recording_sid)
        return await self.page(page, *conditions)

    async def unfinished(self, node: str) -> tuple[TranscriptionRecord, ...]:
        """Transcriptions that `node` has not finished, as far as the store knows."""
        columns = self.table.c
        statement = select(self.table).where(columns.node == node, columns.status == TranscriptionStatus.IN_PROGRESS)
        return await self._many(statement.order_by(columns.created_at))
