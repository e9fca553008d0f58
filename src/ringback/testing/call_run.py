"""One call to a virtual app: puts the interpreter, the client and the virtual call together and lets time run."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ringback.call.control import CallInfo
from ringback.clock import Clock
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.limits import Limits
from ringback.interpreter.report import Report
from ringback.interpreter.source import AppDocumentSource, DocumentRequest, Fallback, facts_of_call
from ringback.model.call_status import Direction
from ringback.model.record import AccountRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.testing.app_transport import Answers, AppTransport
from ringback.testing.caller import Caller
from ringback.testing.performance import Performance
from ringback.testing.phone import Phone
from ringback.testing.transcript import Journal, Transcript
from ringback.testing.virtual_background import VirtualRecordings
from ringback.testing.virtual_call import VirtualCall, World
from ringback.testing.virtual_dial import Exchange
from ringback.testing.virtual_recording import RecordingRoom
from ringback.testing.virtual_referral import Transfers
from ringback.webhooks.callback_parameters import Completion, status_callback_parameters
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import CallbackProblem, Delivery

ACCOUNT = AccountRecord(sid=AccountSid("AC" + "0" * 31 + "1"), auth_token="virtual-auth-token")
CALL_SID = CallSid("CA" + "0" * 31 + "1")
DOMAIN_SID = "SD" + "0" * 31 + "1"
SECONDS_FOR_CALLBACKS = 60.0


def incoming_call(from_: str, to: str, headers: Mapping[str, str]) -> CallInfo:
    """A call as it arrives: from a phone at a SIP Domain (sip.md 4.1), or from a number."""
    came_by_sip = from_.startswith(("sip:", "sips:"))
    sip_parameters = (
        ("SipDomain", to.rpartition("@")[2]),
        ("SipDomainSid", DOMAIN_SID),
        ("SipUsername", from_.partition(":")[2].partition("@")[0]),
        ("SipCallId", f"{CALL_SID[-8:]}@virtual"),
        ("SipSourceIp", "127.0.0.1"),
        *((f"SipHeader_{name}", value) for name, value in headers.items()),
    )
    return CallInfo(
        call_sid=CALL_SID,
        account_sid=ACCOUNT.sid,
        from_=from_,
        to=to,
        direction=Direction.INBOUND,
        sip_parameters=sip_parameters if came_by_sip else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRun:
    """Everything one call needs."""

    clock: Clock
    info: CallInfo
    caller: Caller
    answers: Answers
    base_url: str
    first: DocumentRequest
    fallback: Fallback | None
    status_callback: str | None
    media: Mapping[str, float] | None
    phones: Mapping[str, Phone]
    limits: Limits
    max_seconds: float

    async def run(self) -> Transcript:
        journal, cookies = Journal(), CookieJar()
        delivery = Delivery(self._client(journal, is_callback=True), self.clock, lambda p: journal.report(_report(p)))
        callbacks = DeliveredCallbacks(delivery=delivery, call_sid=self.info.call_sid, cookies=cookies)
        call = self._call(journal, callbacks)
        performance = Performance(self.caller, call)
        performing = asyncio.ensure_future(performance.run())
        limit = self.clock.call_at(self.clock.now() + self.max_seconds, lambda: call.end("time limit"))
        try:
            await self._interpreter(call, journal, callbacks, cookies).run(self.first)
        finally:
            limit.cancel()
            performing.cancel()
            await asyncio.gather(performing, return_exceptions=True)
            await self._after(call, callbacks, delivery)
        journal.raise_failure()
        return journal.transcript(caller_waits_for=performance.waits_for)

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
        recordings = RecordingRoom(self.base_url)
        world = World(
            clock=self.clock,
            journal=journal,
            media=self.media,
            dial=Exchange(self.phones, recordings, callbacks).dial,
            record=recordings.record,
            refer=Transfers(self.phones).refer,
            background=lambda call: VirtualRecordings(call, recordings),
            started_at=self.clock.now(),
        )
        return VirtualCall(info=self.info, world=world)

    def _interpreter(
        self, call: VirtualCall, journal: Journal, callbacks: DeliveredCallbacks, cookies: CookieJar
    ) -> Interpreter:
        documents = AppDocumentSource(
            client=self._client(journal, is_callback=False),
            call=call,
            reporter=journal,
            fallback=self.fallback,
            cookies=cookies,
        )
        return Interpreter(
            call=call,
            documents=documents,
            reporter=journal,
            callbacks=callbacks,
            clock=self.clock,
            limits=self.limits,
        )

    async def _after(self, call: VirtualCall, callbacks: DeliveredCallbacks, delivery: Delivery) -> None:
        """The completed status callback, and time for every callback to arrive."""
        if self.status_callback is not None and call.has_ended:
            parameters = status_callback_parameters(
                facts_of_call(call.info, call.status),
                "completed",
                timestamp=self.clock.utc_now(),
                sequence_number=0,
                completion=Completion(seconds=round(call.answered_seconds), sip_response_code=call.sip_status),
            )
            callbacks.send(self.status_callback, "POST", parameters)
        await delivery.close(SECONDS_FOR_CALLBACKS)


def _report(problem: CallbackProblem) -> Report:
    return Report(code=problem.code, level=problem.level, message=problem.message, url=problem.callback.url)
