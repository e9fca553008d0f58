"""`<Parameter>` and `<Config>`: name and value, wherever they stand, and attributes that many elements share."""

from ringback.twiml.kind import METHOD, TEXT, Kind, several_of, text_kind
from ringback.twiml.nodes import Config, LegEvent, Parameter, RecordingEvent
from ringback.twiml.rule import UNKNOWN, Attribute, ElementRule, attribute
from ringback.twiml.url_kind import CALLBACK_URL, FETCHED_URL

URL_NOT_VALID = 11100
RECORDING_CALLBACK = 13256
RECORDING_EVENT = 13621

_NAME_AND_VALUE = (attribute("name", text_kind(minimum=1), required=True), attribute("value"))

PARAMETER = ElementRule(name="Parameter", node=Parameter, attributes=_NAME_AND_VALUE)
CONFIG = ElementRule(name="Config", node=Config, attributes=_NAME_AND_VALUE)


def action(code: int = UNKNOWN) -> tuple[Attribute, ...]:
    """Which document follows; `code` is for the method."""
    return (attribute("action", FETCHED_URL, URL_NOT_VALID), attribute("method", METHOD, code))


def status_callback(url: Kind = CALLBACK_URL) -> tuple[Attribute, ...]:
    return (attribute("statusCallback", url, URL_NOT_VALID), attribute("statusCallbackMethod", METHOD))


def leg_callbacks() -> tuple[Attribute, ...]:
    return (*status_callback(), attribute("statusCallbackEvent", several_of(LegEvent)))


def screening(code: int = UNKNOWN) -> tuple[Attribute, ...]:
    """The document a called party hears before the bridge; `code` is for the method."""
    return (attribute("url", FETCHED_URL, URL_NOT_VALID), attribute("method", METHOD, code))


def recording_callbacks() -> tuple[Attribute, ...]:
    return (
        attribute("recordingStatusCallback", CALLBACK_URL, RECORDING_CALLBACK),
        attribute("recordingStatusCallbackMethod", METHOD),
        attribute("recordingStatusCallbackEvent", several_of(RecordingEvent), RECORDING_EVENT),
    )


def texts(*names: str) -> tuple[Attribute, ...]:
    """Attributes that may be any text."""
    return tuple(attribute(name, TEXT) for name in names)
