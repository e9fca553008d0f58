"""Calls in a queue as the API lists them, and takes them out to run a document (rest-api.md 9.10, members)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ringback.call.call import Call
from ringback.call.line import Line, Member
from ringback.call.queue_book import QueueBook
from ringback.clock import Clock
from ringback.interpreter.source import DocumentRequest
from ringback.model.sid import AccountSid, CallSid, QueueSid
from ringback.services.change_call import Updating
from ringback.services.keep_queues import QueueKeeping
from ringback.services.refusal import Refused
from ringback.services.update_call import NotInProgress

FRONT = "Front"
"""In a path, whoever is next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A call in a queue. `position` 1 is next."""

    account_sid: AccountSid
    queue_sid: QueueSid
    call_sid: CallSid
    enqueued_at: datetime
    position: int
    wait_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dequeuing:
    """A member is named by its call's SID, or by `Front`."""

    keeping: QueueKeeping
    book: QueueBook[Call]
    updating: Updating
    clock: Clock

    async def list(self, account_sid: AccountSid, queue_sid: str) -> Sequence[MemberView] | None:
        """The next one first; None if the account has no such queue."""
        line = self.book.of_sid(account_sid, queue_sid)
        if line is None:
            return None if await self.keeping.find(account_sid, queue_sid) is None else ()
        members = enumerate(line.waiting(), start=1)
        return [self._view(account_sid, line, member, position) for position, member in members]

    def find(self, account_sid: AccountSid, queue_sid: str, name: str) -> MemberView | None:
        found = self._find(account_sid, queue_sid, name)
        return self._view(account_sid, *found) if found is not None else None

    def redirect(
        self, account_sid: AccountSid, queue_sid: str, name: str, request: DocumentRequest
    ) -> MemberView | None:
        """Take the call out and run the document on it; as the member was. None if there is none. Raises `Refused`.

        From here on nobody else is given it, so that two who ask for `Front` at once get two calls.
        """
        found = self._find(account_sid, queue_sid, name)
        if found is None:
            return None
        line, member, position = found
        view = self._view(account_sid, line, member, position)
        try:
            self.updating.redirect(account_sid, member.call_sid, request)
        except NotInProgress as problem:
            raise Refused(problem.code, problem.message) from None
        line.send_away(member)
        return view

    def _find(self, account_sid: AccountSid, queue_sid: str, name: str) -> tuple[Line[Call], Member[Call], int] | None:
        line = self.book.of_sid(account_sid, queue_sid)
        if line is None:
            return None
        for position, member in enumerate(line.waiting(), start=1):
            if name in (FRONT, member.call_sid):
                return line, member, position
        return None

    def _view(self, account_sid: AccountSid, line: Line[Call], member: Member[Call], position: int) -> MemberView:
        return MemberView(
            account_sid=account_sid,
            queue_sid=line.queue.sid,
            call_sid=member.call_sid,
            enqueued_at=member.enqueued_at,
            position=position,
            wait_seconds=member.seconds(self.clock.now()),
        )
