"""How long a call may last from its answer on: `TimeLimit` of the REST API (rest-api.md 9.2)."""

from collections.abc import Callable

from ringback.clock import Clock, TimerHandle


class TimeLimit:
    """Calls `end` when the time is over; at once, if it is over when the limit is set. Without a limit, never."""

    def __init__(self, clock: Clock, end: Callable[[], None]) -> None:
        self._clock = clock
        self._end = end
        self._seconds: float | None = None
        self._answered_at: float | None = None
        self._timer: TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """In place of what was set before."""
        self._seconds = seconds
        self._arm()

    def begin(self) -> None:
        """The call was answered now."""
        self._answered_at = self._clock.now()
        self._arm()

    def cancel(self) -> None:
        """The call is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.cancel()
        if self._seconds is not None and self._answered_at is not None:
            self._timer = self._clock.call_at(self._answered_at + self._seconds, self._end)
