"""`<Refer>` in virtual time: the caller's phone takes the REFER, rings the target and tells how it went."""

from collections.abc import Mapping

from ringback.call.control import CallEnded
from ringback.call.refer_request import ReferRequest, ReferResult, ReferStatus
from ringback.testing.phone import NOBODY, Phone
from ringback.testing.transcript import Referred
from ringback.testing.virtual_call import VirtualCall

MAX_SECONDS = 180.0


class Transfers:
    """The phones that a referred caller can reach, by their SIP URI without its headers."""

    def __init__(self, phones: Mapping[str, Phone]) -> None:
        self._phones = phones

    async def refer(self, call: VirtualCall, request: ReferRequest) -> ReferResult:
        phone = self._phones.get(request.uri.partition("?")[0], NOBODY)
        result = await self._transfer(call, phone)
        call.world.journal.add(Referred(at=call.world.elapsed(), uri=request.uri, status=result.status))
        return result

    async def _transfer(self, call: VirtualCall, phone: Phone) -> ReferResult:
        """202, then 180 while it rings, then what the phone decides."""
        try:
            await call.pause(MAX_SECONDS if phone.decides_after is None else phone.decides_after)
        except CallEnded:
            return ReferResult(status="canceled", sip_response_code=202, notify_response_code=180, caller_hung_up=True)
        if phone.decides_after is None:
            return ReferResult(sip_response_code=202, notify_response_code=180)
        status: ReferStatus = "in-progress" if phone.picks_up else _refusal(phone)
        return ReferResult(status=status, sip_response_code=202, notify_response_code=phone.sip_status)


def _refusal(phone: Phone) -> ReferStatus:
    return phone.refusal
