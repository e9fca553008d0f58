"""Calls that are dialled into a conference: expected, come, changed before they do, or never come."""

import pytest

from ringback.call.conference import JoinRefused, Participant
from ringback.call.conference_request import ConferenceRequest
from ringback.model.call_status import CallStatus
from ringback.model.record import ConferenceStatus
from ringback.model.sid import new_call_sid
from tests.unit.call.conftest import ACCOUNT, Bench
from tests.unit.call.team import Team, begun, music, music_clip, news


@pytest.fixture
def team(bench: Bench) -> Team:
    return Team(bench)


class Invited:
    """A call that is dialled into the team's room."""

    def __init__(self, bench: Bench, **wanted: object) -> None:
        self.bench = bench
        self.withdrawn = 0
        self.participant = Participant(call_sid=new_call_sid(), **wanted)  # type: ignore[arg-type]
        self.room = bench.gatherings.conferences.open(ACCOUNT, "team")
        bench.gatherings.conferences.invite(self.room, self.participant, self._withdraw)

    def _withdraw(self) -> None:
        self.withdrawn += 1

    def end(self, status: CallStatus) -> None:
        self.bench.gatherings.conferences.call_ended(self.participant.call_sid, status)


async def test_a_room_is_open_while_somebody_is_dialled_into_it(bench: Bench, team: Team) -> None:
    invited = Invited(bench)
    assert bench.gatherings.conferences.find(ACCOUNT, "team") is invited.room
    assert bench.mixers == []
    invited.end(CallStatus.BUSY)
    assert bench.gatherings.conferences.find(ACCOUNT, "team") is None
    record = invited.room.conference.record
    assert (record.status, record.reason_ended) == (ConferenceStatus.COMPLETED, "last-participant-left")
    assert record.ended_by == invited.participant.call_sid


async def test_who_does_not_come_is_told_to_those_who_are_there(bench: Bench, team: Team) -> None:
    await team.join()
    invited = Invited(bench, label="guest")
    invited.end(CallStatus.NO_ANSWER)
    (_, failed) = team.events
    assert (failed.kind, failed.reason_left, failed.call_status) == (
        "participant-leave",
        "participant_add_failed",
        CallStatus.NO_ANSWER,
    )
    assert failed.participant is not None
    assert failed.participant.label == "guest"
    await team.over()


async def test_a_room_waits_for_who_is_dialled_into_it_and_withdraws_when_it_ends(bench: Bench, team: Team) -> None:
    await team.join()
    invited = Invited(bench)
    await team.over()
    assert bench.gatherings.conferences.find(ACCOUNT, "team") is invited.room
    invited.room.end()
    assert invited.withdrawn == 1
    assert bench.gatherings.conferences.find(ACCOUNT, "team") is None
    invited.end(CallStatus.CANCELED)  # it hears of that as of any call


async def test_who_was_invited_comes_as_it_was_changed_meanwhile(bench: Bench, team: Team) -> None:
    await team.join()
    _, call = await bench.answered()
    room = bench.gatherings.conferences.open(ACCOUNT, "team")
    participant = Participant(call_sid=call.info.call_sid, label="guest")
    bench.gatherings.conferences.invite(room, participant, lambda: None)
    room.mute(call.info.call_sid, True)
    room.hold(call.info.call_sid, True, music)
    assert team.kinds == ["participant-join"]
    team.calls.append(call)
    team.stays.append(await begun(bench, call.confer(ConferenceRequest(name="team"))))
    assert team.kinds[1:] == ["participant-join", "conference-start"]
    assert not team.hears(0, 1)
    assert bench.audio(call).playing is music_clip(bench)
    bench.gatherings.conferences.call_ended(call.info.call_sid, CallStatus.COMPLETED)
    assert "participant-leave" not in team.kinds  # it came, so its end is told by its own stay
    await team.over()


async def test_an_invited_call_that_is_kicked_is_ended_and_16020_and_labels_count_it(bench: Bench, team: Team) -> None:
    invited = Invited(bench, label="guest")
    with pytest.raises(JoinRefused) as refusal:
        Invited(bench, label="guest")
    assert refusal.value.code == 16025
    invited.room.kick(invited.participant.call_sid)
    assert invited.withdrawn == 1
    assert invited.room.conference.find("guest") is not None
    with pytest.raises(KeyError):
        invited.room.announce(news, url="http://app.example/news")
    invited.end(CallStatus.CANCELED)
    assert invited.room.conference.find("guest") is None
