"""Conferences as the API reads, ends and speaks to them (rest-api.md 9.8)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ringback.call.call import Call
from ringback.call.conference_request import AnnounceDocument, WaitDocument
from ringback.call.conference_room import ConferenceRoom
from ringback.call.conferences import Conferences
from ringback.model.record import ConferenceRecord
from ringback.model.sid import AccountSid
from ringback.services.call_order import Method
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.conference import ConferenceFilter, ConferenceRepository
from ringback.store.paging import PageRequest, Slice

NOT_RUNNING = 20001
NOBODY_THERE = 16022


class Beside(Protocol):
    """`interpreter.beside.BesideDocuments` is one."""

    def wait(self, url: str | None, method: Method) -> WaitDocument | None: ...

    def announcement(self, url: str, method: Method) -> AnnounceDocument: ...


BesideOf = Callable[[str], Beside]
"""The documents of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A file, or a document, for everybody in a conference or for one."""

    url: str
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceKeeping:
    """Another account's conference is not there."""

    reading: Reading
    conferences: Conferences[Call]
    beside: BesideOf

    async def find(self, account_sid: str, sid: str) -> ConferenceRecord | None:
        async with self.reading.read() as connection:
            found = await ConferenceRepository(connection).get(sid)
        return found if found is not None and found.account_sid == account_sid else None

    async def page(self, wanted: ConferenceFilter, request: PageRequest) -> Slice[ConferenceRecord]:
        async with self.reading.read() as connection:
            return await ConferenceRepository(connection).find(wanted, request)

    def room(self, account_sid: str, sid: str) -> ConferenceRoom[Call] | None:
        """The conference, if it runs here and is not over."""
        room = self.conferences.find(AccountSid(account_sid), sid)
        return room if room is not None and room.conference.sid == sid else None

    async def change(
        self, account_sid: str, sid: str, *, end: bool = False, announcement: Announcement | None = None
    ) -> ConferenceRecord | None:
        """The conference as it is then; None if the account has none. Ended, nothing is announced any more.

        Raises `Refused` for one that does not run, and for an announcement that nobody is there to hear.
        """
        if await self.find(account_sid, sid) is None:
            return None
        room = self.room(account_sid, sid)
        if room is None and (end or announcement is not None):
            raise Refused(NOT_RUNNING, "Bad request: the conference is not running.")
        if room is not None and end:
            room.end()
        elif room is not None and announcement is not None:
            self._announce(room, account_sid, announcement)
        return await self.find(account_sid, sid)

    def _announce(self, room: ConferenceRoom[Call], account_sid: str, wanted: Announcement) -> None:
        document = self.beside(account_sid).announcement(wanted.url, wanted.method)
        try:
            room.announce(document, url=wanted.url)
        except KeyError:
            raise Refused(NOBODY_THERE, "Nobody has joined the conference yet.") from None
