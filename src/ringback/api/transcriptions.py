"""`/Transcriptions`, and those of one recording: the words that were found in it (rest-api.md 9.7)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import API_VERSION, Body, Date, account_uri, answer_found, answer_page, deleted, position_of
from ringback.api.description import described
from ringback.api.errors import not_found
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.model.record import TranscriptionRecord
from ringback.services.keep_transcriptions import TranscriptionKeeping
from ringback.store.paging import Slice

KEY = "transcriptions"
OF_RECORDING = "/Recordings/{recording_sid}/Transcriptions"


class TranscriptionBody(Body):
    """`transcription_text` is null until the words are found."""

    element: ClassVar[str] = "Transcription"

    sid: str
    account_sid: str
    api_version: str = API_VERSION
    date_created: Date
    date_updated: Date
    recording_sid: str
    status: str
    transcription_text: str | None
    type: str = "fast"
    duration: str
    price: str | None = None
    price_unit: str = "USD"
    uri: str

    @classmethod
    def of(cls, record: TranscriptionRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            date_created=record.created_at,
            date_updated=record.updated_at or record.created_at,
            recording_sid=record.recording_sid,
            status=record.status.value,
            transcription_text=record.text,
            duration=str(record.duration_seconds),
            uri=account_uri(record.account_sid, "Transcriptions", record.sid),
        )


class TranscriptionQuery(PageQuery):
    """There are no filters."""


def transcriptions_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Transcriptions"])
    keeping = TranscriptionKeeping(services.reading)
    listed = described(query=TranscriptionQuery, body=TranscriptionBody, listed_as=KEY)
    single, gone = described(body=TranscriptionBody), described(status=204, errors=(400,))

    @router.get("/Transcriptions", **listed)
    async def list_transcriptions(
        request: Request, account: OwnAccount, query: Annotated[TranscriptionQuery, Depends(TranscriptionQuery.read)]
    ) -> Response:
        return _page(request, query, await keeping.page(account.sid, query.page_request()))

    @router.get("/Transcriptions/{sid}", **single)
    async def read_transcription(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), TranscriptionBody.of)

    @router.delete("/Transcriptions/{sid}", **gone)
    async def delete_transcription(request: Request, account: OwnAccount, sid: str) -> Response:
        return _gone(request, await keeping.remove(account.sid, sid))

    @router.get(OF_RECORDING, **listed)
    async def list_recording_transcriptions(
        request: Request,
        account: OwnAccount,
        recording_sid: str,
        query: Annotated[TranscriptionQuery, Depends(TranscriptionQuery.read)],
    ) -> Response:
        return _page(request, query, await keeping.page(account.sid, query.page_request(), recording_sid=recording_sid))

    @router.get(OF_RECORDING + "/{sid}", **single)
    async def read_recording_transcription(
        request: Request, account: OwnAccount, recording_sid: str, sid: str
    ) -> Response:
        return answer_found(
            request, await keeping.find(account.sid, sid, recording_sid=recording_sid), TranscriptionBody.of
        )

    @router.delete(OF_RECORDING + "/{sid}", **gone)
    async def delete_recording_transcription(
        request: Request, account: OwnAccount, recording_sid: str, sid: str
    ) -> Response:
        return _gone(request, await keeping.remove(account.sid, sid, recording_sid=recording_sid))

    return router


def _page(request: Request, query: TranscriptionQuery, found: Slice[TranscriptionRecord] | None) -> Response:
    if found is None:
        raise not_found(requested_path(request))
    return answer_page(request, KEY, query, found, TranscriptionBody.of, position_of, kind=TranscriptionBody)


def _gone(request: Request, was_there: bool) -> Response:
    if not was_there:
        raise not_found(requested_path(request))
    return deleted()
