"""The door between the interpreter and a call: what TwiML may ask of it, and nothing of SIP, RTP or sockets.

Every method is awaited by the one task that runs the document. Cancelling that task stops what it waits for. A method
raises `CallEnded` when the call is over, from whichever side; `record`, `dial` and `refer` instead return a result that
says so, because their verbs still owe the app a request (twiml.md A-02).

A call may be moved to another document at any moment (L-01). For the document that runs that is the end of the call,
in every respect: `has_ended` is true and what it waits for is over. `is_moved` tells the two ends apart.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from ringback.call.application_request import ApplicationRequest
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.listen_request import ListenRequest, SpeechStream
from ringback.call.machine_detection import DetectionRequest
from ringback.call.message_request import MessageRequest
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import AccountSid, CallSid, RecordingSid, TranscriptionSid

if TYPE_CHECKING:
    from ringback.call.background_recording import BackgroundRecording


class CallEnded(Exception):
    """The call is over; nothing can be played on it or heard from it any more."""


class MediaUnavailable(Exception):
    """A prompt could not be fetched, decoded or spoken. `code` is Twilio's error number."""

    def __init__(self, code: int, message: str, *, url: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.url = url


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInfo:
    """What does not change in the life of a call. `sip_parameters` are SipDomain, SipHeader_X-... (sip.md 4.1)."""

    call_sid: CallSid
    account_sid: AccountSid
    from_: str
    to: str
    direction: Direction
    parent_call_sid: CallSid | None = None
    caller_name: str | None = None
    forwarded_from: str | None = None
    sip_parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words for the caller's ear: what `<Say>` asks for."""

    text: str
    voice: str | None = None
    language: str | None = None
    ssml: object | None = None  # the verb's SSML children (twiml.nodes), for a synthesizer that can use them


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An audio file for the caller's ear: what `<Play>` asks for, by absolute URL."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedBytes:
    """Audio that came as the answer to a TwiML request (twiml.md 1.1)."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMusic:
    """The music of our own for whoever waits; it plays until it is stopped."""


Prompt = Spoken | Played | PlayedBytes | WaitingMusic


class DigitStream(Protocol):
    """Keys pressed since the stream was opened, in order (G-19: none from before)."""

    async def next(self) -> str:
        """The next key, one of `0-9 A-D * #`. Raises `CallEnded`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """A recording has begun: what a callback for the event `in-progress` says (webhooks.md 9.1)."""

    recording_sid: RecordingSid
    url: str
    started_at: datetime
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest:
    """`<Record>`: None for `silence_seconds` switches silence detection off."""

    max_seconds: float
    silence_seconds: float | None
    finish_on_key: str
    play_beep: bool
    trim: bool
    source: str = "RecordVerb"
    on_started: Callable[[RecordingStarted], None] | None = None  # called once, when the recording begins
    on_ended: "Callable[[RecordResult], None] | None" = None  # and once when the file is there, however it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """A finished recording. `ended_by` is the key, or `hangup`, `silence`, `max-length`.

    `seconds` is before trimming (twiml.md 6.3); `final_seconds` after. The file is there before this is returned.
    """

    recording_sid: RecordingSid
    url: str
    seconds: int
    final_seconds: int
    ended_by: str
    started_at: datetime
    channels: int = 1
    status: Literal["completed", "absent"] = "completed"  # absent: no audio worth keeping, code says why
    error_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The words of a recording; `text` is None where they could not be found out."""

    sid: TranscriptionSid
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvents:
    """A noun's `statusCallback`: where, how, and which of initiated, ringing, answered, completed."""

    url: str
    method: Literal["GET", "POST"] = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialTarget:
    """One noun of a `<Dial>`: a number through a trunk, a SIP URI, or a client identity.

    Who is called into a conference over REST may also be an application, by its SID and a query string.
    """

    kind: Literal["number", "sip", "client", "application"]
    address: str
    username: str | None = None
    password: str | None = None
    send_digits: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # for the INVITE, beside those in the address of a SIP URI
    status: StatusEvents | None = None
    detection: DetectionRequest | None = None  # find out whether a machine answered
    screen: "Callable[[CallControl], Awaitable[bool]] | None" = None  # runs the noun's `url` document; True: bridge


MAX_REASON = 255


def reason_header(reason: str | None) -> tuple[tuple[str, str], ...]:
    """Why somebody is called, as the called phone may show it: Subject (RFC 3261 section 20.36)."""
    shown = "".join(filter(str.isprintable, reason or ""))[:MAX_REASON].strip()
    return (("Subject", shown),) if shown else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRecording:
    """`<Dial record>`: from ringing or from answer, mono or dual."""

    from_ringing: bool
    dual: bool
    track: Literal["inbound", "outbound", "both"] = "both"
    trim: bool = False
    on_started: Callable[[RecordingStarted], None] | None = None  # called once, when the recording begins
    on_ended: Callable[[RecordResult], None] | None = None  # called once, when its file is complete


class TransferPlan(Protocol):
    """What a `<Dial referUrl>` does when the called party transfers the caller (twiml.md 7.6)."""

    async def load(self, target: str) -> bool:
        """Ask `referUrl` what to do about this target; False if there is no answer that could be run."""
        ...

    async def run(self, call: "CallControl") -> None:
        """Run that answer on the party that stays, while the transferor is still there (RF-07)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRequest:
    targets: Sequence[DialTarget]
    timeout_seconds: float = 30
    time_limit_seconds: float = 14400
    caller_id: str | None = None
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    sequential: bool = False
    ring_tone: str | None = None
    record: DialRecording | None = None
    transfer: TransferPlan | None = None  # None: a REFER of the called party is refused (RF-05)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialResult:
    """How a `<Dial>` ended, in Twilio's words (twiml.md 7.3, 7.4).

    `transferred`: the called party has transferred the caller and is gone; the plan's document takes control.
    """

    status: Literal["completed", "answered", "busy", "no-answer", "failed", "canceled"]
    call_sid: CallSid | None = None
    duration_seconds: int | None = None
    bridged: bool = False
    sip_call_id: str | None = None
    sip_response_code: int | None = None
    sip_headers: Mapping[str, str] = field(default_factory=dict)
    recording: RecordResult | None = None
    caller_hung_up: bool = False
    transferred: bool = False
    error_code: int | None = None
    error_message: str | None = None


class CallControl(Protocol):
    """A call as the interpreter sees it."""

    @property
    def info(self) -> CallInfo: ...

    @property
    def status(self) -> CallStatus: ...

    @property
    def is_answered(self) -> bool: ...

    @property
    def has_ended(self) -> bool:
        """Over, for the document that runs: the call itself has ended, or was moved."""
        ...

    @property
    def is_moved(self) -> bool:
        """The call goes on with another document; nothing is to be done to it any more."""
        ...

    async def wait_over(self) -> None:
        """Return when `has_ended` is true."""
        ...

    async def answer(self) -> None:
        """200 OK, then wait for the ACK; nothing if it is answered already."""
        ...

    async def reject(self, reason: Literal["rejected", "busy"]) -> None:
        """603 or 486 when unanswered, BYE when answered; the call is over afterwards."""
        ...

    async def hang_up(self) -> None:
        """End the call from our side. An unanswered call is answered first (twiml.md section 12)."""
        ...

    async def end_unanswered(self) -> None:
        """The document ended and nothing answered: refuse with 480, status no-answer (PAU-05)."""
        ...

    async def prefetch(self, prompts: Sequence[Prompt]) -> None:
        """Make all of them ready before the first plays (G-18). Raises `MediaUnavailable` for the first that fails."""
        ...

    async def play(self, prompt: Prompt) -> None:
        """Play to the end. Raises `MediaUnavailable`."""
        ...

    async def send_digits(self, digits: str) -> None:
        """DTMF to the far end; `w` and `W` wait 0.5 s and 1 s."""
        ...

    async def pause(self, seconds: float) -> None:
        """Wait, in silence when answered, in ringing when not."""
        ...

    def digits(self) -> AbstractAsyncContextManager[DigitStream]:
        """Listen for keys from now until the context ends."""
        ...

    def listen(self, request: ListenRequest) -> AbstractAsyncContextManager[SpeechStream]:
        """Listen for words from now until the context ends. Raises `ListeningFailed`."""
        ...

    async def record(self, request: RecordRequest) -> RecordResult: ...

    def transcribe(self, recording: RecordResult, then: Callable[[Transcript], None]) -> None:
        """Find out and keep what is said in a finished recording, in the background."""
        ...

    async def dial(self, request: DialRequest) -> DialResult: ...

    async def dial_application(self, request: ApplicationRequest) -> DialResult:
        """Run an application as a child call without a phone, until that is over."""
        ...

    async def confer(self, request: ConferenceRequest) -> ConferenceResult:
        """Be in a conference until that ends, or the call does; the result says which."""
        ...

    async def enqueue(self, request: EnqueueRequest) -> EnqueueResult:
        """Wait in a queue, and talk to who takes the call out of it; a hang-up is a result too."""
        ...

    async def dial_queue(self, request: DialQueueRequest) -> DialQueueResult:
        """Take the first call out of a queue and talk to it."""
        ...

    async def refer(self, request: ReferRequest) -> ReferResult:
        """REFER on this call's own leg, until the transfer succeeded or failed, or the caller hung up."""
        ...

    def start_recording(self, request: "BackgroundRecording") -> None:
        """Begin in the background, at once or with the answer. Raises `RecordingRefused`."""
        ...

    def stop_recording(self, name: str) -> bool:
        """End a background recording; False if none of that name runs."""
        ...

    def keep_message(self, request: MessageRequest) -> str:
        """Store a text message of this call; the SID it has from now on."""
        ...

    async def echo(self) -> None:
        """Let the caller hear themselves until the call ends."""
        ...

    def private(self) -> AbstractContextManager[None]:
        """While it lasts, what the caller enters is in no background recording and no transcript (PAY-04)."""
        ...


class MovableCall(CallControl, Protocol):
    """A call whose document can be taken away from it, as who moves it sees it."""

    def move(self) -> None:
        """The document that runs has lost the call; nothing if the call has ended."""
        ...

    def resume(self) -> None:
        """Another document has it from now on."""
        ...

    async def released(self) -> None:
        """Return when nobody else has it: a `<Dial>` that rang this call has let go of it (L-04)."""
        ...
