"""Media files and the HTTP cache in front of them (PLAY-01, PLAY-02, PLAY-03)."""

import pytest

from ringback.webhooks.client import AppClient
from ringback.webhooks.errors import FetchFailed
from ringback.webhooks.transport import HttpResponse
from tests.unit.webhooks.conftest import HandClock, ScriptedTransport, answer, header

URL = "http://app.example/a.mp3"


def audio(body: bytes = b"ID3 audio", /, **headers: str) -> HttpResponse:
    return answer(200, body, content_type="audio/mpeg", **headers)


async def code_of(client: AppClient) -> int:
    with pytest.raises(FetchFailed) as caught:
        await client.fetch_media(URL)
    return caught.value.code


async def test_a_file_is_asked_for_by_a_signed_get_without_parameters(
    client: AppClient, transport: ScriptedTransport
) -> None:
    """PLAY-01."""
    transport.steps = [audio()]
    media = await client.fetch_media(URL + "?x=1#rc=0")
    assert (media.content_type, media.data) == ("audio/mpeg", b"ID3 audio")
    request = transport.sent[0]
    assert (request.method, request.url, request.body) == ("GET", URL + "?x=1", b"")
    assert header(request, "X-Twilio-Signature") is not None


async def test_the_same_bytes_have_the_same_version(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [audio(b"one"), audio(b"one"), audio(b"two")]
    versions = [(await client.fetch_media(URL)).version for _ in range(3)]
    assert versions[0] == versions[1] != versions[2]


async def test_a_fresh_copy_is_not_asked_about(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    transport.steps = [audio(b"one", cache_control="max-age=60"), audio(b"two")]
    await client.fetch_media(URL)
    await clock.advance(59)
    assert (await client.fetch_media(URL)).data == b"one"
    await clock.advance(2)
    assert (await client.fetch_media(URL)).data == b"two"


async def test_a_stale_copy_is_asked_about_and_used_again(
    client: AppClient, transport: ScriptedTransport, clock: HandClock
) -> None:
    """PLAY-02: a 304 reuses the copy, and gives it a new life."""
    first = audio(b"one", etag='"v1"', last_modified="Tue, 24 Mar 2026 00:00:00 GMT", cache_control="no-cache")
    transport.steps = [first, HttpResponse(status=304, headers=(("Cache-Control", "max-age=10"),))]
    await client.fetch_media(URL)
    assert (await client.fetch_media(URL)).data == b"one"
    assert header(transport.sent[1], "If-None-Match") == '"v1"'
    assert header(transport.sent[1], "If-Modified-Since") == "Tue, 24 Mar 2026 00:00:00 GMT"
    assert (await client.fetch_media(URL)).data == b"one"
    assert len(transport.sent) == 2


async def test_a_file_without_validator_or_lifetime_is_fetched_each_time(
    client: AppClient, transport: ScriptedTransport
) -> None:
    transport.steps = [audio(), audio()]
    await client.fetch_media(URL)
    await client.fetch_media(URL)
    assert header(transport.sent[1], "If-None-Match") is None


@pytest.mark.parametrize("headers", [{"cache_control": "No-Store", "etag": '"1"'}, {"vary": "*", "etag": '"1"'}])
async def test_what_may_not_be_stored_is_not(
    client: AppClient, transport: ScriptedTransport, headers: dict[str, str]
) -> None:
    transport.steps = [audio(**headers), audio()]
    await client.fetch_media(URL)
    await client.fetch_media(URL)
    assert header(transport.sent[1], "If-None-Match") is None


async def test_a_304_nobody_asked_for_is_a_failure(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [answer(304)]
    assert await code_of(client) == 11200


@pytest.mark.parametrize("content_type", ["text/html", "", "video/mp4", "audio/midi"])
async def test_another_content_type_is_13420(
    client: AppClient, transport: ScriptedTransport, content_type: str
) -> None:
    transport.steps = [answer(content_type=content_type)]
    assert await code_of(client) == 13420


async def test_a_missing_content_type_is_13420(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [HttpResponse(status=200, body=b"x")]
    assert await code_of(client) == 13420


@pytest.mark.parametrize("response", [answer(404), audio(b"")])
async def test_no_file_is_11200(client: AppClient, transport: ScriptedTransport, response: HttpResponse) -> None:
    transport.steps = [response]
    assert await code_of(client) == 11200


async def test_a_file_over_the_limit_is_refused_by_name(client: AppClient, transport: ScriptedTransport) -> None:
    transport.steps = [
        HttpResponse(status=200, headers=(("Content-Type", "audio/wav"),), body=b"x" * 1000, truncated=True)
    ]
    with pytest.raises(FetchFailed, match="limit of 1000 bytes") as caught:
        await client.fetch_media(URL)
    assert caught.value.code == 11200
    assert transport.limits[0].max_body_bytes == 1000


async def test_redirects_of_media_are_followed_without_parameters(
    client: AppClient, transport: ScriptedTransport
) -> None:
    transport.steps = [answer(302, location="http://cdn.example/a.mp3"), audio()]
    assert (await client.fetch_media(URL)).url == "http://cdn.example/a.mp3"
    assert transport.sent[1].url == "http://cdn.example/a.mp3"
