"""What an executor is handed: URLs against the document, and reports with their place."""

from dataclasses import replace

import pytest

from ringback.call.control import MediaUnavailable
from ringback.interpreter.outcome import Goto
from ringback.twiml.nodes import Say
from tests.unit.interpreter.conftest import Bench


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("next", "http://app.example/calls/next"),
        ("/next?y=2", "http://app.example/next?y=2"),
        ("?y=2", "http://app.example/calls/now?y=2"),
        ("https://other.example/", "https://other.example/"),
        ("//other.example/x", "http://other.example/x"),
        ("", "http://app.example/calls/now?x=1"),
        (None, "http://app.example/calls/now?x=1"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_urls_are_resolved_against_the_document(written: str | None, url: str, bench: Bench) -> None:
    assert bench.run().url(written) == url


def test_connection_overrides_of_the_document_stay_with_it_alone(bench: Bench) -> None:
    run = replace(bench.run(), document_url="http://app.example/now#rt=1000")
    assert run.url("") == "http://app.example/now#rt=1000"
    assert run.url("next") == "http://app.example/next"


def test_inline_twiml_has_nothing_to_resolve_against(bench: Bench) -> None:
    run = replace(bench.run(), document_url=None)
    assert run.goto("/next", "POST") == Goto(url="/next", method="POST")
    assert run.url(None) == ""


def test_a_report_names_the_line_the_element_and_the_document(bench: Bench) -> None:
    bench.run().report(13520, "no text", node=Say(line=7, text=""))
    report = bench.journal.problems[0]
    assert (report.line, report.element, report.message) == (7, "Say", "line 7: no text")
    assert report.url == "http://app.example/calls/now?x=1"


def test_media_that_cannot_be_had_is_an_error_with_its_url(bench: Bench) -> None:
    problem = MediaUnavailable(13420, "no audio", url="http://app.example/a.txt")
    bench.run().media_unavailable(problem, Say(line=1, text=""))
    bench.run().media_unavailable(problem, Say(line=1, text=""), code=13325)
    assert bench.codes == [13420, 13325]
    assert bench.journal.problems[0].level == "error"
    assert "http://app.example/a.txt" in bench.journal.problems[0].message


def test_a_noun_without_a_url_has_no_screening(bench: Bench) -> None:
    dial = bench.verb('<Dial><Number>+15550001111</Number><Number url="/s">+15550002222</Number></Dial>')
    plain, screened = dial.nouns  # type: ignore[attr-defined]
    assert bench.run().screen(plain) is None
    assert bench.run().screen(screened) is not None
