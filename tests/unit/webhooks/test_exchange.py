"""What a watcher hears of requests to the app (rest-api.md 9.3), and how tries are counted (CO-01)."""

import pytest

from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FailureKind, FetchFailed, TransportFailure
from ringback.webhooks.exchange import Exchange
from ringback.webhooks.transport import HttpRequest, HttpResponse
from tests.unit.webhooks.conftest import ACCOUNT, START, HandClock, ScriptedTransport, answer, header

URL = "http://user:secret@app.example/voice?x=1#rc=2&rp=5xx"
CALL = (("CallSid", "CA1"),)
REFUSED = TransportFailure(11202, "the connection was refused", FailureKind.CONNECT)


@pytest.fixture
def seen() -> list[Exchange]:
    return []


@pytest.fixture
def client(transport: ScriptedTransport, clock: HandClock, seen: list[Exchange]) -> AppClient:
    return AppClient(transport, clock, ACCOUNT, observer=seen.append)


async def test_every_try_and_every_hop_is_an_exchange(
    client: AppClient, transport: ScriptedTransport, seen: list[Exchange]
) -> None:
    failed, moved, arrived = answer(503), answer(302, location="/other"), answer()
    transport.steps = [failed, moved, arrived]
    await client.fetch(URL, "POST", CALL, own_parameters=(("Digits", "1"),))
    assert [(one.method, one.url, one.outcome) for one in seen] == [
        ("POST", "http://app.example/voice?x=1", failed),
        ("POST", "http://app.example/voice?x=1", moved),
        ("GET", "http://app.example/other", arrived),
    ]
    assert [one.parameters for one in seen] == [(*CALL, ("Digits", "1"))] * 2 + [CALL]


async def test_an_exchange_says_when_it_began_and_how_long_it_took(
    client: AppClient, transport: ScriptedTransport, clock: HandClock, seen: list[Exchange]
) -> None:
    async def slowly(_: HttpRequest) -> HttpResponse:
        await clock.advance(0.25)
        return answer()

    transport.steps = [slowly]
    await client.notify("http://app.example/", "GET", CALL)
    assert [(one.began_at, one.seconds) for one in seen] == [(START, 0.25)]
    assert seen[0].url == "http://app.example/", "the parameters of a GET are beside it"


async def test_a_failure_below_http_is_an_exchange_too(
    client: AppClient, transport: ScriptedTransport, seen: list[Exchange]
) -> None:
    transport.steps = [REFUSED]
    with pytest.raises(FetchFailed):
        await client.notify("http://app.example/#rc=0", "POST", CALL)
    assert [one.outcome for one in seen] == [REFUSED]


async def test_files_for_play_are_not_exchanges_of_the_call(
    client: AppClient, transport: ScriptedTransport, seen: list[Exchange]
) -> None:
    transport.steps = [answer(200, b"RIFF", content_type="audio/wav")]
    await client.fetch_media("http://app.example/hello.wav")
    assert seen == []


async def test_tries_are_counted_and_a_redirect_is_not_a_retry(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-01: `rc` counts what was repeated; a hop leaves all of it to the next URL."""
    transport.steps = [answer(302, location="/other"), REFUSED, answer()]
    fetched = await client.notify("http://app.example/#rc=1", "POST", CALL)
    assert fetched.tries == 3
    transport.steps = [REFUSED, REFUSED]
    with pytest.raises(FetchFailed) as caught:
        await client.notify("http://app.example/#rc=1", "POST", CALL)
    assert caught.value.tries == 2


async def test_a_url_that_is_none_is_no_try(client: AppClient, seen: list[Exchange]) -> None:
    with pytest.raises(FetchFailed) as caught:
        await client.notify("nowhere", "POST", CALL)
    assert (caught.value.tries, seen) == (0, [])


async def test_a_callback_that_was_sent_before_keeps_its_token(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-05."""
    transport.steps = [answer()]
    await client.notify("http://app.example/", "POST", CALL, token="from-before")
    assert header(transport.sent[0], "I-Twilio-Idempotency-Token") == "from-before"
