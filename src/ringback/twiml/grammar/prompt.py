"""`<Say>`, `<Play>`, `<Pause>`, as verbs and inside `<Gather>` and `<Prompt>` (twiml.md sections 2 to 4)."""

from dataclasses import replace
from urllib.parse import quote_plus

from ringback.twiml.element import Element
from ringback.twiml.grammar.ssml import EVERYTHING, read_content
from ringback.twiml.kind import DIGITS_TO_SEND, LANGUAGE, integer, matching
from ringback.twiml.nodes import Node, Pause, Play, Say
from ringback.twiml.plain_text import plain_text
from ringback.twiml.reading import Reading, read_plain
from ringback.twiml.rule import UNKNOWN, ElementRule, attribute, text
from ringback.twiml.url_kind import FETCHED_URL

MAX_BASIC_BYTES = 4096  # SAY-03, and MAX_ENCODED: as it would stand in a URL
MAX_ENCODED = 4500
MAX_POLLY_CHARACTERS = 3000
MAX_GOOGLE_CHARACTERS = 5000

NO_TEXT = 13520
TEXT_TOO_LONG = 13521
NESTED_VERB = 13320
GATHER_VOICE = 13321
GATHER_LOOP = 13322

_LOOP = integer(0)
_VOICE = matching(
    r"man|woman|alice|Polly\.[A-Za-z]{2,40}(-[A-Za-z]{2,20})?|Google\.[A-Za-z0-9_-]{2,80}",
    "man, woman, alice, Polly.<Name>, Polly.<Name>-Neural or Google.<voice>",
)


def _read_say(rule: ElementRule, element: Element, reading: Reading) -> Node:
    values = reading.attributes(rule, element) or {}
    content = read_content(rule, element, EVERYTHING, reading)
    has_markup = any(not isinstance(part, str) for part in content)
    words = plain_text(content)
    say = Say(line=element.line, text=words, children=content if has_markup else (), **values)  # type: ignore[arg-type]
    if not words:
        reading.report(NO_TEXT, element, "<Say> has no text; nothing is spoken")
    _report_length(say, element, reading)
    return say


def _report_length(say: Say, element: Element, reading: Reading) -> None:
    """SAY-03. The text is spoken whole all the same: these are the limits of Twilio's voices, not of ours."""
    voice = say.voice or "man"
    if voice.startswith("Polly."):
        length, limit, unit = len(_all_text(element)), MAX_POLLY_CHARACTERS, "characters for a Polly voice"
    elif voice.startswith("Google."):
        length, limit, unit = len(_inner_markup(element)), MAX_GOOGLE_CHARACTERS, "characters for a Google voice"
    else:
        length, limit, unit = len(say.text.encode()), MAX_BASIC_BYTES, "bytes"
        if length <= limit:
            length, limit, unit = len(quote_plus(say.text)), MAX_ENCODED, "characters when URL-encoded"
    if length > limit:
        reading.report(TEXT_TOO_LONG, element, f"<Say> has {length} {unit}; the limit is {limit}")


def _all_text(element: Element) -> str:
    """The text with that of every element inside, tags not counted."""
    return "".join(part if isinstance(part, str) else _all_text(part) for part in element.content)


def _inner_markup(element: Element) -> str:
    """About what was between the tags, tags counted."""
    parts: list[str] = []
    for part in element.content:
        if isinstance(part, str):
            parts.append(part)
        else:
            attributes = "".join(f' {name}="{value}"' for name, value in part.attributes)
            inner = _inner_markup(part)
            parts.append(f"<{part.name}{attributes}>{inner}</{part.name}>" if inner else f"<{part.name}{attributes}/>")
    return "".join(parts)


def _finish_play(node: Node, element: Element, reading: Reading) -> Node | None:
    """A URL and digits are alternatives (PLAY-05); with neither there is nothing to play."""
    assert isinstance(node, Play)
    if node.url and node.digits:
        reading.report(UNKNOWN, element, "<Play> has digits and a URL; the digits are sent, the URL is not played")
        return replace(node, url=None)
    if not node.url and not node.digits:
        reading.report(UNKNOWN, element, "<Play> needs the URL of a media file, or digits; it is skipped")
        return None
    return node


def _read_nested_play(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """PLAY-06: no digits inside `<Gather>`."""
    if any(name == "digits" for name, _ in element.attributes):
        reading.report(NESTED_VERB, element, "<Play digits> is not allowed inside <Gather>; it is skipped")
        return None
    return read_plain(rule, element, reading)


SAY = ElementRule(
    name="Say",
    node=Say,
    attributes=(attribute("voice", _VOICE, 13511), attribute("language", LANGUAGE), attribute("loop", _LOOP, 13510)),
    text=text("text", code=NO_TEXT, required=False),
    refused={"rate": 13513},
    parse=_read_say,
)
PLAY = ElementRule(
    name="Play",
    node=Play,
    attributes=(attribute("loop", _LOOP, 13410), attribute("digits", DIGITS_TO_SEND, 13430)),
    text=text("url", FETCHED_URL, required=False),
    finish=_finish_play,
)
PAUSE = ElementRule(name="Pause", node=Pause, attributes=(attribute("length", integer(1), 13910),))

GATHER_PROMPTS = (
    replace(
        SAY,
        attributes=(
            attribute("voice", _VOICE, GATHER_VOICE),
            attribute("language", LANGUAGE),
            attribute("loop", _LOOP, GATHER_LOOP),
        ),
    ),
    replace(PLAY, parse=_read_nested_play),
    PAUSE,
)
PROMPTS = (SAY, PLAY, PAUSE)
