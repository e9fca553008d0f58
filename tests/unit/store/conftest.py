"""Time that a test turns, and records to write."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid
from ringback.testing.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def make_call() -> Callable[..., CallRecord]:
    def make(number: int = 0, status: CallStatus = CallStatus.RINGING) -> CallRecord:
        return CallRecord(
            sid=CallSid(f"CA{number:032x}"),
            account_sid=AccountSid("AC" + "0" * 32),
            from_="sip:alice@demo.example",
            to="sip:hello@demo.example",
            direction=Direction.INBOUND,
            status=status,
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
        )

    return make
