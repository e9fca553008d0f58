"""URLs of attributes: what is judged here and what is left to whoever fetches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.twiml.kind import MAX_URL_LENGTH, BadValue, Kind
from ringback.twiml.url_kind import (
    ABSOLUTE_URL,
    CALLBACK_URL,
    FETCHED_URL,
    SOCKET_URL,
    STREAM_URL,
    WAIT_URL,
)


@pytest.mark.parametrize(
    ("kind", "text", "url"),
    [
        (FETCHED_URL, " anything at all ", "anything at all"),
        (CALLBACK_URL, "https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
        (CALLBACK_URL, "HTTP://user:pass@a.example:8080/", "HTTP://user:pass@a.example:8080/"),
        (CALLBACK_URL, "/status", "/status"),
        (CALLBACK_URL, "status?x=é", "status?x=é"),
        (CALLBACK_URL, "  ", None),
        (CALLBACK_URL, "http://[::1]/", "http://[::1]/"),
        (ABSOLUTE_URL, "http://a.example", "http://a.example"),
        (ABSOLUTE_URL, "", None),
        (WAIT_URL, "", ""),
        (WAIT_URL, "/music", "/music"),
        (STREAM_URL, "wss://a.example/x", "wss://a.example/x"),
        (STREAM_URL, "/x", "/x"),
        (SOCKET_URL, "wss://a.example/x?y=z", "wss://a.example/x?y=z"),
    ],
)
def test_good_urls(kind: Kind, text: str, url: str | None) -> None:
    assert kind.read(text) == url


@pytest.mark.parametrize("kind", [CALLBACK_URL, ABSOLUTE_URL, WAIT_URL])
@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://a b/",
        "http://a\nb/",
        "http://a:port/",
        "http://a:99999/",
        "http://[::1",
        "http://a/<b>",
        "http://a/" + "x" * MAX_URL_LENGTH,
    ],
)
def test_bad_urls(kind: Kind, text: str) -> None:
    with pytest.raises(BadValue):
        kind.read(text)


@pytest.mark.parametrize("text", ["/relative", "//a.example/x", "a.example"])
def test_some_must_be_absolute(text: str) -> None:
    with pytest.raises(BadValue):
        ABSOLUTE_URL.read(text)


@pytest.mark.parametrize("text", ["", "ws://a", "wss:", "/x", "http://a", "wss://a b"])
def test_a_socket_is_wss(text: str) -> None:
    with pytest.raises(BadValue):
        SOCKET_URL.read(text)


@given(
    st.sampled_from([CALLBACK_URL, ABSOLUTE_URL, WAIT_URL, STREAM_URL, SOCKET_URL, FETCHED_URL]), st.text(max_size=60)
)
def test_nothing_but_a_bad_value_is_raised(kind: Kind, text: str) -> None:
    try:
        value = kind.read(text)
    except BadValue:
        return
    assert value is None or isinstance(value, str)
