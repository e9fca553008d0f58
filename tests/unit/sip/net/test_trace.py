"""The trace shows everything but secrets."""

import pytest

from ringback.sip.net.trace import TraceLine, blanked, trace_line
from tests.unit.sip.conftest import UDP_PEER


def line(text: str) -> TraceLine:
    return trace_line(text.encode(), UDP_PEER, 1.5, is_sent=True)


@pytest.mark.parametrize(
    "header",
    [
        'Proxy-Authorization: Digest username="alice", response="secret"',
        'authorization:Digest response="secret"',
        'AUTHORIZATION  : Digest username="alice",\r\n response="secret",\r\n\tcnonce="secret"',
    ],
)
def test_credentials_are_blanked_also_when_folded(header: str) -> None:
    text = blanked(f"INVITE sip:x SIP/2.0\r\nVia: v\r\n{header}\r\nCall-ID: c\r\n\r\n")
    assert "secret" not in text
    assert "***" in text
    assert "\r\nCall-ID: c\r\n" in text


def test_media_keys_are_blanked() -> None:
    text = blanked("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\na=sendrecv\r\n")
    assert "c2VjcmV0" not in text
    assert "a=sendrecv" in text


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert "\x1b" not in blanked("Subject: \x1b[2J\x07\r\n")
    assert blanked("Subject: Zoë\r\n") == "Subject: Zoë\r\n"


def test_bytes_that_are_no_text_are_shown_somehow() -> None:
    assert trace_line(b"\xff\xfe", UDP_PEER, 0.0, is_sent=False).text


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("INVITE sip:x@y SIP/2.0\r\nVia: v\r\n\r\n", "INVITE sip:x@y"),
        ("SIP/2.0 180 Ringing\r\nVia: v\r\n\r\n", "180 Ringing"),
        ("A" * 500, "A" * 100),
    ],
)
def test_a_line_has_a_summary(text: str, summary: str) -> None:
    assert line(text).summary == summary
    assert line(text).peer == "udp:192.0.2.9:5060"
