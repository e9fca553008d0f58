"""The first of the two stages: XML as plain elements, before anyone knows what TwiML is."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An XML element without comments and processing instructions. `line` is where its start tag ends, from 1.

    `content` is text and elements in order; texts that touch are one, empty ones are left out. Names in a namespace are
    written `{uri}name`, but `xml:lang` keeps its usual prefix.
    """

    name: str
    line: int
    attributes: tuple[tuple[str, str], ...] = ()
    content: "tuple[str | Element, ...]" = ()

    @property
    def text(self) -> str:
        """The text directly inside, without that of child elements."""
        return "".join(part for part in self.content if isinstance(part, str))

    @property
    def children(self) -> "Iterator[Element]":
        return (part for part in self.content if isinstance(part, Element))
