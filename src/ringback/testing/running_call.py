"""A virtual call that runs, changed from outside as the REST API changes one (rest-api.md 9.2 Update; L-01 to L-05)."""

from collections.abc import Callable
from dataclasses import dataclass

from ringback.call.live_call import EndStatus
from ringback.interpreter.call_documents import CallDocuments
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.outcome import Method
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.call_status import CallStatus
from ringback.services.update_call import NotInProgress
from ringback.testing.transcript import Moved
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_messages import VirtualMessages
from ringback.twiml.parser import parse_document


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCall:
    """In `VirtualApp.calls` by its SID, and given to the functions of `Caller.then`.

    `messages` are those of the app and the phone: `messages.send('{"stars": 5}')`, `messages.subscribe("/told")`.
    """

    call: VirtualCall
    documents: CallDocuments
    messages: VirtualMessages
    url_of: Callable[[str], str]

    @property
    def sid(self) -> str:
        return self.call.info.call_sid

    @property
    def status(self) -> CallStatus:
        return self.call.status

    def redirect(
        self,
        url: str | None = None,
        *,
        method: Method = "POST",
        twiml: object = None,
        fallback_url: str | None = None,
    ) -> None:
        """Stop what runs and run this: what the app answers at `url`, or TwiML as text or anything that is one as text.

        Raises `NotInProgress`: the call is over, or rings and no `<Dial>` of its own does; and `DocumentError`.
        """
        if (url is None) == (twiml is None):
            raise ValueError("a call is moved to a url or to twiml")
        if not self.call.is_in_progress:
            raise NotInProgress("redirect")
        first = (
            DocumentRequest(url=self.url_of(url), method=method)
            if url is not None
            else LoadedDocument(url=None, body=parse_document(str(twiml).encode()))
        )
        self.call.write(Moved(at=self.call.world.elapsed(), to=url or "TwiML"))
        self.documents.redirect(first, fallback=Fallback(url=self.url_of(fallback_url)) if fallback_url else None)

    def end(self, status: EndStatus = "completed") -> None:
        """`completed` ends it in any state, `canceled` only while it rings. Raises `NotInProgress` when it is over."""
        if self.call.has_finished:
            raise NotInProgress("end")
        self.call.terminate(status)
