"""How much of each verb and noun Ringback does: the last column of `docs/reference/twiml.md`, which is made from this.

`parsed` is the state of everything else: read, checked and typed, and not acted on. Whoever makes a verb run raises its
entry here. A key is a path of element names from the verb, such as `Dial/Number`; `Dial/Number@sendDigits` is one
attribute. An attribute without an entry has the status of its element.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Status = Literal["done", "partly", "parsed", "not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`note` says how, for `partly`, and why, for `not`."""

    status: Status
    note: str = ""

    def __str__(self) -> str:
        return f"{self.status}: {self.note}" if self.note else self.status


PARSED = Coverage(status="parsed")
DONE = Coverage(status="done")


def partly(note: str) -> Coverage:
    return Coverage(status="partly", note=note)


def not_done(note: str) -> Coverage:
    return Coverage(status="not", note=note)


_TASK_ROUTER = not_done("there is no TaskRouter")
_TWILIOS_NETWORK = not_done("belongs to Twilio's own network")


def _attributes(element: str, names: str, coverage: Coverage) -> dict[str, Coverage]:
    return {f"{element}@{name}": coverage for name in names.split()}


def _leg(element: str) -> dict[str, Coverage]:
    """A noun that rings a leg."""
    return {element: DONE}


COVERAGE: Mapping[str, Coverage] = MappingProxyType(
    {
        "Say": DONE,
        "Say@voice": partly("the nearest voice there is here"),
        "Say@language": partly("English, and what espeak-ng speaks where it is installed"),
        **dict.fromkeys((f"Say/{name}" for name in ("break", "emphasis", "lang", "p", "s", "prosody", "sub")), DONE),
        "Say/phoneme": partly("English; another language reads the text"),
        "Say/say-as": partly("English; in other languages what is spelled or read digit by digit"),
        "Say/w": partly("the word is spoken, its role is not known"),
        "Play": DONE,
        "Pause": DONE,
        "Gather": DONE,
        "Gather@language": partly("English"),
        "Gather@hints": partly("words and phrases; class tokens are not listened for"),
        **_attributes("Gather", "speechModel enhanced", partly("accepted; one local model hears everything")),
        "Gather@debug": not_done("has no documented effect"),
        "Record": DONE,
        "Record@recordingConfigurationId": _TWILIOS_NETWORK,
        "Dial": DONE,
        **_attributes(
            "Dial",
            "text action method timeout timeLimit callerId hangupOnStar answerOnBridge record recordingTrack trim "
            "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent ringTone sequential "
            "referUrl referMethod callReason",
            DONE,
        ),
        **_attributes("Dial", "recordingConfigurationId events passports", _TWILIOS_NETWORK),
        **_leg("Dial/Number"),
        "Dial/Number@byoc": _TWILIOS_NETWORK,
        **_leg("Dial/Sip"),
        "Dial/Sip/Uri": partly("one after the other; a single <Sip> in its <Dial>"),
        "Dial/Client": DONE,
        "Dial/Client/Identity": DONE,
        "Dial/Client@clientNotificationUrl": not_done("phones register and are rung; there is no push service"),
        "Dial/Application": DONE,
        "Dial/Application/ApplicationSid": DONE,
        **_attributes("Dial/Application", "url method", not_done("the voice URL of the application is asked")),
        "Dial/Sim": _TWILIOS_NETWORK,
        "Dial/WhatsApp": _TWILIOS_NETWORK,
        "Dial/Sip/Headers": DONE,
        "Dial/Sip/Headers/Header": DONE,
        "Dial/Conference": DONE,
        **_attributes("Dial/Conference", "region recordingConfigurationId", _TWILIOS_NETWORK),
        "Dial/Conference@eventCallbackUrl": partly("without RecordingFileSize"),
        "Dial/Queue": DONE,
        **_attributes("Dial/Queue", "reservationSid postWorkActivitySid", _TASK_ROUTER),
        "Enqueue": DONE,
        "Enqueue@workflowSid": _TASK_ROUTER,
        "Enqueue/Task": _TASK_ROUTER,
        "Leave": DONE,
        "Redirect": DONE,
        "Refer": DONE,
        "Refer/Sip": DONE,
        "Echo": DONE,
        "Sms": partly("kept in the store; there is no carrier"),
        **_attributes("Sms", "text to from action method statusCallback", DONE),
        "Pay": partly("through a connector; the one there is takes test cards"),
        **_attributes(
            "Pay",
            "input action statusCallback statusCallbackMethod paymentMethod bankAccountType timeout maxAttempts "
            "securityCode postalCode minPostalCodeLength tokenType chargeAmount currency description validCardTypes",
            DONE,
        ),
        "Pay@paymentConnector": partly("Default, which takes test cards"),
        "Pay@language": partly("the built-in prompts are English"),
        "Pay/Prompt": DONE,
        "Queue": not_done("belongs inside `<Dial>`"),
        "Prompt": not_done("belongs inside `<Pay>`"),
        "Start": partly("recordings"),
        **_attributes("Start", "action method", not_done("has no documented effect")),
        "Start/Recording": DONE,
        "Start/Recording@recordingConfigurationId": _TWILIOS_NETWORK,
        "Stop": partly("recordings"),
        "Stop/Recording": DONE,
        "Reject": DONE,
        "Hangup": DONE,
    }
)


def coverage_of(path: str, attribute: str | None = None) -> Coverage:
    """The status of an element, or of one of its attributes."""
    whole = COVERAGE.get(path, PARSED)
    return whole if attribute is None else COVERAGE.get(f"{path}@{attribute}", whole)
