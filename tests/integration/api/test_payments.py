"""`/Payments` without a call that runs: its parameters, and who may (rest-api.md 9.5)."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ringback.api.payments import PaymentForm
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.services.call_order import CallbackTarget
from ringback.twiml.nodes import Parameter, Pay

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
CALL, THEIRS = CallSid("CA" + "1" * 32), CallSid("CA" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/Calls/{CALL}/Payments"
GOOD = {"IdempotencyKey": "k", "StatusCallback": "https://app.example/paid"}


@pytest.fixture(autouse=True)
def calls(stage: Any) -> None:
    for sid, account_sid in ((CALL, MINE), (THEIRS, OTHER)):
        stage.writer.put(
            CallRecord(
                sid=sid, account_sid=account_sid, from_="a", to="b", direction=Direction.INBOUND,
                status=CallStatus.COMPLETED, created_at=datetime(2026, 3, 2, tzinfo=UTC),
            )
        )  # fmt: skip


async def post(stage: Any, path: str, **data: str) -> Any:
    answer = await stage.ask(f"{path}.json", method="POST", data=data)
    return answer.status, json.loads(answer.body)


def test_every_parameter_reaches_the_order() -> None:
    form = PaymentForm.of_pairs(
        [
            *GOOD.items(), ("BankAccountType", "consumer-savings"), ("ChargeAmount", "12.5"), ("Currency", "EUR"),
            ("Description", "tea"), ("Input", "dtmf"), ("MinPostalCodeLength", "5"), ("PaymentConnector", "Bank"),
            ("Parameter", '{"shop": "north", "table": 4, "vip": true}'), ("PaymentMethod", "ach-debit"),
            ("PostalCode", "false"), ("SecurityCode", "false"), ("Timeout", "9"), ("TokenType", "one-time"),
            ("ValidCardTypes", "visa discover"), ("RequireMatchingInputs", "postal-code,security-code"),
            ("Confirmation", "true"),
        ]
    )  # fmt: skip
    order = form.order()
    assert order.target == CallbackTarget(url="https://app.example/paid")
    assert order.matching == ("postal-code", "security-code")
    assert order.wanted == Pay(
        bank_account_type="consumer-savings",
        charge_amount=Decimal("12.5"),
        currency="eur",
        description="tea",
        min_postal_code_length=5,
        payment_connector="Bank",
        parameters=(
            Parameter(name="shop", value="north"),
            Parameter(name="table", value="4"),
            Parameter(name="vip", value="true"),
        ),
        payment_method="ach-debit",
        postal_code=False,
        security_code=False,
        timeout=9,
        token_type="one-time",
        valid_card_types=("visa", "discover"),
    )


def test_what_is_left_out_has_the_defaults_of_pay() -> None:
    assert PaymentForm.of_pairs([*GOOD.items()]).order().wanted == Pay()


async def test_a_wrong_parameter_is_named(stage: Any) -> None:
    for data, code, says in (
        ({"IdempotencyKey": ""}, 20001, "IdempotencyKey"),
        ({"StatusCallback": ""}, 20001, "StatusCallback"),
        ({"StatusCallback": "x"}, 21205, "StatusCallback"),
        ({"ChargeAmount": "-1"}, 64003, "ChargeAmount"),
        ({"ChargeAmount": "1000000"}, 64003, "ChargeAmount"),
        ({"ChargeAmount": "1e3"}, 64003, "ChargeAmount"),
        ({"TokenType": "gold"}, 64006, "TokenType"),
        ({"Currency": "money"}, 64011, "Currency"),
        ({"PaymentMethod": "cash"}, 64013, "PaymentMethod"),
        ({"BankAccountType": "piggy"}, 64017, "BankAccountType"),
        ({"Parameter": "x"}, 64020, "JSON"),
        ({"Parameter": '["a"]'}, 64020, "JSON object"),
        ({"Parameter": '{"a": {}}'}, 64020, "flat"),
        ({"Input": "voice"}, 64020, "Input"),
        ({"Timeout": "601"}, 64020, "Timeout"),
        ({"MinPostalCodeLength": "0"}, 64020, "MinPostalCodeLength"),
        ({"ValidCardTypes": "library"}, 64020, "ValidCardTypes"),
        ({"RequireMatchingInputs": "shoes"}, 64020, "RequireMatchingInputs"),
        ({"SecurityCode": "perhaps"}, 64020, "SecurityCode"),
        ({}, 21220, "in-progress"),
    ):
        status, body = await post(stage, PATH, **{**GOOD, **data})
        assert (status, body["code"]) == (400, code), (data, body)
        assert says in body["message"], body


async def test_what_is_not_there_is_not_found(stage: Any) -> None:
    for path, data in (
        (PATH.replace(CALL, THEIRS), GOOD),
        (PATH.replace(CALL, "CA" + "9" * 32), GOOD),
        (f"{PATH}/PK{'9' * 32}", {**GOOD, "Status": "cancel"}),
        (f"{PATH.replace(CALL, THEIRS)}/PK{'9' * 32}", {**GOOD, "Capture": "postal-code"}),
    ):
        status, body = await post(stage, path, **data)
        assert (status, body["code"]) == (404, 20404), path


async def test_an_update_that_says_nothing_is_64018(stage: Any) -> None:
    for data, says in (({}, "Capture"), ({"Status": "paid"}, "Status")):
        status, body = await post(stage, f"{PATH}/PK{'9' * 32}", **{**GOOD, **data})
        assert (status, body["code"]) == (400, 64018)
        assert says in body["message"]
