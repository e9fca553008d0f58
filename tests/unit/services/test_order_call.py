"""Who may be shown as the caller, and what is told beside an order (rest-api.md 9.2)."""

from dataclasses import replace
from typing import Any

import pytest

from ringback.interpreter.source import DocumentRequest
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord, NotificationRecord
from ringback.model.sid import AccountSid, new_call_sid
from ringback.services.call_order import CallOrder, CallRefused, DetectionOrder
from ringback.services.order_call import CallOrdering
from ringback.services.read_script import Warned
from ringback.services.refusal import Refused
from ringback.testing.clock import VirtualClock

MINE = AccountSid("AC" + "1" * 32)
OWN = "+15005550006"
ORDER = CallOrder(account_sid=MINE, to="sip:ann@pbx.example", from_=OWN, first=DocumentRequest(url="http://a/"))


class Book:
    """Where orders end up, and the notifications beside them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.orders: list[CallOrder] = []
        self.notes: list[NotificationRecord] = []
        self.refusal: CallRefused | None = None
        self.ordering = CallOrdering(
            placing=self,
            find_application=lambda sid: None,
            owns_caller_id=lambda account_sid, number: (account_sid, number) == (MINE, OWN),
            put_notification=self.notes.append,
            clock=self.clock,
        )

    def place(self, order: CallOrder) -> CallRecord:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append(order)
        return CallRecord(
            sid=new_call_sid(),
            account_sid=order.account_sid,
            from_=order.from_,
            to=order.to,
            direction=Direction.OUTBOUND_API,
            status=CallStatus.QUEUED,
            created_at=self.clock.utc_now(),
        )

    def taken(self, **wanted: Any) -> CallOrder:
        self.ordering.place(replace(ORDER, **wanted))
        return self.orders[-1]

    def code(self, **wanted: Any) -> int:
        with pytest.raises(Refused) as refused:
            self.ordering.place(replace(ORDER, **wanted))
        assert self.orders == []
        return refused.value.code


@pytest.fixture
def book() -> Book:
    return Book()


def test_numbers_are_taken_as_people_write_them(book: Book) -> None:
    order = book.taken(to="(500) 555-0009", from_="+1 500.555.0006", caller_id="1-500-555-0006")
    assert (order.to, order.from_, order.caller_id) == ("+15005550009", OWN, OWN)


@pytest.mark.parametrize("shown", ["ann", "ann.desk-1_x+y", "1001", "client:ann", "sip:ann@pbx.example", "+4930123456"])
def test_sip_and_clients_are_shown_any_name(book: Book, shown: str) -> None:
    assert book.taken(from_=shown).from_ == shown
    assert book.taken(to="client:bob", caller_id=shown).caller_id == shown


@pytest.mark.parametrize("shown", ["ann and bob", "<ann>", "client:", "sip:a b@c", "x" * 256])
def test_21212_what_is_no_caller_id(book: Book, shown: str) -> None:
    assert book.code(from_=shown) == 21212
    assert book.code(caller_id=shown) == 21212


def test_21210_a_phone_is_shown_the_accounts_numbers_alone(book: Book) -> None:
    assert book.code(to="+15005550009", from_="+15005550007") == 21210
    assert book.code(to="+15005550009", caller_id="+15005550007") == 21210
    assert book.code(to="+15005550009", from_="client:ann") == 21212
    assert book.taken(to="+15005550009").from_ == OWN


def test_whom_to_call_is_looked_at_before_who_calls(book: Book) -> None:
    assert book.code(to="nobody", from_="<ann>") == 21211
    assert book.code(to="911", from_="<ann>") == 21217


@pytest.mark.parametrize(("code", "status"), [(20503, 503), (10001, 403), (10004, 429), (21211, 400)])
def test_what_placing_refuses_has_its_status(book: Book, code: int, status: int) -> None:
    book.refusal = CallRefused(code, "no")
    with pytest.raises(Refused) as refused:
        book.ordering.place(ORDER)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert book.notes == []


def test_warnings_are_notifications_of_the_call(book: Book) -> None:
    placed = book.ordering.place(
        replace(ORDER, detection=DetectionOrder(asynchronous=True)), [Warned(code=32019, message="both")]
    )
    assert [(note.error_code, note.level, note.call_sid) for note in book.notes] == [
        (32019, "warning", placed.sid),
        (21262, "warning", placed.sid),
    ]
