"""How an account's apps are reached: one signing client and one delivery of callbacks for each account.

With an `Outbox` callbacks are written before they are sent, and what an earlier process left unsent goes first.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from ringback.clock import Clock
from ringback.model.record import AccountRecord, CallbackRecord, CallbackState, ExchangeRecord, NotificationRecord
from ringback.model.sid import AccountSid, new_sid
from ringback.services.answer_digest import AppDigest
from ringback.services.keep_exchanges import exchange_keeper
from ringback.webhooks.callback import CallbackProblem
from ringback.webhooks.client import AppClient
from ringback.webhooks.delivery import Delivery, callback_of
from ringback.webhooks.outbox import CallbackBook, Outbox
from ringback.webhooks.transport import Transport

logger = structlog.get_logger(__name__)

UNSECURED_SECONDS = 60.0
"""How often the log says that callbacks are sent before they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLink:
    """What is needed to talk to one account's apps."""

    account: AccountRecord
    client: AppClient
    delivery: Delivery


class AppLinks:
    """Makes and keeps the links. `put` takes notifications and never waits.

    `outbox` keeps callbacks, which count from `first_sequence`; `keep_exchange` takes what was exchanged with apps.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        clock: Clock,
        put: Callable[[NotificationRecord], object],
        outbox: Outbox | None = None,
        keep_exchange: Callable[[ExchangeRecord], object] | None = None,
        first_sequence: int = 1,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._put = put
        self._outbox = outbox
        self._keep_exchange = keep_exchange
        self._sequence = itertools.count(first_sequence)
        self._links: dict[str, AppLink] = {}
        self._replaced: list[AppLink] = []
        self._unsecured_since: float | None = None

    @property
    def waiting_count(self) -> int:
        """Callbacks that are not begun yet, of all accounts."""
        return sum(link.delivery.waiting_count for link in (*self._links.values(), *self._replaced))

    @property
    def busy_count(self) -> int:
        """Calls of which a callback waits or is on its way, of all accounts."""
        return sum(link.delivery.lane_count for link in (*self._links.values(), *self._replaced))

    def of(self, account: AccountRecord) -> AppLink:
        """The link of an account; a new one when its token has changed."""
        link = self._links.get(account.sid)
        if link is None or link.account.auth_token != account.auth_token:
            if link is not None:
                self._replaced = [old for old in self._replaced if old.delivery.lane_count] + [link]
            link = self._links[account.sid] = self._new_link(account)
        return link

    def give_up(self, record: CallbackRecord, reason: str) -> None:
        """A callback that an earlier process left is not sent any more: it has failed, and the author is told."""
        problem = CallbackProblem.given_up(callback_of(record), reason)
        if self._outbox is not None:
            self._book(record.account_sid, self._outbox).finish(
                record, CallbackState.FAILED, tries=0, error_code=problem.code
            )
        self._report(record.account_sid, problem)

    def withdraw(self, record: CallbackRecord) -> None:
        """A callback that an earlier process held is not owed."""
        if self._outbox is not None:
            self._outbox.put(replace(record, finished_at=self._clock.utc_now()))

    async def close(self, grace_seconds: float) -> None:
        """Send what waits, all accounts at once, within the grace time; what is written down is left there."""
        links = (*self._links.values(), *self._replaced)
        left = sum(await asyncio.gather(*(link.delivery.close(grace_seconds) for link in links)))
        if left:
            logger.warning("callbacks are left to the next start", callbacks=left)

    def _new_link(self, account: AccountRecord) -> AppLink:
        keep = self._keep_exchange
        client = AppClient(
            self._transport,
            self._clock,
            account,
            observer=exchange_keeper(account.sid, keep) if keep is not None else None,
            new_digest=AppDigest,
        )
        delivery = Delivery(
            client,
            self._clock,
            lambda problem: self._report(account.sid, problem),
            book=self._book(account.sid, self._outbox) if self._outbox is not None else None,
            report_unsecured=self._report_unsecured,
        )
        return AppLink(account=account, client=client, delivery=delivery)

    def _book(self, account_sid: AccountSid, outbox: Outbox) -> CallbackBook:
        return CallbackBook(outbox, self._clock, account_sid, lambda: next(self._sequence))

    def _report_unsecured(self) -> None:
        """The operator hears of it at most once a minute."""
        now = self._clock.now()
        if self._unsecured_since is None or now - self._unsecured_since >= UNSECURED_SECONDS:
            self._unsecured_since = now
            logger.error("the store does not answer; callbacks are sent before they are written")

    def _report(self, account_sid: AccountSid, problem: CallbackProblem) -> None:
        failure = problem.failure
        self._put(
            NotificationRecord(
                sid=new_sid("NO"),
                account_sid=account_sid,
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
