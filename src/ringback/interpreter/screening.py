"""Screening of a dialled leg: a document that runs on it, alone, after it answered and before it is bridged (8.8)."""

from dataclasses import dataclass

from ringback.call.control import CallControl
from ringback.interpreter.loop import DocumentLoop, End, Parts
from ringback.interpreter.run import Run, Screen
from ringback.interpreter.source import DocumentRequest, DocumentSource
from ringback.interpreter.transfer import ReferUrl
from ringback.twiml.nodes import Dial, LegNoun, Number
from ringback.twiml.restricted import RestrictedTo


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScreening:
    """Implements `run.Screening` with the document loop."""

    documents: DocumentSource

    def __call__(self, noun: LegNoun, run: Run) -> Screen:
        request = DocumentRequest(url=run.url(noun.url), method=noun.method)
        restricted_to = RestrictedTo.NUMBER_SCREENING if isinstance(noun, Number) else RestrictedTo.LEG_SCREENING

        async def screen(leg: CallControl) -> bool:
            """SC-03: a document that ran out lets the two be joined; hang-up or failure (F-06) does not."""
            parts = Parts.beside(run, self.documents.for_call(leg), restricted_to=restricted_to)
            end = await DocumentLoop(leg, parts).run(request)
            return end is End.RAN_OUT and not leg.has_ended

        return screen

    def transfer(self, verb: Dial, run: Run) -> ReferUrl:
        return ReferUrl(verb=verb, run_of_dial=run, parts=Parts.beside(run, self.documents))
