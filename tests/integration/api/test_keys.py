"""Keys by the official library and by hand: made, used, and refused where a token is needed (rest-api.md 9.16, 2)."""

import asyncio
import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.services import keep_keys
from ringback.store.key import KeyRepository
from tests.integration.api.conftest import Stage

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
PATH = f"/2010-04-01/Accounts/{MINE}"


def client(stage: Stage, user: str = MINE, password: str = "my-token", account: str = MINE) -> Any:
    made = Client(user, password, account)
    made.api.base_url = stage.url
    return made


def refused(work: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        work()
    return int(caught.value.status), int(caught.value.code)


async def make(stage: Stage, word: str = "Keys", **data: str) -> dict[str, Any]:
    answer = await stage.ask(f"{PATH}/{word}.json", method="POST", data=data)
    assert answer.status == 201
    made: dict[str, Any] = json.loads(answer.body)
    return made


async def test_a_key_made_by_the_library_opens_everything_but_accounts_and_keys(stage: Stage) -> None:
    def work() -> None:
        made = client(stage).new_keys.create(friendly_name="ci")
        by_key = client(stage, made.sid, made.secret)
        application = by_key.applications.create(friendly_name="desk")
        assert by_key.applications(application.sid).fetch().friendly_name == "desk"
        for asked in (
            by_key.api.accounts(MINE).fetch,
            by_key.api.accounts.create,
            by_key.new_keys.create,
            by_key.keys(made.sid).fetch,
            by_key.keys(made.sid).delete,
            by_key.signing_keys(made.sid).fetch,
        ):
            assert refused(asked) == (401, 20003)
        other = client(stage, made.sid, made.secret, OTHER)
        assert refused(lambda: other.applications.create()) == (404, 20404)
        assert refused(lambda: client(stage, made.sid, "wrong").applications.create()) == (401, 20003)

    await asyncio.to_thread(work)


async def test_a_key_is_renamed_listed_under_both_names_and_removed(stage: Stage) -> None:
    def work() -> None:
        mine = client(stage)
        made = mine.new_signing_keys.create(friendly_name="ci")
        assert mine.keys(made.sid).update(friendly_name="cd").friendly_name == "cd"
        assert [entry.sid for entry in mine.keys.list()] == [made.sid]
        assert [entry.friendly_name for entry in mine.signing_keys.list()] == ["cd"]
        assert mine.signing_keys(made.sid).fetch().date_created is not None
        assert mine.keys(made.sid).delete()
        assert refused(mine.keys(made.sid).fetch) == (404, 20404)
        assert refused(lambda: client(stage, made.sid, made.secret).applications.create()) == (401, 20003)

    await asyncio.to_thread(work)


async def test_the_secret_is_told_once_and_kept_as_a_hash(stage: Stage) -> None:
    made = await make(stage, FriendlyName="ci")
    assert tuple(made) == ("sid", "friendly_name", "date_created", "date_updated", "secret")
    assert made["sid"].startswith("SK")
    assert len(made["secret"]) == 32
    read = json.loads((await stage.ask(f"{PATH}/Keys/{made['sid']}.json")).body)
    assert tuple(read) == ("sid", "friendly_name", "date_created", "date_updated")
    async with stage.database.read() as connection:
        record = await KeyRepository(connection).get(made["sid"])
    assert record is not None
    assert made["secret"] not in (record.secret_hash, repr(record))
    assert record.secret_hash not in repr(record)


async def test_a_parent_keeps_the_keys_of_its_subaccount(stage: Stage) -> None:
    sub = json.loads((await stage.ask("/2010-04-01/Accounts.json", method="POST")).body)
    path = f"/2010-04-01/Accounts/{sub['sid']}"
    made = json.loads((await stage.ask(f"{path}/Keys.json", method="POST")).body)
    by_key = (made["sid"], made["secret"])
    assert (await stage.ask(f"{path}/Applications.json", user=by_key)).status == 200
    assert (await stage.ask(f"{PATH}/Applications.json", user=by_key)).status == 404
    assert (await stage.ask(f"{PATH}/Keys/{made['sid']}.json")).status == 404


async def test_anothers_key_is_not_there(stage: Stage) -> None:
    made = await make(stage)
    theirs = f"/2010-04-01/Accounts/{OTHER}/Keys/{made['sid']}.json"
    for method in ("GET", "POST", "DELETE"):
        answer = await stage.ask(theirs, method=method, user=(OTHER, "other-token"))
        assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
    assert (await stage.ask(f"{PATH}/Keys/{made['sid']}.json")).status == 200


async def test_a_long_name_and_one_key_too_many_are_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = await stage.ask(f"{PATH}/Keys.json", method="POST", data={"FriendlyName": "x" * 65})
    assert (refusal.status, json.loads(refusal.body)["code"]) == (400, 20002)
    monkeypatch.setattr(keep_keys, "MAX_KEYS", 1)
    await make(stage)
    refusal = await stage.ask(f"{PATH}/SigningKeys.json", method="POST")
    assert (refusal.status, json.loads(refusal.body)["code"]) == (403, 20403)


async def test_xml_names_each_kind(stage: Stage) -> None:
    assert b"<Key><Sid>SK" in (await stage.ask(f"{PATH}/Keys", method="POST")).body
    assert b"<SigningKey><Sid>SK" in (await stage.ask(f"{PATH}/SigningKeys")).body


async def test_the_balance_is_zero(stage: Stage) -> None:
    answer = await stage.ask(f"{PATH}/Balance.json")
    assert json.loads(answer.body) == {"account_sid": MINE, "balance": "0.00", "currency": "USD"}
