"""What the parameters of a participant may be, and what they ask for (rest-api.md 9.9, Create and Update)."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from ringback.api.leg_form import CallbackUrl, FilledForm, LegForm, target
from ringback.api.value import HttpMethod, Switch, Text, WebUrl, one_of, refusal, sid_of, text_of, whole, words
from ringback.call.conference import MAX_PARTICIPANTS
from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.model.sid import AccountSid, CallSid
from ringback.services.add_participant import ParticipantOrder
from ringback.services.call_order import DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS, CallOrder
from ringback.services.change_participant import ParticipantChange, Tune, nobody_to_coach
from ringback.services.check_order import BAD_TIMEOUT
from ringback.services.keep_conferences import Announcement
from ringback.twiml.nodes import Conference, Document

BAD_LABEL = 16024
MAX_LABEL = 128
REGIONS = ("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")
CONFERENCE_EVENTS = ("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
LEG_EVENTS = ("initiated", "ringing", "answered", "completed")
RECORDING_EVENTS = ("started", "in-progress", "paused", "resumed", "stopped", "completed", "failed", "absent")

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_RECORDS = {"true": "record-from-start", "false": "do-not-record"}


def _label(value: object) -> str:
    """It stands in paths, where a call's SID does too."""
    text = str(value).strip()
    is_path = "/" in text or "%2f" in text.lower()
    if len(text) > MAX_LABEL or is_path or _CALL_SID.fullmatch(text) or not text.isprintable():
        message = f"a label has up to {MAX_LABEL} printable characters, no slash, and is no call's SID"
        raise refusal(message, BAD_LABEL)
    return text


def _true_or_not(value: object) -> bool:
    """What is neither true nor false counts as false."""
    return str(value).strip().lower() == "true"


CallSidToCoach = Annotated[str, sid_of("CA")]
MaybeTrue = Annotated[bool, BeforeValidator(_true_or_not)]


class ParticipantForm(LegForm):
    """Create. Kept without effect beside those of `LegForm`: Emergency*."""

    may_be_empty: ClassVar[frozenset[str]] = frozenset({"WaitUrl"})

    caller_display_name: Annotated[str, text_of(255, least=2)] | None = None
    label: Annotated[str, BeforeValidator(_label)] | None = None
    status_callback_event: Annotated[tuple[str, ...], words(*LEG_EVENTS)] = ("completed",)
    timeout: Annotated[int, whole(5, MAX_TIMEOUT_SECONDS, BAD_TIMEOUT)] = DEFAULT_TIMEOUT_SECONDS
    recording_status_callback_event: Annotated[tuple[str, ...], words(*RECORDING_EVENTS)] = ("completed",)
    muted: Switch = False
    beep: Annotated[str, one_of("true", "false", "onEnter", "onExit")] = "true"
    start_conference_on_enter: Switch = True
    end_conference_on_exit: Switch = False
    wait_url: WebUrl | None = None
    wait_method: HttpMethod = "POST"
    early_media: Switch = True
    max_participants: Annotated[int, whole(2, MAX_PARTICIPANTS)] = MAX_PARTICIPANTS
    jitter_buffer_size: Annotated[str, one_of("off", "small", "medium", "large")] = "large"
    coaching: Switch | None = None
    call_sid_to_coach: CallSidToCoach | None = None
    conference_record: Annotated[str, one_of("true", "false", "record-from-start", "do-not-record")] = "false"
    conference_trim: Annotated[str, one_of("trim-silence", "do-not-trim")] = "trim-silence"
    conference_recording_status_callback: CallbackUrl | None = None
    conference_recording_status_callback_method: HttpMethod = "POST"
    conference_recording_status_callback_event: Annotated[
        tuple[str, ...], words("in-progress", "completed", "failed", "absent")
    ] = ("completed",)
    conference_status_callback: CallbackUrl | None = None
    conference_status_callback_method: HttpMethod = "POST"
    conference_status_callback_event: Annotated[tuple[str, ...], words(*CONFERENCE_EVENTS)] = ("start", "end")
    region: Annotated[str, one_of(*REGIONS)] | None = None
    amd_status_callback: CallbackUrl | None = None
    amd_status_callback_method: HttpMethod = "POST"
    emergency_caller_position: Text | None = None
    emergency_caller_location: Text | None = None
    emergency_name: Text | None = None
    emergency_address: Text | None = None
    emergency_zip_code: Text | None = None
    emergency_city: Text | None = None
    emergency_state: Text | None = None
    emergency_country: Text | None = None

    def order(self, account_sid: AccountSid) -> ParticipantOrder:
        """The conference's name and the document are put in by who takes the order. Raises `Refused`."""
        if self.coaching and self.call_sid_to_coach is None:
            raise nobody_to_coach()  # everybody would hear who wants to whisper
        events = self.status_callback_event
        call = CallOrder(
            account_sid=account_sid,
            to=self.to,
            from_=self.from_,
            first=LoadedDocument(url=None, body=Document()),
            status_events=StatusEvents(url=self.status_callback, method=self.status_callback_method, events=events)
            if self.status_callback
            else None,
            timeout_seconds=self.timeout,
            time_limit_seconds=self.time_limit,
            caller_id=self.caller_id,
            caller_display_name=self.caller_display_name,
            sip_username=self.sip_auth_username,
            sip_password=self.sip_auth_password,
            record=self.recording(),
            detection=self.detection(
                target(self.amd_status_callback, self.amd_status_callback_method), asynchronous=True
            ),
            call_reason=self.call_reason,
        )
        return ParticipantOrder(call=call, noun=self._noun(), early_media=self.early_media)

    def _noun(self) -> Conference:
        """The `<Conference>` that the call's document will hold; its words are those of the form."""
        values: dict[str, Any] = {
            "region": self.region,
            "beep": self.beep,
            "jitter_buffer_size": self.jitter_buffer_size,
            "record": _RECORDS.get(self.conference_record, self.conference_record),
            "trim": self.conference_trim,
            "status_callback_event": self.conference_status_callback_event,
            "recording_status_callback_event": self.conference_recording_status_callback_event,
        }
        return Conference(
            name="",
            muted=self.muted,
            start_conference_on_enter=self.start_conference_on_enter,
            end_conference_on_exit=self.end_conference_on_exit,
            participant_label=self.label,
            wait_url=self.wait_url,
            wait_method=self.wait_method,
            max_participants=self.max_participants,
            coach=self.call_sid_to_coach if self.coaching is not False else None,
            status_callback=self.conference_status_callback,
            status_callback_method=self.conference_status_callback_method,
            recording_status_callback=self.conference_recording_status_callback,
            recording_status_callback_method=self.conference_recording_status_callback_method,
            **values,
        )


class ParticipantUpdateForm(FilledForm):
    """Update. An empty WaitUrl is silence; without a HoldUrl who is held hears music."""

    may_be_empty: ClassVar[frozenset[str]] = frozenset({"Muted", "WaitUrl"})

    muted: MaybeTrue | None = None
    hold: Switch | None = None
    hold_url: WebUrl | None = None
    hold_method: HttpMethod = "GET"
    announce_url: WebUrl | None = None
    announce_method: HttpMethod = "POST"
    wait_url: WebUrl | None = None
    wait_method: HttpMethod = "POST"
    beep_on_exit: Switch | None = None
    end_conference_on_exit: Switch | None = None
    coaching: Switch | None = None
    call_sid_to_coach: CallSidToCoach | None = None

    def change(self) -> ParticipantChange:
        return ParticipantChange(
            muted=self.muted,
            hold=self.hold,
            hold_to=Tune(url=self.hold_url, method=self.hold_method),
            wait_to=Tune(url=self.wait_url, method=self.wait_method) if self.wait_url is not None else None,
            announcement=Announcement(url=self.announce_url, method=self.announce_method)
            if self.announce_url
            else None,
            beep_on_exit=self.beep_on_exit,
            end_on_exit=self.end_conference_on_exit,
            coaching=self.coaching,
            call_sid_to_coach=CallSid(self.call_sid_to_coach) if self.call_sid_to_coach else None,
        )
