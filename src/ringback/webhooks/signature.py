"""The signature by which an app knows that a request is ours (webhooks.md section 7). Pure.

signed text = URL with query            GET, WebSocket handshake, JSON body (with `bodySHA256` in the query)
            = URL with query + name value name value ...        form POST, names in byte order
X-Twilio-Signature: Base64(HMAC-SHA1(auth token, signed text))
"""

import base64
import hashlib
import hmac
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

Parameters = tuple[tuple[str, str], ...]
"""Names and values of a request, in the order they are sent; a name may come twice."""

Algorithm = Literal["HMAC_SHA1", "HMAC_SHA256"]

_DIGESTS = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_PORT_IS_DROPPED = frozenset({"https", "wss"})


def signed_url(url: str) -> str:
    """The URL as it is signed: no fragment, no userinfo (SG-07), for TLS no port (SG-08); the rest as it is (SG-14)."""
    without_fragment, _, _ = url.partition("#")
    parts = urlsplit(without_fragment)
    location = parts.netloc.rpartition("@")[2]
    if parts.scheme.lower() in _PORT_IS_DROPPED:
        location = _without_port(location)
    if location == parts.netloc:
        return without_fragment
    scheme, slashes, rest = without_fragment.partition("//")
    return scheme + slashes + location + rest[len(parts.netloc) :]


def sign(url: str, parameters: Parameters, auth_token: str, algorithm: Algorithm = "HMAC_SHA1") -> str:
    """The signature of a request; `parameters` are those of a form body, none for a GET (SG-02, SG-05)."""
    text = signed_url(url) + "".join(name + value for name, value in sorted(set(parameters)))
    digest = hmac.new(auth_token.encode(), text.encode("utf-8", "replace"), _DIGESTS[algorithm]).digest()
    return base64.b64encode(digest).decode("ascii")


def url_with_body_hash(url: str, body: bytes) -> str:
    """The URL for a request whose body is not a form: the body's SHA-256 joins the query (SG-06)."""
    parts = urlsplit(url)
    addition = "bodySHA256=" + hashlib.sha256(body).hexdigest()
    query = f"{parts.query}&{addition}" if parts.query else addition
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _without_port(location: str) -> str:
    """`host` of `host:port`; an IPv6 literal keeps its brackets."""
    end_of_literal = location.rfind("]")
    colon = location.rfind(":")
    return location[:colon] if colon > end_of_literal else location
