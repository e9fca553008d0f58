"""What we serve beside Twilio's published OpenAPI document: nothing is missing but what stands here with a reason.

`pytest -s` prints the comparison.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.peers.twilio_openapi import fetch_twilio_openapi, fields, operations, parameters

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "rest-api.md"
ACCOUNT = "/2010-04-01/Accounts/{}"

NOT_VOICE = "no part of voice calls"
NOT_SERVED = {
    "/AvailablePhoneNumbers": "no numbers are sold here; IncomingPhoneNumbers takes any number that a trunk brings",
    "/Calls/{}/Siprec": "<Start><Siprec> is not executed either (docs/reference/twiml.md)",
    "/Calls/{}/Streams": "<Start><Stream> is not executed either (docs/reference/twiml.md)",
    "/Tokens": "credentials of relays for calls from browsers, of which there are none",
    "/Usage/Triggers": "nobody is charged here",
    "/Addresses": NOT_VOICE,
    "/AuthorizedConnectApps": NOT_VOICE,
    "/ConnectApps": NOT_VOICE,
    "/Messages": NOT_VOICE,
    "/SMS/ShortCodes": NOT_VOICE,
    "/IncomingPhoneNumbers/{}/AssignedAddOns": "add-ons are programs of Twilio's market",
    "/Recordings/{}/AddOnResults": "add-ons are programs of Twilio's market",
}
"""Path prefixes below an account."""

NOT_TAKEN: dict[tuple[str, str], str] = {}
"""Parameters, by path and name."""

NOT_ANSWERED: dict[tuple[str, str], str] = {}
"""Fields of answers, by path and name."""


@pytest.fixture
def theirs(request: pytest.FixtureRequest) -> dict[str, Any]:
    cache = request.config.cache
    assert cache is not None
    return fetch_twilio_openapi(cache.mkdir("twilio-openapi"))


def reason_not_served(path: str) -> str | None:
    rest = path.removesuffix(".json").removeprefix(ACCOUNT)
    return next((why for start, why in NOT_SERVED.items() if re.match(rf"{re.escape(start)}(/|$)", rest)), None)


async def test_every_path_parameter_and_field_is_ours_too_or_has_a_reason(stage: Any, theirs: dict[str, Any]) -> None:
    ours = json.loads((await stage.ask("/openapi.json", user=None)).body)
    served = operations(ours)
    missing, served_count = [], 0
    for (method, path), operation in sorted(operations(theirs).items(), key=lambda entry: entry[0][1]):
        mine = served.get((method, path))
        if mine is None:
            why = reason_not_served(path)
            print(f"{method:6} {path}: not served, {why}" if why else f"{method:6} {path}: MISSING")
            missing += [] if why else [f"{method} {path}"]
            continue
        served_count += 1
        assert reason_not_served(path) is None, f"{path} is served; its reason why not is out of date"
        lacking = [
            *((name, NOT_TAKEN) for name in sorted(parameters(theirs, operation) - parameters(ours, mine))),
            *((name, NOT_ANSWERED) for name in sorted(fields(theirs, operation) - fields(ours, mine))),
        ]
        for name, reasons in lacking:
            why = reasons.get((path, name))
            print(f"{method:6} {path}: {name} {why or 'MISSING'}")
            missing += [] if why else [f"{method} {path} {name}"]
    print(f"{served_count} operations are served")
    assert not missing, "\n".join(missing)


def test_the_page_of_the_api_names_what_is_not_served() -> None:
    table = PAGE.read_text().partition("## What is not served")[2]
    named = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"`(/[^`]+)`", table)}
    assert set(NOT_SERVED) <= named


async def test_the_comparison_would_see_a_lack(stage: Any, theirs: dict[str, Any]) -> None:
    ours = json.loads((await stage.ask("/openapi.json", user=None)).body)
    key = ("POST", f"{ACCOUNT}/Applications.json")
    here, there = operations(ours)[key], operations(theirs)[key]
    schema = here["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    del schema["properties"]["VoiceUrl"]
    assert parameters(theirs, there) - parameters(ours, here) == {"VoiceUrl"}
