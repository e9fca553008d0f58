"""Digest challenges and credentials: RFC 3261 sections 20.7 and 20.27, RFC 8760."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sip.message.authorization import Challenge, Credentials, digest_challenges
from ringback.sip.message.errors import MalformedHeader

# RFC 3261 section 20.27
PROXY = (
    'Digest realm="atlanta.com", domain="sip:ss1.carrier.com", qop="auth", '
    'nonce="f84f1cec41e6cbe5aea9c8e88d359", opaque="", stale=FALSE, algorithm=MD5'
)


def test_a_challenge_is_read() -> None:
    challenge = Challenge.parse(PROXY)
    assert challenge == Challenge(
        realm="atlanta.com",
        domain="sip:ss1.carrier.com",
        qop=("auth",),
        nonce="f84f1cec41e6cbe5aea9c8e88d359",
        opaque="",
        stale=False,
        algorithm="MD5",
    )


@pytest.mark.parametrize(
    "text",
    [
        'DIGEST REALM="r",NONCE="n",QOP="auth,auth-int",STALE=true',
        'digest realm = "r" , nonce=n , qop=auth, qop2="x", stale="TRUE"',
    ],
)
def test_case_blanks_and_quotes_do_not_matter(text: str) -> None:
    challenge = Challenge.parse(text)
    assert (challenge.realm, challenge.nonce, challenge.qop[0], challenge.stale) == ("r", "n", "auth", True)


def test_a_challenge_of_rfc_2069_has_no_qop() -> None:
    assert Challenge.parse('Digest realm="r", nonce="n"').qop == ()


def test_a_challenge_is_written_with_the_quotes_the_grammar_asks_for() -> None:
    challenge = Challenge(
        realm='a "b"', nonce="n", algorithm="SHA-256", qop=("auth", "auth-int"), stale=True, opaque="o"
    )
    assert str(challenge) == (
        'Digest realm="a \\"b\\"", nonce="n", opaque="o", stale=true, algorithm=SHA-256, qop="auth,auth-int"'
    )
    assert Challenge.parse(str(challenge)) == challenge


def test_credentials_are_read() -> None:
    # RFC 2617 section 3.5
    credentials = Credentials.parse(
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", '
        'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert credentials.username == "Mufasa"
    assert (credentials.qop, credentials.nc, credentials.cnonce) == ("auth", "00000001", "0a4f113b")
    assert credentials.algorithm is None
    assert Credentials.parse(str(credentials)) == credentials


def test_credentials_that_quote_what_is_not_quoted_are_read() -> None:
    credentials = Credentials.parse(
        'Digest username=bob,realm="r",nonce="a,b==",uri="sip:x;y=1,2",response="1",'
        'qop="auth",nc="00000001",algorithm="MD5"'
    )
    assert (credentials.username, credentials.nonce, credentials.uri) == ("bob", "a,b==", "sip:x;y=1,2")
    assert (credentials.qop, credentials.nc, credentials.algorithm) == ("auth", "00000001", "MD5")


def test_credentials_are_written_with_the_quotes_the_grammar_asks_for() -> None:
    credentials = Credentials(
        username="u",
        realm="r",
        nonce="n",
        uri="sip:x",
        response="1",
        algorithm="MD5",
        qop="auth",
        nc="00000001",
        cnonce="c",
    )
    assert str(credentials) == (
        'Digest username="u", realm="r", nonce="n", uri="sip:x", response="1", algorithm=MD5, cnonce="c", '
        "qop=auth, nc=00000001"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Digest",
        'Basic realm="r"',
        'Digest nonce="n"',
        'Digest realm="r"',
        'Digest realm="r", nonce="n',
        'Digest realm="r", nonce="n", x',
        'Digest realm="r", nonce="n", REALM="s"',
        'Digestrealm="r", nonce="n"',
    ],
)
def test_malformed_challenges_raise(text: str) -> None:
    with pytest.raises(MalformedHeader):
        Challenge.parse(text)


@pytest.mark.parametrize("missing", ["username", "realm", "nonce", "uri", "response"])
def test_credentials_need_their_parts(missing: str) -> None:
    parts = ", ".join(f'{name}="x"' for name in ("username", "realm", "nonce", "uri", "response") if name != missing)
    with pytest.raises(MalformedHeader, match=f"without {missing}"):
        Credentials.parse("Digest " + parts)


def test_the_digest_challenges_of_several_lines_are_found() -> None:
    values = [
        'Basic realm="b"',
        'Digest realm="r", nonce="1", algorithm=SHA-256',
        'Digest realm="r", nonce="2", algorithm=MD5',
        'Digest realm="broken',
    ]
    assert [challenge.nonce for challenge in digest_challenges(values)] == ["1", "2"]


def test_the_challenges_of_one_line_are_told_apart() -> None:
    value = 'Digest realm="a, Digest", nonce="1", qop="auth", NTLM, Basic realm="b", Digest nonce = "2", realm="c"'
    assert [(challenge.realm, challenge.nonce) for challenge in digest_challenges([value])] == [
        ("a, Digest", "1"),
        ("c", "2"),
    ]


@given(st.text())
def test_any_text_is_a_challenge_or_malformed(text: str) -> None:
    for whole in (text, "Digest " + text, f'Digest realm="r", nonce="n", {text}'):
        assert len(digest_challenges([whole])) <= whole.lower().count("digest")
