"""Documents that may hold only some verbs (twiml.md section 19): what of a document may run there, and what to report.

Inside `<Gather>` and `<Prompt>` the parser itself sees to it (13320, 12200).
"""

from dataclasses import dataclass, replace
from enum import Enum

from ringback.model.error_code import error_code
from ringback.twiml.errors import Problem
from ringback.twiml.nodes import Dial, Document, Gather, Hangup, Leave, Pause, Play, Redirect, Say, Verb

DIAL_IN_SCREENING = 13201
VERB_IN_WAIT = 13238
NOT_EXPECTED = 12200

_PROMPTS = frozenset({Say, Play, Pause, Redirect})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """`allowed` None is every verb but those in `refused`; `refused` gives a verb a code of its own."""

    document: str
    code: int
    allowed: frozenset[type[Verb]] | None = None
    refused: tuple[type[Verb], ...] = ()
    refused_code: int = NOT_EXPECTED
    is_strict: bool = False  # a verb that may not run is not just left out: nothing of the document runs

    def code_for(self, verb: Verb) -> int | None:
        """Twilio's code for this verb in this kind of document; None if it may run."""
        if isinstance(verb, self.refused):
            return self.refused_code
        if self.allowed is None or type(verb) in self.allowed:
            return None
        return self.code


class RestrictedTo(Enum):
    """The kinds of restricted documents.

    A number's screening document may also have Pause and Redirect: Twilio's list is shorter and its examples are not
    (SC-02, inferred). What a queue's documents may not have is reported as 13238 too, for which Twilio names no code.
    """

    CONFERENCE_WAIT = Restriction(document="a wait, hold or announce document", code=VERB_IN_WAIT, allowed=_PROMPTS)
    QUEUE_WAIT = Restriction(
        document="a queue's wait document",
        code=VERB_IN_WAIT,
        allowed=_PROMPTS | {Hangup, Leave, Gather},
        is_strict=True,
    )
    QUEUE_URL = Restriction(document="the document of a Queue's url", code=VERB_IN_WAIT, allowed=_PROMPTS)
    NUMBER_SCREENING = Restriction(
        document="a screening document",
        code=NOT_EXPECTED,
        allowed=_PROMPTS | {Gather, Hangup},
        refused=(Dial,),
        refused_code=DIAL_IN_SCREENING,
    )
    LEG_SCREENING = Restriction(
        document="a screening document", code=NOT_EXPECTED, refused=(Dial,), refused_code=DIAL_IN_SCREENING
    )


def restrict(document: Document, to: RestrictedTo) -> Document:
    """The document without the verbs that may not run there, with a problem for each of them."""
    verbs: list[Verb] = []
    problems = list(document.problems)
    for verb in document.verbs:
        code = to.value.code_for(verb)
        if code is None:
            verbs.append(verb)
        else:
            problems.append(_problem(code, verb, to.value))
    return replace(document, verbs=tuple(verbs), problems=tuple(problems))


def _problem(code: int, verb: Verb, restriction: Restriction) -> Problem:
    name = type(verb).__name__
    message = f"line {verb.line}: <{name}> may not run in {restriction.document}; it is skipped"
    return Problem(code=code, level=error_code(code).level, message=message, line=verb.line, element=name)
