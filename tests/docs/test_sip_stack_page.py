"""`docs/topics/sip-stack.md` shows the machines that run, and names what is there."""

import re
from pathlib import Path

import pytest

from ringback.sip.transaction.diagram import MACHINES, diagram, diagrams, words
from ringback.sip.transaction.machine import Machine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "topics" / "sip-stack.md").read_text(encoding="utf-8")


def test_the_page_shows_the_tables_as_they_are() -> None:
    shown = PAGE.partition("begin -->")[2].partition("<!-- generated")[0]
    assert shown.strip() == diagrams().strip(), "run python docs/generate.py"


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_transition_that_does_something_is_drawn(machine: Machine) -> None:
    drawn = diagram(machine).splitlines()[1:]
    doing = [pair for pair, step in machine.table.items() if step != ((), pair[0])]
    assert len(drawn) == len(doing)
    assert all(line.count("-->") == 1 for line in drawn)


def test_every_action_has_words() -> None:
    for machine in MACHINES:
        for actions, _ in machine.table.values():
            assert all(words(action) for action in actions)


def test_the_files_that_the_page_names_are_there() -> None:
    for name in re.findall(r"`(sip/[a-z/]+\.py)`", PAGE):
        assert (ROOT / "src" / "ringback" / name).is_file(), name
    for link in re.findall(r"\]\((\.\./[^)]+)\)", PAGE):
        assert (ROOT / "docs" / "topics" / link).is_file(), link
