"""An asynchronous callback, from before it is sent until it is forgotten."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ringback.model.sid import AccountSid, CallSid


class CallbackState(StrEnum):
    HELD = "held"  # of the end of something that still runs: sent by the next process if this one dies before
    WAITING = "waiting"  # not sent yet, or sent and the answer not known
    SENT = "sent"  # the app answered 2xx
    FAILED = "failed"  # it did not, after all tries that the URL asks for, or it was given up


class CallbackKind(StrEnum):
    """What a callback is about (webhooks.md section 9)."""

    STATUS = "status"
    RECORDING = "recording"
    CONFERENCE = "conference"
    TRANSCRIPTION = "transcription"
    MACHINE_DETECTION = "machine-detection"
    PAYMENT = "payment"
    SPEECH = "speech"
    MESSAGE = "message"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecord:
    """Those of one `call_sid` are sent one after the other, by `sequence`, which counts up in a node."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    kind: CallbackKind
    url: str = field(repr=False)  # as configured: with its password and its connection overrides
    method: str
    parameters: tuple[tuple[str, str], ...] = field(repr=False)
    state: CallbackState
    sequence: int
    token: str  # I-Twilio-Idempotency-Token, the same however often it is sent
    created_at: datetime
    queued_at: datetime  # when it was last put in the queue: when it was created, or asked for again
    tries: int = 0
    finished_at: datetime | None = None
    error_code: int | None = None
