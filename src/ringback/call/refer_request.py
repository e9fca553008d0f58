"""`<Refer>` at the door: what is asked of the call's own leg, and how the transfer went (twiml.md section 13)."""

from dataclasses import dataclass
from typing import Literal

ReferStatus = Literal["in-progress", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferRequest:
    """Refer-To is `uri` as it stands, with the headers in it (REF-03)."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferResult:
    """What is known at the end. None is what never became known, and is not told to the app.

    `sip_response_code` is the answer to the REFER, `notify_response_code` the last status seen in a NOTIFY.
    """

    status: ReferStatus | None = None
    sip_response_code: int | None = None
    notify_response_code: int | None = None
    caller_hung_up: bool = False
