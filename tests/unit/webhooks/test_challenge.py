"""An app that asks for Digest: one more request with the same token, and no retry (webhooks.md H-05)."""

import asyncio
from collections.abc import Iterable

import pytest

from ringback.webhooks.challenge import MAX_CHALLENGES
from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FailureKind, FetchFailed, TransportFailure
from ringback.webhooks.exchange import Exchange
from ringback.webhooks.transport import HttpResponse
from tests.unit.webhooks.conftest import ACCOUNT, HandClock, ScriptedTransport, answer, header, never

URL = "http://bob:s%3Acret@app.example/voice?x=1"
CALL = (("CallSid", "CA1"),)
CHALLENGE = answer(401, b"who?", www_authenticate="Digest please", content_type="text/plain")
REFUSED = TransportFailure(11202, "the connection was refused", FailureKind.CONNECT)


class PlainDigest:
    """Says what it would have hashed."""

    def __init__(self, user: str, password: str) -> None:
        self.user = f"{user}/{password}"
        self.uses = 0

    def challenged(self, values: Iterable[str]) -> bool:
        return "Digest please" in list(values)

    def authorization(self, method: str, target: str) -> str:
        self.uses += 1
        return f"Digest {self.user} {method} {target} {self.uses}"


@pytest.fixture
def seen() -> list[Exchange]:
    return []


@pytest.fixture
def client(transport: ScriptedTransport, clock: HandClock, seen: list[Exchange]) -> AppClient:
    return AppClient(transport, clock, ACCOUNT, observer=seen.append, new_digest=PlainDigest)


def authorizations(transport: ScriptedTransport) -> list[str]:
    return [(header(request, "Authorization") or "none").removeprefix("Digest ") for request in transport.sent]


async def failure_of(client: AppClient, url: str = URL) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await client.fetch(url, "POST", CALL)
    return caught.value


async def test_basic_comes_first_and_a_challenge_is_answered_once(
    client: AppClient, transport: ScriptedTransport, seen: list[Exchange]
) -> None:
    transport.steps = [CHALLENGE, answer()]
    fetched = await client.fetch(URL, "POST", CALL)
    assert authorizations(transport) == ["Basic Ym9iOnM6Y3JldA==", "bob/s:cret POST /voice?x=1 1"]
    first, second = transport.sent
    assert (first.body, first.url) == (second.body, second.url)
    assert header(first, "I-Twilio-Idempotency-Token") == header(second, "I-Twilio-Idempotency-Token")
    assert header(first, "X-Twilio-Signature") == header(second, "X-Twilio-Signature")
    assert (fetched.status, fetched.tries) == (200, 2)
    assert [getattr(one.outcome, "status", None) for one in seen] == [401, 200]


async def test_the_target_of_a_get_has_its_parameters(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [CHALLENGE, answer()]
    await client.fetch("http://bob:pw@app.example?x=%2f", "GET", CALL)
    assert authorizations(transport)[1] == "bob/pw GET /?x=%2f&CallSid=CA1 1"


async def test_a_second_challenge_is_a_failure(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [CHALLENGE, CHALLENGE]
    failure = await failure_of(client)
    assert (failure.code, failure.status, failure.tries) == (11200, 401, 2)
    assert "cret" not in f"{failure} {failure.url} {failure.headers}"


@pytest.mark.parametrize(
    ("url", "response"),
    [
        ("http://app.example/", CHALLENGE),
        (URL, answer(403, www_authenticate="Digest please")),
        (URL, answer(401)),
        (URL, answer(401, www_authenticate="Basic realm=x")),
    ],
)
async def test_what_is_no_challenge_for_us_is_a_failure(
    client: AppClient, transport: ScriptedTransport, url: str, response: HttpResponse
) -> None:
    transport.steps = [response]
    assert (await failure_of(client, url)).code == 11200
    assert len(transport.sent) == 1


async def test_of_many_challenges_a_few_are_looked_at(client: AppClient, transport: ScriptedTransport) -> None:
    lines = [("WWW-Authenticate", "Basic realm=x")] * MAX_CHALLENGES + [("WWW-Authenticate", "Digest please")]
    transport.steps = [HttpResponse(status=401, headers=tuple(lines))]
    assert (await failure_of(client)).status == 401


async def test_the_answer_to_a_challenge_uses_up_no_retry(client: AppClient, transport: ScriptedTransport) -> None:
    """CO-01; and a retry behind it counts the nonce up."""
    transport.steps = [REFUSED, CHALLENGE, answer(500), answer()]
    fetched = await client.fetch(URL + "#rc=2&rp=ct,5xx", "POST", CALL)
    assert fetched.tries == 4
    assert [text[-1] for text in authorizations(transport)] == ["=", "=", "1", "2"]


async def test_the_total_time_counts_for_both_requests(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    """CO-04."""

    async def challenge_after_10_seconds(_: object) -> HttpResponse:
        await clock.sleep(10)
        return CHALLENGE

    transport.steps = [challenge_after_10_seconds, never]
    task = asyncio.ensure_future(failure_of(client))
    await clock.advance(10)
    await clock.advance(4.9)
    assert not task.done()
    await clock.advance(0.2)
    assert (await task).message == "no complete answer in 15 s"


async def test_a_redirect_to_the_same_server_begins_with_basic_again(
    client: AppClient, transport: ScriptedTransport
) -> None:
    transport.steps = [CHALLENGE, answer(307, location="/next"), CHALLENGE, answer()]
    await client.fetch(URL, "POST", CALL)
    assert [text.partition(" ")[0] for text in authorizations(transport)] == ["Basic", "bob/s:cret"] * 2


async def test_another_server_that_asks_gets_no_digest(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [CHALLENGE, answer(302, location="http://evil.example/"), CHALLENGE]
    assert (await failure_of(client)).status == 401
    assert authorizations(transport)[2] == "none"


async def test_callbacks_and_files_answer_a_challenge_too(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [CHALLENGE, answer(), CHALLENGE, answer(200, b"RIFF", content_type="audio/wav")]
    assert (await client.notify(URL, "POST", CALL)).tries == 2
    assert (await client.fetch_media(URL)).data == b"RIFF"


async def test_a_client_without_digest_has_been_refused(transport: ScriptedTransport, clock: HandClock) -> None:
    transport.steps = [CHALLENGE]
    assert (await failure_of(AppClient(transport, clock, ACCOUNT))).status == 401
