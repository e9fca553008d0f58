"""Runs the TwiML of one call from the first document to the end of the call."""

import contextlib
from collections.abc import Callable, Mapping

from ringback.call.control import CallControl, CallEnded, MediaUnavailable, Spoken
from ringback.clock import Clock
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.limits import DocumentCount, Limits
from ringback.interpreter.loop import DocumentLoop, End, Parts
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.interpreter.report import Report, Reporter
from ringback.interpreter.run import Applications, Callbacks
from ringback.interpreter.screening import LegScreening
from ringback.interpreter.source import DocumentRequest, DocumentSource
from ringback.interpreter.waiting import CallWaiting

# F-04, as heard in a transcript.
APPLICATION_ERROR = Spoken(text="We are sorry, an application error has occurred. Goodbye.")


class Interpreter:
    """What a call is run by. `owns_number` answers for `callerId` (DI-14): None lets every phone number be shown.

    `applications` are those that may be dialled, `payments` the connectors of `<Pay>` by name. `count` is that of the
    call, which may have run other documents before it was moved to these.
    """

    def __init__(
        self,
        *,
        call: CallControl,
        documents: DocumentSource,
        reporter: Reporter,
        callbacks: Callbacks,
        clock: Clock,
        limits: Limits | None = None,
        owns_number: Callable[[str], bool] | None = None,
        applications: Applications | None = None,
        payments: Mapping[str, PaymentConnector] = CONNECTORS,
        count: DocumentCount | None = None,
    ) -> None:
        self._call = call
        self._documents = documents
        self._reporter = reporter
        self._loop = DocumentLoop(
            call,
            Parts(
                documents=documents,
                reporter=reporter,
                callbacks=callbacks,
                clock=clock,
                limits=limits or Limits(),
                screening=LegScreening(documents=documents),
                waiting=CallWaiting(documents=documents),
                owns_number=owns_number,
                applications=applications,
                payments=payments,
                count=count or DocumentCount(),
            ),
        )

    async def run(self, first: DocumentRequest | LoadedDocument) -> None:
        """Return when the call is over or was moved. May be cancelled at any moment; the call is left as it is then."""
        end = await self._loop.run(first)
        try:
            match end:
                case End.RAN_OUT:
                    await self._end_of_document()
                case End.FAILED:
                    await self._announce_failure()
                case End.STOPPED:
                    pass
        except CallEnded:
            pass

    async def ask_what_is_owed(self) -> None:
        """After a move: the action of the verb that was interrupted is told how it ended. The answer is ignored, and
        one that fails is reported and has no fallback."""
        if self._loop.owed is not None:
            with contextlib.suppress(DocumentUnavailable, CallEnded):
                await self._documents.for_call(self._call).fetch(self._loop.owed)

    async def _end_of_document(self) -> None:
        """D-06. A call that was only kept waiting is not answered at last just to be ended (PAU-05); every other is."""
        if not self._call.is_answered and self._loop.waited_in_ringing:
            await self._call.end_unanswered()
        else:
            await self._call.hang_up()

    async def _announce_failure(self) -> None:
        """F-04 and F-09: answered first if it still rings, told, and hung up."""
        await self._call.answer()
        try:
            await self._call.play(APPLICATION_ERROR)
        except MediaUnavailable as problem:
            self._reporter.report(Report(code=problem.code, level="error", message=problem.message))
        await self._call.hang_up()
