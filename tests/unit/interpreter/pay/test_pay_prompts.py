"""Which prompt is heard."""

from ringback.interpreter.pay.prompts import must_match, prompt_for, words_for
from ringback.twiml.nodes import PaymentErrorType, Prompt, Say

SAY = (Say(text="x"),)
ANY = Prompt(children=SAY)
CARD = Prompt(children=SAY, for_=("payment-card-number",))
CARD_SECOND = Prompt(children=SAY, for_=("payment-card-number",), attempt=(2, 3))
CARD_BAD = Prompt(children=SAY, for_=("payment-card-number",), error_type=("invalid-card-number",))
SILENT = Prompt(for_=("payment-card-number",))


def chosen(*prompts: Prompt, attempt: int = 1, error: PaymentErrorType | None = None) -> Prompt | None:
    return prompt_for(prompts, "payment-card-number", attempt=attempt, error=error, kind=None)


def test_the_prompt_with_more_conditions_wins_wherever_it_stands() -> None:
    assert chosen(ANY, CARD, CARD_SECOND) == CARD
    assert chosen(CARD_SECOND, ANY, CARD, attempt=2) == CARD_SECOND


def test_of_equals_the_error_weighs_more_than_the_attempt_and_then_the_first_counts() -> None:
    assert chosen(CARD_SECOND, CARD_BAD, attempt=2, error="invalid-card-number") == CARD_BAD
    first, second = Prompt(children=SAY, line=1), Prompt(children=SAY, line=2)
    assert chosen(first, second) == first


def test_a_prompt_for_another_case_is_not_heard_nor_is_an_empty_one() -> None:
    assert chosen(CARD_BAD, CARD_SECOND, SILENT) is None


def test_only_bank_numbers_are_entered_twice() -> None:
    twice = Prompt(require_matching_inputs=True)
    assert must_match([twice], "bank-account-number")
    assert not must_match([twice], "payment-card-number")
    assert not must_match([Prompt(for_=("bank-routing-number",), require_matching_inputs=True)], "bank-account-number")


def test_the_built_in_words_say_what_was_wrong_and_which_code_is_meant() -> None:
    assert words_for("expiration-date", error="invalid-date", kind=None).startswith("That expiration date is not")
    assert "four digits" in words_for("security-code", error=None, kind="amex")
