"""`parse_message`: what is a message, what is answerable, what is dropped, and the limits."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.parser import (
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_MESSAGE_BYTES,
    MalformedMessage,
    parse_message,
)
from ringback.sip.message.uri import AbsoluteUri
from ringback.sip.message.validate import validate_request

BASIC = (
    b"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
)


def request_bytes(headers: bytes = b"", body: bytes = b"", line: bytes = b"INVITE sip:c@d SIP/2.0") -> bytes:
    return line + b"\r\n" + BASIC + headers + b"\r\n" + body


def parse_request(data: bytes) -> Request:
    message = parse_message(data)
    assert isinstance(message, Request)
    return message


def malformed(data: bytes) -> MalformedMessage:
    with pytest.raises(MalformedMessage) as caught:
        parse_message(data)
    return caught.value


def test_a_request_is_read() -> None:
    request = parse_request(request_bytes(b"Content-Length: 2\r\n", b"hi"))
    assert (request.method, str(request.uri), request.body) == ("INVITE", "sip:c@d", b"hi")
    assert request.headers.get("Call-ID") == "x"


def test_a_response_is_read() -> None:
    response = parse_message(b"sip/2.0 486 Busy Here\r\n" + BASIC + b"\r\n")
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (486, "Busy Here")


def test_empty_lines_before_the_message_are_passed_over() -> None:
    assert parse_request(b"\r\n\r\n" + request_bytes()).method == "INVITE"


def test_folded_lines_are_joined() -> None:
    request = parse_request(request_bytes(b"Subject: one\r\n two\r\n\t three  \r\nX-A:\r\n 1\r\n"))
    assert request.headers.get("Subject") == "one two three"
    assert request.headers.get("X-A") == "1"


def test_unknown_headers_are_kept_verbatim() -> None:
    request = parse_request(request_bytes(b'X-TWO: b;c,d\r\nx-one :  "q" \r\nEmpty:\r\n'))
    assert list(request.headers.items())[5:] == [("X-TWO", "b;c,d"), ("x-one", '"q"'), ("Empty", "")]


def test_utf8_is_read_and_latin_1_where_it_is_not_utf8() -> None:
    assert parse_request(request_bytes("Subject: größer\r\n".encode())).headers.get("Subject") == "größer"
    assert parse_request(request_bytes("Subject: größer\r\n".encode("latin-1"))).headers.get("Subject") == "größer"


def test_a_body_without_a_length_is_the_rest_of_the_datagram() -> None:
    assert parse_request(request_bytes(body=b"all of it\r\n\r\n")).body == b"all of it\r\n\r\n"


def test_what_is_over_the_length_is_discarded() -> None:
    assert parse_request(request_bytes(b"l: 3\r\n", b"abcdef")).body == b"abc"
    assert parse_request(request_bytes(b"l: 3\r\nContent-Length: 3\r\n", b"abcdef")).body == b"abc"


def test_a_body_shorter_than_its_length_is_a_bad_request() -> None:
    problem = malformed(request_bytes(b"Content-Length: 4\r\n", b"abc"))
    assert problem.owed == (400, "Body Shorter Than Content-Length")
    assert problem.request is not None
    assert problem.request.call_id == "x"


@pytest.mark.parametrize("length", [b"-1", b"x", b"", b"1 2", b"+3", b"99999999999", "٣".encode()])
def test_a_length_that_is_no_number_is_a_bad_request(length: bytes) -> None:
    assert malformed(request_bytes(b"Content-Length: " + length + b"\r\n")).owed == (400, "Bad Content-Length")


@pytest.mark.parametrize(
    ("line", "owed"),
    [
        (b"INVITE  sip:c@d SIP/2.0", (400, "Bad Request-Line")),
        (b"INVITE sip:c@d SIP/2.0 ", (400, "Bad Request-Line")),
        (b"INVITE sip:c@d ;lr SIP/2.0", (400, "Bad Request-Line")),
        (b"INVITE <sip:c@d> SIP/2.0", (400, "Bad Request-URI")),
        (b"INVITE sip:%zz@d SIP/2.0", (400, "Bad Request-URI")),
        (b"INVITE sip:c@d SIP/3.0", (505, "Version Not Supported")),
        (b"INVITE sip:c@d SIP/2.1", (505, "Version Not Supported")),
    ],
)
def test_a_broken_request_line_is_answerable(line: bytes, owed: tuple[int, str]) -> None:
    problem = malformed(request_bytes(line=line))
    assert problem.owed == owed
    assert problem.request is not None
    assert problem.request.method == "INVITE"


@pytest.mark.parametrize("header", [b"no colon\r\n", b": x\r\n", b"X Y: 1\r\n", b"X\x80: 1\r\n"])
def test_a_broken_header_line_is_answerable(header: bytes) -> None:
    problem = malformed(request_bytes(header))
    assert problem.owed == (400, "Bad Header Line")
    assert problem.request is not None
    assert problem.request.cseq.number == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n\r\n",
        b"INVITE sip:c@d SIP/2.0\r\n",
        b"hello\r\n\r\n",
        b"INVITE sip:c@d\r\n" + BASIC + b"\r\n",
        b"IN<VITE sip:c@d SIP/2.0\r\n" + BASIC + b"\r\n",
        b"INVITE sip:c@d HTTP/1.1\r\n" + BASIC + b"\r\n",
        request_bytes(b"X: a\rb\r\n"),
        request_bytes(b"X: a\nb\r\n"),
        request_bytes(b"X: a\x00b\r\n"),
        request_bytes().replace(b"\r\n", b"\n"),
        b"INVITE sip:c@d SIP/2.0\r\nbroken\r\n\r\n",
        request_bytes(b"broken\r\n", line=b"ACK sip:c@d SIP/2.0"),
        b"SIP/2.0 99 Low\r\n" + BASIC + b"\r\n",
        b"SIP/2.0 700 High\r\n" + BASIC + b"\r\n",
        b"SIP/3.0 200 OK\r\n" + BASIC + b"\r\n",
        b"SIP/2.0 200OK\r\n" + BASIC + b"\r\n",
        b"SIP/2.0 200 OK\r\n" + BASIC + b"l: 5\r\n\r\nabc",
        b"SIP/2.0 200 OK\r\n" + BASIC.replace(b"1 INVITE", b"x") + b"\r\n",
        b"SIP/2.0 200 OK\r\n" + BASIC.replace(b"Via", b"Wia") + b"\r\n",
        b"SIP/2.0 200 OK\r\nbroken\r\n" + BASIC + b"\r\n",
    ],
)
def test_what_nobody_can_answer_is_to_be_dropped(data: bytes) -> None:
    problem = malformed(data)
    assert problem.owed is None
    assert problem.request is None


def test_other_schemes_are_left_to_validation() -> None:
    assert parse_request(request_bytes(line=b"INVITE tel:+1555 SIP/2.0")).uri == AbsoluteUri(text="tel:+1555")


def test_the_message_has_a_size_limit() -> None:
    room = MAX_MESSAGE_BYTES - len(request_bytes())
    assert len(parse_request(request_bytes(body=b"x" * room)).body) == room
    assert malformed(request_bytes(body=b"x" * (room + 1))).owed is None


def test_the_number_of_header_lines_is_limited() -> None:
    most = MAX_HEADERS - 5
    assert len(parse_request(request_bytes(b"X: 1\r\n" * most)).headers) == MAX_HEADERS
    assert malformed(request_bytes(b"X: 1\r\n" * (most + 1))).owed == (400, "Too Many Headers")


def test_the_length_of_a_header_line_is_limited() -> None:
    longest = b"X:" + b"x" * (MAX_HEADER_BYTES - 2)
    assert parse_request(request_bytes(longest + b"\r\n")).headers.get("X") == "x" * (MAX_HEADER_BYTES - 2)
    assert malformed(request_bytes(longest + b"x\r\n")).owed == (400, "Header Too Long")


@given(st.binary())
@example(b"\x00\r\n\r\n")
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    for whole in (
        data,
        data + b"\r\n\r\n",
        request_bytes(data),
        request_bytes(data + b"\r\n"),
        b"SIP/2.0 200 OK\r\n" + data,
    ):
        read_in_full(whole)


def read_in_full(data: bytes) -> Message | None:
    try:
        message = parse_message(data)
    except MalformedMessage:
        return None
    if isinstance(message, Request):
        validate_request(message)
    return message


MARKS = [bytes([code]) for code in b'\r\n \t\x00:;,"\\<>=%@[]*\xff']
WORDS = b"Via v From To CSeq Contact Route Content-Length l Require Accept SIP/2.0 INVITE sip: tel: a 1 tag branch ::1"
PIECES = st.lists(
    st.sampled_from([b"\r\n", b"\xc3\xbc", b"99999999999999999999", *MARKS, *WORDS.split()]), max_size=30
).map(b"".join)


@given(PIECES, PIECES)
def test_pieces_of_messages_never_raise_anything_else(headers: bytes, uri: bytes) -> None:
    read_in_full(request_bytes(headers + b"\r\n", line=b"INVITE " + uri + b" SIP/2.0"))
    read_in_full(b"INVITE sip:a SIP/2.0\r\n" + headers + b"\r\n\r\n" + uri)


@given(PIECES)
def test_what_was_read_is_written_and_read_the_same(headers: bytes) -> None:
    message = read_in_full(request_bytes(b"l: 0\r\n" + headers + b"\r\n"))
    if message is not None:
        assert parse_message(message.to_bytes()) == message


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"], exclude_characters="\u2028\u2029"), min_size=1)


@given(
    st.lists(st.tuples(st.from_regex(r"X-[A-Za-z0-9]{1,9}", fullmatch=True), VALUES), max_size=9),
    st.binary(max_size=99),
)
def test_any_header_values_and_body_round_trip(lines: list[tuple[str, str]], body: bytes) -> None:
    request = parse_request(request_bytes(b"l: 0\r\n"))
    for name, value in lines:
        request.headers.add(name, value)
    whole = Request(method="INVITE", uri=request.uri, headers=request.headers, body=body)
    again = parse_request(whole.to_bytes())
    assert list(again.headers.items())[6:] == lines
    assert again.body == body
