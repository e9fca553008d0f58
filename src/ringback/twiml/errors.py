"""What can be wrong with a TwiML document, in Twilio's numbers.

    TwimlError
    └── DocumentError      the whole document is refused (12100, 12101, 12102, 11750); the app's fallback URL applies

A `Problem` is not raised: it is one warning about one element or attribute, and the rest of the document runs
(D-03, D-18).
"""

from dataclasses import dataclass

from ringback.model.error_code import Level

MAX_SHOWN = 80  # characters of a value in a message


class TwimlError(Exception):
    """Every failure this package raises."""


class DocumentError(TwimlError):
    """The document cannot be run at all. `line` is None where the fault has no place, such as too many bytes."""

    def __init__(self, code: int, message: str, line: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in a document that could not be taken as written; `message` says where, and what was expected.

    `line` is 0 and `element` None for what concerns no element. `attribute` and `value` are None where it is
    not about one.
    """

    code: int
    level: Level
    message: str
    line: int = 0
    element: str | None = None
    attribute: str | None = None
    value: str | None = None


def escaped(text: str, maximum: int = MAX_SHOWN) -> str:
    """A stranger's text for a message: clipped, with nothing in it that a terminal or a log would act on."""
    clipped = text if len(text) <= maximum else text[:maximum] + "..."
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in clipped)


def shown(value: str) -> str:
    """A value for a message, escaped and in quotes."""
    return f'"{escaped(value)}"'
