"""What a call over REST is told to run: a URL, a document, or an application (rest-api.md 9.2; L-01, L-02).

Of several the application counts most, then `Url`, then `Twiml`. An application brings its own fallback and status
callback; those of the request are ignored then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ringback.call.control import StatusEvents
from ringback.interpreter.call_documents import First
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord
from ringback.services.call_order import Method
from ringback.services.refusal import Refused
from ringback.twiml.errors import DocumentError
from ringback.twiml.parser import parse_document

URL_MISSING = 21205
BAD_APPLICATION = 21218
BAD_STATUS_EVENT = 21626
URL_AND_TWIML = 32019

EVENTS = ("initiated", "ringing", "answered", "completed")

FindApplication = Callable[[str], ApplicationRecord | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What is let pass, and told in the call's notifications."""

    code: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The parameters, as they came; an empty or absent one is None."""

    url: str | None = None
    method: Method = "POST"
    twiml: str | None = None
    application_sid: str | None = None
    fallback_url: str | None = None
    fallback_method: Method = "POST"
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_event: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyScript:
    """What a `CallOrder` and `CallUpdating.redirect` take."""

    first: First
    fallback: Fallback | None = None
    status_events: StatusEvents | None = None
    warnings: Sequence[Warned] = ()


def read_script(script: Script, account_sid: str, find_application: FindApplication) -> ReadyScript:
    """Raises `Refused`: 21205 for nothing to run, 21218, or the code of a document that is none (12100, ...)."""
    if script.application_sid:
        return _of_application(script.application_sid, account_sid, find_application)
    status_events, warnings = _status_events(script)
    fallback = Fallback.of(script.fallback_url, script.fallback_method)
    if script.url:
        if script.twiml:
            warnings = (*warnings, Warned(code=URL_AND_TWIML, message="Url and Twiml were both given; Url is used"))
        first: First = DocumentRequest(url=script.url, method=script.method)
    elif script.twiml:
        first = _inline(script.twiml)
    else:
        raise Refused(URL_MISSING, "Url parameter is required.")
    return ReadyScript(first=first, fallback=fallback, status_events=status_events, warnings=warnings)


def _of_application(sid: str, account_sid: str, find_application: FindApplication) -> ReadyScript:
    application = find_application(sid)
    if application is None or application.account_sid != account_sid:
        raise Refused(BAD_APPLICATION, f"ApplicationSid {sid} is no application of this account.")
    if not application.voice_url:
        raise Refused(URL_MISSING, f"Application {sid} has no VoiceUrl.")
    callback = application.status_callback_url
    return ReadyScript(
        first=DocumentRequest(url=application.voice_url, method=_method(application.voice_method)),
        fallback=Fallback.of(application.voice_fallback_url, _method(application.voice_fallback_method)),
        status_events=StatusEvents(url=callback, method=_method(application.status_callback_method))
        if callback
        else None,
    )


def _method(text: str) -> Method:
    return "GET" if text == "GET" else "POST"


def _inline(twiml: str) -> LoadedDocument:
    """D-12: an inline document has no URL. What is wrong with its verbs is reported when it runs."""
    try:
        document = parse_document(twiml.strip().encode(), "utf-8")
    except DocumentError as error:
        raise Refused(error.code, f"Parameter 'Twiml': {error.message}") from None
    return LoadedDocument(url=None, body=document)


def _status_events(script: Script) -> tuple[StatusEvents | None, tuple[Warned, ...]]:
    """With an event that there is not, the call is made and nothing is sent (21626)."""
    unknown = [event for event in script.status_callback_event if event not in EVENTS]
    if unknown:
        message = f"StatusCallbackEvent {unknown[0][:60]!r} is none of {', '.join(EVENTS)}; none are sent"
        return None, (Warned(code=BAD_STATUS_EVENT, message=message),)
    if not script.status_callback:
        return None, ()
    events = script.status_callback_event or ("completed",)
    return StatusEvents(url=script.status_callback, method=script.status_callback_method, events=events), ()
