"""The digest that an app is answered with (webhooks.md H-05), by the example of RFC 7616 §3.9.1."""

import pytest

from ringback.services.answer_digest import AppDigest
from ringback.sip.message.authorization import Credentials

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RESPONSES = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def challenge(algorithm: str, qop: str = "auth, auth-int") -> str:
    return (
        f'Digest realm="http-auth@example.org", qop="{qop}", algorithm={algorithm}, nonce="{NONCE}", opaque="{OPAQUE}"'
    )


@pytest.fixture
def digest() -> AppDigest:
    return AppDigest("Mufasa", "Circle of Life", new_cnonce=lambda: CNONCE)


@pytest.mark.parametrize("algorithm", sorted(RESPONSES))
def test_the_answer_is_that_of_the_rfc(digest: AppDigest, algorithm: str) -> None:
    assert digest.challenged([challenge(algorithm)])
    answer = Credentials.parse(digest.authorization("GET", "/dir/index.html"))
    assert answer == Credentials(
        username="Mufasa",
        realm="http-auth@example.org",
        nonce=NONCE,
        uri="/dir/index.html",
        response=RESPONSES[algorithm],
        algorithm=algorithm,
        qop="auth",
        nc="00000001",
        cnonce=CNONCE,
        opaque=OPAQUE,
    )


def test_the_uses_of_a_nonce_are_counted(digest: AppDigest) -> None:
    digest.challenged([challenge("MD5")])
    counts = [Credentials.parse(digest.authorization("GET", "/")).nc for _ in range(2)]
    assert counts == ["00000001", "00000002"]
    digest.challenged([challenge("MD5")])
    assert Credentials.parse(digest.authorization("GET", "/")).nc == "00000001"


@pytest.mark.parametrize(
    "values",
    [
        ['Basic realm="here"', challenge("SHA-256")],
        [f'Basic realm="here", {challenge("SHA-256")}'],
        [challenge("SHA-512-256"), challenge("SHA-256")],
        [challenge("MD5-sess"), challenge("SHA-256", qop="auth")],
        ["Digest nonsense", challenge("SHA-256")],
    ],
)
def test_the_first_challenge_that_can_be_answered_is(digest: AppDigest, values: list[str]) -> None:
    """RFC 7616 §3.7: the app's favourite comes first."""
    assert digest.challenged(values)
    assert Credentials.parse(digest.authorization("GET", "/dir/index.html")).response == RESPONSES["SHA-256"]


@pytest.mark.parametrize(
    "values",
    [
        [],
        ['Basic realm="here"'],
        ["Digest"],
        [challenge("MD5", qop="auth-int")],
        [challenge("SHA-512-256")],
        ['Digest realm="a"'],
        ['Digest realm="a', "Digest " + "," * 10_000],
    ],
)
def test_what_cannot_be_answered_is_not(digest: AppDigest, values: list[str]) -> None:
    assert not digest.challenged(values)


def test_a_name_with_a_line_break_gets_into_no_header() -> None:
    assert not AppDigest("bob\r\nX-Evil: 1", "p").challenged([challenge("MD5")])


def test_the_password_is_in_no_representation(digest: AppDigest) -> None:
    digest.challenged([challenge("MD5")])
    assert "Circle" not in repr(vars(digest)) + digest.authorization("GET", "/")
