"""Answers an app that protects its URL by HTTP Digest (webhooks.md H-05), with the digest of the SIP stack.

SIP took its digest from HTTP (RFC 3261 §22.4), so the challenge is read, judged and answered by the same code: MD5 and
SHA-256, `qop=auth` or none, the first challenge that we can do.
"""

import secrets
from collections.abc import Callable, Iterable

from ringback.sip.digest import Credentials, answer_challenge, is_answerable
from ringback.sip.message.authorization import Challenge, digest_challenges


class AppDigest:
    """Implements `webhooks.challenge.DigestAnswers`."""

    def __init__(
        self, username: str, password: str, *, new_cnonce: Callable[[], str] = lambda: secrets.token_hex(16)
    ) -> None:
        self._credentials = Credentials(username=username, password=password)
        self._new_cnonce = new_cnonce
        self._challenge: Challenge | None = None
        self._uses = 0

    def challenged(self, values: Iterable[str]) -> bool:
        """A name with a line break in it (`%0A` in the URL) answers nothing: it would stand in a header."""
        answerable = (one for one in digest_challenges(values) if is_answerable(one))
        self._challenge = next(answerable, None) if self._credentials.username.isprintable() else None
        self._uses = 0
        return self._challenge is not None

    def authorization(self, method: str, target: str) -> str:
        assert self._challenge is not None, "nothing was asked that can be answered"
        self._uses += 1
        answered = answer_challenge(
            self._challenge,
            self._credentials,
            method=method,
            uri=target,
            cnonce=self._new_cnonce(),
            count=self._uses,
        )
        return str(answered)
