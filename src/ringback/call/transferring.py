"""A REFER of the called party, from the 202 to the last NOTIFY (RF-01 to RF-07, RFC 3515)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from ringback.call.bridge import part
from ringback.call.call import Call, CallParts
from ringback.call.control import CallEnded, DialRequest, DialResult, TransferPlan
from ringback.call.transfer import NO_REFER_URL, RemainingParty, TransferFailed, TransferRefused, transfer_target
from ringback.sip.events import ReferReceived

T = TypeVar("T")

DialBeside = Callable[[DialRequest, Callable[[], None]], Awaitable[DialResult]]


async def while_up(call: Call, work: Coroutine[Any, Any, T]) -> T:
    """Await, but no longer than the call stays; raises `CallEnded` when it is gone."""
    task = asyncio.ensure_future(work)
    either: set[asyncio.Future[Any]] = {task, *call.ends}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise CallEnded
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferring:
    """One talk of a `<Dial>` that may be transferred. `dial_beside` rings a target while the talk goes on (RF-07)."""

    parent: Call
    child: Call
    request: DialRequest
    parts: CallParts
    dial_beside: DialBeside

    async def follow(self, event: ReferReceived) -> bool:
        """Do what the app wants of this REFER; True: the transferor has gone. Raises `CallEnded` with the caller."""
        plan = self.request.transfer
        try:
            if plan is None:
                raise TransferRefused(603, "a REFER was refused: the Dial has no referUrl")
            target = transfer_target(event.refer_to)
        except TransferRefused as refusal:
            self.parts.journal.report(self.parent.info, NO_REFER_URL, str(refusal))
            self.child.leg.refuse_refer(event, refusal.status)
            return False
        self.child.leg.accept_refer(event)
        is_loaded = await while_up(self.parent, plan.load(target))
        if not self.request.answer_on_bridge:
            self._drop(200 if is_loaded else 503)
            return True
        failed_with = await self._until_the_target_answers(plan) if is_loaded else 503
        if failed_with is not None:
            self.child.leg.notify_refer(failed_with)
        return failed_with is None

    async def _until_the_target_answers(self, plan: TransferPlan) -> int | None:
        """RF-07: the transferor stays until somebody else is there. A status says that nobody came."""
        party = RemainingParty(
            self.parent,
            dial=lambda request: self.dial_beside(request, party.leave_alone),
            drop=lambda: self._drop(200),
        )
        try:
            await while_up(self.parent, plan.run(party))
        except TransferFailed as failure:
            return failure.sip_status
        return None if party.is_alone else 603

    def _drop(self, status: int) -> None:
        """RF-06: NOTIFY, and the transferor's leg ends."""
        self.child.leg.notify_refer(status)
        part(self.parent.leg)
        if not self.child.is_moved:
            self.child.leg.hang_up()
