"""Change a call that runs: move it to another document, end it, limit it (rest-api.md 9.2 Update; L-01 to L-05)."""

from collections.abc import Callable
from typing import Literal

from ringback.call.control import StatusEvents
from ringback.call.live_call import EndStatus, LiveCall
from ringback.interpreter.call_documents import First
from ringback.interpreter.source import Fallback
from ringback.model.record import AccountRecord
from ringback.model.sid import CallSid
from ringback.services.call_run import CallRuns
from ringback.services.running_calls import RunningCalls

NOT_IN_PROGRESS = 21220
ENDED_POLL_SECONDS = 0.02

_CANNOT: dict[str, str] = {
    "redirect": "Call is not in-progress. Cannot redirect.",
    "end": "Call is not in-progress. Cannot end.",
    "limit": "Call is not in-progress. Cannot set its TimeLimit.",
}


class NotInProgress(Exception):
    """L-05: the call is over, or nobody has answered it yet. `code` is Twilio's number, for a 400."""

    def __init__(self, what: Literal["redirect", "end", "limit"]) -> None:
        self.code = NOT_IN_PROGRESS
        self.message = _CANNOT[what]
        super().__init__(self.message)


class CallUpdating:
    """For the REST API. Calls are found by account and SID; whether there ever was such a call (404) is known to the
    store alone. Everything here happens at once: what follows is told by callbacks and seen in the call's record."""

    def __init__(
        self, *, running: RunningCalls, runs: CallRuns, account_of: Callable[[str], AccountRecord | None]
    ) -> None:
        self._running = running
        self._runs = runs
        self._account_of = account_of

    def redirect(
        self,
        account_sid: str,
        call_sid: str,
        first: First,
        *,
        fallback: Fallback | None = None,
        status_events: StatusEvents | None = None,
    ) -> None:
        """Stop what runs on the call and run this. Raises `NotInProgress`.

        `status_events` replaces where the call's status callbacks go from now on; None leaves it. A leg that was
        dialled leaves its `<Dial>`, which goes on as if the leg had hung up (L-04).
        """
        live = self._find(account_sid, call_sid, "redirect")
        account = self._account_of(account_sid)
        if not live.is_in_progress or live.call is None or account is None:
            raise NotInProgress("redirect")
        if status_events is not None:
            self._runs.journal.tell_status_to(live.info, status_events)
        documents = self._running.documents(call_sid)
        if documents is not None:
            documents.redirect(first, fallback=fallback)
        else:
            live.call.move()
            self._runs.of(live.call, account, fallback=fallback).start(first)

    def end(self, account_sid: str, call_sid: str, status: EndStatus) -> None:
        """L-03: `completed` ends it in any state; `canceled` leaves an answered call alone. Raises `NotInProgress`."""
        self._find(account_sid, call_sid, "end").terminate(status)

    async def ended(self, call_sid: str, seconds: float) -> bool:
        """Wait until the end of the call is written down, so long at most; False if it is not by then."""
        clock, journal = self._runs.clock, self._runs.journal
        latest = clock.now() + seconds
        while journal.record_of(CallSid(call_sid)) is not None:
            if clock.now() >= latest:
                return False
            await clock.sleep(ENDED_POLL_SECONDS)
        return True

    def limit(self, account_sid: str, call_sid: str, seconds: float) -> None:
        """`TimeLimit`: it may last so long, from its answer on. Raises `NotInProgress`."""
        self._find(account_sid, call_sid, "limit").limit(seconds)

    def _find(self, account_sid: str, call_sid: str, what: Literal["redirect", "end", "limit"]) -> LiveCall:
        live = self._running.find(call_sid)
        if live is None or live.info.account_sid != account_sid:
            raise NotInProgress(what)
        return live
