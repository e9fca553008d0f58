"""The grammar of RFC 3261 section 25 that headers share: tokens, quoted strings, parameters, comma-separated lists.

Every pattern here is possessive or matches one character, so that no input can make one backtrack: parsing takes time
linear in the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

# token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" )
TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]++")

# quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
QUOTED_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"')
_QUOTED_PAIR = re.compile(r"\\(.)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TO_BE_ESCAPED = re.compile(r'["\\]')

# generic-param = token [ EQUAL gen-value ];  gen-value = token / host / quoted-string
# We differ: a bare value may hold any visible character that does not end it ("tag=abc==" is common in the field).
_BARE_VALUE = r"[^\x00-\x20\x7f;,\"<>]++"
_BARE = re.compile(_BARE_VALUE)
_PARAMETER = re.compile(
    rf"[ \t]*+;[ \t]*+({TOKEN.pattern})(?:[ \t]*+=[ \t]*+(?:{QUOTED_STRING.pattern}|({_BARE_VALUE})))?+[ \t]*+"
)

_LIST_MARK = re.compile(r'["\\<>,]')


def is_token(text: str) -> bool:
    """Whether a text may stand where the grammar asks for a token (method, header name, option tag)."""
    return TOKEN.fullmatch(text) is not None


def printable(text: str) -> str:
    """A text without its control characters (a tab may stay)."""
    return _CONTROL.sub("", text)


def quote(text: str) -> str:
    """A text as a quoted-string; control characters are left out."""
    return '"' + _TO_BE_ESCAPED.sub(r"\\\g<0>", printable(text)) + '"'


def unquote(inner: str) -> str:
    """What a quoted-string says; `inner` is without its quotes.

    We differ: control characters, which a quoted-pair may hold (RFC 4475 section 3.1.1.2), are left out.
    """
    return printable(_QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner)


def split_list(text: str) -> list[str]:
    """The elements of a comma-separated list; a comma inside quotes or angle brackets does not count.

    Empty elements are left out.
    """
    if "," not in text:
        return [text.strip()] if text.strip() else []
    elements: list[str] = []
    start = 0
    for comma in _top_level_commas(text):
        elements.append(text[start:comma].strip())
        start = comma + 1
    elements.append(text[start:].strip())
    return [element for element in elements if element]


def _top_level_commas(text: str) -> Iterator[int]:
    inside = ""  # the character that ends what we are in: a quote, a closing bracket, or nothing
    escaped_at = -1
    for found in _LIST_MARK.finditer(text):
        mark, position = found.group(), found.start()
        if position == escaped_at:
            continue
        if inside:
            if mark == "\\" and inside == '"':
                escaped_at = position + 1
            elif mark == inside:
                inside = ""
        elif mark == '"':
            inside = '"'
        elif mark == "<":
            inside = ">"
        elif mark == ",":
            yield position


class Parameters(Mapping[str, str | None]):
    """Parameters of a URI or a header: ordered, names case-insensitive, spelling kept; `None` stands for a flag.

    Values are unquoted; whether a value came in quotes is remembered for writing and ignored in comparison.
    """

    __slots__ = ("_entries",)

    def __init__(
        self, entries: Mapping[str, str | None] | Iterable[tuple[str, str | None] | tuple[str, str | None, bool]] = ()
    ) -> None:
        pairs = entries.items() if isinstance(entries, Mapping) else entries
        self._entries = tuple((pair[0], pair[1], len(pair) == 3 and bool(pair[-1])) for pair in pairs)

    def __getitem__(self, name: str) -> str | None:
        folded = name.lower()
        for key, value, _ in self._entries:
            if key.lower() == folded:
                return value
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(key.lower() == name.lower() for key, _, _ in self._entries)

    def __iter__(self) -> Iterator[str]:
        return (key for key, _, _ in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def pairs(self) -> Iterator[tuple[str, str | None]]:
        """(name, value) of each, in order, doubles included."""
        return ((key, value) for key, value, _ in self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._comparable() == other._comparable()

    def __hash__(self) -> int:
        return hash(self._comparable())

    def _comparable(self) -> tuple[tuple[str, str | None], ...]:
        return tuple((key.lower(), value) for key, value, _ in self._entries)

    def __repr__(self) -> str:
        return f"Parameters({[(key, value) for key, value, _ in self._entries]!r})"

    def with_parameter(self, name: str, value: str | None = None) -> "Parameters":
        """A copy in which the parameter has this value: in its place if it was there, else at the end."""
        if name not in self:
            return Parameters((*self._entries, (name, value)))
        folded = name.lower()
        return Parameters((key, value) if key.lower() == folded else (key, old, q) for key, old, q in self._entries)

    def without(self, name: str) -> "Parameters":
        """A copy that lacks the parameter."""
        return Parameters(entry for entry in self._entries if entry[0].lower() != name.lower())

    def has_duplicates(self) -> bool:
        """Whether a name is there twice, which RFC 3261 section 7.3.1 forbids."""
        return len({key.lower() for key, _, _ in self._entries}) != len(self._entries)

    @classmethod
    def parse(cls, text: str, start: int = 0) -> "Parameters":
        """Header parameters, `;name=value;flag;name="quoted"`, from `start` to the end. Raises ValueError."""
        entries: list[tuple[str, str | None, bool]] = []
        position, end = start, len(text)
        while position < end:
            found = _PARAMETER.match(text, position)
            if found is None:
                raise ValueError(f"no parameter at position {position}")
            name, quoted, bare = found.groups()
            entries.append((name, bare, False) if quoted is None else (name, unquote(quoted), True))
            position = found.end()
        return cls(entries)

    def __str__(self) -> str:
        return "".join(f";{name}{_write_value(value, quoted)}" for name, value, quoted in self._entries)


def _write_value(value: str | None, quoted: bool) -> str:
    if value is None:
        return ""
    if quoted or _BARE.fullmatch(value) is None:
        return "=" + quote(value)
    return "=" + value


NO_PARAMETERS = Parameters()
