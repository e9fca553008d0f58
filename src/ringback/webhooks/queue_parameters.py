"""What requests about queues say: `waitUrl`, `action`, and the `url` of `<Queue>` (twiml.md 8.5, section 9). Pure."""

from ringback.webhooks.parameters import given
from ringback.webhooks.signature import Parameters


def queue_wait_parameters(
    *, queue_sid: str, position: int, seconds: int, average_seconds: int, size: int, max_size: int
) -> Parameters:
    """`<Enqueue waitUrl>`, each time it is asked."""
    return (
        ("QueuePosition", str(position)),
        ("QueueSid", queue_sid),
        ("QueueTime", str(seconds)),
        ("AvgQueueTime", str(average_seconds)),
        ("CurrentQueueSize", str(size)),
        ("MaxQueueSize", str(max_size)),
    )


def enqueue_parameters(*, result: str, queue_sid: str | None, seconds: int | None) -> Parameters:
    """`<Enqueue action>`. A call that was never in the queue has no QueueSid and no QueueTime."""
    return given(("QueueResult", result), ("QueueSid", queue_sid), ("QueueTime", seconds))


def dequeued_parameters(*, queue_sid: str, seconds: int, dequeuing_call_sid: str) -> Parameters:
    """`<Queue url>` (Q-04, in Twilio's spelling). Its CallSid is that of every request of the call that waited."""
    return (
        ("QueueSid", queue_sid),
        ("QueueTime", str(seconds)),
        ("DequeingCallSid", dequeuing_call_sid),
    )


def dial_queue_parameters(
    *,
    status: str,
    bridged: bool,
    queue_sid: str | None = None,
    seconds_in_queue: int | None = None,
    dequeued_call_sid: str | None = None,
    duration_seconds: int | None = None,
    recording_url: str | None = None,
    recording_sid: str | None = None,
    recording_seconds: int | None = None,
) -> Parameters:
    """`<Dial action>` after a `<Queue>` (twiml.md 7.3)."""
    return given(
        ("DialCallStatus", status),
        ("DialCallSid", dequeued_call_sid),
        ("DialCallDuration", duration_seconds),
        ("DialBridged", "true" if bridged else "false"),
        ("QueueSid", queue_sid),
        ("QueueTime", seconds_in_queue),
        ("DequeuedCallSid", dequeued_call_sid),
        ("RecordingUrl", recording_url),
        ("RecordingSid", recording_sid),
        ("RecordingDuration", recording_seconds),
    )
