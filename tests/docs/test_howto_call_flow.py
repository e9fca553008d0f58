"""Every example of `docs/howto/test-your-call-flow.md` runs, and what the page lists is what there is."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ringback.testing import Caller, Phone, VirtualApp

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "test-your-call-flow.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def cases_of(example: str) -> list[tuple[str, Callable[[], None]]]:
    """The test functions an example defines, as pytest would find them."""
    names: dict[str, object] = {}
    exec(compile(example, str(PAGE), "exec"), names)
    return [(name, value) for name, value in names.items() if name.startswith("test_") and callable(value)]


CASES = [case for example in EXAMPLES for case in cases_of(example)]


@pytest.mark.parametrize("test", [test for _, test in CASES], ids=[name for name, _ in CASES])
def test_the_example_passes(test: Callable[[], None]) -> None:
    test()


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 5
    assert all(cases_of(example) for example in EXAMPLES)


def test_the_printed_call_is_what_is_printed() -> None:
    names: dict[str, object] = {}
    exec(compile(EXAMPLES[0], str(PAGE), "exec"), names)
    app = names["app"]
    assert isinstance(app, VirtualApp)
    printed = str(app.run_call(Caller().hears("press one").waits(1).presses("1")))
    assert f"```text\n{printed}\n```" in TEXT


def test_every_step_of_a_caller_and_every_kind_of_phone_is_on_the_page() -> None:
    for thing in (Caller, Phone):
        made_by = [name for name in vars(thing) if not name.startswith("_")]
        public = [name for name in made_by if callable(getattr(thing, name))]
        assert [name for name in public if f"{name}(" not in TEXT] == []
