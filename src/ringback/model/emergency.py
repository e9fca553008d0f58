"""Numbers that are never dialled: those of emergency services (sip.md EM-02).

Ringback is no carrier: it knows neither where a caller is nor which control centre is near. Emergency numbers have two
or three digits everywhere, and no other phone number has so few, so that no list of them can be out of date.
"""

import re

_SEPARATORS = re.compile(r"[\s().\-/]+")
_SHORT = re.compile(r"\+?(?:[0-9]{2,3}|1[0-9]11)")


def is_emergency_number(text: str) -> bool:
    """`911`, `112`, `9-1-1` or `+1 911`."""
    return len(text) <= 16 and _SHORT.fullmatch(_SEPARATORS.sub("", text)) is not None


def refusal_of(number: str) -> str:
    """What the author of an app is told."""
    return f"{number.strip()} is an emergency or service number; Ringback has no emergency service and never dials one"
