"""`/Queues/{QueueSid}/Members`: calls that wait in a queue, and taking one out (rest-api.md 9.10)."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer_found, answer_page, existing
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import BAD_URL, HttpMethod, Missing, WebUrl, refusal
from ringback.interpreter.source import DocumentRequest
from ringback.services.dequeue_call import Dequeuing, MemberView
from ringback.services.keep_queues import QueueKeeping
from ringback.store.paging import Position, slice_of

KEY = "queue_members"
_BEGINNING, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_PATH = "/Queues/{queue_sid}/Members"


def _given(url: str) -> str:
    if not url:
        raise refusal("it is empty", BAD_URL)
    return url


class MemberForm(Form):
    """Update: what the call runs from now on."""

    url: Annotated[WebUrl, AfterValidator(_given), Missing(BAD_URL, "Url parameter is required.")]
    method: HttpMethod = "POST"


class MemberBody(Body):
    element: ClassVar[str] = "QueueMember"

    call_sid: str
    date_enqueued: Date
    position: int
    queue_sid: str
    uri: str
    wait_time: int

    @classmethod
    def of(cls, view: MemberView) -> Self:
        return cls(
            call_sid=view.call_sid,
            date_enqueued=view.enqueued_at,
            position=view.position,
            queue_sid=view.queue_sid,
            uri=account_uri(view.account_sid, "Queues", view.queue_sid, "Members", view.call_sid),
            wait_time=view.wait_seconds,
        )


def members_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Queue members"])
    book, clock = services.meetings.queues, services.configuring.clock
    keeping = QueueKeeping(reading=services.reading, book=book, clock=clock)
    dequeuing = Dequeuing(keeping=keeping, book=book, updating=services.updating, clock=clock)

    @router.get(_PATH, **described(query=PageQuery, body=MemberBody, listed_as=KEY))
    async def list_members(
        request: Request, account: OwnAccount, queue_sid: str, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        members = existing(request, await dequeuing.list(account.sid, queue_sid))
        found = slice_of(members, query.page_request(), _position)
        return answer_page(request, KEY, query, found, MemberBody.of, _position, kind=MemberBody)

    @router.get(_PATH + "/{call_sid}", **described(body=MemberBody))
    async def read_member(request: Request, account: OwnAccount, queue_sid: str, call_sid: str) -> Response:
        return answer_found(request, dequeuing.find(account.sid, queue_sid, call_sid), MemberBody.of)

    @router.post(_PATH + "/{call_sid}", **described(form=MemberForm, body=MemberBody))
    async def update_member(
        request: Request,
        account: OwnAccount,
        queue_sid: str,
        call_sid: str,
        form: Annotated[MemberForm, Depends(MemberForm.read)],
    ) -> Response:
        document = DocumentRequest(url=form.url, method=form.method)
        return answer_found(request, dequeuing.redirect(account.sid, queue_sid, call_sid, document), MemberBody.of)

    return router


def _position(view: MemberView) -> Position:
    """Lists begin with the greatest position, and this one with who came first: time is turned round."""
    return Position(at=_BEGINNING + (_END - view.enqueued_at), sid=view.call_sid)
