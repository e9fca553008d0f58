"""One payment on a live call that a program steers over REST: which field is keyed in next, and when it is enough.

    capture --keys--> captured | fault     again and again, in any order but the code, which needs its card first
    complete --> connector --> result      when nothing is missing
    cancel, or the end of the call --> over

While keys are taken nobody else hears the payer: not the other party, no recording, no transcription (PAY-04). Every
step is told to the program, masked. Nothing is said to the payer; whoever talks with them says what to key in.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

from ringback.call.call import Call
from ringback.clock import Clock, wait_for
from ringback.interpreter.pay.connector import PaymentConnector
from ringback.interpreter.pay.field import Captured, Field, fault_of, fields_of, most_digits
from ringback.interpreter.pay.processing import INTERRUPTED, facts_of, payment_of, process
from ringback.interpreter.pay.secret import Secret
from ringback.media.errors import MediaError
from ringback.model.sid import AccountSid, CallSid
from ringback.services.call_order import CallbackTarget
from ringback.services.refusal import Refused
from ringback.twiml.nodes import Pay, PaymentErrorType
from ringback.webhooks.payment_parameters import (
    PaymentFacts,
    PaymentOutcome,
    payment_capture_parameters,
    payment_result_parameters,
)
from ringback.webhooks.signature import Parameters

BAD_CAPTURE = 64018
INCOMPLETE = 64019
NOT_POSSIBLE = 64021
CALL_ENDED = PaymentOutcome(result="caller-hung-up")
MATCHER = "-matcher"
FIELDS: tuple[Field, ...] = get_args(Field)
MATCHED: tuple[Field, ...] = ("payment-card-number", "expiration-date", "security-code", "postal-code")
CAPTURES = (*FIELDS, *(f"{name}{MATCHER}" for name in MATCHED))

_SHOWN_AS: dict[Field, str] = {
    "payment-card-number": "card_number",
    "expiration-date": "expiration_date",
    "security-code": "security_code",
    "postal-code": "postal_code",
    "bank-routing-number": "bank_routing_number",
    "bank-account-number": "bank_account_number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """What is asked for. Of `matching` fields each is keyed in twice, and compared."""

    wanted: Pay
    target: CallbackTarget
    matching: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentShown:
    """A session as the API shows it."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    created_at: datetime
    updated_at: datetime


class PaymentTold(Protocol):
    """Who is told, at the target of the last request."""

    def step(self, target: CallbackTarget, parameters: Parameters) -> None: ...

    def expect_end(self, target: CallbackTarget, parameters: Parameters) -> None:
        """How it will have ended if the server dies now."""
        ...

    def end(self, target: CallbackTarget, parameters: Parameters) -> None: ...


class PaymentSession:
    """`connector` gets the digits, and nobody else. `on_over` hears of the end."""

    def __init__(
        self,
        *,
        shown: PaymentShown,
        order: PaymentOrder,
        call: Call,
        connector: PaymentConnector,
        clock: Clock,
        told: PaymentTold,
        on_over: Callable[[], None] = lambda: None,
    ) -> None:
        self.shown = shown
        self.state: Literal["open", "processing", "over"] = "open"
        self._order = order
        self._target = order.target
        self._call = call
        self._connector = connector
        self._clock = clock
        self._told = told
        self._on_over = on_over
        self._captured = Captured(values={})
        self._matched: set[Field] = set()
        self._work: asyncio.Task[None] | None = None
        call.leg.ended.add_done_callback(self._call_ended)

    def __repr__(self) -> str:
        return f"PaymentSession({self.shown.sid}, {self.state})"

    def begin(self) -> None:
        """Tell what will be needed."""
        self._tell()

    def capture(self, word: str, target: CallbackTarget) -> None:
        """Take the keys of one field from now on; what was being taken before is given up. Raises `Refused`."""
        self._require_open()
        field, is_second = self._field_of(word)
        self._touch(target)
        self._stop()
        if field == "security-code" and self._captured.card_type is None:
            self._tell(word, error="invalid-card-number-security-code-capture-sequence")
            return
        self._work = asyncio.get_running_loop().create_task(self._listen(word, field, is_second=is_second))

    def complete(self, target: CallbackTarget) -> None:
        """Pay with what was captured. Raises `Refused` (64019) while something is missing."""
        self._require_open()
        missing = self._missing()
        if missing:
            raise Refused(INCOMPLETE, f"Not captured yet: {', '.join(missing)}.")
        self._touch(target)
        self._stop()
        self.state = "processing"
        self._expect(INTERRUPTED)
        self._work = asyncio.get_running_loop().create_task(self._process())

    def cancel(self, target: CallbackTarget) -> None:
        """Forget what was captured. Raises `Refused`."""
        self._require_open()
        self._touch(target)
        self._end(PaymentOutcome(result="canceled"))

    # -- keys ---------------------------------------------------------------------------------------------------------

    async def _listen(self, word: str, field: Field, *, is_second: bool) -> None:
        self._tell(word)
        try:
            with self._hidden():
                entry = await self._entry(word, field)
        except MediaError:
            return  # the call is over, which `_call_ended` tells
        error = self._fault(field, entry, is_second=is_second)
        if error is None and is_second:
            self._matched.add(field)
        elif error is None:
            self._captured.values[field] = Secret(entry)
            self._matched.discard(field)
        self._tell(word, error=error)

    @contextlib.contextmanager
    def _hidden(self) -> Iterator[None]:
        audio = self._call.leg.media
        with self._call.private():
            audio.set_muted(True)
            try:
                yield
            finally:
                if not audio.is_closed:
                    audio.set_muted(False)

    async def _entry(self, word: str, field: Field) -> str:
        """Digits until `#`, enough of them, or `Timeout` without one. The star begins the field anew."""
        entered = ""
        async with self._call.leg.media.digits() as keys:
            while len(entered) < most_digits(field, entered, self._captured):
                try:
                    key = await wait_for(self._clock, keys.next(), self._order.wanted.timeout)
                except TimeoutError:
                    break
                if key == "#":
                    break
                if key == "*":
                    entered = ""
                elif key.isdigit():
                    entered += key
                self._tell(word, partial=(field, entered))
        return entered

    def _fault(self, field: Field, entry: str, *, is_second: bool) -> PaymentErrorType | None:
        if not entry:
            return "input-timeout"
        if is_second:
            return None if self._captured.values.get(field) == Secret(entry) else "input-matching-failed"
        return fault_of(field, entry, self._order.wanted, self._captured, self._clock.utc_now().date())

    def _field_of(self, word: str) -> tuple[Field, bool]:
        """The field, and whether it is keyed in for the second time."""
        is_second = word.endswith(MATCHER)
        field: Field = word.removesuffix(MATCHER)  # type: ignore[assignment]  # looked up in the next line
        if word not in CAPTURES:
            raise Refused(BAD_CAPTURE, f"Parameter 'Capture': {word[:60]!r} is not one of {', '.join(CAPTURES)}")
        if field not in fields_of(self._order.wanted):
            raise Refused(NOT_POSSIBLE, f"This payment does not ask for {field}.")
        if is_second and field not in self._captured.values:
            raise Refused(NOT_POSSIBLE, f"{field} has not been captured for the first time.")
        return field, is_second

    def _missing(self) -> tuple[str, ...]:
        """In the order in which a payment is asked for."""
        missing: list[str] = []
        for field in fields_of(self._order.wanted):
            if field not in self._captured.values:
                missing.append(field)
            if field in self._order.matching and field not in self._matched:
                missing.append(f"{field}{MATCHER}")
        return tuple(missing)

    # -- the end ------------------------------------------------------------------------------------------------------

    async def _process(self) -> None:
        """Once begun it is seen through: a hang-up does not undo a charge."""
        payment = payment_of(self._order.wanted, self._captured)
        self._end(await process(payment, self._connector, self._clock, self.shown.call_sid))

    def _call_ended(self, _: object) -> None:
        if self.state == "open":
            self._end(CALL_ENDED)

    def _end(self, outcome: PaymentOutcome) -> None:
        """Tell how it ended, and forget the digits."""
        self._stop()
        self.state = "over"
        parameters = self._result_parameters(outcome)
        self._captured = Captured(values={})
        self._told.end(self._target, parameters)
        self._on_over()

    def _stop(self) -> None:
        if self._work is not None and self.state == "open":
            self._work.cancel()
        self._work = None

    def _require_open(self) -> None:
        if self.state != "open":
            raise Refused(NOT_POSSIBLE, f"Payment {self.shown.sid} is {self.state}.")

    # -- telling ------------------------------------------------------------------------------------------------------

    def _touch(self, target: CallbackTarget) -> None:
        """From now on the callbacks go there."""
        self._target = target
        self.shown = replace(self.shown, updated_at=self._clock.utc_now())

    def _tell(
        self,
        word: str | None = None,
        *,
        error: PaymentErrorType | None = None,
        partial: tuple[Field, str] | None = None,
    ) -> None:
        facts = facts_of(self._order.wanted, self._captured)
        if partial is not None:
            facts = _with_partial(facts, *partial)
        parameters = payment_capture_parameters(
            capture=word,
            error_type=error,
            is_partial=partial is not None,
            required=self._missing(),
            facts=facts,
        )
        self._told.step(self._target, (*self._common(), *parameters))
        if partial is None:
            self._expect(CALL_ENDED)

    def _expect(self, outcome: PaymentOutcome) -> None:
        self._told.expect_end(self._target, self._result_parameters(outcome))

    def _result_parameters(self, outcome: PaymentOutcome) -> Parameters:
        facts = facts_of(self._order.wanted, self._captured)
        return (*self._common(), *payment_result_parameters(outcome, facts))

    def _common(self) -> Parameters:
        wanted = self._order.wanted
        charge = (("ChargeAmount", str(wanted.charge_amount)),) if wanted.charge_amount else ()
        return (
            ("AccountSid", self.shown.account_sid),
            ("CallSid", self.shown.call_sid),
            ("Sid", self.shown.sid),
            ("PaymentConnector", wanted.payment_connector),
            ("TokenType", wanted.token_type),
            *charge,
            ("Currency", wanted.currency),
        )


def _with_partial(facts: PaymentFacts, field: Field, entered: str) -> PaymentFacts:
    """How much was keyed in, and nothing of it."""
    shown: dict[str, Any] = {_SHOWN_AS[field]: "x" * len(entered) or None}
    return replace(facts, **shown)
