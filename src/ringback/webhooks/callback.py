"""A request whose answer nobody waits for, and what is said of one that did not arrive."""

from dataclasses import dataclass, field
from typing import Literal

from ringback.model.sid import CallSid
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FailureCode, FetchFailed
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Those of one `call_sid` are sent in order."""

    call_sid: CallSid
    url: str = field(repr=False)
    parameters: Parameters = field(repr=False)
    method: Method = "POST"
    cookies: CookieJar | None = None
    sid: str | None = None  # of one that was held before; else it gets a new one


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackProblem:
    """A callback that did not arrive, for log and notification. `failure` has the answer, if one came."""

    code: int
    level: Literal["error", "warning"]
    message: str
    callback: Callback
    failure: FetchFailed | None = None

    @classmethod
    def of_failure(cls, callback: Callback, failure: FetchFailed) -> "CallbackProblem":
        """An answer 4xx or 5xx is the warning 15003 (SB-04); what went wrong below HTTP keeps its own code."""
        answered_error = failure.status is not None and failure.status >= 400
        return cls(
            code=FailureCode.CALLBACK_ANSWERED_ERROR if answered_error else failure.code,
            level="warning" if answered_error else "error",
            message=failure.message,
            callback=callback,
            failure=failure,
        )

    @classmethod
    def of_fault(cls, callback: Callback, fault: Exception) -> "CallbackProblem":
        """A fault of ours."""
        message = f"callback not sent: {type(fault).__name__}: {fault}"
        return cls(code=FailureCode.CALLBACK_INTERNAL, level="error", message=message, callback=callback)

    @classmethod
    def given_up(cls, callback: Callback, reason: str) -> "CallbackProblem":
        """It was never sent."""
        message = f"callback not sent: {reason}"
        return cls(code=FailureCode.CALLBACK_QUEUE, level="error", message=message, callback=callback)
