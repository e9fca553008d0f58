"""The door to Digest authentication (webhooks.md H-05, RFC 7616): whoever composes the client hands one in."""

from collections.abc import Callable, Iterable
from typing import Protocol

MAX_CHALLENGES = 8
"""How many `WWW-Authenticate` lines of one answer are looked at."""


class DigestAnswers(Protocol):
    """Answers the challenge of one server for one user, and counts what it answered."""

    def challenged(self, values: Iterable[str]) -> bool:
        """Take what the `WWW-Authenticate` lines of a 401 ask; False when nothing in them can be answered."""
        ...

    def authorization(self, method: str, target: str) -> str:
        """The `Authorization` value of the next request; `target` is path and query as they are sent."""
        ...


NewDigestAnswers = Callable[[str, str], DigestAnswers]
"""Of a user's name and password."""
