"""Problems: how they are worded, how many there can be, and that nothing dangerous is in one."""

from collections.abc import Callable

import pytest

from ringback.twiml.errors import MAX_SHOWN, shown
from ringback.twiml.nodes import Document, Enqueue, Task
from ringback.twiml.reading import MAX_PROBLEMS, did_you_mean, written

Parse = Callable[[str], Document]


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("say", ["Say", "Sms"], "; did you mean Say?"),
        ("Gathr", ["Gather", "Dial"], "; did you mean Gather?"),
        ("finishonkey", ["finishOnKey"], "; did you mean finishOnKey?"),
        ("Foo", ["Say", "Dial"], ""),
        ("x" * 5000, ["Say"], ""),
        ("x", [], ""),
    ],
)
def test_a_name_that_is_almost_right_gets_a_hint(name: str, known: list[str], hint: str) -> None:
    assert did_you_mean(name, known) == hint


def test_a_shown_value_is_clipped_and_holds_nothing_to_act_on() -> None:
    assert shown("a\x1b[31m\nb") == '"a\\x1b[31m\\nb"'
    assert len(shown("x" * 1000)) == MAX_SHOWN + len('"..."')


def test_values_are_written_as_a_document_would() -> None:
    assert [written(value) for value in (True, False, 5, ("a", "b"), "x")] == ["true", "false", "5", "a b", "x"]


def test_no_more_than_a_hundred_problems_are_listed(parse: Parse) -> None:
    document = parse("<foo/>" * 60 + "<Pause " + " ".join(f'a{number}="1"' for number in range(60)) + "/>")
    assert len(document.problems) == MAX_PROBLEMS + 1
    assert document.problems[-1].message == "20 further problems in this document are not listed"
    assert document.problems[-1].code == 12200


def test_problems_of_a_hostile_document_are_small(parse: Parse) -> None:
    name = "x" * 20000
    document = parse(f'<{name}/><Say {name}="1" voice="{name}">Hi</Say>')
    for problem in document.problems:
        assert len(problem.message) < 500
        assert len(problem.element or "") <= 2 * MAX_SHOWN
        assert len(problem.attribute or "") <= 2 * MAX_SHOWN
        assert len(problem.value or "") <= 2 * MAX_SHOWN


def test_a_password_is_never_shown(parse: Parse) -> None:
    secret = "hunter2" * 40
    document = parse(f'<Dial><Sip password="{secret}">sip:a@b</Sip></Dial>')
    (problem,) = document.problems
    assert problem.code == 13249
    assert "hunter2" not in f"{problem.message}{problem.value}"


def test_text_where_there_is_none_is_reported_and_ignored(parse: Parse) -> None:
    document = parse("<Hangup>now</Hangup>")
    assert len(document.verbs) == 1
    assert [(found.code, found.value) for found in document.problems] == [(12200, "now")]


def test_a_missing_required_attribute_drops_the_element(parse: Parse) -> None:
    document = parse("<Start><Siprec/></Start>")
    (problem,) = document.problems
    assert (problem.code, problem.attribute) == (31940, "connectorName")
    assert problem.message == "line 1: <Siprec> needs connectorName: expected text; the element is skipped"


def test_of_two_children_that_exclude_each_other_the_first_is_used(parse: Parse) -> None:
    document = parse("<Enqueue>a<Task>1</Task><Task>2</Task></Enqueue>")
    assert document.verbs == (Enqueue(line=1, name="a", task=Task(line=1, body="1")),)
    assert [found.code for found in document.problems] == [12200]
