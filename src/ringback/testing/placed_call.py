"""A call that the app makes over the REST API (`calls.create`), in virtual time: it rings, and is answered or not."""

from dataclasses import dataclass, field, replace

from ringback.call.control import CallEnded
from ringback.interpreter.call_documents import First
from ringback.interpreter.source import DocumentRequest
from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.services.place_call import EXTRA_RING_SECONDS
from ringback.testing.phone import Phone
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_dial import SECONDS_TO_DETECT, LegStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCall:
    """Whom it rings, and what is run when somebody answers; names as in `calls.create`.

    `phone` answers as it does for a `<Dial>`: its `caller` is the script of who picks up. Without `url` and `twiml` the
    app's `voice_url` is asked. `status_callback_event` goes to the app's `status_callback`. `at` is seconds after the
    test begins.
    """

    phone: Phone = field(default_factory=Phone)
    to: str = "sip:bob@phones.example"
    from_: str = "+15550006789"
    url: str | None = None
    twiml: object = None
    timeout: int = 60
    send_digits: str | None = None
    machine_detection: bool = False
    status_callback_event: tuple[str, ...] = ("completed",)
    at: float = 0.0


async def ring(placed: PlacedCall, call: VirtualCall, status: LegStatus) -> bool:
    """True once somebody has answered; else the call is over, as sip.md section 6 says."""
    phone, longest = placed.phone, placed.timeout + EXTRA_RING_SECONDS
    rings_out = phone.decides_after is None or phone.decides_after > longest
    status.tell("initiated", CallStatus.INITIATED)
    if phone.decides_after != 0:
        status.tell("ringing", CallStatus.RINGING)
    try:
        await call.pause(longest if rings_out else phone.decides_after or 0.0)
    except CallEnded:
        return False
    if rings_out:
        call.not_answered(CallStatus.NO_ANSWER, 487)
    elif not phone.picks_up:
        call.not_answered(status_of_sip_response(phone.sip_status), phone.sip_status)
    else:
        await call.answer()
        status.tell("answered", CallStatus.IN_PROGRESS)
        _hang_up_later(phone, call)
    return call.is_answered


async def begin(placed: PlacedCall, call: VirtualCall, first: First) -> First:
    """What comes between the answer and the document; the first request then says who answered (webhooks.md 9.2)."""
    try:
        if placed.send_digits:
            await call.send_digits(placed.send_digits)
        elif placed.machine_detection:
            await call.pause(SECONDS_TO_DETECT)
            return _told(first, placed.phone)
    except CallEnded:
        return first  # hung up, or moved to another document: the documents know which
    return first


def _hang_up_later(phone: Phone, call: VirtualCall) -> None:
    if phone.talk_seconds is not None:
        clock = call.world.clock
        clock.call_at(clock.now() + phone.talk_seconds, lambda: call.end("phone"))


def _told(first: First, phone: Phone) -> First:
    if not isinstance(first, DocumentRequest):
        return first
    milliseconds = str(round(SECONDS_TO_DETECT * 1000))
    verdict = (("AnsweredBy", phone.answered_by), ("MachineDetectionDuration", milliseconds))
    return replace(first, parameters=first.parameters + verdict)
