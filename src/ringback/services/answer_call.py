"""Answer a call: ring, ask the domain's or number's VoiceUrl what to do, run what it says until the call is over.

The order is sip.md section 4: by the time a call comes here it has been admitted and 100 was sent. 180 goes out at
once, before the app is asked. Each call runs in a task of its own; a call that fails ends itself and no other.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from ringback.call.call import Call, CallParts
from ringback.call.control import CallInfo, StatusEvents
from ringback.call.journal import CallOpened
from ringback.call.leg import Leg, MediaRefused
from ringback.clock import Clock, wait_for
from ringback.interpreter.application import AccountApplications
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.limits import Limits
from ringback.interpreter.report import NotificationReporter, Report
from ringback.interpreter.source import AppDocumentSource, DocumentRequest, Fallback
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import ApplicationRecord, DomainRecord, NumberRecord
from ringback.model.sid import new_call_sid
from ringback.services.admit_call import Admission, CallDestination
from ringback.services.keep_journal import Journal
from ringback.services.reach_app import AppLink, AppLinks
from ringback.sip.events import IncomingCall
from ringback.sip.message.uri import SipUri, Uri
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.parameters import sip_parameters

logger = structlog.get_logger(__name__)

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")

CONCURRENCY_LIMIT = 10004
NO_VOICE_URL = 11100
CALL_TOO_LONG = 32015
INTERNAL_FAILURE = 12400
RETRY_AFTER_SECONDS = 10
LAST_REQUESTS_SECONDS = 5.0
"""After a call was ended at shut-down, for the requests that Twilio still sends (A-02)."""
HURRIED_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """How much calls may take: how many at once, how long one may last, how many documents it may run."""

    calls: int
    call_seconds: float
    documents: Limits


class CallAnswering:
    """Takes the inbound calls of a server. `parts_of` makes what a call of an account shares with the others."""

    def __init__(
        self,
        *,
        admission: Admission,
        links: AppLinks,
        journal: Journal,
        parts_of: Callable[[AppLink], CallParts],
        limits: AnswerLimits,
        owns_number: Callable[[str], bool],
        find_application: Callable[[str], ApplicationRecord | None],
        clock: Clock,
    ) -> None:
        self._admission = admission
        self._links = links
        self._journal = journal
        self._parts_of = parts_of
        self._limits = limits
        self._owns_number = owns_number
        self._find_application = find_application
        self._clock = clock
        self._running: dict[asyncio.Task[None], Leg] = {}

    @property
    def running_count(self) -> int:
        return len(self._running)

    def take(self, leg: Leg, event: IncomingCall) -> None:
        """Ring and run, or refuse with what is owed. Called by the exchange for each new call."""
        destination = self._admission.destination(event.request, event.flow)
        if destination is None:
            leg.refuse(404)
            return
        info = call_info(destination, event)
        if len(self._running) >= self._limits.calls:
            leg.refuse(503, headers=(("Retry-After", str(RETRY_AFTER_SECONDS)),))
            self._journal.report(info, CONCURRENCY_LIMIT, f"{self._limits.calls} calls are running, which is the limit")
            return
        try:
            leg.check_offer()
        except MediaRefused as refusal:
            leg.refuse(refusal.status)
            self._journal.report(info, refusal.code, refusal.message)
            return
        leg.ring()
        task = asyncio.get_running_loop().create_task(self._run(leg, info, destination), name=info.call_sid)
        self._running[task] = leg
        task.add_done_callback(self._forget)

    async def finish(self, grace_seconds: float, hurry: asyncio.Event) -> None:
        """Let running calls end by themselves for that long, or until `hurry` is set, then end them.

        Returns when none is left.
        """
        if self._running and grace_seconds > 0 and not hurry.is_set():
            try:
                await wait_for(self._clock, self._ended_or(hurry), grace_seconds)
            except TimeoutError:
                logger.info("grace time is over; running calls are ended", calls=len(self._running))
        for leg in list(self._running.values()):
            leg.hang_up()
        await self._finish_ended(HURRIED_SECONDS if hurry.is_set() else LAST_REQUESTS_SECONDS)

    async def _finish_ended(self, seconds: float) -> None:
        """The calls are over; what they still owe their apps gets this long, then their tasks are cancelled."""
        if not self._running:
            return
        try:
            await wait_for(self._clock, asyncio.wait(list(self._running)), seconds)
        except TimeoutError:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _ended_or(self, hurry: asyncio.Event) -> None:
        hurried = asyncio.ensure_future(hurry.wait())
        ended = asyncio.ensure_future(asyncio.wait(list(self._running)))
        try:
            await asyncio.wait({hurried, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurried.cancel()
            ended.cancel()

    async def _run(self, leg: Leg, info: CallInfo, destination: CallDestination) -> None:
        voice = _voice(destination)
        link = self._links.of(destination.account)
        self._journal.call_opened(
            CallOpened(
                info=info,
                status=CallStatus.RINGING,
                sip_call_id=leg.session.call_id,
                status_events=_status_events(voice),
            )
        )
        call = Call(info=info, leg=leg, parts=self._parts_of(link))
        try:
            if not voice.voice_url:
                self._journal.report(info, NO_VOICE_URL, f"{info.to}: there is no voice_url to ask what to do")
                await call.end_unanswered()
                return
            first = DocumentRequest(url=voice.voice_url, method=_method(voice.voice_method))
            await wait_for(self._clock, self._interpreter(call, link, voice).run(first), self._limits.call_seconds)
        except TimeoutError:
            message = f"the call lasted {self._limits.call_seconds:g} s, which is the limit"
            self._journal.report(info, CALL_TOO_LONG, message)
        except Exception as fault:
            self._end_faulty(call, fault)
        finally:
            leg.hang_up()
            await call.finish()

    def _end_faulty(self, call: Call, fault: Exception) -> None:
        """A fault of ours: the operator gets the traceback, the app's author 12400, the caller 500 or BYE."""
        logger.error("a call failed and was ended", call_sid=call.info.call_sid, exc_info=fault)
        message = f"an internal fault ended the call ({type(fault).__name__}); it is none of the app's"
        self._reporter(call.info).report(Report(code=INTERNAL_FAILURE, level="error", message=message))
        if not call.leg.is_answered:
            call.leg.refuse(500)

    def _interpreter(self, call: Call, link: AppLink, voice: DomainRecord | NumberRecord) -> Interpreter:
        cookies = CookieJar()
        reporter = self._reporter(call.info)
        fallback = Fallback.of(voice.voice_fallback_url, _method(voice.voice_fallback_method))
        return Interpreter(
            call=call,
            documents=AppDocumentSource(
                client=link.client, call=call, reporter=reporter, fallback=fallback, cookies=cookies
            ),
            reporter=reporter,
            callbacks=DeliveredCallbacks(delivery=link.delivery, call_sid=call.info.call_sid, cookies=cookies),
            clock=self._clock,
            limits=self._limits.documents,
            owns_number=self._owns_number,
            applications=AccountApplications(
                find_record=self._find_application,
                client=link.client,
                delivery=link.delivery,
                reporter_of=self._reporter,
                clock=self._clock,
                limits=self._limits.documents,
                owns_number=self._owns_number,
            ),
        )

    def _reporter(self, info: CallInfo) -> NotificationReporter:
        return NotificationReporter(info=info, clock=self._clock, put=self._journal.put_notification)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("a call failed and was ended", call_sid=task.get_name(), exc_info=problem)


def call_info(destination: CallDestination, event: IncomingCall) -> CallInfo:
    """The facts of an inbound call (sip.md 4.1): `To` is the Request-URI, `From` the caller's URI without its name.

    What a trunk brings is a call of the telephone network: numbers are plain, and its headers are dropped (HD-05).
    """
    request, domain = event.request, destination.domain
    number = destination.number
    return CallInfo(
        call_sid=new_call_sid(),
        account_sid=destination.account.sid,
        from_=_caller(request.from_.uri, is_plain=number is not None),
        to=number.number if number is not None else str(request.uri),
        direction=Direction.INBOUND,
        caller_name=request.from_.display_name,
        sip_parameters=sip_parameters(
            domain=domain.name if domain else None,
            domain_sid=domain.sid if domain else None,
            username=destination.username,
            call_id=request.call_id,
            source_ip=event.flow.remote_address,
            headers=request.headers.items() if number is None else (),
        ),
    )


def _caller(uri: Uri, *, is_plain: bool) -> str:
    user = uri.user if isinstance(uri, SipUri) else None
    return user if is_plain and user is not None and _E164.fullmatch(user) else str(uri)


def _voice(destination: CallDestination) -> DomainRecord | NumberRecord:
    voice = destination.domain or destination.number
    assert voice is not None, "a destination is a domain or a number"
    return voice


def _status_events(voice: DomainRecord | NumberRecord) -> StatusEvents | None:
    """Inbound calls have the `completed` callback only (IN-11)."""
    if not voice.status_callback_url:
        return None
    return StatusEvents(url=voice.status_callback_url, method=_method(voice.status_callback_method))


def _method(text: str) -> Literal["GET", "POST"]:
    return "GET" if text.upper() == "GET" else "POST"
