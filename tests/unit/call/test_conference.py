"""The state of a conference, rule by rule (twiml.md 8.4): who may come in, when it begins and ends, what is told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from ringback.call.conference import MAX_PARTICIPANTS, Beep, Conference, JoinRefused, Participant
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import EVENTS_OF_NAME, ConferenceEvent, EventKind, ReasonLeft
from ringback.model.sid import AccountSid, CallSid, ConferenceSid

NOW = datetime(2026, 3, 24, 18, 15, 40, tzinfo=UTC)
ANN, BOB, CEE = (CallSid("CA" + name * 32) for name in "abc")


def room(most: int = MAX_PARTICIPANTS) -> Conference:
    return Conference(sid=ConferenceSid("CF" + "0" * 32), name="team", account_sid=AccountSid("AC1"), most=most)


def kinds(events: Iterable[ConferenceEvent]) -> list[EventKind]:
    return [event.kind for event in events]


def left(conference: Conference, who: CallSid, reason: ReasonLeft = "participant_hung_up") -> list[ConferenceEvent]:
    return list(conference.leave(who, NOW, reason=reason, status=CallStatus.COMPLETED))


def started(*participants: Participant) -> Conference:
    conference = room()
    for participant in participants or (Participant(call_sid=ANN), Participant(call_sid=BOB)):
        conference.join(participant, NOW)
    assert conference.is_started
    return conference


@pytest.mark.parametrize(
    ("first_starts", "second_starts", "starts"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_c_01_two_participants_start_it_if_one_of_them_may(
    first_starts: bool, second_starts: bool, starts: bool
) -> None:
    conference = room()
    assert kinds(conference.join(Participant(call_sid=ANN, start_on_enter=first_starts), NOW)) == ["participant-join"]
    assert not conference.is_started
    events = conference.join(Participant(call_sid=BOB, start_on_enter=second_starts), NOW)
    assert kinds(events) == ["participant-join"] + (["conference-start"] if starts else [])
    assert conference.is_started is starts


def test_c_01_a_third_one_starts_what_two_could_not() -> None:
    conference = room()
    conference.join(Participant(call_sid=ANN, start_on_enter=False), NOW)
    conference.join(Participant(call_sid=BOB, start_on_enter=False), NOW)
    assert kinds(conference.join(Participant(call_sid=CEE), NOW)) == ["participant-join", "conference-start"]


def test_a_conference_starts_once() -> None:
    conference = started()
    left(conference, BOB)
    assert kinds(conference.join(Participant(call_sid=CEE), NOW)) == ["participant-join"]


def test_c_05_who_ends_it_by_leaving_sends_everybody_away() -> None:
    conference = started(Participant(call_sid=ANN, end_on_exit=True, label="boss"), Participant(call_sid=BOB))
    first, other, end = left(conference, ANN)
    assert (first.kind, first.reason_left, first.call_status) == (
        "participant-leave",
        "participant_hung_up",
        CallStatus.COMPLETED,
    )
    assert (other.kind, other.reason_left, other.call_status) == (
        "participant-leave",
        "moderator_ended_conference",
        CallStatus.IN_PROGRESS,
    )
    assert (end.kind, end.reason_ended) == ("conference-end", "participant-with-end-conference-on-exit-left")
    assert end.participant is not None
    assert (end.participant.call_sid, end.participant.label) == (ANN, "boss")
    assert conference.is_over
    assert conference.participants == {}


def test_c_06_the_last_one_to_leave_ends_it() -> None:
    conference = started()
    assert kinds(left(conference, ANN)) == ["participant-leave"]
    *_, end = left(conference, BOB)
    assert end.reason_ended == "last-participant-left"


def test_who_is_taken_out_is_told_from_who_leaves() -> None:
    conference = started()
    conference.leave(ANN, NOW, reason="participant_updated_via_api", status=CallStatus.IN_PROGRESS, kicked=True)
    *_, end = conference.leave(
        BOB, NOW, reason="participant_updated_via_api", status=CallStatus.IN_PROGRESS, kicked=True
    )
    assert end.reason_ended == "last-participant-kicked"
    other = started(Participant(call_sid=ANN, end_on_exit=True), Participant(call_sid=BOB))
    *_, end = other.leave(ANN, NOW, reason="participant_updated_via_api", status=CallStatus.IN_PROGRESS, kicked=True)
    assert end.reason_ended == "participant-with-end-conference-on-exit-kicked"


def test_leaving_twice_is_leaving_once() -> None:
    conference = started()
    assert left(conference, ANN)
    assert left(conference, ANN) == []


def test_ended_from_outside_nobody_is_named_as_the_cause() -> None:
    conference = started()
    *leaves, end = conference.end(NOW)
    assert {event.reason_left for event in leaves} == {"conference_ended_via_api"}
    assert (end.reason_ended, end.participant) == ("conference-ended-via-api", None)
    assert conference.end(NOW) == ()


def test_16020_a_full_room_takes_nobody_in() -> None:
    conference = room(most=2)
    conference.join(Participant(call_sid=ANN), NOW)
    conference.join(Participant(call_sid=BOB), NOW)
    with pytest.raises(JoinRefused) as refused:
        conference.join(Participant(call_sid=CEE), NOW)
    assert refused.value.code == 16020
    left(conference, ANN)
    assert conference.join(Participant(call_sid=CEE), NOW)


def test_no_room_holds_more_than_250() -> None:
    conference = room(most=1000)
    for number in range(MAX_PARTICIPANTS):
        conference.join(Participant(call_sid=CallSid(f"CA{number:032x}")), NOW)
    with pytest.raises(JoinRefused, match="250"):
        conference.join(Participant(call_sid=ANN), NOW)


def test_c_13_a_label_names_one_participant_at_a_time() -> None:
    conference = started(Participant(call_sid=ANN, label="desk"), Participant(call_sid=BOB))
    with pytest.raises(JoinRefused) as refused:
        conference.join(Participant(call_sid=CEE, label="desk"), NOW)
    assert refused.value.code == 16025
    left(conference, ANN)
    conference.join(Participant(call_sid=CEE, label="desk"), NOW)


def test_c_12_whom_to_coach_must_be_there() -> None:
    with pytest.raises(JoinRefused) as refused:
        started().join(Participant(call_sid=CEE, coaching=CallSid("CA" + "9" * 32), is_coach=True), NOW)
    assert refused.value.code == 13240


def test_c_11_a_coach_whose_pupil_left_is_heard_by_nobody() -> None:
    conference = started()
    conference.join(Participant(call_sid=CEE, coaching=ANN, is_coach=True), NOW)
    assert not conference.participants[CEE].is_silenced
    left(conference, ANN)
    coach = conference.participants[CEE]
    assert (coach.coaching, coach.is_coach, coach.is_silenced) == (None, True, True)


def test_nobody_comes_into_a_room_that_is_over() -> None:
    conference = started()
    conference.end(NOW)
    with pytest.raises(JoinRefused) as refused:
        conference.join(Participant(call_sid=CEE), NOW)
    assert refused.value.code == 16022


def test_c_10_muting_and_holding_are_two_things_and_are_told_when_they_change() -> None:
    conference = started()
    assert kinds(conference.mute(ANN, True, NOW)) == ["participant-mute"]
    assert conference.mute(ANN, True, NOW) == ()
    (held,) = conference.hold(ANN, True, NOW)
    assert held.participant is not None
    assert (held.kind, held.participant.muted, held.participant.hold) == ("participant-hold", True, True)
    (unmuted,) = conference.mute(ANN, False, NOW)
    assert unmuted.participant is not None
    assert (unmuted.kind, unmuted.participant.hold) == ("participant-unmute", True)
    assert kinds(conference.hold(ANN, False, NOW)) == ["participant-unhold"]


def test_a_change_of_anything_else_is_a_modification() -> None:
    conference = started()
    assert kinds(conference.modify(ANN, NOW, end_on_exit=True)) == ["participant-modify"]
    assert conference.modify(ANN, NOW, end_on_exit=True) == ()
    assert kinds(conference.modify(ANN, NOW, beep="false", coaching=BOB)) == ["participant-modify"]
    assert conference.participants[ANN].facts.coaching
    conference.modify(ANN, NOW, coaching=False)
    assert not conference.participants[ANN].is_coach
    with pytest.raises(JoinRefused):
        conference.modify(ANN, NOW, coaching=CEE)


@pytest.mark.parametrize(
    ("beep", "enters", "exits"),
    [("true", True, True), ("false", False, False), ("onEnter", True, False), ("onExit", False, True)],
)
def test_c_04_beep_says_when(beep: Beep, enters: bool, exits: bool) -> None:
    participant = Participant(call_sid=ANN, beep=beep)
    assert (participant.beeps_on_enter, participant.beeps_on_exit) == (enters, exits)


def test_who_is_muted_or_held_does_not_speak_and_every_stop_follows_a_start() -> None:
    conference = started()
    assert conference.spoke(ANN, False, NOW) == ()
    assert kinds(conference.spoke(ANN, True, NOW)) == ["participant-speech-start"]
    conference.mute(ANN, True, NOW)
    assert kinds(conference.spoke(ANN, False, NOW)) == ["participant-speech-stop"]
    assert conference.spoke(ANN, True, NOW) == ()
    assert conference.spoke(CEE, True, NOW) == ()


@pytest.mark.parametrize(("failure", "kind"), [(None, "announcement-end"), ("404", "announcement-fail")])
def test_an_announcement_is_told_with_its_url(
    failure: str | None, kind: Literal["announcement-end", "announcement-fail"]
) -> None:
    (event,) = started().announced(NOW, url="http://a/b.mp3", call_sid=ANN, failure=failure)
    assert (event.kind, event.announce_url, event.reason_announcement_failed) == (kind, "http://a/b.mp3", failure)
    assert event.participant is not None


def test_every_event_belongs_to_one_name_of_status_callback_event() -> None:
    told = [kind for several in EVENTS_OF_NAME.values() for kind in several]
    assert len(told) == len(set(told)) == 13


def test_who_is_expected_has_a_place_and_nothing_is_told_of_it() -> None:
    conference = room(most=2)
    conference.expect(Participant(call_sid=ANN, label="boss"), NOW)
    assert conference.mute(ANN, True, NOW) == ()
    assert conference.modify(ANN, NOW, end_on_exit=True) == ()
    found = conference.find("boss")
    assert found is conference.find(ANN)
    assert found is not None
    assert (found.muted, found.end_on_exit) == (True, True)
    with pytest.raises(JoinRefused) as taken:
        conference.join(Participant(call_sid=BOB, label="boss"), NOW)
    assert taken.value.code == 16025
    conference.join(Participant(call_sid=BOB), NOW)
    with pytest.raises(JoinRefused) as full:
        conference.join(Participant(call_sid=CEE), NOW)
    assert full.value.code == 16020
    joined, _ = conference.join(Participant(call_sid=ANN), NOW + timedelta(seconds=9))
    assert joined.participant is not None
    assert (joined.participant.label, joined.participant.muted) == ("boss", True)
    assert conference.participants[ANN].created_at == NOW
    assert conference.participants[ANN].updated_at == NOW + timedelta(seconds=9)


def test_c_06_while_somebody_is_expected_the_last_one_to_leave_ends_nothing() -> None:
    conference = started()
    conference.expect(Participant(call_sid=CEE), NOW)
    left(conference, ANN)
    assert kinds(left(conference, BOB)) == ["participant-leave"]
    missed, end = conference.give_up(CEE, NOW, status=CallStatus.NO_ANSWER)
    assert (missed.reason_left, missed.call_status) == ("participant_add_failed", CallStatus.NO_ANSWER)
    assert end.reason_ended == "last-participant-left"
    assert conference.give_up(CEE, NOW, status=CallStatus.NO_ANSWER) == ()


def test_the_record_follows_the_conference() -> None:
    conference = room()
    assert conference.record.status.value == "init"
    conference.join(Participant(call_sid=ANN), NOW)
    conference.join(Participant(call_sid=BOB, end_on_exit=True), NOW + timedelta(seconds=5))
    assert (conference.record.status.value, conference.record.updated_at) == ("in-progress", NOW + timedelta(seconds=5))
    left(conference, BOB)
    record = conference.record
    assert (record.status.value, record.ended_by) == ("completed", BOB)
    assert record.reason_ended == "participant-with-end-conference-on-exit-left"


def test_what_somebody_waits_by_can_change() -> None:
    conference = room()
    conference.join(Participant(call_sid=ANN), NOW)
    assert kinds(conference.rewait(ANN, NOW)) == ["participant-modify"]
    with pytest.raises(KeyError):
        conference.rewait(BOB, NOW)
