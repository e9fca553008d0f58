"""REFER on a call's own leg, followed to its end by NOTIFYs (REF-01, RFC 3515)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from ringback.call.leg import Leg
from ringback.call.refer_request import ReferRequest, ReferResult, ReferStatus
from ringback.clock import Clock, wait_for
from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.sip.events import NotifyReceived, ReferAnswered

LONGEST_REFERRAL_SECONDS = 180.0
"""How long the peer may take from our REFER to its final NOTIFY: what RFC 3515 section 2.4.4 calls the subscription."""

_STATUS: dict[CallStatus, ReferStatus] = {
    CallStatus.COMPLETED: "in-progress",
    CallStatus.BUSY: "busy",
    CallStatus.NO_ANSWER: "no-answer",
}


class Referral:
    """One REFER, from sending it to whatever ends it."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._answer: int | None = None
        self._notified: int | None = None

    async def run(self, request: ReferRequest, clock: Clock, ends: "Sequence[asyncio.Future[Any]]") -> ReferResult:
        """Never raises: a refusal, a peer that says nothing more, and the end of the call (`ends`) are results."""
        events = self._leg.refer(f"<{request.uri}>")
        following = asyncio.ensure_future(self._follow(events))
        try:
            await wait_for(
                clock, asyncio.wait((following, *ends), return_when=asyncio.FIRST_COMPLETED), LONGEST_REFERRAL_SECONDS
            )
        except TimeoutError:
            pass
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return self._result()

    async def _follow(self, events: "asyncio.Queue[ReferAnswered | NotifyReceived]") -> None:
        """Until the REFER is refused, or the subscription is over. A NOTIFY may overtake the 202 (RFC 3515 2.4.4)."""
        while True:
            match await events.get():
                case ReferAnswered(status=status):
                    self._answer = status
                    if status >= 300:
                        return
                case NotifyReceived() as notify:
                    self._notified = notify.sipfrag_status or self._notified
                    if _is_last(notify) and self._answer is not None:
                        return
            if self._answer is not None and self._notified is not None and self._notified >= 200:
                return

    def _result(self) -> ReferResult:
        hung_up = self._leg.has_ended and not self._is_decided
        return ReferResult(
            status="canceled" if hung_up else self._status(),
            sip_response_code=self._answer,
            notify_response_code=self._notified,
            caller_hung_up=self._leg.has_ended,
        )

    @property
    def _is_decided(self) -> bool:
        refused = self._answer is not None and self._answer >= 300
        return refused or (self._notified is not None and self._notified >= 200)

    def _status(self) -> ReferStatus | None:
        """The four rows of twiml.md section 13; None while the peer has not said how the new call went."""
        if self._answer is not None and self._answer >= 300:
            return "failed"
        if self._notified is None or self._notified < 200:
            return None
        return _STATUS.get(status_of_sip_response(self._notified), "failed")


def _is_last(notify: NotifyReceived) -> bool:
    return notify.subscription_state.partition(";")[0].strip().lower() == "terminated"
