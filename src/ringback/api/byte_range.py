"""The Range header of RFC 9110 section 14: one range of bytes, or the whole."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """The bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class UnsatisfiableRange(Exception):
    """The range lies behind the end: 416 (RFC 9110 section 15.5.17)."""


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """None for the whole: no header, several ranges, or a header that is not understood, all of which a server may
    answer with everything (RFC 9110 section 14.2). Raises `UnsatisfiableRange`."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        length = min(int(match["last"]), size)
        if length == 0:
            raise UnsatisfiableRange
        return ByteRange(start=size - length, stop=size)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size - 1
    if match["last"] and last < first:
        return None
    if first >= size:
        raise UnsatisfiableRange
    return ByteRange(start=first, stop=min(last, size - 1) + 1)
