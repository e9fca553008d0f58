"""The catalogue of codes: complete, unique, documented."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ringback.model.error_code import CATALOGUE, SECTIONS, ErrorCode, UnknownCodeError, error_code

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"


def test_every_code_is_unique() -> None:
    counted = Counter(code for _, rows in SECTIONS for code, _, _ in rows)
    assert [code for code, count in counted.items() if count > 1] == []
    assert len(CATALOGUE) == len(counted) == 339


def test_codes_rise_within_a_section_and_have_five_digits() -> None:
    for title, rows in SECTIONS:
        codes = [code for code, _, _ in rows]
        assert codes == sorted(codes), title
        assert all(10000 <= code <= 99999 for code in codes)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        (11200, "error"),
        (11750, "error"),
        (12100, "error"),
        (12200, "warning"),
        (13201, "error"),
        (13223, "warning"),
        (13238, "error"),
        (13338, "error"),
        (13621, "error"),
        (13910, "warning"),
        (15003, "warning"),
        (21262, "warning"),
        (32022, "error"),
        (32113, "warning"),
        (32603, "warning"),
        (64024, "error"),
    ],
)
def test_levels_are_twilios(code: int, level: str) -> None:
    found = error_code(code)
    assert isinstance(found, ErrorCode)
    assert (found.code, found.level) == (code, level)
    assert found.message


def test_messages_are_one_short_sentence_without_a_full_stop() -> None:
    for entry in CATALOGUE.values():
        assert 3 < len(entry.message) < 110
        assert entry.message[0].isupper() or entry.message[0] in "rt"
        assert not entry.message.endswith(".")
        assert "|" not in entry.message


def test_a_code_that_is_not_there_says_so() -> None:
    with pytest.raises(UnknownCodeError, match="99999"):
        error_code(99999)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CATALOGUE[1] = error_code(12100)  # type: ignore[index]


def test_every_code_is_on_the_page_with_its_level_and_meaning() -> None:
    rows = re.findall(r"^\| (\d{5}) \| (error|warning) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {int(code): (level, message) for code, level, message in rows}
    assert documented == {entry.code: (entry.level, entry.message) for entry in CATALOGUE.values()}
    assert len(rows) == len(documented)
