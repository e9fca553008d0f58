"""`/Calls/{CA}/Recordings`: the recordings of a call, and the ones that are begun and changed over REST (9.6)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import answer, answer_found, answer_page, answer_removed, existing
from ringback.api.description import described
from ringback.api.errors import not_found
from ringback.api.path import ACCOUNT
from ringback.api.recording_body import CallRecordingBody
from ringback.api.recording_form import RecordingChangeForm, StartRecordingForm
from ringback.api.recording_query import KEY, RecordingQuery, position
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.model.record import RecordingRecord
from ringback.model.sid import is_sid
from ringback.services.keep_calls import CallKeeping
from ringback.services.keep_recordings import Place

PATH = "/Calls/{call_sid}/Recordings"


def call_recordings_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Recordings of calls"])
    keeping, recorder, calls = services.recordings, services.recorder, CallKeeping(services.reading)

    @router.post(PATH, **described(form=StartRecordingForm, body=CallRecordingBody, status=201))
    async def start_recording(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        form: Annotated[StartRecordingForm, Depends(StartRecordingForm.read)],
    ) -> Response:
        if not is_sid(call_sid, "CA") or await calls.find(account.sid, call_sid) is None:
            raise not_found(requested_path(request))
        begun = recorder.start(account, call_sid, form.wanted())
        return answer(request, CallRecordingBody.of(begun, call_sid), 201)

    @router.get(PATH, **described(query=RecordingQuery, body=CallRecordingBody, listed_as=KEY))
    async def list_call_recordings(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        query: Annotated[RecordingQuery, Depends(RecordingQuery.read)],
    ) -> Response:
        place = Place(account_sid=account.sid, call_sid=call_sid)
        found = existing(request, await keeping.page_of(place, query.filter(place), query.page_request()))

        def shown(record: RecordingRecord) -> CallRecordingBody:
            return CallRecordingBody.of(record, call_sid)

        return answer_page(request, KEY, query, found, shown, position, kind=CallRecordingBody)

    @router.get(PATH + "/{sid}", **described(body=CallRecordingBody))
    async def read_call_recording(request: Request, account: OwnAccount, call_sid: str, sid: str) -> Response:
        place = Place(account_sid=account.sid, call_sid=call_sid)
        return _answer(request, await keeping.find(place, sid), call_sid)

    @router.post(PATH + "/{sid}", **described(form=RecordingChangeForm, body=CallRecordingBody))
    async def change_call_recording(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        sid: str,
        form: Annotated[RecordingChangeForm, Depends(RecordingChangeForm.read)],
    ) -> Response:
        place = Place(account_sid=account.sid, call_sid=call_sid)
        return _answer(request, await recorder.change(place, sid, form.change()), call_sid)

    @router.delete(PATH + "/{sid}", **described(status=204, errors=(400,)))
    async def delete_call_recording(request: Request, account: OwnAccount, call_sid: str, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(Place(account_sid=account.sid, call_sid=call_sid), sid))

    return router


def _answer(request: Request, record: RecordingRecord | None, call_sid: str) -> Response:
    return answer_found(request, record, lambda found: CallRecordingBody.of(found, call_sid))
