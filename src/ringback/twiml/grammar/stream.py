"""What runs in the background: `<Start>`, `<Stop>` and their nouns, and `<Connect><Stream>` (twiml.md 14.1, 15)."""

from dataclasses import replace
from typing import Literal

from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import (
    CONFIG,
    PARAMETER,
    URL_NOT_VALID,
    action,
    recording_callbacks,
    status_callback,
    texts,
)
from ringback.twiml.kind import (
    BOOLEAN,
    HINTS,
    LANGUAGE_AS_WRITTEN,
    METHOD,
    BadValue,
    Kind,
    matching,
    one_of,
    text_kind,
)
from ringback.twiml.nodes import (
    Node,
    Recording,
    RecordingTrack,
    Siprec,
    Start,
    Stop,
    StopTarget,
    Stream,
    StreamTrack,
    Transcription,
    Trim,
)
from ringback.twiml.reading import Reading
from ringback.twiml.rule import UNKNOWN, Children, ElementRule, attribute
from ringback.twiml.url_kind import ABSOLUTE_URL, MALFORMED_STREAM_URL, STREAM_URL

MAX_STREAM_PARAMETER = 499  # 14.1: name and value together are under 500
STREAM_TRACK = 31941
CONNECTOR_NAME = 31940
TRANSCRIPTION = 32650

_PARAMETERS = Children(into="parameters", rules=(PARAMETER,))


def _read_engine(text: str) -> str:
    engine = text.strip().lower()
    if engine not in ("google", "deepgram"):
        raise BadValue
    return engine


def _finish_stream(node: Node, element: Element, reading: Reading) -> Node | None:
    assert isinstance(node, Stream)
    given = dict(element.attributes)
    if node.url is None and ("url" in given or node.connector_name is None):
        if "url" not in given:
            reading.report(
                MALFORMED_STREAM_URL, element, f"<Stream> needs url: expected {STREAM_URL.expected}", attribute="url"
            )
        return None
    kept = tuple(part for part in node.parameters if len(part.name) + len(part.value) <= MAX_STREAM_PARAMETER)
    if len(kept) < len(node.parameters):
        message = f"<Parameter> name and value have more than {MAX_STREAM_PARAMETER} characters; it is skipped"
        reading.report(UNKNOWN, element, message)
    return replace(node, parameters=kept)


def _finish_start(node: Node, element: Element, reading: Reading) -> Node:
    assert isinstance(node, Start | Stop)
    if not any(True for _ in element.children):
        reading.report(UNKNOWN, element, f"<{element.name}> names nothing to {element.name.lower()}")
    return node


def _read_stop_target(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """What the operation was started with may be repeated, children too; only the name counts."""
    values = reading.attributes(rule, element)
    return None if values is None else rule.node(line=element.line, **rule.fixed, **values)


def _stream(track: Kind) -> ElementRule:
    return ElementRule(
        name="Stream",
        node=Stream,
        attributes=(
            attribute("url", STREAM_URL, MALFORMED_STREAM_URL),
            attribute("name"),
            attribute("track", track, STREAM_TRACK),
            *status_callback(ABSOLUTE_URL),
            *texts("connectorName", "audioFormat", "sampleRate"),
        ),
        children=(_PARAMETERS,),
        finish=_finish_stream,
    )


CONNECT_STREAM = _stream(matching("inbound_track", "inbound_track"))
START_STREAM = _stream(one_of(StreamTrack))

SIPREC = ElementRule(
    name="Siprec",
    node=Siprec,
    attributes=(
        attribute("name"),
        attribute("connectorName", text_kind(minimum=1), CONNECTOR_NAME, required=True),
        attribute("track", one_of(StreamTrack), STREAM_TRACK),
        *status_callback(ABSOLUTE_URL),
    ),
    children=(_PARAMETERS,),
)
TRANSCRIPTION_RULE = ElementRule(
    name="Transcription",
    node=Transcription,
    attributes=(
        attribute("name"),
        attribute("statusCallbackUrl", ABSOLUTE_URL, URL_NOT_VALID),
        attribute("statusCallbackMethod", METHOD),
        attribute("track", one_of(StreamTrack), TRANSCRIPTION),
        *texts("inboundTrackLabel", "outboundTrackLabel"),
        attribute("partialResults", BOOLEAN, TRANSCRIPTION),
        attribute("languageCode", LANGUAGE_AS_WRITTEN, TRANSCRIPTION),
        attribute("transcriptionEngine", Kind(expected="google or deepgram", read=_read_engine), TRANSCRIPTION),
        attribute("speechModel", text_kind(minimum=1), TRANSCRIPTION),
        attribute("profanityFilter", BOOLEAN, TRANSCRIPTION),
        attribute("enableAutomaticPunctuation", BOOLEAN, TRANSCRIPTION),
        attribute("hints", HINTS, TRANSCRIPTION),
        attribute("intelligenceService"),
        attribute("enableProviderData", BOOLEAN, TRANSCRIPTION),
    ),
    children=(Children(into="configs", rules=(CONFIG,)), _PARAMETERS),
)
RECORDING = ElementRule(
    name="Recording",
    node=Recording,
    attributes=(
        attribute("name"),
        *recording_callbacks(),
        attribute("trim", one_of(Trim)),
        attribute("track", one_of(RecordingTrack)),
        attribute("channels", one_of(Literal["mono", "dual"])),
        attribute("recordingConfigurationId"),
    ),
)

_STARTED = (START_STREAM, SIPREC, TRANSCRIPTION_RULE, RECORDING)


def _stop_target(started: ElementRule) -> ElementRule:
    return ElementRule(
        name=started.name,
        node=StopTarget,
        attributes=(attribute("name", text_kind(minimum=1), required=True),),
        ignored=frozenset(known.name for known in started.attributes),
        fixed={"kind": started.name.lower()},
        parse=_read_stop_target,
    )


START = ElementRule(
    name="Start",
    node=Start,
    attributes=action(),
    children=(Children(into="nouns", rules=_STARTED),),
    finish=_finish_start,
)
STOP = ElementRule(
    name="Stop",
    node=Stop,
    children=(Children(into="nouns", rules=tuple(_stop_target(rule) for rule in _STARTED)),),
    finish=_finish_start,
)
