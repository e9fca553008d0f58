"""The state of one conference: who is in it, when it begins and ends, what is told of it (twiml.md 8.4). Pure.

           join (one)            join (two, one of them starts it: C-01)          the last leaves (C-06),
    (new) ──────────> waiting ──────────────────────────────────────> started ──> one ends it (C-05), end()
                         └──────────────────────────────────────────────────────> over

Every change returns the events it made, in the order in which they are told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ConferenceEvent, EventKind, ParticipantFacts, ReasonEnded, ReasonLeft
from ringback.model.sid import AccountSid, CallSid, ConferenceSid

MAX_PARTICIPANTS = 250

CONFERENCE_FULL = 16020
LABEL_IN_USE = 16025
COACHED_NOT_PRESENT = 13240
CONFERENCE_OVER = 16022

Beep = Literal["true", "false", "onEnter", "onExit"]
Events = tuple[ConferenceEvent, ...]


class JoinRefused(Exception):
    """The call may not come in; `code` is Twilio's number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One call in the room. `coaching` is the only participant that hears this one (C-11)."""

    call_sid: CallSid
    label: str | None = None
    muted: bool = False
    hold: bool = False
    beep: Beep = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: CallSid | None = None
    is_coach: bool = False  # also when the one that was coached has left: then nobody hears the coach

    @property
    def beeps_on_enter(self) -> bool:
        return self.beep in ("true", "onEnter")

    @property
    def beeps_on_exit(self) -> bool:
        return self.beep in ("true", "onExit")

    @property
    def is_silenced(self) -> bool:
        """What it says reaches nobody, its coached participant included."""
        return self.muted or (self.is_coach and self.coaching is None)

    @property
    def facts(self) -> ParticipantFacts:
        return ParticipantFacts(
            call_sid=self.call_sid,
            label=self.label,
            muted=self.muted,
            hold=self.hold,
            coaching=self.is_coach,
            start_conference_on_enter=self.start_on_enter,
            end_conference_on_exit=self.end_on_exit,
        )


class Conference:
    """One room, from its first participant to its end. `most` is its limit, set by the first participant."""

    def __init__(self, *, sid: ConferenceSid, name: str, account_sid: AccountSid, most: int = MAX_PARTICIPANTS) -> None:
        self.sid = sid
        self.name = name
        self.account_sid = account_sid
        self.most = min(most, MAX_PARTICIPANTS)
        self.participants: dict[CallSid, Participant] = {}
        self._speaking: set[CallSid] = set()
        self.is_started = False
        self.is_over = False

    def join(self, participant: Participant, at: datetime) -> Events:
        """C-01: join, and start with the second participant if one of them may start it. Raises `JoinRefused`."""
        self._check(participant)
        self.participants[participant.call_sid] = participant
        events = [self._event("participant-join", at, participant)]
        starters = any(present.start_on_enter for present in self.participants.values())
        if not self.is_started and starters and len(self.participants) >= 2:
            self.is_started = True
            events.append(self._event("conference-start", at))
        return tuple(events)

    def leave(
        self, call_sid: CallSid, at: datetime, *, reason: ReasonLeft, status: CallStatus, kicked: bool = False
    ) -> Events:
        """C-05, C-06. Nothing when it is not in the room (any more)."""
        leaver = self.participants.pop(call_sid, None)
        if leaver is None:
            return ()
        self._speaking.discard(call_sid)
        self._uncoach(call_sid)
        events = [self._left(leaver, at, reason, status)]
        if leaver.end_on_exit:
            why: ReasonEnded = (
                "participant-with-end-conference-on-exit-kicked"
                if kicked
                else "participant-with-end-conference-on-exit-left"
            )
            events += self._everybody_leaves(at, "moderator_ended_conference")
            events.append(self._end(at, why, leaver))
        elif not self.participants:
            events.append(self._end(at, "last-participant-kicked" if kicked else "last-participant-left", leaver))
        return tuple(events)

    def end(self, at: datetime) -> Events:
        """End it from outside."""
        if self.is_over:
            return ()
        events = self._everybody_leaves(at, "conference_ended_via_api")
        events.append(self._end(at, "conference-ended-via-api", None))
        return tuple(events)

    def mute(self, call_sid: CallSid, muted: bool, at: datetime) -> Events:
        """C-10: muting and holding are independent of each other."""
        return self._switch(call_sid, "muted", muted, at, ("participant-mute", "participant-unmute"))

    def hold(self, call_sid: CallSid, held: bool, at: datetime) -> Events:
        return self._switch(call_sid, "hold", held, at, ("participant-hold", "participant-unhold"))

    def modify(
        self,
        call_sid: CallSid,
        at: datetime,
        *,
        end_on_exit: bool | None = None,
        beep: Beep | None = None,
        coaching: CallSid | Literal[False] | None = None,
    ) -> Events:
        """Change what is given; `coaching` False makes a coach a participant like the others."""
        before = self._present(call_sid)
        after = before
        if end_on_exit is not None:
            after = replace(after, end_on_exit=end_on_exit)
        if beep is not None:
            after = replace(after, beep=beep)
        if coaching is False:
            after = replace(after, coaching=None, is_coach=False)
        elif coaching is not None:
            self._require_coached(coaching, call_sid)
            after = replace(after, coaching=coaching, is_coach=True)
        if after == before:
            return ()
        self.participants[call_sid] = after
        return (self._event("participant-modify", at, after),)

    def spoke(self, call_sid: CallSid, started: bool, at: datetime) -> Events:
        """Who is muted or held is heard by nobody, and does not speak. Every stop follows a start."""
        speaker = self.participants.get(call_sid)
        is_news = (call_sid in self._speaking) != started
        if speaker is None or not is_news or (started and (speaker.muted or speaker.hold)):
            return ()
        self._speaking ^= {call_sid}
        return (self._event("participant-speech-start" if started else "participant-speech-stop", at, speaker),)

    def announced(
        self, at: datetime, *, url: str | None, call_sid: CallSid | None = None, failure: str | None = None
    ) -> Events:
        """An announcement was heard by all, or by one, or could not be had."""
        event = self._event(
            "announcement-fail" if failure else "announcement-end",
            at,
            self.participants.get(call_sid) if call_sid else None,
        )
        return (replace(event, announce_url=url, reason_announcement_failed=failure),)

    # -- inside -------------------------------------------------------------------------------------------------

    def _check(self, newcomer: Participant) -> None:
        if self.is_over:
            raise JoinRefused(CONFERENCE_OVER, f"the conference {self.name!r} is over")
        if len(self.participants) >= self.most:
            raise JoinRefused(CONFERENCE_FULL, f"the conference {self.name!r} has {self.most} participants already")
        labels = {present.label for present in self.participants.values()}
        if newcomer.label is not None and newcomer.label in labels:
            raise JoinRefused(LABEL_IN_USE, f"the label {newcomer.label!r} is in use in {self.name!r}")
        if newcomer.coaching is not None:
            self._require_coached(newcomer.coaching, newcomer.call_sid)

    def _require_coached(self, coached: CallSid, coach: CallSid) -> None:
        if coached not in self.participants or coached == coach:
            raise JoinRefused(COACHED_NOT_PRESENT, f"{coached}, to be coached, is not in the conference {self.name!r}")

    def _uncoach(self, gone: CallSid) -> None:
        for call_sid, participant in self.participants.items():
            if participant.coaching == gone:
                self.participants[call_sid] = replace(participant, coaching=None)

    def _switch(
        self,
        call_sid: CallSid,
        what: Literal["muted", "hold"],
        on: bool,
        at: datetime,
        kinds: tuple[EventKind, EventKind],
    ) -> Events:
        participant = self._present(call_sid)
        if getattr(participant, what) == on:
            return ()
        changed = replace(participant, muted=on) if what == "muted" else replace(participant, hold=on)
        self.participants[call_sid] = changed
        return (self._event(kinds[0] if on else kinds[1], at, changed),)

    def _present(self, call_sid: CallSid) -> Participant:
        """Raises `KeyError` for a call that is not in the room."""
        return self.participants[call_sid]

    def _everybody_leaves(self, at: datetime, reason: ReasonLeft) -> list[ConferenceEvent]:
        events = [self._left(present, at, reason, CallStatus.IN_PROGRESS) for present in self.participants.values()]
        self.participants.clear()
        return events

    def _left(self, leaver: Participant, at: datetime, reason: ReasonLeft, status: CallStatus) -> ConferenceEvent:
        return replace(self._event("participant-leave", at, leaver), reason_left=reason, call_status=status)

    def _end(self, at: datetime, reason: ReasonEnded, by: Participant | None) -> ConferenceEvent:
        self.is_over = True
        return replace(self._event("conference-end", at, by), reason_ended=reason)

    def _event(self, kind: EventKind, at: datetime, about: Participant | None = None) -> ConferenceEvent:
        return ConferenceEvent(
            kind=kind,
            conference_sid=self.sid,
            friendly_name=self.name,
            account_sid=self.account_sid,
            at=at,
            participant=about.facts if about is not None else None,
        )
