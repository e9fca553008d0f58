"""A voice app under test: its answers by URL, and calls to it in virtual time.

    app = VirtualApp({"/voice": "<Response><Say>Hello</Say></Response>"})
    assert app.run_call().heard == ["Hello"]

Several callers at once, who meet in conferences and queues: `run_calls`.

The interpreter, the HTTP client and the signatures are the server's own; the phone, the clock and the network are
virtual.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar
from urllib.parse import urljoin

from ringback.interpreter.call_documents import First
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.limits import Limits
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.testing.app_transport import Answers
from ringback.testing.arrival import Arrival
from ringback.testing.call_run import CallRun, incoming_call, outgoing_call, run_together
from ringback.testing.caller import Caller
from ringback.testing.clock import VirtualClock, run_in_virtual_time
from ringback.testing.phone import Phone
from ringback.testing.placed_call import PlacedCall
from ringback.testing.running_call import RunningCall
from ringback.testing.switchboard import Switchboard
from ringback.testing.transcript import Transcript
from ringback.twiml.parser import parse_document

T = TypeVar("T")
Method = Literal["GET", "POST"]

DEMO_CALLER = "sip:alice@demo.sip.localhost"
DEMO_DOMAIN = "sip:demo@demo.sip.localhost"

# What Twilio allows a call by default (14400 s); a caller who never hangs up is taken off the line then.
MAX_CALL_SECONDS = 14_400.0


class VirtualApp:
    """The app's answers, the URLs a domain would be set to, and the world around it.

    `answers` maps a path or an absolute URL to TwiML, to an `AppResponse`, or to a function of the `AppRequest`; or it
    is one such function for every URL. `media` says how many seconds each `<Play>` URL lasts, and every other URL is
    404; without it every URL lasts three seconds. `phones` says who picks up when `<Dial>` rings a number or a SIP URI;
    everybody else does not exist (404). `applications` are the voice URLs that `<Dial><Application>` connects to, by
    ApplicationSid.

    `calls` are the callers' calls of the test that runs, by SID: to be moved and ended, as over the REST API.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        base_url: str = "http://app.example",
        voice_url: str = "/voice",
        voice_method: Method = "POST",
        fallback_url: str | None = None,
        status_callback: str | None = None,
        media: Mapping[str, float] | None = None,
        phones: Mapping[str, Phone] | None = None,
        applications: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.answers = answers
        self.base_url = base_url
        self.first = DocumentRequest(url=self.url(voice_url), method=voice_method)
        self.fallback = Fallback(url=self.url(fallback_url)) if fallback_url else None
        self.status_callback = self.url(status_callback) if status_callback else None
        self.media = None if media is None else {self.url(url): seconds for url, seconds in media.items()}
        self.phones = phones or {}
        self.applications = {sid: self.url(url) for sid, url in (applications or {}).items()}
        self.limits = limits or Limits()
        self.calls: dict[str, RunningCall] = {}

    def url(self, written: str) -> str:
        """A path of the app as an absolute URL."""
        return urljoin(self.base_url + "/", written)

    def run_call(
        self,
        caller: Caller | None = None,
        *,
        from_: str = DEMO_CALLER,
        to: str = DEMO_DOMAIN,
        headers: Mapping[str, str] | None = None,
        max_seconds: float = MAX_CALL_SECONDS,
    ) -> Transcript:
        """Place a call and see it through; it takes milliseconds, whatever time passes in the call.

        `from_` and `to` are SIP URIs, or numbers for a call from the telephone network; `headers` are X- headers of the
        INVITE. An exception in one of the app's functions is raised here. Inside a running event loop the call runs in
        a thread while that loop waits.
        """
        arrival = Arrival(caller=caller or Caller(), from_=from_, to=to, headers=headers or {})
        (transcript,) = self.run_calls([arrival], max_seconds=max_seconds)
        return transcript

    def place_call(self, placed: PlacedCall | None = None, *, max_seconds: float = MAX_CALL_SECONDS) -> Transcript:
        """The app makes a call, as by `calls.create`, and somebody answers or not; see it through."""
        (transcript,) = self.run_calls([placed or PlacedCall()], max_seconds=max_seconds)
        return transcript

    def run_calls(
        self, callers: Sequence[Arrival | Caller | PlacedCall], *, max_seconds: float = MAX_CALL_SECONDS
    ) -> list[Transcript]:
        """Several calls to the app, or of it, at the same time; their transcripts, in the order of `callers`.

        They share the clock, and meet in the app's conferences and queues. A transcript counts from its own call's
        arrival. A `Caller` alone arrives at once.
        """
        self.calls.clear()
        clock = VirtualClock()
        switchboard = Switchboard(clock=clock, base_url=self.base_url, arrivals=len(callers))
        runs = [self._run(switchboard, number, caller, max_seconds) for number, caller in enumerate(callers, 1)]
        return _outside_of_any_loop(lambda: run_in_virtual_time(clock, run_together(switchboard, runs)))

    def _run(
        self, switchboard: Switchboard, number: int, caller: Arrival | Caller | PlacedCall, max_seconds: float
    ) -> CallRun:
        if isinstance(caller, PlacedCall):
            placed, first = caller, self._first_of(caller)
            info, person, at = outgoing_call(placed, number=number), placed.phone.caller, placed.at
        else:
            arrival = Arrival(caller=caller) if isinstance(caller, Caller) else caller
            from_ = arrival.from_ or f"sip:caller-{number}@demo.sip.localhost"
            info = incoming_call(from_, arrival.to or DEMO_DOMAIN, arrival.headers, number=number)
            placed, first, person, at = None, self.first, arrival.caller, arrival.at
        return CallRun(
            switchboard=switchboard,
            info=info,
            caller=person,
            at=at,
            answers=self.answers,
            base_url=self.base_url,
            first=first,
            fallback=self.fallback,
            status_callback=self.status_callback,
            media=self.media,
            phones=self.phones,
            applications=self.applications,
            limits=self.limits,
            max_seconds=max_seconds,
            enter=self._enter,
            placed=placed,
        )

    def _first_of(self, placed: PlacedCall) -> First:
        if placed.url is not None:
            return DocumentRequest(url=self.url(placed.url))
        if placed.twiml is not None:
            return LoadedDocument(url=None, body=parse_document(str(placed.twiml).encode()))
        return self.first

    def _enter(self, running: RunningCall) -> None:
        self.calls[running.sid] = running


def _outside_of_any_loop(work: Callable[[], T]) -> T:
    """Do `work`, which runs an event loop of its own; where one is running already, in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    results: list[T] = []
    failures: list[BaseException] = []

    def in_thread() -> None:
        try:
            results.append(work())
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(in_thread,), name="virtual-call")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]
