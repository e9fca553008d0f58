"""What can go wrong with a request to the app.

    Exception
    ├── TransportFailure    one try failed below HTTP, or did not speak HTTP (webhooks.md section 5)
    └── FetchFailed         the whole request failed: what the fallback rule and the notification need (F-02, F-10)

Both carry Twilio's error number. A message never holds a password: URLs are shown without their userinfo.
"""

from enum import Enum, IntEnum, auto

BODY_START_BYTES = 4096
"""How much of an answer a failure keeps, for the notification."""


class FailureCode(IntEnum):
    """The numbers of Twilio's error dictionary that this package reports (webhooks.md 10.1, 10.2, 10.4)."""

    URL_NOT_VALID = 11100
    HTTP_RETRIEVAL = 11200
    CONNECT_TIMED_OUT = 11201
    CONNECT_REFUSED = 11202
    CONNECTION_FAILED = 11205
    PROTOCOL_VIOLATION = 11206
    BAD_HOST_NAME = 11210
    TOO_MANY_REDIRECTS = 11215
    TLS_HANDSHAKE = 11220
    CERTIFICATE_NAME = 11235
    CERTIFICATE_EXPIRED = 11236
    CERTIFICATE_ISSUER = 11237
    RETRY_POLICY = 11243
    BODY_TOO_LARGE = 11750
    EMPTY_CHUNKED_BODY = 11770
    DOCUMENT_NOT_PARSED = 12100
    CONTENT_TYPE = 12300
    MEDIA_CONTENT_TYPE = 13420
    CALLBACK_INTERNAL = 15000
    CALLBACK_QUEUE = 15002
    CALLBACK_ANSWERED_ERROR = 15003


class FailureKind(Enum):
    """How far a try got, because that decides whether it may be repeated (webhooks.md section 6)."""

    CONNECT = auto()  # no connection: nobody can have seen the request
    NO_ANSWER = auto()  # the request was sent, and no byte of an answer came
    PARTIAL = auto()  # a part of the answer came; never repeated (CO-03)
    TLS = auto()
    PROTOCOL = auto()  # what came is not HTTP
    FORBIDDEN = auto()  # our own address policy refuses the target


class TransportFailure(Exception):
    """One try at a request failed. Raised by a `Transport`."""

    def __init__(self, code: int, message: str, kind: FailureKind) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind


class FetchFailed(Exception):
    """A request to the app failed for good. `url` is what goes into `ErrorUrl`: no userinfo, no fragment."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        url: str,
        method: str = "GET",
        parameters: tuple[tuple[str, str], ...] = (),
        status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        tries: int = 1,
    ) -> None:
        super().__init__(f"{code}: {message} ({method} {url})")
        self.code = code
        self.message = message
        self.url = url
        self.method = method
        self.parameters = parameters
        self.status = status
        self.headers = headers
        self.body = body[:BODY_START_BYTES]
        self.tries = tries
