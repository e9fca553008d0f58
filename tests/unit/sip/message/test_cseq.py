"""CSeq: RFC 3261 section 20.16."""

import pytest

from ringback.sip.message.cseq import MAX_SEQUENCE_NUMBER, CSeq
from ringback.sip.message.errors import MalformedHeader


@pytest.mark.parametrize(
    ("text", "number", "method"),
    [
        ("4711 INVITE", 4711, "INVITE"),
        ("0009   INVITE", 9, "INVITE"),
        (" 0\tx ", 0, "x"),
        (f"{MAX_SEQUENCE_NUMBER} A", MAX_SEQUENCE_NUMBER, "A"),
    ],
)
def test_values_are_read(text: str, number: int, method: str) -> None:
    cseq = CSeq.parse(text)
    assert (cseq.number, cseq.method) == (number, method)
    assert CSeq.parse(str(cseq)) == cseq


@pytest.mark.parametrize(
    "text",
    ["", "1", "INVITE", "-1 INVITE", "1INVITE", "1 a b", "٣ INVITE", f"{MAX_SEQUENCE_NUMBER + 1} A", "9" * 5000 + " A"],
)
def test_malformed_values_raise(text: str) -> None:
    with pytest.raises(MalformedHeader):
        CSeq.parse(text)
