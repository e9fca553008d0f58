"""The page on making calls: its settings are right, its call is the library's, its statuses and numbers are ours."""

import ast
import inspect
import re
from pathlib import Path
from typing import get_args

import pytest
from twilio.rest.api.v2010.account.call import CallList

from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.model.error_code import error_code
from ringback.model.settings import settings_from_toml
from ringback.services.call_order import DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS
from ringback.services.check_order import BAD_SEND_DIGITS, BAD_TIMEOUT, BAD_TO
from ringback.services.pace_calls import MAX_QUEUE_SECONDS, TWILIO_INTERVAL_SECONDS
from ringback.services.place_call import CONCURRENCY_LIMIT, EXTRA_RING_SECONDS, QUEUE_TOO_LONG, UNREACHABLE
from ringback.webhooks.callback_parameters import StatusEvent

TEXT = (Path(__file__).parents[2] / "docs" / "howto" / "make-calls.md").read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def row(first: str) -> str:
    (found,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{first}` |")]
    return found


def test_the_settings_are_right_and_need_no_warning() -> None:
    settings = settings_from_toml(block("toml"))
    assert settings.warnings() == ()
    assert settings.domain[0].registration
    assert (settings.number[0].number, settings.trunk[0].name) == ("+15551234567", "carrier")


def test_the_call_is_one_that_the_official_library_makes() -> None:
    calls = [node for node in ast.walk(ast.parse(block("python"))) if isinstance(node, ast.Call)]
    (create,) = [call for call in calls if ast.unparse(call.func) == "client.calls.create"]
    named = {keyword.arg: keyword.value for keyword in create.keywords}
    in_text = {"twiml", "machine_detection", "async_amd", "async_amd_status_callback", "send_digits", "record",
               "recording_channels"}  # fmt: skip
    assert in_text <= set(re.findall(r"`(\w+)=", TEXT)) | set(re.findall(r"`(\w+)`", TEXT))
    assert named.keys() | in_text <= set(inspect.signature(CallList.create).parameters)
    assert ast.literal_eval(named["status_callback_event"]) == list(get_args(StatusEvent))


@pytest.mark.parametrize("status", [status.value for status in CallStatus])
def test_every_status_is_on_the_page(status: str) -> None:
    assert row(status)


@pytest.mark.parametrize("status", [CallStatus.BUSY, CallStatus.NO_ANSWER])
def test_the_responses_of_a_status_are_those_of_the_code(status: CallStatus) -> None:
    responses = set(map(int, re.findall(r"\b[4-6][0-9]{2}\b", row(status.value)))) - {MAX_TIMEOUT_SECONDS}
    if status is CallStatus.BUSY:
        responses.add(600)
    assert responses == {code for code in range(400, 700) if status_of_sip_response(code) is status}


def test_the_numbers_are_those_of_the_code() -> None:
    ringing = f"{DEFAULT_TIMEOUT_SECONDS} seconds by default, {MAX_TIMEOUT_SECONDS} at most) and {EXTRA_RING_SECONDS:g}"
    assert f"in `timeout` ({ringing} seconds more" in WORDS
    assert TWILIO_INTERVAL_SECONDS == 1
    assert f"more than {MAX_QUEUE_SECONDS / 3600:g} hours of them are refused with {QUEUE_TOO_LONG}" in WORDS
    assert f"{BAD_TO} for an address that leads nowhere, {UNREACHABLE} for a number without a trunk" in WORDS
    assert f"{BAD_SEND_DIGITS} for `send_digits` that are no keys, {BAD_TIMEOUT} for a `timeout`" in WORDS
    assert f"| {CONCURRENCY_LIMIT} | as many calls run as" in WORDS


def test_every_code_on_the_page_is_one_of_twilios() -> None:
    for code in set(map(int, re.findall(r"\b(?:1000[0-9]|[23][0-9]{4})\b", TEXT))):
        assert error_code(code).code == code
