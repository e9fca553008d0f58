"""What was held for the end of something that a crash cut off: whether it is owed, and what it says now.

The rows know how everything ended (`store.recovery`); a held callback has the rest, as it was while its process lived.
So an app is told as it would have been if everybody had hung up at the last moment that is known.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.clock import Clock
from ringback.interpreter.transcription import is_transcribed
from ringback.model.call_status import CallStatus
from ringback.model.record import (
    CallbackKind,
    CallbackRecord,
    CallbackState,
    CallRecord,
    RecordingRecord,
    RecordingStatus,
    TranscriptionRecord,
    TranscriptionStatus,
)
from ringback.model.sid import RecordingSid, TranscriptionSid
from ringback.store.call import CallRepository
from ringback.store.callback import CallbackRepository
from ringback.store.conference import ConferenceRepository
from ringback.store.database import Database
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository
from ringback.webhooks.interrupted_parameters import (
    interrupted_call_parameters,
    interrupted_conference_parameters,
    interrupted_detection_parameters,
    interrupted_live_transcription_parameters,
    interrupted_record_end_parameters,
    interrupted_recording_parameters,
    interrupted_transcription_parameters,
)
from ringback.webhooks.signature import Parameters

_ORDER = (
    CallbackKind.STATUS,
    "participant-leave",
    "conference-end",
    "transcription-stopped",
    CallbackKind.MACHINE_DETECTION,
    CallbackKind.PAYMENT,
    CallbackKind.RECORDING,
    "conference-record-end",
    "completed with its recording",
    CallbackKind.TRANSCRIPTION,
)
"""In which order the ends of one call are told when its caller hangs up: it is over, and so is what it was in; then
its recordings are complete, and what names them, and at last their words."""
_NAMES_ITS_EVENT = ("StatusCallbackEvent", "TranscriptionEvent", "EventName")


def order_of(record: CallbackRecord) -> tuple[int, int]:
    """By which held callbacks are sorted."""
    held = dict(record.parameters)
    event: str = next((held[name] for name in _NAMES_ITS_EVENT if name in held), record.kind)
    if record.kind is CallbackKind.STATUS and "RecordingSid" in held:
        event = "completed with its recording"
    return _ORDER.index(event) if event in _ORDER else len(_ORDER), record.sequence


class Settling:
    """Of one start, which asks for one held callback after the other, sorted by `order_of`."""

    def __init__(self, database: Database, *, node: str, clock: Clock) -> None:
        self._database = database
        self._node = node
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[int, datetime]] = {}  # the last number of a subject, and when
        self._latest: dict[str, datetime] = {}  # of a conference: when its last event happened

    async def settle(self, record: CallbackRecord) -> CallbackRecord | None:
        """What is to be sent, queued when its subject ended; None: it is not owed after all."""
        held = dict(record.parameters)
        async with self._database.read() as connection:
            match record.kind:
                case CallbackKind.STATUS:
                    return await self._call(connection, record, held)
                case CallbackKind.RECORDING:
                    return await self._recording(connection, record, held)
                case CallbackKind.CONFERENCE if "EventName" in held:
                    return await self._record_end(connection, record, held)
                case CallbackKind.CONFERENCE:
                    return await self._conference(connection, record, held)
                case CallbackKind.TRANSCRIPTION if "TranscriptionEvent" in held:
                    return await self._live_transcription(connection, record, held)
                case CallbackKind.MACHINE_DETECTION:
                    return await self._detection(connection, record)
                case CallbackKind.TRANSCRIPTION:
                    pass  # below: it may have to be written
                case _:
                    return self._settled(record, record.parameters, None)
        return await self._words(record, held)

    async def _call(
        self, connection: AsyncConnection, record: CallbackRecord, held: Mapping[str, str]
    ) -> CallbackRecord:
        """A call of which nothing was written has failed."""
        call = await CallRepository(connection).get(record.call_sid)
        recording = await self._recorded(connection, held.get("RecordingSid"))
        is_complete = recording is not None and recording.status is RecordingStatus.COMPLETED
        ended_at = call.ended_at if call is not None else None
        parameters = interrupted_call_parameters(
            record.parameters,
            status=call.status if call is not None else CallStatus.FAILED,
            seconds=(call.duration_seconds or 0) if call is not None else 0,
            ended_at=ended_at or self._clock.utc_now(),
            recording_seconds=recording.duration_seconds if recording is not None and is_complete else None,
        )
        return self._settled(record, parameters, ended_at)

    async def _recording(
        self, connection: AsyncConnection, record: CallbackRecord, held: Mapping[str, str]
    ) -> CallbackRecord | None:
        """Each end that was wanted is held; one of them came. What could not be written counts as absent."""
        recording = await self._recorded(connection, held["RecordingSid"])
        if recording is None or recording.status is RecordingStatus.DELETED:
            return None
        is_complete = recording.status is RecordingStatus.COMPLETED
        if held["RecordingStatus"] != (RecordingStatus.COMPLETED if is_complete else RecordingStatus.ABSENT):
            return None
        parameters = interrupted_recording_parameters(
            record.parameters, seconds=recording.duration_seconds or 0, error_code=recording.error_code
        )
        return self._settled(record, parameters, recording.updated_at)

    async def _record_end(
        self, connection: AsyncConnection, record: CallbackRecord, held: Mapping[str, str]
    ) -> CallbackRecord | None:
        recording = await self._recorded(connection, held["RecordingUrl"].rpartition("/")[2])
        if recording is None:
            return None
        parameters = interrupted_record_end_parameters(record.parameters, seconds=recording.duration_seconds or 0)
        return self._settled(record, parameters, recording.updated_at)

    async def _conference(
        self, connection: AsyncConnection, record: CallbackRecord, held: Mapping[str, str]
    ) -> CallbackRecord | None:
        """Nobody leaves before they came, and the conference ends when the last one has left."""
        sid = held["ConferenceSid"]
        conference = await ConferenceRepository(connection).get(sid)
        if conference is None:
            return None
        participant = await self._ended_call(connection, held.get("CallSid", ""))
        number, last_told = await self._next(connection, record, ("ConferenceSid", sid), "SequenceNumber")
        known = [conference.updated_at, last_told, self._latest.get(sid, last_told)]
        if participant is not None and participant.ended_at is not None:
            known.append(participant.ended_at)
        at = self._latest[sid] = max(known)
        parameters = interrupted_conference_parameters(
            record.parameters,
            at=at,
            sequence_number=number,
            call_status=participant.status if participant is not None else CallStatus.COMPLETED,
        )
        return self._settled(record, parameters, at)

    async def _live_transcription(
        self, connection: AsyncConnection, record: CallbackRecord, held: Mapping[str, str]
    ) -> CallbackRecord:
        call = await self._ended_call(connection, record.call_sid)
        at = (call.ended_at if call is not None else None) or self._clock.utc_now()
        subject = ("TranscriptionSid", held["TranscriptionSid"])
        sequence, last_told = await self._next(connection, record, subject, "SequenceId")
        at = max(at, last_told)
        parameters = interrupted_live_transcription_parameters(record.parameters, at=at, sequence=sequence)
        return self._settled(record, parameters, at)

    async def _detection(self, connection: AsyncConnection, record: CallbackRecord) -> CallbackRecord:
        call = await self._ended_call(connection, record.call_sid)
        seconds = (call.duration_seconds or 0) if call is not None else 0
        parameters = interrupted_detection_parameters(record.parameters, seconds=seconds)
        return self._settled(record, parameters, call.ended_at if call is not None else None)

    async def _words(self, record: CallbackRecord, held: Mapping[str, str]) -> CallbackRecord | None:
        """Of a recording that the crash cut off nobody will find them out; who asks sees a failed transcription."""
        async with self._database.read() as connection:
            known = await TranscriptionRepository(connection).get(held["TranscriptionSid"])
            recording = await self._recorded(connection, held["RecordingSid"])
            call = await self._ended_call(connection, record.call_sid)
        if known is None:
            seconds = (recording.duration_seconds or 0) if recording is not None else 0
            is_complete = recording is not None and recording.status is RecordingStatus.COMPLETED
            if not is_complete or not is_transcribed(seconds):
                return None
            await self._fail_transcription(record, held, seconds)
        parameters = interrupted_transcription_parameters(
            record.parameters,
            call_status=call.status if call is not None else CallStatus.COMPLETED,
            text=known.text if known is not None else None,
        )
        return self._settled(record, parameters, recording.updated_at if recording is not None else None)

    async def _fail_transcription(self, record: CallbackRecord, held: Mapping[str, str], seconds: int) -> None:
        failed = TranscriptionRecord(
            sid=TranscriptionSid(held["TranscriptionSid"]),
            account_sid=record.account_sid,
            recording_sid=RecordingSid(held["RecordingSid"]),
            status=TranscriptionStatus.FAILED,
            duration_seconds=seconds,
            created_at=self._clock.utc_now(),
        )
        async with self._database.begin() as connection:
            await TranscriptionRepository(connection).save([failed], node=self._node)

    async def _next(
        self, connection: AsyncConnection, record: CallbackRecord, subject: tuple[str, str], counter: str
    ) -> tuple[int, datetime]:
        """One more than what was told of the same subject last; and when that was told, or held."""
        if subject not in self._told:
            everything = await CallbackRepository(connection).of_call(record.call_sid)
            callbacks = [one for one in everything if subject in one.parameters]
            told = (dict(one.parameters) for one in callbacks if one.state is not CallbackState.HELD)
            number = max((int(one[counter]) for one in told if counter in one), default=0)
            self._told[subject] = number, max(one.created_at for one in callbacks)
        number, at = self._told[subject]
        self._told[subject] = number + 1, at
        return self._told[subject]

    async def _recorded(self, connection: AsyncConnection, sid: str | None) -> RecordingRecord | None:
        return await RecordingRepository(connection).get(sid) if sid is not None else None

    async def _ended_call(self, connection: AsyncConnection, sid: str) -> CallRecord | None:
        return await CallRepository(connection).get(sid)

    def _settled(self, record: CallbackRecord, parameters: Parameters, at: datetime | None) -> CallbackRecord:
        queued_at = max(record.queued_at, at) if at is not None else record.queued_at
        return replace(record, parameters=parameters, created_at=self._clock.utc_now(), queued_at=queued_at)
