"""The client against a scripted network, in hand-turned time (webhooks.md sections 1, 5 and 6)."""

import asyncio

import pytest

from ringback.webhooks.client import MAX_DOCUMENT_BYTES, AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.errors import FailureKind, FetchFailed, TransportFailure
from ringback.webhooks.response import Fetched
from ringback.webhooks.transport import HttpRequest, HttpResponse
from tests.unit.webhooks.conftest import HandClock, ScriptedTransport, answer, header, never, settle

URL = "http://app.example/voice"
CALL = (("CallSid", "CA1"),)
REFUSED = TransportFailure(11202, "the connection was refused", FailureKind.CONNECT)
SILENT = TransportFailure(11200, "no answer in 1 s", FailureKind.NO_ANSWER)
BROKEN = TransportFailure(11200, "the answer broke off", FailureKind.PARTIAL)


async def fetch(client: AppClient, url: str = URL) -> Fetched:
    return await client.fetch(url, "POST", CALL)


async def failure_of(client: AppClient, url: str = URL) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await fetch(client, url)
    return caught.value


async def test_an_answer_comes_back_with_the_url_it_came_from(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(200, b"<Response><Hangup/></Response>")]
    fetched = await fetch(client, "http://u:p@app.example/voice?x=1#rc=0")
    assert fetched.body == b"<Response><Hangup/></Response>"
    assert fetched.url == "http://u:p@app.example/voice?x=1"
    assert transport.sent[0].url == "http://app.example/voice?x=1"


@pytest.mark.parametrize("status", [400, 404, 500, 503, 304, 300])
async def test_an_error_status_is_11200_and_is_not_tried_again(
    client: AppClient, transport: ScriptedTransport, status: int
) -> None:
    transport.steps = [answer(status, b"Traceback", content_type="text/plain")]
    failure = await failure_of(client)
    assert (failure.code, failure.status, failure.body) == (11200, status, b"Traceback")
    assert (failure.url, failure.method, failure.parameters) == (URL, "POST", CALL)
    assert len(transport.sent) == 1


async def test_a_failed_connection_is_tried_once_more_with_the_same_token(
    client: AppClient, transport: ScriptedTransport
) -> None:
    """CO-05."""
    transport.steps = [REFUSED, answer()]
    await fetch(client)
    assert [header(request, "I-Twilio-Idempotency-Token") for request in transport.sent] == ["token-0", "token-0"]


async def test_two_requests_have_two_tokens(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(), answer()]
    await fetch(client)
    await fetch(client)
    assert [header(request, "I-Twilio-Idempotency-Token") for request in transport.sent] == ["token-0", "token-1"]


async def test_two_failed_connections_are_a_failure(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [REFUSED, REFUSED]
    assert (await failure_of(client)).code == 11202


async def test_the_third_try_succeeds_when_the_url_asks_for_it(client: AppClient, transport: ScriptedTransport) -> None:
    """webhooks.md 13.8: `#rc=2&rp=5xx`."""
    transport.steps = [answer(500), answer(502), answer()]
    assert (await fetch(client, URL + "#rc=2&rp=5xx")).status == 200
    assert len({header(request, "I-Twilio-Idempotency-Token") for request in transport.sent}) == 1


async def test_silence_is_tried_again_only_if_the_url_says_rt(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-02."""
    transport.steps = [SILENT, answer()]
    assert (await fetch(client, URL + "#rp=ct,rt")).status == 200
    transport.steps = [SILENT, answer()]
    assert (await failure_of(client)).code == 11200


async def test_a_broken_answer_is_never_tried_again(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-03."""
    transport.steps = [BROKEN, answer()]
    assert (await failure_of(client, URL + "#rc=5&rp=all")).message == "the answer broke off"


async def test_no_answer_fails_after_15_seconds(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    """webhooks.md 13.6."""
    transport.steps = [never]
    task = asyncio.ensure_future(failure_of(client))
    await clock.advance(14.9)
    assert not task.done()
    await clock.advance(0.2)
    failure = await task
    assert (failure.code, failure.message) == (11200, "no complete answer in 15 s")


async def test_after_6_seconds_of_connecting_9_are_left(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    """Section 5: the total includes every connect."""

    async def refuse_after_6_seconds(_: HttpRequest) -> HttpResponse:
        await clock.sleep(6)
        raise REFUSED

    transport.steps = [refuse_after_6_seconds, never]
    task = asyncio.ensure_future(failure_of(client))
    await clock.advance(6)
    await clock.advance(8.9)
    assert not task.done()
    await clock.advance(0.2)
    assert (await task).code == 11200


async def test_each_try_gets_the_limits_of_the_url(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-01."""
    transport.steps = [REFUSED, REFUSED, answer()]
    await fetch(client, URL + "#rc=2&ct=1000&rt=3000")
    assert [(limits.connect_seconds, limits.read_seconds) for limits in transport.limits] == [(1.0, 3.0)] * 3
    assert transport.limits[0].max_body_bytes == MAX_DOCUMENT_BYTES


async def test_a_cancelled_fetch_gives_the_request_up(client: AppClient, transport: ScriptedTransport) -> None:
    """F-08: the call ended."""
    cancelled = asyncio.Event()

    async def wait(_: HttpRequest) -> HttpResponse:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    transport.steps = [wait]
    task = asyncio.ensure_future(fetch(client))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()


async def test_ten_redirects_are_followed(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [*(answer(302, location=f"/{number}") for number in range(10)), answer()]
    assert (await fetch(client)).url == "http://app.example/9"


async def test_eleven_redirects_are_11215(client: AppClient, transport: ScriptedTransport) -> None:
    """webhooks.md 13.9."""
    transport.steps = [answer(302, location=f"/{number}") for number in range(11)]
    assert (await failure_of(client)).code == 11215
    assert len(transport.sent) == 11


async def test_a_redirect_loses_the_verbs_parameters(client: AppClient, transport: ScriptedTransport) -> None:
    """A-03."""
    transport.steps = [answer(303, location="/next"), answer()]
    await client.fetch(URL, "POST", CALL, own_parameters=(("Digits", "1"),))
    assert b"Digits=1" in transport.sent[0].body
    assert transport.sent[1].url == "http://app.example/next?CallSid=CA1"


@pytest.mark.parametrize(("location", "code"), [("ftp://h/p", 11100), ("http://bad_host/", 11210)])
async def test_a_redirect_to_nowhere_fails(
    client: AppClient, transport: ScriptedTransport, location: str, code: int
) -> None:
    transport.steps = [answer(302, location=location)]
    failure = await failure_of(client)
    assert (failure.code, failure.status) == (code, 302)


async def test_a_cookie_comes_back_in_the_same_call_only(client: AppClient, transport: ScriptedTransport) -> None:
    """H-07, webhooks.md 13.10."""
    jar = CookieJar()
    transport.steps = [answer(set_cookie="s=1; Path=/"), answer(), answer()]
    await client.fetch(URL, "POST", CALL, cookies=jar)
    await client.fetch(URL, "POST", CALL, cookies=jar)
    await client.fetch(URL, "POST", CALL, cookies=CookieJar())
    assert [header(request, "Cookie") for request in transport.sent] == [None, "s=1", None]


async def test_a_cookie_set_by_a_redirect_is_sent_to_its_target(
    client: AppClient, transport: ScriptedTransport
) -> None:
    transport.steps = [answer(302, location="/next", set_cookie="s=1; Path=/"), answer()]
    await client.fetch(URL, "POST", CALL, cookies=CookieJar())
    assert header(transport.sent[1], "Cookie") == "s=1"


async def test_a_document_over_64_kb_is_11750(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [HttpResponse(status=200, body=b"x" * 65536, truncated=True)]
    failure = await failure_of(client)
    assert failure.code == 11750
    assert "65536" in failure.message


async def test_the_body_of_a_callbacks_answer_is_ignored(client: AppClient, transport: ScriptedTransport) -> None:
    """H-11."""
    transport.steps = [HttpResponse(status=200, body=b"x" * 65536, truncated=True)]
    assert (await client.notify(URL, "POST", CALL)).status == 200


async def test_a_callback_answered_with_an_error_fails(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(404)]
    with pytest.raises(FetchFailed) as caught:
        await client.notify(URL, "POST", CALL)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("url", "code"),
    [("not a url", 11100), ("http://bob:secret@my_app/p", 11210), (URL + "#rp=bogus", 11243)],
)
async def test_a_bad_url_costs_no_request(client: AppClient, transport: ScriptedTransport, url: str, code: int) -> None:
    failure = await failure_of(client, url)
    assert failure.code == code
    assert transport.sent == []
    assert "secret" not in str(failure) + failure.url
