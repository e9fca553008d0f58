"""`<Dial referUrl>`: the document that decides what a REFER of the called party does (twiml.md 7.6)."""

from dataclasses import dataclass, field

from ringback.call.control import CallControl
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.loop import DocumentLoop, Parts
from ringback.interpreter.outcome import Enter, Finished, Outcome
from ringback.interpreter.run import Run
from ringback.interpreter.source import DocumentRequest
from ringback.twiml.nodes import Dial


@dataclass(slots=True, kw_only=True)
class ReferUrl:
    """Implements `run.Transfer` for one `<Dial>`."""

    verb: Dial
    run_of_dial: Run
    parts: Parts
    _document: LoadedDocument | None = field(default=None, init=False)
    _has_run: bool = field(default=False, init=False)

    async def load(self, target: str) -> bool:
        """RF-01: the parameters are those of the party that stays, and the target."""
        run, verb = self.run_of_dial, self.verb
        request = DocumentRequest(
            url=run.url(verb.refer_url), method=verb.refer_method, parameters=(("ReferTransferTarget", target),)
        )
        try:
            self._document = await self.parts.documents.fetch(request)
        except DocumentUnavailable:
            self._document = None
        return self._document is not None

    async def run(self, call: CallControl) -> None:
        """RF-02, RF-07: any voice verb, on the party that stays, beside the talk."""
        assert self._document is not None, "a document is run after it was loaded"
        await DocumentLoop(call, self.parts).run(self._document)
        self._has_run = True

    async def outcome(self) -> Outcome:
        """What follows the `<Dial>` once the transferor is gone: the document, if it has not run yet, or the end."""
        if self._document is not None and not self._has_run:
            return Enter(document=self._document)
        await self.run_of_dial.call.hang_up()  # RF-06: without a document the party that stays is disconnected
        return Finished()
