"""`/Calls`: make, read, change and delete calls (rest-api.md 9.2)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import (
    API_VERSION,
    Body,
    Date,
    account_uri,
    answer,
    answer_found,
    answer_page,
    answer_removed,
    position_of,
)
from ringback.api.call_form import CallForm, CallUpdateForm
from ringback.api.description import described
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.span import span_of
from ringback.api.value import Day, Moment, Text, Until, one_of, sid_of
from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.services.change_call import CallChanging
from ringback.services.keep_calls import CallKeeping
from ringback.store.call import CallFilter
from ringback.twiml.phone_number import formatted_number, normal_number

KEY = "calls"
STATUSES = tuple(status.value for status in CallStatus if status is not CallStatus.INITIATED)


class CallQuery(PageQuery):
    """Filters of a list."""

    to: Text | None = None
    from_: Text | None = None
    parent_call_sid: Annotated[str, sid_of("CA")] | None = None
    status: Annotated[str, one_of(*STATUSES)] | None = None
    start_time: Day | None = None
    start_time_until: Annotated[Until | None, Field(alias="StartTime<")] = None
    start_time_since: Annotated[Moment | None, Field(alias="StartTime>")] = None
    end_time: Day | None = None
    end_time_until: Annotated[Until | None, Field(alias="EndTime<")] = None
    end_time_since: Annotated[Moment | None, Field(alias="EndTime>")] = None

    def filter(self, account_sid: str) -> CallFilter:
        return CallFilter(
            account_sid=account_sid,
            to=_identity(self.to),
            from_=_identity(self.from_),
            parent_call_sid=self.parent_call_sid,
            statuses=_statuses(self.status),
            started=span_of(self.start_time, self.start_time_until, self.start_time_since),
            ended=span_of(self.end_time, self.end_time_until, self.end_time_since),
        )


class CallUris(BaseModel):
    """What hangs below a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    events: str
    notifications: str
    payments: str
    recordings: str
    siprec: str
    streams: str
    transcriptions: str
    user_defined_message_subscriptions: str
    user_defined_messages: str

    @classmethod
    def of(cls, account_sid: str, call_sid: str) -> Self:
        return cls(**{name: account_uri(account_sid, "Calls", call_sid, word) for name, word in _BELOW.items()})


_BELOW = {name: "".join(word.capitalize() for word in name.split("_")) for name in CallUris.model_fields}


class CallBody(Body):
    """Prices, groups, trunks and attestations are unknown here: null."""

    element: ClassVar[str] = "Call"

    sid: str
    account_sid: str
    uri: str
    date_created: Date
    date_updated: Date
    api_version: str = API_VERSION
    parent_call_sid: str | None
    to: str
    to_formatted: str
    from_: str = Field(serialization_alias="from")
    from_formatted: str
    phone_number_sid: str | None
    status: str
    start_time: Date | None
    end_time: Date | None
    duration: str | None
    price: str | None = None
    price_unit: str = "USD"
    direction: str
    answered_by: str | None
    forwarded_from: str | None
    caller_name: str | None
    group_sid: str | None = None
    queue_time: str
    trunk_sid: str | None = None
    stir_verstat: str | None = None
    subresource_uris: CallUris

    @classmethod
    def of(cls, record: CallRecord) -> Self:
        seconds = record.duration_seconds
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            uri=account_uri(record.account_sid, "Calls", record.sid),
            date_created=record.created_at,
            date_updated=record.updated_at or record.created_at,
            parent_call_sid=record.parent_call_sid,
            to=record.to,
            to_formatted=formatted_number(record.to),
            from_=record.from_,
            from_formatted=formatted_number(record.from_),
            phone_number_sid=record.phone_number_sid,
            status=shown_status(record.status),
            start_time=record.started_at,
            end_time=record.ended_at,
            duration=None if seconds is None else str(seconds),
            direction=record.direction.value,
            answered_by=record.answered_by,
            forwarded_from=record.forwarded_from,
            caller_name=record.caller_name,
            queue_time=str(record.queue_ms),
            subresource_uris=CallUris.of(record.account_sid, record.sid),
        )


def calls_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Calls"])
    ordering = services.ordering
    keeping = CallKeeping(services.reading)
    changing = CallChanging(keeping=keeping, ordering=ordering, updating=services.updating)

    @router.post("/Calls", **described(form=CallForm, body=CallBody, status=201))
    async def create_call(
        request: Request, account: OwnAccount, form: Annotated[CallForm, Depends(CallForm.read)]
    ) -> Response:
        ready = ordering.read(account.sid, form.script())
        return answer(request, CallBody.of(ordering.place(form.order(account.sid, ready), ready.warnings)), 201)

    @router.get("/Calls", **described(query=CallQuery, body=CallBody, listed_as=KEY))
    async def list_calls(
        request: Request, account: OwnAccount, query: Annotated[CallQuery, Depends(CallQuery.read)]
    ) -> Response:
        found = await keeping.page(query.filter(account.sid), query.page_request())
        return answer_page(request, KEY, query, found, CallBody.of, position_of, kind=CallBody)

    @router.get("/Calls/{sid}", **described(body=CallBody))
    async def read_call(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), CallBody.of)

    @router.post("/Calls/{sid}", **described(form=CallUpdateForm, body=CallBody))
    async def update_call(
        request: Request, account: OwnAccount, sid: str, form: Annotated[CallUpdateForm, Depends(CallUpdateForm.read)]
    ) -> Response:
        return answer_found(request, await changing.change(account.sid, sid, form.change()), CallBody.of)

    @router.delete("/Calls/{sid}", **described(status=204, errors=(400,)))
    async def delete_call(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router


def shown_status(status: CallStatus) -> str:
    """A call that was dialled is on its way to ringing; only callbacks know the word `initiated`."""
    return CallStatus.RINGING.value if status is CallStatus.INITIATED else status.value


def _statuses(word: str | None) -> tuple[CallStatus, ...]:
    return tuple(status for status in CallStatus if word is not None and shown_status(status) == word)


def _identity(text: str | None) -> str | None:
    """A number however it is written; the `+` of one that was not encoded has become a space."""
    return (normal_number(text) or text.strip()) if text else None
