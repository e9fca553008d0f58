"""What changes of a participant, and what of it is refused (rest-api.md 9.9)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from ringback.call.call import Call
from ringback.call.conference_room import ConferenceRoom
from ringback.call.conferences import Conferences
from ringback.call.participant import Beep, Participant
from ringback.call.room_audio import RoomAudio
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.services.change_participant import (
    ParticipantChange,
    ParticipantChanging,
    ParticipantFilter,
    coaching_of,
)
from ringback.services.keep_conferences import Beside, ConferenceKeeping
from ringback.services.participant_view import status_of
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.testing.clock import VirtualClock

ACCOUNT = AccountSid("AC" + "1" * 32)
ANN, BOB = (CallSid("CA" + name * 32) for name in "ab")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Silent:
    """Documents of which none is asked for here."""

    def wait(self, url: str | None, method: str) -> None:
        return None


class Table:
    """A room whose participants are put there by hand; nothing of it sounds."""

    def __init__(self) -> None:
        conferences: Conferences[Call] = Conferences(audio_for=_no_audio, clock=VirtualClock())
        self.room: ConferenceRoom[Call] = conferences.open(ACCOUNT, "team")
        keeping = ConferenceKeeping(
            reading=cast(Reading, None), conferences=conferences, beside=lambda account_sid: cast(Beside, Silent())
        )
        self.changing = ParticipantChanging(keeping=keeping, beside=keeping.beside, live_call=lambda call_sid: None)

    def seat(self, participant: Participant) -> None:
        self.room.invite(participant, lambda: None)

    def change(self, wanted: ParticipantChange, name: str = ANN) -> Participant:
        view = self.changing.change(ACCOUNT, self.room.conference.sid, name, wanted)
        assert view is not None
        return view.participant


def _no_audio(opener: Call) -> RoomAudio[Call]:
    raise AssertionError("nobody joins")


@pytest.fixture
async def table() -> Table:
    return Table()


@pytest.mark.parametrize(
    ("beep", "exits", "then"),
    [
        ("true", False, "onEnter"),
        ("onExit", False, "false"),
        ("onEnter", True, "true"),
        ("false", True, "onExit"),
        ("true", True, "true"),
    ],
)
async def test_beep_on_exit_leaves_the_beep_for_entering(table: Table, beep: Beep, exits: bool, then: Beep) -> None:
    table.seat(Participant(call_sid=ANN, beep=beep))
    assert table.change(ParticipantChange(beep_on_exit=exits)).beep == then


async def test_what_is_not_asked_stays(table: Table) -> None:
    table.seat(Participant(call_sid=ANN, label="ann", muted=True, end_on_exit=True))
    before = table.room.conference.find("ann")
    assert table.change(ParticipantChange(), "ann") == before
    changed = table.change(ParticipantChange(hold=True, end_on_exit=False), "ann")
    assert before is not None
    assert replace(changed, updated_at=NOW) == replace(before, hold=True, end_on_exit=False, updated_at=NOW)


async def test_a_participant_that_is_not_there_is_none(table: Table) -> None:
    assert table.changing.find(ACCOUNT, table.room.conference.sid, ANN) is None
    assert table.changing.change(ACCOUNT, table.room.conference.sid, ANN, ParticipantChange(muted=True)) is None
    assert not table.changing.kick(ACCOUNT, table.room.conference.sid, ANN)
    assert table.changing.find(ACCOUNT, "team", ANN) is None  # a path has the SID


async def test_16028_coaching_needs_somebody_who_is_there(table: Table) -> None:
    ann, conference = Participant(call_sid=ANN), table.room.conference
    conference.participants[BOB] = Participant(call_sid=BOB, hold=True)
    for wanted, code in (
        (ParticipantChange(coaching=True), 16028),
        (ParticipantChange(call_sid_to_coach=ANN), 16028),
        (ParticipantChange(call_sid_to_coach=BOB), 16027),
    ):
        with pytest.raises(Refused) as refused:
            coaching_of(conference, ann, wanted)
        assert refused.value.code == code
    conference.participants[BOB] = Participant(call_sid=BOB)
    assert coaching_of(conference, ann, ParticipantChange(call_sid_to_coach=BOB)) == BOB
    assert coaching_of(conference, ann, ParticipantChange(coaching=False, call_sid_to_coach=BOB)) is False
    assert coaching_of(conference, replace(ann, is_coach=True), ParticipantChange(coaching=True)) is None


def test_a_filter_takes_who_is_as_asked() -> None:
    muted, coach = Participant(call_sid=ANN, muted=True), Participant(call_sid=BOB, is_coach=True)
    assert ParticipantFilter().takes(muted)
    assert ParticipantFilter(muted=True, coaching=False).takes(muted)
    assert not ParticipantFilter(muted=True).takes(coach)
    assert ParticipantFilter(coaching=True, hold=False).takes(coach)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (CallStatus.QUEUED, "queued"),
        (CallStatus.INITIATED, "connecting"),
        (CallStatus.RINGING, "ringing"),
        (CallStatus.IN_PROGRESS, "connecting"),
    ],
)
def test_until_it_joins_a_participant_is_as_far_as_its_call(status: CallStatus, shown: str) -> None:
    call = CallRecord(
        sid=ANN,
        account_sid=ACCOUNT,
        from_="a",
        to="b",
        direction=Direction.OUTBOUND_API,
        status=status,
        created_at=NOW,
    )
    assert status_of(call, is_there=False) == shown
    assert status_of(call, is_there=True) == "connected"
    assert status_of(None, is_there=False) == "failed"
