"""Digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760): our challenges, their credentials, and the reverse.

A challenge costs nothing to keep: its nonce is the time and a number under our HMAC. Only a nonce that somebody has
proved a password with is remembered, so that a counted use cannot be replayed, in a table of fixed size.
"""

import hashlib
import hmac
import struct
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ringback.sip.message import authorization
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request, Response

MD5 = "MD5"
SHA_256 = "SHA-256"
DEFAULT_NONCE_SECONDS = 300.0
MAX_REMEMBERED_NONCES = 10_000
"""How many nonces in use are remembered; when one more comes, the oldest and all before it are stale."""

_HASHES: dict[str, Callable[[bytes], str]] = {
    MD5: lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    SHA_256: lambda data: hashlib.sha256(data).hexdigest(),
}
_STAMP = struct.Struct(">dQ")
_MAC_BYTES = 16
_UNKNOWN_USER_HA1 = "0" * 32

Ha1Lookup = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What we answer a challenge with, when we are the one who calls."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a `screen` gives for "prove who you are": the values of Proxy-Authenticate in a 407 (DG-02)."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The password is right, the nonce is not fresh: challenge again with `stale=true` (DG-05)."""

    username: str


def ha1(username: str, realm: str, password: str, algorithm: str = MD5) -> str:
    """What is stored instead of a password: H(username:realm:password) (AU-06)."""
    return _HASHES[algorithm](f"{username}:{realm}:{password}".encode())


def response_digest(secret_ha1: str, credentials: authorization.Credentials, method: str) -> str:
    """The `response` value that these credentials should bear (RFC 7616 section 3.4.1)."""
    hashed = _HASHES[_algorithm(credentials.algorithm)]
    ha2 = hashed(f"{method}:{credentials.uri}".encode())
    if credentials.qop is None:
        return hashed(f"{secret_ha1}:{credentials.nonce}:{ha2}".encode())
    counted = f"{credentials.nonce}:{credentials.nc}:{credentials.cnonce}:{credentials.qop}"
    return hashed(f"{secret_ha1}:{counted}:{ha2}".encode())


def _algorithm(named: str | None) -> str:
    return MD5 if named is None else named.upper()


class DigestGate:
    """Challenges callers, and checks what they answer. `secret` keys the nonces; `now` may be any clock's seconds."""

    def __init__(
        self,
        realm: str,
        secret: bytes,
        *,
        nonce_seconds: float = DEFAULT_NONCE_SECONDS,
        algorithms: Sequence[str] = (MD5, SHA_256),
        max_remembered_nonces: int = MAX_REMEMBERED_NONCES,
    ) -> None:
        if unknown := set(algorithms) - set(_HASHES):
            raise ValueError(f"unknown digest algorithms: {sorted(unknown)}")
        self.realm = realm
        self._secret = secret
        self._nonce_seconds = nonce_seconds
        self._algorithms = tuple(algorithms)
        self._max_remembered = max_remembered_nonces
        self._highest_count: OrderedDict[str, int] = OrderedDict()
        self._all_stale_until = float("-inf")
        self._issued = 0

    def challenge(self, now: float, stale: bool = False) -> list[str]:
        """One header value per algorithm, the preferred one first (RFC 8760 section 2.4)."""
        nonce = self._new_nonce(now)
        return [
            str(authorization.Challenge(realm=self.realm, nonce=nonce, algorithm=algorithm, qop=("auth",), stale=stale))
            for algorithm in self._algorithms
        ]

    def check(self, value: str, method: str, lookup: Ha1Lookup, now: float) -> Passed | Failed | Stale:
        """Judge the value of a Proxy-Authorization. `lookup(username, algorithm)` gives the stored HA1.

        We differ: the digest's `uri` is hashed but not compared with the Request-URI, which proxies rewrite.
        """
        try:
            credentials = authorization.Credentials.parse(value)
        except MalformedHeader as malformed:
            return Failed(reason=malformed.why)
        if (complaint := self._complaint(credentials)) is not None:
            return Failed(reason=complaint)
        stored = lookup(credentials.username, _algorithm(credentials.algorithm))
        expected = response_digest(stored or _UNKNOWN_USER_HA1, credentials, method)
        is_right = hmac.compare_digest(expected.encode(), credentials.response.lower().encode())
        if stored is None or not is_right:
            return Failed(reason="wrong username or password")
        if not self._is_fresh(credentials.nonce, now) or not self._count(credentials):
            return Stale(username=credentials.username)
        return Passed(username=credentials.username)

    def _complaint(self, credentials: authorization.Credentials) -> str | None:
        if credentials.realm != self.realm:
            return "another realm"
        if _algorithm(credentials.algorithm) not in self._algorithms:
            return "an algorithm that was not offered"
        if credentials.qop is None:
            return None
        if credentials.qop.lower() != "auth":
            return "a qop that was not offered"
        if not credentials.cnonce or _count_of(credentials.nc) is None:
            return "qop without cnonce and nc"
        return None

    def _new_nonce(self, now: float) -> str:
        self._issued += 1
        stamp = _STAMP.pack(now, self._issued)
        return (stamp + self._mac(stamp)).hex()

    def _mac(self, stamp: bytes) -> bytes:
        return hmac.digest(self._secret, self.realm.encode() + stamp, "sha256")[:_MAC_BYTES]

    def _issue_time(self, nonce: str) -> float | None:
        """When we made this nonce; None when we did not."""
        try:
            raw = bytes.fromhex(nonce)
        except ValueError:
            return None
        stamp, mac = raw[: _STAMP.size], raw[_STAMP.size :]
        if len(stamp) != _STAMP.size or not hmac.compare_digest(mac, self._mac(stamp)):
            return None
        issued: float = _STAMP.unpack(stamp)[0]
        return issued

    def _is_fresh(self, nonce: str, now: float) -> bool:
        issued = self._issue_time(nonce)
        return issued is not None and issued > self._all_stale_until and 0 <= now - issued < self._nonce_seconds

    def _count(self, credentials: authorization.Credentials) -> bool:
        """Whether this use of the nonce is a new one. Without qop a nonce is good once."""
        count = 1 if credentials.qop is None else _count_of(credentials.nc) or 0
        nonce = credentials.nonce.lower()
        if count <= self._highest_count.get(nonce, 0):
            return False
        self._highest_count[nonce] = count
        while len(self._highest_count) > self._max_remembered:
            oldest, _ = self._highest_count.popitem(last=False)
            self._all_stale_until = max(self._all_stale_until, self._issue_time(oldest) or 0.0)
        return True


def _count_of(text: str | None) -> int | None:
    """nc-value = 8LHEX; upper case is let pass."""
    if text is None or len(text) != 8 or any(character not in "0123456789abcdefABCDEF" for character in text):
        return None
    return int(text, 16)


class Answerer:
    """Answers the challenges of others for one call: both algorithms, counting the uses of each nonce."""

    def __init__(self, credentials: Credentials, new_cnonce: Callable[[], str]) -> None:
        self._credentials = credentials
        self._new_cnonce = new_cnonce
        self._uses: dict[str, int] = {}

    def answer(self, response: Response, request: Request) -> list[tuple[str, str]]:
        """The headers that answer a 401 or 407; empty when nothing in it can be answered.

        Each realm gets the first of its challenges that we can do, since the server names its favourite first.
        """
        asked, given = (
            ("WWW-Authenticate", "Authorization")
            if response.status == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )
        answers: dict[str, str] = {}
        for challenge in authorization.digest_challenges(response.headers.get_lines(asked)):
            if challenge.realm not in answers and is_answerable(challenge):
                answers[challenge.realm] = str(self._credentials_for(challenge, request))
        return [(given, value) for value in answers.values()]

    def _credentials_for(self, challenge: authorization.Challenge, request: Request) -> authorization.Credentials:
        uses = self._uses[challenge.nonce] = self._uses.get(challenge.nonce, 0) + 1
        return answer_challenge(
            challenge,
            self._credentials,
            method=request.method,
            uri=str(request.uri),
            cnonce=self._new_cnonce(),
            count=uses,
        )


def is_answerable(challenge: authorization.Challenge) -> bool:
    """Whether we can do its algorithm and one of its qops."""
    offers_auth = not challenge.qop or any(qop.lower() == "auth" for qop in challenge.qop)
    return offers_auth and _algorithm(challenge.algorithm) in _HASHES


def answer_challenge(
    challenge: authorization.Challenge, credentials: Credentials, *, method: str, uri: str, cnonce: str, count: int = 1
) -> authorization.Credentials:
    """Credentials for a challenge that `is_answerable`; `algorithm` and `opaque` are echoed as they came."""
    with_qop = bool(challenge.qop)
    unsigned = authorization.Credentials(
        username=credentials.username,
        realm=challenge.realm,
        nonce=challenge.nonce,
        uri=uri,
        response="",
        algorithm=challenge.algorithm,
        qop="auth" if with_qop else None,
        nc=f"{count:08x}" if with_qop else None,
        cnonce=cnonce if with_qop else None,
        opaque=challenge.opaque,
    )
    secret = ha1(credentials.username, challenge.realm, credentials.password, _algorithm(challenge.algorithm))
    return replace(unsigned, response=response_digest(secret, unsigned, method))
