"""A transfer by the called phone in virtual time: the rules of `<Dial referUrl>` without SIP (twiml.md 7.6)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from ringback.call.control import DialRequest, DialResult
from ringback.call.transfer import NO_REFER_URL, RemainingParty, TransferFailed, TransferRefused, transfer_target
from ringback.interpreter.report import Report
from ringback.testing.virtual_call import VirtualCall

DialBeside = Callable[[DialRequest, Callable[[], None]], Awaitable[DialResult]]


class EndingLeg(Protocol):
    """The transferor's leg."""

    def end(self, now: float) -> int: ...


@dataclass(frozen=True, slots=True)
class VirtualTransfer:
    """One REFER of the called phone. `dial_beside` rings a target while the talk goes on (RF-07)."""

    parent: VirtualCall
    request: DialRequest
    leg: EndingLeg
    dial_beside: DialBeside

    async def follow(self, refer_to: str) -> bool:
        """True: the transferor has gone. Raises `CallEnded` with the caller."""
        plan, parent = self.request.transfer, self.parent
        try:
            if plan is None:
                raise TransferRefused(603, "a REFER was refused: the Dial has no referUrl")
            target = transfer_target(refer_to)
        except TransferRefused as refusal:
            parent.world.journal.report(Report(code=NO_REFER_URL, level="error", message=str(refusal)))
            return False
        is_loaded = await parent.while_up(plan.load(target))
        if not self.request.answer_on_bridge:
            self._drop()
            return True
        if not is_loaded:
            return False
        party = RemainingParty(
            parent, dial=lambda request: self.dial_beside(request, party.leave_alone), drop=self._drop
        )
        try:
            await parent.while_up(plan.run(party))
        except TransferFailed:
            return False
        return party.is_alone

    def _drop(self) -> None:
        self.leg.end(self.parent.world.elapsed())
