"""How fast an account's calls over REST are dialled: at once, or one after the other (rest-api.md section 8).

Twilio dials one a second and lets the others wait in order; a queue of more than a day takes no more (22005).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ringback.clock import Clock, TimerHandle
from ringback.model.sid import AccountSid, CallSid

TWILIO_INTERVAL_SECONDS = 1.0
MAX_QUEUE_SECONDS = 24 * 3600.0


@dataclass(slots=True)
class _Line:
    """The calls of one account, oldest first, and when the next may be dialled."""

    free_at: float
    waiting: dict[CallSid, Callable[[], None]] = field(default_factory=dict)
    timer: TimerHandle | None = None


class CallPace:
    """One call of an account in `interval_seconds`; None lets every call begin at once."""

    def __init__(self, clock: Clock, *, interval_seconds: float | None = None) -> None:
        self._clock = clock
        self._interval = interval_seconds
        self._lines: dict[AccountSid, _Line] = {}

    def expected_seconds(self, account_sid: AccountSid) -> float:
        """How long one more call would wait."""
        line = self._lines.get(account_sid)
        if self._interval is None or line is None:
            return 0.0
        return max(0.0, line.free_at - self._clock.now()) + len(line.waiting) * self._interval

    def is_full(self, account_sid: AccountSid) -> bool:
        return self.expected_seconds(account_sid) > MAX_QUEUE_SECONDS

    def enter(self, account_sid: AccountSid, call_sid: CallSid, start: Callable[[], None]) -> None:
        """Call `start` when it is this call's turn, which may be now."""
        if self._interval is None:
            start()
            return
        line = self._lines.setdefault(account_sid, _Line(free_at=self._clock.now()))
        line.waiting[call_sid] = start
        self._serve(line, self._interval)

    def withdraw(self, account_sid: AccountSid, call_sid: CallSid) -> bool:
        """Those behind it move up; False if it does not wait."""
        line = self._lines.get(account_sid)
        return line is not None and line.waiting.pop(call_sid, None) is not None

    def _serve(self, line: _Line, interval: float) -> None:
        now = self._clock.now()
        if line.timer is not None or not line.waiting:
            return
        if now < line.free_at:
            line.timer = self._clock.call_at(line.free_at, lambda: self._turn(line, interval))
            return
        start = line.waiting.pop(next(iter(line.waiting)))
        line.free_at = max(line.free_at + interval, now + interval)
        start()
        self._serve(line, interval)

    def _turn(self, line: _Line, interval: float) -> None:
        line.timer = None
        self._serve(line, interval)
