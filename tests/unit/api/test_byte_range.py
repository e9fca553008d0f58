"""RFC 9110 section 14: which bytes a Range header asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.api.byte_range import ByteRange, UnsatisfiableRange, parse_range


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10-", 10, 100),
        ("bytes=99-", 99, 100),
        ("bytes=0-1000", 0, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-1000", 0, 100),
        (" bytes=5-6 ", 5, 7),
    ],
)
def test_one_range_is_cut_to_what_is_there(header: str, start: int, stop: int) -> None:
    assert parse_range(header, 100) == ByteRange(start=start, stop=stop)


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes=1" * 50]
)
def test_anything_else_asks_for_everything(header: str | None) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_had(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 100)


def test_nothing_can_be_had_of_an_empty_file() -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range("bytes=0-", 0)


def test_a_range_says_where_it_is() -> None:
    assert ByteRange(start=5, stop=10).content_range(100) == "bytes 5-9/100"


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_header_is_a_range_inside_or_nothing(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            part = parse_range(text, size)
        except UnsatisfiableRange:
            continue
        assert part is None or 0 <= part.start < part.stop <= size
