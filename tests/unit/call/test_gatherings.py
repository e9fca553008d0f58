"""Conferences and queues of real calls, with a mixer that says who hears whom and a clock that a test turns."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from ringback.call.call import Call
from ringback.call.conference import JoinRefused, Participant
from ringback.call.conference_request import ConferenceRequest, ConferenceResult, RoomRecording
from ringback.call.control import (
    CallControl,
    DialRecording,
    MediaUnavailable,
    Played,
    RecordingStarted,
    RecordResult,
)
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ConferenceEvent
from ringback.model.record import ConferenceStatus
from ringback.model.sid import CallSid, ConferenceSid, new_call_sid
from tests.unit.call.conftest import ACCOUNT, Bench

T = TypeVar("T")

ROOM = ConferenceRequest(name="team")
MUSIC = "http://app.example/a long piece of music for those who wait"


async def news(call: CallControl) -> str | None:
    await call.play(Played(url="http://app.example/news.wav"))
    await call.pause(1)
    return None


async def missing_news(call: CallControl) -> str | None:
    with contextlib.suppress(MediaUnavailable):
        await call.play(Played(url="http://app.example/missing.wav"))
    return None


async def music(call: CallControl) -> bool:
    await call.play(Played(url=MUSIC))
    return True


def music_clip(bench: Bench) -> object:
    return bench.prompts.clips[MUSIC]


async def begun(bench: Bench, work: Awaitable[T]) -> "asyncio.Task[T]":
    task = asyncio.ensure_future(work)
    await bench.wait(0.01)
    return task


class Team:
    """Calls in one room, and what was told of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.events: list[ConferenceEvent] = []
        self.calls: list[Call] = []
        self.stays: list[asyncio.Task[ConferenceResult]] = []

    async def join(self, **wanted: object) -> Call:
        _, call = await self.bench.answered()
        request = ConferenceRequest(name="team", notify=self.events.append, **wanted)  # type: ignore[arg-type]
        self.calls.append(call)
        self.stays.append(await begun(self.bench, call.confer(request)))
        return call

    def hears(self, listener: int, speaker: int) -> bool:
        one, other = self.calls[listener], self.calls[speaker]
        return self.bench.mixers[-1].hears(one.leg.media, other.leg.media)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    async def over(self) -> list[ConferenceResult]:
        for call in self.calls:
            call.leg.hang_up()
        await self.bench.wait(1)
        return [await self.bench.run(stay) for stay in self.stays]


@pytest.fixture
def team(bench: Bench) -> Team:
    return Team(bench)


async def test_each_hears_all_others_as_soon_as_it_has_started(bench: Bench, team: Team) -> None:
    await team.join()
    assert bench.mixers[-1].places == {}
    await team.join()
    await team.join()
    assert all(team.hears(one, other) is (one != other) for one in range(3) for other in range(3))
    results = await team.over()
    assert [result.ended_by for result in results] == ["caller"] * 3
    assert bench.mixers[-1].is_closed
    assert len(bench.gatherings.conferences) == 0


async def test_c_02_what_is_played_to_who_waits_stops_when_it_starts(bench: Bench, team: Team) -> None:
    async def wait(call: CallControl) -> bool:
        await call.play(Played(url="http://app.example/a long piece of music"))
        return True

    first = await team.join(wait=wait)
    assert bench.audio(first).playing is not None
    await team.join(wait=wait)
    await bench.wait(0.1)
    assert [bench.audio(call).playing for call in team.calls] == [None, None]
    await team.over()


async def test_beeps_are_played_to_the_room(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    await team.join(beep="onExit")
    team.calls[2].leg.hang_up()
    await bench.wait(1)
    assert len(bench.mixers[-1].played) == 2  # the second came, the third went
    await team.over()


async def test_mute_hold_and_modify_from_outside_are_heard_and_told(bench: Bench, team: Team) -> None:
    for _ in range(3):
        await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    assert bench.gatherings.conferences.find(ACCOUNT, room.conference.sid) is room
    first, second = (call.info.call_sid for call in team.calls[:2])

    room.mute(first, True)
    assert not team.hears(1, 0)
    assert team.hears(0, 1)

    async def hold(call: CallControl) -> bool:
        await call.play(Played(url="http://app.example/hold this for a very long while"))
        return True

    room.hold(second, True, hold)
    await bench.wait(0.1)
    assert bench.audio(team.calls[1]).playing is not None
    assert not team.hears(1, 2)
    assert not team.hears(2, 1)
    room.hold(second, False)
    await bench.wait(0.1)
    assert bench.audio(team.calls[1]).playing is None
    assert team.hears(2, 1)
    room.mute(first, False)

    room.modify(first, coaching=second)
    assert team.hears(1, 0)
    assert not team.hears(2, 0)
    room.modify(first, coaching=False)
    assert team.hears(2, 0)
    with pytest.raises(JoinRefused):
        room.modify(first, coaching=first)
    assert team.kinds[4:] == [
        "participant-mute",
        "participant-hold",
        "participant-unhold",
        "participant-unmute",
        "participant-modify",
        "participant-modify",
    ]
    await team.over()


async def test_who_is_muted_before_it_starts_is_not_heard_after(bench: Bench, team: Team) -> None:
    first = await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    room.mute(first.info.call_sid, True)
    await team.join()
    assert not team.hears(1, 0)
    assert team.hears(0, 1)
    await team.over()


async def test_a_coach_whose_pupil_leaves_is_heard_by_nobody(bench: Bench, team: Team) -> None:
    await team.join()
    pupil = await team.join()
    await team.join(coach=pupil.info.call_sid)
    assert team.hears(1, 2)
    assert not team.hears(0, 2)
    pupil.leg.hang_up()
    await bench.wait(0.1)
    assert not team.hears(0, 2)
    await team.over()


async def test_a_coach_is_not_heard_by_others_in_the_moment_when_the_pupil_hangs_up(bench: Bench, team: Team) -> None:
    await team.join()
    pupil = await team.join()
    coach = await team.join(coach=pupil.info.call_sid)
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    pupil.leg.hang_up()
    room.mute(coach.info.call_sid, True)
    room.mute(coach.info.call_sid, False)  # before the pupil's own task has seen the end of its call
    assert not team.hears(0, 2)
    await team.over()


async def test_who_is_kicked_goes_on_and_is_told_of(bench: Bench, team: Team) -> None:
    await team.join()
    second = await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    room.kick(second.info.call_sid)
    result = await bench.run(team.stays[1])
    assert result.ended_by == "kicked"
    assert not second.has_ended
    assert team.events[-1].reason_left == "participant_updated_via_api"
    with pytest.raises(KeyError):
        room.kick(second.info.call_sid)
    await team.over()


async def test_ended_from_outside_everybody_goes_on(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    room.end()
    assert [(await bench.run(stay)).ended_by for stay in team.stays] == ["room", "room"]
    assert team.kinds[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    assert bench.gatherings.conferences.find(ACCOUNT, "team") is None


async def test_announcements_reach_all_or_one_and_what_cannot_be_had_is_told(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    beeps = len(bench.mixers[-1].played)
    room.announce(news, url="http://app.example/news")
    await bench.wait(3)
    assert len(bench.mixers[-1].played) == beeps + 1
    first = team.calls[0]
    room.announce(news, url="http://app.example/news", call_sid=first.info.call_sid)
    await bench.wait(3)
    assert bench.audio(first).heard
    room.announce(missing_news, url="http://app.example/missing")
    await bench.wait(3)
    assert team.kinds[-3:] == ["announcement-end", "announcement-end", "announcement-fail"]
    assert [event.participant is not None for event in team.events[-3:]] == [False, True, False]
    assert team.events[-1].reason_announcement_failed == "no such file"
    assert team.events[-1].announce_url == "http://app.example/missing"
    with pytest.raises(KeyError):
        room.announce(news, url="http://app.example/news", call_sid=CallSid("CA" + "9" * 32))
    await team.over()


async def test_an_announcement_before_the_start_is_heard_instead_of_the_music(bench: Bench, team: Team) -> None:
    first = await team.join(wait=music)
    assert bench.audio(first).playing is music_clip(bench)
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    room.announce(news, url="http://app.example/news")
    await bench.wait(0.1)
    assert bench.audio(first).playing is not music_clip(bench)
    await bench.wait(3)
    assert bench.audio(first).playing is music_clip(bench)
    await team.over()


async def test_an_announcement_ends_with_its_room(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    ends: list[bool] = []

    async def slow(call: CallControl) -> str | None:
        try:
            await call.pause(3600)
        finally:
            ends.append(call.has_ended)
        return None

    room.announce(slow, url="http://app.example/news")
    await bench.wait(1)
    room.end()
    await bench.run(bench.gatherings.close())
    assert ends == [True]
    assert "announcement-end" not in team.kinds
    await team.over()


async def test_who_is_held_before_the_start_hears_that_document_on_and_the_music_afterwards(
    bench: Bench, team: Team
) -> None:
    first = await team.join(wait=music)
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None

    async def hold(call: CallControl) -> bool:
        await call.play(Played(url="http://app.example/hold this for a very long while"))
        return True

    room.hold(first.info.call_sid, True, hold)
    await bench.wait(0.1)
    held = bench.audio(first).playing
    assert held not in (None, music_clip(bench))
    await team.join(wait=music)
    assert bench.audio(first).playing is held
    assert not team.hears(0, 1)
    room.hold(first.info.call_sid, False)
    await bench.wait(0.1)
    assert bench.audio(first).playing is None
    assert team.hears(0, 1)
    await team.over()


async def test_what_is_waited_by_can_be_changed_until_the_start(bench: Bench, team: Team) -> None:
    first = await team.join()
    room = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert room is not None
    room.rewait(first.info.call_sid, music)
    await bench.wait(0.1)
    assert bench.audio(first).playing is music_clip(bench)
    room.rewait(first.info.call_sid, None)
    await bench.wait(0.1)
    assert bench.audio(first).playing is None
    assert team.kinds == ["participant-join", "participant-modify", "participant-modify"]
    await team.over()


async def test_a_conference_is_kept_with_each_new_state_before_that_is_told(bench: Bench, team: Team) -> None:
    kept: list[tuple[str, int]] = []
    bench.kept = lambda record: kept.append((str(getattr(record, "status", "")), len(team.events)))
    await team.join()
    await team.join()
    team.calls[0].leg.hang_up()
    await bench.wait(1)
    await team.over()
    assert kept == [("init", 0), ("in-progress", 1), ("completed", 4)]


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


async def test_the_recording_begins_with_the_conference_and_is_complete_when_it_is_told_of(
    bench: Bench, team: Team
) -> None:
    begun_at: list[RecordingStarted] = []
    finished: list[tuple[ConferenceSid, RecordResult]] = []
    record = RoomRecording(
        trim=False,
        on_started=lambda _sid, started: begun_at.append(started),
        on_finished=lambda sid, result: finished.append((sid, result)),
    )
    await team.join(record=record)
    await bench.wait(5)
    assert begun_at == []
    await team.join()
    await bench.wait(5)
    await team.join()
    await bench.wait(2)
    assert len(begun_at) == 1
    assert len(bench.mixers[-1].recordings) == 1
    await team.over()
    await bench.run(bench.gatherings.close())
    ((sid, result),) = finished
    assert (result.seconds, result.status) == (7, "completed")
    assert sid.startswith("CF")
    assert bench.journal.recordings[-1].source == "Conference"


async def test_c_17_a_call_that_is_moved_elsewhere_leaves_at_once(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    team.stays[1].cancel()
    await bench.wait(0.1)
    assert team.events[-1].reason_left == "participant_updated_via_api"
    assert not team.hears(0, 1)
    team.stays.pop()
    team.calls.pop()
    await team.over()


async def test_a_room_whose_first_call_is_refused_leaves_nothing_behind(bench: Bench, team: Team) -> None:
    await team.join(coach="CA" + "9" * 32)
    (result,) = await team.over()
    assert (result.ended_by, result.code) == ("refused", 13240)
    assert len(bench.gatherings.conferences) == 0
    assert bench.mixers == []
    assert team.events == []


async def test_closing_ends_every_room(bench: Bench, team: Team) -> None:
    await team.join()
    await team.join()
    await bench.run(bench.gatherings.close())
    assert bench.mixers[-1].is_closed
    assert [(await bench.run(stay)).ended_by for stay in team.stays] == ["room", "room"]


async def test_di_22_a_participants_own_recording_has_two_channels(bench: Bench, team: Team) -> None:
    call = await team.join(record_leg=DialRecording(from_ringing=False, dual=True))
    await bench.wait(3)
    (result,) = await team.over()
    assert result.recording is not None
    assert (result.recording.seconds, result.recording.channels) == (3, 2)
    assert bench.audio(call).recordings[0].what == "dual"


@pytest.mark.parametrize(("track", "what"), [("inbound", "received"), ("outbound", "sent")])
async def test_di_21_one_track_is_one_channel(bench: Bench, team: Team, track: str, what: str) -> None:
    call = await team.join(record_leg=DialRecording(from_ringing=False, dual=True, track=track))  # type: ignore[arg-type]
    await bench.wait(1)
    (result,) = await team.over()
    assert result.recording is not None
    assert result.recording.channels == 1
    assert bench.audio(call).recordings[0].what == what


async def queued(bench: Bench, name: str = "support") -> "tuple[Call, asyncio.Task[EnqueueResult]]":
    _, call = await bench.answered()
    return call, await begun(bench, call.enqueue(EnqueueRequest(name=name)))


async def agent(bench: Bench, request: DialQueueRequest) -> "tuple[Call, asyncio.Task[DialQueueResult]]":
    _, call = await bench.answered()
    return call, await begun(bench, call.dial_queue(request))


async def test_a_queued_call_is_bridged_with_who_takes_it_out(bench: Bench) -> None:
    waiting, left = await queued(bench)
    await bench.wait(9)
    anna, dialled = await agent(
        bench, DialQueueRequest(name="support", record=DialRecording(from_ringing=False, dual=False))
    )
    assert bench.audio(anna).partner is bench.audio(waiting)
    await bench.wait(5)
    waiting.leg.hang_up()
    result = await bench.run(dialled)
    assert (result.status, result.bridged, result.duration_seconds) == ("completed", True, 5)
    assert result.dequeued is not None
    assert result.dequeued.seconds == 9
    assert result.recording is not None
    assert result.recording.seconds == 5
    assert (await bench.run(left)).result == "bridged"


async def test_a_bridged_call_that_is_moved_away_parts_from_the_agent(bench: Bench) -> None:
    waiting, left = await queued(bench)
    anna, dialled = await agent(bench, DialQueueRequest(name="support"))
    waiting.move()
    assert (await bench.run(left)).result == "redirected-from-bridged"
    assert (await bench.run(dialled)).bridged
    assert bench.audio(anna).partner is None
    assert not waiting.has_finished


async def test_a_waiting_call_that_is_moved_away_leaves_the_queue(bench: Bench) -> None:
    waiting, left = await queued(bench)
    waiting.move()
    assert (await bench.run(left)).result == "redirected"
    queue = bench.gatherings.queues.find(ACCOUNT, "support")
    assert queue is not None
    assert len(queue) == 0


async def test_a_call_that_is_over_before_it_is_queued_is_a_system_error(bench: Bench) -> None:
    _, call = await bench.answered()
    call.leg.hang_up()
    result = await bench.run(call.enqueue(EnqueueRequest(name="support")))
    assert (result.result, result.queue_sid) == ("system-error", None)


async def test_a_wait_that_is_cancelled_leaves_nobody_in_the_queue(bench: Bench) -> None:
    _, left = await queued(bench)
    left.cancel()
    await bench.wait(0.1)
    queue = bench.gatherings.queues.find(ACCOUNT, "support")
    assert queue is not None
    assert len(queue) == 0


async def test_an_agent_who_is_cancelled_while_talking_frees_the_customer(bench: Bench) -> None:
    waiting, left = await queued(bench)
    _, dialled = await agent(bench, DialQueueRequest(name="support"))
    dialled.cancel()
    await bench.wait(0.1)
    assert (await bench.run(left)).result == "bridged"
    assert bench.audio(waiting).partner is None


async def test_a_document_that_fails_by_our_fault_is_a_system_error_and_is_logged(bench: Bench) -> None:
    async def wait(call: CallControl, facts: object) -> str:
        raise RuntimeError("broken")

    _, call = await bench.answered()
    result = await bench.run(call.enqueue(EnqueueRequest(name="support", wait=wait)))  # type: ignore[arg-type]
    assert result.result == "system-error"
