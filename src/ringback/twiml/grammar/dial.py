"""`<Dial>`: its attributes, and which nouns may stand together (twiml.md section 7, DI-11, DI-13)."""

import re
from dataclasses import replace

from ringback.twiml.element import Element
from ringback.twiml.grammar.leg import CLIENT, NUMBER, NUMBER_FORMAT, PHONE_NUMBER, SIM, SIP, WHATS_APP
from ringback.twiml.grammar.parameter import URL_NOT_VALID, action, recording_callbacks
from ringback.twiml.grammar.place import APPLICATION, CONFERENCE, QUEUE
from ringback.twiml.kind import BOOLEAN, METHOD, BadValue, Kind, integer, line_kind, matching, one_of
from ringback.twiml.nodes import (
    Application,
    Conference,
    Dial,
    DialNoun,
    DialRecord,
    Node,
    Number,
    Queue,
    RecordingTrack,
    Trim,
)
from ringback.twiml.phone_number import normal_number
from ringback.twiml.reading import Reading
from ringback.twiml.rule import Children, ElementRule, attribute, text
from ringback.twiml.url_kind import FETCHED_URL

MAX_NOUNS = 10  # DI-11
MAX_CALLER_ID = 263  # `client:` and an identity of 256
NESTED_ELEMENT = 13215
CONFERENCE_MIXED = 13000
CALLER_ID_TOO_LONG = 13248

RING_TONES = (
    "at au be bg br ch cl cn cz de dk ee es fi fr gr hu il in it jp lt mx my nl no nz ph pl pt ru se sg th tw uk us "
    "us-old ve za"
)  # fmt: skip
_CALLER_ID = re.compile(r"client:[^\s\x00-\x20\x7f\"<>]{1,256}|[A-Za-z0-9+\-_.]+")


def _read_caller_id(text: str) -> str | None:
    """A number, `client:name` or SIP user text (DI-14 to DI-16); empty is the parent's."""
    value = text.strip()
    if not value:
        return None
    if len(value) > MAX_CALLER_ID:
        raise BadValue(CALLER_ID_TOO_LONG)
    if _CALLER_ID.fullmatch(value):
        return value
    number = normal_number(value)
    if number is None:
        raise BadValue
    return number


def _read_dial(rule: ElementRule, element: Element, reading: Reading) -> Node:
    """Plain text is one number; it counts only where there is no noun."""
    values = reading.attributes(rule, element) or {}
    reading.children(rule, element, values)
    written = element.text.strip()
    if any(True for _ in element.children):
        if written:
            message = "<Dial> has text and nouns; the text is ignored"
            reading.report(NESTED_ELEMENT, element, message, value=written)
    elif written:
        number: dict[str, object] = {}
        assert rule.text is not None
        reading.value(rule, element, rule.text, written, number)
        values["nouns"] = tuple(Number(line=element.line, number=str(found)) for found in number.values())
    else:
        reading.report(NUMBER_FORMAT, element, "<Dial> is empty: expected a phone number or a noun")
    return rule.node(line=element.line, **values)


def _finish_dial(node: Node, element: Element, reading: Reading) -> Node:
    assert isinstance(node, Dial)
    nouns = _that_fit_together(node.nouns, element, reading)
    if len(nouns) > MAX_NOUNS:
        message = f"<Dial> has {len(nouns)} nouns; the first {MAX_NOUNS} are dialled"
        reading.report(NESTED_ELEMENT, element, message)
    return replace(node, nouns=nouns[:MAX_NOUNS])


def _that_fit_together(nouns: tuple[DialNoun, ...], element: Element, reading: Reading) -> tuple[DialNoun, ...]:
    """DI-13: a conference, a queue and an application stand alone. The first noun decides which of them it is."""
    alone = [noun for noun in nouns if isinstance(noun, Conference | Queue | Application)]
    if not alone or len(nouns) == 1:
        return nouns
    code = CONFERENCE_MIXED if any(isinstance(noun, Conference) for noun in alone) else NESTED_ELEMENT
    kept = nouns[:1] if nouns[0] in alone else tuple(noun for noun in nouns if noun not in alone)
    name = type(alone[0]).__name__
    message = f"<{name}> stands alone in a <Dial>; {len(nouns) - len(kept)} of {len(nouns)} nouns are left out"
    reading.report(code, element, message)
    return kept


DIAL = ElementRule(
    name="Dial",
    node=Dial,
    attributes=(
        *action(13210),
        attribute("timeout", integer(5, 600), 13212),
        attribute("timeLimit", integer(1, 14400), 13216),
        attribute(
            "callerId",
            Kind(expected="a phone number, client:name or the user of a SIP URI", read=_read_caller_id),
            13214,
        ),
        attribute("hangupOnStar", BOOLEAN, 13213),
        attribute("answerOnBridge", BOOLEAN, 13219),
        attribute(
            "record",
            one_of(DialRecord, also={"true": "record-from-answer", "false": "do-not-record"}),
            13217,
        ),
        attribute("recordingTrack", one_of(RecordingTrack)),
        attribute("trim", one_of(Trim)),
        *recording_callbacks(),
        attribute("recordingConfigurationId"),
        attribute("ringTone", matching("|".join(RING_TONES.split()), f"one of {RING_TONES}"), 13220),
        attribute("sequential", BOOLEAN, 13218),
        attribute("referUrl", FETCHED_URL, URL_NOT_VALID),
        attribute("referMethod", METHOD),
        attribute("callReason", line_kind(50)),
        attribute("events"),
        attribute("passports"),
    ),
    text=text("nouns", PHONE_NUMBER, NUMBER_FORMAT, required=False),
    children=(Children(into="nouns", rules=(NUMBER, SIP, CLIENT, CONFERENCE, QUEUE, APPLICATION, SIM, WHATS_APP)),),
    nested_code=NESTED_ELEMENT,
    refused={"ifMachine": 13211},
    parse=_read_dial,
    finish=_finish_dial,
)
