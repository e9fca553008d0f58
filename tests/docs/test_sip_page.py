"""The page on SIP says what the code does: refusals, statuses, and that nobody relies on it in an emergency."""

import re
from pathlib import Path

import pytest

from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.model.emergency import is_emergency_number
from ringback.model.error_code import error_code
from ringback.model.settings import settings_table
from ringback.sdp import errors as sdp_errors
from ringback.services import admit_call
from ringback.services.answer_call import CONCURRENCY_LIMIT, RATE_LIMIT, SRTP_REQUIRED

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "sip.md").read_text(encoding="utf-8")


def table_under(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:2] == "| "]
    return [row for row in rows[1:] if set(row[0]) != {"-"}]


def test_the_codes_of_refusals_are_those_of_the_code() -> None:
    told = {code for row in table_under("Who is let in") for code in re.findall(r"\d{5}", row[2])}
    at_the_door = [text for text in vars(admit_call).values() if isinstance(text, str) and re.match(r"\d{5} ", text)]
    classes = [kind for kind in vars(sdp_errors).values() if isinstance(kind, type) and hasattr(kind, "code")]
    ours = {text[:5] for text in at_the_door} | {str(kind.code) for kind in classes}
    assert told == ours | {str(code) for code in (RATE_LIMIT, CONCURRENCY_LIMIT, SRTP_REQUIRED)}
    assert all(error_code(int(code)) for code in told)


def test_the_statuses_of_final_answers_are_those_of_the_code() -> None:
    rows = table_under("What a dialled phone's answer means")
    named = {
        int(code): row[1] for row in rows for code in re.findall(r"\b[3-6]\d\d\b", row[0]) if "made here" not in row[0]
    }
    for code in (486, 600, 408, 480, 603):
        assert status_of_sip_response(code) == CallStatus(named[code])
    others = [code for code in range(300, 700) if code not in (*named, 487)]
    assert {status_of_sip_response(code) for code in others} == {CallStatus.FAILED}


@pytest.mark.parametrize("number", ["911", "112"])
def test_the_emergency_numbers_on_the_page_are_never_dialled(number: str) -> None:
    assert number in PAGE
    assert is_emergency_number(number)


@pytest.mark.parametrize("setting", re.findall(r"`\[(\w+)\] (\w+)`", PAGE))
def test_the_settings_on_the_page_exist(setting: tuple[str, str]) -> None:
    assert setting in {(row.table, row.name) for row in settings_table()}


def test_the_times_on_the_page_are_the_defaults() -> None:
    defaults = {(row.table, row.name): row.default for row in settings_table()}
    assert defaults["media", "timeout_seconds"] == "300"
    assert "five minutes without audio" in PAGE
    assert f"session timer of {defaults['sip', 'session_seconds']} seconds" in PAGE
