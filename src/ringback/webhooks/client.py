"""Requests to the app: signed, limited, redirected and retried as webhooks.md sections 1, 5 and 6 say."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from ringback.clock import Clock, wait_for
from ringback.model.record import AccountRecord
from ringback.webhooks.cached_transport import CachedTransport
from ringback.webhooks.challenge import MAX_CHALLENGES, DigestAnswers, NewDigestAnswers
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FailureCode, FailureKind, FetchFailed, TransportFailure
from ringback.webhooks.exchange import Exchange, Observer
from ringback.webhooks.http_cache import HttpCache
from ringback.webhooks.media import Media, media_of
from ringback.webhooks.overrides import OverrideInvalid, Overrides
from ringback.webhooks.request import Plan, prepare, redirected
from ringback.webhooks.response import Fetched
from ringback.webhooks.retry import Retry, decide
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import Headers, HttpResponse, Method, Reuse, Transport, TryLimits
from ringback.webhooks.url import AppUrl, UrlInvalid

MAX_REDIRECTS = 10
MAX_DOCUMENT_BYTES = 64 * 1024
MAX_MEDIA_BYTES = 40 * 1024 * 1024
"""40 minutes (PLAY-04) of 128 kbit/s mp3, or of 8 kHz 16-bit mono."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits:
    """What an answer may cost. The times are per request and can be overridden in the URL (`Overrides`)."""

    max_redirects: int = MAX_REDIRECTS
    max_document_bytes: int = MAX_DOCUMENT_BYTES
    max_media_bytes: int = MAX_MEDIA_BYTES


class AppClient:
    """Asks the apps of one account. Holds no call: cookies are handed in. `observer` is told of every try but media.

    Documents and files that are got by GET are kept in `cache` as HTTP allows (H-06); callbacks are always sent.
    Without `new_digest` an app that asks for Digest has refused.
    """

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        account: AccountRecord,
        *,
        limits: ClientLimits | None = None,
        cache: HttpCache | None = None,
        new_token: Callable[[], str] = lambda: str(uuid.uuid4()),
        observer: Observer | None = None,
        new_digest: NewDigestAnswers | None = None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._account = account
        self._limits = limits or ClientLimits()
        self._cached = CachedTransport(transport, cache if cache is not None else HttpCache(), clock)
        self._new_token = new_token
        self._observer = observer
        self._new_digest = new_digest

    async def fetch(
        self,
        url: str,
        method: Method,
        parameters: Parameters,
        *,
        own_parameters: Parameters = (),
        cookies: CookieJar | None = None,
    ) -> Fetched:
        """Ask for a document. `own_parameters` are the verb's, lost in a redirect (A-03). Raises `FetchFailed`."""
        chain = self._chain(self._cached, url, method, parameters, own=own_parameters, cookies=cookies)
        fetched = await chain.run(self._limits.max_document_bytes)
        _refuse_error_status(fetched)
        if fetched.response.truncated:
            raise fetched.failed(
                FailureCode.BODY_TOO_LARGE, f"the answer is over the limit of {self._limits.max_document_bytes} bytes"
            )
        return fetched

    async def notify(
        self,
        url: str,
        method: Method,
        parameters: Parameters,
        *,
        cookies: CookieJar | None = None,
        token: str | None = None,
    ) -> Fetched:
        """Send an asynchronous callback: the body of the answer is ignored (H-11). Raises `FetchFailed`.

        `token` is the idempotency token of one that may have been sent before.
        """
        chain = self._chain(self._transport, url, method, parameters, cookies=cookies, token=token)
        fetched = await chain.run(self._limits.max_document_bytes)
        _refuse_error_status(fetched)
        return fetched

    async def fetch_media(self, url: str) -> Media:
        """A file for `<Play>`: GET without call parameters, cached (PLAY-01, -02, -03). Raises `FetchFailed`."""
        chain = self._chain(self._cached, url, "GET", ())
        chain.observer = None
        fetched = await chain.run(self._limits.max_media_bytes)
        _refuse_error_status(fetched)
        return media_of(fetched, self._limits.max_media_bytes)

    def _chain(
        self,
        transport: Transport,
        url: str,
        method: Method,
        parameters: Parameters,
        *,
        own: Parameters = (),
        cookies: CookieJar | None = None,
        token: str | None = None,
    ) -> "_Chain":
        try:
            _, overrides = Overrides.parse(url)
            plan = Plan(url=AppUrl.parse(url), method=method, parameters=parameters, own_parameters=own)
        except (OverrideInvalid, UrlInvalid) as error:
            shown = url.partition("#")[0].rpartition("@")[2][:200]
            raise FetchFailed(
                error.code, error.message, url=shown, method=method, parameters=parameters + own, tries=0
            ) from None
        chain = _Chain(transport, self._clock, self._account.auth_token, token or self._new_token(), plan,
                       overrides, self._limits.max_redirects, cookies)  # fmt: skip
        chain.observer = self._observer
        chain.new_digest = self._new_digest
        return chain


class _Chain:
    """One request with its retries and redirects, under one total time and one idempotency token (CO-04, CO-05)."""

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        auth_token: str,
        idempotency_token: str,
        plan: Plan,
        overrides: Overrides,
        max_redirects: int,
        cookies: CookieJar | None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._auth_token = auth_token
        self._idempotency_token = idempotency_token
        self._plan = plan
        self._overrides = overrides
        self._max_redirects = max_redirects
        self._cookies = cookies
        self._deadline = clock.now() + overrides.total_seconds
        self._tries = 0
        self._failed_tries = 0
        self._digest: DigestAnswers | None = None
        self.observer: Observer | None = None
        self.new_digest: NewDigestAnswers | None = None

    async def run(self, max_body_bytes: int) -> Fetched:
        """The final answer, of whatever status. Raises `FetchFailed` when there is none."""
        for _ in range(self._max_redirects + 1):
            response = await self._answer(max_body_bytes)
            following = self._following(response)
            if following is None:
                return self._fetched(response)
            self._plan = following
            self._digest = None
        raise self._failed(FailureCode.TOO_MANY_REDIRECTS, f"more than {self._max_redirects} redirects")

    async def _answer(self, max_body_bytes: int) -> HttpResponse:
        """Try until an answer or a failure stands."""
        while True:
            outcome = await self._observed_try(max_body_bytes)
            kind = outcome.status if isinstance(outcome, HttpResponse) else outcome.kind
            self._tries += 1
            if isinstance(outcome, HttpResponse) and self._can_answer(outcome):
                continue
            left = self._deadline - self._clock.now()
            decision = decide(kind, tries=self._failed_tries + 1, seconds_left=left, overrides=self._overrides)
            if isinstance(decision, Retry):
                self._failed_tries += 1
                continue
            if isinstance(outcome, HttpResponse):
                return outcome
            raise self._failed(outcome.code, outcome.message) from outcome

    def _can_answer(self, response: HttpResponse) -> bool:
        """Whether a 401 asks for a digest that the URL's user and password give: once a hop, and no retry (H-05)."""
        credentials = self._plan.url.credentials
        if response.status != 401 or credentials is None or self.new_digest is None or self._digest is not None:
            return False
        digest = self.new_digest(*credentials)
        if not digest.challenged(islice(response.all_of("www-authenticate"), MAX_CHALLENGES)):
            return False
        self._digest = digest
        return True

    async def _observed_try(self, max_body_bytes: int) -> HttpResponse | TransportFailure:
        began_at, began = self._clock.utc_now(), self._clock.now()
        outcome = await self._try_once(max_body_bytes)
        if self.observer is not None:
            nobody_was_asked = isinstance(outcome, HttpResponse) and outcome.reuse is Reuse.FRESH
            exchange = Exchange(
                url=self._plan.url.text,
                method=self._plan.method,
                parameters=self._plan.all_parameters,
                began_at=began_at,
                seconds=0.0 if nobody_was_asked else self._clock.now() - began,
                outcome=outcome,
            )
            self.observer(exchange)
        return outcome

    async def _try_once(self, max_body_bytes: int) -> HttpResponse | TransportFailure:
        left = self._deadline - self._clock.now()
        limits = TryLimits(
            connect_seconds=min(self._overrides.connect_seconds, max(left, 0.001)),
            read_seconds=self._overrides.read_seconds,
            max_body_bytes=max_body_bytes,
        )
        request = prepare(
            self._plan,
            auth_token=self._auth_token,
            idempotency_token=self._idempotency_token,
            extra_headers=self._cookie_header(),
            digest=self._digest,
        )
        try:
            response = await wait_for(self._clock, self._transport.send(request, limits), left)
        except TransportFailure as failure:
            return failure
        except TimeoutError:
            message = f"no complete answer in {self._overrides.total_seconds:g} s"
            return TransportFailure(FailureCode.HTTP_RETRIEVAL, message, FailureKind.NO_ANSWER)
        if self._cookies is not None:
            self._cookies.receive(self._plan.url, response.all_of("set-cookie"), self._clock.utc_now())
        return response

    def _cookie_header(self) -> Headers:
        value = self._cookies.header(self._plan.url, self._clock.utc_now()) if self._cookies is not None else None
        return (("Cookie", value),) if value else ()

    def _following(self, response: HttpResponse) -> Plan | None:
        try:
            return redirected(self._plan, response)
        except UrlInvalid as error:
            raise self._failed(error.code, f"redirected to an invalid URL: {error.message}", response) from None

    def _fetched(self, response: HttpResponse) -> Fetched:
        return Fetched(
            url=self._plan.url.with_userinfo,
            shown_url=self._plan.url.text,
            method=self._plan.method,
            parameters=self._plan.all_parameters,
            response=response,
            tries=self._tries,
        )

    def _failed(self, code: int, message: str, response: HttpResponse | None = None) -> FetchFailed:
        return FetchFailed(
            code,
            message,
            url=self._plan.url.text,
            method=self._plan.method,
            parameters=self._plan.all_parameters,
            status=response.status if response else None,
            headers=response.headers if response else (),
            body=response.body if response else b"",
            tries=self._tries,
        )


def _refuse_error_status(fetched: Fetched) -> None:
    """Everything that is not 2xx is an HTTP retrieval failure: 4xx, 5xx, and a 3xx that leads nowhere."""
    if not 200 <= fetched.status < 300:
        raise fetched.failed(FailureCode.HTTP_RETRIEVAL, f"the app answered {fetched.status}")
