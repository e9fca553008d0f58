"""Trunks over REST: the carriers that numbers are dialled through, as our own resource."""

import json
from typing import Any

import pytest

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
PATH = f"/ringback/v1/Accounts/{MINE}/Trunks"
CARRIER = {
    "FriendlyName": "carrier",
    "SipUri": "sip:sip.carrier.example;transport=tcp",
    "Username": "us",
    "Password": "a secret",
    "Allow": "198.51.100.0/24, 203.0.113.7",
}


async def make(stage: Any, **changes: str) -> Any:
    return await stage.ask(f"{PATH}.json", method="POST", data={**CARRIER, **changes})


async def test_a_trunk_is_made_read_changed_and_removed_and_dialled_at_once(stage: Any) -> None:
    made = await make(stage)
    body = json.loads(made.body)
    assert made.status == 201
    assert body["allow"] == ["198.51.100.0/24", "203.0.113.7/32"]
    assert (body["sip_uri"], body["username"], body["position"]) == (CARRIER["SipUri"], "us", 0)
    assert "secret" not in made.body.decode()
    assert stage.directory.current.first_trunk(MINE).password == "a secret"
    assert stage.directory.current.trunk_of_source("203.0.113.7").name == "carrier"
    changed = await stage.ask(body["uri"], method="POST", data={"Position": "3", "Allow": ""})
    assert (json.loads(changed.body)["position"], json.loads(changed.body)["allow"]) == (3, [])
    assert json.loads((await stage.ask(f"{PATH}.json")).body)["trunks"] == [json.loads(changed.body)]
    assert stage.directory.current.first_trunk(MINE).password == "a secret"
    assert (await stage.ask(body["uri"], method="DELETE")).status == 204
    assert (await stage.ask(body["uri"])).status == 404
    assert stage.directory.current.first_trunk(MINE) is None


async def test_empty_credentials_are_taken_away(stage: Any) -> None:
    made = json.loads((await make(stage)).body)
    changed = await stage.ask(made["uri"], method="POST", data={"Username": "", "Password": ""})
    assert (changed.status, json.loads(changed.body)["username"]) == (200, None)
    trunk = stage.directory.current.first_trunk(MINE)
    assert (trunk.user, trunk.password) == (None, None)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SipUri": "http://carrier.example"}, "SipUri"),
        ({"Allow": "198.51.100.7/24"}, "Allow"),
        ({"FriendlyName": "a b"}, "FriendlyName"),
        ({"Position": "-1"}, "Position"),
        ({"Username": "u:s"}, "Username"),
    ],
)
async def test_what_the_settings_file_refuses_is_refused_here(stage: Any, changes: dict[str, str], says: str) -> None:
    refused = await make(stage, **changes)
    assert (refused.status, json.loads(refused.body)["code"]) == (400, 20001)
    assert says in json.loads(refused.body)["message"]
    assert stage.directory.current.trunks == ()


async def test_a_name_and_an_address_are_one_accounts(stage: Any) -> None:
    await make(stage)
    again = await make(stage)
    assert (again.status, json.loads(again.body)["code"]) == (409, 20409)
    theirs = {"FriendlyName": "theirs", "SipUri": "sip:b.example", "Allow": "198.51.100.128/25"}
    path = PATH.replace(MINE, OTHER)
    taken = await stage.ask(f"{path}.json", method="POST", data=theirs, user=(OTHER, "other-token"))
    assert taken.status == 409
    mine = json.loads((await stage.ask(f"{PATH}.json")).body)["trunks"][0]
    for method in ("GET", "DELETE"):
        asked = await stage.ask(f"{path}/{mine['sid']}.json", method=method, user=(OTHER, "other-token"))
        assert asked.status == 404
