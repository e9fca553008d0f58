"""`/Calls/{CallSid}/Events`: each request that was made for a call, and what came back (rest-api.md 9.3)."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, answer_page, existing, position_of
from ringback.api.description import described
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.model.record import ExchangeRecord
from ringback.services.keep_notifications import NotificationKeeping

KEY = "events"

_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class EventRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str
    url: str
    parameters: Mapping[str, str]


class EventResponse(BaseModel):
    """`response_code` is null where nothing came back; `request_duration` is in milliseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    response_code: int | None
    request_duration: int
    content_type: str | None
    response_body: str | None
    date_created: Date


class EventBody(Body):
    """One try: a retry, and each hop of a redirect, are others. It has no SID."""

    element: ClassVar[str] = "Event"

    request: EventRequest
    response: EventResponse

    @classmethod
    def of(cls, record: ExchangeRecord) -> Self:
        parameters = {snake_case(name): value for name, value in record.parameters}
        return cls(
            request=EventRequest(method=record.method, url=record.url, parameters=parameters),
            response=EventResponse(
                response_code=record.status,
                request_duration=record.duration_ms,
                content_type=record.content_type,
                response_body=record.body,
                date_created=record.created_at,
            ),
        )


def call_events_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Call events"])
    keeping = NotificationKeeping(services.reading)

    @router.get("/Calls/{call_sid}/Events", **described(query=PageQuery, body=EventBody, listed_as=KEY))
    async def list_events(
        request: Request, account: OwnAccount, call_sid: str, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = existing(request, await keeping.exchanges(account.sid, call_sid, query.page_request()))
        return answer_page(request, KEY, query, found, EventBody.of, position_of, kind=EventBody)

    return router


def snake_case(name: str) -> str:
    """`CallSid` is `call_sid`, `SipHeader_X-Shop` is `sip_header_x-shop`."""
    return _WORD_BEGINS.sub("_", name).lower()
