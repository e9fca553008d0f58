"""A `Transport` that keeps answers to GET requests (webhooks.md H-06). Answers to POST are never kept."""

from dataclasses import replace

from ringback.clock import Clock
from ringback.webhooks.http_cache import Copy, HttpCache
from ringback.webhooks.transport import HttpRequest, HttpResponse, Reuse, Transport, TryLimits


class CachedTransport:
    """Answers from `cache` what is fresh, asks about what is stale, and carries everything else to `transport`."""

    def __init__(self, transport: Transport, cache: HttpCache, clock: Clock) -> None:
        self._transport = transport
        self._cache = cache
        self._clock = clock

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        """As `Transport.send`; `HttpResponse.reuse` says what part the cache had."""
        if request.method != "GET":
            return await self._change(request, limits)
        copy = self._cache.find(request)
        if copy is not None and copy.fresh_until > self._clock.utc_now():
            return _cut(replace(copy.response, reuse=Reuse.FRESH), limits)
        return _cut(await self._ask(request, copy, limits), limits)

    async def _change(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        """A POST that went well may have changed what a GET of its URL answers (RFC 9111 §4.4)."""
        response = await self._transport.send(request, limits)
        if response.status < 400:
            self._cache.forget(request.url)
        return response

    async def _ask(self, request: HttpRequest, copy: Copy | None, limits: TryLimits) -> HttpResponse:
        conditions = copy.conditions if copy is not None else ()
        asked_at = self._clock.utc_now()
        response = await self._transport.send(replace(request, headers=request.headers + conditions), limits)
        if response.status == 304 and copy is not None and conditions:
            response = copy.validated_by(response)
        self._cache.keep(request, response, asked_at=asked_at, received_at=self._clock.utc_now())
        return response


def _cut(response: HttpResponse, limits: TryLimits) -> HttpResponse:
    """A kept file may be larger than a document may be: who asks gets no more than they asked for."""
    if len(response.body) <= limits.max_body_bytes:
        return response
    return replace(response, body=response.body[: limits.max_body_bytes], truncated=True)
