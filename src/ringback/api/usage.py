"""`/Usage/Records`: how much an account has called and recorded (rest-api.md 9.17). Every price is 0."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import API_VERSION, Body, account_uri, answer_page
from ringback.api.description import described
from ringback.api.errors import ApiError
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import BAD_PARAMETER, Switch, text_of
from ringback.model.record import AccountRecord
from ringback.services.count_usage import PERIODS, Period, Usage, UsageCounting, UsageQuestion, day_of
from ringback.store.paging import Position, slice_of

KEY = "usage_records"
_KEYS: Mapping[str, Period] = {
    "all_time": "AllTime",
    "daily": "Daily",
    "last_month": "LastMonth",
    "monthly": "Monthly",
    "this_month": "ThisMonth",
    "today": "Today",
    "yearly": "Yearly",
    "yesterday": "Yesterday",
}

Day = Annotated[str, text_of(40)]


class UsageQuery(PageQuery):
    category: Annotated[str, text_of(64)] | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    include_subaccounts: Switch = True

    def question(self, period: Period, now: datetime) -> UsageQuestion:
        """Raises 400/20001 for what is no day."""
        try:
            start = day_of(self.start_date, now.date()) if self.start_date else None
            end = day_of(self.end_date, now.date()) if self.end_date else None
        except ValueError:
            message = "'StartDate' and 'EndDate' are days, such as 2026-03-02, or distances, such as -30days."
            raise ApiError(400, BAD_PARAMETER, message) from None
        if start is not None and end is not None and end < start:
            raise ApiError(400, BAD_PARAMETER, "'EndDate' lies before 'StartDate'.")
        return UsageQuestion(
            period=period,
            start=start,
            end=end,
            category=self.category or None,
            include_subaccounts=self.include_subaccounts,
        )


class UsageBody(Body):
    element: ClassVar[str] = "UsageRecord"

    category: str
    description: str
    account_sid: str
    start_date: str
    end_date: str
    count: str
    count_unit: str
    usage: str
    usage_unit: str
    price: str = "0"
    price_unit: str = "usd"
    api_version: str = API_VERSION
    as_of: str
    uri: str
    subresource_uris: Mapping[str, str]

    @classmethod
    def of(cls, account: AccountRecord, usage: Usage, path: tuple[str, ...], now: datetime) -> Self:
        name = usage.category.name
        span = f"Category={name}&StartDate={usage.start}&EndDate={usage.end}"
        records = ("Usage", "Records")
        return cls(
            category=name,
            description=usage.category.description,
            account_sid=account.sid,
            start_date=usage.start.isoformat(),
            end_date=usage.end.isoformat(),
            count=str(usage.count),
            count_unit=usage.category.unit,
            usage=str(usage.usage),
            usage_unit=usage.category.usage_unit,
            as_of=now.astimezone(UTC).isoformat(timespec="seconds"),
            uri=f"{account_uri(account.sid, *path)}?{span}",
            subresource_uris={
                key: f"{account_uri(account.sid, *records, period)}?Category={name}" for key, period in _KEYS.items()
            },
        )


def usage_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Usage"])
    configuring = services.configuring
    counting = UsageCounting(reading=services.reading, directory=configuring.directory, clock=configuring.clock)
    for period in ("", *PERIODS):
        _add_list(router, services, counting, period)
    return router


def _add_list(router: APIRouter, services: ApiServices, counting: UsageCounting, period: Period) -> None:
    words = ("Usage", "Records", *([period] if period else []))
    path = "/" + "/".join(words)

    @router.get(path, **described(query=UsageQuery, body=UsageBody, listed_as=KEY), name=f"list {path}")
    async def list_usage(
        request: Request, account: OwnAccount, query: Annotated[UsageQuery, Depends(UsageQuery.read)]
    ) -> Response:
        now = services.configuring.clock.utc_now()
        found = slice_of(await counting.records(account, query.question(period, now)), query.page_request(), _position)

        def present(usage: Usage) -> UsageBody:
            return UsageBody.of(account, usage, words, now)

        return answer_page(request, KEY, query, found, present, _position, kind=UsageBody)


def _position(usage: Usage) -> Position:
    """Newest days first, and there in the order of the categories."""
    return Position(at=datetime.combine(usage.end, time(), UTC), sid=f"C{9999 - usage.index:04d}")
