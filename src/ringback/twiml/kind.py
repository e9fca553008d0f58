"""Kinds of attribute values: each says what it expects, in words for the docs and for errors, and reads a value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from ringback.twiml.nodes import Method

MAX_URL_LENGTH = 4000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class BadValue(ValueError):
    """The value is not of its kind. `code` replaces the attribute's own where Twilio has a closer one."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__()
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`read` returns the typed value or raises `BadValue`; `expected` completes the sentence "expected ..."."""

    expected: str
    read: Callable[[str], object]


def matching(pattern: str, expected: str) -> Kind:
    """Text that is the pattern from end to end."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise BadValue
        return text

    return Kind(expected=expected, read=read)


def text_kind(maximum: int | None = None, *, minimum: int = 0) -> Kind:
    """Any text of a length; a control character makes it bad."""

    def read(text: str) -> str:
        too_long = maximum is not None and len(text) > maximum
        if too_long or len(text) < minimum or _CONTROL.search(text):
            raise BadValue
        return text

    limit = "" if maximum is None else f" of at most {maximum} characters"
    return Kind(expected=f"text{limit}", read=read)


def line_kind(maximum: int) -> Kind:
    """Text that ends up in a protocol line: no control character, so that nothing can be smuggled in behind it."""

    def read(text: str) -> str:
        if len(text) > maximum or not is_one_line(text):
            raise BadValue
        return text

    return Kind(expected=f"one line of at most {maximum} characters", read=read)


def is_one_line(text: str) -> bool:
    return not _CONTROL.search(text) and not set(text) & {"\r", "\n", "\u2028", "\u2029"}


def integer(minimum: int, maximum: int | None = None) -> Kind:
    """A whole number in a range; nine digits at most are looked at."""

    def read(text: str) -> int:
        digits = text.strip()
        if not re.fullmatch(r"[0-9]{1,9}", digits):
            raise BadValue
        value = int(digits)
        if value < minimum or (maximum is not None and value > maximum):
            raise BadValue
        return value

    expected = f"a whole number from {minimum}" + ("" if maximum is None else f" to {maximum}")
    return Kind(expected=expected, read=read)


def decimal(minimum: str, maximum: str) -> Kind:
    """A number with decimals in a range."""
    low, high = Decimal(minimum), Decimal(maximum)

    def read(text: str) -> Decimal:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text.strip()):
            raise BadValue
        value = Decimal(text.strip())
        if not low <= value <= high:
            raise BadValue
        return value

    return Kind(expected=f"a number from {minimum} to {maximum}", read=read)


def one_of(literal: object, *, also: Mapping[str, object] | None = None) -> Kind:
    """One word of a `Literal` type; `also` has further spellings and what they mean."""
    meaning: dict[str, object] = {word: word for word in get_args(literal)} | dict(also or {})

    def read(text: str) -> object:
        try:
            return meaning[text.strip()]
        except KeyError:
            raise BadValue from None

    return Kind(expected=_choice(list(meaning)), read=read)


def several_of(literal: object) -> Kind:
    """One or more words of a `Literal` type, separated by spaces; each is kept once, in the order written."""
    words = get_args(literal)

    def read(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(text.split()))
        if not found or not set(found) <= set(words):
            raise BadValue
        return found

    return Kind(expected=f"one or more of {', '.join(words)}", read=read)


def _choice(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _read_method(text: str) -> str:
    """GET or POST in any case: apps write `get`, and it can mean nothing else."""
    if text.strip().upper() not in get_args(Method):
        raise BadValue
    return text.strip().upper()


def _read_hints(text: str) -> tuple[str, ...]:
    hints = tuple(hint.strip() for hint in text.split(",") if hint.strip())
    if len(hints) > 500 or any(len(hint) > 100 for hint in hints):
        raise BadValue
    return hints


def normal_language(text: str) -> str:
    """`en-us` as `en-US`, the way Twilio's SDKs write it; what is no language tag is a `BadValue`."""
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", text.strip()):
        raise BadValue
    first, *others = text.strip().replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in others)])


BOOLEAN = one_of(None, also={"true": True, "false": False})
METHOD = Kind(expected="GET or POST", read=_read_method)
TEXT = text_kind()
HINTS = Kind(expected="at most 500 phrases of at most 100 characters, separated by commas", read=_read_hints)
LANGUAGE = Kind(expected="a language tag such as en-US", read=normal_language)
LANGUAGE_AS_WRITTEN = matching(r"[A-Za-z]{2,5}([-_][A-Za-z0-9]{1,8}){0,4}", "a language tag such as en-US")
DIGITS_TO_SEND = matching(r"[0-9A-DwW#*]+", "characters of 0-9 A-D # * w W")
