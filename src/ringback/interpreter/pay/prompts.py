"""What the caller of a `<Pay>` hears: the most specific `<Prompt>` of the document, else a sentence of ours."""

from collections.abc import Sequence

from ringback.twiml.nodes import CardType, PaymentErrorType, PaymentField, Prompt

_ASK: dict[PaymentField, str] = {
    "payment-card-number": "Please enter your credit card number, followed by the pound key.",
    "expiration-date": "Please enter your card's expiration date: two digits for the month, two digits for the year.",
    "security-code": "Please enter the security code: the three digits on the back of your card.",
    "postal-code": "Please enter your billing postal code, followed by the pound key.",
    "bank-routing-number": "Please enter the nine digits of your bank's routing number.",
    "bank-account-number": "Please enter your bank account number, followed by the pound key.",
    "payment-processing": "Thank you. Your payment is being processed.",
}
_AMEX_CODE = "Please enter the security code: the four digits on the front of your card."
_AGAIN: dict[PaymentField, str] = {
    "bank-routing-number": "Please enter the routing number again.",
    "bank-account-number": "Please enter the bank account number again, followed by the pound key.",
}
_SORRY: dict[PaymentErrorType, str] = {
    "input-timeout": "Nothing was entered.",
    "invalid-card-number": "That card number is not valid.",
    "invalid-card-type": "That type of card is not accepted.",
    "invalid-date": "That expiration date is not valid.",
    "invalid-security-code": "That security code is not valid.",
    "invalid-postal-code": "That postal code is not valid.",
    "invalid-bank-routing-number": "That routing number is not valid.",
    "invalid-bank-account-number": "That account number is not valid.",
    "input-matching-failed": "The two entries are not the same.",
}


def prompt_for(
    prompts: Sequence[Prompt],
    field: PaymentField,
    *,
    attempt: int,
    error: PaymentErrorType | None,
    kind: CardType | None,
) -> Prompt | None:
    """The prompt that fits with the most conditions; of equals the first. Errors weigh most, then cards, attempts."""
    fitting = [
        prompt
        for prompt in prompts
        if prompt.children
        and (not prompt.for_ or field in prompt.for_)
        and (not prompt.attempt or attempt in prompt.attempt)
        and (not prompt.error_type or error in prompt.error_type)
        and (not prompt.card_type or kind in prompt.card_type)
    ]
    return max(fitting, key=_specificity, default=None)


def words_for(
    field: PaymentField, *, error: PaymentErrorType | None, kind: CardType | None, is_second_entry: bool = False
) -> str:
    """The built-in sentence, after what was wrong with the entry before."""
    if is_second_entry:
        return _AGAIN[field]
    ask = _AMEX_CODE if field == "security-code" and kind == "amex" else _ASK[field]
    return f"{_SORRY[error]} {ask}" if error in _SORRY else ask


def must_match(prompts: Sequence[Prompt], field: PaymentField) -> bool:
    """Whether the entry is asked for twice and compared; for bank numbers only."""
    return field in _AGAIN and any(
        prompt.require_matching_inputs and (not prompt.for_ or field in prompt.for_) for prompt in prompts
    )


def _specificity(prompt: Prompt) -> tuple[int, bool, bool, bool]:
    conditions = (bool(prompt.error_type), bool(prompt.card_type), bool(prompt.attempt))
    return (sum(conditions) + bool(prompt.for_), *conditions)
