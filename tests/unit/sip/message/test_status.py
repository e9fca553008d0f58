"""Reason phrases."""

import pytest

from ringback.sip.message.status import reason_phrase


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (100, "Trying"),
        (486, "Busy Here"),
        (603, "Decline"),
        (299, "OK"),
        (699, "Global Failure"),
        (999, "Unknown"),
    ],
)
def test_each_status_has_a_reason(status: int, phrase: str) -> None:
    assert reason_phrase(status) == phrase
