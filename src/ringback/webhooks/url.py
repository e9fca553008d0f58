"""An app's URL, taken apart once: what is sent, what is signed, what may be shown. Pure."""

import base64
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from ringback.webhooks.errors import FailureCode
from ringback.webhooks.signature import Parameters

MAX_URL_LENGTH = 4096
"""A longer configured or redirected URL is refused: 11100."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]+\]")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT = "!#$%&'()*+,/:;=?@[]~"
"""RFC 3986 reserved characters and the percent sign: what is encoded already stays as it is (SG-14)."""


class UrlInvalid(ValueError):
    """Not a URL that can be asked; `code` is 11100, or 11210 for its host name."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUrl:
    """`text` is the URL without userinfo and fragment, exactly as it is sent and signed."""

    text: str
    scheme: str
    location: str  # host and port as written
    host: str
    port: int
    path: str
    query: str
    userinfo: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `UrlInvalid`, whose message never shows the userinfo."""
        if len(text) > MAX_URL_LENGTH:
            raise UrlInvalid(FailureCode.URL_NOT_VALID, f"a URL has at most {MAX_URL_LENGTH} characters")
        if _CONTROL.search(text):
            raise UrlInvalid(FailureCode.URL_NOT_VALID, "a URL has no control characters")
        try:
            parts = urlsplit(text.strip().partition("#")[0])
            port = parts.port
        except ValueError as error:
            raise UrlInvalid(FailureCode.URL_NOT_VALID, f"not a URL: {error}") from None
        scheme = parts.scheme.lower()
        if scheme not in _DEFAULT_PORTS or not parts.netloc:
            raise UrlInvalid(FailureCode.URL_NOT_VALID, "a URL is absolute and begins with http:// or https://")
        userinfo, at, location = parts.netloc.rpartition("@")
        location = _ascii_location(location)
        path, query = quote(parts.path, safe=_KEPT), quote(parts.query, safe=_KEPT)
        return cls(
            text=_join(scheme, location, path, query),
            scheme=scheme,
            location=location,
            host=(parts.hostname or "").lower(),
            port=port if port is not None else _DEFAULT_PORTS[scheme],
            path=path,
            query=query,
            userinfo=userinfo if at else None,
        )

    @property
    def origin(self) -> tuple[str, str, int]:
        """What makes two URLs the same server (RFC 6454 §4)."""
        return (self.scheme, self.host, self.port)

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password of the userinfo."""
        if self.userinfo is None:
            return None
        user, _, password = self.userinfo.partition(":")
        return unquote(user), unquote(password)

    @property
    def basic_authorization(self) -> str | None:
        """The `Authorization` value for the userinfo (H-05, RFC 7617 §2)."""
        if self.credentials is None:
            return None
        return "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode("ascii")

    @property
    def with_userinfo(self) -> str:
        """The URL against which relative ones resolve: they share its credentials."""
        if self.userinfo is None:
            return self.text
        return _join(self.scheme, f"{self.userinfo}@{self.location}", self.path, self.query)

    def with_query(self, parameters: Parameters) -> str:
        """The text with `parameters` behind the query it has already (H-02, H-03)."""
        if not parameters:
            return self.text
        joint = "&" if self.query and not self.query.endswith("&") else ""
        return _join(
            self.scheme, self.location, self.path, self.query + joint + urlencode(parameters, errors="replace")
        )

    def resolve(self, reference: str) -> Self:
        """Where a redirect leads. Credentials follow to the same server only. Raises `UrlInvalid`."""
        target = type(self).parse(urljoin(self.text, reference.strip()))
        if target.userinfo is None and self.userinfo is not None and target.origin == self.origin:
            return type(self).parse(
                _join(target.scheme, f"{self.userinfo}@{target.location}", target.path, target.query)
            )
        return target


def _join(scheme: str, location: str, path: str, query: str) -> str:
    return f"{scheme}://{location}{path}" + (f"?{query}" if query else "")


def _ascii_location(location: str) -> str:
    """Host and port with the host in ASCII (IDNA). Host names have no underscores (H-13)."""
    end_of_literal = location.rfind("]")
    colon = location.rfind(":")
    host, port = (location[:colon], location[colon:]) if colon > end_of_literal else (location, "")
    try:
        ascii_host = host if host.startswith("[") else host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = ""
    if "_" in host:
        raise UrlInvalid(FailureCode.BAD_HOST_NAME, f"host names of apps have no underscores: {host[:80]!r}")
    if not _HOST.fullmatch(ascii_host):
        raise UrlInvalid(FailureCode.BAD_HOST_NAME, f"not a host name: {host[:80]!r}")
    return ascii_host + (port if port != ":" else "")
