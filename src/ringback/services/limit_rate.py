"""How fast calls may come in: so many of an account in any one second, and one more is refused (sip.md IN-06)."""

from collections import deque

from ringback.clock import Clock
from ringback.model.sid import AccountSid

WINDOW_SECONDS = 1.0


class CallRate:
    """At most `most` new calls of each account in a second; None lets every call in."""

    def __init__(self, clock: Clock, most: int | None = None) -> None:
        self._clock = clock
        self.most = most
        self._begun: dict[AccountSid, deque[float]] = {}

    def take(self, account_sid: AccountSid) -> bool:
        """Whether one more call may begin now; one that may not does not count."""
        if self.most is None:
            return True
        begun = self._begun.setdefault(account_sid, deque(maxlen=self.most))
        now = self._clock.now()
        if len(begun) == self.most and now - begun[0] < WINDOW_SECONDS:
            return False
        begun.append(now)
        return True
