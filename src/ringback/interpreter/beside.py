"""Documents that run beside what a call does: what it hears while it is held or waits in a conference, and what is
announced there (rest-api.md 9.8 and 9.9). They may hold only some verbs (twiml.md section 19).
"""

from dataclasses import dataclass

from ringback.call.conference_request import AnnounceDocument, WaitDocument
from ringback.call.control import CallControl, CallEnded
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.interpreters import Interpreters
from ringback.interpreter.loop import DocumentLoop, End, Parts
from ringback.interpreter.outcome import Method
from ringback.interpreter.run import Run
from ringback.interpreter.screening import LegScreening
from ringback.interpreter.source import AppDocumentSource, DocumentRequest
from ringback.interpreter.waiting import CallWaiting
from ringback.twiml.nodes import Conference
from ringback.twiml.restricted import RestrictedTo

CALL_OVER = "The call is over."
NOT_RUN = "The document could not be run to its end."


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideDocuments:
    """Of one account. What fails is in the notifications of the call; there is no fallback."""

    interpreters: Interpreters

    def wait(self, url: str | None, method: Method) -> WaitDocument | None:
        """What `<Conference waitUrl>` would let it hear: without a URL music, with an empty one silence."""
        if url == "":
            return None
        noun = Conference(name="", wait_url=url, wait_method=method)

        async def wait(call: CallControl) -> bool:
            run = self._run(call)
            document = run.waiting.in_conference(noun, run)
            return document is None or await document(call)

        return wait

    def announcement(self, url: str, method: Method) -> AnnounceDocument:
        """An audio file once, or a document once."""

        async def announce(call: CallControl) -> str | None:
            run, documents = self._run(call), self._documents(call)
            try:
                document = await documents.fetch(DocumentRequest(url=url, method=method))
            except DocumentUnavailable as problem:
                return problem.message
            except CallEnded:
                return CALL_OVER
            parts = Parts.beside(run, documents, restricted_to=RestrictedTo.CONFERENCE_WAIT)
            ends = {End.RAN_OUT: None, End.STOPPED: CALL_OVER, End.FAILED: NOT_RUN}
            return ends[await DocumentLoop(call, parts).run(document)]

        return announce

    def _run(self, call: CallControl) -> Run:
        documents = self._documents(call)
        return Run(
            call=call,
            clock=self.interpreters.clock,
            limits=self.interpreters.limits,
            reporter=self.interpreters.reporter_of(call.info),
            callbacks=DeliveredCallbacks(delivery=self.interpreters.delivery, call_sid=call.info.call_sid),
            document_url=None,
            screening=LegScreening(documents=documents),
            waiting=CallWaiting(documents=documents),
        )

    def _documents(self, call: CallControl) -> AppDocumentSource:
        reporter = self.interpreters.reporter_of(call.info)
        return AppDocumentSource(client=self.interpreters.client, call=call, reporter=reporter)
