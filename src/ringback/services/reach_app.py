"""How an account's apps are reached: one signing client and one delivery of callbacks for each account."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ringback.clock import Clock
from ringback.model.record import AccountRecord, NotificationRecord
from ringback.model.sid import new_sid
from ringback.webhooks.client import AppClient
from ringback.webhooks.delivery import CallbackProblem, Delivery
from ringback.webhooks.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLink:
    """What is needed to talk to one account's apps."""

    account: AccountRecord
    client: AppClient
    delivery: Delivery


class AppLinks:
    """Makes and keeps the links. `put` takes notifications and never waits."""

    def __init__(self, *, transport: Transport, clock: Clock, put: Callable[[NotificationRecord], object]) -> None:
        self._transport = transport
        self._clock = clock
        self._put = put
        self._links: dict[str, AppLink] = {}
        self._replaced: list[AppLink] = []

    def of(self, account: AccountRecord) -> AppLink:
        """The link of an account; a new one when its token has changed."""
        link = self._links.get(account.sid)
        if link is None or link.account.auth_token != account.auth_token:
            client = AppClient(self._transport, self._clock, account)
            delivery = Delivery(client, self._clock, lambda problem: self._report(account, problem))
            if link is not None:
                self._replaced = [old for old in self._replaced if old.delivery.waiting_count] + [link]
            link = AppLink(account=account, client=client, delivery=delivery)
            self._links[account.sid] = link
        return link

    async def close(self, grace_seconds: float) -> None:
        """Send what waits, all accounts at once, within the grace time."""
        links = (*self._links.values(), *self._replaced)
        await asyncio.gather(*(link.delivery.close(grace_seconds) for link in links))

    def _report(self, account: AccountRecord, problem: CallbackProblem) -> None:
        failure = problem.failure
        self._put(
            NotificationRecord(
                sid=new_sid("NO"),
                account_sid=account.sid,
                call_sid=problem.callback.call_sid,
                error_code=problem.code,
                level=problem.level,
                message=problem.message,
                created_at=self._clock.utc_now(),
                request_url=failure.url if failure else None,
                request_method=problem.callback.method,
                response_status=failure.status if failure else None,
                response_body=failure.body.decode("utf-8", "replace") if failure and failure.body else None,
            )
        )
