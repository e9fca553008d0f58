"""Applications by the official library and by hand (rest-api.md 9.11, 6)."""

import asyncio
import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

MINE = "AC" + "1" * 32
PATH = f"/2010-04-01/Accounts/{MINE}/Applications"


def client(stage: Any) -> Any:
    made = Client(MINE, "my-token")
    made.api.base_url = stage.url
    return made


async def test_the_official_library_makes_reads_changes_and_deletes_one(stage: Any) -> None:
    def work() -> None:
        applications = client(stage).applications
        made = applications.create(
            friendly_name="desk", voice_url="https://app.example/voice", sms_url="https://app.example/sms"
        )
        assert (made.friendly_name, made.voice_method, made.sms_url) == ("desk", "POST", "https://app.example/sms")
        assert made.date_created is not None
        changed = applications(made.sid).update(voice_method="GET", voice_url="")
        assert (changed.voice_method, changed.voice_url, changed.sms_url) == ("GET", None, "https://app.example/sms")
        assert applications(made.sid).fetch().friendly_name == "desk"
        assert applications(made.sid).delete()
        with pytest.raises(TwilioRestException) as gone:
            applications(made.sid).fetch()
        assert (gone.value.status, gone.value.code) == (404, 20404)

    await asyncio.to_thread(work)


async def test_the_official_library_reads_all_pages_and_filters(stage: Any) -> None:
    def work() -> list[str]:
        applications = client(stage).applications
        for number in range(5):
            applications.create(friendly_name=f"desk {number % 2}")
        assert [entry.friendly_name for entry in applications.list(friendly_name="desk 1")] == ["desk 1"] * 2
        assert len(applications.list(limit=4, page_size=3)) == 4
        return [entry.sid for entry in applications.list(page_size=2)]

    sids = await asyncio.to_thread(work)
    assert len(set(sids)) == 5


async def test_a_page_has_exactly_twilios_keys_and_leads_back(stage: Any) -> None:
    for number in range(3):
        await stage.ask(f"{PATH}.json", method="POST", data={"FriendlyName": f"one & {number}"})
    first = json.loads((await stage.ask(f"{PATH}.json?PageSize=2&FriendlyName=one%20%26%201")).body)
    assert first["uri"] == f"{PATH}.json?FriendlyName=one%20%26%201&PageSize=2&Page=0"
    assert (len(first["applications"]), first["next_page_uri"], first["end"]) == (1, None, 0)
    page = json.loads((await stage.ask(f"{PATH}.json?PageSize=2")).body)
    assert set(page) == {
        "applications", "end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start",
        "uri",
    }  # fmt: skip
    second = json.loads((await stage.ask(page["next_page_uri"])).body)
    assert (second["page"], second["start"], second["end"], second["next_page_uri"]) == (1, 2, 2, None)
    back = json.loads((await stage.ask(second["previous_page_uri"])).body)
    assert back["applications"] == page["applications"]


async def test_without_a_suffix_the_answer_is_xml(stage: Any) -> None:
    made = await stage.ask(PATH, method="POST", data={"FriendlyName": "a <desk>"})
    assert made.headers["Content-Type"] == "application/xml"
    assert b"<Application><Sid>AP" in made.body
    assert b"<FriendlyName>a &lt;desk&gt;</FriendlyName>" in made.body
    listed = await stage.ask(PATH)
    assert b'<Applications firstpageuri="' in listed.body
    assert b'page="0"' in listed.body
    lines = (await stage.ask(f"{PATH}.csv")).body.decode().splitlines()
    assert lines[0].startswith("Sid,AccountSid,")
    assert "a <desk>" in lines[1]


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        ({"VoiceUrl": "ftp://x/"}, 21205, "VoiceUrl"),
        ({"VoiceMethod": "PATCH"}, 21209, "VoiceMethod"),
        ({"FriendlyName": "x" * 65}, 20002, "FriendlyName"),
        ({"VoiceCallerIdLookup": "perhaps"}, 20001, "VoiceCallerIdLookup"),
    ],
)
async def test_a_bad_parameter_is_named_and_nothing_is_made(
    stage: Any, data: dict[str, str], code: int, says: str
) -> None:
    refused = await stage.ask(f"{PATH}.json", method="POST", data=data)
    body = json.loads(refused.body)
    assert (refused.status, body["code"]) == (400, code)
    assert says in body["message"]
    assert json.loads((await stage.ask(f"{PATH}.json")).body)["applications"] == []


async def test_a_token_of_somebody_else_is_refused(stage: Any) -> None:
    refused = await stage.ask(f"{PATH}.json?PageToken=PACAxyz")
    assert (refused.status, json.loads(refused.body)["code"]) == (400, 21481)


async def test_the_description_names_parameters_and_fields(stage: Any) -> None:
    document = json.loads((await stage.ask("/openapi.json", user=None)).body)
    path = "/2010-04-01/Accounts/{account_sid}/Applications.json"
    form = document["paths"][path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert {"FriendlyName", "VoiceUrl", "SmsFallbackMethod"} <= set(form["properties"])
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "applications" in answer["properties"]
