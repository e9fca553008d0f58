"""A recording as answers show it (rest-api.md 9.6): alike in all places, and what only one place has."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from ringback.api.body import API_VERSION, Body, Date, account_uri
from ringback.model.record import RecordingRecord, RecordingStatus


class RecordingBody(Body):
    """What every place shows. Prices are unknown here, and nothing is encrypted: null."""

    element: ClassVar[str] = "Recording"

    sid: str
    account_sid: str
    call_sid: str
    date_created: Date
    date_updated: Date
    api_version: str = API_VERSION
    conference_sid: str | None
    start_time: Date
    duration: str | None
    status: str
    channels: int
    source: str
    price: str | None = None
    price_unit: str = "USD"
    error_code: int | None
    encryption_details: dict[str, str] | None = None


class CallRecordingBody(RecordingBody):
    track: str
    uri: str

    @classmethod
    def of(cls, record: RecordingRecord, call_sid: str) -> Self:
        uri = account_uri(record.account_sid, "Calls", call_sid, "Recordings", record.sid)
        return cls(**_common(record), track=record.track, uri=uri)


class ConferenceRecordingBody(RecordingBody):
    uri: str

    @classmethod
    def of(cls, record: RecordingRecord, conference_sid: str) -> Self:
        return cls(
            **_common(record),
            uri=account_uri(record.account_sid, "Conferences", conference_sid, "Recordings", record.sid),
        )


class RecordingUris(BaseModel):
    """What hangs below a recording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    add_on_results: str
    transcriptions: str


class AccountRecordingBody(RecordingBody):
    subresource_uris: RecordingUris
    media_url: str
    uri: str

    @classmethod
    def of(cls, record: RecordingRecord, media_url: str) -> Self:
        path = (record.account_sid, "Recordings", record.sid)
        return cls(
            **_common(record),
            subresource_uris=RecordingUris(
                add_on_results=account_uri(*path, "AddOnResults"), transcriptions=account_uri(*path, "Transcriptions")
            ),
            media_url=media_url,
            uri=account_uri(*path),
        )


def shown_status(status: RecordingStatus) -> str:
    """A recording whose file could not be written is absent, as callbacks say too."""
    return RecordingStatus.ABSENT.value if status is RecordingStatus.FAILED else status.value


def _common(record: RecordingRecord) -> Mapping[str, Any]:
    status = shown_status(record.status)
    return {
        "sid": record.sid,
        "account_sid": record.account_sid,
        "call_sid": record.call_sid,
        "date_created": record.started_at,
        "date_updated": record.updated_at or record.started_at,
        "conference_sid": record.conference_sid,
        "start_time": record.started_at,
        "duration": None if record.duration_seconds is None else str(record.duration_seconds),
        "status": status,
        "channels": record.channels,
        "source": record.source,
        "error_code": record.error_code or None if status == "absent" else None,
    }
