"""Numbers by the official library and by hand (rest-api.md 9.14)."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.services import keep_numbers
from ringback.store.number import NumberRepository
from tests.integration.api.conftest import Stage

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
PATH = f"/2010-04-01/Accounts/{MINE}/IncomingPhoneNumbers"
NUMBER = "+15005550006"
FIELDS = {
    "sid", "account_sid", "api_version", "date_created", "date_updated", "uri", "phone_number", "friendly_name",
    "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method", "voice_application_sid",
    "voice_caller_id_lookup", "voice_receive_mode", "status_callback", "status_callback_method", "sms_url",
    "sms_method", "sms_fallback_url", "sms_fallback_method", "sms_application_sid", "capabilities",
    "address_requirements", "beta",
    "origin", "type", "status", "trunk_sid", "address_sid", "identity_sid", "bundle_sid", "emergency_address_sid",
    "emergency_status", "emergency_address_status",
}  # fmt: skip


def client(stage: Stage) -> Any:
    made = Client(MINE, "my-token")
    made.api.base_url = stage.url
    return made


async def ask(stage: Stage, path: str = PATH, method: str = "POST", **data: str) -> tuple[int, dict[str, Any]]:
    answer = await stage.ask(f"{path}.json", method=method, data=data or None)
    return answer.status, json.loads(answer.body) if answer.body else {}


async def claim(stage: Stage, number: str = NUMBER, **data: str) -> dict[str, Any]:
    status, body = await ask(stage, PhoneNumber=number, **data)
    assert status == 201, body
    return body


async def application(stage: Stage, account: str = MINE, user: tuple[str, str] = (MINE, "my-token")) -> str:
    path = f"/2010-04-01/Accounts/{account}/Applications.json"
    made = json.loads((await stage.ask(path, method="POST", user=user)).body)
    return str(made["sid"])


async def test_the_official_library_claims_reads_changes_and_releases_one(stage: Stage) -> None:
    def work() -> None:
        numbers = client(stage).incoming_phone_numbers
        made = numbers.create(phone_number="(500) 555-0006", voice_url="https://app.example/voice")
        assert (made.phone_number, made.friendly_name, made.voice_method) == (NUMBER, "(500) 555-0006", "POST")
        assert made.capabilities == {"voice": True, "sms": False, "mms": False, "fax": False}
        assert (made.type, made.origin, made.status) == ("local", "hosted", "in-use")
        changed = numbers(made.sid).update(voice_method="GET", friendly_name="desk", sms_url="https://app.example/sms")
        assert (changed.voice_method, changed.voice_url) == ("GET", "https://app.example/voice")
        assert (changed.friendly_name, changed.sms_url) == ("desk", "https://app.example/sms")
        assert numbers(made.sid).fetch().friendly_name == "desk"
        assert numbers(made.sid).delete()
        with pytest.raises(TwilioRestException) as gone:
            numbers(made.sid).fetch()
        assert (gone.value.status, gone.value.code) == (404, 20404)

    await asyncio.to_thread(work)


async def test_the_library_claims_and_lists_by_type(stage: Stage) -> None:
    def work() -> None:
        numbers = client(stage).incoming_phone_numbers
        local = numbers.local.create(phone_number="+15005550001")
        mobile = numbers.mobile.create(phone_number="+447700900123")
        toll_free = numbers.toll_free.create(phone_number="+443005550001")
        american = numbers.create(phone_number="+18885550123")
        types = [numbers(entry.sid).fetch().type for entry in (local, mobile, toll_free, american)]
        assert types == ["local", "mobile", "toll-free", "toll-free"]
        assert [entry.sid for entry in numbers.mobile.list()] == [mobile.sid]
        assert {entry.sid for entry in numbers.toll_free.list()} == {toll_free.sid, american.sid}
        assert [entry.sid for entry in numbers.local.list()] == [local.sid]
        assert len(numbers.list()) == 4

    await asyncio.to_thread(work)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"phone_number": "0002"}, ["+15005550002"]),
        ({"phone_number": "+1500555000*"}, ["+15005550002", "+15005550001"]),
        ({"phone_number": "+1 (500) 555-0001"}, ["+15005550001"]),
        ({"phone_number": "1%2"}, []),
        ({"phone_number": "9"}, []),
        ({"friendly_name": "desk"}, ["+15005550002"]),
        ({"origin": "hosted", "beta": False}, ["+15005550002", "+15005550001"]),
        ({"origin": "twilio"}, []),
        ({"beta": True}, []),
    ],
)
async def test_a_list_shows_what_the_filters_choose(stage: Stage, filters: dict[str, Any], found: list[str]) -> None:
    await claim(stage, "+15005550001")
    await claim(stage, "+15005550002", FriendlyName="desk")

    def work() -> list[str]:
        return [entry.phone_number for entry in client(stage).incoming_phone_numbers.list(**filters)]

    assert await asyncio.to_thread(work) == found


async def test_the_body_has_exactly_these_keys_and_what_is_kept_comes_back(stage: Stage) -> None:
    plain = await claim(stage)
    assert set(plain) == FIELDS
    assert (plain["voice_application_sid"], plain["sms_url"], plain["emergency_status"]) == (None, "", "Inactive")
    kept = {
        "VoiceReceiveMode": "fax", "VoiceCallerIdLookup": "true", "SmsFallbackUrl": "https://app.example/",
        "SmsMethod": "GET", "SmsFallbackMethod": "GET", "SmsApplicationSid": "AP" + "1" * 32,
        "TrunkSid": "TK" + "1" * 32, "IdentitySid": "RI" + "1" * 32, "AddressSid": "AD" + "1" * 32,
        "BundleSid": "BU" + "1" * 32, "EmergencyStatus": "Active", "EmergencyAddressSid": "AD" + "2" * 32,
    }  # fmt: skip
    _, changed = await ask(stage, f"{PATH}/{plain['sid']}", **kept)
    assert (changed["voice_receive_mode"], changed["voice_caller_id_lookup"]) == ("fax", True)
    assert (changed["trunk_sid"], changed["emergency_status"]) == ("TK" + "1" * 32, "Active")
    assert changed["sms_application_sid"] == "AP" + "1" * 32
    assert set(changed) == FIELDS


async def test_the_next_call_finds_the_number(stage: Stage) -> None:
    assert stage.directory.current.number(NUMBER) is None
    made = await claim(stage, VoiceUrl="https://app.example/voice")
    found = stage.directory.current.number(NUMBER)
    assert found is not None
    assert found.voice_url == "https://app.example/voice"
    await ask(stage, f"{PATH}/{made['sid']}", "DELETE")
    assert stage.directory.current.number(NUMBER) is None


async def test_an_application_and_a_trunk_take_each_others_place(stage: Stage) -> None:
    desk, trunk = await application(stage), "TK" + "1" * 32
    made = await claim(stage, VoiceApplicationSid=desk)
    assert made["voice_application_sid"] == desk
    path = f"{PATH}/{made['sid']}"
    _, to_trunk = await ask(stage, path, TrunkSid=trunk)
    assert (to_trunk["voice_application_sid"], to_trunk["trunk_sid"]) == (None, trunk)
    _, back = await ask(stage, path, VoiceApplicationSid=desk)
    assert (back["voice_application_sid"], back["trunk_sid"]) == (desk, None)
    _, neither = await ask(stage, path, VoiceApplicationSid="")
    assert (neither["voice_application_sid"], neither["trunk_sid"]) == (None, None)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, 20001),
        ({"PhoneNumber": "nonsense"}, 21421),
        ({"PhoneNumber": "12"}, 21421),
        ({"PhoneNumber": ""}, 21421),
        ({"AreaCode": "415"}, 21452),
        ({"AreaCode": "4x5"}, 21451),
        ({"PhoneNumber": NUMBER, "VoiceUrl": "ftp://x/"}, 21402),
        ({"PhoneNumber": NUMBER, "VoiceMethod": "PATCH"}, 21403),
        ({"PhoneNumber": NUMBER, "VoiceFallbackUrl": "http://x/"}, 21405),
        ({"PhoneNumber": NUMBER, "VoiceApplicationSid": "AP" + "9" * 32}, 21420),
        ({"PhoneNumber": NUMBER, "VoiceApplicationSid": "desk"}, 21420),
        ({"PhoneNumber": NUMBER, "VoiceApplicationSid": "AP" + "9" * 32, "TrunkSid": "TK" + "1" * 32}, 20001),
        ({"PhoneNumber": NUMBER, "FriendlyName": "x" * 65}, 20002),
        ({"PhoneNumber": NUMBER, "EmergencyStatus": "perhaps"}, 20001),
        ({"PhoneNumber": NUMBER, "VoiceReceiveMode": "telex"}, 20001),
    ],
)
async def test_a_bad_claim_is_refused_and_nothing_is_there(stage: Stage, data: Mapping[str, str], code: int) -> None:
    status, body = await ask(stage, **data)
    assert (status, body["code"]) == (400, code)
    assert (await ask(stage, method="GET"))[1]["incoming_phone_numbers"] == []


async def test_the_lists_by_type_know_no_area_code(stage: Stage) -> None:
    status, body = await ask(stage, f"{PATH}/Local", AreaCode="415")
    assert (status, body["code"]) == (400, 20001)


async def test_a_number_that_somebody_has_is_not_available(stage: Stage) -> None:
    await claim(stage)
    answer = await stage.ask(
        f"/2010-04-01/Accounts/{OTHER}/IncomingPhoneNumbers.json",
        method="POST",
        user=(OTHER, "other-token"),
        data={"PhoneNumber": NUMBER},
    )
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 21422)


async def test_of_two_who_claim_a_number_at_once_one_gets_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each looked before the other had it; the database decides."""
    await claim(stage)

    async def not_yet(self: NumberRepository, number: str) -> None:
        return None

    monkeypatch.setattr(NumberRepository, "by_number", not_yet)
    status, body = await ask(stage, PhoneNumber=NUMBER)
    assert (status, body["code"]) == (400, 21422)


async def test_a_bad_change_leaves_the_number_as_it_was(stage: Stage) -> None:
    made = await claim(stage, VoiceUrl="https://app.example/voice", VoiceFallbackUrl="https://app.example/backup")
    foreign = await application(stage, OTHER, (OTHER, "other-token"))
    for data, code in (
        ({"VoiceUrl": "x"}, 21402),
        ({"VoiceUrl": ""}, 21405),
        ({"VoiceApplicationSid": foreign}, 21420),
        ({"AccountSid": OTHER}, 21470),
        ({"AccountSid": "AC" + "9" * 32}, 21470),
    ):
        status, body = await ask(stage, f"{PATH}/{made['sid']}", **data)
        assert (status, body["code"]) == (400, code)
    assert (await ask(stage, f"{PATH}/{made['sid']}", "GET"))[1] == made


async def test_a_number_moves_to_a_subaccount_and_back_and_leaves_its_application(stage: Stage) -> None:
    sub = json.loads((await stage.ask("/2010-04-01/Accounts.json", method="POST")).body)
    made = await claim(stage, VoiceApplicationSid=await application(stage), VoiceUrl="https://app.example/voice")
    _, moved = await ask(stage, f"{PATH}/{made['sid']}", AccountSid=sub["sid"])
    assert (moved["account_sid"], moved["voice_application_sid"]) == (sub["sid"], None)
    assert moved["voice_url"] == "https://app.example/voice"
    assert (await ask(stage, f"{PATH}/{made['sid']}", "GET"))[0] == 404
    theirs = f"{PATH.replace(MINE, sub['sid'])}/{made['sid']}"
    refused = await stage.ask(
        f"{theirs}.json", method="POST", user=(sub["sid"], sub["auth_token"]), data={"AccountSid": MINE}
    )
    assert (refused.status, json.loads(refused.body)["code"]) == (400, 21470)
    assert (await ask(stage, theirs, AccountSid=MINE))[1]["account_sid"] == MINE


async def test_anothers_number_is_not_there(stage: Stage) -> None:
    made = await claim(stage)
    for method in ("GET", "POST", "DELETE"):
        answer = await stage.ask(
            f"{PATH.replace(MINE, OTHER)}/{made['sid']}.json", method=method, user=(OTHER, "other-token")
        )
        assert (answer.status, json.loads(answer.body)["code"]) == (404, 20404)
    async with stage.database.read() as connection:
        assert await NumberRepository(connection).get(made["sid"]) is not None
    assert (await ask(stage, f"{PATH}/{made['sid']}/AssignedAddOns", "GET"))[0] == 404


async def test_an_account_may_have_so_many(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_numbers, "MAX_NUMBERS", 1)
    await claim(stage)
    status, body = await ask(stage, PhoneNumber="+15005550007")
    assert (status, body["code"]) == (403, 20403)
