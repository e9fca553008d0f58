"""The other side of HTTP Digest (RFC 7616), written from its formulas alone: an app that lets one user pass."""

import hashlib
import re
from dataclasses import dataclass, field

NONCE = "nonce-1"


@dataclass
class DigestGuard:
    """Lets pass who knows the password, once for each count of the nonce and client's nonce."""

    user: str
    password: str
    algorithm: str = "MD5"
    realm: str = "app"
    _used: set[tuple[str, str]] = field(default_factory=set)

    @property
    def challenges(self) -> tuple[str, str]:
        """The lines of `WWW-Authenticate`, Basic first."""
        asked = f'nonce="{NONCE}", qop="auth,auth-int", algorithm={self.algorithm}'
        return f'Basic realm="{self.realm}"', f'Digest realm="{self.realm}", {asked}'

    def admits(self, method: str, target: str, authorization: str) -> bool:
        """`target` is path and query as they stand in the request line."""
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', authorization))
        if given.get("username") != self.user or given.get("uri") != target:
            return False
        secret = self._hashed(self.user, self.realm, self.password)
        expected = self._hashed(secret, NONCE, given["nc"], given["cnonce"], "auth", self._hashed(method, given["uri"]))
        use = (given["nc"], given["cnonce"])
        is_new = use not in self._used
        self._used.add(use)
        return is_new and given["response"] == expected

    def _hashed(self, *parts: str) -> str:
        data = ":".join(parts).encode()
        return (hashlib.sha256(data) if self.algorithm == "SHA-256" else hashlib.md5(data)).hexdigest()
