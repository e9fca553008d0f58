"""What a transaction does on a transition, as values: a test compares lists, the layer carries them out."""

from dataclasses import dataclass
from enum import StrEnum

from ringback.sip.timers import Timer


class Failure(StrEnum):
    """Why a transaction told its user that it is over."""

    TIMEOUT = "timeout"
    TRANSPORT = "transport"
    NO_SUCH_HOST = "no such host"


@dataclass(frozen=True, slots=True)
class Send:
    """The message that came from our user goes to the peer, and is kept for sending again."""


@dataclass(frozen=True, slots=True)
class Resend:
    """What was sent last goes out again, byte for byte."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The ACK to a final response of 300 or more, which is the transaction's own (RFC 3261 section 17.1.1.3)."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """The message that came from the peer goes to our user."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    timer: Timer


@dataclass(frozen=True, slots=True)
class BackOff:
    """Start a retransmission timer again with twice its interval (E and G: at most T2)."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class StartAtT2:
    """Start timer E again with T2, because a provisional response has come (RFC 3261 section 17.1.2.2)."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class StopTimer:
    timer: Timer


@dataclass(frozen=True, slots=True)
class Report:
    """Our user learns that the transaction failed."""

    failure: Failure


Action = Send | Resend | Acknowledge | Deliver | StartTimer | BackOff | StartAtT2 | StopTimer | Report
