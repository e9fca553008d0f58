"""Transcriptions of recordings as the API reads and deletes them (rest-api.md 9.7)."""

from ringback.model.record import TranscriptionRecord, TranscriptionStatus
from ringback.model.sid import is_sid
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.paging import PageRequest, Slice
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository

STILL_MADE = 20009


class TranscriptionKeeping:
    """Another account's transcription is not there, nor is that of another recording where one is named."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def find(self, account_sid: str, sid: str, *, recording_sid: str | None = None) -> TranscriptionRecord | None:
        if not is_sid(sid, "TR"):
            return None
        async with self._reading.read() as connection:
            return _own(await TranscriptionRepository(connection).get(sid), account_sid, recording_sid)

    async def page(
        self, account_sid: str, request: PageRequest, *, recording_sid: str | None = None
    ) -> Slice[TranscriptionRecord] | None:
        """None where the account has no such recording. Of one that was deleted they are there."""
        if recording_sid is not None and not is_sid(recording_sid, "RE"):
            return None
        async with self._reading.read() as connection:
            if recording_sid is not None:
                recording = await RecordingRepository(connection).get(recording_sid)
                if recording is None or recording.account_sid != account_sid:
                    return None
            return await TranscriptionRepository(connection).find(account_sid, request, recording_sid=recording_sid)

    async def remove(self, account_sid: str, sid: str, *, recording_sid: str | None = None) -> bool:
        """False if there is none. Raises `Refused` while it is being made."""
        if not is_sid(sid, "TR"):
            return False
        async with self._reading.change() as connection:
            transcriptions = TranscriptionRepository(connection)
            found = _own(await transcriptions.get(sid), account_sid, recording_sid)
            if found is None:
                return False
            if found.status is TranscriptionStatus.IN_PROGRESS:
                raise Refused(STILL_MADE, f"Transcription {sid} is in-progress; only one that is finished is deleted.")
            await transcriptions.remove({sid})
            return True


def _own(record: TranscriptionRecord | None, account_sid: str, recording_sid: str | None) -> TranscriptionRecord | None:
    if record is None or record.account_sid != account_sid:
        return None
    return record if recording_sid in (None, record.recording_sid) else None
