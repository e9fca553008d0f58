"""Add a participant to a conference by dialling out (rest-api.md 9.9, Create).

The call that is placed gets a document of one `<Dial><Conference>`; from its answer on it is like any other call in a
conference. Until then the conference expects it, and runs also while nobody else is in it.
"""

import contextlib
import re
from dataclasses import dataclass, replace

from ringback.call.call import Call
from ringback.call.conference import Conference, JoinRefused
from ringback.call.conference_room import ConferenceRoom
from ringback.call.conferences import Conferences
from ringback.call.participant import Participant
from ringback.interpreter.document import LoadedDocument
from ringback.model.call_status import CallStatus
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid, is_sid
from ringback.services.call_order import CallOrder
from ringback.services.change_call import Updating
from ringback.services.change_participant import ParticipantChanging, require_coached
from ringback.services.order_call import CallOrdering
from ringback.services.participant_view import ParticipantView
from ringback.services.read_script import Warned
from ringback.services.refusal import Refused
from ringback.services.update_call import NotInProgress
from ringback.twiml.nodes import Conference as ConferenceNoun
from ringback.twiml.nodes import Dial, Document

UNKNOWN_CONFERENCE = 16003
LABEL_IN_USE = 16026
COACHED_NOT_THERE = 16028
MAX_NAME = 128
LONGEST_STAY_SECONDS = 14400

_CODES = {16025: LABEL_IN_USE, 13240: COACHED_NOT_THERE}
"""What a document's refusal is numbered by the REST API; 16020 and 16022 are the same."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantOrder:
    """`call` places the call, whose document is made here of `noun`; the name in that is not looked at.

    With `early_media` the conference hears the call ring.
    """

    call: CallOrder
    noun: ConferenceNoun
    early_media: bool = True
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAdding:
    conferences: Conferences[Call]
    changing: ParticipantChanging
    ordering: CallOrdering
    updating: Updating

    def add(self, account_sid: AccountSid, conference: str, wanted: ParticipantOrder) -> ParticipantView:
        """`conference` is a SID or a friendly name. Raises `Refused`, and then nothing was placed or made."""
        conference = conference.strip()
        room = self._room(account_sid, conference)
        name = room.conference.name if room is not None else conference
        participant = _participant(wanted.noun, CallSid(""))
        if room is not None:
            _require_place(room.conference, participant)
        elif participant.coaching is not None:
            raise Refused(COACHED_NOT_THERE, f"The call {participant.coaching}, to be coached, is in no conference.")
        document = _document(replace(wanted.noun, name=name), wanted.call)
        order = replace(wanted.call, first=document, is_participant=True)
        placed = self.ordering.place(order, wanted.warnings)
        room = self.conferences.open(account_sid, name, most=wanted.noun.max_participants, region=wanted.noun.region)
        self._invite(room, placed, replace(participant, call_sid=placed.sid), early_media=wanted.early_media)
        return replace(
            self.changing.view(room.conference, _expected(room.conference, participant, placed.sid)), status="queued"
        )

    def _room(self, account_sid: AccountSid, conference: str) -> ConferenceRoom[Call] | None:
        """None for a name that no running conference has. Raises `Refused`."""
        room = self.conferences.find(account_sid, conference)
        if room is None and is_sid(conference, "CF"):
            raise Refused(UNKNOWN_CONFERENCE, f"There is no running conference {conference}.", status=404)
        if room is None and (not conference or len(conference) > MAX_NAME or _CONTROL.search(conference)):
            raise Refused(UNKNOWN_CONFERENCE, f"A conference's name has 1 to {MAX_NAME} printable characters.")
        return room

    def _invite(
        self, room: ConferenceRoom[Call], placed: CallRecord, participant: Participant, *, early_media: bool
    ) -> None:
        def withdraw() -> None:
            with contextlib.suppress(NotInProgress):
                self.updating.end(placed.account_sid, placed.sid, "completed")

        self.conferences.invite(room, participant, withdraw, early_media=early_media)
        if self.changing.live_call(placed.sid) is None:  # it could not even be dialled, and is over already
            self.conferences.call_ended(placed.sid, CallStatus.FAILED)


def _participant(noun: ConferenceNoun, call_sid: CallSid) -> Participant:
    return Participant(
        call_sid=call_sid,
        label=noun.participant_label,
        muted=noun.muted,
        beep=noun.beep,
        start_on_enter=noun.start_conference_on_enter,
        end_on_exit=noun.end_conference_on_exit,
        coaching=CallSid(noun.coach) if noun.coach else None,
        is_coach=noun.coach is not None,
    )


def _require_place(conference: Conference, participant: Participant) -> None:
    if participant.coaching is not None:
        require_coached(conference, participant.coaching, participant.call_sid)
    try:
        conference.check(participant)
    except JoinRefused as refusal:
        raise Refused(_CODES.get(refusal.code, refusal.code), f"{refusal.message}.") from None


def _expected(conference: Conference, participant: Participant, call_sid: CallSid) -> Participant:
    return conference.find(call_sid) or replace(participant, call_sid=call_sid)


def _document(noun: ConferenceNoun, call: CallOrder) -> LoadedDocument:
    """Without an action: who has left is hung up."""
    seconds = min(call.time_limit_seconds or LONGEST_STAY_SECONDS, LONGEST_STAY_SECONDS)
    return LoadedDocument(url=None, body=Document(verbs=(Dial(nouns=(noun,), time_limit=seconds),)))
