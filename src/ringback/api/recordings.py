"""`/Recordings`: what is known of an account's recordings (rest-api.md 9.6). Their audio is `recording_media`'s."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import answer, answer_page, answer_removed, existing
from ringback.api.description import described
from ringback.api.path import ACCOUNT
from ringback.api.recording_body import AccountRecordingBody
from ringback.api.recording_query import KEY, AccountRecordingQuery, DeletedQuery, position
from ringback.api.services import ApiServices
from ringback.model.record import RecordingRecord
from ringback.services.keep_recordings import Place


def recordings_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Recordings"])
    keeping = services.recordings

    def shown(record: RecordingRecord) -> AccountRecordingBody:
        return AccountRecordingBody.of(record, services.recorder.url_of(record))

    @router.get("/Recordings", **described(query=AccountRecordingQuery, body=AccountRecordingBody, listed_as=KEY))
    async def list_recordings(
        request: Request,
        account: OwnAccount,
        query: Annotated[AccountRecordingQuery, Depends(AccountRecordingQuery.read)],
    ) -> Response:
        found = await keeping.page(query.account_filter(account.sid), query.page_request())
        return answer_page(request, KEY, query, found, shown, position, kind=AccountRecordingBody)

    @router.get("/Recordings/{sid}", **described(query=DeletedQuery, body=AccountRecordingBody))
    async def read_recording(
        request: Request, account: OwnAccount, sid: str, query: Annotated[DeletedQuery, Depends(DeletedQuery.read)]
    ) -> Response:
        place = Place(account_sid=account.sid)
        found = existing(request, await keeping.find(place, sid, include_deleted=query.include_soft_deleted))
        return answer(request, shown(found))

    @router.delete("/Recordings/{sid}", **described(status=204, errors=(400,)))
    async def delete_recording(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(Place(account_sid=account.sid), sid))

    return router
