"""What a conference will owe in any case is held while it lasts: each leaving, and the end (twiml.md 8.4)."""

from datetime import UTC, datetime

import pytest

from ringback.interpreter.conference_callback import ConferenceCallback
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ConferenceEvent, EventKind, ParticipantFacts
from ringback.model.sid import CallSid, ConferenceSid
from ringback.twiml.nodes import Conference
from ringback.twiml.nodes.dial import ConferenceEvent as ConferenceEventName
from tests.unit.interpreter.conftest import Bench

ANN, BEN = CallSid("CA" + "a" * 32), CallSid("CA" + "b" * 32)
NOW = datetime(2026, 3, 24, 18, 15, 40, tzinfo=UTC)


class Room:
    """Events of one conference, and what is held after each."""

    def __init__(self, bench: Bench, *events: ConferenceEventName) -> None:
        self.callbacks = bench.callbacks
        noun = Conference(name="team", status_callback="/room", status_callback_event=events)
        self.told = ConferenceCallback(noun, bench.run())
        self.account_sid = bench.call.info.account_sid

    def happens(self, kind: EventKind, call_sid: CallSid | None = None, *, muted: bool = False) -> None:
        self.told.happened(
            ConferenceEvent(
                kind=kind,
                conference_sid=ConferenceSid("CF" + "1" * 32),
                friendly_name="team",
                account_sid=self.account_sid,
                at=NOW,
                participant=ParticipantFacts(call_sid=call_sid, muted=muted) if call_sid is not None else None,
                call_status=CallStatus.COMPLETED if kind == "participant-leave" else None,
            )
        )

    @property
    def held(self) -> list[tuple[str, str | None, str | None]]:
        held = [parameters for _, _, parameters in self.callbacks.held.values()]
        return sorted((each["StatusCallbackEvent"], each.get("CallSid"), each.get("Muted")) for each in held)


LEAVE, END = "participant-leave", ("conference-end", None, None)


def test_who_joins_will_leave_and_the_conference_will_end(bench: Bench) -> None:
    room = Room(bench, "start", "end", "join", "leave")
    room.happens("participant-join", ANN)
    assert room.held == [END, (LEAVE, ANN, "false")]
    room.happens("participant-join", BEN)
    room.happens("conference-start")
    assert room.held == [END, (LEAVE, ANN, "false"), (LEAVE, BEN, "false")]
    room.happens("participant-leave", ANN)
    assert room.held == [END, (LEAVE, BEN, "false")]
    room.happens("participant-leave", BEN)
    room.happens("conference-end")
    assert room.held == []
    assert [parameters["SequenceNumber"] for _, _, parameters in bench.callbacks.sent] == list("123456")


def test_who_is_changed_would_leave_as_they_are_now(bench: Bench) -> None:
    """Also where nobody is told of the change itself."""
    room = Room(bench, "leave")
    room.happens("participant-join", ANN)
    room.happens("participant-mute", ANN, muted=True)
    assert room.held == [(LEAVE, ANN, "true")]
    assert bench.callbacks.sent == []


@pytest.mark.parametrize(
    ("events", "held"), [(("join",), []), (("end",), [END]), (("leave",), [(LEAVE, ANN, "false")])]
)
def test_only_what_was_asked_for_is_held(
    bench: Bench, events: tuple[ConferenceEventName, ...], held: list[object]
) -> None:
    room = Room(bench, *events)
    room.happens("participant-join", ANN)
    assert room.held == held


def test_who_never_came_leaves_nothing_behind(bench: Bench) -> None:
    """participant_add_failed, of a call that was dialled into the room."""
    room = Room(bench, "end", "leave")
    room.happens("participant-join", ANN)
    room.happens("participant-leave", BEN)
    assert room.held == [END, (LEAVE, ANN, "false")]


def test_who_comes_again_owes_another_leaving(bench: Bench) -> None:
    room = Room(bench, "leave")
    room.happens("participant-join", ANN)
    (first,) = bench.callbacks.held
    room.happens("participant-leave", ANN)
    room.happens("participant-join", ANN)
    (second,) = bench.callbacks.held
    assert first != second
