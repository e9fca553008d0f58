"""The loop over documents and, inside it, the loop over verbs. Redirects and actions never nest: each ends a document.

fetch ──> report what is wrong ──> verb, verb, verb ──Continue──> ran out
  ^                                  │
  └────────────── Goto ──────────────┘──Finished──> stopped
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ringback.call.control import CallControl, CallEnded, MediaUnavailable, PlayedBytes, Spoken
from ringback.clock import Clock
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.limits import DocumentCount, Limits
from ringback.interpreter.outcome import Continue, Enter, Finished, Goto, Outcome
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.interpreter.report import Report, Reporter, report_of_problem
from ringback.interpreter.run import Applications, Callbacks, Run, Screening, Waiting
from ringback.interpreter.source import DocumentRequest, DocumentSource
from ringback.interpreter.verbs import EXECUTORS
from ringback.twiml.nodes import Document, Verb
from ringback.twiml.restricted import RestrictedTo, restrict

# Twilio names a limit on HTTP redirects only; a document that redirects for ever is the same mistake.
TOO_MANY_DOCUMENTS = 11215


class End(Enum):
    """How the documents of a call came to an end."""

    RAN_OUT = auto()  # the last verb of a document was done
    STOPPED = auto()  # the call is over
    FAILED = auto()  # there was no document to run


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the loop works with, beside the call. `restricted_to` is for documents that may not hold every verb,
    `leave_queue` for those of a call that waits in a queue. `count` is shared by the loops of a call that is moved."""

    documents: DocumentSource
    reporter: Reporter
    callbacks: Callbacks
    clock: Clock
    limits: Limits
    screening: Screening
    waiting: Waiting
    owns_number: Callable[[str], bool] | None = None
    restricted_to: RestrictedTo | None = None
    leave_queue: Callable[[], None] | None = None
    applications: Applications | None = None
    payments: Mapping[str, PaymentConnector] = field(default_factory=lambda: CONNECTORS)
    count: DocumentCount = field(default_factory=DocumentCount)

    @classmethod
    def beside(
        cls,
        run: Run,
        documents: DocumentSource,
        *,
        restricted_to: RestrictedTo | None = None,
        leave_queue: Callable[[], None] | None = None,
    ) -> "Parts":
        """For documents that a verb of `run` has run, on its own call or another."""
        return cls(
            documents=documents,
            reporter=run.reporter,
            callbacks=run.callbacks,
            clock=run.clock,
            limits=run.limits,
            screening=run.screening,
            waiting=run.waiting,
            owns_number=run.owns_number,
            applications=run.applications,
            payments=run.payments,
            restricted_to=restricted_to,
            leave_queue=leave_queue,
        )


class DocumentLoop:
    """Runs documents on one call until one runs out, the call is over or moved, or none can be had.

    `owed` is the action of the verb that was interrupted when the call was moved; its answer will not be run.
    """

    def __init__(self, call: CallControl, parts: Parts) -> None:
        self._call = call
        self._parts = parts
        self._hasty_documents = 0
        self.waited_in_ringing = False
        self.owed: DocumentRequest | None = None

    async def run(self, first: DocumentRequest | LoadedDocument) -> End:
        step: DocumentRequest | LoadedDocument = first
        if self._has_run_enough(first.url):  # before it was moved here
            return End.FAILED
        while True:
            started = self._parts.clock.now()
            try:
                document = step if isinstance(step, LoadedDocument) else await self._fetch(step)
            except DocumentUnavailable:
                return End.STOPPED if self._call.has_ended else End.FAILED
            except CallEnded:
                return End.STOPPED
            if self._call.has_ended:
                return End.STOPPED  # F-08: the reply is ignored
            if self._is_forbidden(document):
                return End.FAILED
            outcome = await self._run_document(document)
            if not isinstance(outcome, Goto | Enter):
                return End.RAN_OUT if isinstance(outcome, Continue) else End.STOPPED
            if self._is_runaway(self._parts.clock.now() - started, document):
                return End.FAILED
            step = DocumentRequest.of(outcome) if isinstance(outcome, Goto) else outcome.document

    async def _fetch(self, request: DocumentRequest) -> LoadedDocument:
        """A call that is over by now owes the request still (A-02), one that was moved leaves it to who moved it.

        The document that is on its way when a call is moved, or ends without an answer, is waited for no longer.
        """
        if self._call.is_moved:
            self.owed = request
            raise CallEnded
        rings = not (self._call.is_answered or self._call.has_ended)
        fetching = asyncio.ensure_future(self._parts.documents.fetch(request))
        over = asyncio.ensure_future(asyncio.Event().wait() if self._call.has_ended else self._call.wait_over())
        try:
            await asyncio.wait({fetching, over}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done() and (self._call.is_moved or rings):
                raise CallEnded
            return await fetching
        finally:
            fetching.cancel()
            over.cancel()
            await asyncio.gather(fetching, over, return_exceptions=True)

    def _is_forbidden(self, document: LoadedDocument) -> bool:
        """A verb that may not stand there makes the whole document fail, where that is the rule (section 19)."""
        restriction = self._parts.restricted_to
        if restriction is None or not restriction.value.is_strict or not isinstance(document.body, Document):
            return False
        problems = restrict(document.body, restriction).problems
        is_forbidden = any(restriction.value.code_for(verb) for verb in document.body.verbs)
        if is_forbidden:
            for problem in problems:
                self._parts.reporter.report(report_of_problem(problem, document.url))
        return is_forbidden

    async def _run_document(self, document: LoadedDocument) -> Outcome:
        self._parts.count.documents += 1
        run = self._run_of(document)
        if not isinstance(document.body, Document):
            return await self._play_answer(document.body, run)
        restriction = self._parts.restricted_to
        body = restrict(document.body, restriction) if restriction is not None else document.body
        for problem in body.problems:
            self._parts.reporter.report(report_of_problem(problem, document.url))
        for verb in body.verbs:
            outcome = await self._run_verb(verb, run)
            if not isinstance(outcome, Continue):
                return outcome
        return Continue()

    async def _run_verb(self, verb: Verb, run: Run) -> Outcome:
        """One verb; a prompt that cannot be had ends it and the document goes on (PLAY-08)."""
        if self._call.has_ended:
            return Finished()
        executor = EXECUTORS.get(type(verb))
        if executor is None:
            run.not_executed(verb)
            return Continue()
        try:
            if executor.needs_answer:
                await self._call.answer()
            return await executor.execute(verb, run)
        except CallEnded:
            return Finished()
        except MediaUnavailable as problem:
            run.media_unavailable(problem, verb)
            return Continue()
        finally:
            if executor.waits_in_ringing and not self._call.is_answered:
                self.waited_in_ringing = True

    async def _play_answer(self, prompt: PlayedBytes | Spoken, run: Run) -> Outcome:
        """The answer was audio or words: heard once, and then nothing is left to do (twiml.md 1.1)."""
        try:
            await self._call.answer()
            await self._call.play(prompt)
        except CallEnded:
            return Finished()
        except MediaUnavailable as problem:
            self._parts.reporter.report(
                Report(code=problem.code, level="error", message=problem.message, url=run.document_url)
            )
        return Continue()

    def _is_runaway(self, seconds: float, document: LoadedDocument) -> bool:
        """A document goes on to another; say so when that has gone on for too long."""
        limits = self._parts.limits
        self._hasty_documents = self._hasty_documents + 1 if seconds < limits.hasty_seconds else 0
        if self._hasty_documents >= limits.max_hasty_documents:
            message = f"{self._hasty_documents} documents in a row redirected without playing, waiting or listening"
            self._report_runaway(message, document.url)
            return True
        return self._has_run_enough(document.url)

    def _has_run_enough(self, url: str | None) -> bool:
        """One count for the call, wherever it was moved to."""
        documents = self._parts.count.documents
        if documents < self._parts.limits.max_documents:
            return False
        self._report_runaway(f"the call has run {documents} documents, which is the limit", url)
        return True

    def _report_runaway(self, message: str, url: str | None) -> None:
        self._parts.reporter.report(Report(code=TOO_MANY_DOCUMENTS, level="error", message=message, url=url))

    def _run_of(self, document: LoadedDocument) -> Run:
        return Run(
            call=self._call,
            clock=self._parts.clock,
            limits=self._parts.limits,
            reporter=self._parts.reporter,
            callbacks=self._parts.callbacks,
            document_url=document.url,
            screening=self._parts.screening,
            waiting=self._parts.waiting,
            owns_number=self._parts.owns_number,
            leave_queue=self._parts.leave_queue,
            applications=self._parts.applications,
            payments=self._parts.payments,
        )
