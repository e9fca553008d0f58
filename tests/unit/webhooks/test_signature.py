"""The vectors of webhooks.md 7.1, the official validator, and what is and is not part of the signed URL."""

import pytest
from twilio.request_validator import RequestValidator

from ringback.webhooks.signature import Parameters, sign, signed_url, url_with_body_hash

TOKEN = "12345"
FORM_URL = "https://example.com/myapp.php?foo=1&bar=2"
FORM: Parameters = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
)
REPEATED: Parameters = (("Sid", "SM1"), ("SidB", "b"), ("SidB", "a"), ("SidB", "b"))
EMPTY_AND_HASH: Parameters = (("CallSid", "CA1"), ("CallerName", ""), ("Digits", "#"))

VECTORS: list[tuple[str, str, Parameters, str]] = [
    ("form POST", FORM_URL, FORM, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    (
        "GET",
        "https://example.com/voice?CallSid=CA123&From=%2B14155550100",
        (),
        "4/tK9hIVE7WOg2E7syJnlxcSXWE=",
    ),
    ("case order (SG-03)", "https://example.com/x", (("a", "1"), ("B", "2")), "r9W9gGhMPcm9evz4JZqy1HJu6Bw="),
    ("repeated name (SG-04)", "https://example.com/cb", REPEATED, "LMLCtucBUyq0m4O/fFtH6XKPKR8="),
    (
        "http with port (SG-08)",
        "http://example.com:8080/voice",
        (("CallSid", "CA1"),),
        "+h4zMojKyitua6yCNzw2ElUaaIw=",
    ),
    ("empty value and #", "https://example.com/voice", EMPTY_AND_HASH, "15qET/EAufDLwLnCvLsbKb/Spys="),
    (
        "non-ASCII (SG-13)",
        "https://example.com/voice",
        (("SpeechResult", "café"),),
        "tok4GDrnnolx9RHheHJho7/7Yu8=",
    ),
]


@pytest.mark.parametrize(("name", "url", "parameters", "expected"), VECTORS, ids=[vector[0] for vector in VECTORS])
def test_sha1_vectors(name: str, url: str, parameters: Parameters, expected: str) -> None:
    """SG-01: Base64 of HMAC-SHA1 under the auth token."""
    assert sign(url, parameters, TOKEN) == expected


def test_sha256_vector_of_a_shared_key() -> None:
    assert sign(FORM_URL, FORM, TOKEN, "HMAC_SHA256") == "qMztBq0IANMH/q0K9sCfKQJLylezvRdRzRS647SAVow="


def test_a_json_body_is_signed_by_its_hash_in_the_query() -> None:
    """SG-06, as far as a sender goes."""
    body = b'{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
    url = url_with_body_hash("https://example.com/myapp", body)
    digest = "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
    assert url == f"https://example.com/myapp?bodySHA256={digest}"
    assert sign(url, (), TOKEN) == "hPXmLwIy3Fgqv1i9KPmH/HhQ6zo="


def test_a_body_hash_joins_a_query_that_is_there() -> None:
    assert url_with_body_hash("https://h/a?x=1#ct=100", b"").startswith("https://h/a?x=1&bodySHA256=e3b0c442")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/p#rc=2", "https://h/p"),
        ("https://user:pass@h/p?x=1", "https://h/p?x=1"),
        ("https://h:8443/p", "https://h/p"),
        ("wss://h:8443/media", "wss://h/media"),
        ("http://h:8080/p", "http://h:8080/p"),
        ("http://h:80/p", "http://h:80/p"),
        ("https://user@[::1]:8443/p", "https://[::1]/p"),
        ("https://[::1]/p", "https://[::1]/p"),
        ("https://H/%7euser/../x?a=%2b&b=+", "https://H/%7euser/../x?a=%2b&b=+"),
        ("https://h", "https://h"),
        ("https://h/", "https://h/"),
        ("https://h/p?", "https://h/p?"),
    ],
)
def test_the_signed_url_drops_what_the_app_never_sees_and_nothing_else(url: str, expected: str) -> None:
    """SG-07: no fragment, no userinfo; SG-09: a trailing slash is neither added nor removed; SG-08, SG-14."""
    assert signed_url(url) == expected


@pytest.mark.parametrize("url", [FORM_URL, "https://example.com:8443/voice", "http://example.com:8080/voice?x=1"])
def test_the_official_validator_accepts_our_signature(url: str) -> None:
    signature = sign(url, FORM, TOKEN)
    assert RequestValidator(TOKEN).validate(url, dict(FORM), signature)


def test_one_changed_byte_is_refused_by_the_official_validator() -> None:
    """webhooks.md 13.2."""
    signature = sign(FORM_URL, FORM, TOKEN)
    assert not RequestValidator(TOKEN).validate(FORM_URL, {**dict(FORM), "Digits": "1235"}, signature)


def test_half_a_surrogate_pair_from_a_stranger_does_not_raise() -> None:
    assert sign("https://h/p", (("From", "\ud800"),), TOKEN) == sign("https://h/p", (("From", "?"),), TOKEN)
