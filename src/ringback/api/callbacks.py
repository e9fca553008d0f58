"""`/ringback/v1/Accounts/{AC}/Callbacks`: what was sent to apps in the background, and sending it again. Our own.

Twilio has no such resource. Its manners are those of Twilio's: JSON and XML, paging, errors.
"""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, answer_found, answer_page, position_of
from ringback.api.description import described
from ringback.api.page import PageQuery
from ringback.api.path import OWN_ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import one_of, sid_of
from ringback.model.record import CallbackRecord, CallbackState
from ringback.services.replay_callback import CallbackReplay
from ringback.webhooks.url import AppUrl, UrlInvalid

KEY = "callbacks"
_SHOWN = tuple(state for state in CallbackState if state is not CallbackState.HELD)


class CallbackQuery(PageQuery):
    call_sid: Annotated[str, sid_of("CA")] = ""
    state: Annotated[str, one_of("", *_SHOWN)] = ""


class CallbackBody(Body):
    element: ClassVar[str] = "Callback"

    sid: str
    account_sid: str
    call_sid: str
    kind: str
    state: str
    tries: int
    error_code: int | None
    method: str
    url: str
    parameters: list[list[str]]
    idempotency_token: str
    date_created: Date
    date_queued: Date
    date_finished: Date | None
    uri: str

    @classmethod
    def of(cls, record: CallbackRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            call_sid=record.call_sid,
            kind=record.kind,
            state=record.state,
            tries=record.tries,
            error_code=record.error_code,
            method=record.method,
            url=_shown(record.url),
            parameters=[list(pair) for pair in record.parameters],
            idempotency_token=record.token,
            date_created=record.created_at,
            date_queued=record.queued_at,
            date_finished=record.finished_at,
            uri=f"/ringback/v1/Accounts/{record.account_sid}/Callbacks/{record.sid}.json",
        )


def callbacks_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=OWN_ACCOUNT, tags=["Callbacks"])
    replaying = CallbackReplay(reading=services.reading, links=services.links)

    @router.get("/Callbacks", **described(query=CallbackQuery, body=CallbackBody, listed_as=KEY))
    async def list_callbacks(
        request: Request, account: OwnAccount, query: Annotated[CallbackQuery, Depends(CallbackQuery.read)]
    ) -> Response:
        found = await replaying.page(
            account.sid,
            query.page_request(),
            call_sid=query.call_sid or None,
            state=CallbackState(query.state) if query.state else None,
        )
        return answer_page(request, KEY, query, found, CallbackBody.of, position_of, kind=CallbackBody)

    @router.get("/Callbacks/{sid}", **described(body=CallbackBody))
    async def read_callback(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await replaying.find(account.sid, sid), CallbackBody.of)

    @router.post("/Callbacks/{sid}/Replay", **described(body=CallbackBody, status=202, errors=(409,)))
    async def replay_callback(request: Request, account: OwnAccount, sid: str) -> Response:
        """Queue a finished callback once more, as it was. 409 with 20409 while it waits."""
        return answer_found(request, await replaying.replay(account, sid), CallbackBody.of, 202)

    return router


def _shown(url: str) -> str:
    """Without the password; what is no URL was never sent, and is not shown."""
    try:
        return AppUrl.parse(url).text
    except UrlInvalid:
        return ""
