"""`profanityFilter` (twiml.md 5.1)."""

import pytest

from ringback.speech.profanity import without_profanity


@pytest.mark.parametrize(
    ("text", "clean"),
    [("what the Fuck", "what the F***"), ("damn it", "d*** it"), ("sales please", "sales please"), ("", ""),
     ("a classic assessment", "a classic assessment"), ("shit, shit!", "s***, s***!")],
)  # fmt: skip
def test_the_first_letter_stays(text: str, clean: str) -> None:
    assert without_profanity(text) == clean
