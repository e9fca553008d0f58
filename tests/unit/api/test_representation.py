"""What the path's suffix and its strange characters do (rest-api.md section 1)."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ringback.api.representation import PathSuffix, render_list


async def routed(path: str) -> tuple[str, dict[str, Any]]:
    """The path that the routes get, and what else they are told."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*message: Any) -> Any:
        return {}

    await PathSuffix(app)({"type": "http", "path": path}, nothing, nothing)
    return str(seen[0]["path"]), seen[0].get("state", {})


@pytest.mark.parametrize(
    ("path", "rest", "suffix"),
    [
        ("/2010-04-01/Accounts.json", "/2010-04-01/Accounts", "json"),
        ("/2010-04-01/Accounts.xml", "/2010-04-01/Accounts", "xml"),
        ("/2010-04-01/Accounts", "/2010-04-01/Accounts", ""),
        ("/2010-04-01/Accounts/room.one", "/2010-04-01/Accounts/room.one", ""),
    ],
)
async def test_the_suffix_is_taken_off_and_told(path: str, rest: str, suffix: str) -> None:
    found, state = await routed(path)
    assert (found, state["representation"], state["requested_path"]) == (rest, suffix, path)


async def test_a_nul_in_the_path_reaches_no_database() -> None:
    found, state = await routed("/2010-04-01/Accounts/AC1/Calls/CA\x001.json")
    assert found == "/2010-04-01/Accounts/AC1/Calls/CA\ufffd1"
    assert state["requested_path"].endswith("CA\x001.json")


async def test_other_paths_are_left_alone() -> None:
    assert await routed("/metrics.json") == ("/metrics.json", {})


async def test_uris_in_xml_have_no_suffix() -> None:
    root = "/2010-04-01/Accounts/AC1/Queues"
    paging = {"uri": f"{root}.xml?FriendlyName=a.json", "first_page_uri": f"{root}.xml?Page=0", "next_page_uri": None}
    items = [{"uri": f"{root}/QU1.json", "friendly_name": "desk.json"}]
    request = Request({"type": "http", "path": root, "headers": [], "state": {"representation": "xml"}})
    queues = fromstring(bytes(render_list(request, "queues", "Queue", items, paging).body))[0]
    assert queues.attrib == {
        "uri": f"{root}?FriendlyName=a.json",
        "firstpageuri": f"{root}?Page=0",
        "nextpageuri": "",
    }
    assert [child.text for child in queues[0]] == [f"{root}/QU1", "desk.json"]
