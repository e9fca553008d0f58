"""`StreamFramer`: whole messages out of a TCP or TLS stream, by Content-Length (RFC 3261 section 18.3)."""

import re

from ringback.sip.message.errors import MalformedStream
from ringback.sip.message.parser import MAX_MESSAGE_BYTES

MAX_HEAD_BYTES = 32_768
"""The most start line and headers that are waited for."""
MAX_PINGS = 64
"""The most keep-alives that one `feed` reports; the rest are passed over."""

_HEAD_END = b"\r\n\r\n"
_PING = b"\r\n\r\n"
# Content-Length = ( "Content-Length" / "l" ) HCOLON 1*DIGIT
_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*+:[ \t]*+([^\r\n]*+)", re.IGNORECASE)
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_LINE_ENDS = re.compile(rb"[\r\n]*+")
_DIGITS = re.compile(rb"[0-9]{1,10}")


class StreamFramer:
    """Holds what has come of the message that is not whole yet: never more than `MAX_MESSAGE_BYTES`.

    `pings` counts the CRLF CRLF keep-alives between messages (RFC 5626 section 3.5.1); each is owed one CRLF.
    """

    __slots__ = ("_buffer", "_message_length", "_searched", "pings")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # how far the end of the head has been looked for
        self._message_length: int | None = None  # of the message at the front of the buffer, once its head is whole
        self.pings = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what the stream brought and give the messages that are whole. Raises `MalformedStream`."""
        self._buffer += data
        messages: list[bytes] = []
        while (message := self._next_message()) is not None:
            messages.append(message)
        return messages

    def take_pings(self) -> int:
        """How many keep-alives came since the last time this was asked."""
        pings, self.pings = self.pings, 0
        return pings

    @property
    def is_between_messages(self) -> bool:
        """Whether nothing of a message is waiting, so that the connection may be closed as idle."""
        return not self._buffer

    def _next_message(self) -> bytes | None:
        if self._message_length is None and self._has_begun():
            self._message_length = self._measure()
        if self._message_length is None or len(self._buffer) < self._message_length:
            return None
        message = bytes(self._buffer[: self._message_length])
        del self._buffer[: self._message_length]
        self._message_length, self._searched = None, 0
        return message

    def _has_begun(self) -> bool:
        """Whether there is something of a message; the line ends before it are counted and taken out."""
        if self._searched:
            return True
        blank = _LINE_ENDS.match(self._buffer).end()  # type: ignore[union-attr]  # it matches nothing at least
        has_begun = blank < len(self._buffer)
        if not has_begun:
            blank -= blank % len(_PING)  # what may become a ping waits: at most three bytes
        self.pings = min(MAX_PINGS, self.pings + self._buffer.count(_PING, 0, blank))
        del self._buffer[:blank]
        return has_begun

    def _measure(self) -> int | None:
        """The length of the message whose head is at the front of the buffer; None while the head is not whole."""
        end = self._buffer.find(_HEAD_END, max(0, self._searched - len(_HEAD_END)))
        self._searched = len(self._buffer)
        if end > MAX_HEAD_BYTES or (end < 0 and self._searched > MAX_HEAD_BYTES):
            raise MalformedStream(f"no end of the headers in {MAX_HEAD_BYTES} bytes")
        if end < 0:
            return None
        length = end + len(_HEAD_END) + _content_length(bytes(self._buffer[:end]))
        if length > MAX_MESSAGE_BYTES:
            raise MalformedStream(f"a message of {length} bytes")
        return length


def _content_length(head: bytes) -> int:
    # RFC 3261 section 20.14: over a stream Content-Length is required. Without it nobody knows where the next message
    # begins; only the body-less message, which is common, may be read on.
    values = {value.strip() for value in _LENGTH.findall(_FOLD.sub(b"", head))}
    if not values:
        return 0
    if len(values) > 1:
        raise MalformedStream("two different Content-Length headers")
    value = values.pop()
    if _DIGITS.fullmatch(value) is None:
        raise MalformedStream("a Content-Length that is no number")
    return int(value)
