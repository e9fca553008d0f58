"""Digest: the RFC's own examples, our gate against every wrong answer, and our answers against gates."""

from collections.abc import Callable

import pytest

from ringback.sip.digest import (
    Answerer,
    Credentials,
    DigestGate,
    Failed,
    Passed,
    Stale,
    answer_challenge,
    ha1,
    response_digest,
)
from ringback.sip.message import authorization
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request, Response
from ringback.sip.message.uri import SipUri

REALM = "sip.example.com"
ALICE = Credentials(username="alice", password="a-long-Passw0rd")


def lookup(username: str, algorithm: str) -> str | None:
    return ha1("alice", REALM, ALICE.password, algorithm) if username == "alice" else None


def gate(**more: object) -> DigestGate:
    return DigestGate(REALM, b"a secret of the server", **more)  # type: ignore[arg-type]


def answer(
    challenges: list[str], algorithm: str = "MD5", credentials: Credentials = ALICE, **more: object
) -> authorization.Credentials:
    parsed = [authorization.Challenge.parse(value) for value in challenges]
    challenge = next(each for each in parsed if each.algorithm == algorithm)
    wanted = {"method": "INVITE", "uri": "sip:x@y", "cnonce": "c1"} | more
    return answer_challenge(challenge, credentials, **wanted)  # type: ignore[arg-type]


# --- the arithmetic


def test_the_example_of_rfc_2617() -> None:
    credentials = authorization.Credentials(
        username="Mufasa",
        realm="testrealm@host.com",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        uri="/dir/index.html",
        response="",
        qop="auth",
        nc="00000001",
        cnonce="0a4f113b",
    )
    secret = ha1("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert response_digest(secret, credentials, "GET") == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, expected: str) -> None:
    credentials = authorization.Credentials(
        username="Mufasa",
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        uri="/dir/index.html",
        response="",
        algorithm=algorithm,
        qop="auth",
        nc="00000001",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    secret = ha1("Mufasa", "http-auth@example.org", "Circle of Life", algorithm)
    assert response_digest(secret, credentials, "GET") == expected


def test_without_qop_it_is_rfc_2069() -> None:
    credentials = authorization.Credentials(
        username="Mufasa",
        realm="testrealm@host.com",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        uri="/dir/index.html",
        response="",
    )
    secret = ha1("Mufasa", "testrealm@host.com", "CircleOfLife")
    assert response_digest(secret, credentials, "GET") == "1949323746fe6a43ef61f9606e7febea"


# --- the gate


def test_a_challenge_offers_each_algorithm_with_md5_first() -> None:
    """DG-02: MD5 is what every phone knows; some give up at a first challenge that they do not."""
    challenges = [authorization.Challenge.parse(value) for value in gate().challenge(0.0)]
    assert [challenge.algorithm for challenge in challenges] == ["MD5", "SHA-256"]
    assert {challenge.qop for challenge in challenges} == {("auth",)}
    assert {challenge.realm for challenge in challenges} == {REALM}
    assert not challenges[0].stale


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_right_password_passes(algorithm: str) -> None:
    server = gate()
    value = str(answer(server.challenge(1.0), algorithm))
    assert server.check(value, "INVITE", lookup, 2.0) == Passed(username="alice")


def test_an_upper_case_response_passes() -> None:
    server = gate()
    credentials = answer(server.challenge(1.0))
    value = str(credentials).replace(credentials.response, credentials.response.upper())
    assert isinstance(server.check(value, "INVITE", lookup, 2.0), Passed)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("alice", "mallory"),
        lambda text: text.replace('response="', 'response="0'),
        lambda text: text.replace(REALM, "other.example"),
        lambda text: text.replace("algorithm=MD5", "algorithm=SHA-512-256"),
        lambda text: text.replace("qop=auth", "qop=auth-int"),
        lambda text: text.replace("nc=00000001", "nc=1"),
        lambda text: text.replace("nc=00000001", "nc=0000000²"),
        lambda text: text.replace('cnonce="c1"', 'cnonce=""'),
        lambda text: text.replace("Digest", "Basic"),
        lambda text: "Digest",
        lambda text: "",
        lambda text: text.replace("sip:x@y", "sip:z@y"),
    ],
)
def test_everything_else_fails(change: Callable[[str], str]) -> None:
    server = gate()
    value = change(str(answer(server.challenge(1.0))))
    assert isinstance(server.check(value, "INVITE", lookup, 2.0), Failed)


def test_credentials_for_another_method_fail() -> None:
    server = gate()
    value = str(answer(server.challenge(1.0)))
    assert isinstance(server.check(value, "REGISTER", lookup, 2.0), Failed)


def test_an_algorithm_that_was_not_offered_fails() -> None:
    value = str(answer(gate().challenge(1.0), "MD5"))
    assert isinstance(gate(algorithms=("SHA-256",)).check(value, "INVITE", lookup, 2.0), Failed)


def test_an_old_nonce_is_stale_when_the_password_is_right() -> None:
    """DG-05."""
    server = gate(nonce_seconds=60)
    challenges = server.challenge(0.0)
    assert server.check(str(answer(challenges)), "INVITE", lookup, 60.0) == Stale(username="alice")
    wrong = answer(challenges, credentials=Credentials(username="alice", password="wrong"))
    assert isinstance(server.check(str(wrong), "INVITE", lookup, 60.0), Failed)
    assert authorization.Challenge.parse(server.challenge(60.0, stale=True)[0]).stale


def test_a_nonce_of_another_server_is_stale() -> None:
    value = str(answer(DigestGate(REALM, b"another secret").challenge(1.0)))
    assert isinstance(gate().check(value, "INVITE", lookup, 1.0), Stale)


@pytest.mark.parametrize("nonce", ["", "abc", "zz", "00" * 32, "é"])
def test_a_forged_nonce_is_stale(nonce: str) -> None:
    challenge = authorization.Challenge(realm=REALM, nonce=nonce, algorithm="MD5", qop=("auth",))
    value = str(answer([str(challenge)]))
    assert isinstance(gate().check(value, "INVITE", lookup, 1.0), Stale)


def test_a_nonce_from_the_future_is_stale() -> None:
    server = gate()
    value = str(answer(server.challenge(100.0)))
    assert isinstance(server.check(value, "INVITE", lookup, 50.0), Stale)


def test_the_same_use_of_a_nonce_is_good_once_and_the_next_count_passes() -> None:
    server = gate()
    challenges = server.challenge(0.0)
    first = str(answer(challenges))
    assert isinstance(server.check(first, "INVITE", lookup, 1.0), Passed)
    assert isinstance(server.check(first, "INVITE", lookup, 1.0), Stale)
    assert isinstance(server.check(first.replace("nonce=", "NONCE="), "INVITE", lookup, 1.0), Stale)
    assert isinstance(server.check(str(answer(challenges, count=2)), "INVITE", lookup, 1.0), Passed)
    assert isinstance(server.check(str(answer(challenges, count=2)), "INVITE", lookup, 1.0), Stale)


def test_a_replay_with_the_nonce_in_upper_case_is_seen() -> None:
    server = gate()
    [challenge] = [
        each for each in map(authorization.Challenge.parse, server.challenge(0.0)) if each.algorithm == "MD5"
    ]
    upper = authorization.Challenge(realm=REALM, nonce=challenge.nonce.upper(), algorithm="MD5", qop=("auth",))
    assert isinstance(server.check(str(answer([str(challenge)])), "INVITE", lookup, 1.0), Passed)
    assert isinstance(server.check(str(answer([str(upper)])), "INVITE", lookup, 1.0), Stale)


def test_without_qop_a_nonce_is_good_once() -> None:
    server = gate()
    [plain] = [each for each in map(authorization.Challenge.parse, server.challenge(0.0)) if each.algorithm == "MD5"]
    value = str(answer([str(authorization.Challenge(realm=REALM, nonce=plain.nonce, algorithm="MD5"))]))
    assert "qop" not in value
    assert isinstance(server.check(value, "INVITE", lookup, 1.0), Passed)
    assert isinstance(server.check(value, "INVITE", lookup, 1.0), Stale)


def test_an_attacker_makes_us_remember_nothing() -> None:
    server = gate()
    for number in range(1000):
        challenges = server.challenge(float(number) / 100)
        wrong = answer(challenges, credentials=Credentials(username="alice", password="wrong"))
        server.check(str(wrong), "INVITE", lookup, 10.0)
    assert len(server._highest_count) == 0


def test_the_table_of_uses_is_bounded_and_what_falls_out_cannot_be_replayed() -> None:
    server = gate(max_remembered_nonces=10)
    values = []
    for number in range(30):
        value = str(answer(server.challenge(float(number))))
        assert isinstance(server.check(value, "INVITE", lookup, float(number)), Passed)
        values.append(value)
    assert len(server._highest_count) == 10
    for value in values:
        assert isinstance(server.check(value, "INVITE", lookup, 30.0), Stale)


def test_each_nonce_is_another_one() -> None:
    server = gate()
    nonces = {authorization.Challenge.parse(server.challenge(1.0)[0]).nonce for _ in range(50)}
    assert len(nonces) == 50


def test_an_unknown_algorithm_in_the_settings_is_misuse() -> None:
    with pytest.raises(ValueError, match="MD4"):
        gate(algorithms=("MD4",))


def test_a_password_is_not_shown() -> None:
    assert ALICE.password not in repr(ALICE)


# --- our answers


def response(status: int, *challenges: str) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status=status, reason="", headers=Headers([(name, value) for value in challenges]))


REQUEST = Request(method="INVITE", uri=SipUri.parse("sip:x@y"))


def answerer() -> Answerer:
    return Answerer(ALICE, lambda: "cnonce")


@pytest.mark.parametrize(("status", "name"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_each_kind_of_challenge_has_its_header(status: int, name: str) -> None:
    server = gate()
    [(given, value)] = answerer().answer(response(status, *server.challenge(0.0)), REQUEST)
    assert given == name
    assert isinstance(server.check(value, "INVITE", lookup, 0.0), Passed)


def test_the_first_algorithm_that_we_know_is_taken() -> None:
    [(_, value)] = answerer().answer(
        response(
            401,
            'Digest realm="r", nonce="n1", algorithm=SHA-512-256, qop="auth"',
            'Digest realm="r", nonce="n2", algorithm=SHA-256, qop="auth-int,auth"',
            'Digest realm="r", nonce="n3", algorithm=MD5, qop="auth"',
        ),
        REQUEST,
    )
    credentials = authorization.Credentials.parse(value)
    assert (credentials.nonce, credentials.algorithm, credentials.qop) == ("n2", "SHA-256", "auth")


def test_opaque_is_echoed_and_uses_are_counted() -> None:
    ours, challenge = answerer(), 'Digest realm="r", nonce="n", opaque="o p", qop="auth"'
    counts = []
    for _ in range(3):
        [(_, value)] = ours.answer(response(401, challenge), REQUEST)
        credentials = authorization.Credentials.parse(value)
        assert credentials.opaque == "o p"
        assert credentials.algorithm is None
        counts.append(credentials.nc)
    assert counts == ["00000001", "00000002", "00000003"]


def test_without_qop_nothing_is_counted() -> None:
    [(_, value)] = answerer().answer(response(401, 'Digest realm="r", nonce="n"'), REQUEST)
    credentials = authorization.Credentials.parse(value)
    assert (credentials.qop, credentials.nc, credentials.cnonce) == (None, None, None)


def test_each_realm_gets_its_answer() -> None:
    answers = answerer().answer(
        response(407, 'Digest realm="one", nonce="a"', 'Digest realm="two", nonce="b"'), REQUEST
    )
    assert [authorization.Credentials.parse(value).realm for _, value in answers] == ["one", "two"]


@pytest.mark.parametrize(
    "challenge", ['Digest realm="r", nonce="n", qop="auth-int"', 'Basic realm="r"', "", "Digest x"]
)
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    assert answerer().answer(response(401, challenge), REQUEST) == []
