"""A voice app in memory: what answers its URLs, and the webhooks `Transport` that carries requests to it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from ringback.clock import Clock
from ringback.testing.transcript import Journal, Requested
from ringback.webhooks.errors import FailureCode, FailureKind, TransportFailure
from ringback.webhooks.transport import HttpRequest, HttpResponse, TryLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRequest:
    """A request as the app sees it. `parameters` has the query's and the form's; of a repeated name the last value."""

    method: str
    url: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def __getitem__(self, name: str) -> str:
        return self.parameters[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppResponse:
    """An answer that is not 200 with TwiML, or that takes its time."""

    body: str | bytes = ""
    status: int = 200
    content_type: str | None = "text/xml"
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


# TwiML as text or as anything whose `str()` is TwiML, such as the official library's `VoiceResponse`; an `AppResponse`;
# or a function, also async, that is called with the `AppRequest` and returns one of these.
Answer = object
Answers = Mapping[str, Answer] | Callable[[AppRequest], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTransport:
    """Implements `webhooks.Transport`: asks the app, writes down what it was asked and what it said."""

    answers: Answers
    journal: Journal
    clock: Clock
    started_at: float = 0.0
    is_callback: bool = False

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        asked = _app_request(request)
        try:
            answer = await self._answer(asked)
        except Exception as failure:
            self.journal.failure = self.journal.failure or failure
            raise
        at = self.clock.now() - self.started_at
        self.journal.add(
            Requested(
                at=at,
                method=asked.method,
                url=asked.url,
                path=asked.path,
                parameters=asked.parameters,
                status=answer.status,
                is_callback=self.is_callback,
            )
        )
        if answer.seconds:
            await self.clock.sleep(min(answer.seconds, limits.read_seconds))
        if answer.seconds > limits.read_seconds:
            message = f"no answer in {limits.read_seconds:g} s"
            raise TransportFailure(FailureCode.HTTP_RETRIEVAL, message, FailureKind.NO_ANSWER)
        return _http_response(answer, limits)

    async def _answer(self, request: AppRequest) -> AppResponse:
        answer: Answer = self.answers
        if isinstance(self.answers, Mapping):
            found = {request.url.partition("?")[0], request.path} & self.answers.keys()
            if not found:
                return AppResponse(status=404, content_type="text/plain", body="no such page")
            answer = self.answers[found.pop()]
        if callable(answer):
            answer = answer(request)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, AppResponse):
            return answer
        return AppResponse(body=answer if isinstance(answer, bytes) else str(answer))


def _app_request(request: HttpRequest) -> AppRequest:
    parts = urlsplit(request.url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if request.method == "POST":
        pairs += parse_qsl(request.body.decode("ascii"), keep_blank_values=True)
    return AppRequest(
        method=request.method,
        url=request.url,
        path=parts.path,
        parameters=dict(pairs),
        headers=dict(request.headers),
        body=request.body,
    )


def _http_response(answer: AppResponse, limits: TryLimits) -> HttpResponse:
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    content_type = (("Content-Type", answer.content_type),) if answer.content_type else ()
    return HttpResponse(
        status=answer.status,
        headers=content_type + answer.headers,
        body=body[: limits.max_body_bytes],
        truncated=len(body) > limits.max_body_bytes,
    )
