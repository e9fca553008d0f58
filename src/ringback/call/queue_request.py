"""What `<Enqueue>` and `<Dial><Queue>` ask of a call, and how it went (twiml.md 8.5 and section 9)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ringback.call.queue import QueueFacts
from ringback.model.sid import CallSid, QueueSid

if TYPE_CHECKING:
    from ringback.call.control import CallControl, DialRecording, RecordResult

QueueResult = Literal[
    "bridged",
    "bridging-in-process",
    "error",
    "hangup",
    "leave",
    "redirected",
    "redirected-from-bridged",
    "queue-full",
    "system-error",
]

# What a caller hears while it waits: runs on its call, asks how the queue is when it needs to know, and returns only
# when `<Leave>` was run or nothing can be had (E-01 to E-03).
QueueDocument = Callable[["CallControl", Callable[[], QueueFacts]], Awaitable[Literal["leave", "error"]]]

# The `url` of `<Queue>`: runs on the queued call before it is bridged.
MemberDocument = Callable[["CallControl", "DequeuedFacts"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DequeuedFacts:
    """Who is taken out of a queue by whom, after how many seconds."""

    queue_sid: QueueSid
    call_sid: CallSid
    seconds: int
    dequeuing_call_sid: CallSid


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueRequest:
    name: str
    wait: QueueDocument | None = None  # None is silence
    max_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueResult:
    """How a call left a queue. Without `queue_sid` it was never in it."""

    result: QueueResult
    queue_sid: QueueSid | None = None
    seconds: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialQueueRequest:
    name: str
    timeout_seconds: float = 30
    time_limit_seconds: float = 14400
    hangup_on_star: bool = False
    announce: MemberDocument | None = None
    record: "DialRecording | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialQueueResult:
    """How a `<Dial><Queue>` ended; `dequeued` is whom it got."""

    status: Literal["completed", "no-answer", "failed"]
    queue_sid: QueueSid | None = None
    dequeued: DequeuedFacts | None = None
    bridged: bool = False
    duration_seconds: int = 0
    caller_hung_up: bool = False
    recording: "RecordResult | None" = None
    message: str = ""
