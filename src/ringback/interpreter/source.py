"""Where documents come from: the app behind a URL, with the fallback URL when it fails (webhooks.md section 5)."""

import re
from dataclasses import dataclass, field, replace
from typing import Protocol

from ringback.call.control import CallControl, CallEnded, CallInfo, PlayedBytes, Spoken
from ringback.interpreter.document import LoadedDocument as LoadedDocument
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.outcome import Goto, Method, Pairs
from ringback.interpreter.report import Report, Reporter
from ringback.model.call_status import CallStatus
from ringback.twiml.errors import DocumentError
from ringback.twiml.nodes import Document
from ringback.twiml.parser import parse_document
from ringback.webhooks.client import AppClient
from ringback.webhooks.content_type import charset
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FailureCode, FetchFailed
from ringback.webhooks.parameters import CallFacts, call_parameters, fallback_parameters
from ringback.webhooks.response import AudioBody, Fetched, PlainText, TwimlBody, interpret_response
from ringback.webhooks.url import AppUrl

RELATIVE_URL_IN_INLINE_TWIML = 15004

_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRequest:
    """Ask for a document. `parameters` are those beside the standard ones: the verb's own, or of the first request."""

    url: str
    method: Method = "POST"
    parameters: Pairs = ()

    @classmethod
    def of(cls, goto: Goto) -> "DocumentRequest":
        return cls(url=goto.url, method=goto.method, parameters=goto.parameters)


class DocumentSource(Protocol):
    """Gets the documents of one call."""

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        """Raises `DocumentUnavailable`, or `CallEnded` when the call ended and nobody needs the document (F-08)."""
        ...

    def for_call(self, call: CallControl) -> "DocumentSource":
        """A source for another call of the same app, such as a dialled leg that is screened."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """The fallback URL of the number, domain or REST call."""

    url: str
    method: Method = "POST"

    @classmethod
    def of(cls, url: str | None, method: Method) -> "Fallback | None":
        """None where no URL is set."""
        return cls(url=url, method=method) if url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDocumentSource:
    """Documents from the app, over signed HTTP. The cookies of the call are kept here (H-07)."""

    client: AppClient
    call: CallControl
    reporter: Reporter
    fallback: Fallback | None = None
    cookies: CookieJar = field(default_factory=CookieJar)

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        try:
            return await self._load(request)
        except FetchFailed as failure:
            self._report(failure)
            if self.call.has_ended:
                raise CallEnded from None
            return await self._load_fallback(request, failure)

    def for_call(self, call: CallControl) -> "AppDocumentSource":
        """F-06: what fails for a screening, or while waiting, has no fallback. The cookies belong to the call."""
        cookies = self.cookies if call is self.call else CookieJar()
        return replace(self, call=call, fallback=None, cookies=cookies)

    async def _load_fallback(self, request: DocumentRequest, failure: FetchFailed) -> LoadedDocument:
        """F-01 to F-04: the same parameters, and what failed; its document takes control like any other."""
        if self.fallback is None:
            raise DocumentUnavailable(failure.code, failure.message)
        parameters = request.parameters + fallback_parameters(failure.code, failure.url)
        again = DocumentRequest(url=self.fallback.url, method=self.fallback.method, parameters=parameters)
        try:
            return await self._load(again)
        except FetchFailed as second:
            self._report(second)
            raise DocumentUnavailable(second.code, second.message) from None

    async def _load(self, request: DocumentRequest) -> LoadedDocument:
        """Fetch and read one document; every way to fail is a `FetchFailed`."""
        _require_absolute(request)
        fetched = await self.client.fetch(
            request.url,
            request.method,
            call_parameters(facts_of_call(self.call.info, self.call.status)),
            own_parameters=request.parameters,
            cookies=self.cookies,
        )
        return LoadedDocument(url=_document_url(request, fetched), body=_body(fetched))

    def _report(self, failure: FetchFailed) -> None:
        self.reporter.report(
            Report(
                code=failure.code,
                level="error",
                message=failure.message,
                url=failure.url,
                method=failure.method,
                parameters=failure.parameters,
                response_status=failure.status,
                response_headers=failure.headers,
                response_body=failure.body or None,
            )
        )


def _require_absolute(request: DocumentRequest) -> None:
    """Inline TwiML has no URL of its own, so an absent or relative one leads nowhere (D-12, R-07)."""
    if _SCHEME.match(request.url):
        return
    code = RELATIVE_URL_IN_INLINE_TWIML if request.url else FailureCode.URL_NOT_VALID
    message = f"{request.url[:200]!r} is not an absolute URL, and inline TwiML has none to resolve it against"
    raise FetchFailed(code, message, url=request.url, method=request.method, parameters=request.parameters)


def facts_of_call(info: CallInfo, status: CallStatus) -> CallFacts:
    """What a request may tell about a call that is in this state now."""
    return CallFacts(
        call_sid=info.call_sid,
        account_sid=info.account_sid,
        from_=info.from_,
        to=info.to,
        direction=info.direction,
        status=status,
        parent_call_sid=info.parent_call_sid,
        caller_name=info.caller_name,
        forwarded_from=info.forwarded_from,
        sip_parameters=info.sip_parameters,
    )


def _document_url(request: DocumentRequest, fetched: Fetched) -> str:
    """The URL asked last. Without an HTTP redirect it is kept as written, with its connection overrides."""
    same = AppUrl.parse(request.url).with_userinfo == fetched.url
    return request.url if same else fetched.url


def _body(fetched: Fetched) -> Document | PlayedBytes | Spoken:
    answer = interpret_response(fetched)
    match answer:
        case AudioBody():
            return PlayedBytes(data=answer.data, content_type=answer.content_type)
        case PlainText():
            return _document_or_words(answer, fetched)
        case TwimlBody():
            try:
                return parse_document(answer.body, charset(fetched.response.header("content-type")))
            except DocumentError as error:
                raise fetched.failed(error.code, error.message) from None


def _document_or_words(answer: PlainText, fetched: Fetched) -> Document | Spoken:
    try:
        return parse_document(answer.body, charset(fetched.response.header("content-type")))
    except DocumentError:
        return Spoken(text=answer.text)
