"""`/Conferences/{ConferenceSid}/Participants`: calls in a conference, and calling people into it (rest-api.md 9.9)."""

from typing import Annotated, ClassVar, Self

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer, answer_found, answer_page, deleted, existing
from ringback.api.description import described
from ringback.api.errors import not_found
from ringback.api.page import PageQuery
from ringback.api.participant_form import ParticipantForm, ParticipantUpdateForm
from ringback.api.path import ACCOUNT
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.api.value import Switch
from ringback.services.add_participant import ParticipantAdding
from ringback.services.change_participant import ParticipantChanging, ParticipantFilter
from ringback.services.keep_conferences import ConferenceKeeping
from ringback.services.participant_view import ParticipantView
from ringback.store.paging import Position, slice_of

KEY = "participants"
_PATH = "/Conferences/{conference_sid}/Participants"


class ParticipantQuery(PageQuery):
    """Filters of a list."""

    muted: Switch | None = None
    hold: Switch | None = None
    coaching: Switch | None = None

    def filter(self) -> ParticipantFilter:
        return ParticipantFilter(muted=self.muted, hold=self.hold, coaching=self.coaching)


class ParticipantBody(Body):
    element: ClassVar[str] = "Participant"

    account_sid: str
    call_sid: str
    conference_sid: str
    date_created: Date
    date_updated: Date
    uri: str
    label: str | None
    muted: bool
    hold: bool
    coaching: bool
    start_conference_on_enter: bool
    end_conference_on_exit: bool
    call_sid_to_coach: str | None
    status: str
    queue_time: str | None

    @classmethod
    def of(cls, view: ParticipantView) -> Self:
        one = view.participant
        return cls(
            account_sid=view.account_sid,
            call_sid=one.call_sid,
            conference_sid=view.conference_sid,
            date_created=one.created_at,
            date_updated=one.updated_at,
            uri=account_uri(view.account_sid, "Conferences", view.conference_sid, "Participants", one.call_sid),
            label=one.label,
            muted=one.muted,
            hold=one.hold,
            coaching=one.is_coach,
            start_conference_on_enter=one.start_on_enter,
            end_conference_on_exit=one.end_on_exit,
            call_sid_to_coach=one.coaching,
            status=view.status,
            queue_time=None if view.queue_ms is None else str(view.queue_ms),
        )


def participants_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Participants"])
    meetings = services.meetings
    keeping = ConferenceKeeping(reading=services.reading, conferences=meetings.conferences, beside=meetings.beside)
    changing = ParticipantChanging(keeping=keeping, beside=meetings.beside, live_call=meetings.live_call)
    adding = ParticipantAdding(
        conferences=meetings.conferences, changing=changing, ordering=services.ordering, updating=services.updating
    )

    @router.post(_PATH, **described(form=ParticipantForm, body=ParticipantBody, status=201))
    async def create_participant(
        request: Request,
        account: OwnAccount,
        conference_sid: str,
        form: Annotated[ParticipantForm, Depends(ParticipantForm.read)],
    ) -> Response:
        made = adding.add(account.sid, conference_sid, form.order(account.sid))
        return answer(request, ParticipantBody.of(made), 201)

    @router.get(_PATH, **described(query=ParticipantQuery, body=ParticipantBody, listed_as=KEY))
    async def list_participants(
        request: Request,
        account: OwnAccount,
        conference_sid: str,
        query: Annotated[ParticipantQuery, Depends(ParticipantQuery.read)],
    ) -> Response:
        participants = existing(request, await changing.list(account.sid, conference_sid, query.filter()))
        found = slice_of(participants, query.page_request(), _position)
        return answer_page(request, KEY, query, found, ParticipantBody.of, _position, kind=ParticipantBody)

    @router.get(_PATH + "/{call_sid}", **described(body=ParticipantBody))
    async def read_participant(request: Request, account: OwnAccount, conference_sid: str, call_sid: str) -> Response:
        return answer_found(request, changing.find(account.sid, conference_sid, call_sid), ParticipantBody.of)

    @router.post(_PATH + "/{call_sid}", **described(form=ParticipantUpdateForm, body=ParticipantBody))
    async def update_participant(
        request: Request,
        account: OwnAccount,
        conference_sid: str,
        call_sid: str,
        form: Annotated[ParticipantUpdateForm, Depends(ParticipantUpdateForm.read)],
    ) -> Response:
        return answer_found(
            request, changing.change(account.sid, conference_sid, call_sid, form.change()), ParticipantBody.of
        )

    @router.delete(_PATH + "/{call_sid}", **described(status=204))
    async def delete_participant(request: Request, account: OwnAccount, conference_sid: str, call_sid: str) -> Response:
        if not changing.kick(account.sid, conference_sid, call_sid):
            raise not_found(requested_path(request))
        return deleted()

    return router


def _position(view: ParticipantView) -> Position:
    return Position(at=view.participant.created_at, sid=view.participant.call_sid)
