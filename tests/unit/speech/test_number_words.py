"""English numbers in words."""

import pytest

from ringback.speech.number_words import MAX_CARDINAL, cardinal, ordinal, year


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (19, "nineteen"),
        (42, "forty-two"),
        (100, "one hundred"),
        (1234, "one thousand two hundred thirty-four"),
        (1_000_005, "one million five"),
        (-12, "minus twelve"),
        (90_000_000_000_001, "ninety trillion one"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_what_has_no_name_is_refused() -> None:
    cardinal(MAX_CARDINAL)
    with pytest.raises(ValueError, match="too great"):
        cardinal(MAX_CARDINAL + 1)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (5, "fifth"), (12, "twelfth"), (20, "twentieth"), (23, "twenty-third"),
     (100, "one hundredth"), (121, "one hundred twenty-first")],
)  # fmt: skip
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1999, "nineteen ninety-nine"), (1905, "nineteen oh five"), (1900, "nineteen hundred"), (2000, "two thousand"),
     (2005, "two thousand five"), (2024, "twenty twenty-four"), (476, "four hundred seventy-six")],
)  # fmt: skip
def test_years(number: int, words: str) -> None:
    assert year(number) == words
