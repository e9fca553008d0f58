"""One call in a conference, or on its way there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ringback.model.conference_event import ParticipantFacts
from ringback.model.record import UNDATED
from ringback.model.sid import CallSid

Beep = Literal["true", "false", "onEnter", "onExit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """`coaching` is the only participant that hears this one (C-11). `created_at` and `updated_at` are set by the
    conference: when it was invited or came by itself, and when anything of it last changed."""

    call_sid: CallSid
    label: str | None = None
    muted: bool = False
    hold: bool = False
    beep: Beep = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: CallSid | None = None
    is_coach: bool = False  # also when the one that was coached has left: then nobody hears the coach
    created_at: datetime = UNDATED
    updated_at: datetime = UNDATED

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
