"""A server that others reach does not take URLs that lead into its own network (webhooks.md H-16)."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from ringback.api.app import create_app
from ringback.api.server import HttpServer
from ringback.webhooks.address_policy import AddressPolicy

MINE = "AC" + "1" * 32
PATH = f"/2010-04-01/Accounts/{MINE}/Applications"


@pytest.fixture
async def public_stage(stage: Any) -> AsyncIterator[Any]:
    """The same API with the policy of a server on a public address."""
    services = replace(stage.services, addresses=AddressPolicy(refuse_private=True))
    server = HttpServer(create_app(services), host="127.0.0.1", port=0)
    await server.start()
    stage.url = server.url
    yield stage
    await server.stop(1.0)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:5000/voice", "http://localhost/voice", "https://10.0.0.7/", "http://[::1]/", "http://127.1/"],
)
async def test_a_public_server_refuses_a_url_that_leads_inwards(public_stage: Any, url: str) -> None:
    for name in ("VoiceUrl", "StatusCallback"):
        answer = await public_stage.ask(f"{PATH}.json", method="POST", data={"FriendlyName": "a", name: url})
        body = json.loads(answer.body)
        assert (answer.status, body["code"]) == (400, 21205)
        assert "http.private_urls" in body["message"]
        assert name in body["message"]
    listed = json.loads((await public_stage.ask(f"{PATH}.json")).body)
    assert listed["applications"] == [], "nothing was changed"


@pytest.mark.parametrize("url", ["https://app.example/voice#rc=2", "http://8.8.8.8/voice"])
async def test_a_public_server_takes_other_urls(public_stage: Any, url: str) -> None:
    answer = await public_stage.ask(f"{PATH}.json", method="POST", data={"FriendlyName": "a", "VoiceUrl": url})
    assert answer.status == 201


async def test_a_server_on_loopback_takes_them_all(stage: Any) -> None:
    answer = await stage.ask(
        f"{PATH}.json", method="POST", data={"FriendlyName": "a", "VoiceUrl": "http://127.0.0.1:5000/voice"}
    )
    assert answer.status == 201
