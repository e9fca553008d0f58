"""What the answer to a TwiML request is: a document, audio, or words (webhooks.md section 8, twiml.md 1.1). Pure."""

from dataclasses import dataclass, field

from ringback.webhooks.content_type import AUDIO_TYPES, PLAIN_TYPE, TWIML_TYPES, charset, media_type
from ringback.webhooks.errors import FailureCode, FetchFailed
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import Headers, HttpResponse, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer. `url` is the last one asked, with its userinfo: relative URLs resolve against it (D-13)."""

    url: str = field(repr=False)
    method: Method
    parameters: Parameters = field(repr=False)
    response: HttpResponse
    shown_url: str
    tries: int = 1  # retries and redirects included

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def body(self) -> bytes:
        return self.response.body

    def failed(self, code: int, message: str) -> FetchFailed:
        """This answer as a failure, with what the notification shows."""
        return FetchFailed(
            code,
            message,
            url=self.shown_url,
            method=self.method,
            parameters=self.parameters,
            status=self.status,
            headers=self.headers,
            body=self.body,
            tries=self.tries,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TwimlBody:
    """A document to parse."""

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioBody:
    """Audio to play before hanging up."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """`text/plain`: TwiML if `body` parses as such, else `text` is read aloud before hanging up."""

    body: bytes
    text: str


def interpret_response(fetched: Fetched) -> TwimlBody | AudioBody | PlainText:
    """Decide by the content type. Raises `FetchFailed` with 11770, 12100 (empty) or 12300."""
    if not fetched.body.strip():
        raise _empty(fetched)
    content_type = fetched.response.header("content-type")
    kind = media_type(content_type)
    if kind in TWIML_TYPES:
        return TwimlBody(body=fetched.body)
    if kind in AUDIO_TYPES:
        return AudioBody(data=fetched.body, content_type=kind)
    if kind == PLAIN_TYPE:
        text = fetched.body.decode(charset(content_type) or "utf-8", "replace")
        return PlainText(body=fetched.body, text=text)
    shown = repr(kind[:80]) if kind else "missing"
    raise fetched.failed(
        FailureCode.CONTENT_TYPE,
        f"the answer's Content-Type is {shown}; expected {', '.join(sorted(TWIML_TYPES))}, text/plain or audio",
    )


def _empty(fetched: Fetched) -> FetchFailed:
    encoding = fetched.response.header("transfer-encoding") or ""
    if "chunked" in encoding.lower() and not fetched.body:
        return fetched.failed(FailureCode.EMPTY_CHUNKED_BODY, "the answer is chunked and has no body")
    return fetched.failed(FailureCode.DOCUMENT_NOT_PARSED, "the answer has no body; expected a TwiML document")
