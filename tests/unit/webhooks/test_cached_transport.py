"""A transport with a cache in front: what the app is asked, and what is taken from the copy (webhooks.md H-06)."""

import pytest

from ringback.webhooks.cached_transport import CachedTransport
from ringback.webhooks.errors import FailureKind, TransportFailure
from ringback.webhooks.http_cache import HttpCache
from ringback.webhooks.transport import HttpRequest, HttpResponse, Method, Reuse, TryLimits
from tests.unit.webhooks.conftest import HandClock, ScriptedTransport, answer, header


@pytest.fixture
def cached(transport: ScriptedTransport, clock: HandClock) -> CachedTransport:
    return CachedTransport(transport, HttpCache(), clock)


async def send(cached: CachedTransport, method: Method = "GET", *, max_body_bytes: int = 1000) -> HttpResponse:
    limits = TryLimits(connect_seconds=5, read_seconds=15, max_body_bytes=max_body_bytes)
    return await cached.send(HttpRequest(method=method, url="http://h/p", headers=()), limits)


async def test_a_fresh_copy_is_used_without_asking(
    cached: CachedTransport, transport: ScriptedTransport, clock: HandClock
) -> None:
    transport.steps = [answer(200, b"one", cache_control="max-age=60"), answer(200, b"two")]
    assert (await send(cached)).reuse is Reuse.NONE
    await clock.advance(59)
    again = await send(cached)
    assert (again.body, again.reuse, len(transport.sent)) == (b"one", Reuse.FRESH, 1)
    await clock.advance(1)
    assert (await send(cached)).body == b"two"


async def test_a_stale_copy_is_asked_about_and_lives_on_as_the_304_says(
    cached: CachedTransport, transport: ScriptedTransport, clock: HandClock
) -> None:
    transport.steps = [
        answer(200, b"one", etag='"1"'),
        HttpResponse(status=304, headers=(("Cache-Control", "max-age=60"),)),
        answer(200, b"two", etag='"2"'),
    ]
    await send(cached)
    again = await send(cached)
    assert (again.status, again.body, again.reuse) == (200, b"one", Reuse.VALIDATED)
    assert header(transport.sent[1], "If-None-Match") == '"1"'
    assert (await send(cached)).reuse is Reuse.FRESH
    await clock.advance(61)
    assert (await send(cached)).body == b"two"
    assert header(transport.sent[2], "If-None-Match") == '"1"'


async def test_post_is_never_answered_from_a_copy_nor_kept(
    cached: CachedTransport, transport: ScriptedTransport
) -> None:
    transport.steps = [answer(cache_control="max-age=60"), answer(cache_control="max-age=60"), answer(200, b"got")]
    await send(cached, "POST")
    await send(cached, "POST")
    assert (await send(cached)).body == b"got"


@pytest.mark.parametrize(("status", "is_used_again"), [(200, False), (302, False), (404, True), (500, True)])
async def test_a_post_that_went_well_makes_the_copy_of_its_url_worthless(
    cached: CachedTransport, transport: ScriptedTransport, status: int, is_used_again: bool
) -> None:
    """RFC 9111 §4.4."""
    transport.steps = [answer(cache_control="max-age=60"), answer(status), answer()]
    await send(cached)
    await send(cached, "POST")
    assert ((await send(cached)).reuse is Reuse.FRESH) is is_used_again


async def test_a_304_without_a_question_is_handed_on(
    cached: CachedTransport, transport: ScriptedTransport, clock: HandClock
) -> None:
    transport.steps = [answer(200, b"one", cache_control="max-age=1"), answer(304)]
    await send(cached)
    await clock.advance(2)
    assert (await send(cached)).status == 304


async def test_an_error_is_handed_on_and_not_kept(cached: CachedTransport, transport: ScriptedTransport) -> None:
    """No stale copy covers a broken app up."""
    broken = TransportFailure(11202, "refused", FailureKind.CONNECT)
    transport.steps = [answer(200, b"one", etag='"1"'), answer(500, cache_control="max-age=60"), broken]
    await send(cached)
    assert (await send(cached)).status == 500
    with pytest.raises(TransportFailure):
        await send(cached)


async def test_who_asks_gets_no_more_of_a_copy_than_they_asked_for(
    cached: CachedTransport, transport: ScriptedTransport
) -> None:
    transport.steps = [answer(200, b"x" * 100, cache_control="max-age=60")]
    await send(cached)
    cut = await send(cached, max_body_bytes=10)
    assert (cut.body, cut.truncated) == (b"x" * 10, True)
    whole = await send(cached, max_body_bytes=100)
    assert (len(whole.body), whole.truncated) == (100, False)
