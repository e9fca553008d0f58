"""Media files of `<Play>` (PLAY-01, PLAY-03): what an answer must be to be one. Pure."""

import hashlib
from dataclasses import dataclass, field

from ringback.webhooks.content_type import AUDIO_TYPES, media_type
from ringback.webhooks.errors import FailureCode
from ringback.webhooks.response import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A fetched file. `version` is the same for the same bytes: a key for what was decoded from them."""

    url: str
    content_type: str
    data: bytes = field(repr=False)
    version: str


def media_of(fetched: Fetched, max_bytes: int) -> Media:
    """The file in an answer 200. Raises `FetchFailed`: 13420 for a wrong type, 11200 for one too large or empty."""
    kind = media_type(fetched.response.header("content-type"))
    if kind not in AUDIO_TYPES:
        shown = repr(kind[:80]) if kind else "missing"
        raise fetched.failed(
            FailureCode.MEDIA_CONTENT_TYPE,
            f"the file's Content-Type is {shown}; expected an audio type such as audio/mpeg",
        )
    if fetched.response.truncated:
        raise fetched.failed(FailureCode.HTTP_RETRIEVAL, f"the file is over the limit of {max_bytes} bytes")
    if not fetched.body:
        raise fetched.failed(FailureCode.HTTP_RETRIEVAL, "the file is empty")
    version = hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
    return Media(url=fetched.shown_url, content_type=kind, data=fetched.body, version=version)
