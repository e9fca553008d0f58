"""Restricted documents (twiml.md section 19)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Document, Play, Say
from ringback.twiml.restricted import RestrictedTo, restrict

Parse = Callable[[str], Document]

EVERYTHING = (
    "<Say>a</Say><Play>b</Play><Pause/><Redirect>c</Redirect><Gather/><Record/><Dial>+14155552671</Dial><Hangup/>"
    "<Leave/><Enqueue>q</Enqueue><Reject/><Echo/>"
)
OTHERS = ["Record", "Enqueue", "Reject", "Echo"]


@pytest.mark.parametrize(
    ("to", "refused"),
    [
        (RestrictedTo.CONFERENCE_WAIT, dict.fromkeys(["Gather", "Dial", "Hangup", "Leave", *OTHERS], 13238)),
        (RestrictedTo.QUEUE_WAIT, dict.fromkeys(["Dial", *OTHERS], 13238)),
        (RestrictedTo.QUEUE_URL, dict.fromkeys(["Gather", "Dial", "Hangup", "Leave", *OTHERS], 13238)),
        (RestrictedTo.NUMBER_SCREENING, {**dict.fromkeys(["Leave", *OTHERS], 12200), "Dial": 13201}),
        (RestrictedTo.LEG_SCREENING, {"Dial": 13201}),
    ],
)
def test_verbs_that_may_not_run_are_left_out_and_reported(
    parse: Parse, to: RestrictedTo, refused: dict[str, int]
) -> None:
    document = parse(EVERYTHING)
    assert document.problems == ()
    restricted = restrict(document, to)
    assert {problem.element: problem.code for problem in restricted.problems} == refused
    assert len(restricted.verbs) == len(document.verbs) - len(refused)
    assert not {type(verb).__name__ for verb in restricted.verbs} & set(refused)


def test_a_document_that_keeps_to_the_rules_is_unchanged_and_its_own_problems_stay(parse: Parse) -> None:
    document = parse("<Say/><Play>a</Play>")
    assert restrict(document, RestrictedTo.CONFERENCE_WAIT) == document
    assert document.verbs == (Say(line=1, text=""), Play(line=1, url="a"))
    assert [problem.code for problem in document.problems] == [13520]


def test_the_level_is_that_of_the_catalogue_and_the_line_is_said(parse: Parse) -> None:
    document = restrict(parse("\n<Dial>+14155552671</Dial>"), RestrictedTo.LEG_SCREENING)
    (problem,) = document.problems
    assert (problem.level, problem.line) == ("error", 2)
    assert problem.message == "line 2: <Dial> may not run in a screening document; it is skipped"


def test_inside_gather_another_verb_is_13320_and_inside_prompt_12200(parse: Parse) -> None:
    document = parse('<Gather><Dial/><Play digits="1"/></Gather><Pay><Prompt><Dial/><Play digits="1"/></Prompt></Pay>')
    assert [problem.code for problem in document.problems] == [13320, 13320, 12200]
