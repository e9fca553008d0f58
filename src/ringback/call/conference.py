"""The state of one conference: who is in it or expected, when it begins and ends, what is told of it (twiml.md 8.4).

Pure.

           join (one)            join (two, one of them starts it: C-01)          the last leaves (C-06),
    (new) ──────────> waiting ──────────────────────────────────────> started ──> one ends it (C-05), end()
                         └──────────────────────────────────────────────────────> over

Every change returns the events it made, in the order in which they are told. A call that is being dialled into the
room is expected: it has a place there, which may be changed, and nothing is told of it until it joins or fails to.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from ringback.call.participant import Beep as Beep
from ringback.call.participant import Participant as Participant
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ConferenceEvent, EventKind, ReasonEnded, ReasonLeft
from ringback.model.record import UNDATED, ConferenceRecord, ConferenceStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid

MAX_PARTICIPANTS = 250

CONFERENCE_FULL = 16020
LABEL_IN_USE = 16025
COACHED_NOT_PRESENT = 13240
CONFERENCE_OVER = 16022

Events = tuple[ConferenceEvent, ...]


class JoinRefused(Exception):
    """The call may not come in; `code` is Twilio's number."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Conference:
    """One room, from its first participant to its end. `most` is its limit, set by the first participant.

    `record` is how it is now, for the store.
    """

    def __init__(
        self,
        *,
        sid: ConferenceSid,
        name: str,
        account_sid: AccountSid,
        most: int = MAX_PARTICIPANTS,
        created_at: datetime = UNDATED,
        region: str | None = None,
    ) -> None:
        self.sid = sid
        self.name = name
        self.account_sid = account_sid
        self.most = min(most, MAX_PARTICIPANTS)
        self.participants: dict[CallSid, Participant] = {}
        self.expected: dict[CallSid, Participant] = {}
        self.record = ConferenceRecord(
            sid=sid,
            account_sid=account_sid,
            friendly_name=name,
            status=ConferenceStatus.INIT,
            created_at=created_at,
            updated_at=created_at,
            region=region,
        )
        self._speaking: set[CallSid] = set()
        self.is_started = False
        self.is_over = False

    def find(self, call_sid_or_label: str) -> Participant | None:
        """Whoever is in the room or expected."""
        for present in (*self.participants.values(), *self.expected.values()):
            if call_sid_or_label in (present.call_sid, present.label):
                return present
        return None

    def check(self, newcomer: Participant) -> None:
        """Whether there is a place for it. Raises `JoinRefused`."""
        if self.is_over:
            raise JoinRefused(CONFERENCE_OVER, f"the conference {self.name!r} is over")
        if len(self.participants) + len(self.expected) >= self.most:
            raise JoinRefused(CONFERENCE_FULL, f"the conference {self.name!r} has {self.most} participants already")
        labels = {present.label for present in (*self.participants.values(), *self.expected.values())}
        if newcomer.label is not None and newcomer.label in labels:
            raise JoinRefused(LABEL_IN_USE, f"the label {newcomer.label!r} is in use in {self.name!r}")
        if newcomer.coaching is not None:
            self._require_coached(newcomer.coaching, newcomer.call_sid)

    def expect(self, participant: Participant, at: datetime) -> None:
        """It is being dialled. Raises `JoinRefused`."""
        self.check(participant)
        self.expected[participant.call_sid] = replace(participant, created_at=at, updated_at=at)

    def join(self, participant: Participant, at: datetime) -> Events:
        """C-01: join, and start with the second participant if one of them may start it. Raises `JoinRefused`.

        One that was expected comes as it was expected.
        """
        expected = self.expected.pop(participant.call_sid, None)
        if expected is None or self.is_over:
            self.check(participant)
        newcomer = expected or replace(participant, created_at=at)
        newcomer = replace(newcomer, updated_at=at)
        self.participants[newcomer.call_sid] = newcomer
        events = [self._event("participant-join", at, newcomer)]
        starters = any(present.start_on_enter for present in self.participants.values())
        if not self.is_started and starters and len(self.participants) >= 2:
            self.is_started = True
            self.record = replace(self.record, status=ConferenceStatus.IN_PROGRESS, updated_at=at)
            events.append(self._event("conference-start", at))
        return tuple(events)

    def give_up(self, call_sid: CallSid, at: datetime, *, status: CallStatus) -> Events:
        """One that was expected does not come. Nothing when it is not expected (any more)."""
        missed = self.expected.pop(call_sid, None)
        if missed is None:
            return ()
        events = [self._left(missed, at, "participant_add_failed", status)]
        if not self.participants and not self.expected:
            events.append(self._end(at, "last-participant-left", missed))
        return tuple(events)

    def leave(
        self, call_sid: CallSid, at: datetime, *, reason: ReasonLeft, status: CallStatus, kicked: bool = False
    ) -> Events:
        """C-05, C-06. Nothing when it is not in the room (any more). While somebody is expected it goes on."""
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
        elif not self.participants and not self.expected:
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
        return self._changed(after, "participant-modify", at)

    def rewait(self, call_sid: CallSid, at: datetime) -> Events:
        """It has something else to wait by, which is a modification too."""
        return self._changed(self._present(call_sid), "participant-modify", at)

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

    def _require_coached(self, coached: CallSid, coach: CallSid) -> None:
        if coached not in self.participants or coached == coach:
            raise JoinRefused(COACHED_NOT_PRESENT, f"{coached}, to be coached, is not in the conference {self.name!r}")

    def _uncoach(self, gone: CallSid) -> None:
        for places in (self.participants, self.expected):
            for call_sid, participant in places.items():
                if participant.coaching == gone:
                    places[call_sid] = replace(participant, coaching=None)

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
        return self._changed(changed, kinds[0] if on else kinds[1], at)

    def _present(self, call_sid: CallSid) -> Participant:
        """Raises `KeyError` for a call that is not in the room and not expected."""
        return self.expected.get(call_sid) or self.participants[call_sid]

    def _changed(self, participant: Participant, kind: EventKind, at: datetime) -> Events:
        """Nobody is told of what changes before it joins."""
        dated = replace(participant, updated_at=at)
        if dated.call_sid in self.expected:
            self.expected[dated.call_sid] = dated
            return ()
        self.participants[dated.call_sid] = dated
        return (self._event(kind, at, dated),)

    def _everybody_leaves(self, at: datetime, reason: ReasonLeft) -> list[ConferenceEvent]:
        events = [self._left(present, at, reason, CallStatus.IN_PROGRESS) for present in self.participants.values()]
        self.participants.clear()
        self.expected.clear()
        return events

    def _left(self, leaver: Participant, at: datetime, reason: ReasonLeft, status: CallStatus) -> ConferenceEvent:
        return replace(self._event("participant-leave", at, leaver), reason_left=reason, call_status=status)

    def _end(self, at: datetime, reason: ReasonEnded, by: Participant | None) -> ConferenceEvent:
        self.is_over = True
        self.record = replace(
            self.record,
            status=ConferenceStatus.COMPLETED,
            updated_at=at,
            reason_ended=reason,
            ended_by=by.call_sid if by is not None else None,
        )
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
