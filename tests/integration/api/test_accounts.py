"""Accounts and subaccounts by the official library and by hand (rest-api.md 9.1, section 2)."""

import asyncio
import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.model.record import NumberRecord
from ringback.store.account import AccountRepository
from ringback.store.number import NumberRepository
from tests.integration.api.conftest import Stage

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
PATH = "/2010-04-01/Accounts"
FIELDS = (
    "auth_token", "date_created", "date_updated", "friendly_name", "owner_account_sid", "sid", "status",
    "subresource_uris", "type", "uri",
)  # fmt: skip


def client(stage: Stage, sid: str = MINE, token: str = "my-token") -> Any:
    made = Client(sid, token)
    made.api.base_url = stage.url
    return made


def refused(work: Any) -> tuple[int, int]:
    """HTTP status and code of what the library raises."""
    with pytest.raises(TwilioRestException) as caught:
        work()
    return int(caught.value.status), int(caught.value.code)


async def make(stage: Stage, **data: str) -> dict[str, Any]:
    answer = await stage.ask(f"{PATH}.json", method="POST", data=data)
    assert answer.status == 201
    made: dict[str, Any] = json.loads(answer.body)
    return made


async def change(stage: Stage, sid: str, user: tuple[str, str] = (MINE, "my-token"), **data: str) -> tuple[int, Any]:
    answer = await stage.ask(f"{PATH}/{sid}.json", method="POST", user=user, data=data)
    return answer.status, json.loads(answer.body)


async def test_the_official_library_makes_reads_lists_and_closes_a_subaccount(stage: Stage) -> None:
    def work() -> None:
        mine = client(stage)
        made = mine.api.accounts.create(friendly_name="branch")
        assert (made.status, made.owner_account_sid, made.type) == ("active", MINE, "Full")
        assert mine.api.accounts(made.sid).fetch().friendly_name == "branch"
        assert [entry.sid for entry in mine.api.accounts.list(friendly_name="branch")] == [made.sid]
        assert {entry.sid for entry in mine.api.accounts.list()} == {MINE, made.sid}
        assert mine.api.accounts(made.sid).update(friendly_name="other").friendly_name == "other"
        assert mine.api.accounts(made.sid).update(status="closed").status == "closed"
        assert [entry.sid for entry in mine.api.accounts.list(status="closed")] == [made.sid]
        assert refused(lambda: mine.api.accounts(made.sid).update(status="active")) == (400, 21479)

    await asyncio.to_thread(work)


async def test_a_subaccount_works_with_its_own_token_and_with_its_parents(stage: Stage) -> None:
    made = await make(stage)
    assert made["friendly_name"].startswith("SubAccount Created at 20")

    def work() -> None:
        own = client(stage, made["sid"], made["auth_token"])
        application = own.applications.create(friendly_name="desk")
        parents = client(stage).api.accounts(made["sid"])
        assert parents.applications(application.sid).fetch().friendly_name == "desk"
        assert client(stage).applications.list() == []
        assert refused(own.api.accounts(MINE).fetch) == (404, 20404)
        assert refused(lambda: own.api.accounts(MINE).applications.create()) == (404, 20404)
        assert refused(client(stage, OTHER, "other-token").api.accounts(made["sid"]).fetch) == (404, 20404)
        assert [entry.sid for entry in own.api.accounts.list()] == [made["sid"]]
        assert refused(lambda: own.api.accounts.create()) == (403, 20403)

    await asyncio.to_thread(work)


async def test_a_suspended_account_is_closed_to_all_but_its_parent_until_it_is_active_again(stage: Stage) -> None:
    made = await make(stage)
    own, path = (made["sid"], made["auth_token"]), f"{PATH}/{made['sid']}"
    assert (await change(stage, made["sid"], Status="suspended"))[1]["status"] == "suspended"
    for user, asked in ((own, f"{path}/Applications.json"), (own, f"{path}.json"), (own, f"{PATH}.json")):
        answer = await stage.ask(asked, user=user)
        assert (answer.status, json.loads(answer.body)["code"]) == (403, 20403)
    assert (await stage.ask(f"{path}/Applications.json")).status == 403
    assert (await stage.ask(f"{path}.json")).status == 200
    await change(stage, made["sid"], Status="active")
    assert (await stage.ask(f"{path}/Applications.json", user=own)).status == 200


async def test_a_closed_account_lets_its_numbers_go(stage: Stage) -> None:
    made = await make(stage)
    number = NumberRecord(sid="PN" + "1" * 32, account_sid=made["sid"], number="+15005550006", voice_url=None)
    async with stage.database.begin() as connection:
        await NumberRepository(connection).put(number)
    await change(stage, made["sid"], Status="closed")
    async with stage.database.read() as connection:
        assert await NumberRepository(connection).by_number("+15005550006") is None
    assert stage.directory.current.number("+15005550006") is None


@pytest.mark.parametrize(
    ("sid", "user", "data", "expected"),
    [
        (MINE, (MINE, "my-token"), {"Status": "suspended"}, (400, 21100)),
        (MINE, (MINE, "my-token"), {"Status": "closed"}, (400, 21100)),
        (MINE, (MINE, "my-token"), {"Status": "asleep"}, (400, 21475)),
        (MINE, (MINE, "my-token"), {"Status": ""}, (400, 21475)),
        (MINE, (MINE, "my-token"), {"FriendlyName": "x" * 65}, (400, 20002)),
        (OTHER, (MINE, "my-token"), {"FriendlyName": "x"}, (404, 20404)),
        ("AC" + "9" * 32, (MINE, "my-token"), {"FriendlyName": "x"}, (404, 20404)),
        (MINE, (MINE, "wrong"), {"FriendlyName": "x"}, (401, 20003)),
    ],
)
async def test_what_cannot_be_changed_stays(
    stage: Stage, sid: str, user: tuple[str, str], data: dict[str, str], expected: tuple[int, int]
) -> None:
    status, body = await change(stage, sid, user, **data)
    assert (status, body["code"]) == expected
    async with stage.database.read() as connection:
        assert {entry.sid: entry for entry in await AccountRepository(connection).all()} == stage.accounts


async def test_a_subaccounts_status_is_its_parents_to_change(stage: Stage) -> None:
    made = await make(stage, FriendlyName="branch")
    own = (made["sid"], made["auth_token"])
    status, body = await change(stage, made["sid"], own, Status="closed")
    assert (status, body["code"]) == (403, 20403)
    assert (await change(stage, made["sid"], own, FriendlyName="mine"))[1]["friendly_name"] == "mine"


async def test_the_body_has_exactly_twilios_keys(stage: Stage) -> None:
    body = json.loads((await stage.ask(f"{PATH}/{MINE}.json")).body)
    assert tuple(body) == FIELDS
    assert body["owner_account_sid"] == body["sid"] == MINE
    assert body["subresource_uris"]["sip"] == f"{PATH}/{MINE}/SIP.json"
    assert len(body["subresource_uris"]) == 20
    assert body["uri"] == f"{PATH}/{MINE}.json"
    assert b"<OwnerAccountSid>AC1" in (await stage.ask(f"{PATH}/{MINE}")).body


async def test_a_list_of_accounts_has_pages(stage: Stage) -> None:
    for number in range(3):
        await make(stage, FriendlyName=f"branch {number}")
    page = json.loads((await stage.ask(f"{PATH}.json?PageSize=2")).body)
    assert [entry["friendly_name"] for entry in page["accounts"]] == ["branch 2", "branch 1"]
    following = json.loads((await stage.ask(page["next_page_uri"])).body)
    assert [entry["sid"] for entry in following["accounts"]][1:] == [MINE]
