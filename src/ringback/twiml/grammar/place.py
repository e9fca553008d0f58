"""The nouns that are places: `<Conference>`, `<Queue>`, `<Application>` (twiml.md 8.4 to 8.6)."""

from dataclasses import dataclass, replace
from typing import Literal

from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import (
    PARAMETER,
    URL_NOT_VALID,
    leg_callbacks,
    recording_callbacks,
    screening,
    status_callback,
)
from ringback.twiml.kind import BOOLEAN, METHOD, BadValue, Kind, integer, matching, one_of, several_of, text_kind
from ringback.twiml.nodes import Application, Conference, ConferenceEvent, Node, Noun, Queue, Region, Trim
from ringback.twiml.reading import Reading
from ringback.twiml.rule import Children, ElementRule, attribute, text
from ringback.twiml.url_kind import CALLBACK_URL, WAIT_URL

MAX_NAME = 128
MAX_QUEUE_NAME = 64
MAX_CUSTOMER_ID = 256
CONFERENCE_NAME = 13237
APPLICATION_SID = 21218

_CALL_SID = r"CA[0-9a-f]{32}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ApplicationSid(Noun):
    """`<ApplicationSid>`: only its text is kept, in `Application.application_sid`."""

    sid: str


def _read_label(text: str) -> str:
    value = text.strip()
    is_call_sid = value.startswith("CA") and len(value) == 34
    if not value or len(value) > MAX_NAME or "/" in value or is_call_sid or not value.isprintable():
        raise BadValue
    return value


def _finish_conference(node: Node, element: Element, reading: Reading) -> Node:
    """The app's own wait document is asked for by POST, the default music by GET."""
    assert isinstance(node, Conference)
    if node.wait_url and "waitMethod" not in dict(element.attributes):
        return replace(node, wait_method="POST")
    return node


def _read_application(rule: ElementRule, element: Element, reading: Reading) -> Node | None:
    """The SID is in an `<ApplicationSid>`; Twilio's SDK can also write it as the text."""
    values = reading.attributes(rule, element) or {}
    reading.children(rule, element, values)
    child = values.pop("application_sid", None)
    if isinstance(child, _ApplicationSid):
        values["application_sid"] = child.sid
    elif any(found.name == "ApplicationSid" for found in element.children) or not reading.text(rule, element, values):
        return None
    return rule.node(line=element.line, **values)


_LABEL = Kind(expected=f"at most {MAX_NAME} characters without /, and not a CallSid", read=_read_label)
_AP_SID = matching(r"AP[0-9a-fA-F]{32}", "an application SID, AP and 32 hex digits")

CONFERENCE = ElementRule(
    name="Conference",
    node=Conference,
    attributes=(
        attribute("muted", BOOLEAN, 13230),
        attribute("beep", one_of(Literal["true", "false", "onEnter", "onExit"]), 13235),
        attribute("startConferenceOnEnter", BOOLEAN, 13232),
        attribute("endConferenceOnExit", BOOLEAN, 13231),
        attribute("participantLabel", _LABEL, 16023),
        attribute("jitterBufferSize", one_of(Literal["small", "medium", "large", "off"])),
        attribute("waitUrl", WAIT_URL, 13233),
        attribute("waitMethod", METHOD, 13234),
        attribute("maxParticipants", integer(1, 250)),
        attribute("record", one_of(Literal["do-not-record", "record-from-start"])),
        attribute("trim", one_of(Trim), 13239),
        attribute("region", one_of(Region)),
        attribute("coach", matching(_CALL_SID, "a CallSid, CA and 32 hex digits"), 13240),
        *status_callback(),
        attribute("statusCallbackEvent", several_of(ConferenceEvent)),
        *recording_callbacks(),
        attribute("eventCallbackUrl", CALLBACK_URL, URL_NOT_VALID),
        attribute("recordingConfigurationId"),
    ),
    text=text("name", text_kind(MAX_NAME), CONFERENCE_NAME),
    finish=_finish_conference,
)
QUEUE = ElementRule(
    name="Queue",
    node=Queue,
    attributes=(*screening(), attribute("reservationSid"), attribute("postWorkActivitySid")),
    text=text("name", text_kind(MAX_QUEUE_NAME)),
)
_APPLICATION_SID = ElementRule(name="ApplicationSid", node=_ApplicationSid, text=text("sid", _AP_SID, APPLICATION_SID))
APPLICATION = ElementRule(
    name="Application",
    node=Application,
    attributes=(
        *screening(),
        *leg_callbacks(),
        attribute("customerId", text_kind(MAX_CUSTOMER_ID)),
        attribute("copyParentTo", BOOLEAN),
    ),
    text=text("application_sid", _AP_SID, APPLICATION_SID),
    children=(
        Children(into="application_sid", rules=(_APPLICATION_SID,), only_one=True),
        Children(into="parameters", rules=(PARAMETER,)),
    ),
    parse=_read_application,
)
