"""`/Conferences`: read, end and speak to conferences (rest-api.md 9.8)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import API_VERSION, Body, Date, account_uri, answer_found, answer_page, position_of
from ringback.api.description import described
from ringback.api.leg_form import FilledForm
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.span import span_of
from ringback.api.value import Day, HttpMethod, Moment, Text, Until, WebUrl, one_of
from ringback.model.record import ConferenceRecord, ConferenceStatus
from ringback.services.keep_conferences import Announcement, ConferenceKeeping
from ringback.store.conference import ConferenceFilter

KEY = "conferences"
STATUSES = tuple(status.value for status in ConferenceStatus)


class ConferenceQuery(PageQuery):
    """Filters of a list."""

    friendly_name: Text | None = None
    status: Annotated[str, one_of(*STATUSES)] | None = None
    date_created: Day | None = None
    date_created_until: Annotated[Until | None, Field(alias="DateCreated<")] = None
    date_created_since: Annotated[Moment | None, Field(alias="DateCreated>")] = None
    date_updated: Day | None = None
    date_updated_until: Annotated[Until | None, Field(alias="DateUpdated<")] = None
    date_updated_since: Annotated[Moment | None, Field(alias="DateUpdated>")] = None

    def filter(self, account_sid: str, otherwise: ConferenceStatus | None) -> ConferenceFilter:
        """`otherwise` is the status of those that are listed when no status is asked for; None is any."""
        return ConferenceFilter(
            account_sid=account_sid,
            friendly_name=self.friendly_name,
            status=ConferenceStatus(self.status) if self.status is not None else otherwise,
            created=span_of(self.date_created, self.date_created_until, self.date_created_since),
            updated=span_of(self.date_updated, self.date_updated_until, self.date_updated_since),
        )


class ConferenceForm(FilledForm):
    """Update."""

    status: Annotated[str, one_of("completed")] | None = None
    announce_url: WebUrl | None = None
    announce_method: HttpMethod = "POST"

    @property
    def announcement(self) -> Announcement | None:
        return Announcement(url=self.announce_url, method=self.announce_method) if self.announce_url else None


class ConferenceUris(BaseModel):
    """What hangs below a conference."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    participants: str
    recordings: str


class ConferenceBody(Body):
    element: ClassVar[str] = "Conference"

    sid: str
    account_sid: str
    date_created: Date
    date_updated: Date
    api_version: str = API_VERSION
    friendly_name: str
    status: str
    region: str | None
    reason_conference_ended: str | None
    call_sid_ending_conference: str | None
    uri: str
    subresource_uris: ConferenceUris

    @classmethod
    def of(cls, record: ConferenceRecord) -> Self:
        def below(*path: str) -> str:
            return account_uri(record.account_sid, "Conferences", record.sid, *path)

        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            date_created=record.created_at,
            date_updated=record.updated_at,
            friendly_name=record.friendly_name,
            status=record.status.value,
            region=record.region,
            reason_conference_ended=record.reason_ended,
            call_sid_ending_conference=record.ended_by,
            uri=below(),
            subresource_uris=ConferenceUris(participants=below("Participants"), recordings=below("Recordings")),
        )


def conferences_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Conferences"])
    meetings = services.meetings
    keeping = ConferenceKeeping(reading=services.reading, conferences=meetings.conferences, beside=meetings.beside)
    otherwise = None if meetings.lists_all else ConferenceStatus.IN_PROGRESS

    @router.get("/Conferences", **described(query=ConferenceQuery, body=ConferenceBody, listed_as=KEY))
    async def list_conferences(
        request: Request, account: OwnAccount, query: Annotated[ConferenceQuery, Depends(ConferenceQuery.read)]
    ) -> Response:
        found = await keeping.page(query.filter(account.sid, otherwise), query.page_request())
        return answer_page(request, KEY, query, found, ConferenceBody.of, position_of, kind=ConferenceBody)

    @router.get("/Conferences/{sid}", **described(body=ConferenceBody))
    async def read_conference(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), ConferenceBody.of)

    @router.post("/Conferences/{sid}", **described(form=ConferenceForm, body=ConferenceBody))
    async def update_conference(
        request: Request, account: OwnAccount, sid: str, form: Annotated[ConferenceForm, Depends(ConferenceForm.read)]
    ) -> Response:
        ended = form.status is not None
        return answer_found(
            request,
            await keeping.change(account.sid, sid, end=ended, announcement=form.announcement),
            ConferenceBody.of,
        )

    return router
