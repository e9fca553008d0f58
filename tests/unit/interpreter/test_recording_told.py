"""Who is told of a recording: what is held for its end is sent or withdrawn when that comes (webhooks.md 9.1)."""

from collections.abc import Sequence

import pytest

from ringback.interpreter.outcome import Pairs
from ringback.interpreter.recording_told import RecordingTold
from ringback.model.record import RecordingStatus
from ringback.model.sid import RecordingSid
from tests.unit.interpreter.conftest import SentCallbacks

FIRST, SECOND = RecordingSid("RE" + "1" * 32), RecordingSid("RE" + "2" * 32)
EVERY = ("in-progress", "completed", "absent")


def says(status: RecordingStatus) -> Pairs:
    return (("RecordingStatus", status.value),)


def told(callbacks: SentCallbacks, *events: str, url: str | None = "http://app.example/rec") -> RecordingTold:
    return RecordingTold(callbacks=callbacks, url=url, method="GET", events=events)


def statuses(entries: Sequence[tuple[str, str, dict[str, str]]]) -> list[str]:
    assert {(url, method) for url, method, _ in entries} <= {("http://app.example/rec", "GET")}
    return [parameters["RecordingStatus"] for _, _, parameters in entries]


def test_both_ends_are_held_from_the_beginning_and_one_of_them_comes() -> None:
    callbacks = SentCallbacks()
    asked = told(callbacks, *EVERY)
    asked.begun(FIRST, says)
    assert statuses(callbacks.sent) == ["in-progress"]
    assert statuses(list(callbacks.held.values())) == ["completed", "absent"]
    asked.over(FIRST, RecordingStatus.COMPLETED, says)
    assert statuses(callbacks.sent) == ["in-progress", "completed"]
    assert callbacks.held == {}


@pytest.mark.parametrize(
    ("events", "held"), [(("in-progress",), []), (("completed",), ["completed"]), (("absent",), ["absent"])]
)
def test_only_what_was_asked_for_is_held(events: tuple[str, ...], held: list[str]) -> None:
    callbacks = SentCallbacks()
    told(callbacks, *events).begun(FIRST, says)
    assert statuses(list(callbacks.held.values())) == held


def test_an_end_that_nobody_asked_for_withdraws_the_other() -> None:
    callbacks = SentCallbacks()
    asked = told(callbacks, "completed")
    asked.begun(FIRST, says)
    asked.over(FIRST, RecordingStatus.ABSENT, says)
    assert (callbacks.held, callbacks.sent) == ({}, [])


def test_each_recording_has_ends_of_its_own() -> None:
    callbacks = SentCallbacks()
    asked = told(callbacks, *EVERY)
    asked.begun(FIRST, says)
    asked.begun(SECOND, says)
    asked.over(FIRST, RecordingStatus.ABSENT, says)
    assert len(callbacks.held) == 2
    assert all(sid.startswith("CB") and len(sid) == 34 for sid in callbacks.held)


def test_without_a_url_nothing_is_held() -> None:
    callbacks = SentCallbacks()
    asked = told(callbacks, *EVERY, url=None)
    asked.begun(FIRST, says)
    asked.over(FIRST, RecordingStatus.COMPLETED, says)
    assert (callbacks.held, callbacks.sent) == ({}, [])
