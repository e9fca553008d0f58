"""`<Pay>` and `<Prompt>`, rule by rule: section 16."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp

VISA = "4111111111111111"
AMEX = "378282246310005"

GOOD = Caller().hears("card number").presses(VISA + "#").hears("expiration").presses("1299")
PAYER = GOOD.hears("security code").presses("123").hears("postal code").presses("94110#")


def run(attributes: str = "", caller: Caller = PAYER, prompts: str = "") -> Transcript:
    app = VirtualApp(
        {
            "/voice": f'<Response><Pay action="/paid" {attributes}>{prompts}</Pay><Say>Next verb</Say></Response>',
            "/paid": "<Response><Say>Thanks</Say></Response>",
            "/progress": "",
        }
    )
    return app.run_call(caller)


def result(transcript: Transcript) -> dict[str, str]:
    assert [request.path for request in transcript.requests] == ["/voice", "/paid"]
    return dict(transcript.requests[1].parameters)


def asked(transcript: Transcript) -> list[tuple[str, str, str | None]]:
    return [
        (item.parameters["For"], item.parameters["Attempt"], item.parameters.get("ErrorType"))
        for item in transcript.callbacks
    ]


def test_pay_01_a_card_is_asked_for_field_by_field_and_tokenised() -> None:
    transcript = run('statusCallback="/progress"')
    paid = result(transcript)
    assert paid["Result"] == "success"
    assert paid["PaymentToken"].startswith("tok_")
    assert "PaymentConfirmationCode" not in paid
    assert [name for name, _, _ in asked(transcript)] == [
        "payment-card-number",
        "expiration-date",
        "security-code",
        "postal-code",
        "payment-processing",
    ]
    assert transcript.heard[-1] == "Thanks"


def test_pay_01_a_bank_account_is_asked_for_by_routing_and_account_number() -> None:
    caller = Caller().hears("routing number").presses("110000000").hears("account number").presses("000123456789#")
    paid = result(run('paymentMethod="ach-debit" bankAccountType="consumer-savings" chargeAmount="10"', caller))
    assert paid["Result"] == "success"
    assert paid["PaymentConfirmationCode"]
    assert (paid["BankRoutingNumber"], paid["BankAccountNumber"]) == ("110000000", "xxxxxxxxxx89")
    assert paid["BankAccountType"] == "consumer-savings"


def test_security_and_postal_code_are_left_out_when_not_wanted_or_given() -> None:
    paid = result(run('securityCode="false" postalCode="94110"', GOOD))
    assert (paid["Result"], paid["PaymentCardPostalCode"]) == ("success", "94110")
    assert "SecurityCode" not in paid


@pytest.mark.parametrize("caller", [Caller().hears("card").presses("*"), GOOD.hears("security").presses("1*")])
def test_pay_02_the_star_ends_it_at_any_time(caller: Caller) -> None:
    assert result(run("", caller))["Result"] == "caller-interrupted-with-star"


@pytest.mark.parametrize(("attempts", "tries"), [("1", 2), ("3", 4)])
def test_pay_03_a_field_is_asked_again_as_often_as_max_attempts_says(attempts: str, tries: int) -> None:
    transcript = run(f'maxAttempts="{attempts}" statusCallback="/progress"', Caller())
    assert result(transcript)["Result"] == "too-many-failed-attempts"
    assert asked(transcript) == [
        ("payment-card-number", "1", None),
        *[("payment-card-number", str(number), "input-timeout") for number in range(2, tries + 1)],
        ("payment-card-number", str(tries), "input-timeout"),
    ]


def test_pay_03_without_an_action_the_next_verb_runs() -> None:
    app = VirtualApp({"/voice": "<Response><Pay/><Say>Next verb</Say></Response>"})
    assert app.run_call().heard[-1] == "Next verb"


def test_pay_04_the_digits_are_nowhere() -> None:
    transcript = run('statusCallback="/progress"')
    assert VISA not in str(transcript)
    assert VISA not in repr(transcript.requests) + repr(transcript.callbacks)
    assert result(transcript)["SecurityCode"] == "xxx"


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("4111111111111112#", "invalid-card-number"),
        ("411111111111#", "invalid-card-number"),
        ("9999999999999995#", "invalid-card-number"),
        ("6011111111111117#", "invalid-card-type"),
    ],
)
def test_pay_05_a_card_that_is_none_or_not_taken_is_asked_for_again(entry: str, error: str) -> None:
    again = PAYER.steps
    caller = Caller((*Caller().hears("card number").presses(entry).steps, *again))
    transcript = run('statusCallback="/progress"', caller)
    assert asked(transcript)[1] == ("payment-card-number", "2", error)
    assert result(transcript)["Result"] == "success"


def test_pay_05_american_express_has_four_digits_on_the_front() -> None:
    caller = Caller().hears("card number").presses(AMEX).hears("expiration").presses("1299")
    transcript = run('postalCode="false"', caller.hears("four digits on the front").presses("1234"))
    assert result(transcript)["PaymentCardType"] == "amex"


@pytest.mark.parametrize("entry", ["0124", "1399", "12#", "0024"])
def test_a_date_that_is_over_or_none_is_asked_for_again(entry: str) -> None:
    caller = Caller().hears("card number").presses(VISA + "#").hears("expiration").presses(entry)
    transcript = run(
        'securityCode="false" postalCode="false" statusCallback="/progress"',
        caller.hears("not valid").presses("1299"),
    )
    assert asked(transcript)[2] == ("expiration-date", "2", "invalid-date")
    assert result(transcript)["Result"] == "success"


def test_a_short_postal_code_is_asked_for_again() -> None:
    caller = GOOD.hears("security code").presses("123").hears("postal code").presses("12#")
    transcript = run('minPostalCodeLength="5" statusCallback="/progress"', caller.hears("not valid").presses("12345#"))
    assert asked(transcript)[4] == ("postal-code", "2", "invalid-postal-code")


def test_a_routing_number_needs_its_checksum() -> None:
    caller = Caller().hears("routing").presses("110000001").hears("not valid").presses("110000000")
    transcript = run(
        'paymentMethod="ach-debit" statusCallback="/progress"', caller.hears("account").presses("000123456789#")
    )
    assert asked(transcript)[1] == ("bank-routing-number", "2", "invalid-bank-routing-number")


def test_a_hangup_still_asks_the_action() -> None:
    transcript = run("", GOOD.hangs_up())
    assert result(transcript)["Result"] == "caller-hung-up"
    assert transcript.requests[1].parameters["PaymentCardNumber"] == "xxxxxxxxxxxx1111"


@pytest.mark.parametrize(
    ("card", "code", "said"),
    [
        ("4000000000000002", "64012", "card_declined"),
        ("4000000000000119", "64010", "processing_error"),
        ("4012888888881881", "64022", "not_a_test_card"),
    ],
)
def test_the_test_processor_declines_and_takes_no_real_card(card: str, code: str, said: str) -> None:
    caller = Caller().hears("card number").presses(card + "#").hears("expiration").presses("1299")
    paid = result(run('securityCode="false" postalCode="false"', caller))
    assert (paid["Result"], paid["PayErrorCode"], paid["ConnectorError"]) == ("payment-connector-error", code, said)


def test_the_most_specific_prompt_is_heard_and_the_built_in_one_where_none_fits() -> None:
    prompts = (
        '<Prompt for="payment-card-number"><Say>Card please</Say></Prompt>'
        '<Prompt for="payment-card-number" attempt="2"><Say>Second chance</Say></Prompt>'
        '<Prompt for="payment-card-number" attempt="2" errorType="invalid-card-number"><Say>Bad card</Say></Prompt>'
        '<Prompt for="security-code" cardType="amex"><Say>Amex code</Say></Prompt>'
    )
    caller = Caller().hears("card please").presses("4111111111111112#").hears("bad card").presses(VISA + "#")
    caller = caller.hears("expiration").presses("1299").hears("security code").presses("123")
    transcript = run('postalCode="false"', caller, prompts)
    assert result(transcript)["Result"] == "success"
    assert transcript.heard[:2] == ["Card please", "Bad card"]
    assert "Second chance" not in transcript.heard


def test_entries_that_have_to_match_are_asked_for_twice() -> None:
    prompts = '<Prompt for="bank-account-number" requireMatchingInputs="true"><Say>Your account</Say></Prompt>'
    caller = Caller().hears("routing").presses("110000000").hears("your account").presses("000123456789#")
    wrong = caller.hears("again").presses("000123456780#").hears("your account").presses("000123456789#")
    transcript = run(
        'paymentMethod="ach-debit" statusCallback="/progress"',
        wrong.hears("again").presses("000123456789#"),
        prompts,
    )
    assert asked(transcript)[2] == ("bank-account-number", "2", "input-matching-failed")
    assert result(transcript)["Result"] == "success"


def test_what_is_private_is_not_in_a_recording_of_the_call() -> None:
    """The recording goes on, in silence; see also the unit tests of the call."""
    app = VirtualApp(
        {
            "/voice": '<Response><Say>Go</Say><Start><Recording/></Start><Pay action="/paid"/></Response>',
            "/paid": "<Response/>",
        }
    )
    assert app.run_call(PAYER).recordings[0].ended_by == "hangup"


@pytest.mark.parametrize(("verb", "where"), [("<Prompt><Say>x</Say></Prompt>", "Pay"), ("<Queue>q</Queue>", "Dial")])
def test_what_belongs_inside_another_verb_is_reported_on_its_own(verb: str, where: str) -> None:
    transcript = VirtualApp({"/voice": f"<Response>{verb}<Say>Hi</Say></Response>"}).run_call()
    assert transcript.problem_codes() == [12200]
    assert f"inside <{where}>" in transcript.problems[0].message
    assert transcript.heard == ["Hi"]
