"""Kinds of URL attributes. What is fetched is judged by whoever fetches it; what is only told something is judged here.

A document or audio with a bad URL must fail where Twilio fails, at the request (11100, 11200): quietly using another
document instead would be worse. A callback with a bad URL is left out, and the call goes on.
"""

import re
from urllib.parse import urlsplit

from ringback.twiml.kind import MAX_URL_LENGTH, BadValue, Kind

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>\"]")
SCHEME_NOT_SUPPORTED = 31922
MALFORMED_STREAM_URL = 31923


def _read_callback(text: str) -> str | None:
    """A relative or absolute http or https URL; empty is none at all."""
    url = text.strip()
    if not url:
        return None
    if len(url) > MAX_URL_LENGTH or _FORBIDDEN.search(url) or _scheme_and_host(url)[0] not in ("", "http", "https"):
        raise BadValue
    return url


def _read_absolute(text: str) -> str | None:
    url = _read_callback(text)
    if url is not None and not all(_scheme_and_host(url)):
        raise BadValue
    return url


def _read_wait(text: str) -> str:
    """As a callback, but an empty one is kept: it means silence."""
    return _read_callback(text) or ""


def _read_stream(text: str) -> str:
    """`wss:` or relative, with no query string: values for the server go in `<Parameter>`."""
    url = text.strip()
    if not url or len(url) > MAX_URL_LENGTH or _FORBIDDEN.search(url) or "?" in url:
        raise BadValue(MALFORMED_STREAM_URL)
    scheme, host = _scheme_and_host(url)
    if scheme not in ("", "wss"):
        raise BadValue(SCHEME_NOT_SUPPORTED)
    if scheme and not host:
        raise BadValue(MALFORMED_STREAM_URL)
    return url


def _read_socket(text: str) -> str:
    url = text.strip()
    if len(url) > MAX_URL_LENGTH or _FORBIDDEN.search(url) or _scheme_and_host(url)[0] != "wss":
        raise BadValue
    return url


def _scheme_and_host(url: str) -> tuple[str, str]:
    """Lower case, empty where the URL has none. A scheme with slashes and no host is a `BadValue`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # raises ValueError for what is no port
    except ValueError:
        raise BadValue from None
    if parts.scheme in ("http", "https", "wss") and not host:
        raise BadValue
    return parts.scheme, host


FETCHED_URL = Kind(expected="a URL, absolute or relative to the document", read=str.strip)
CALLBACK_URL = Kind(expected="an http or https URL, absolute or relative to the document", read=_read_callback)
ABSOLUTE_URL = Kind(expected="an absolute http or https URL", read=_read_absolute)
WAIT_URL = Kind(expected="an http or https URL, or nothing for silence", read=_read_wait)
STREAM_URL = Kind(expected="a wss URL without a query string", read=_read_stream)
SOCKET_URL = Kind(expected="a wss URL", read=_read_socket)
