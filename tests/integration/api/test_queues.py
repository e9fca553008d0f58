"""Queues and the calls in them over HTTP (rest-api.md 9.10)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ringback.interpreter.source import DocumentRequest
from ringback.model.record import QueueRecord
from ringback.model.sid import QueueSid
from ringback.store.queue import QueueRepository
from tests.integration.api.conftest import MINE, OTHER, Stage
from tests.integration.api.hall import Guest, settle

ROOT = f"/2010-04-01/Accounts/{MINE}/Queues"
NOBODY = "CA" + "9" * 32
DOCUMENT = {"Url": "http://app.example/next"}


class Desk:
    """Requests about queues."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def ask(self, path: str, data: Any = None, *, method: str = "GET", status: int = 200) -> Any:
        answer = await self.stage.ask(ROOT + path, method=method, data=data)
        assert answer.status == status, answer.body
        return json.loads(answer.body) if answer.body else None

    async def post(self, path: str, data: Any, status: int = 200) -> Any:
        return await self.ask(path, data, method="POST", status=status)

    async def make(self, name: str = "support", **values: str) -> Any:
        return await self.post(".json", {"FriendlyName": name, **values}, 201)

    async def enqueue(self, name: str = "support") -> Guest:
        guest = await self.stage.hall.enqueue(MINE, name)
        self.stage.book.live.add(guest.sid)
        return guest

    async def stored(self, sid: str) -> QueueRecord | None:
        async with self.stage.database.read() as connection:
            return await QueueRepository(connection).get(sid)


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    return Desk(stage)


async def test_a_queue_is_made_read_renamed_and_removed(desk: Desk) -> None:
    made = await desk.make(MaxSize="7")
    assert set(made) == {
        "sid", "account_sid", "uri", "date_created", "date_updated", "friendly_name", "current_size", "max_size",
        "average_wait_time",
    }  # fmt: skip
    assert (made["friendly_name"], made["max_size"], made["current_size"], made["average_wait_time"]) == (
        "support", 7, 0, 0,
    )  # fmt: skip
    path = f"/{made['sid']}.json"
    assert made["uri"] == ROOT + path
    assert await desk.ask(path) == made
    assert await desk.stored(made["sid"]) is not None
    renamed = await desk.post(path, {"FriendlyName": "sales", "MaxSize": "9"})
    assert (renamed["sid"], renamed["friendly_name"], renamed["max_size"]) == (made["sid"], "sales", 9)
    stored = await desk.stored(made["sid"])
    assert stored is not None
    assert (stored.friendly_name, stored.max_size) == ("sales", 9)
    await desk.ask(path, method="DELETE", status=204)
    await desk.ask(path, status=404)
    await desk.ask(path, method="DELETE", status=404)
    assert await desk.stored(made["sid"]) is None


async def test_22003_two_queues_have_two_names(desk: Desk) -> None:
    await desk.make("night-desk")
    taken = await desk.post(".json", {"FriendlyName": "night-desk"}, 400)
    assert (taken["code"], taken["message"]) == (22003, "A queue with the name night-desk already exists")
    other = await desk.make("day-desk")
    assert (await desk.post(f"/{other['sid']}.json", {"FriendlyName": "night-desk"}, 400))["code"] == 22003
    assert (await desk.ask(f"/{other['sid']}.json"))["friendly_name"] == "day-desk"
    answer = await desk.stage.ask(
        f"/2010-04-01/Accounts/{OTHER}/Queues.json",
        method="POST",
        user=(OTHER, "other-token"),
        data={"FriendlyName": "night-desk"},
    )
    assert answer.status == 201


async def test_a_queue_that_is_in_the_store_alone_is_there_too(desk: Desk) -> None:
    """One that another node has made, or that was forgotten since nobody waited in it for long."""
    now = datetime.now(UTC)
    elsewhere = QueueRecord(
        sid=QueueSid("QU" + "7" * 32), account_sid=MINE, friendly_name="far", max_size=5, created_at=now, updated_at=now
    )
    async with desk.stage.database.begin() as connection:
        await QueueRepository(connection).put(elsewhere)
    path = f"/{elsewhere.sid}"
    assert (await desk.ask(f"{path}.json"))["current_size"] == 0
    assert (await desk.ask(f"{path}/Members.json"))["queue_members"] == []
    assert (await desk.post(".json", {"FriendlyName": "far"}, 400))["code"] == 22003
    near = await desk.make("near")
    assert (await desk.post(f"/{near['sid']}.json", {"FriendlyName": "far"}, 400))["code"] == 22003
    assert (await desk.post(f"{path}.json", {"MaxSize": "6"}))["max_size"] == 6
    await desk.enqueue("far")
    assert (await desk.ask(f"{path}.json"))["current_size"] == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, 20001),
        ({"FriendlyName": ""}, 20001),
        ({"FriendlyName": "a" * 65}, 20002),
        ({"FriendlyName": "a", "MaxSize": "5001"}, 20001),
        ({"FriendlyName": "a", "MaxSize": "0"}, 20001),
        ({"FriendlyName": "a", "MaxSize": "many"}, 20001),
    ],
)
async def test_what_is_wrong_makes_no_queue(desk: Desk, wrong: dict[str, str], code: int) -> None:
    assert (await desk.post(".json", wrong, 400))["code"] == code
    assert (await desk.ask(".json"))["queues"] == []


async def test_a_queue_that_a_call_made_is_there_like_any_other(desk: Desk) -> None:
    guest = await desk.enqueue()
    (found,) = (await desk.ask(".json"))["queues"]
    assert (found["friendly_name"], found["current_size"], found["max_size"]) == ("support", 1, 1000)
    assert (await desk.post(".json", {"FriendlyName": "support"}, 400))["code"] == 22003
    await guest.hang_up()
    assert (await desk.ask(f"/{found['sid']}.json"))["current_size"] == 0


async def test_lists_are_read_in_pages_newest_first(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        await desk.make(name)
    page = await desk.ask(".json?PageSize=2")
    rest = json.loads((await desk.stage.ask(page["next_page_uri"])).body)
    assert [one["friendly_name"] for one in page["queues"] + rest["queues"]] == ["three", "two", "one"]


async def test_a_queue_with_calls_is_not_removed(desk: Desk) -> None:
    guest = await desk.enqueue()
    (found,) = (await desk.ask(".json"))["queues"]
    assert (await desk.ask(f"/{found['sid']}.json", method="DELETE", status=400))["code"] == 20001
    assert await desk.stored(found["sid"]) is not None
    await guest.hang_up()
    await desk.ask(f"/{found['sid']}.json", method="DELETE", status=204)
    await desk.enqueue()  # makes it again
    assert (await desk.ask(f"/{found['sid']}.json"))["current_size"] == 1


async def test_members_are_listed_in_the_order_in_which_they_are_served(desk: Desk) -> None:
    guests = [await desk.enqueue() for _ in range(3)]
    (queue,) = (await desk.ask(".json"))["queues"]
    path = f"/{queue['sid']}/Members"
    members = (await desk.ask(f"{path}.json"))["queue_members"]
    assert [member["call_sid"] for member in members] == [guest.sid for guest in guests]
    assert [member["position"] for member in members] == [1, 2, 3]
    assert set(members[0]) == {"call_sid", "date_enqueued", "position", "queue_sid", "uri", "wait_time"}
    assert members[0]["uri"] == f"{ROOT}{path}/{guests[0].sid}.json"
    assert members[0]["date_enqueued"].endswith("+0000")
    assert await desk.ask(f"{path}/Front.json") == await desk.ask(f"{path}/{guests[0].sid}.json")
    page = await desk.ask(f"{path}.json?PageSize=2")
    rest = json.loads((await desk.stage.ask(page["next_page_uri"])).body)
    assert [member["position"] for member in page["queue_members"] + rest["queue_members"]] == [1, 2, 3]
    await guests[0].hang_up()
    assert (await desk.ask(f"{path}/Front.json"))["call_sid"] == guests[1].sid
    await desk.ask(f"{path}/{guests[0].sid}.json", status=404)


async def test_the_front_is_given_once(desk: Desk) -> None:
    first, second = [await desk.enqueue() for _ in range(2)]
    (queue,) = (await desk.ask(".json"))["queues"]
    path = f"/{queue['sid']}/Members"
    taken = [await desk.post(f"{path}/Front.json", {**DOCUMENT, "Method": "GET"}) for _ in range(2)]
    assert [member["call_sid"] for member in taken] == [first.sid, second.sid]
    (what, (document, _, _)), _ = desk.stage.book.changes
    assert (what, document) == ("redirect", DocumentRequest(url="http://app.example/next", method="GET"))
    await desk.post(f"{path}/Front.json", DOCUMENT, 404)
    assert (await desk.ask(f"{path}.json"))["queue_members"] == []


async def test_a_member_is_moved_to_a_url_or_not_at_all(desk: Desk) -> None:
    guest = await desk.enqueue()
    (queue,) = (await desk.ask(".json"))["queues"]
    path = f"/{queue['sid']}/Members/{guest.sid}.json"
    for wrong in ({}, {"Url": ""}, {"Url": "next"}):
        assert (await desk.post(path, wrong, 400))["code"] == 21205
    assert (await desk.post(path, {**DOCUMENT, "Method": "PUT"}, 400))["code"] == 21209
    desk.stage.book.live.clear()  # it hung up just now
    assert (await desk.post(path, DOCUMENT, 400))["code"] == 21220
    assert desk.stage.book.changes == []
    assert (await desk.ask(path))["position"] == 1
    await desk.post(f"/{queue['sid']}/Members/{NOBODY}.json", DOCUMENT, 404)


async def test_another_accounts_queue_is_not_there(desk: Desk) -> None:
    guest = await desk.enqueue()
    (queue,) = (await desk.ask(".json"))["queues"]
    for path in ("", "/Members", "/Members/Front", f"/Members/{guest.sid}"):
        others = f"/2010-04-01/Accounts/{OTHER}/Queues/{queue['sid']}{path}.json"
        assert (await desk.stage.ask(others, user=(OTHER, "other-token"))).status == 404
    await desk.ask("/QU" + "0" * 32 + "/Members.json", status=404)
    await settle()
