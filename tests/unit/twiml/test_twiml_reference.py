"""`docs/reference/` says what the code says: the pages hold exactly what `docs/generate.py` writes."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ringback.model.error_code import CATALOGUE
from ringback.twiml.coverage import COVERAGE, DONE, PARSED, coverage_of, not_done, partly
from ringback.twiml.grammar.verb import VERBS
from ringback.twiml.rule import ElementRule

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ringback_docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["twiml.md", "errors.md"])
def test_a_page_is_what_the_code_says(generate: ModuleType, name: str) -> None:
    page = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert generate.with_generated(page, generate.PAGES[name]()) == page, "run `python docs/generate.py`"


def test_a_page_without_marks_is_not_written(generate: ModuleType) -> None:
    with pytest.raises(SystemExit):
        generate.with_generated("# Empty", "x")


def walk(path: str, rule: ElementRule) -> Iterator[tuple[str, ElementRule]]:
    yield path, rule
    for name, (_, child) in rule.child_rules().items():
        yield from walk(f"{path}/{name}", child)


def test_every_element_and_attribute_is_on_the_page(generate: ModuleType) -> None:
    sections = (DOCS / "reference" / "twiml.md").read_text(encoding="utf-8").split("\n### ")
    by_title = {section.partition("\n")[0]: section for section in sections}
    for verb, top in VERBS.items():
        for path, rule in walk(verb, top):
            names = path.split("/")
            title = " ".join(f"`<{name}>`" for name in names)
            section = by_title.get(title) or by_title[f"`<{names[-1]}>`"]
            for spec in rule.attributes:
                assert f"| `{spec.name}` |" in section, f"{path}@{spec.name}"


def test_every_key_of_the_coverage_names_something_that_exists(generate: ModuleType) -> None:
    elements = dict(generate.elements())
    for key in COVERAGE:
        path, _, attribute = key.partition("@")
        assert path in elements, key
        rule = elements[path]
        assert not attribute or attribute in {"text", *(spec.name for spec in rule.attributes)}, key


def test_partly_and_not_say_how_and_why() -> None:
    for key, coverage in COVERAGE.items():
        assert bool(coverage.note) == (coverage.status in ("partly", "not")), key


def test_an_attribute_has_the_status_of_its_element_unless_it_has_its_own() -> None:
    assert coverage_of("NoSuchElement") == PARSED
    assert coverage_of("NoSuchElement", "attribute") == PARSED
    assert [str(value) for value in (DONE, partly("digits only"), not_done("no SIM here"))] == [
        "done",
        "partly: digits only",
        "not: no SIM here",
    ]


def test_every_code_the_rules_can_report_is_in_the_catalogue() -> None:
    for verb, top in VERBS.items():
        for path, rule in walk(verb, top):
            codes = {spec.code for spec in rule.attributes} | {rule.nested_code} | set(rule.refused.values())
            codes |= {rule.text.code} if rule.text else set()
            assert codes <= set(CATALOGUE), path
