"""Documents that are asked for by GET are kept as HTTP allows (webhooks.md H-06), and what a watcher hears of it."""

import pytest

from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.exchange import Exchange
from ringback.webhooks.transport import Method, Reuse
from tests.unit.webhooks.conftest import ACCOUNT, HandClock, ScriptedTransport, answer, header

URL = "http://app.example/menu"
CALL = (("CallSid", "CA1"), ("CallStatus", "in-progress"))
OTHER_CALL = (("CallSid", "CA2"), ("CallStatus", "in-progress"))


@pytest.fixture
def seen() -> list[Exchange]:
    return []


@pytest.fixture
def client(transport: ScriptedTransport, clock: HandClock, seen: list[Exchange]) -> AppClient:
    return AppClient(transport, clock, ACCOUNT, observer=seen.append)


async def test_a_document_by_get_is_not_asked_for_again_while_it_is_fresh(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    transport.steps = [answer(200, b"<Response/>", cache_control="max-age=60"), answer()]
    first = await client.fetch(URL, "GET", CALL)
    again = await client.fetch(URL, "GET", CALL)
    assert (first.body, again.body, len(transport.sent)) == (b"<Response/>", b"<Response/>", 1)
    await clock.advance(60)
    await client.fetch(URL, "GET", CALL)
    assert len(transport.sent) == 2


async def test_another_calls_document_is_another_url(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(cache_control="max-age=60"), answer(cache_control="max-age=60")]
    await client.fetch(URL, "GET", CALL)
    await client.fetch(URL, "GET", OTHER_CALL)
    assert len(transport.sent) == 2


async def test_a_document_by_post_is_asked_for_each_time(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(cache_control="max-age=60", etag='"1"'), answer()]
    await client.fetch(URL, "POST", CALL)
    await client.fetch(URL, "POST", CALL)
    assert header(transport.sent[1], "If-None-Match") is None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_callback_is_sent_each_time(client: AppClient, transport: ScriptedTransport, method: Method) -> None:
    """A callback tells the app something: it is not a question."""
    transport.steps = [answer(cache_control="max-age=60"), answer()]
    await client.notify(URL, method, CALL)
    await client.notify(URL, method, CALL)
    assert len(transport.sent) == 2


async def test_the_question_about_a_stale_document_is_signed_as_the_first_was(
    client: AppClient, transport: ScriptedTransport
) -> None:
    transport.steps = [answer(200, b"<Response/>", etag='"1"'), answer(304, b"")]
    await client.fetch(URL, "GET", CALL)
    again = await client.fetch(URL, "GET", CALL)
    assert (again.status, again.body) == (200, b"<Response/>")
    assert header(transport.sent[1], "If-None-Match") == '"1"'
    assert header(transport.sent[1], "X-Twilio-Signature") == header(transport.sent[0], "X-Twilio-Signature")


async def test_a_watcher_hears_of_each_use_and_that_no_time_was_lost(
    client: AppClient, transport: ScriptedTransport, seen: list[Exchange]
) -> None:
    transport.steps = [answer(200, b"<Response/>", cache_control="max-age=60")]
    await client.fetch(URL, "GET", CALL)
    await client.fetch(URL, "GET", CALL)
    outcomes = [one.outcome for one in seen]
    assert [getattr(outcome, "reuse", None) for outcome in outcomes] == [Reuse.NONE, Reuse.FRESH]
    assert [(one.url, one.parameters, one.seconds) for one in seen] == [(URL, CALL, 0.0)] * 2


async def test_a_redirect_is_kept_by_itself(client: AppClient, transport: ScriptedTransport) -> None:
    """A redirect that is for ever does not make what it leads to so."""
    transport.steps = [
        answer(301, location="/now", cache_control="max-age=60"),
        answer(200, b"one"),
        answer(200, b"two"),
    ]
    assert (await client.fetch(URL, "GET", CALL)).body == b"one"
    assert (await client.fetch(URL, "GET", CALL)).body == b"two"
    assert [request.url.partition("?")[0] for request in transport.sent][1:] == ["http://app.example/now"] * 2


async def test_a_document_that_varies_by_the_cookie_is_asked_for_with_another(
    client: AppClient, transport: ScriptedTransport
) -> None:
    jar = CookieJar()
    transport.steps = [answer(cache_control="max-age=60", vary="Cookie", set_cookie="s=1; Path=/"), answer()]
    await client.fetch(URL, "GET", CALL, cookies=jar)
    await client.fetch(URL, "GET", CALL, cookies=jar)
    assert header(transport.sent[1], "Cookie") == "s=1"


async def test_a_file_that_is_kept_is_too_large_for_a_document(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(200, b"x" * 70_000, content_type="audio/mpeg", cache_control="max-age=60")]
    assert len((await client.fetch_media(URL)).data) == 70_000
    with pytest.raises(FetchFailed) as caught:
        await client.fetch(URL, "GET", ())
    assert caught.value.code == 11750
