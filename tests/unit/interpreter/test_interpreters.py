"""The one maker of interpreters: what every run of an account's call is given, whoever made the call."""

from dataclasses import dataclass, field, replace

import pytest

from ringback.interpreter.interpreters import Interpreters
from ringback.interpreter.limits import Limits
from ringback.interpreter.pay.connector import Accepted, Payment, Refused
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import AccountRecord, ApplicationRecord
from ringback.model.sid import ApplicationSid
from ringback.testing.app_transport import AppRequest, AppResponse, AppTransport
from ringback.testing.transcript import Requested
from ringback.webhooks.client import AppClient
from ringback.webhooks.cookies import CookieJar
from ringback.webhooks.delivery import Delivery
from tests.unit.interpreter.conftest import BASE, Bench

FIRST = DocumentRequest(url=f"{BASE}/voice")


@dataclass(slots=True)
class Paid:
    """A connector that takes every payment."""

    payments: list[Payment] = field(default_factory=list)

    async def process(self, payment: Payment) -> Accepted | Refused:
        self.payments.append(payment)
        return Accepted(confirmation_code="C1")


class App:
    """Pages by path, asked over the real client; the interpreters of its account."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.pages: dict[str, object] = {}
        self.seen: list[AppRequest] = []
        account = AccountRecord(sid=bench.call.info.account_sid, auth_token="t" * 32)
        transport = AppTransport(answers=self._answer, journal=bench.journal, clock=bench.clock)
        client = AppClient(transport, bench.clock, account)
        self.interpreters = Interpreters(
            client=client,
            delivery=Delivery(client, bench.clock, lambda problem: None),
            reporter_of=lambda info: bench.journal,
            clock=bench.clock,
            limits=Limits(),
        )

    def _answer(self, request: AppRequest) -> object:
        self.seen.append(request)
        page = self.pages[request.path]
        return f"<Response>{page}</Response>" if isinstance(page, str) else page

    async def run(self, **more: object) -> None:
        interpreters = replace(self.interpreters, **more)  # type: ignore[arg-type]
        made = interpreters.of(self.bench.call, fallback=Fallback(url=f"{BASE}/fallback"), cookies=CookieJar())
        await self.bench.clock.run(made.run(FIRST))

    @property
    def paths(self) -> list[str]:
        return [event.path for event in self.bench.journal.events if isinstance(event, Requested)]


@pytest.fixture
def app(bench: Bench) -> App:
    return App(bench)


async def test_the_fallback_is_that_of_the_run(app: App) -> None:
    app.pages |= {"/voice": AppResponse(status=500), "/fallback": "<Say>backup</Say>"}
    await app.run()
    assert (app.paths, app.bench.heard) == (["/voice", "/fallback"], ["backup"])


async def test_h_07_the_cookies_are_those_of_the_call_over_all_its_runs(app: App) -> None:
    app.pages["/voice"] = AppResponse(
        body="<Response><Redirect>/next</Redirect></Response>", headers=(("Set-Cookie", "a=1"),)
    )
    app.pages["/next"] = "<Hangup/>"
    cookies = CookieJar()
    for _ in range(2):
        made = app.interpreters.of(app.bench.call, fallback=None, cookies=cookies)
        await app.bench.clock.run(made.run(FIRST))
    assert [request.headers.get("Cookie") for request in app.seen] == [None, "a=1", "a=1"]


async def test_payments_reach_the_verb(app: App) -> None:
    paid = Paid()
    app.pages |= {"/voice": '<Pay paymentConnector="Mine" input="dtmf" action="/paid"/>', "/paid": "<Hangup/>"}
    app.bench.clock.call_at(60, app.bench.call.end)
    await app.run(payments={"Mine": paid})
    assert "/paid" in app.paths
    assert not [problem for problem in app.bench.journal.problems if problem.code == 64004]


async def test_an_application_is_run_by_whoever_runs_applications_and_dials_no_other(app: App) -> None:
    record = ApplicationRecord(
        sid=ApplicationSid("AP" + "1" * 32),
        account_sid=app.bench.call.info.account_sid,
        friendly_name="support",
        voice_url=f"{BASE}/support",
        voice_fallback_url=f"{BASE}/backup",
    )
    inner = replace(app.interpreters, find_application=lambda sid: record)
    applications = inner._applications()
    assert applications is not None
    asked: list[tuple[bool, str, Fallback | None]] = []

    async def run(made: Interpreters, call: object, first: DocumentRequest, fallback: Fallback | None) -> None:
        asked.append((made.find_application is None, first.url, fallback))

    applications = replace(inner, run_application=run)._applications()
    assert applications is not None
    noun = app.bench.verb(f"<Dial><Application>{record.sid}</Application></Dial>").nouns[0]  # type: ignore[attr-defined]
    found = applications.find(noun, app.bench.run())
    assert found is not None
    await found.run(app.bench.call)
    assert asked == [(True, f"{BASE}/support", Fallback(url=f"{BASE}/backup"))]
    assert app.interpreters._applications() is None
