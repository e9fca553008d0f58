"""What went wrong in an app, told to its author: Twilio's code, the sentence, and the place (webhooks.md F-10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlencode

import structlog

from ringback.call.control import CallInfo
from ringback.clock import Clock
from ringback.interpreter.outcome import Pairs
from ringback.model.record import NotificationRecord
from ringback.model.sid import new_sid
from ringback.twiml.errors import Problem

logger = structlog.get_logger(__name__)

# The start of the app's answer is enough to see what it was; the store keeps many of these.
MAX_REPORTED_BODY = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One failure or warning. `url` is the document's, or that of the request that failed, with the app's answer."""

    code: int
    level: Literal["error", "warning"]
    message: str
    url: str | None = None
    line: int | None = None
    element: str | None = None
    attribute: str | None = None
    value: str | None = None
    method: str | None = None
    parameters: Pairs = ()
    response_status: int | None = None
    response_headers: Pairs = ()
    response_body: bytes | None = None


class Reporter(Protocol):
    """Takes what went wrong in one call; never waits and never raises."""

    def report(self, problem: Report) -> None: ...


def report_of_problem(problem: Problem, url: str | None) -> Report:
    """What the parser found, with the URL of the document it was found in."""
    return Report(
        code=problem.code,
        level=problem.level,
        message=problem.message,
        url=url,
        line=problem.line,
        element=problem.element,
        attribute=problem.attribute,
        value=problem.value,
    )


class NotificationReporter:
    """Writes each report to the log, with the CallSid, and as a notification through `put`, which must not wait."""

    def __init__(self, *, info: CallInfo, clock: Clock, put: Callable[[NotificationRecord], object]) -> None:
        self._info = info
        self._clock = clock
        self._put = put

    def report(self, problem: Report) -> None:
        log = logger.error if problem.level == "error" else logger.warning
        log(
            "the app has a problem",
            call_sid=self._info.call_sid,
            code=problem.code,
            url=_one_line(problem.url or ""),
            problem=_one_line(problem.message),
        )
        self._put(self._record(problem))

    def _record(self, problem: Report) -> NotificationRecord:
        body = problem.response_body
        headers = problem.response_headers
        return NotificationRecord(
            sid=new_sid("NO"),
            account_sid=self._info.account_sid,
            call_sid=self._info.call_sid,
            error_code=problem.code,
            level=problem.level,
            message=problem.message,
            created_at=self._clock.utc_now(),
            request_url=problem.url,
            request_method=problem.method,
            request_parameters=urlencode(problem.parameters) if problem.parameters else None,
            response_status=problem.response_status,
            response_headers="\n".join(f"{name}: {value}" for name, value in headers) if headers else None,
            response_body=None if body is None else body[:MAX_REPORTED_BODY].decode("utf-8", "replace"),
        )


def _one_line(text: str) -> str:
    """A text that quotes what an app wrote, fit for a log line: what cannot be printed is escaped."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
