"""Which recordings a list shows, in its three places (rest-api.md 9.6)."""

from typing import Annotated

from pydantic import Field

from ringback.api.form import Query
from ringback.api.page import PageQuery
from ringback.api.span import span_of
from ringback.api.value import Day, Moment, Switch, Until, sid_of
from ringback.model.record import RecordingRecord
from ringback.services.keep_recordings import Place
from ringback.store.paging import Position
from ringback.store.recording import RecordingFilter

KEY = "recordings"


class RecordingQuery(PageQuery):
    """Below a call or a conference."""

    date_created: Day | None = None
    date_created_until: Annotated[Until | None, Field(alias="DateCreated<")] = None
    date_created_since: Annotated[Moment | None, Field(alias="DateCreated>")] = None

    def filter(self, place: Place) -> RecordingFilter:
        return RecordingFilter(
            account_sid=place.account_sid,
            call_sid=place.call_sid,
            conference_sid=place.conference_sid,
            started=span_of(self.date_created, self.date_created_until, self.date_created_since),
        )


class AccountRecordingQuery(RecordingQuery):
    call_sid: Annotated[str, sid_of("CA")] | None = None
    conference_sid: Annotated[str, sid_of("CF")] | None = None
    include_soft_deleted: Switch = False

    def account_filter(self, account_sid: str) -> RecordingFilter:
        """An empty SID asks for nothing."""
        return RecordingFilter(
            account_sid=account_sid,
            call_sid=self.call_sid or None,
            conference_sid=self.conference_sid or None,
            started=span_of(self.date_created, self.date_created_until, self.date_created_since),
            include_deleted=self.include_soft_deleted,
        )


class DeletedQuery(Query):
    """Of one recording of the account."""

    include_soft_deleted: Switch = False


def position(record: RecordingRecord) -> Position:
    return Position(at=record.started_at, sid=record.sid)
