"""Where the API's tests order calls: the real rules, and no telephone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.call.control import StatusEvents
from ringback.call.live_call import EndStatus
from ringback.interpreter.call_documents import First
from ringback.interpreter.source import Fallback
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, NotificationRecord
from ringback.model.sid import AccountSid, CallSid, new_call_sid
from ringback.services.call_order import CallOrder, CallRefused
from ringback.services.check_order import check_order, target_of
from ringback.services.update_call import NotInProgress
from ringback.store.notification import NotificationRepository

MINE = AccountSid("AC" + "1" * 32)
NUMBER = "+15005550006"
SIP = "sip:ann@pbx.example"
AT = datetime(2026, 3, 2, 10, 4, 55, tzinfo=UTC)


class OrderBook:
    """Writes down what is ordered and changed. `live` are the SIDs of calls that are in progress."""

    def __init__(self, put: Callable[[CallRecord], object]) -> None:
        self.orders: list[CallOrder] = []
        self.changes: list[tuple[str, Any]] = []
        self.live: set[str] = set()
        self.refusal: CallRefused | None = None
        self._put = put

    def place(self, order: CallOrder) -> CallRecord:
        check_order(order)
        target, _ = target_of(order)
        if self.refusal is not None:
            raise self.refusal
        self.orders.append(order)
        record = CallRecord(
            sid=new_call_sid(),
            account_sid=order.account_sid,
            from_=order.from_,
            to=f"client:{target.address}" if target.kind == "client" else target.address,
            direction=Direction.OUTBOUND_API,
            status=CallStatus.QUEUED,
            created_at=datetime.now(UTC),
        )
        self._put(record)
        return record

    def redirect(
        self,
        account_sid: str,
        call_sid: str,
        first: First,
        *,
        fallback: Fallback | None = None,
        status_events: StatusEvents | None = None,
    ) -> None:
        self._require(call_sid, "redirect")
        self.changes.append(("redirect", (first, fallback, status_events)))

    def end(self, account_sid: str, call_sid: str, status: EndStatus) -> None:
        self._require(call_sid, "end")
        self.changes.append(("end", status))

    async def ended(self, call_sid: str, seconds: float) -> bool:
        return True

    def limit(self, account_sid: str, call_sid: str, seconds: float) -> None:
        self._require(call_sid, "limit")
        self.changes.append(("limit", seconds))

    def _require(self, call_sid: str, what: Any) -> None:
        if call_sid not in self.live:
            raise NotInProgress(what)


def ended_call(number: int, **fields: Any) -> CallRecord:
    """A call of ours, from the number-th minute after `AT`."""
    values: dict[str, Any] = {
        "sid": CallSid(f"CA{number:032x}"),
        "account_sid": MINE,
        "from_": NUMBER,
        "to": SIP,
        "direction": Direction.OUTBOUND_API,
        "status": CallStatus.COMPLETED,
        "created_at": AT + timedelta(minutes=number),
        "started_at": AT + timedelta(minutes=number),
        "ended_at": AT + timedelta(minutes=number, seconds=40),
    }
    return CallRecord(**{**values, **fields})


async def notes(stage: Any) -> list[NotificationRecord]:
    async with stage.services.reading.read() as connection:
        return list(await NotificationRepository(connection).all())
