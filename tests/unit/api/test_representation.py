"""What the path's suffix and its strange characters do (rest-api.md section 1)."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ringback.api.representation import PathSuffix, render_error, render_list, render_one


async def routed(path: str) -> tuple[str, dict[str, Any]]:
    """The path that the routes get, and what else they are told."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*message: Any) -> Any:
        return {}

    await PathSuffix(app)({"type": "http", "path": path}, nothing, nothing)
    return str(seen[0]["path"]), seen[0].get("state", {})


def asked(representation: str | None) -> Request:
    """A request with that suffix; None for one outside of the API."""
    state = {} if representation is None else {"representation": representation}
    return Request({"type": "http", "path": "/", "headers": [], "state": state})


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
    listed = render_list(asked("xml"), "queues", "Queue", items, paging, columns=())
    queues = fromstring(bytes(listed.body))[0]
    assert queues.attrib == {
        "uri": f"{root}?FriendlyName=a.json",
        "firstpageuri": f"{root}?Page=0",
        "nextpageuri": "",
    }
    assert [child.text for child in queues[0]] == [f"{root}/QU1", "desk.json"]


@pytest.mark.parametrize(
    ("representation", "kind"),
    [("json", "application/json"), ("csv", "application/json"), ("xml", "application/xml"), ("", "application/xml")],
)
def test_an_error_is_xml_where_the_resource_would_have_been(representation: str, kind: str) -> None:
    assert render_error(asked(representation), {"code": 20404, "status": 404}, 404, {}).media_type == kind


def test_an_error_outside_of_the_api_is_json() -> None:
    assert render_error(asked(None), {"code": 20500}, 500, {}).media_type == "application/json"


def test_the_first_line_of_csv_names_the_columns_also_of_an_empty_list() -> None:
    empty = render_list(asked("csv"), "calls", "Call", [], {}, columns=("sid", "date_created"))
    assert bytes(empty.body) == b"Sid,DateCreated\r\n"


def test_text_and_names_that_xml_cannot_hold_leave_it_well_formed() -> None:
    body = {"friendly_name": "a\x07\ufffe\U0001f389", "parameters": {"sip_header_x-a!": "1", "2 b": "2", "": "3"}}
    event = fromstring(bytes(render_one(asked("xml"), "Event", body).body))[0]
    assert event[0].text == "a\U0001f389"
    assert [child.text for child in event[1]] == ["1", "2", "3"]
