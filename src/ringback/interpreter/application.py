"""The applications of an account, ready to be dialled (twiml.md 8.6): each is run like a call of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from ringback.call.control import CallControl
from ringback.interpreter.dial_application import first_parameters
from ringback.interpreter.run import DialledApplication, Run
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord
from ringback.twiml.nodes import Application

RunOnChild = Callable[[CallControl, DocumentRequest, Fallback | None], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountApplications:
    """Implements `run.Applications`. `run` runs documents on a child call until that is over."""

    find_record: Callable[[str], ApplicationRecord | None]
    run: RunOnChild

    def find(self, noun: Application, run: Run) -> DialledApplication | None:
        """None: there is none of that SID in the account of the call, or it has nobody to ask."""
        record = self.find_record(noun.application_sid)
        if record is None or record.account_sid != run.call.info.account_sid or not record.voice_url:
            return None
        first = DocumentRequest(
            url=record.voice_url, method=_method(record.voice_method), parameters=first_parameters(noun, run)
        )
        fallback = Fallback.of(record.voice_fallback_url, _method(record.voice_fallback_method))

        async def run_on(call: CallControl) -> None:
            await self.run(call, first, fallback)

        return DialledApplication(
            run=run_on,
            status_callback_url=record.status_callback_url,
            status_callback_method=_method(record.status_callback_method),
        )


def _method(text: str) -> Literal["GET", "POST"]:
    return "GET" if text.upper() == "GET" else "POST"
