"""Participants of a running conference as the API reads, changes and removes them (rest-api.md 9.9).

Only who is connected or being connected is there: who has left is not, and in a conference that is over nobody is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ringback.call.call import Call
from ringback.call.conference import Conference
from ringback.call.conference_room import ConferenceRoom
from ringback.call.participant import Beep, Participant
from ringback.model.record import CallRecord
from ringback.model.sid import CallSid
from ringback.services.call_order import Method
from ringback.services.keep_conferences import Announcement, BesideOf, ConferenceKeeping
from ringback.services.participant_view import ParticipantView, status_of
from ringback.services.refusal import Refused

NOT_THERE_YET = 16022
COACHED_ON_HOLD, COACHED_NOT_THERE = 16027, 16028

LiveCallRecord = Callable[[CallSid], CallRecord | None]
"""The newest state of a call that is not over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """What is heard while waiting or held: without a URL music, with an empty one silence."""

    url: str | None = None
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantChange:
    """What is given is changed. `hold_to` counts only where it is held."""

    muted: bool | None = None
    hold: bool | None = None
    hold_to: Tune = Tune(method="GET")
    wait_to: Tune | None = None
    announcement: Announcement | None = None
    beep_on_exit: bool | None = None
    end_on_exit: bool | None = None
    coaching: bool | None = None
    call_sid_to_coach: CallSid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFilter:
    """None asks for all."""

    muted: bool | None = None
    hold: bool | None = None
    coaching: bool | None = None

    def takes(self, one: Participant) -> bool:
        wanted = ((self.muted, one.muted), (self.hold, one.hold), (self.coaching, one.is_coach))
        return all(asked is None or asked == is_so for asked, is_so in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantChanging:
    """A participant is named by its call's SID or by its label."""

    keeping: ConferenceKeeping
    beside: BesideOf
    live_call: LiveCallRecord

    async def list(
        self, account_sid: str, conference_sid: str, wanted: ParticipantFilter
    ) -> Sequence[ParticipantView] | None:
        """None if the account has no such conference; of one that is over there are none."""
        room = self.keeping.room(account_sid, conference_sid)
        if room is None:
            known = await self.keeping.find(account_sid, conference_sid)
            return None if known is None else ()
        everybody = (*room.conference.participants.values(), *room.conference.expected.values())
        return [self.view(room.conference, one) for one in everybody if wanted.takes(one)]

    def find(self, account_sid: str, conference_sid: str, name: str) -> ParticipantView | None:
        room = self.keeping.room(account_sid, conference_sid)
        found = room.conference.find(name) if room is not None else None
        return self.view(room.conference, found) if room is not None and found is not None else None

    def change(
        self, account_sid: str, conference_sid: str, name: str, wanted: ParticipantChange
    ) -> ParticipantView | None:
        """The participant as it is then; None if there is none. Raises `Refused`, and then nothing has changed."""
        room = self.keeping.room(account_sid, conference_sid)
        found = room.conference.find(name) if room is not None else None
        if room is None or found is None:
            return None
        coaching = coaching_of(room.conference, found, wanted)
        if wanted.announcement is not None and found.call_sid in room.conference.expected:
            raise Refused(NOT_THERE_YET, "The participant has not joined the conference yet.")
        self._apply(room, found, wanted, coaching)
        return self.find(account_sid, conference_sid, found.call_sid)

    def kick(self, account_sid: str, conference_sid: str, name: str) -> bool:
        """Its document goes on after the `<Dial>`; False if there is none."""
        room = self.keeping.room(account_sid, conference_sid)
        found = room.conference.find(name) if room is not None else None
        if room is None or found is None:
            return False
        room.kick(found.call_sid)
        return True

    def view(self, conference: Conference, one: Participant) -> ParticipantView:
        call = self.live_call(one.call_sid)
        return ParticipantView(
            account_sid=conference.account_sid,
            conference_sid=conference.sid,
            participant=one,
            status=status_of(call, is_there=one.call_sid in conference.participants),
            queue_ms=call.queue_ms if call is not None and call.direction.value == "outbound-api" else None,
        )

    def _apply(
        self,
        room: ConferenceRoom[Call],
        one: Participant,
        wanted: ParticipantChange,
        coaching: CallSid | Literal[False] | None,
    ) -> None:
        sid, beside = one.call_sid, self.beside(room.conference.account_sid)
        if wanted.muted is not None:
            room.mute(sid, wanted.muted)
        if wanted.hold is not None:
            room.hold(sid, wanted.hold, beside.wait(wanted.hold_to.url, wanted.hold_to.method))
        beep = None if wanted.beep_on_exit is None else _beep(one.beep, exits=wanted.beep_on_exit)
        if wanted.end_on_exit is not None or beep is not None or coaching is not None:
            room.modify(sid, end_on_exit=wanted.end_on_exit, beep=beep, coaching=coaching)
        if wanted.wait_to is not None:
            room.rewait(sid, beside.wait(wanted.wait_to.url, wanted.wait_to.method))
        if wanted.announcement is not None:
            document = beside.announcement(wanted.announcement.url, wanted.announcement.method)
            room.announce(document, url=wanted.announcement.url, call_sid=sid)


def coaching_of(conference: Conference, one: Participant, wanted: ParticipantChange) -> CallSid | Literal[False] | None:
    """Whom it coaches from now on, False for nobody; None changes nothing. Raises `Refused`."""
    if wanted.coaching is False:
        return False
    if wanted.call_sid_to_coach is None:
        if wanted.coaching and not one.is_coach:
            raise nobody_to_coach()
        return None
    require_coached(conference, wanted.call_sid_to_coach, one.call_sid)
    return wanted.call_sid_to_coach


def nobody_to_coach() -> Refused:
    return Refused(COACHED_NOT_THERE, "Coaching needs CallSidToCoach.")


def require_coached(conference: Conference, coached: CallSid, coach: CallSid) -> None:
    """Raises `Refused`: 16028 for one that is not there, 16027 for one on hold."""
    pupil = conference.participants.get(coached)
    if pupil is None or coached == coach:
        raise Refused(COACHED_NOT_THERE, f"The call {coached}, to be coached, is not in the conference.")
    if pupil.hold:
        raise Refused(COACHED_ON_HOLD, f"The call {coached}, to be coached, is on hold.")


def _beep(now: Beep, *, exits: bool) -> Beep:
    """The same for entering; for leaving as asked."""
    enters = now in ("true", "onEnter")
    if exits:
        return "true" if enters else "onExit"
    return "onEnter" if enters else "false"
