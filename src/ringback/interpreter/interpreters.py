"""Makes the interpreters of an account's calls: the one place where they are put together, whoever made the call."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from ringback.call.control import CallControl, CallInfo
from ringback.clock import Clock
from ringback.interpreter.application import AccountApplications
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.interpreter import Interpreter
from ringback.interpreter.limits import DocumentCount, Limits
from ringback.interpreter.pay.connector import CONNECTORS, PaymentConnector
from ringback.interpreter.report import Reporter
from ringback.interpreter.source import AppDocumentSource, DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Delivery

# Runs the documents of a dialled application on its child call.
RunApplication = Callable[["Interpreters", CallControl, DocumentRequest, Fallback | None], Awaitable[None]]


async def run_plainly(
    interpreters: "Interpreters", call: CallControl, first: DocumentRequest, fallback: Fallback | None
) -> None:
    """For an application that nobody moves."""
    await interpreters.of(call, fallback=fallback, cookies=CookieJar()).run(first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreters:
    """Of one account. `reporter_of` makes the reporter of a call; `find_application` knows those that may be dialled,
    and `run_application` how one is run; None: nobody dials one, as in an application.
    """

    client: AppClient
    delivery: Delivery
    reporter_of: Callable[[CallInfo], Reporter]
    clock: Clock
    limits: Limits
    owns_number: Callable[[str], bool] | None = None
    payments: Mapping[str, PaymentConnector] = field(default_factory=lambda: CONNECTORS)
    find_application: Callable[[str], ApplicationRecord | None] | None = None
    run_application: RunApplication = run_plainly

    def of(
        self,
        call: CallControl,
        *,
        fallback: Fallback | None,
        cookies: CookieJar,
        count: DocumentCount | None = None,
    ) -> Interpreter:
        """For one run of documents. Cookies (H-07) and count are those of the call, whatever it is moved to."""
        reporter = self.reporter_of(call.info)
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
            applications=self._applications(),
            payments=self.payments,
            count=count,
        )

    def _applications(self) -> AccountApplications | None:
        """They have cookies and a fallback of their own, and dial no further ones."""
        if self.find_application is None:
            return None
        inner = replace(self, find_application=None)
        return AccountApplications(find_record=self.find_application, run=partial(self.run_application, inner))
