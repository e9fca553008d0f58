"""Change a call over REST: run something else, end it, limit it (rest-api.md 9.2, Update)."""

from dataclasses import dataclass
from typing import Protocol

from ringback.call.control import StatusEvents
from ringback.call.live_call import EndStatus
from ringback.interpreter.call_documents import First
from ringback.interpreter.source import Fallback
from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.services.keep_calls import CallKeeping
from ringback.services.order_call import CallOrdering
from ringback.services.read_script import Script
from ringback.services.refusal import Refused
from ringback.services.update_call import NotInProgress

ENDED_SECONDS = 1.0
"""How long the answer to an update that ends a call waits for that, to show the call as it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChange:
    """What is asked for; `end` counts over everything else."""

    script: Script | None = None
    end: EndStatus | None = None
    time_limit_seconds: int | None = None


class Updating(Protocol):
    """`update_call.CallUpdating` is one; each raises `NotInProgress`."""

    def redirect(
        self,
        account_sid: str,
        call_sid: str,
        first: First,
        *,
        fallback: Fallback | None = None,
        status_events: StatusEvents | None = None,
    ) -> None: ...

    def end(self, account_sid: str, call_sid: str, status: EndStatus) -> None: ...

    async def ended(self, call_sid: str, seconds: float) -> bool:
        """Wait until the end of the call is written down, so long at most."""
        ...

    def limit(self, account_sid: str, call_sid: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChanging:
    keeping: CallKeeping
    ordering: CallOrdering
    updating: Updating

    async def change(self, account_sid: str, call_sid: str, wanted: CallChange) -> CallRecord | None:
        """The call as it is then; None if the account has no such call.

        Raises `Refused`: 21220 for a call that is over, or that cannot be moved since nobody has answered it yet.
        """
        found = await self.keeping.find(account_sid, call_sid)
        if found is None:
            return None
        try:
            await self._apply(found, wanted)
        except NotInProgress as problem:
            raise Refused(problem.code, problem.message) from None
        return await self.keeping.find(account_sid, call_sid)

    async def _apply(self, call: CallRecord, wanted: CallChange) -> None:
        if wanted.end is not None:
            self.updating.end(call.account_sid, call.sid, wanted.end)
            if not (wanted.end == "canceled" and call.status is CallStatus.IN_PROGRESS):  # L-03: it goes on
                await self.updating.ended(call.sid, ENDED_SECONDS)
            return
        if wanted.script is not None:
            ready = self.ordering.read(call.account_sid, wanted.script)
            self.updating.redirect(
                call.account_sid, call.sid, ready.first, fallback=ready.fallback, status_events=ready.status_events
            )
            self.ordering.warn(call, ready.warnings)
        if wanted.time_limit_seconds is not None:
            self.updating.limit(call.account_sid, call.sid, wanted.time_limit_seconds)
