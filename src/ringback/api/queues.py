"""`/Queues`: make, read, rename and remove queues (rest-api.md 9.10)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer, answer_found, answer_page, answer_removed
from ringback.api.description import described
from ringback.api.leg_form import FilledForm
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import FRIENDLY_NAME, MAX_FRIENDLY_NAME, text_of, whole
from ringback.call.queue import LARGEST_MAX_SIZE
from ringback.services.keep_queues import QueueKeeping, QueueView
from ringback.store.paging import Position

KEY = "queues"

QueueName = Annotated[
    str, BeforeValidator(lambda text: str(text).strip()), text_of(MAX_FRIENDLY_NAME, least=1, code=FRIENDLY_NAME)
]
"""As documents name it: without spaces round it."""
MaxSize = Annotated[int, whole(1, LARGEST_MAX_SIZE)]


class QueueForm(FilledForm):
    """Create."""

    friendly_name: QueueName
    max_size: MaxSize | None = None


class QueueUpdateForm(FilledForm):
    """Update; what is left out stays."""

    friendly_name: QueueName | None = None
    max_size: MaxSize | None = None


class QueueBody(Body):
    element: ClassVar[str] = "Queue"

    sid: str
    account_sid: str
    uri: str
    date_created: Date
    date_updated: Date
    friendly_name: str
    current_size: int
    max_size: int
    average_wait_time: int

    @classmethod
    def of(cls, view: QueueView) -> Self:
        record = view.record
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            uri=account_uri(record.account_sid, "Queues", record.sid),
            date_created=record.created_at,
            date_updated=record.updated_at,
            friendly_name=record.friendly_name,
            current_size=view.size,
            max_size=record.max_size,
            average_wait_time=view.average_seconds,
        )


def queues_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Queues"])
    keeping = QueueKeeping(reading=services.reading, book=services.meetings.queues, clock=services.configuring.clock)

    @router.post("/Queues", **described(form=QueueForm, body=QueueBody, status=201))
    async def create_queue(
        request: Request, account: OwnAccount, form: Annotated[QueueForm, Depends(QueueForm.read)]
    ) -> Response:
        made = await keeping.create(account.sid, form.friendly_name, form.max_size)
        return answer(request, QueueBody.of(made), 201)

    @router.get("/Queues", **described(query=PageQuery, body=QueueBody, listed_as=KEY))
    async def list_queues(
        request: Request, account: OwnAccount, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request())
        return answer_page(request, KEY, query, found, QueueBody.of, _position, kind=QueueBody)

    @router.get("/Queues/{sid}", **described(body=QueueBody))
    async def read_queue(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), QueueBody.of)

    @router.post("/Queues/{sid}", **described(form=QueueUpdateForm, body=QueueBody))
    async def update_queue(
        request: Request, account: OwnAccount, sid: str, form: Annotated[QueueUpdateForm, Depends(QueueUpdateForm.read)]
    ) -> Response:
        changed = await keeping.update(account.sid, sid, name=form.friendly_name, max_size=form.max_size)
        return answer_found(request, changed, QueueBody.of)

    @router.delete("/Queues/{sid}", **described(status=204, errors=(400,)))
    async def delete_queue(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router


def _position(view: QueueView) -> Position:
    return Position(at=view.record.created_at, sid=view.record.sid)
