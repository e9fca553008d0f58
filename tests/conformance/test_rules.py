"""How the tests and pages that hold the rules of the references are read."""

from pathlib import Path

import pytest

from tests.conformance.rules import named_in_tests, not_done, rules_named_in, rules_of


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("(G-03)", {"G-03"}),
        ("G-03..G-05", {"G-03", "G-04", "G-05"}),
        ("G-03 to 05", {"G-03", "G-04", "G-05"}),
        ("G-03, 05", {"G-03", "G-05"}),
        ("def test_pau_05_a_call", {"PAU-05"}),
        ("RFC-3261, SHA-256", set()),
    ],
)
def test_a_rule_is_found_however_it_is_written(text: str, rules: set[str]) -> None:
    assert rules_named_in(text) == rules


def test_the_rules_of_a_family_are_counted_from_one() -> None:
    assert rules_of({"A": 2, "SAY": 1}) == ["A-01", "A-02", "SAY-01"]


def test_what_is_not_done_needs_a_reason_and_the_right_heading(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "| A-01 | a row that stands before the heading |\n\n## Rules that are not done\n\n| Rule | Why not |\n"
        "| --- | --- |\n| A-02 | because nobody could ever see it |\n| A-03 | no |\n\n## Next\n\n"
        "| A-04 | a row that stands after the section |\n"
    )
    assert not_done(page) == {"A-02"}


def test_a_test_that_only_counts_rules_names_none() -> None:
    assert "X-00" not in named_in_tests()
