"""What a client of the REST API wants of a call (rest-api.md 9.2, Create), after its parameters were read."""

from dataclasses import dataclass, field
from typing import Literal

from ringback.call.control import StatusEvents
from ringback.call.machine_detection import MachineDetection
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.sid import AccountSid
from ringback.services.refusal import Refused

DEFAULT_TIMEOUT_SECONDS = 60
MAX_TIMEOUT_SECONDS = 600
MAX_SEND_DIGITS = 32

Method = Literal["GET", "POST"]


class CallRefused(Refused):
    """The call cannot be placed, as is known without trying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTarget:
    """Where a callback goes, and by which method."""

    url: str
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrder:
    """`Record=true` and what goes with it: the whole call is recorded from its answer on."""

    dual: bool = False
    track: Literal["inbound", "outbound", "both"] = "both"
    trim: bool = True
    callback: CallbackTarget | None = None
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionOrder:
    """`MachineDetection`: the document waits for the result, or with `asynchronous` the `callback` is told it."""

    detection: MachineDetection = field(default_factory=MachineDetection)
    asynchronous: bool = False
    callback: CallbackTarget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """A call to be made. `to` is a number in E.164 form, a `sip:` address or `client:identity`.

    `from_` is what the record and the app see; `caller_id` is what the called party sees instead. `first` is asked for
    or run when the called party has answered. None for `time_limit_seconds` is the server's own limit. The call waits
    for `delay_seconds` before its turn can come. Into a conference (`is_participant`) `app:AP...` may be called too.
    """

    account_sid: AccountSid
    to: str
    from_: str
    first: DocumentRequest | LoadedDocument
    fallback: Fallback | None = None
    status_events: StatusEvents | None = None
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    time_limit_seconds: int | None = None
    send_digits: str | None = None
    caller_id: str | None = None
    caller_display_name: str | None = None
    sip_username: str | None = None
    sip_password: str | None = field(default=None, repr=False)
    record: RecordOrder | None = None
    detection: DetectionOrder | None = None
    call_reason: str | None = None
    delay_seconds: float = 0.0
    is_participant: bool = False
