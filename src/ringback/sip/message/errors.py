"""What can be wrong with a message. A peer's fault and local misuse are different types.

MalformedSip                    a peer's fault; never leaves the stack
├── MalformedUri                a URI outside the grammar of RFC 3261 section 19.1
├── MalformedHeader             a header that is missing or outside its grammar; owes 400
├── MalformedStream             a TCP stream that cannot be framed any more: close the connection
└── MalformedMessage            bytes that are no message (in `parser`, because it may bear a `Request`)
IllegalHeader                   local misuse: a header name or value that must never be written
"""

MAX_QUOTED_CHARACTERS = 120
"""How much of a stranger's text an error repeats."""


def shorten(text: str) -> str:
    """A stranger's text, made safe and short enough for a log line."""
    cut = text if len(text) <= MAX_QUOTED_CHARACTERS else text[:MAX_QUOTED_CHARACTERS] + "..."
    return ascii(cut)


class MalformedSip(ValueError):
    """Something a peer sent is outside the grammar."""


class MalformedUri(MalformedSip):
    """A URI that cannot be parsed."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{why}: {shorten(text)}")
        self.text = text
        self.why = why


class MalformedHeader(MalformedSip):
    """A header that is missing, or whose value cannot be parsed."""

    def __init__(self, name: str, value: str, why: str = "malformed") -> None:
        super().__init__(f"{name} is {why}: {shorten(value)}" if value else f"{name} is {why}")
        self.name = name
        self.value = value
        self.why = why


class MalformedStream(MalformedSip):
    """A stream in which the end of the message cannot be found; the connection has to be closed (RFC 3261 18.3)."""


class IllegalHeader(ValueError):
    """A header name that is no token, or a value with CR, LF or NUL, was about to be written by us (OU-09)."""
