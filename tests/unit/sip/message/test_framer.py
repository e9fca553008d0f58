"""`StreamFramer`: whole, byte by byte, with what follows, and what ends a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sip.message.errors import MalformedStream
from ringback.sip.message.framer import MAX_HEAD_BYTES, MAX_PINGS, StreamFramer
from ringback.sip.message.parser import MAX_MESSAGE_BYTES

FIRST = b"MESSAGE sip:a SIP/2.0\r\nVia: x\r\nContent-Length: 5\r\n\r\nhello"
SECOND = b"BYE sip:a SIP/2.0\r\nVia: x\r\nl : 0\r\n\r\n"


def test_a_whole_message_comes_out_at_once() -> None:
    framer = StreamFramer()
    assert framer.feed(FIRST) == [FIRST]
    assert framer.is_between_messages


def test_a_message_byte_by_byte_comes_out_with_its_last_byte() -> None:
    framer = StreamFramer()
    assert [framer.feed(FIRST[at : at + 1]) for at in range(len(FIRST) - 1)] == [[]] * (len(FIRST) - 1)
    assert not framer.is_between_messages
    assert framer.feed(FIRST[-1:]) == [FIRST]


def test_two_messages_in_one_read_are_told_apart_and_the_rest_waits() -> None:
    framer = StreamFramer()
    assert framer.feed(FIRST + SECOND + FIRST[:10]) == [FIRST, SECOND]
    assert framer.feed(FIRST[10:]) == [FIRST]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_any_cut_gives_the_same_messages(sizes: list[int]) -> None:
    stream = FIRST + b"\r\n\r\n" + SECOND + SECOND + FIRST
    framer = StreamFramer()
    messages: list[bytes] = []
    position = 0
    for size in [*sizes, len(stream)]:
        messages += framer.feed(stream[position : position + size])
        position += size
    assert messages == [FIRST, SECOND, SECOND, FIRST]
    assert framer.take_pings() == 1


def test_a_message_without_a_length_has_no_body() -> None:
    assert StreamFramer().feed(b"BYE sip:a SIP/2.0\r\nVia: x\r\n\r\n" + SECOND) == [
        b"BYE sip:a SIP/2.0\r\nVia: x\r\n\r\n",
        SECOND,
    ]


@pytest.mark.parametrize("length", [b"CONTENT-LENGTH:5", b"l:5", b"L \t:  5", b"Content-Length:\r\n 5"])
def test_every_spelling_of_the_length_is_understood(length: bytes) -> None:
    data = b"MESSAGE sip:a SIP/2.0\r\n" + length + b"\r\n\r\nhello"
    assert StreamFramer().feed(data + SECOND) == [data, SECOND]


def test_a_name_that_ends_like_content_length_is_another_header() -> None:
    data = b"BYE sip:a SIP/2.0\r\nX-Content-Length: 5\r\nX: l: 7\r\nl: 0\r\n\r\n"
    assert StreamFramer().feed(data) == [data]


def test_pings_are_counted_and_owed_once() -> None:
    framer = StreamFramer()
    assert framer.feed(b"\r\n\r\n\r\n\r\n" + SECOND + b"\r\n") == [SECOND]
    assert (framer.take_pings(), framer.take_pings()) == (2, 0)
    assert framer.feed(b"\r\n") == []
    assert framer.take_pings() == 1
    assert framer.is_between_messages


def test_a_single_line_end_between_messages_is_passed_over() -> None:
    framer = StreamFramer()
    assert framer.feed(b"\r\n" + FIRST + b"\r\n" + SECOND) == [FIRST, SECOND]
    assert framer.take_pings() == 0


def test_the_number_of_pings_is_limited() -> None:
    framer = StreamFramer()
    framer.feed(b"\r\n\r\n" * (MAX_PINGS + 5))
    assert framer.take_pings() == MAX_PINGS


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: x",
        b"Content-Length: -1",
        b"Content-Length:",
        b"Content-Length: 1 2",
        b"Content-Length: 1\r\nl: 2",
        b"Content-Length: 99999999999",
        b"Content-Length: %d" % MAX_MESSAGE_BYTES,
    ],
)
def test_a_stream_that_cannot_be_framed_is_malformed(head: bytes) -> None:
    with pytest.raises(MalformedStream):
        StreamFramer().feed(b"MESSAGE sip:a SIP/2.0\r\n" + head + b"\r\n\r\n")


def test_the_head_that_is_waited_for_is_limited() -> None:
    framer = StreamFramer()
    assert framer.feed(b"a" * MAX_HEAD_BYTES) == []
    with pytest.raises(MalformedStream, match="no end"):
        framer.feed(b"a")
    with pytest.raises(MalformedStream, match="no end"):
        StreamFramer().feed(b"a" * (MAX_HEAD_BYTES + 1) + b"\r\n\r\n")


def test_the_largest_message_passes() -> None:
    head = b"MESSAGE sip:a SIP/2.0\r\nl: 65000\r\nX: "
    data = head + b"x" * (MAX_MESSAGE_BYTES - 65_000 - len(head) - 4) + b"\r\n\r\n" + b"b" * 65_000
    assert len(data) == MAX_MESSAGE_BYTES
    assert StreamFramer().feed(data) == [data]
