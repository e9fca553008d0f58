"""Whether a failed try is followed by another: a decision as a value, which the client obeys. Pure.

The rules are those of webhooks.md sections 5 and 6.
"""

from dataclasses import dataclass

from ringback.webhooks.errors import FailureKind
from ringback.webhooks.overrides import Overrides, RetryOn

_REASONS = {FailureKind.CONNECT: RetryOn.CONNECT, FailureKind.NO_ANSWER: RetryOn.READ}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try again at once."""

    reason: RetryOn


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The failure stands."""


def reason_of(outcome: FailureKind | int) -> RetryOn | None:
    """The word of `rp` that covers a failed try or a status; None for what is never repeated (CO-03)."""
    if isinstance(outcome, FailureKind):
        return _REASONS.get(outcome)
    if 400 <= outcome < 500:
        return RetryOn.CLIENT_ERROR
    return RetryOn.SERVER_ERROR if outcome >= 500 else None


def decide(outcome: FailureKind | int, *, tries: int, seconds_left: float, overrides: Overrides) -> Retry | GiveUp:
    """`tries` is how many were made; `seconds_left` of the total, which caps everything (CO-04)."""
    reason = reason_of(outcome)
    if reason is None or reason not in overrides.retry_on or tries > overrides.retries or seconds_left <= 0:
        return GiveUp()
    return Retry(reason=reason)
