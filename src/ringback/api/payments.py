"""`/Calls/{CallSid}/Payments`: a payment on a live call, keyed in by one of its parties (rest-api.md 9.5)."""

import json
import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer
from ringback.api.description import described
from ringback.api.errors import not_found
from ringback.api.leg_form import CallbackUrl, FilledForm
from ringback.api.path import ACCOUNT
from ringback.api.representation import requested_path
from ringback.api.services import ApiServices
from ringback.api.value import BAD_PARAMETER, Missing, Text, one_of, refusal, switch, text_of, whole, words
from ringback.services.call_order import CallbackTarget
from ringback.services.keep_calls import CallKeeping
from ringback.services.payment_session import BAD_CAPTURE, MATCHED, PaymentOrder, PaymentShown
from ringback.services.refusal import Refused
from ringback.services.take_payment import PaymentTaking
from ringback.twiml.nodes import Parameter, Pay

BAD_AMOUNT, BAD_TOKEN_TYPE, BAD_CURRENCY, BAD_METHOD = 64003, 64006, 64011, 64013
BAD_ACCOUNT_TYPE, BAD_VALUE = 64017, 64020
MAX_AMOUNT = Decimal(1_000_000)
MAX_TIMEOUT_SECONDS = 600
MAX_KEY = 255
MAX_OWN_PARAMETERS = 50
CARD_TYPES = ("visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute")

_AMOUNT = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def _amount(value: object) -> Decimal:
    text = str(value).strip()
    if not _AMOUNT.fullmatch(text) or Decimal(text) >= MAX_AMOUNT:
        raise refusal(f"{text[:60]!r} is not an amount from 0 to below {MAX_AMOUNT:,}", BAD_AMOUNT)
    return Decimal(text)


def _currency(value: object) -> str:
    text = str(value).strip()
    if not _CURRENCY.fullmatch(text):
        raise refusal(f"{text[:60]!r} is not a currency of three letters", BAD_CURRENCY)
    return text.lower()


def _parameters(value: object) -> tuple[Parameter, ...]:
    """A flat JSON object; what it says is for the connector."""
    try:
        read: Any = json.loads(str(value))
    except (ValueError, RecursionError):
        raise refusal("it is not JSON", BAD_VALUE) from None
    if not isinstance(read, dict) or len(read) > MAX_OWN_PARAMETERS:
        raise refusal(f"it is not a JSON object with at most {MAX_OWN_PARAMETERS} names", BAD_VALUE)
    if any(isinstance(one, dict | list) for one in read.values()):
        raise refusal("its values are not flat", BAD_VALUE)
    return tuple(Parameter(name=name, value=_plain(one)) for name, one in read.items())


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


Key = Annotated[str, text_of(MAX_KEY), Missing(BAD_PARAMETER, "IdempotencyKey parameter is required.")]
PaySwitch = Annotated[bool, switch(BAD_VALUE)]
Callback = Annotated[CallbackUrl, Missing(BAD_PARAMETER, "StatusCallback parameter is required.")]


class PaymentForm(FilledForm):
    """Create. `Input` and `Confirmation` have no effect."""

    idempotency_key: Key
    status_callback: Callback
    bank_account_type: Annotated[
        str, one_of("consumer-checking", "consumer-savings", "commercial-checking", code=BAD_ACCOUNT_TYPE)
    ] = "consumer-checking"
    charge_amount: Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "number"})] | None = None
    currency: Annotated[str, BeforeValidator(_currency)] = "usd"
    description: Text | None = None
    input: Annotated[str, one_of("dtmf", code=BAD_VALUE)] = "dtmf"
    min_postal_code_length: Annotated[int, whole(1, 10, BAD_VALUE)] | None = None
    parameter: Annotated[tuple[Parameter, ...], BeforeValidator(_parameters), WithJsonSchema({"type": "string"})] = ()
    payment_connector: Text = "Default"
    payment_method: Annotated[str, one_of("credit-card", "ach-debit", code=BAD_METHOD)] = "credit-card"
    postal_code: PaySwitch = True
    security_code: PaySwitch = True
    timeout: Annotated[int, whole(1, MAX_TIMEOUT_SECONDS, BAD_VALUE)] = 5
    token_type: Annotated[str, one_of("one-time", "reusable", "payment-method", code=BAD_TOKEN_TYPE)] = "reusable"
    valid_card_types: Annotated[tuple[str, ...], words(*CARD_TYPES, code=BAD_VALUE)] = ("visa", "mastercard", "amex")
    require_matching_inputs: Annotated[tuple[str, ...], words(*MATCHED, code=BAD_VALUE)] = ()
    confirmation: PaySwitch = False

    @classmethod
    def _values(cls, pairs: Any) -> Any:
        """`Parameter` is one text, however its type looks."""
        values = dict(super()._values(pairs))
        if isinstance(values.get("Parameter"), list):
            values["Parameter"] = values["Parameter"][-1]
        return values

    def order(self) -> PaymentOrder:
        wanted = Pay(
            parameters=self.parameter,
            payment_method=self.payment_method,  # type: ignore[arg-type]  # one of the words, as the next three
            bank_account_type=self.bank_account_type,  # type: ignore[arg-type]
            token_type=self.token_type,  # type: ignore[arg-type]
            valid_card_types=self.valid_card_types,  # type: ignore[arg-type]
            timeout=self.timeout,
            security_code=self.security_code,
            postal_code=self.postal_code,
            min_postal_code_length=self.min_postal_code_length,
            payment_connector=self.payment_connector,
            charge_amount=self.charge_amount,
            currency=self.currency,
            description=self.description,
        )
        matching: Any = self.require_matching_inputs
        return PaymentOrder(wanted=wanted, target=CallbackTarget(url=self.status_callback), matching=matching)


class PaymentUpdateForm(FilledForm):
    """Update: `Capture`, or `Status`, which counts over it."""

    idempotency_key: Key
    status_callback: Callback
    capture: Annotated[str, text_of(64, code=BAD_CAPTURE)] | None = None
    status: Annotated[str, one_of("complete", "cancel", code=BAD_CAPTURE)] | None = None

    def apply(self, taking: PaymentTaking, call_sid: str, sid: str) -> PaymentShown | None:
        target = CallbackTarget(url=self.status_callback)
        if self.status == "complete":
            return taking.complete(call_sid, sid, target, self.idempotency_key)
        if self.status == "cancel":
            return taking.cancel(call_sid, sid, target, self.idempotency_key)
        if self.capture is None:
            raise Refused(BAD_CAPTURE, "Capture or Status parameter is required.")
        return taking.capture(call_sid, sid, self.capture, target, self.idempotency_key)


class PaymentBody(Body):
    element: ClassVar[str] = "Payment"

    account_sid: str
    call_sid: str
    sid: str
    date_created: Date
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, shown: PaymentShown) -> Self:
        return cls(
            account_sid=shown.account_sid,
            call_sid=shown.call_sid,
            sid=shown.sid,
            date_created=shown.created_at,
            date_updated=shown.updated_at,
            uri=account_uri(shown.account_sid, "Calls", shown.call_sid, "Payments", shown.sid),
        )


def payments_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Payments"])
    keeping, taking = CallKeeping(services.reading), services.payments

    @router.post("/Calls/{call_sid}/Payments", **described(form=PaymentForm, body=PaymentBody, status=201))
    async def create_payment(
        request: Request, account: OwnAccount, call_sid: str, form: Annotated[PaymentForm, Depends(PaymentForm.read)]
    ) -> Response:
        if await keeping.find(account.sid, call_sid) is None:
            raise not_found(requested_path(request))
        return answer(request, PaymentBody.of(taking.begin(account, call_sid, form.order(), form.idempotency_key)), 201)

    @router.post("/Calls/{call_sid}/Payments/{sid}", **described(form=PaymentUpdateForm, body=PaymentBody, status=202))
    async def update_payment(
        request: Request,
        account: OwnAccount,
        call_sid: str,
        sid: str,
        form: Annotated[PaymentUpdateForm, Depends(PaymentUpdateForm.read)],
    ) -> Response:
        is_own = await keeping.find(account.sid, call_sid) is not None
        shown = form.apply(taking, call_sid, sid) if is_own else None
        if shown is None:
            raise not_found(requested_path(request))
        return answer(request, PaymentBody.of(shown), 202)

    return router
