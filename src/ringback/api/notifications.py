"""`/Notifications` and `/Calls/{CallSid}/Notifications`: what apps' authors should know (rest-api.md 9.3)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import API_VERSION, Body, Date, account_uri, answer, answer_page, existing, position_of
from ringback.api.description import described
from ringback.api.errors import MORE_INFO
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.span import span_of
from ringback.api.value import Day, Moment, Until, one_of
from ringback.model.record import NotificationRecord
from ringback.services.keep_notifications import NotificationFilter, NotificationKeeping

KEY = "notifications"
ERROR, WARNING = "0", "1"

_LEVELS: Mapping[str, Literal["error", "warning"]] = {ERROR: "error", WARNING: "warning"}
_WORDS = {"error": "ERROR", "warning": "WARN"}


class NotificationQuery(PageQuery):
    """`Log` is 0 for errors and 1 for warnings."""

    log: Annotated[str, one_of(ERROR, WARNING)] | None = None
    message_date: Day | None = None
    message_date_until: Annotated[Until | None, Field(alias="MessageDate<")] = None
    message_date_since: Annotated[Moment | None, Field(alias="MessageDate>")] = None

    def filter(self, account_sid: str, call_sid: str | None = None) -> NotificationFilter:
        return NotificationFilter(
            account_sid=account_sid,
            call_sid=call_sid,
            level=None if self.log is None else _LEVELS[self.log],
            happened=span_of(self.message_date, self.message_date_until, self.message_date_since),
        )


Asked = Annotated[NotificationQuery, Depends(NotificationQuery.read)]


class NotificationBody(Body):
    """One of a list."""

    element: ClassVar[str] = "Notification"

    sid: str
    account_sid: str
    uri: str
    date_created: Date
    date_updated: Date
    api_version: str | None = API_VERSION
    call_sid: str | None
    error_code: str
    log: str
    message_date: Date
    message_text: str
    more_info: str
    request_method: str | None
    request_url: str | None

    @staticmethod
    def values(record: NotificationRecord, uri: str) -> Mapping[str, Any]:
        return {
            "sid": record.sid,
            "account_sid": record.account_sid,
            "uri": uri,
            "date_created": record.created_at,
            "date_updated": record.created_at,
            "call_sid": record.call_sid,
            "error_code": str(record.error_code),
            "log": ERROR if record.level == "error" else WARNING,
            "message_date": record.created_at,
            "message_text": message_text(record),
            "more_info": MORE_INFO.format(code=record.error_code),
            "request_method": record.request_method,
            "request_url": record.request_url,
        }


class WholeNotificationBody(NotificationBody):
    """What reading a single one shows beside."""

    request_variables: str | None
    response_body: str | None
    response_headers: str | None


def notifications_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Notifications"])
    keeping = NotificationKeeping(services.reading)

    async def page(request: Request, query: NotificationQuery, wanted: NotificationFilter) -> Response:
        found = existing(request, await keeping.page(wanted, query.page_request()))

        def present(record: NotificationRecord) -> NotificationBody:
            return NotificationBody(**NotificationBody.values(record, _uri(record, wanted.call_sid)))

        return answer_page(request, KEY, query, found, present, position_of, kind=NotificationBody)

    async def read(request: Request, account_sid: str, sid: str, call_sid: str | None = None) -> Response:
        record = existing(request, await keeping.find(account_sid, sid, call_sid))
        return answer(request, _whole(record, call_sid))

    listed = described(query=NotificationQuery, body=NotificationBody, listed_as=KEY)
    single = described(body=WholeNotificationBody)

    @router.get("/Notifications", **listed)
    async def list_notifications(request: Request, account: OwnAccount, query: Asked) -> Response:
        return await page(request, query, query.filter(account.sid))

    @router.get("/Notifications/{sid}", **single)
    async def read_notification(request: Request, account: OwnAccount, sid: str) -> Response:
        return await read(request, account.sid, sid)

    @router.get("/Calls/{call_sid}/Notifications", **listed)
    async def list_call_notifications(request: Request, account: OwnAccount, call_sid: str, query: Asked) -> Response:
        return await page(request, query, query.filter(account.sid, call_sid))

    @router.get("/Calls/{call_sid}/Notifications/{sid}", **single)
    async def read_call_notification(request: Request, account: OwnAccount, call_sid: str, sid: str) -> Response:
        return await read(request, account.sid, sid, call_sid)

    return router


def message_text(record: NotificationRecord) -> str:
    """URL-encoded pairs: `Msg=...&ErrorCode=11200&url=...`."""
    pairs = [("Msg", record.message), ("ErrorCode", str(record.error_code)), ("LogLevel", _WORDS[record.level])]
    if record.request_url:
        pairs.append(("url", record.request_url))
    if record.response_status is not None:
        pairs.append(("httpResponse", str(record.response_status)))
    return urlencode(pairs)


def _whole(record: NotificationRecord, call_sid: str | None) -> WholeNotificationBody:
    return WholeNotificationBody(
        **NotificationBody.values(record, _uri(record, call_sid)),
        request_variables=record.request_parameters,
        response_body=record.response_body,
        response_headers=record.response_headers,
    )


def _uri(record: NotificationRecord, call_sid: str | None) -> str:
    """In the family of paths in which it was asked for."""
    below = ("Calls", call_sid) if call_sid is not None else ()
    return account_uri(record.account_sid, *below, "Notifications", record.sid)
