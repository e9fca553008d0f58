"""What happens in a conference, in the words of its status callback (twiml.md 8.4). Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ringback.model.call_status import CallStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid

EventKind = Literal[
    "conference-start",
    "conference-end",
    "participant-join",
    "participant-leave",
    "participant-mute",
    "participant-unmute",
    "participant-hold",
    "participant-unhold",
    "participant-modify",
    "participant-speech-start",
    "participant-speech-stop",
    "announcement-end",
    "announcement-fail",
]

ReasonEnded = Literal[
    "conference-ended-via-api",
    "last-participant-kicked",
    "last-participant-left",
    "participant-with-end-conference-on-exit-kicked",
    "participant-with-end-conference-on-exit-left",
]

ReasonLeft = Literal[
    "conference_ended_via_api",
    "moderator_ended_conference",
    "participant_updated_via_api",
    "participant_hung_up",
    "participant_add_failed",
]

EVERYBODY_LEFT: ReasonEnded = "last-participant-left"
"""Why a conference ended that a crash cut off: the calls in it are over."""

# `statusCallbackEvent` names groups of events.
EVENTS_OF_NAME: dict[str, tuple[EventKind, ...]] = {
    "start": ("conference-start",),
    "end": ("conference-end",),
    "join": ("participant-join",),
    "leave": ("participant-leave",),
    "mute": ("participant-mute", "participant-unmute"),
    "hold": ("participant-hold", "participant-unhold"),
    "modify": ("participant-modify",),
    "speaker": ("participant-speech-start", "participant-speech-stop"),
    "announcement": ("announcement-end", "announcement-fail"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFacts:
    """A participant as an event shows it, at the moment of the event."""

    call_sid: CallSid
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    start_conference_on_enter: bool = True
    end_conference_on_exit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceEvent:
    """One event. `participant` is whom it is about; of the end of a conference, the one who caused it."""

    kind: EventKind
    conference_sid: ConferenceSid
    friendly_name: str
    account_sid: AccountSid
    at: datetime
    participant: ParticipantFacts | None = None
    reason_ended: ReasonEnded | None = None
    reason_left: ReasonLeft | None = None
    call_status: CallStatus | None = None  # of a participant that left
    announce_url: str | None = None
    reason_announcement_failed: str | None = None
