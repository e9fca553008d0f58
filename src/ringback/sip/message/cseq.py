"""`CSeq`: the number and method that order requests (RFC 3261 section 20.16)."""

import re
from dataclasses import dataclass

from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.grammar import TOKEN

MAX_SEQUENCE_NUMBER = 2**31 - 1
"""RFC 3261 section 8.1.1.5: the number MUST be less than 2**31."""

_CSEQ = re.compile(rf"([0-9]{{1,20}}+)[ \t]++({TOKEN.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CSeq:
    """`4711 INVITE`."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> "CSeq":
        """Read a value; raises `MalformedHeader`."""
        found = _CSEQ.fullmatch(text.strip())
        if found is None or int(found.group(1)) > MAX_SEQUENCE_NUMBER:
            raise MalformedHeader("CSeq", text)
        return cls(number=int(found.group(1)), method=found.group(2))

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
