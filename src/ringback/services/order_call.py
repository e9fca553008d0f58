"""Take an order for a call over REST: who may be shown as the caller, and what is told beside it (rest-api.md 9.2).

Whatever is wrong is refused with Twilio's code before anything is placed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ringback.clock import Clock
from ringback.model.record import CallRecord, NotificationRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.call_order import CallOrder, CallRefused
from ringback.services.check_order import target_of
from ringback.services.read_script import FindApplication, ReadyScript, Script, Warned, read_script
from ringback.services.refusal import Refused
from ringback.twiml.phone_number import normal_number

BAD_TO = 21217
BAD_FROM = 21212
NOT_OWN_FROM = 21210
NO_DETECTION_CALLBACK = 21262

STATUS_OF = {20503: 503, 10001: 403, 20403: 403, 10004: 429}
"""HTTP statuses of refusals that are not 400."""

_NUMBER_LIKE = re.compile(r"[+0-9().\-\s/]+")
_SHOWN = re.compile(r"(?:client:|sips?:)[^\s\x00-\x1f\x7f]+|[A-Za-z0-9+._-]+")


class Placing(Protocol):
    """`place_call.CallPlacing` is one."""

    def place(self, order: CallOrder) -> CallRecord: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrdering:
    """`owns_caller_id` says whether an account may show a number to a phone: its own, or one that it verified."""

    placing: Placing
    find_application: FindApplication
    owns_caller_id: Callable[[AccountSid, str], bool]
    put_notification: Callable[[NotificationRecord], object]
    clock: Clock

    def read(self, account_sid: str, script: Script) -> ReadyScript:
        """What a call is to run, ready for an order. Raises `Refused`."""
        return read_script(script, account_sid, self.find_application)

    def place(self, order: CallOrder, warnings: Sequence[Warned] = ()) -> CallRecord:
        """The call, queued; `warnings` are in its notifications. Raises `Refused`."""
        if order.detection is not None and order.detection.asynchronous and order.detection.callback is None:
            message = "AsyncAmd has no AsyncAmdStatusCallback; nobody is told who answered"
            warnings = (*warnings, Warned(code=NO_DETECTION_CALLBACK, message=message))
        try:
            placed = self.placing.place(self._with_identities(order))
        except CallRefused as problem:
            raise Refused(problem.code, problem.message, status=STATUS_OF.get(problem.code, 400)) from None
        self.warn(placed, warnings)
        return placed

    def warn(self, call: CallRecord, warnings: Sequence[Warned]) -> None:
        for warning in warnings:
            self.put_notification(
                NotificationRecord(
                    sid=new_sid("NO"),
                    account_sid=call.account_sid,
                    call_sid=call.sid,
                    error_code=warning.code,
                    level="warning",
                    message=warning.message,
                    created_at=self.clock.utc_now(),
                )
            )

    def _with_identities(self, order: CallOrder) -> CallOrder:
        """Numbers in E.164 form, however they were written."""
        order = replace(order, to=_called(order.to))
        target, _ = target_of(order)
        is_phone = target.kind == "number"
        from_ = self._shown("From", order.from_, order.account_sid, is_phone=is_phone)
        caller_id = order.caller_id
        if caller_id:
            caller_id = self._shown("CallerId", caller_id, order.account_sid, is_phone=is_phone)
        return replace(order, from_=from_, caller_id=caller_id or None)

    def _shown(self, name: str, identity: str, account_sid: AccountSid, *, is_phone: bool) -> str:
        """Who is shown. A phone is shown a number that the account may use; others any name that SIP can carry."""
        identity = identity.strip()
        number = normal_number(identity)
        if is_phone:
            if number is None:
                raise Refused(BAD_FROM, f"{name} {identity[:64]!r} is not a valid phone number or caller ID.")
            if not self.owns_caller_id(account_sid, number):
                raise Refused(NOT_OWN_FROM, f"{name} {number} is no number of this account, nor one it has verified.")
            return number
        if number is None and (not _SHOWN.fullmatch(identity) or len(identity) > 255):
            raise Refused(BAD_FROM, f"{name} {identity[:64]!r} is not a valid phone number, address or caller ID.")
        return number or identity


def _called(to: str) -> str:
    """What has digits but is no number is 21217; for anything else that cannot be called see `check_order`."""
    if not _NUMBER_LIKE.fullmatch(to):
        return to
    number = normal_number(to)
    if number is None:
        raise Refused(BAD_TO, f"To {to[:64]!r} does not look like a phone number.")
    return number
