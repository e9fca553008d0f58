"""Recordings as the API reads and deletes them (rest-api.md 9.6)."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from ringback.clock import Clock
from ringback.model.record import RecordingRecord, RecordingStatus
from ringback.model.sid import is_sid
from ringback.services.reading import DRAIN_SECONDS, Reading
from ringback.services.refusal import Refused
from ringback.store.call import CallRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.paging import PageRequest, Slice
from ringback.store.recording import OPEN, RecordingFilter, RecordingRepository
from ringback.store.recording_file import remove_files

STILL_RUNNING = 20009


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a recording is looked for: in an account, under one of its calls, or under one of its conferences."""

    account_sid: str
    call_sid: str | None = None
    conference_sid: str | None = None

    def holds(self, record: RecordingRecord) -> bool:
        return (
            record.account_sid == self.account_sid
            and self.call_sid in (None, record.call_sid)
            and self.conference_sid in (None, record.conference_sid)
        )


class RecordingKeeping:
    """What is in another place is not there. `folder` is the one that the paths of recordings are relative to."""

    def __init__(self, reading: Reading, *, folder: Path, clock: Clock) -> None:
        self._reading = reading
        self._folder = folder
        self._clock = clock

    async def find(self, place: Place, sid: str, *, include_deleted: bool = False) -> RecordingRecord | None:
        if not is_sid(sid, "RE"):
            return None
        async with self._reading.read() as connection:
            found = await RecordingRepository(connection).get(sid)
        if found is None or not place.holds(found):
            return None
        return found if include_deleted or found.status is not RecordingStatus.DELETED else None

    async def page(self, wanted: RecordingFilter, request: PageRequest) -> Slice[RecordingRecord]:
        async with self._reading.read() as connection:
            return await RecordingRepository(connection).find(wanted, request)

    async def page_of(
        self, place: Place, wanted: RecordingFilter, request: PageRequest
    ) -> Slice[RecordingRecord] | None:
        """The same below a call or a conference; None where there is none. A call that was deleted is there as long as
        its recordings are."""
        if not is_sid(place.call_sid or place.conference_sid or ""):
            return None
        async with self._reading.read() as connection:
            found = await RecordingRepository(connection).find(wanted, request)
            if found.records:
                return found
            owners = (
                await CallRepository(connection).get(place.call_sid or ""),
                await ConferenceRepository(connection).get(place.conference_sid or ""),
            )
        return found if any(owner and owner.account_sid == place.account_sid for owner in owners) else None

    async def remove(self, place: Place, sid: str) -> bool:
        """The audio is gone, what is known of it stays; False if there is none. Raises `Refused` while it runs."""
        found = await self.find(place, sid)
        if found is None:
            return False
        if found.status in OPEN:
            raise Refused(STILL_RUNNING, f"Recording {sid} is {found.status.value}; only one that ended is deleted.")
        now = self._clock.utc_now()
        gone = replace(found, status=RecordingStatus.DELETED, deleted_at=now, updated_at=now)
        self._reading.writer.put(gone)
        await self._reading.writer.drain(DRAIN_SECONDS)
        await asyncio.to_thread(remove_files, self._folder, found.path)
        return True
