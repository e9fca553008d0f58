"""How much of each verb and noun Ringback does: the last column of `docs/reference/twiml.md`, which is made from this.

`parsed` is the state of everything else: read, checked and typed, and not acted on. Whoever makes a verb run raises its
entry here. A key is a path of element names from the verb, such as `Dial/Number`; `Dial/Number@sendDigits` is one
attribute. An attribute without an entry has the status of its element.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Status = Literal["done", "partly", "parsed", "not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`note` says how, for `partly`, and why, for `not`."""

    status: Status
    note: str = ""

    def __str__(self) -> str:
        return f"{self.status}: {self.note}" if self.note else self.status


PARSED = Coverage(status="parsed")
DONE = Coverage(status="done")


def partly(note: str) -> Coverage:
    return Coverage(status="partly", note=note)


def not_done(note: str) -> Coverage:
    return Coverage(status="not", note=note)


COVERAGE: Mapping[str, Coverage] = MappingProxyType({})


def coverage_of(path: str, attribute: str | None = None) -> Coverage:
    """The status of an element, or of one of its attributes."""
    whole = COVERAGE.get(path, PARSED)
    return whole if attribute is None else COVERAGE.get(f"{path}@{attribute}", whole)
