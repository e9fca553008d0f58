"""Conferences of real calls, with a mixer that says who hears whom and a clock that a test turns."""

import pytest

from ringback.call.conference import JoinRefused
from ringback.call.control import (
    CallControl,
    Played,
)
from ringback.model.sid import CallSid
from tests.unit.call.conftest import ACCOUNT, Bench
from tests.unit.call.team import Team, missing_news, music, music_clip, news


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
