"""What every answer has, and how many requests at once an account may have (rest-api.md sections 1 and 8)."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from ringback.api.platform import Concurrency
from ringback.api.services import ApiServices
from ringback.store.database import Database
from tests.integration.api.conftest import Stage

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
PATH = f"/2010-04-01/Accounts/{MINE}/Applications.json"
SHOWN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag",
}


@pytest.mark.parametrize("path", [PATH, f"/2010-04-01/Accounts/{OTHER}/Applications.json", "/2010-04-01/nothing"])
async def test_every_answer_may_be_read_by_a_page_of_another_origin(stage: Stage, path: str) -> None:
    answer = await stage.ask(path)
    assert {name: answer.headers[name] for name in SHOWN} == SHOWN
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


async def test_a_refusal_of_a_stranger_has_the_same_headers_and_no_count(stage: Stage) -> None:
    answer = await stage.ask(PATH, user=None)
    assert answer.status == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Twilio-Request-Id"].startswith("RQ")
    assert "Twilio-Concurrent-Requests" not in answer.headers


@pytest.mark.parametrize("user", [None, (MINE, "wrong"), ("SK" + "1" * 32, "x"), ("AC" + "9" * 32, "x")])
async def test_a_stranger_costs_no_database_read(
    stage: Stage, user: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_database(self: Database) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(Database, "read", no_database)
    monkeypatch.setattr(Database, "begin", no_database)
    for path in (PATH, PATH.replace("Applications", "Keys"), "/2010-04-01/Accounts.json"):
        for method in ("GET", "POST"):
            assert (await stage.ask(path, method=method, user=user)).status == 401


async def test_options_is_answered_without_credentials(stage: Stage) -> None:
    answer = await stage.ask(PATH, method="OPTIONS", user=None)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE, OPTIONS"
    assert "Access-Control-Allow-Origin" not in (await stage.ask("/health", method="OPTIONS", user=None)).headers


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_put_and_patch_are_not_possible(stage: Stage, method: str) -> None:
    answer = await stage.ask(PATH, method=method)
    assert (answer.status, json.loads(answer.body)["code"]) == (405, 20004)
    assert answer.headers["Allow"] == "GET, HEAD, POST"


async def test_head_is_what_get_would_answer_without_its_body(stage: Stage) -> None:
    read, head = await stage.ask(PATH), await stage.ask(PATH, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(read.body))
    assert (await stage.ask(PATH.replace("Applications", "Nothing"), method="HEAD")).status == 404
    assert (await stage.ask(PATH, method="HEAD", user=None)).status == 401


async def test_the_type_of_a_body_is_not_looked_at(stage: Stage) -> None:
    answer = await stage.ask(PATH, method="POST", data={"FriendlyName": "x"}, Content_Type="text/plain")
    assert (answer.status, json.loads(answer.body)["friendly_name"]) == (201, "x")


async def test_an_answer_tells_how_many_are_under_way(stage: Stage) -> None:
    assert (await stage.ask(PATH)).headers["Twilio-Concurrent-Requests"] == "1"


class Slow:
    """An application that answers when it is let."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.processed = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.processed += 1
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def test_above_the_limit_a_request_is_refused_unprocessed_and_may_be_sent_again(stage: Stage) -> None:
    slow = Slow()
    concurrency = Concurrency(slow, limited(stage.services, 2))
    first = [asyncio.create_task(ask(concurrency, MINE, "my-token")) for _ in range(2)]
    await asyncio.sleep(0)
    status, headers = await ask(concurrency, MINE, "my-token")
    assert (status, headers[b"retry-after"], headers[b"twilio-concurrent-requests"]) == (429, b"1", b"3")
    assert slow.processed == 2
    other = asyncio.create_task(ask(concurrency, OTHER, "other-token"))
    strangers = [asyncio.create_task(ask(concurrency, MINE, "wrong")) for _ in range(3)]
    slow.go.set()
    assert (await other)[0] == 200, "another account has a share of its own"
    assert [status for status, _ in await asyncio.gather(*first, *strangers)] == [200] * 5
    assert (await ask(concurrency, MINE, "my-token"))[1][b"twilio-concurrent-requests"] == b"1"


def limited(services: ApiServices, most: int) -> ApiServices:
    return replace(services, max_concurrent_requests=most)


async def ask(app: Any, user: str, password: str) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of one request."""
    heads: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            heads.append(message)

    authorization = aiohttp.encode_basic_auth(user, password).encode()
    scope = {
        "type": "http",
        "path": PATH,
        "method": "GET",
        "query_string": b"",
        "headers": [(b"authorization", authorization)],
    }
    await app(scope, None, send)
    return heads[0]["status"], dict(heads[0]["headers"])
