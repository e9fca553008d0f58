"""The applications of an account, ready to be dialled (twiml.md 8.6): each is run like a call of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ringback.call.control import CallControl, CallInfo
from ringback.clock import Clock
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.dial_application import first_parameters
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.limits import Limits
from ringback.interpreter.report import Reporter
from ringback.interpreter.run import DialledApplication, Run
from ringback.interpreter.source import AppDocumentSource, DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord
from ringback.twiml.nodes import Application
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountApplications:
    """Implements `run.Applications`. `reporter_of` makes the reporter of a child call."""

    find_record: Callable[[str], ApplicationRecord | None]
    client: AppClient
    delivery: Delivery
    reporter_of: Callable[[CallInfo], Reporter]
    clock: Clock
    limits: Limits
    owns_number: Callable[[str], bool] | None = None

    def find(self, noun: Application, run: Run) -> DialledApplication | None:
        """None: there is none of that SID in the account of the call, or it has nobody to ask."""
        record = self.find_record(noun.application_sid)
        if record is None or record.account_sid != run.call.info.account_sid or not record.voice_url:
            return None
        first = DocumentRequest(
            url=record.voice_url, method=_method(record.voice_method), parameters=first_parameters(noun, run)
        )

        async def run_on(call: CallControl) -> None:
            await self._interpreter(record, call).run(first)

        return DialledApplication(
            run=run_on,
            status_callback_url=record.status_callback_url,
            status_callback_method=_method(record.status_callback_method),
        )

    def _interpreter(self, record: ApplicationRecord, call: CallControl) -> Interpreter:
        """It has its own cookies and its own fallback, and dials no further application."""
        cookies, reporter = CookieJar(), self.reporter_of(call.info)
        fallback = Fallback.of(record.voice_fallback_url, _method(record.voice_fallback_method))
        return Interpreter(
            call=call,
            documents=AppDocumentSource(
                client=self.client, call=call, reporter=reporter, fallback=fallback, cookies=cookies
            ),
            reporter=reporter,
            callbacks=DeliveredCallbacks(delivery=self.delivery, call_sid=call.info.call_sid, cookies=cookies),
            clock=self.clock,
            limits=self.limits,
            owns_number=self.owns_number,
        )


def _method(text: str) -> Literal["GET", "POST"]:
    return "GET" if text.upper() == "GET" else "POST"
