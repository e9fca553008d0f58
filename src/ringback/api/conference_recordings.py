"""`/Conferences/{CF}/Recordings`: the recordings of a conference, and how one that runs is changed (9.6).

None is begun here: a conference is recorded when a participant's document asks for it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import answer_found, answer_page, answer_removed, existing
from ringback.api.description import described
from ringback.api.path import ACCOUNT
from ringback.api.recording_body import ConferenceRecordingBody
from ringback.api.recording_form import RecordingChangeForm
from ringback.api.recording_query import KEY, RecordingQuery, position
from ringback.api.services import ApiServices
from ringback.model.record import RecordingRecord
from ringback.services.keep_recordings import Place

PATH = "/Conferences/{conference_sid}/Recordings"


def conference_recordings_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Recordings of conferences"])
    keeping, recorder = services.recordings, services.recorder

    @router.get(PATH, **described(query=RecordingQuery, body=ConferenceRecordingBody, listed_as=KEY))
    async def list_conference_recordings(
        request: Request,
        account: OwnAccount,
        conference_sid: str,
        query: Annotated[RecordingQuery, Depends(RecordingQuery.read)],
    ) -> Response:
        place = Place(account_sid=account.sid, conference_sid=conference_sid)
        found = existing(request, await keeping.page_of(place, query.filter(place), query.page_request()))

        def shown(record: RecordingRecord) -> ConferenceRecordingBody:
            return ConferenceRecordingBody.of(record, conference_sid)

        return answer_page(request, KEY, query, found, shown, position, kind=ConferenceRecordingBody)

    @router.get(PATH + "/{sid}", **described(body=ConferenceRecordingBody))
    async def read_conference_recording(
        request: Request, account: OwnAccount, conference_sid: str, sid: str
    ) -> Response:
        place = Place(account_sid=account.sid, conference_sid=conference_sid)
        return _answer(request, await keeping.find(place, sid), conference_sid)

    @router.post(PATH + "/{sid}", **described(form=RecordingChangeForm, body=ConferenceRecordingBody))
    async def change_conference_recording(
        request: Request,
        account: OwnAccount,
        conference_sid: str,
        sid: str,
        form: Annotated[RecordingChangeForm, Depends(RecordingChangeForm.read)],
    ) -> Response:
        place = Place(account_sid=account.sid, conference_sid=conference_sid)
        return _answer(request, await recorder.change(place, sid, form.change()), conference_sid)

    @router.delete(PATH + "/{sid}", **described(status=204, errors=(400,)))
    async def delete_conference_recording(
        request: Request, account: OwnAccount, conference_sid: str, sid: str
    ) -> Response:
        return answer_removed(
            request, await keeping.remove(Place(account_sid=account.sid, conference_sid=conference_sid), sid)
        )

    return router


def _answer(request: Request, record: RecordingRecord | None, conference_sid: str) -> Response:
    return answer_found(request, record, lambda found: ConferenceRecordingBody.of(found, conference_sid))
