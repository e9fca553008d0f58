"""One call from its first document to its end, whoever made it: answered, placed over REST, or a dialled leg moved.

`CallRuns` makes them, one for the server; `CallRun.run` returns when the call is over and nothing of it is left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from ringback.call.call import Call
from ringback.call.control import CallControl, CallInfo, MovableCall
from ringback.clock import Clock, wait_for
from ringback.interpreter.call_documents import CallDocuments, First
from ringback.interpreter.interpreters import Interpreters
from ringback.interpreter.limits import DocumentCount, Limits
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.interpreter.report import NotificationReporter, Report
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import AccountRecord, ApplicationRecord
from ringback.model.sid import AccountSid
from ringback.services.keep_journal import Journal
from ringback.services.reach_app import AppLinks
from ringback.services.running_calls import RunningCalls
from ringback.webhooks.cookies import CookieJar

logger = structlog.get_logger(__name__)

CALL_TOO_LONG = 32015
INTERNAL_FAILURE = 12400


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How much one call may take: how long it may last, how many documents it may run."""

    call_seconds: float
    documents: Limits


class CallRun:
    """The documents of one call, until it is over; it may be moved to another document at any moment (L-01)."""

    def __init__(self, *, call: Call, documents: CallDocuments, runs: "CallRuns") -> None:
        self.call = call
        self._documents = documents
        self._runs = runs

    async def run(self, first: First) -> None:
        """Return when the call is over. A fault of ours ends this call and is told; it does not come out here."""
        runs, call = self._runs, self.call
        runs.running.enter_documents(call.info.call_sid, self)
        try:
            await wait_for(runs.clock, self._documents.run(first), runs.limits.call_seconds)
        except TimeoutError:
            message = f"the call lasted {runs.limits.call_seconds:g} s, which is the limit"
            runs.journal.report(call.info, CALL_TOO_LONG, message)
        except Exception as fault:
            self._end_faulty(fault)
        finally:
            call.leg.hang_up()
            runs.running.leave_documents(call.info.call_sid)
            await call.finish()

    def start(self, first: First) -> None:
        """The same in a task of its own, which the end of the server waits for."""
        self._runs.running.enter_documents(self.call.info.call_sid, self)
        self._runs.running.start(self.call.info.call_sid, self.run(first))

    def redirect(self, first: First, *, fallback: Fallback | None = None) -> None:
        """L-01, L-02. Without a fallback of its own the call keeps the one that it has."""
        self._documents.redirect(first, fallback=fallback)

    def _end_faulty(self, fault: Exception) -> None:
        """A fault of ours: the operator gets the traceback, the app's author 12400, the caller 500 or BYE."""
        info = self.call.info
        logger.error("a call failed and was ended", call_sid=info.call_sid, exc_info=fault)
        message = f"an internal fault ended the call ({type(fault).__name__}); it is none of the app's"
        self._runs.reporter(info).report(Report(code=INTERNAL_FAILURE, level="error", message=message))
        if not self.call.leg.is_answered:
            self.call.leg.refuse(500)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRuns:
    """Makes the runs of a server's calls."""

    links: AppLinks
    journal: Journal
    running: RunningCalls
    limits: RunLimits
    owns_caller_id: Callable[[AccountSid, str], bool]
    find_application: Callable[[str], ApplicationRecord | None]
    clock: Clock
    payments: Mapping[str, PaymentConnector] = field(default_factory=lambda: CONNECTORS)

    def of(self, call: Call, account: AccountRecord, *, fallback: Fallback | None) -> CallRun:
        """For a call of that account; start it with `CallRun.start`, or await `CallRun.run`."""
        return CallRun(call=call, documents=self._documents(self.interpreters(account), call, fallback), runs=self)

    def reporter(self, info: CallInfo) -> NotificationReporter:
        return NotificationReporter(info=info, clock=self.clock, put=self.journal.put_notification)

    def interpreters(self, account: AccountRecord) -> Interpreters:
        """For the documents of an account's calls."""
        link = self.links.of(account)
        return Interpreters(
            client=link.client,
            delivery=link.delivery,
            reporter_of=self.reporter,
            clock=self.clock,
            limits=self.limits.documents,
            owns_number=partial(self.owns_caller_id, account.sid),
            payments=self.payments,
            find_application=self.find_application,
            run_application=self._run_application,
        )

    def _documents(self, interpreters: Interpreters, call: MovableCall, fallback: Fallback | None) -> CallDocuments:
        cookies, count = CookieJar(), DocumentCount()
        return CallDocuments(
            call=call,
            interpreter=lambda backup: interpreters.of(call, fallback=backup, cookies=cookies, count=count),
            fallback=fallback,
            clock=self.clock,
        )

    async def _run_application(
        self, interpreters: Interpreters, call: CallControl, first: DocumentRequest, fallback: Fallback | None
    ) -> None:
        """A dialled application can be moved like any other call; the `<Dial>` goes on meanwhile."""
        assert isinstance(call, Call), "applications are dialled by real calls"
        documents = self._documents(interpreters, call, fallback)
        self.running.enter_documents(call.info.call_sid, documents)
        try:
            await documents.run(first)
        finally:
            self.running.leave_documents(call.info.call_sid)
