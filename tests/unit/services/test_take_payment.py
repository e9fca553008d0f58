"""Payments on live calls, steered from outside: what is captured, told and hidden (rest-api.md 9.5, PAY-04)."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, cast

import pytest

from ringback.call.call import Call
from ringback.call.leg import Leg
from ringback.interpreter.pay.connector import Accepted, Payment
from ringback.interpreter.pay.connector import Refused as Declined
from ringback.model.record import AccountRecord
from ringback.services.call_order import CallbackTarget
from ringback.services.payment_session import PaymentOrder
from ringback.services.refusal import Refused
from ringback.services.take_payment import PaymentTaking
from ringback.twiml.nodes import Pay
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import APP, House

CARD = "4111111111111111"
TARGET = CallbackTarget(url=f"{APP}/paid")
LONG = "<Say>one</Say><Pause length='600'/>"


class Till:
    """A connector that remembers what it was given, and a call on which it is paid."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.given: list[Payment] = []
        self.answer: Accepted | Declined = Accepted(token="tok_1")
        self.taking = PaymentTaking(
            running=house.running, links=house.links, clock=house.clock, connectors={"Default": self}
        )
        self.leg: Leg
        house.pages |= {"/voice": LONG, "/paid": ""}

    async def process(self, payment: Payment) -> Accepted | Declined:
        self.given.append(payment)
        return self.answer

    async def call(self) -> None:
        self.leg = self.house.call()
        await self.house.wait(1)

    @property
    def account(self) -> AccountRecord:
        found = self.house.directory.account(ACCOUNT)
        assert found is not None
        return found

    @property
    def sid(self) -> str:
        return self.house.calls()[0].sid

    @property
    def audio(self) -> MemoryLeg:
        live = self.house.running.find(self.sid)
        assert isinstance(live, Call)
        return cast(MemoryLeg, live.leg.media)

    def begin(self, key: str = "begin", matching: Any = (), **wanted: Any) -> str:
        order = PaymentOrder(wanted=Pay(**wanted), target=TARGET, matching=matching)
        return self.taking.begin(self.account, self.sid, order, key).sid

    async def capture(self, payment: str, word: str, keys: str, seconds: float = 0.1) -> None:
        self.taking.capture(self.sid, payment, word, TARGET, f"{word} {keys} {len(self.told())}")
        await self.house.wait(0.05)
        self.audio.press(keys)
        for _ in range(4):  # each key is told by a callback of its own, one after the other
            await self.house.wait(seconds / 4)

    def told(self) -> list[dict[str, str]]:
        return [dict(request.parameters) for request in self.house.of("/paid")]

    def last(self, *names: str) -> tuple[str | None, ...]:
        return tuple(self.told()[-1].get(name) for name in names)


@pytest.fixture
async def till(house: House) -> AsyncIterator[Till]:
    made = Till(house)
    await made.call()
    yield made
    made.leg.hang_up()
    await house.wait(2)


async def test_a_card_is_captured_field_by_field_and_paid(till: Till) -> None:
    payment = till.begin(charge_amount=Decimal("12.50"))
    await till.house.wait(0.1)
    assert till.last("Sid", "Required", "PaymentMethod", "ChargeAmount", "Currency", "TokenType", "Capture") == (
        payment, "payment-card-number,expiration-date,security-code,postal-code", "credit-card", "12.50", "usd",
        "reusable", None,
    )  # fmt: skip
    await till.capture(payment, "payment-card-number", CARD[:15])
    assert till.last("Capture", "PartialResult", "PaymentCardNumber") == ("payment-card-number", "true", "x" * 15)
    till.audio.press(CARD[15:] + "#")
    await till.house.wait(6)
    assert till.last("PaymentCardNumber", "PaymentCardType", "PartialResult", "Required") == (
        "xxxxxxxxxxxx1111", "visa", None, "expiration-date,security-code,postal-code",
    )  # fmt: skip
    await till.capture(payment, "expiration-date", "1299")
    await till.capture(payment, "security-code", "123")
    await till.capture(payment, "postal-code", "94111#")
    assert till.last("ExpirationDate", "SecurityCode", "PaymentCardPostalCode", "Required") == (
        "1299", "xxx", "94111", None,
    )  # fmt: skip
    till.taking.complete(till.sid, payment, TARGET, "done")
    await till.house.wait(0.1)
    assert till.last("Result", "PaymentToken", "PaymentCardNumber", "SecurityCode") == (
        "success", "tok_1", "xxxxxxxxxxxx1111", "xxx",
    )  # fmt: skip
    (given,) = till.given
    assert given.card_number is not None
    assert (given.card_number.reveal(), given.amount) == (CARD, Decimal("12.50"))
    assert all(CARD not in str(request) for request in till.house.asked)
    assert all(CARD not in str(row) for row in till.house.rows)
    assert not till.leg.has_ended


async def test_pay_04_while_keys_are_taken_nobody_hears_the_payer(till: Till) -> None:
    payment = till.begin()
    live = till.house.running.find(till.sid)
    assert isinstance(live, Call)
    assert not till.audio.is_muted
    await till.capture(payment, "payment-card-number", "4")
    assert till.audio.is_muted
    assert live.background_recordings.is_private
    await till.house.wait(6)
    assert till.last("ErrorType") == ("invalid-card-number",)
    assert not till.audio.is_muted
    assert not live.background_recordings.is_private


@pytest.mark.parametrize(
    ("word", "keys", "error"),
    [
        ("payment-card-number", "", "input-timeout"),
        ("payment-card-number", "4111111111111112", "invalid-card-number"),
        ("payment-card-number", "6011111111111117", "invalid-card-type"),
        ("expiration-date", "0120", "invalid-date"),
        ("postal-code", "#", "input-timeout"),
        ("security-code", "", "invalid-card-number-security-code-capture-sequence"),
    ],
)
async def test_what_is_wrong_with_an_entry_is_told_and_the_field_stays_missing(
    till: Till, word: str, keys: str, error: str
) -> None:
    payment = till.begin()
    await till.capture(payment, word, keys, seconds=6)
    assert till.last("Capture", "ErrorType") == (word, error)
    assert word in (till.last("Required")[0] or "")
    await till.capture(payment, "expiration-date", "1299")
    assert till.last("ExpirationDate", "ErrorType") == ("1299", None)


async def test_the_star_begins_the_field_anew_and_another_capture_gives_it_up(till: Till) -> None:
    payment = till.begin()
    await till.capture(payment, "payment-card-number", "55*" + CARD)
    await till.house.wait(6)
    assert till.last("PaymentCardNumber") == ("xxxxxxxxxxxx1111",)
    await till.capture(payment, "expiration-date", "12")
    await till.capture(payment, "postal-code", "94111#")
    assert till.last("PaymentCardPostalCode", "ExpirationDate") == ("94111", None)


async def test_a_field_that_must_match_is_keyed_in_twice(till: Till) -> None:
    payment = till.begin(matching=("expiration-date",), security_code=False, postal_code=False)
    await till.capture(payment, "payment-card-number", CARD + "#", seconds=6)
    await till.capture(payment, "expiration-date", "1299")
    assert till.last("Required") == ("expiration-date-matcher",)
    await till.capture(payment, "expiration-date-matcher", "1298")
    assert till.last("ErrorType", "Required") == ("input-matching-failed", "expiration-date-matcher")
    await till.capture(payment, "expiration-date-matcher", "1299")
    assert till.last("ErrorType", "Required") == (None, None)


async def test_a_bank_account_is_captured_for_a_debit(till: Till) -> None:
    payment = till.begin(payment_method="ach-debit")
    await till.capture(payment, "bank-routing-number", "110000000")
    await till.capture(payment, "bank-account-number", "000123456789#")
    assert till.last("BankRoutingNumber", "BankAccountNumber", "Required") == ("110000000", "xxxxxxxxxx89", None)


async def test_what_the_connector_says_no_to_is_the_result(till: Till) -> None:
    till.answer = Declined(code=64012, message=f"{CARD} was declined", connector_error="declined")
    payment = till.begin(security_code=False, postal_code=False)
    await till.capture(payment, "payment-card-number", CARD + "#", seconds=6)
    await till.capture(payment, "expiration-date", "1299")
    till.taking.complete(till.sid, payment, TARGET, "done")
    await till.house.wait(0.1)
    assert till.last("Result", "PayErrorCode", "PaymentError") == (
        "payment-connector-error", "64012", "xxxxxxxxxxxxxxxx was declined",
    )  # fmt: skip


async def test_it_is_cancelled_or_ends_with_the_call(till: Till) -> None:
    payment = till.begin()
    await till.capture(payment, "payment-card-number", "4")
    till.taking.cancel(till.sid, payment, TARGET, "stop")
    await till.house.wait(0.1)
    assert till.last("Result") == ("canceled",)
    assert not till.audio.is_muted
    second = till.begin("again")
    await till.capture(second, "payment-card-number", "4")
    till.leg.hang_up()
    await till.house.wait(1)
    assert till.last("Sid", "Result") == (second, "caller-hung-up")
    assert till.taking.cancel(till.sid, second, TARGET, "late") is None


async def test_requests_that_cannot_be_done_have_their_codes(till: Till) -> None:
    payment = till.begin()
    taking, sid = till.taking, till.sid

    def code(work: Any) -> int:
        with pytest.raises(Refused) as refused:
            work()
        return refused.value.code

    assert code(lambda: till.begin("other")) == 64021
    assert code(lambda: till.begin("other", payment_connector="Other")) == 64021
    assert code(lambda: taking.capture(sid, payment, "pin", TARGET, "1")) == 64018
    assert code(lambda: taking.capture(sid, payment, "bank-account-number", TARGET, "2")) == 64021
    assert code(lambda: taking.capture(sid, payment, "postal-code-matcher", TARGET, "3")) == 64021
    assert code(lambda: taking.complete(sid, payment, TARGET, "4")) == 64019
    taking.cancel(sid, payment, TARGET, "5")
    assert code(lambda: taking.complete(sid, payment, TARGET, "6")) == 64021
    assert code(lambda: till.begin("new", payment_connector="Other")) == 64004
    assert taking.capture(sid, "PK" + "9" * 32, "pin", TARGET, "7") is None
    till.leg.hang_up()
    await till.house.wait(1)
    assert code(lambda: till.begin("late")) == 21220


async def test_a_request_that_comes_again_does_nothing_again(till: Till) -> None:
    payment = till.begin("same")
    assert till.begin("same") == payment
    till.taking.capture(till.sid, payment, "expiration-date", TARGET, "k")
    await till.house.wait(0.05)
    till.audio.press("12")
    assert till.taking.capture(till.sid, payment, "expiration-date", TARGET, "k") is not None
    till.audio.press("99")
    await till.house.wait(0.1)
    assert till.last("ExpirationDate") == ("1299",)
