"""What an order is refused for, and whom a good one rings (rest-api.md 5 and 9.2; sip.md OU-01 to OU-10).

`test_place_call.py` has the codes of bad addresses and values; here are the bounds.
"""

from dataclasses import replace
from typing import Any

import pytest

from ringback.call.machine_detection import MachineDetection
from ringback.interpreter.source import DocumentRequest
from ringback.model.sid import AccountSid
from ringback.services.call_order import CallOrder, CallRefused, DetectionOrder
from ringback.services.check_order import check_order, target_of

ORDER = CallOrder(
    account_sid=AccountSid("AC" + "1" * 32),
    to="sip:bob@example.com",
    from_="+15550001111",
    first=DocumentRequest(url="http://app.example/voice"),
)


@pytest.mark.parametrize(
    "wanted",
    [
        {"timeout_seconds": 1}, {"timeout_seconds": 600},
        {"time_limit_seconds": 1}, {"time_limit_seconds": 86400},
        {"send_digits": "0123456789ABCDabcd*#wW"}, {"send_digits": "1" * 32}, {"send_digits": ""},
        {"sip_username": "a" * 255, "sip_password": "p" * 255},
    ],
)  # fmt: skip
def test_what_is_just_within_its_bounds_passes(wanted: dict[str, Any]) -> None:
    check_order(replace(ORDER, **wanted))


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("timeout_seconds", 3, 59),
        ("speech_threshold_seconds", 1, 6),
        ("speech_end_seconds", 0.5, 5),
        ("silence_timeout_seconds", 2, 10),
    ],
)
def test_9_2_the_numbers_of_detection_have_a_range(field: str, least: float, most: float) -> None:
    for good in (least, most):
        check_order(replace(ORDER, detection=_detection(field, good)))
    for bad in (least - 0.001, most + 0.001):
        with pytest.raises(CallRefused) as refusal:
            check_order(replace(ORDER, detection=_detection(field, bad)))
        assert refusal.value.code == 21234


def _detection(field: str, value: float) -> DetectionOrder:
    changed: dict[str, Any] = {field: value}
    return DetectionOrder(detection=replace(MachineDetection(), **changed))


@pytest.mark.parametrize(
    ("to", "kind", "address"),
    [
        ("+15551234567", "number", "+15551234567"),
        (" +15551234567 ", "number", "+15551234567"),
        ("client:ann.smith", "client", "ann.smith"),
        ("sip:bob@example.com", "sip", "sip:bob@example.com"),
        ("SIP:bob@example.com:5070;transport=tcp", "sip", "sip:bob@example.com:5070;transport=tcp"),
        ("sip:bob@example.com?X-A=%3B1", "sip", "sip:bob@example.com?X-A=%3B1"),
    ],
)
def test_whom_to_ring_is_read_from_the_address(to: str, kind: str, address: str) -> None:
    target, faults = target_of(replace(ORDER, to=to))
    assert (target.kind, target.address, faults) == (kind, address, ())


AP = "AP" + "0aF" * 10 + "12"


@pytest.mark.parametrize("query", ["", "?", "?a=b&c=%20d", "?" + "a" * 800])
def test_9_9_into_a_conference_an_application_may_be_called_with_parameters(query: str) -> None:
    target, _ = target_of(replace(ORDER, to=f"app:{AP}{query}", is_participant=True))
    assert (target.kind, target.address) == ("application", AP + query)


@pytest.mark.parametrize("to", ["app:", "app:AP12", f"app:{AP}x", f"app:{AP}?a b", f"app:{AP}?" + "a" * 801])
def test_9_9_what_is_no_application_is_refused_and_so_is_any_without_a_conference(to: str) -> None:
    for order in (replace(ORDER, to=to, is_participant=True), replace(ORDER, to=f"app:{AP}")):
        with pytest.raises(CallRefused) as refusal:
            target_of(order)
        assert refusal.value.code == 21211


def test_ou_06_parts_that_mean_nothing_are_left_out_and_told() -> None:
    target, faults = target_of(replace(ORDER, to="sip:bob@example.com;transport=carrier-pigeon?Subject=x"))
    assert target.address == "sip:bob@example.com"
    assert [fault.code for fault in faults] == [32114, 32113]


@pytest.mark.parametrize("to", ["911", " +1 911", "112"])
def test_em_02_an_emergency_number_is_refused_as_blocked(to: str) -> None:
    with pytest.raises(CallRefused, match="no emergency service") as refusal:
        target_of(replace(ORDER, to=to))
    assert refusal.value.code == 21216


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(replace(ORDER, sip_username="ann", sip_password="secret"))
