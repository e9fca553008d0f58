"""Cookies of one call (H-07)."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.webhooks.cookies import MAX_COOKIE_BYTES, MAX_COOKIES, CookieJar
from ringback.webhooks.url import AppUrl

NOW = datetime(2026, 3, 24, 18, 0, tzinfo=UTC)
PAGE = AppUrl.parse("http://app.example/voice/start")


def jar_with(*set_cookie: str, url: AppUrl = PAGE) -> CookieJar:
    jar = CookieJar()
    jar.receive(url, set_cookie, NOW)
    return jar


def asked(jar: CookieJar, url: str, later: timedelta = timedelta()) -> str | None:
    return jar.header(AppUrl.parse(url), NOW + later)


def test_a_cookie_goes_back_to_the_host_that_set_it() -> None:
    jar = jar_with("session=abc; Path=/; HttpOnly", "theme=dark; Path=/")
    assert asked(jar, "http://app.example/anything") == "session=abc; theme=dark"
    assert asked(jar, "http://other.example/anything") is None


def test_a_domain_attribute_widens_nothing() -> None:
    jar = jar_with("s=1; Path=/; Domain=example")
    assert asked(jar, "http://app.example/") == "s=1"
    assert asked(jar, "http://evil.example/") is None


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/voice", True), ("/voice/", True), ("/voice/next", True), ("/voicemail", False), ("/", False)],
)
def test_the_default_path_is_the_directory_of_the_request(path: str, sent: bool) -> None:
    """RFC 6265 §5.1.4."""
    assert (asked(jar_with("s=1"), f"http://app.example{path}") is not None) is sent


def test_the_longer_path_comes_first() -> None:
    jar = jar_with("a=1; Path=/", "b=2; Path=/voice")
    assert asked(jar, "http://app.example/voice/x") == "b=2; a=1"


def test_a_secure_cookie_needs_tls() -> None:
    jar = jar_with("s=1; Path=/; Secure")
    assert asked(jar, "http://app.example/") is None
    assert asked(jar, "https://app.example/") == "s=1"


def test_the_same_name_replaces_the_value() -> None:
    jar = jar_with("s=1; Path=/")
    jar.receive(PAGE, ["s=2; Path=/"], NOW)
    assert (asked(jar, "http://app.example/"), len(jar)) == ("s=2", 1)


@pytest.mark.parametrize(
    "attribute", ["Max-Age=0", "Max-Age=-5", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=01 Jan 1970 00:00:00"]
)
def test_an_app_can_delete_its_cookie(attribute: str) -> None:
    jar = jar_with("s=1; Path=/")
    jar.receive(PAGE, [f"s=; Path=/; {attribute}"], NOW)
    assert len(jar) == 0


def test_a_cookie_expires() -> None:
    jar = jar_with("s=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert asked(jar, "http://app.example/", timedelta(seconds=59)) == "s=1"
    assert asked(jar, "http://app.example/", timedelta(seconds=60)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "novalue",
        "=value",
        "s=a\r\nX-Injected: 1",
        "s=\x00",
        "s=é",
        "s=" + "a" * MAX_COOKIE_BYTES,
    ],
)
def test_what_could_not_be_sent_back_is_ignored(text: str) -> None:
    assert len(jar_with(text)) == 0


@pytest.mark.parametrize(
    "attribute", ["Max-Age=soon", "Max-Age=", "Expires=never", "Path=relative", "Max-Age=" + "9" * 400]
)
def test_a_strange_attribute_does_not_raise(attribute: str) -> None:
    assert asked(jar_with(f"s=1; {attribute}"), "http://app.example/voice/x") == "s=1"


def test_there_is_an_end_to_remembering() -> None:
    jar = jar_with(*(f"c{number}=1; Path=/" for number in range(MAX_COOKIES + 5)))
    assert len(jar) == MAX_COOKIES
    assert "c0=1" not in (asked(jar, "http://app.example/") or "")
