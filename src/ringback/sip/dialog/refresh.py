"""Session timers (RFC 4028): a session that nobody refreshes any more ends by itself (IN-10).

We take part when the peer asks for one: we keep to the interval it names, refresh when that is our role, and hang up
when it was the peer's and nothing came. With `EndpointSettings.session_seconds` we ask for one ourselves, and then it
is ours to refresh: no call hangs on a promise of the peer's.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ringback.sip.dialog.conversation import Conversation
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response
from ringback.sip.message.validate import Refusal, refuse

TIMER = "session expires"
EXTENSION = "timer"
MAX_SESSION_SECONDS = 86_400
"""The longest interval that is waited for; a longer one counts as this."""
MAX_MARGIN_SECONDS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInterval:
    """The value of Session-Expires, or of Min-SE; `refresher` is "uac", "uas" or None."""

    seconds: int
    refresher: str | None

    @classmethod
    def read(cls, message: Request | Response, name: str = "Session-Expires") -> "SessionInterval | None":
        """From the message; None when it has none that can be read, which is as good as none."""
        value = message.headers.get(name)
        if value is None:
            return None
        number, *parameters = [part.strip() for part in value.split(";")]
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            return None
        named = [part.partition("=")[2].strip().lower() for part in parameters if part.lower().startswith("refresher")]
        refresher = named[0] if named and named[0] in ("uac", "uas") else None
        return cls(seconds=min(int(number), MAX_SESSION_SECONDS), refresher=refresher)


class SessionRefresh:
    """The session timer of one dialog."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        on_due: Callable[[float], None],
        on_expired: Callable[[float], None],
    ) -> None:
        self._conversation = conversation
        self._on_due = on_due
        self._on_expired = on_expired
        self._seconds: int | None = None
        self._is_ours = False

    def answer_headers(self, request: Request, now: float) -> list[tuple[str, str]]:
        """What our 2xx to their request says of the interval, which runs from now (section 9, table 2)."""
        interval = SessionInterval.read(request)
        if interval is None:
            return self._ask(request, now)
        seconds = max(interval.seconds, self._conversation.stack.settings.min_session_seconds)
        refresher = (interval.refresher or "uac") if _supports(request) else "uas"
        self._start(seconds, refresher == "uas", now)
        headers = [("Session-Expires", f"{seconds};refresher={refresher}")]
        return [*headers, ("Require", EXTENSION)] if refresher == "uac" else headers

    def _ask(self, request: Request, now: float) -> list[tuple[str, str]]:
        """They asked for none; they are asked by us if they know what that is (section 9)."""
        seconds = self._conversation.stack.settings.session_seconds
        if seconds is None or not _supports(request):
            self.stop()
            return []
        least = SessionInterval.read(request, "Min-SE")
        seconds = max(seconds, least.seconds if least is not None else 0)
        self._start(seconds, True, now)
        return [("Session-Expires", f"{seconds};refresher=uas")]

    def request_headers(self) -> list[tuple[str, str]]:
        """What a re-INVITE or UPDATE of ours says, so that the interval goes on with the same refresher."""
        if self._seconds is None:
            return []
        return [("Session-Expires", f"{self._seconds};refresher={'uac' if self._is_ours else 'uas'}")]

    def read_answer(self, response: Response, now: float) -> None:
        """A 2xx to an INVITE or UPDATE of ours: its Session-Expires counts, and none means no timer (section 7.2)."""
        interval = SessionInterval.read(response)
        if interval is None:
            self.stop()
        else:
            self._start(max(interval.seconds, 1), interval.refresher != "uas", now)

    def handle_timer(self, now: float) -> None:
        if self._is_ours:
            self._on_due(now)
        else:
            self._on_expired(now)

    def stop(self) -> None:
        self._seconds = None
        self._conversation.stop_timer(TIMER)

    def _start(self, seconds: int, is_ours: bool, now: float) -> None:
        """We refresh at half the interval; we give up on the peer a little before its end (section 10)."""
        self._seconds, self._is_ours = seconds, is_ours
        wait = seconds / 2 if is_ours else seconds - min(MAX_MARGIN_SECONDS, seconds / 3)
        self._conversation.start_timer(TIMER, now + wait)


def refusal_of_interval(request: Request, lowest: int) -> Refusal | None:
    """422 with Min-SE for an interval shorter than we bear, from a peer that knows what to do then (section 9)."""
    interval = SessionInterval.read(request)
    if interval is None or interval.seconds >= lowest or not _supports(request):
        return None
    return refuse(422, None, ("Min-SE", str(lowest)))


def with_longer_interval(request: Request, refusal: Response) -> Headers | None:
    """The headers of a request that a 422 refused, with the interval that this names; None if that is no longer one."""
    asked, least = SessionInterval.read(request), SessionInterval.read(refusal, "Min-SE")
    if asked is None or least is None or least.seconds <= asked.seconds:
        return None
    headers = request.headers.copy()
    headers.set("Session-Expires", f"{least.seconds};refresher={asked.refresher or 'uac'}")
    headers.set("Min-SE", str(least.seconds))
    return headers


def _supports(request: Request) -> bool:
    return EXTENSION in (tag.lower() for tag in request.headers.get_all("Supported"))


def allows(message: Request | Response, method: str) -> bool:
    """Whether the Allow header of the peer names this method."""
    return method in (each.upper() for each in message.headers.get_all("Allow"))
