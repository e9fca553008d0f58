"""Place a call over REST: queue it, dial it, and run its document when it is answered (rest-api.md 9.2 Create).

What can be known without trying is refused at once and leaves nothing behind. Everything else is a call with a status:
it is queued when `place` returns, is told by its status callbacks, and ends as sip.md section 6 says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ringback.call.call import CallParts
from ringback.call.control import CallInfo, DialTarget
from ringback.call.exchange import Exchange
from ringback.call.leg import Leg
from ringback.call.outbound import OutboundCall
from ringback.call.route import Caller, NotRoutable, Router
from ringback.model.call_status import Direction
from ringback.model.record import AccountRecord, CallRecord
from ringback.model.sid import AccountSid, CallSid, new_call_sid
from ringback.services.begin_call import begin_call
from ringback.services.call_order import CallOrder, CallRefused
from ringback.services.call_run import CallRuns
from ringback.services.check_order import APPLICATION_SCHEME, CLIENT_SCHEME, check_order, target_of
from ringback.services.pace_calls import CallPace
from ringback.services.reach_app import AppLink
from ringback.twiml.sip_address import AddressFault

EXTRA_RING_SECONDS = 5.0
"""What Twilio rings longer than it was asked to (L-06)."""

CONCURRENCY_LIMIT = 10004
BAD_TO, UNREACHABLE, BLOCKED, BAD_APPLICATION = 21211, 21214, 21216, 21218
QUEUE_TOO_LONG = 22005
STOPPING = 20503
NO_ACCOUNT = 10001

REFUSED_ROUTES = {
    13223: BAD_TO, 13243: BAD_TO, 32223: BAD_TO, 32220: BAD_TO,
    13224: UNREACHABLE, 13255: UNREACHABLE, 13225: BLOCKED, 21218: BAD_APPLICATION,
}  # fmt: skip
"""Ways that there will not be, as the REST API numbers them. A phone that is not registered now may be so later."""


class Expecting(Protocol):
    """Whoever waits for calls that are placed: `call.conferences.Conferences` is one."""

    def call_rings(self, call_sid: CallSid, early: Leg | None) -> None: ...

    def call_answered(self, call_sid: CallSid) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An order that was taken."""

    order: CallOrder
    account: AccountRecord
    call: OutboundCall


class CallPlacing:
    """Makes the calls of the REST API. `parts_of` makes what a call of an account shares with the others."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        router: Router,
        runs: CallRuns,
        parts_of: Callable[[AppLink], CallParts],
        account_of: Callable[[str], AccountRecord | None],
        max_calls: int,
        pace: CallPace,
        expecting: Expecting,
    ) -> None:
        """Of more than `max_calls` calls that run, one more fails. `expecting` hears how each of them goes."""
        self._exchange = exchange
        self._router = router
        self._runs = runs
        self._parts_of = parts_of
        self._account_of = account_of
        self._max_calls = max_calls
        self._pace = pace
        self._expecting = expecting
        self._queued: dict[CallSid, OutboundCall] = {}
        self._is_closed = False

    def place(self, order: CallOrder) -> CallRecord:
        """Take the order: the call is queued, and dialled when its turn comes. Raises `CallRefused`."""
        account = self._account_of(order.account_sid)
        if self._is_closed:
            raise CallRefused(STOPPING, "the server stops and places no calls any more", status=503)
        if account is None or not account.is_active:
            raise CallRefused(NO_ACCOUNT, f"the account {order.account_sid} is not active", status=403)
        check_order(order)
        target, faults = target_of(order)
        info = _call_info(order, target)
        self._check_route(target, info, order)
        if self._pace.is_full(order.account_sid):
            raise CallRefused(QUEUE_TOO_LONG, "more than 24 hours of calls are queued")
        return self._queue(order, account, target, info, faults)

    def cancel(self, call_sid: str) -> bool:
        """End a call that is queued or rings; False where there is none, and an answered one is left alone (L-03)."""
        live = self._runs.running.find(call_sid)
        if live is None or (live.call is not None and live.call.is_answered):
            return False
        live.terminate("canceled")
        return True

    def close(self) -> None:
        """No new calls; those that still wait for their turn are cancelled."""
        self._is_closed = True
        for call in list(self._queued.values()):
            call.terminate("canceled")

    def _check_route(self, target: DialTarget, info: CallInfo, order: CallOrder) -> None:
        """The way is looked for again when the call is dialled; here only what will never be is refused."""
        try:
            self._router.route(target, call=info, caller=_caller(order))
        except NotRoutable as problem:
            if problem.code in REFUSED_ROUTES:
                raise CallRefused(REFUSED_ROUTES[problem.code], problem.message) from None

    def _queue(
        self,
        order: CallOrder,
        account: AccountRecord,
        target: DialTarget,
        info: CallInfo,
        faults: tuple[AddressFault, ...],
    ) -> CallRecord:
        call = OutboundCall(
            info=info,
            target=target,
            caller=_caller(order),
            parts=self._parts_of(self._runs.links.of(account)),
            on_withdrawn=lambda: self._withdraw(order.account_sid, info.call_sid),
        )
        self._queued[info.call_sid] = call
        call.queue(round(self._pace.expected_seconds(order.account_sid) * 1000))
        for fault in faults:
            self._runs.journal.report(info, fault.code, fault.message)
        record = self._runs.journal.record_of(info.call_sid)
        assert record is not None, "a call that was queued just now is there"
        placed = _Placed(order=order, account=account, call=call)
        if order.delay_seconds:
            clock = self._runs.clock
            clock.call_at(clock.now() + order.delay_seconds, lambda: self._wait_for_turn(placed))
        else:
            self._wait_for_turn(placed)
        return record

    def _wait_for_turn(self, placed: _Placed) -> None:
        """Unless it was withdrawn meanwhile."""
        call_sid = placed.call.info.call_sid
        if call_sid in self._queued:
            self._pace.enter(placed.order.account_sid, call_sid, lambda: self._start(placed))

    def _withdraw(self, account_sid: AccountSid, call_sid: CallSid) -> None:
        self._pace.withdraw(account_sid, call_sid)
        self._queued.pop(call_sid, None)

    def _start(self, placed: _Placed) -> None:
        self._queued.pop(placed.call.info.call_sid, None)
        running = self._runs.running
        if running.task_count >= self._max_calls:
            placed.call.give_up(CONCURRENCY_LIMIT, f"{self._max_calls} calls are running, which is the limit")
            return
        running.start(placed.call.info.call_sid, self._run(placed))

    async def _run(self, placed: _Placed) -> None:
        order = placed.order
        if order.time_limit_seconds is not None:
            placed.call.limit(order.time_limit_seconds)
        seconds = order.timeout_seconds + EXTRA_RING_SECONDS
        call = await placed.call.ring(
            self._exchange, self._router, timeout_seconds=seconds, on_ringing=self._expecting.call_rings
        )
        if call is not None:
            self._expecting.call_answered(call.info.call_sid)
            await begin_call(call, order, self._runs, placed.account)


def _call_info(order: CallOrder, target: DialTarget) -> CallInfo:
    schemes = {"client": CLIENT_SCHEME, "application": APPLICATION_SCHEME}
    to = schemes.get(target.kind, "") + target.address.partition("?")[0]
    return CallInfo(
        call_sid=new_call_sid(),
        account_sid=order.account_sid,
        from_=order.from_,
        to=to,
        direction=Direction.OUTBOUND_API,
    )


def _caller(order: CallOrder) -> Caller:
    return Caller(shown=order.caller_id or order.from_, display_name=order.caller_display_name)
