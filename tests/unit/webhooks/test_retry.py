"""The retry decision as a table (webhooks.md sections 5 and 6)."""

import pytest

from ringback.webhooks.errors import FailureKind
from ringback.webhooks.overrides import Overrides, RetryOn
from ringback.webhooks.retry import GiveUp, Retry, decide, reason_of

EVERYTHING = Overrides(retries=5, retry_on=frozenset(RetryOn))


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (FailureKind.CONNECT, RetryOn.CONNECT),
        (FailureKind.NO_ANSWER, RetryOn.READ),
        (FailureKind.PARTIAL, None),
        (FailureKind.TLS, None),
        (FailureKind.PROTOCOL, None),
        (FailureKind.FORBIDDEN, None),
        (200, None),
        (302, None),
        (404, RetryOn.CLIENT_ERROR),
        (500, RetryOn.SERVER_ERROR),
        (599, RetryOn.SERVER_ERROR),
    ],
)
def test_every_outcome_has_its_word_or_none(outcome: FailureKind | int, reason: RetryOn | None) -> None:
    """CO-03: what came in part has none."""
    assert reason_of(outcome) is reason
    decision = decide(outcome, tries=1, seconds_left=10, overrides=EVERYTHING)
    assert decision == (GiveUp() if reason is None else Retry(reason=reason))


def test_every_kind_of_failure_is_in_the_table() -> None:
    for kind in FailureKind:
        reason_of(kind)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(FailureKind.CONNECT, Retry(reason=RetryOn.CONNECT)), (FailureKind.NO_ANSWER, GiveUp()), (500, GiveUp())],
)
def test_by_default_only_a_failed_connection_is_tried_again(
    outcome: FailureKind | int, expected: Retry | GiveUp
) -> None:
    assert decide(outcome, tries=1, seconds_left=10, overrides=Overrides()) == expected


def test_the_count_of_retries_is_kept() -> None:
    """CO-01: `rc=2` is up to three tries."""
    overrides = Overrides(retries=2)
    decisions = [decide(FailureKind.CONNECT, tries=n, seconds_left=10, overrides=overrides) for n in (1, 2, 3)]
    assert decisions == [Retry(reason=RetryOn.CONNECT), Retry(reason=RetryOn.CONNECT), GiveUp()]


def test_no_time_left_is_no_retry() -> None:
    """CO-04."""
    assert decide(FailureKind.CONNECT, tries=1, seconds_left=0, overrides=EVERYTHING) == GiveUp()
