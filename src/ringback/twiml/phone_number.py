"""Phone numbers as apps write them, into E.164 (twiml.md 8.1: unformatted US numbers are accepted)."""

import re

from ringback.model.phone_number import is_e164

_SEPARATORS = re.compile(r"[\s().\-/\u00a0]")
_US_NUMBER = re.compile(r"1?([2-9][0-9]{9})")


_NORTH_AMERICAN = re.compile(r"\+1([2-9][0-9]{2})([0-9]{3})([0-9]{4})")


def formatted_number(number: str) -> str:
    """`(500) 555-0006` for a North American number; anything else as it is (rest-api.md section 4)."""
    match = _NORTH_AMERICAN.fullmatch(number)
    return "({}) {}-{}".format(*match.groups()) if match else number


def normal_number(text: str) -> str | None:
    """`(415) 555-2671` as `+14155552671`; None for what is no phone number.

    A number without `+` is taken for a US one, as Twilio does; other countries need theirs.
    """
    if len(text) > 40:
        return None
    number = _SEPARATORS.sub("", text)
    if is_e164(number):
        return number
    american = _US_NUMBER.fullmatch(number)
    return f"+1{american.group(1)}" if american else None
