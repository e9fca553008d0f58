"""SSML inside `<Say>` (twiml.md 2.1): which element may hold which, and what their attributes may be."""

import re
from collections.abc import Iterable, Mapping

from ringback.twiml.element import Element
from ringback.twiml.kind import LANGUAGE, BadValue, Kind, matching, one_of
from ringback.twiml.nodes import (
    BreakStrength,
    EmphasisLevel,
    Node,
    PhonemeAlphabet,
    SsmlBreak,
    SsmlContent,
    SsmlElement,
    SsmlEmphasis,
    SsmlLang,
    SsmlParagraph,
    SsmlPhoneme,
    SsmlProsody,
    SsmlSayAs,
    SsmlSentence,
    SsmlSub,
    SsmlWord,
)
from ringback.twiml.reading import Reading
from ringback.twiml.rule import Attribute, ElementRule, attribute

MAX_BREAK_SECONDS = 10.0  # that of Polly (inferred)

_TIME = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?|\.[0-9]{1,3})(ms|s)")


def _read_time(text: str) -> float:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadValue
    seconds = float(match.group(1)) / (1000 if match.group(2) == "ms" else 1)
    if seconds > MAX_BREAK_SECONDS:
        raise BadValue
    return seconds


_BREAK_TIME = Kind(expected=f"a time such as 2s or 500ms, at most {MAX_BREAK_SECONDS:g}s", read=_read_time)
_VOLUME = matching(
    r"default|silent|x-soft|soft|medium|loud|x-loud|[+-][0-9]{1,3}(\.[0-9]{1,2})?dB",
    "default, silent, x-soft, soft, medium, loud, x-loud or a change such as +6dB",
)
_RATE = matching(r"x-slow|slow|medium|fast|x-fast|[0-9]{1,3}%", "x-slow, slow, medium, fast, x-fast or such as 90%")
_PITCH = matching(
    r"default|x-low|low|medium|high|x-high|[+-][0-9]{1,3}%", "default, x-low, low, medium, high, x-high or such as +10%"
)
_INTERPRET_AS = matching(
    r"characters|spell-out|cardinal|number|ordinal|digits|fraction|unit|date|time|address|expletive|telephone|verbatim"
    r"|bleep|currency",
    "a kind of text such as characters, digits, date, time, ordinal or telephone",
)
_DATE_FORMAT = matching(r"[A-Za-z0-9:]{1,16}", "a format such as mdy")

_IN_WORD = frozenset({"break", "emphasis", "phoneme", "prosody", "say-as", "sub"})
_IN_EMPHASIS = _IN_WORD | {"lang", "w"}
_IN_PARAGRAPH = _IN_EMPHASIS | {"s"}
EVERYTHING = _IN_PARAGRAPH | {"p"}

NESTING: Mapping[str, frozenset[str]] = {
    "break": frozenset(),
    "emphasis": _IN_EMPHASIS,
    "lang": EVERYTHING,
    "p": _IN_PARAGRAPH,
    "s": _IN_EMPHASIS,
    "phoneme": frozenset(),
    "prosody": EVERYTHING,
    "say-as": frozenset(),
    "sub": frozenset(),
    "w": _IN_WORD,
}


def _read_element(rule: ElementRule, element: Element, reading: Reading) -> Node:
    """No attribute is required: without them the words are still worth speaking."""
    values = reading.attributes(rule, element) or {}
    children = read_content(rule, element, NESTING[rule.name], reading)
    if rule.name == "break" and element.text.strip():
        reading.report(rule.nested_code, element, "<break> has no text of its own; it is ignored")
        children = ()
    return rule.node(line=element.line, children=children, **values)


def read_content(
    rule: ElementRule, element: Element, allowed: Iterable[str], reading: Reading
) -> tuple[SsmlContent, ...]:
    """Text and SSML in order. What may not be there is reported and left out with its text."""
    names = sorted(allowed)
    content: list[SsmlContent] = []
    for part in element.content:
        if isinstance(part, str):
            content.append(part)
        elif part.name in names:
            node = reading.node(SSML[part.name], part)
            if isinstance(node, SsmlElement):
                content.append(node)
        else:
            reading.report_unknown_child(rule, element, part, names)
    return tuple(content)


def _rule(name: str, node: type[SsmlElement], *attributes: Attribute) -> ElementRule:
    return ElementRule(name=name, node=node, attributes=attributes, parse=_read_element)


SSML: Mapping[str, ElementRule] = {
    rule.name: rule
    for rule in (
        _rule(
            "break",
            SsmlBreak,
            attribute("strength", one_of(BreakStrength)),
            Attribute(name="time", kind=_BREAK_TIME, into="time_seconds"),
        ),
        _rule("emphasis", SsmlEmphasis, attribute("level", one_of(EmphasisLevel))),
        _rule("lang", SsmlLang, Attribute(name="xml:lang", kind=LANGUAGE, into="language")),
        _rule("p", SsmlParagraph),
        _rule("s", SsmlSentence),
        _rule("phoneme", SsmlPhoneme, attribute("alphabet", one_of(PhonemeAlphabet)), attribute("ph")),
        _rule(
            "prosody", SsmlProsody, attribute("volume", _VOLUME), attribute("rate", _RATE), attribute("pitch", _PITCH)
        ),
        _rule("say-as", SsmlSayAs, attribute("interpret-as", _INTERPRET_AS), attribute("format", _DATE_FORMAT)),
        _rule("sub", SsmlSub, attribute("alias")),
        _rule("w", SsmlWord, attribute("role")),
    )
}
