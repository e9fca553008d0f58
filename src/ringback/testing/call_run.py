"""One call to a virtual app: puts the interpreter, the client and the virtual call together and lets time run."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from ringback.call.control import CallInfo, StatusEvents
from ringback.clock import Clock
from ringback.interpreter.call_documents import CallDocuments, First
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.interpreters import Interpreters
from ringback.interpreter.limits import DocumentCount, Limits
from ringback.interpreter.report import Report
from ringback.interpreter.source import Fallback
from ringback.model.call_status import Direction
from ringback.model.record import AccountRecord, ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid, CallSid
from ringback.testing.app_transport import Answers, AppTransport
from ringback.testing.caller import Caller
from ringback.testing.performance import Performance
from ringback.testing.phone import Phone
from ringback.testing.placed_call import PlacedCall, begin, ring
from ringback.testing.running_call import RunningCall
from ringback.testing.switchboard import Switchboard
from ringback.testing.transcript import Journal, Transcript
from ringback.testing.virtual_application import VirtualApplications
from ringback.testing.virtual_background import VirtualRecordings
from ringback.testing.virtual_call import VirtualCall, World
from ringback.testing.virtual_dial import Exchange, LegStatus
from ringback.testing.virtual_messages import VirtualMessages
from ringback.testing.virtual_referral import Transfers
from ringback.testing.virtual_speech import listen
from ringback.webhooks.callback_parameters import Completion
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import CallbackProblem, Delivery

ACCOUNT = AccountRecord(sid=AccountSid("AC" + "0" * 31 + "1"), auth_token="virtual-auth-token")
DOMAIN_SID = "SD" + "0" * 31 + "1"
SECONDS_FOR_CALLBACKS = 60.0


def incoming_call(from_: str, to: str, headers: Mapping[str, str], *, number: int = 1) -> CallInfo:
    """A call as it arrives: from a phone at a SIP Domain (sip.md 4.1), or from a number. `number` tells its SID."""
    call_sid = CallSid(f"CA{number:032x}")
    came_by_sip = from_.startswith(("sip:", "sips:"))
    sip_parameters = (
        ("SipDomain", to.rpartition("@")[2]),
        ("SipDomainSid", DOMAIN_SID),
        ("SipUsername", from_.partition(":")[2].partition("@")[0]),
        ("SipCallId", f"{call_sid[-8:]}@virtual"),
        ("SipSourceIp", "127.0.0.1"),
        *((f"SipHeader_{name}", value) for name, value in headers.items()),
    )
    return CallInfo(
        call_sid=call_sid,
        account_sid=ACCOUNT.sid,
        from_=from_,
        to=to,
        direction=Direction.INBOUND,
        sip_parameters=sip_parameters if came_by_sip else (),
    )


def outgoing_call(placed: PlacedCall, *, number: int = 1) -> CallInfo:
    """A call that the app makes."""
    return CallInfo(
        call_sid=CallSid(f"CA{number:032x}"),
        account_sid=ACCOUNT.sid,
        from_=placed.from_,
        to=placed.to,
        direction=Direction.OUTBOUND_API,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRun:
    """Everything one call needs."""

    switchboard: Switchboard
    info: CallInfo
    caller: Caller
    answers: Answers
    base_url: str
    first: First
    fallback: Fallback | None
    status_callback: str | None
    media: Mapping[str, float] | None
    phones: Mapping[str, Phone]
    applications: Mapping[str, str]
    limits: Limits
    max_seconds: float
    enter: Callable[[RunningCall], None]  # tells the test of the call, when it comes in
    at: float = 0.0  # when it comes in, or is placed
    placed: PlacedCall | None = None  # None: it comes in

    @property
    def clock(self) -> Clock:
        return self.switchboard.clock

    async def run(self) -> "FinishedCall":
        """The call from its arrival to its end; what it leaves behind is still on its way to the app."""
        await self.clock.sleep(self.at)
        journal, cookies = Journal(), CookieJar()
        delivery = Delivery(self._client(journal, is_callback=True), self.clock, lambda p: journal.report(_report(p)))
        callbacks = DeliveredCallbacks(delivery=delivery, call_sid=self.info.call_sid, cookies=cookies)
        call = self._call(journal, callbacks)
        documents = self._documents(call, journal, cookies, delivery)
        messages = VirtualMessages(call, delivery, self._url)
        running = RunningCall(call=call, documents=documents, messages=messages, url_of=self._url)
        self.enter(running)
        status = self._status(callbacks)
        performance = Performance(self.caller, call, running)
        limit = self.clock.call_at(self.clock.now() + self.max_seconds, lambda: call.end("time limit"))
        try:
            if self.placed is None or await ring(self.placed, call, status):
                await self._perform(call, documents, performance)
        finally:
            limit.cancel()
            messages.close()
            self._tell_end(call, status)
        return FinishedCall(journal=journal, delivery=delivery, caller_waits_for=performance.waits_for)

    async def _perform(self, call: VirtualCall, documents: CallDocuments, performance: Performance) -> None:
        """The document, and what the person does meanwhile."""
        performing = asyncio.ensure_future(performance.run())
        try:
            first = self.first if self.placed is None else await begin(self.placed, call, self.first)
            await documents.run(first)
        finally:
            performing.cancel()
            await asyncio.gather(performing, return_exceptions=True)

    def _url(self, written: str) -> str:
        return urljoin(self.base_url + "/", written)

    def _client(self, journal: Journal, *, is_callback: bool) -> AppClient:
        transport = AppTransport(
            answers=self.answers,
            journal=journal,
            clock=self.clock,
            started_at=self.clock.now(),
            is_callback=is_callback,
        )
        return AppClient(transport, self.clock, ACCOUNT)

    def _call(self, journal: Journal, callbacks: DeliveredCallbacks) -> VirtualCall:
        shared = self.switchboard
        world = World(
            clock=self.clock,
            journal=journal,
            media=self.media,
            dial=Exchange(self.phones, shared.recordings, callbacks, shared.leg_numbers).dial,
            record=shared.recordings.record,
            gatherings=shared.gatherings,
            dial_application=VirtualApplications(
                callbacks=callbacks, numbers=shared.leg_numbers, recordings=shared.recordings
            ).dial,
            refer=Transfers(self.phones).refer,
            background=lambda call: VirtualRecordings(call, shared.recordings),
            listen=listen,
            started_at=self.clock.now(),
        )
        return VirtualCall(info=self.info, world=world)

    def _documents(self, call: VirtualCall, journal: Journal, cookies: CookieJar, delivery: Delivery) -> CallDocuments:
        interpreters = Interpreters(
            client=self._client(journal, is_callback=False),
            delivery=delivery,
            reporter_of=lambda info: journal,
            clock=self.clock,
            limits=self.limits,
            find_application=self._application,
        )
        count = DocumentCount()
        return CallDocuments(
            call=call,
            interpreter=lambda fallback: interpreters.of(call, fallback=fallback, cookies=cookies, count=count),
            fallback=self.fallback,
            clock=self.clock,
        )

    def _application(self, sid: str) -> ApplicationRecord | None:
        if sid not in self.applications:
            return None
        return ApplicationRecord(
            sid=ApplicationSid(sid), account_sid=ACCOUNT.sid, friendly_name=sid, voice_url=self.applications[sid]
        )

    def _status(self, callbacks: DeliveredCallbacks) -> LegStatus:
        """Inbound calls have the `completed` callback only (IN-11)."""
        names = ("completed",) if self.placed is None else self.placed.status_callback_event
        events = StatusEvents(url=self.status_callback, events=names) if self.status_callback else None
        return LegStatus(info=self.info, events=events, callbacks=callbacks, clock=self.clock)

    def _tell_end(self, call: VirtualCall, status: LegStatus) -> None:
        """The completed status callback."""
        if call.has_ended:
            completion = Completion(seconds=round(call.answered_seconds), sip_response_code=call.sip_status)
            status.tell("completed", call.status, completion)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCall:
    """A call that is over. Callbacks that it asked for may still be to come: those of a conference that goes on."""

    journal: Journal
    delivery: Delivery
    caller_waits_for: str | None

    async def transcript(self) -> Transcript:
        """Give every callback time to arrive. Raises what a function of the app raised."""
        await self.delivery.close(SECONDS_FOR_CALLBACKS)
        self.journal.raise_failure()
        return self.journal.transcript(caller_waits_for=self.caller_waits_for)


async def run_together(switchboard: Switchboard, runs: Sequence[CallRun]) -> list[Transcript]:
    """See all of them through; rooms and queues are theirs together."""
    tasks = [asyncio.ensure_future(run.run()) for run in runs]
    try:
        finished = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    await switchboard.gatherings.close()
    return [await call.transcript() for call in finished]


def _report(problem: CallbackProblem) -> Report:
    return Report(code=problem.code, level=problem.level, message=problem.message, url=problem.callback.url)
