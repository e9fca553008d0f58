"""Phone numbers as ITU-T E.164 writes them: `+`, a country code, and 15 digits at most. Pure."""

import re

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
"""As it stands in settings, callbacks and addresses."""

FEWEST_DIGITS_DIALLED = 7


def is_e164(text: str) -> bool:
    return E164.fullmatch(text) is not None


def is_dialled(text: str) -> bool:
    """Whether it is a number that a trunk is given: what is shorter belongs to no subscriber."""
    return is_e164(text) and len(text) > FEWEST_DIGITS_DIALLED
