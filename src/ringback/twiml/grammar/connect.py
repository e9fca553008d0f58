"""`<Connect>` and its nouns (twiml.md section 14)."""

from dataclasses import replace
from typing import Literal

from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import (
    CONFIG,
    PARAMETER,
    URL_NOT_VALID,
    action,
    leg_callbacks,
    recording_callbacks,
    status_callback,
    texts,
)
from ringback.twiml.grammar.stream import CONNECT_STREAM
from ringback.twiml.kind import (
    BOOLEAN,
    HINTS,
    LANGUAGE_AS_WRITTEN,
    METHOD,
    Kind,
    decimal,
    integer,
    one_of,
    several_of,
    text_kind,
)
from ringback.twiml.nodes import (
    AiSession,
    Autopilot,
    Connect,
    Conversation,
    ConversationRelay,
    ConversationRelaySession,
    Interruption,
    Node,
    PromptDetail,
    RelayDebug,
    RelayLanguage,
    Room,
    Trim,
    VirtualAgent,
)
from ringback.twiml.reading import Reading
from ringback.twiml.rule import UNKNOWN, Attribute, Children, ElementRule, attribute, text
from ringback.twiml.url_kind import FETCHED_URL, SOCKET_URL

RELAY_SETTINGS = 64101
RELAY_SOCKET = 64102
AGENT_CONNECTOR = 32602

_PARAMETERS = Children(into="parameters", rules=(PARAMETER,))
_CONFIGS = Children(into="configs", rules=(CONFIG,))
_INTERRUPTION = one_of(Interruption, also={"true": "any", "false": "none"})
_SPEAKER = one_of(Literal["Google", "Amazon", "ElevenLabs"])
_LISTENER = one_of(Literal["Google", "Deepgram"])


def _setting(name: str, kind: Kind) -> Attribute:
    return attribute(name, kind, RELAY_SETTINGS)


def _finish_connect(node: Node, element: Element, reading: Reading) -> Node:
    """One noun; with several the first is used."""
    assert isinstance(node, Connect)
    if not any(True for _ in element.children):
        reading.report(UNKNOWN, element, "<Connect> names nothing to connect to")
    if len(node.nouns) > 1:
        reading.report(UNKNOWN, element, f"<Connect> takes one noun and has {len(node.nouns)}; the first is used")
    return replace(node, nouns=node.nouns[:1])


RELAY_LANGUAGE = ElementRule(
    name="Language",
    node=RelayLanguage,
    attributes=(
        attribute("code", LANGUAGE_AS_WRITTEN, RELAY_SETTINGS, required=True),
        _setting("ttsProvider", _SPEAKER),
        attribute("voice"),
        _setting("transcriptionProvider", _LISTENER),
        attribute("speechModel"),
        _setting("hints", HINTS),
        _setting("asrSmartFormat", BOOLEAN),
        *texts("ttsTextNormalization", "ttsLanguageTextNormalization"),
    ),
)
CONVERSATION_RELAY = ElementRule(
    name="ConversationRelay",
    node=ConversationRelay,
    attributes=(
        attribute("url", SOCKET_URL, RELAY_SOCKET, required=True),
        attribute("welcomeGreeting"),
        _setting("welcomeGreetingInterruptible", _INTERRUPTION),
        _setting("language", LANGUAGE_AS_WRITTEN),
        _setting("ttsLanguage", LANGUAGE_AS_WRITTEN),
        _setting("transcriptionLanguage", LANGUAGE_AS_WRITTEN),
        _setting("ttsProvider", _SPEAKER),
        attribute("voice"),
        _setting("transcriptionProvider", _LISTENER),
        attribute("speechModel"),
        _setting("interruptible", _INTERRUPTION),
        _setting("interruptSensitivity", one_of(Literal["low", "medium", "high"])),
        _setting("dtmfDetection", BOOLEAN),
        _setting("reportInputDuringAgentSpeech", _INTERRUPTION),
        _setting("preemptible", BOOLEAN),
        _setting("hints", HINTS),
        _setting("debug", several_of(RelayDebug)),
        _setting("elevenlabsTextNormalization", one_of(Literal["on", "auto", "off"])),
        attribute("intelligenceService"),
        _setting("profanityFilter", BOOLEAN),
        _setting("partialPrompts", BOOLEAN),
        *texts("backgroundNoiseReduction", "speechTimeout"),
        _setting("deepgramSmartFormat", BOOLEAN),
        _setting("ignoreBackchannel", BOOLEAN),
        attribute("events"),
        _setting("partialPromptOnHangup", BOOLEAN),
        _setting("eagerEotThreshold", decimal("0.3", "0.9")),
        _setting("asrSmartFormat", BOOLEAN),
        *texts("ttsTextNormalization", "ttsLanguageTextNormalization", "elevenlabsLanguageTextNormalization"),
        _setting("includeInPrompt", several_of(PromptDetail)),
        attribute("customerName"),
        _setting("applicationReconnect", BOOLEAN),
        _setting("echoPromptFiltering", BOOLEAN),
        _setting("turnDetection", BOOLEAN),
    ),
    children=(Children(into="languages", rules=(RELAY_LANGUAGE,)), _PARAMETERS),
)
ROOM = ElementRule(name="Room", node=Room, attributes=(attribute("participantIdentity"),), text=text("name"))
VIRTUAL_AGENT = ElementRule(
    name="VirtualAgent",
    node=VirtualAgent,
    attributes=(
        attribute("connectorName", text_kind(minimum=1), AGENT_CONNECTOR, required=True),
        attribute("language", LANGUAGE_AS_WRITTEN),
        attribute("sentimentAnalysis", BOOLEAN),
        *status_callback(),
    ),
    children=(_CONFIGS, _PARAMETERS),
)
CONVERSATION = ElementRule(
    name="Conversation",
    node=Conversation,
    attributes=(
        attribute("serviceInstanceSid"),
        attribute("inboundAutocreation", BOOLEAN),
        attribute("routingAssignmentTimeout", integer(0)),
        attribute("inboundTimeout", integer(0)),
        attribute("url", FETCHED_URL, URL_NOT_VALID),
        attribute("method", METHOD),
        attribute("record"),
        attribute("trim", one_of(Trim)),
        *recording_callbacks(),
        *leg_callbacks(),
    ),
)
AUTOPILOT = ElementRule(name="Autopilot", node=Autopilot, text=text("name"))
AI_SESSION = ElementRule(name="AiSession", node=AiSession, attributes=texts("aiConnector", "aiSessionConfiguration"))
RELAY_SESSION = ElementRule(
    name="ConversationRelaySession",
    node=ConversationRelaySession,
    attributes=texts("connector", "sessionConfiguration"),
)

CONNECT = ElementRule(
    name="Connect",
    node=Connect,
    attributes=action(),
    children=(
        Children(
            into="nouns",
            rules=(
                CONNECT_STREAM,
                CONVERSATION_RELAY,
                ROOM,
                VIRTUAL_AGENT,
                CONVERSATION,
                AUTOPILOT,
                AI_SESSION,
                RELAY_SESSION,
            ),
        ),
    ),
    finish=_finish_connect,
)
