"""The nouns that ring a leg: `<Number>`, `<Sip>`, `<Client>`, `<WhatsApp>`, `<Sim>` (twiml.md 8.1 to 8.3 and 8.7)."""

from dataclasses import dataclass
from itertools import chain

from ringback.model.emergency import is_emergency_number
from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import PARAMETER, URL_NOT_VALID, leg_callbacks, screening
from ringback.twiml.grammar.sip_uri import SIP_URI, read_uri
from ringback.twiml.kind import (
    DIGITS_TO_SEND,
    METHOD,
    BadValue,
    Kind,
    integer,
    is_one_line,
    line_kind,
    matching,
    one_of,
    text_kind,
)
from ringback.twiml.nodes import Client, Header, MachineDetection, Node, Noun, Number, Sim, Sip, Uri, WhatsApp
from ringback.twiml.phone_number import normal_number
from ringback.twiml.reading import Reading
from ringback.twiml.rule import UNKNOWN, Attribute, Children, ElementRule, attribute, text
from ringback.twiml.sip_address import MAX_HEADERS_LENGTH, is_allowed_header
from ringback.twiml.url_kind import CALLBACK_URL

MAX_URIS = 10
MAX_HEADERS = 50
NUMBER_FORMAT = 13223
BLOCKED_NUMBER = 13225  # sip.md EM-02
TOO_MANY_URIS = 13250
TOO_MANY_HEADERS = 13251
HEADER_NAME = 13252
HEADERS_TOO_LONG = 13253
NO_DETECTION_CALLBACK = 21262
ASYNCHRONOUS_DETECTION = 21263

_ASYNCHRONOUS = ("asyncAmd", "asyncAmdStatusCallback", "asyncAmdStatusCallbackMethod")


def _read_number(text: str) -> str:
    number = normal_number(text)
    if is_emergency_number(text):
        raise BadValue(BLOCKED_NUMBER)
    if number is None:
        raise BadValue
    return number


PHONE_NUMBER = Kind(expected="a phone number such as +14155552671", read=_read_number)
_IDENTITY = matching(r"[^\s\x00-\x20\x7f\"'<>,;:/?#\[\]\\]{1,256}", "an identity of at most 256 characters, no spaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headers(Noun):
    """`<Headers>`: only its children are kept, in `Sip.headers`."""

    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity(Noun):
    """`<Identity>`: only its text is kept, in `Client.identity`."""

    identity: str


def _detection() -> tuple[Attribute, ...]:
    return (
        attribute("machineDetection", one_of(MachineDetection), 21234),
        attribute("machineDetectionTimeout", integer(3, 60)),
        attribute("machineDetectionSpeechThreshold", integer(1000, 6000)),
        attribute("machineDetectionSpeechEndThreshold", integer(500, 5000)),
        attribute("machineDetectionSilenceTimeout", integer(2000, 10000)),
        attribute("amdStatusCallback", CALLBACK_URL, URL_NOT_VALID),
        attribute("amdStatusCallbackMethod", METHOD),
    )


def _finish_detection(node: Node, element: Element, reading: Reading) -> Node:
    """AM-02: the result of a detection has nowhere to go."""
    assert isinstance(node, Number | Sip)
    if node.machine_detection is not None and node.amd_status_callback is None:
        message = f"<{element.name}> has machineDetection and no amdStatusCallback; its result is told to nobody"
        reading.report(NO_DETECTION_CALLBACK, element, message, attribute="machineDetection")
    return node


def _read_sip(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """The text is the URI; the older `<Uri>` children are used where there is none."""
    values = reading.attributes(rule, element) or {}
    reading.children(rule, element, values)
    has_uris = any(child.name == "Uri" for child in element.children)
    uri = None if has_uris and not element.text.strip() else read_uri(element, reading)
    uris = _limited(values.pop("uris"), MAX_URIS, TOO_MANY_URIS, element, reading)
    if uri is None and not uris:
        return None
    headers = tuple(chain.from_iterable(group.headers for group in _headers_of(values.pop("headers"))))
    kept = _limited(headers, MAX_HEADERS, TOO_MANY_HEADERS, element, reading)
    return rule.node(line=element.line, uri=uri, uris=uris, headers=kept, **values)


def _headers_of(value: object) -> tuple[_Headers, ...]:
    return value if isinstance(value, tuple) else ()


def _limited(value: object, maximum: int, code: int, element: Element, reading: Reading) -> tuple[object, ...]:
    items = value if isinstance(value, tuple) else ()
    if len(items) > maximum:
        reading.report(code, element, f"<{element.name}> has {len(items)}, {maximum} are allowed; the first are used")
    return items[:maximum]


def _read_uri_noun(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    values = reading.attributes(rule, element) or {}
    reading.children(rule, element, values)
    uri = read_uri(element, reading)
    return None if uri is None else rule.node(line=element.line, uri=uri, **values)


def _finish_header(node: Node, element: Element, reading: Reading) -> Node | None:
    """The rules for headers in a URI hold for these too (OU-07)."""
    assert isinstance(node, Header)
    if not is_allowed_header(node.name):
        message = "<Header> name: expected an X- header (not X-Twilio) or User-to-User; it is skipped"
        reading.report(HEADER_NAME, element, message, attribute="name", value=node.name)
        return None
    if len(node.name) + len(node.value) > MAX_HEADERS_LENGTH or not is_one_line(node.value):
        message = f"<Header> value: expected one line of at most {MAX_HEADERS_LENGTH} characters; it is skipped"
        reading.report(HEADERS_TOO_LONG, element, message, attribute="value", value=node.value)
        return None
    return node


def _read_client(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """The identity is the text, or the text of an `<Identity>`."""
    values = reading.attributes(rule, element) or {}
    reading.children(rule, element, values)
    child = values.pop("identity", None)
    if isinstance(child, _Identity):
        values["identity"] = child.identity
    elif not reading.text(rule, element, values):
        return None
    return rule.node(line=element.line, **values)


NUMBER = ElementRule(
    name="Number",
    node=Number,
    attributes=(
        attribute("sendDigits", DIGITS_TO_SEND, 13222),
        *screening(13221),
        *leg_callbacks(),
        attribute("byoc", matching(r"BY[0-9a-fA-F]{32}", "a BYOC trunk SID, BY and 32 hex digits")),
        *_detection(),
    ),
    text=text("number", PHONE_NUMBER, NUMBER_FORMAT),
    refused=dict.fromkeys(_ASYNCHRONOUS, ASYNCHRONOUS_DETECTION),
    finish=_finish_detection,
)

_CREDENTIALS = (
    attribute("username", line_kind(255), 13249),
    Attribute(name="password", kind=line_kind(255), code=13249, secret=True),
)
_HEADER = ElementRule(
    name="Header",
    node=Header,
    attributes=(attribute("name", text_kind(minimum=1), HEADER_NAME, required=True), attribute("value")),
    finish=_finish_header,
)
_HEADERS = ElementRule(name="Headers", node=_Headers, children=(Children(into="headers", rules=(_HEADER,)),))
_URI = ElementRule(
    name="Uri",
    node=Uri,
    attributes=(attribute("priority", integer(0)), attribute("weight", integer(0)), *_CREDENTIALS),
    text=text("uri", SIP_URI, 13243),
    parse=_read_uri_noun,
)
SIP = ElementRule(
    name="Sip",
    node=Sip,
    attributes=(
        *_CREDENTIALS,
        *screening(13241),
        *leg_callbacks(),
        attribute("sendDigits", DIGITS_TO_SEND, 13242),
        *_detection(),
    ),
    text=text("uri", SIP_URI, 13243),
    children=(Children(into="uris", rules=(_URI,)), Children(into="headers", rules=(_HEADERS,))),
    refused=dict.fromkeys(_ASYNCHRONOUS, ASYNCHRONOUS_DETECTION),
    parse=_read_sip,
    finish=_finish_detection,
)

_IDENTITY_CHILD = ElementRule(name="Identity", node=_Identity, text=text("identity", _IDENTITY))
CLIENT = ElementRule(
    name="Client",
    node=Client,
    attributes=(
        *screening(),
        *leg_callbacks(),
        attribute("clientNotificationUrl", CALLBACK_URL, URL_NOT_VALID),
    ),
    text=text("identity", _IDENTITY),
    children=(
        Children(into="identity", rules=(_IDENTITY_CHILD,), only_one=True),
        Children(into="parameters", rules=(PARAMETER,)),
    ),
    parse=_read_client,
)
WHATS_APP = ElementRule(
    name="WhatsApp",
    node=WhatsApp,
    attributes=(*screening(), *leg_callbacks()),
    text=text("number", PHONE_NUMBER, NUMBER_FORMAT),
)
SIM = ElementRule(
    name="Sim",
    node=Sim,
    text=text("sim_sid", matching(r"(DE|HS)[0-9a-fA-F]{32}", "a SIM SID"), UNKNOWN),
)
