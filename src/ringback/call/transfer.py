"""What a REFER of the called party does to a `<Dial>` (twiml.md 7.6), apart from SIP and from TwiML.

`RemainingParty` is the call that stays, as the document of `referUrl` sees it while the transferor is still there
(RF-07): the first `<Dial>` rings its target beside the talk, and only its answer ends the transferor's leg. Anything
else that the document asks for is for the remaining party alone, so the transferor goes first.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ringback.call.control import CallControl, CallInfo, DialRequest, DialResult
from ringback.model.call_status import CallStatus
from ringback.sip.message.address import NameAddress
from ringback.sip.message.errors import MalformedHeader

MAX_REFER_TO = 256
"""RF-04: a longer Refer-To is not supported."""
NO_REFER_URL = 13802

CHANGES_NOTHING = frozenset({"answer", "prefetch", "wait_over"})


class TransferRefused(Exception):
    """This REFER is not followed; `status` is owed for it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class TransferFailed(Exception):
    """The target did not answer, so the two who talked stay together (RF-07)."""

    def __init__(self, sip_status: int | None) -> None:
        super().__init__("the transfer's target did not answer")
        self.sip_status = sip_status or 603


def transfer_target(refer_to: str) -> str:
    """The URI of a Refer-To, with the headers in it (RF-15). Raises `TransferRefused`."""
    if len(refer_to) > MAX_REFER_TO:
        raise TransferRefused(603, f"Refer-To has more than {MAX_REFER_TO} characters")
    try:
        target = str(NameAddress.parse(refer_to).uri)
    except MalformedHeader as malformed:
        raise TransferRefused(400, f"Refer-To: {malformed.why}") from None
    if "replaces=" in target.lower().partition("?")[2]:
        raise TransferRefused(603, "attended transfer (Replaces) is not supported")  # RF-14
    return target


class RemainingParty:
    """Implements `CallControl` for the document of `referUrl`. `drop` ends the transferor's leg."""

    def __init__(
        self, call: CallControl, *, dial: Callable[[DialRequest], Awaitable[DialResult]], drop: Callable[[], None]
    ) -> None:
        self._call = call
        self._dial = dial
        self._drop = drop
        self.is_alone = False

    @property
    def info(self) -> CallInfo:
        return self._call.info

    @property
    def status(self) -> CallStatus:
        return self._call.status

    @property
    def is_answered(self) -> bool:
        return self._call.is_answered

    @property
    def has_ended(self) -> bool:
        return self._call.has_ended

    @property
    def is_moved(self) -> bool:
        return self._call.is_moved

    def leave_alone(self) -> None:
        """The transferor goes; nothing if it has gone."""
        if not self.is_alone:
            self.is_alone = True
            self._drop()

    async def dial(self, request: DialRequest) -> DialResult:
        """Raises `TransferFailed` when nobody took the call and the transferor is still there."""
        if self.is_alone:
            return await self._call.dial(request)
        result = await self._dial(request)
        if not self.is_alone and not self._call.has_ended:
            raise TransferFailed(result.sip_response_code)
        return result

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._call, name)
        if name in CHANGES_NOTHING:
            return attribute

        def alone(*arguments: Any, **named: Any) -> Any:
            self.leave_alone()
            return attribute(*arguments, **named)

        return alone
