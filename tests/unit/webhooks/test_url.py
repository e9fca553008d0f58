"""What is sent, signed and shown of an app's URL."""

import base64

import pytest

from ringback.webhooks.url import MAX_URL_LENGTH, AppUrl, UrlInvalid


def test_userinfo_and_fragment_are_not_sent() -> None:
    """H-04, H-05."""
    url = AppUrl.parse("https://bob:s3%3Acret@h:8443/p?x=1#rc=2")
    assert url.text == "https://h:8443/p?x=1"
    assert url.basic_authorization == "Basic " + base64.b64encode(b"bob:s3:cret").decode()
    assert "s3" not in repr(url)


def test_a_user_without_a_password_is_enough_for_basic() -> None:
    expected = "Basic " + base64.b64encode(b"bob:").decode()
    assert AppUrl.parse("http://bob@h/p").basic_authorization == expected
    assert AppUrl.parse("http://h/p").basic_authorization is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/p", "http://h/p?a=1&b=x+y%26"),
        ("http://h/p?x=1", "http://h/p?x=1&a=1&b=x+y%26"),
        ("http://h/p?x=1&", "http://h/p?x=1&a=1&b=x+y%26"),
        ("http://h", "http://h?a=1&b=x+y%26"),
    ],
)
def test_parameters_come_behind_the_query_that_is_there(url: str, expected: str) -> None:
    """H-02, H-03."""
    assert AppUrl.parse(url).with_query((("a", "1"), ("b", "x y&"))) == expected


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://h/%7euser/a%2Fb?q=%41", "http://h/%7euser/a%2Fb?q=%41"),
        ("http://h/a b?q=é", "http://h/a%20b?q=%C3%A9"),
        ("http://h/a/../b;v=1?x=[1]", "http://h/a/../b;v=1?x=[1]"),
        ("  http://h/p  ", "http://h/p"),
        ("HTTP://Host/p", "http://Host/p"),
        ("http://bücher.example/p", "http://xn--bcher-kva.example/p"),
        ("http://h:/p", "http://h/p"),
    ],
)
def test_only_what_cannot_be_sent_is_encoded(url: str, sent: str) -> None:
    """SG-14."""
    assert AppUrl.parse(url).text == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "ftp://h/p",
        "javascript:alert(1)",
        "http://",
        "http://h:99999/p",
        "http://[::1/p",
        "http://h/\r\nX: y",
        "http://h/" + "a" * MAX_URL_LENGTH,
    ],
)
def test_what_is_no_url_is_11100(url: str) -> None:
    with pytest.raises(UrlInvalid) as caught:
        AppUrl.parse(url)
    assert caught.value.code == 11100


@pytest.mark.parametrize("host", ["my_app", "a..b", "-h", "h" * 300, "a b", "h\\evil"])
def test_a_bad_host_name_is_11210(host: str) -> None:
    """H-13 for the underscore."""
    with pytest.raises(UrlInvalid) as caught:
        AppUrl.parse(f"http://{host}/p")
    assert caught.value.code == 11210


def test_an_error_never_shows_the_password() -> None:
    with pytest.raises(UrlInvalid) as caught:
        AppUrl.parse("http://bob:secret@bad_host/p")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("next", "http://h/dir/next"),
        ("/root?x=1", "http://h/root?x=1"),
        ("?y=2", "http://h/dir/page?y=2"),
        ("//other/p", "http://other/p"),
        ("https://h/p", "https://h/p"),
    ],
)
def test_a_redirect_is_resolved(reference: str, expected: str) -> None:
    assert AppUrl.parse("http://h/dir/page?x=1").resolve(reference).text == expected


@pytest.mark.parametrize(
    ("reference", "kept"), [("next", True), ("http://h:80/p", True), ("http://h:81/p", False), ("https://h/p", False)]
)
def test_credentials_follow_a_redirect_to_the_same_server_only(reference: str, kept: bool) -> None:
    target = AppUrl.parse("http://bob:pw@h/p").resolve(reference)
    assert (target.basic_authorization is not None) is kept


def test_relative_urls_of_a_document_share_its_credentials() -> None:
    assert AppUrl.parse("http://bob:pw@h/p?x=1#rc=1").with_userinfo == "http://bob:pw@h/p?x=1"
