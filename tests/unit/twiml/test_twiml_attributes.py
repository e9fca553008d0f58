"""Every attribute of twiml.md: its default, a good value and what it becomes, a bad value and its code.

The table is written from the reference, not from the code. A row is: attribute, default, good value, what it becomes,
bad value, code. A bad value of None: no text is bad.
"""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from ringback.twiml.grammar.ssml import SSML
from ringback.twiml.grammar.verb import VERBS
from ringback.twiml.nodes import Node
from ringback.twiml.parser import parse_document
from ringback.twiml.reading import default_of
from ringback.twiml.rule import ElementRule, field_name

Row = tuple[str, Any, str, Any, str | None, int]
URL = "https://app.example/x?a=1"
BAD_URL = "ftp://app.example/x"
SID = "0123456789abcdef" * 2


def method(name: str, code: int = 12200) -> Row:
    return (name, "POST", "get", "GET", "PUT", code)


def fetched(name: str) -> Row:
    return (name, None, f" {URL} ", URL, None, 0)


def callback(name: str, code: int = 11100) -> Row:
    return (name, None, URL, URL, BAD_URL, code)


def on(name: str, code: int = 12200) -> Row:
    return (name, True, "false", False, "False", code)


def off(name: str, code: int = 12200) -> Row:
    return (name, False, "true", True, "yes", code)


def free(name: str) -> Row:
    return (name, None, "words", "words", None, 0)


def unset(name: str, code: int) -> Row:
    """A boolean that has no documented default."""
    return (name, None, "true", True, "yes", code)


LEG = [
    callback("statusCallback"),
    method("statusCallbackMethod"),
    ("statusCallbackEvent", ("completed",), "ringing initiated", ("ringing", "initiated"), "busy", 12200),
]
RECORDING = [
    callback("recordingStatusCallback", 13256),
    method("recordingStatusCallbackMethod"),
    ("recordingStatusCallbackEvent", ("completed",), "absent  in-progress", ("absent", "in-progress"), "x", 13621),
]
DETECTION = [
    ("machineDetection", None, "DetectMessageEnd", "DetectMessageEnd", "enable", 21234),
    ("machineDetectionTimeout", 30, "3", 3, "61", 12200),
    ("machineDetectionSpeechThreshold", 2400, "6000", 6000, "999", 12200),
    ("machineDetectionSpeechEndThreshold", 1200, "500", 500, "5001", 12200),
    ("machineDetectionSilenceTimeout", 5000, "10000", 10000, "1999", 12200),
    callback("amdStatusCallback"),
    method("amdStatusCallbackMethod"),
]
HINTS = ("hints", (), "a b, c", ("a b", "c"), "x" * 101)

# path -> (the document round the attribute, with @ where it goes; rows). The innermost element is looked at.
# fmt: off
CASES: dict[str, tuple[str, list[Row]]] = {
    "Say": ("<Say @>Hi</Say>", [
        ("voice", None, "Polly.Joanna-Neural", "Polly.Joanna-Neural", "robot", 13511),
        ("language", None, "en-gb", "en-GB", "English!", 12200),
        ("loop", 1, "0", 0, "-1", 13510),
    ]),
    "Play": ("<Play @>a.mp3</Play>", [("loop", 1, "10", 10, "x", 13410)]),
    "Pause": ("<Pause @/>", [("length", 1, "12", 12, "0", 13910)]),
    "Gather": ("<Gather @/>", [
        fetched("action"), method("method", 13312),
        ("input", ("dtmf",), "speech dtmf", ("speech", "dtmf"), "keys", 13326),
        ("timeout", 5, "12", 12, "0", 13313),
        ("finishOnKey", "#", "", "", "A", 13310),
        ("finishOnKey", "#", "*", "*", "12", 13311),
        ("numDigits", None, "4", 4, "-4", 13314),
        off("actionOnEmptyResult", 13338),
        ("speechTimeout", None, "auto", "auto", "automatic", 13327),
        ("maxSpeechTime", None, "30", 30, "1.5", 13328),
        ("language", "en-US", "en-us", "en-us", "!", 13331),
        (*HINTS, 13330),
        on("profanityFilter", 13333),
        ("speechModel", "default", "deepgram_nova-3", "deepgram_nova-3", "best", 13334),
        off("enhanced"), on("bargeIn", 13332), callback("partialResultCallback"),
        method("partialResultCallbackMethod", 13329), off("debug"),
    ]),
    "Record": ("<Record @/>", [
        fetched("action"), method("method", 13610),
        ("timeout", 5, "0", 0, "-1", 13611),
        ("finishOnKey", "1234567890*#", "", "", "A", 13613),
        ("maxLength", 3600, "2", 2, "1", 13612),
        ("maxLength", 3600, "14400", 14400, "14401", 13612),
        on("playBeep", 13616),
        ("trim", "trim-silence", "do-not-trim", "do-not-trim", "trim", 13699),
        *RECORDING,
        off("transcribe", 13614), callback("transcribeCallback", 13257), free("recordingConfigurationId"),
    ]),
    "Dial": ("<Dial @>+14155552671</Dial>", [
        fetched("action"), method("method", 13210),
        ("timeout", 30, "5", 5, "4", 13212),
        ("timeout", 30, "600", 600, "601", 13212),
        ("timeLimit", 14400, "1", 1, "14401", 13216),
        ("callerId", None, "client:bob smith".replace(" ", "."), "client:bob.smith", "a b", 13214),
        ("callerId", None, "(415) 555-2671", "+14155552671", "x" * 264, 13248),
        off("hangupOnStar", 13213), off("answerOnBridge", 13219),
        ("record", "do-not-record", "true", "record-from-answer", "yes", 13217),
        ("record", "do-not-record", "record-from-ringing-dual", "record-from-ringing-dual", "dual", 13217),
        ("recordingTrack", "both", "inbound", "inbound", "in", 12200),
        ("trim", "do-not-trim", "trim-silence", "trim-silence", "true", 12200),
        *RECORDING,
        free("recordingConfigurationId"),
        ("ringTone", None, "us-old", "us-old", "xx", 13220),
        off("sequential", 13218), fetched("referUrl"), method("referMethod"),
        ("callReason", None, "your parcel", "your parcel", "x" * 51, 12200),
        free("events"), free("passports"),
    ]),
    "Dial/Number": ("<Dial><Number @>+14155552671</Number></Dial>", [
        ("sendDigits", None, "ww12#W*D", "ww12#W*D", "12e", 13222),
        fetched("url"), method("method", 13221),
        *LEG,
        ("byoc", None, f"BY{SID}", f"BY{SID}", "BY1", 12200),
        *DETECTION,
    ]),
    "Dial/Sip": ("<Dial><Sip @>sip:a@b.example</Sip></Dial>", [
        ("username", None, "alice", "alice", "x" * 256, 13249),
        ("password", None, "Secret", "Secret", "x" * 256, 13249),
        fetched("url"), method("method", 13241),
        *LEG,
        ("sendDigits", None, "1", "1", "x", 13242),
        *DETECTION,
    ]),
    "Dial/Sip/Uri": ("<Dial><Sip><Uri @>sip:a@b.example</Uri></Sip></Dial>", [
        ("priority", None, "0", 0, "high", 12200),
        ("weight", None, "5", 5, "-5", 12200),
        ("username", None, "alice", "alice", "x" * 256, 13249),
        ("password", None, "Secret", "Secret", "x" * 256, 13249),
    ]),
    "Dial/Client": ("<Dial><Client @>bob</Client></Dial>", [
        fetched("url"), method("method"), *LEG, callback("clientNotificationUrl"),
    ]),
    "Dial/Conference": ("<Dial><Conference @>room</Conference></Dial>", [
        off("muted", 13230),
        ("beep", "true", "onEnter", "onEnter", "onenter", 13235),
        on("startConferenceOnEnter", 13232), off("endConferenceOnExit", 13231),
        ("participantLabel", None, "alice", "alice", "a/b", 16023),
        ("participantLabel", None, "CAlice", "CAlice", f"CA{SID}", 16023),
        ("jitterBufferSize", "large", "off", "off", "huge", 12200),
        ("waitUrl", None, "", "", BAD_URL, 13233),
        ("waitMethod", "GET", "POST", "POST", "PUT", 13234),
        ("maxParticipants", 250, "1", 1, "251", 12200),
        ("record", "do-not-record", "record-from-start", "record-from-start", "true", 12200),
        ("trim", "trim-silence", "do-not-trim", "do-not-trim", "no", 13239),
        ("region", None, "ie1", "ie1", "mars", 12200),
        ("coach", None, f"CA{SID}", f"CA{SID}", "alice", 13240),
        callback("statusCallback"), method("statusCallbackMethod"),
        ("statusCallbackEvent", (), "start join", ("start", "join"), "begin", 12200),
        *RECORDING,
        callback("eventCallbackUrl"), free("recordingConfigurationId"),
    ]),
    "Dial/Queue": ("<Dial><Queue @>support</Queue></Dial>", [
        fetched("url"), method("method"), free("reservationSid"), free("postWorkActivitySid"),
    ]),
    "Queue": ("<Queue @>support</Queue>", [fetched("url")]),
    "Dial/Application": (f"<Dial><Application @><ApplicationSid>AP{SID}</ApplicationSid></Application></Dial>", [
        fetched("url"), method("method"),
        *LEG,
        ("customerId", None, "me", "me", "x" * 257, 12200),
        off("copyParentTo"),
    ]),
    "Dial/WhatsApp": ("<Dial><WhatsApp @>+14155552671</WhatsApp></Dial>", [fetched("url"), method("method"), *LEG]),
    "Enqueue": ("<Enqueue @>support</Enqueue>", [
        fetched("action"), method("method"),
        ("waitUrl", None, "", "", BAD_URL, 11100),
        ("waitUrlMethod", "GET", "POST", "POST", "PUT", 12200),
        ("workflowSid", None, f"WW{SID}", f"WW{SID}", "WW", 12200),
        ("maxQueueSize", None, "10", 10, "0", 12200),
    ]),
    "Enqueue/Task": ("<Enqueue>support<Task @>{}</Task></Enqueue>", [
        ("priority", None, "0", 0, "low", 12200), ("timeout", None, "60", 60, "0", 12200),
    ]),
    "Redirect": ("<Redirect @>next</Redirect>", [method("method", 13710)]),
    "Reject": ("<Reject @/>", [("reason", "rejected", "busy", "busy", "away", 13810)]),
    "Refer": ("<Refer @><Sip>sip:a@b</Sip></Refer>", [fetched("action"), method("method")]),
    "Sms": ("<Sms @>Hello</Sms>", [
        free("to"), free("from"), fetched("action"), method("method"), callback("statusCallback"),
    ]),
    "Connect": ("<Connect @><Room>a</Room></Connect>", [fetched("action"), method("method")]),
    "Connect/Stream": ('<Connect><Stream url="wss://a.example/s" @/></Connect>', [
        free("name"),
        ("track", "inbound_track", "inbound_track", "inbound_track", "both_tracks", 31941),
        ("statusCallback", None, URL, URL, "/relative", 11100),
        method("statusCallbackMethod"), free("connectorName"), free("audioFormat"), free("sampleRate"),
    ]),
    "Connect/ConversationRelay": ('<Connect><ConversationRelay url="wss://a.example/s" @/></Connect>', [
        free("welcomeGreeting"),
        ("welcomeGreetingInterruptible", "any", "false", "none", "no", 64101),
        ("language", "en-US", "de-DE", "de-DE", "!", 64101),
        ("ttsLanguage", None, "de-DE", "de-DE", "!", 64101),
        ("transcriptionLanguage", None, "de-DE", "de-DE", "!", 64101),
        ("ttsProvider", "ElevenLabs", "Amazon", "Amazon", "Acme", 64101),
        free("voice"),
        ("transcriptionProvider", "Deepgram", "Google", "Google", "Acme", 64101),
        free("speechModel"),
        ("interruptible", "any", "true", "any", "yes", 64101),
        ("interruptSensitivity", "high", "low", "low", "none", 64101),
        off("dtmfDetection", 64101),
        ("reportInputDuringAgentSpeech", "none", "dtmf", "dtmf", "all", 64101),
        off("preemptible", 64101),
        (*HINTS, 64101),
        ("debug", (), "debugging tokens-played", ("debugging", "tokens-played"), "all", 64101),
        ("elevenlabsTextNormalization", "off", "auto", "auto", "maybe", 64101),
        free("intelligenceService"), unset("profanityFilter", 64101), off("partialPrompts", 64101),
        free("backgroundNoiseReduction"), free("speechTimeout"), unset("deepgramSmartFormat", 64101),
        unset("ignoreBackchannel", 64101), free("events"), unset("partialPromptOnHangup", 64101),
        ("eagerEotThreshold", None, "0.5", Decimal("0.5"), "0.95", 64101),
        unset("asrSmartFormat", 64101), free("ttsTextNormalization"), free("ttsLanguageTextNormalization"),
        free("elevenlabsLanguageTextNormalization"),
        ("includeInPrompt", (), "turn-state", ("turn-state",), "all", 64101),
        free("customerName"), off("applicationReconnect", 64101), off("echoPromptFiltering", 64101),
        off("turnDetection", 64101),
    ]),
    "Connect/ConversationRelay/Language": (
        '<Connect><ConversationRelay url="wss://a/s"><Language code="multi" @/></ConversationRelay></Connect>', [
        ("ttsProvider", None, "Google", "Google", "Acme", 64101),
        free("voice"),
        ("transcriptionProvider", None, "Deepgram", "Deepgram", "Amazon", 64101),
        free("speechModel"),
        (*HINTS, 64101),
        unset("asrSmartFormat", 64101), free("ttsTextNormalization"), free("ttsLanguageTextNormalization"),
    ]),
    "Connect/Room": ("<Connect><Room @>a</Room></Connect>", [free("participantIdentity")]),
    "Connect/VirtualAgent": ('<Connect><VirtualAgent connectorName="c" @/></Connect>', [
        ("language", None, "en-US", "en-US", "!", 12200),
        unset("sentimentAnalysis", 12200), callback("statusCallback"), method("statusCallbackMethod"),
    ]),
    "Connect/Conversation": ("<Connect><Conversation @/></Connect>", [
        free("serviceInstanceSid"), unset("inboundAutocreation", 12200),
        ("routingAssignmentTimeout", None, "5", 5, "x", 12200),
        ("inboundTimeout", None, "5", 5, "x", 12200),
        fetched("url"), method("method"), free("record"),
        ("trim", None, "trim-silence", "trim-silence", "x", 12200),
        *RECORDING,
        callback("statusCallback"), method("statusCallbackMethod"),
        ("statusCallbackEvent", (), "answered", ("answered",), "x", 12200),
    ]),
    "Connect/AiSession": ("<Connect><AiSession @/></Connect>", [free("aiConnector"), free("aiSessionConfiguration")]),
    "Connect/ConversationRelaySession": ("<Connect><ConversationRelaySession @/></Connect>", [
        free("connector"), free("sessionConfiguration"),
    ]),
    "Start": ("<Start @><Recording/></Start>", [fetched("action"), method("method")]),
    "Start/Stream": ('<Start><Stream url="wss://a.example/s" @/></Start>', [
        ("track", "inbound_track", "both_tracks", "both_tracks", "both", 31941),
    ]),
    "Start/Siprec": ('<Start><Siprec connectorName="c" @/></Start>', [
        free("name"),
        ("track", "both_tracks", "outbound_track", "outbound_track", "both", 31941),
        ("statusCallback", None, URL, URL, "relative", 11100),
        method("statusCallbackMethod"),
    ]),
    "Start/Transcription": ("<Start><Transcription @/></Start>", [
        free("name"),
        ("statusCallbackUrl", None, URL, URL, "relative", 11100),
        method("statusCallbackMethod"),
        ("track", "both_tracks", "inbound_track", "inbound_track", "inbound", 32650),
        free("inboundTrackLabel"), free("outboundTrackLabel"), off("partialResults", 32650),
        ("languageCode", "en-US", "multi", "multi", "!", 32650),
        ("transcriptionEngine", "google", "Deepgram", "deepgram", "acme", 32650),
        ("speechModel", "telephony", "nova-3", "nova-3", "", 32650),
        on("profanityFilter", 32650), on("enableAutomaticPunctuation", 32650),
        (*HINTS, 32650),
        free("intelligenceService"), off("enableProviderData", 32650),
    ]),
    "Start/Recording": ("<Start><Recording @/></Start>", [
        free("name"),
        *RECORDING,
        ("trim", "trim-silence", "do-not-trim", "do-not-trim", "x", 12200),
        ("track", "both", "outbound", "outbound", "both_tracks", 12200),
        ("channels", "dual", "mono", "mono", "2", 12200),
        free("recordingConfigurationId"),
    ]),
    "Pay": ("<Pay @/>", [
        ("input", "dtmf", "dtmf", "dtmf", "speech", 64020),
        fetched("action"), callback("statusCallback"), method("statusCallbackMethod"),
        ("paymentMethod", "credit-card", "ach-debit", "ach-debit", "cash", 64013),
        ("bankAccountType", "consumer-checking", "consumer-savings", "consumer-savings", "x", 64017),
        ("timeout", 5, "9", 9, "0", 64020),
        ("maxAttempts", 1, "3", 3, "4", 64020),
        on("securityCode", 64020),
        ("postalCode", True, "94105", "94105", "?", 64020),
        ("postalCode", True, "false", False, "", 64020),
        ("minPostalCodeLength", None, "5", 5, "0", 64020),
        ("paymentConnector", "Default", "Mine", "Mine", None, 0),
        ("tokenType", "reusable", "one-time", "one-time", "x", 64006),
        ("chargeAmount", None, "20.45", Decimal("20.45"), "1000000.01", 64003),
        ("currency", "usd", "eur", "eur", "euro", 64011),
        free("description"),
        ("validCardTypes", ("visa", "mastercard", "amex"), "jcb optima", ("jcb", "optima"), "x", 64020),
        ("language", "en-US", "de-DE", "de-DE", "sv-SE", 64020),
    ]),
    "Pay/Prompt": ("<Pay><Prompt @/></Pay>", [
        ("for", (), "security-code postal-code", ("security-code", "postal-code"), "x", 12200),
        ("attempt", (), "1 2", (1, 2), "0", 12200),
        ("errorType", (), "input-timeout", ("input-timeout",), "x", 12200),
        ("cardType", (), "visa", ("visa",), "x", 12200),
        off("requireMatchingInputs"),
    ]),
    "Say/break": ("<Say>Hi<break @/></Say>", [("strength", None, "x-strong", "x-strong", "loud", 12200)]),
    "Say/emphasis": ("<Say><emphasis @>a</emphasis></Say>", [("level", None, "strong", "strong", "x", 12200)]),
    "Say/phoneme": ("<Say><phoneme @>a</phoneme></Say>", [
        ("alphabet", None, "x-sampa", "x-sampa", "x", 12200), free("ph"),
    ]),
    "Say/prosody": ("<Say><prosody @>a</prosody></Say>", [
        ("volume", None, "-6dB", "-6dB", "6", 12200),
        ("rate", None, "90%", "90%", "quick", 12200),
        ("pitch", None, "+10%", "+10%", "10", 12200),
    ]),
    "Say/say-as": ("<Say><say-as @>a</say-as></Say>", [
        ("interpret-as", None, "digits", "digits", "poem", 12200), ("format", None, "dmy", "dmy", "d m", 12200),
    ]),
    "Say/sub": ("<Say><sub @>a</sub></Say>", [free("alias")]),
    "Say/w": ("<Say><w @>a</w></Say>", [free("role")]),
}
# fmt: on
ROWS = [
    pytest.param(document, row, id=f"{path}@{row[0]}={row[2][:12]}")
    for path, (document, rows) in CASES.items()
    for row in rows
]


def innermost(node: Node) -> Node:
    """The first child of the first child, down to where there is none."""
    for name in ("nouns", "prompts", "uris", "languages", "children"):
        for child in getattr(node, name, ()):
            if isinstance(child, Node):
                return innermost(child)
    task = getattr(node, "task", None)
    return task if isinstance(task, Node) else node


def read(template: str, attribute: str, path_is_dial: bool) -> tuple[Node, list[tuple[int, str | None]]]:
    document = parse_document(f"<Response>{template.replace(' @', f' {attribute}')}</Response>".encode())
    verb = document.verbs[0]
    node = verb if path_is_dial else innermost(verb)
    return node, [(problem.code, problem.attribute) for problem in document.problems if problem.code != 21262]


def is_outer(template: str) -> bool:
    """The attribute is the verb's own, though the verb holds something."""
    return template.index(" @") < template.index(">")


@pytest.mark.parametrize(("template", "row"), ROWS)
def test_an_attribute_has_its_default_takes_a_good_value_and_reports_a_bad_one(template: str, row: Row) -> None:
    name, default, good, value, bad, code = row
    field = {"from": "from_", "for": "for_"}.get(name, field_name(name))
    node, problems = read(template, "", is_outer(template))
    assert getattr(node, field) == default
    assert problems == []
    node, problems = read(template, f'{name}="{good}"', is_outer(template))
    assert getattr(node, field) == value
    assert type(getattr(node, field)) is type(value)
    assert [problem for problem in problems if problem[0] != 13335] == []
    if bad is not None:
        node, problems = read(template, f'{name}="{bad}"', is_outer(template))
        assert getattr(node, field) == default
        assert problems == [(code, name)]


def rules() -> Iterator[tuple[str, ElementRule]]:
    def walk(path: str, rule: ElementRule) -> Iterator[tuple[str, ElementRule]]:
        yield path, rule
        for name, (_, child) in rule.child_rules().items():
            yield from walk(f"{path}/{name}", child)

    for name, rule in VERBS.items():
        yield from walk(name, rule)
    for name, rule in SSML.items():
        yield f"Say/{name}", rule


# Attributes that the rows cannot carry: required ones, digits that need a Play without text, values with units.
TESTED_ELSEWHERE = {
    "Play@digits",
    "Connect/Stream@url",
    "Connect/ConversationRelay@url",
    "Connect/ConversationRelay/Language@code",
    "Connect/VirtualAgent@connectorName",
    "Start/Siprec@connectorName",
    "Say/break@time",
    "Say/lang@xml:lang",
    "Dial/Sip/Headers/Header@name",
    "Dial/Sip/Headers/Header@value",
}


def test_every_attribute_the_parser_knows_is_in_the_table() -> None:
    same_rule = {"Queue": "Dial/Queue", "Start/Stream": "Connect/Stream", "Prompt": "Pay/Prompt"}
    tested = {f"{path}@{row[0]}" for path, (_, rows) in CASES.items() for row in rows} | TESTED_ELSEWHERE
    for path, rule in rules():
        if path.startswith(("Gather/", "Prompt/", "Pay/Prompt/", "Stop/")) or rule.name in ("Parameter", "Config"):
            continue
        for spec in rule.attributes:
            keys = {f"{path}@{spec.name}", f"{same_rule.get(path, path)}@{spec.name}"}
            assert keys & tested, f"{path}@{spec.name} is not tested"


@pytest.mark.parametrize(("path", "rule"), list(rules()))
def test_a_rule_and_its_node_know_the_same_fields(path: str, rule: ElementRule) -> None:
    for spec in rule.attributes:
        default_of(rule, spec)  # raises if the node has no such field
    known = {spec.field for spec in rule.attributes} | {group.into for group in rule.children} | set(rule.fixed)
    known |= {rule.text.field} if rule.text else set()
    known |= {"children"} if "Say" in path else set()
    expected = {field.name for field in fields(rule.node)} - {"line"}  # type: ignore[arg-type]
    missing = expected - known
    assert not missing, f"{path} never sets {missing}"
