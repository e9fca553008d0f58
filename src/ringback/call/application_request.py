"""What `<Dial><Application>` asks of a call (twiml.md 8.6); how it went is a `DialResult`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringback.call.control import CallControl, DialRecording, StatusEvents


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRequest:
    """Run an application as a child call that has no phone: the caller hears its documents.

    `run` runs them on the child call and returns when that is over. `timeout_seconds` is how long they may take to
    answer, `time_limit_seconds` how long the child call may last from then on.
    """

    application_sid: str
    from_: str
    to: str
    run: "Callable[[CallControl], Awaitable[None]]"
    timeout_seconds: float = 30
    time_limit_seconds: float = 14400
    hangup_on_star: bool = False
    record: "DialRecording | None" = None
    status: "StatusEvents | None" = None
