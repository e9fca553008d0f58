"""`Headers`: the header fields of a message in order, spelling kept, names compared without regard to case."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar, cast

from ringback.sip.message.errors import IllegalHeader, shorten
from ringback.sip.message.grammar import is_token, split_list

T = TypeVar("T")

COMPACT_FORMS = {
    "a": "accept-contact",  # RFC 3841
    "b": "referred-by",  # RFC 3892
    "c": "content-type",
    "d": "request-disposition",  # RFC 3841
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",  # RFC 3841
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",  # RFC 4474
    "o": "event",  # RFC 6665
    "r": "refer-to",  # RFC 3515
    "s": "subject",
    "t": "to",
    "u": "allow-events",  # RFC 6665
    "v": "via",
    "x": "session-expires",  # RFC 4028
    "y": "identity",  # RFC 8224
}

# fmt: off
LIST_HEADERS = frozenset(
    {
        "accept", "accept-contact", "accept-encoding", "accept-language", "alert-info", "allow", "allow-events",
        "call-info", "contact", "content-encoding", "content-language", "diversion", "error-info",
        "history-info", "in-reply-to", "p-asserted-identity", "p-preferred-identity", "path", "proxy-require",
        "reason", "record-route", "recv-info", "reject-contact", "require", "route", "security-client",
        "security-server", "security-verify", "service-route", "supported", "unsupported", "via", "warning",
    }
)
# fmt: on
"""Headers whose value is a comma-separated list, so that one line may stand for several (RFC 3261 section 7.3.1)."""

_FORBIDDEN = re.compile(r"[\r\n\x00]")


def canonical_name(name: str) -> str:
    """The name in lower case with its compact form expanded."""
    folded = name.lower()
    return COMPACT_FORMS.get(folded, folded)


def check_header(name: str, value: str) -> None:
    """Raise `IllegalHeader` for what would let a value break out of its line."""
    if not is_token(name):
        raise IllegalHeader(f"not a header name: {shorten(name)}")
    if _FORBIDDEN.search(value):
        raise IllegalHeader(f"{name} may not hold CR, LF or NUL: {shorten(value)}")


class Headers:
    """An ordered multi-map of header lines.

    `get` gives the value of the first line, whole. `get_all` gives every value: lines that hold a list
    (`LIST_HEADERS`) are split, so that one line and several read the same.
    """

    __slots__ = ("_index", "_lines", "_parsed")

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self._lines: list[tuple[str, str, str]] = []  # canonical name, name as spelt, value
        self._index: dict[str, list[str]] | None = None  # values by canonical name, made when first asked for
        self._parsed: dict[str, object] = {}
        for name, value in lines:
            self.add(name, value)

    @classmethod
    def from_wire(cls, lines: Iterable[tuple[str, str]]) -> "Headers":
        """Take over lines that the parser has already checked."""
        headers = cls()
        headers._lines = [(canonical_name(name), name, value) for name, value in lines]
        return headers

    def get(self, name: str) -> str | None:
        """The value of the first line of that name, or None."""
        values = self._values(canonical_name(name))
        return values[0] if values else None

    def get_lines(self, name: str) -> list[str]:
        """The value of each line of that name, as it stands."""
        return list(self._values(canonical_name(name)))

    def _values(self, key: str) -> list[str]:
        if self._index is None:
            self._index = {}
            for line_key, _, value in self._lines:
                self._index.setdefault(line_key, []).append(value)
        return self._index.get(key, [])

    def get_all(self, name: str) -> list[str]:
        """Each value of that name, lists split."""
        key = canonical_name(name)
        lines = self._values(key)
        if key not in LIST_HEADERS:
            return list(lines)
        return [element for line in lines for element in split_list(line)]

    def items(self) -> Iterator[tuple[str, str]]:
        """(name as spelt, value) of each line, in order."""
        return ((name, value) for _, name, value in self._lines)

    def set(self, name: str, value: str) -> None:
        """Make this the only line of that name, where the first one was, else at the end."""
        check_header(name, value)
        key = canonical_name(name)
        kept = [line for line in self._lines if line[0] != key]
        index = next((at for at, line in enumerate(self._lines) if line[0] == key), len(kept))
        kept.insert(index, (key, name, value))
        self._replace_lines(key, kept)

    def add(self, name: str, value: str) -> None:
        """Put a line at the end."""
        check_header(name, value)
        key = canonical_name(name)
        self._lines.append((key, name, value))
        self._forget(key)

    def prepend(self, name: str, value: str) -> None:
        """Put a line before the first one of that name, else at the top (Via, Route, Record-Route)."""
        check_header(name, value)
        key = canonical_name(name)
        index = next((at for at, line in enumerate(self._lines) if line[0] == key), 0)
        self._lines.insert(index, (key, name, value))
        self._forget(key)

    def remove(self, name: str) -> None:
        """Take every line of that name out; nothing happens if there is none."""
        key = canonical_name(name)
        self._replace_lines(key, [line for line in self._lines if line[0] != key])

    def remove_first(self, name: str) -> str | None:
        """Take the first value out, of a list its first element only, and give it back."""
        return self._exchange_first(name, None)

    def replace_first(self, name: str, value: str) -> None:
        """Put another value in the place of the first one, of a list its first element only."""
        check_header(name, value)
        if self._exchange_first(name, value) is None:
            self.prepend(name, value)

    def _exchange_first(self, name: str, value: str | None) -> str | None:
        key = canonical_name(name)
        for at, (line_key, spelt, line) in enumerate(self._lines):
            if line_key != key:
                continue
            first, *others = (split_list(line) or [line]) if key in LIST_HEADERS else [line]
            elements = others if value is None else [value, *others]
            lines = list(self._lines)
            lines[at : at + 1] = [(key, spelt, ", ".join(elements))] if elements else []
            self._replace_lines(key, lines)
            return first
        return None

    def parsed(self, name: str, parse: Callable[[str], T]) -> T:
        """What `parse` makes of the lines of that name (in full), remembered until one of them changes."""
        key = name.lower()
        if key not in self._parsed:
            self._parsed[key] = parse(name)
        return cast(T, self._parsed[key])

    def only(self, canonical_names: Collection[str]) -> "Headers":
        """The lines of these names (lower case, in full), in order, as a new object."""
        other = Headers()
        other._lines = [line for line in self._lines if line[0] in canonical_names]
        other._parsed = {key: value for key, value in self._parsed.items() if key in canonical_names}
        return other

    def copy(self) -> "Headers":
        """An independent copy."""
        other = Headers()
        other._lines = list(self._lines)
        other._parsed = dict(self._parsed)
        return other

    def _replace_lines(self, key: str, lines: list[tuple[str, str, str]]) -> None:
        """`lines` differ from those there were in the ones of this name."""
        self._lines = lines
        self._forget(key)

    def _forget(self, key: str) -> None:
        self._index = None
        self._parsed.pop(key, None)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __len__(self) -> int:
        return len(self._lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._comparable() == other._comparable()

    __hash__ = None  # type: ignore[assignment]

    def _comparable(self) -> list[tuple[str, str]]:
        return [(key, value) for key, _, value in self._lines]

    def __repr__(self) -> str:
        return f"Headers({list(self.items())!r})"
