"""A call that is made without a call of ours that dials it: it waits its turn, rings, and is answered or not.

    queued --ring--> initiated --> ringing --> answered: the call itself
       |                 |            |
       +-----------------+------------+--> canceled, busy, no-answer, failed

Sound that comes before the answer is heard by nobody.
"""

from collections.abc import Callable

from ringback.call.attempt import Attempt
from ringback.call.call import Call, CallParts
from ringback.call.control import CallInfo, DialTarget
from ringback.call.exchange import Exchange
from ringback.call.journal import CallOpened
from ringback.call.leg import Leg
from ringback.call.leg_event import Ringing
from ringback.call.live_call import EndStatus
from ringback.call.phone_message import Outcome
from ringback.call.route import Caller, Router
from ringback.clock import wait_for
from ringback.model.call_status import CallStatus
from ringback.model.sid import CallSid


class OutboundCall:
    """Implements `call.live_call.LiveCall` while the call is queued; then its attempt does, and then the call itself.

    `on_withdrawn` hears of it when the call is cancelled before its turn has come.
    """

    def __init__(
        self,
        *,
        info: CallInfo,
        target: DialTarget,
        caller: Caller,
        parts: CallParts,
        on_withdrawn: Callable[[], None] = lambda: None,
    ) -> None:
        self._info = info
        self._target = target
        self._caller = caller
        self._parts = parts
        self._on_withdrawn = on_withdrawn
        self._status = CallStatus.QUEUED
        self._limit_seconds: float | None = None

    @property
    def info(self) -> CallInfo:
        return self._info

    @property
    def status(self) -> CallStatus:
        return self._status

    @property
    def call(self) -> None:
        return None

    @property
    def has_finished(self) -> bool:
        return self._status.is_final

    @property
    def is_in_progress(self) -> bool:
        return False

    def queue(self, queue_ms: int = 0) -> None:
        """From now on the call exists; it will probably wait so long."""
        self._parts.register.enter(self)
        self._parts.journal.call_opened(
            CallOpened(
                info=self._info,
                status=CallStatus.QUEUED,
                sip_call_id=None,
                status_events=self._target.status,
                queue_ms=queue_ms,
            )
        )

    async def ring(
        self,
        exchange: Exchange,
        router: Router,
        *,
        timeout_seconds: float,
        on_ringing: Callable[[CallSid, Leg | None], None] = lambda *_: None,
    ) -> Call | None:
        """Dial, and wait for the answer; None: there is none, and how the call ended is written down.

        `on_ringing` is told that the far end rings, with the leg if that is heard already and rings alone (DI-02).
        """
        if self.has_finished:
            return None
        attempt = Attempt(self._target, info=self._info, caller=self._caller, parts=self._parts, is_opened=True)
        if self._limit_seconds is not None:
            attempt.limit(self._limit_seconds)
        attempt.start(exchange, router)
        if attempt.failure is not None:
            self._parts.journal.report(attempt.info, attempt.failure.code, attempt.failure.message)
            return None

        def rings(_: Attempt, leg: Leg, ringing: Ringing) -> None:
            is_heard = ringing.early_media and len(attempt.legs) == 1 and leg.has_media and not leg.has_ended
            on_ringing(self._info.call_sid, leg if is_heard else None)

        try:
            is_up = await wait_for(self._parts.clock, attempt.answered(rings), timeout_seconds)
        except TimeoutError:
            attempt.cancel(CallStatus.NO_ANSWER)
            return None
        finally:
            if attempt.child is None:
                attempt.cancel(CallStatus.CANCELED)
        return attempt.child if is_up else None

    def give_up(self, code: int, message: str) -> None:
        """It cannot be dialled at all: the call has failed, and the app's author hears why."""
        if not self.has_finished:
            self._parts.journal.report(self._info, code, message)
            self._end(CallStatus.FAILED)

    def terminate(self, status: EndStatus) -> None:
        """L-03. It is cancelled either way; nobody has answered."""
        if not self.has_finished:
            self._end(CallStatus.CANCELED)
            self._on_withdrawn()

    def limit(self, seconds: float) -> None:
        self._limit_seconds = seconds

    def send_message(self, content: str, outcome: Outcome) -> None:
        """There is no phone yet."""
        outcome(None)

    def _end(self, status: CallStatus) -> None:
        self._status = status
        self._parts.journal.call_ended(self._info, status, None)
