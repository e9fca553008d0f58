"""The registrar: RFC 3261 section 10.3, RG-04 to RG-14, RC-06."""

from dataclasses import replace

import pytest

from ringback.sip.events import Flow
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.registrar import (
    MAX_BINDINGS,
    MAX_CONTACTS,
    MAX_EXPIRES_SECONDS,
    MIN_EXPIRES_SECONDS,
    TOO_MANY_BINDINGS,
    RegisterAnswer,
    Registrar,
    RegistrarLimits,
    choose_bindings,
)

FLOW = Flow(
    transport="udp", remote_address="203.0.113.5", remote_port=61000, local_address="192.0.2.1", local_port=5060
)
ALICE = "sip:alice@example.com"


def make_register(
    *contacts: str, expires: str | None = None, number: int = 1, call_id: str = "c", to: str = f"<{ALICE}>"
) -> Request:
    headers = Headers([("To", to), ("From", f"{to};tag=1"), ("Call-ID", call_id), ("CSeq", f"{number} REGISTER")])
    for contact in contacts:
        headers.add("Contact", contact)
    if expires is not None:
        headers.add("Expires", expires)
    return Request(method="REGISTER", uri=SipUri(host="example.com"), headers=headers)


def contacts_of(answer: RegisterAnswer) -> list[str]:
    assert answer.status == 200
    return [value for name, value in answer.headers if name == "Contact"]


@pytest.fixture
def registrar() -> Registrar:
    return Registrar()


def uris(registrar: Registrar, now: float) -> list[str]:
    return [str(binding.contact.uri) for binding in registrar.bindings(ALICE, now)]


def test_a_contact_is_bound_with_the_flow_it_came_over(registrar: Registrar) -> None:
    answer = registrar.register(make_register("<sip:a@10.0.0.1:5060>;x=1"), FLOW, 0.0)
    assert contacts_of(answer) == ["<sip:a@10.0.0.1:5060>;x=1;expires=3600"]
    (binding,) = registrar.bindings(ALICE, 0.0)
    assert binding.flow == FLOW  # RG-14


@pytest.mark.parametrize(
    ("parameter", "header", "granted"),
    [
        ("", None, MAX_EXPIRES_SECONDS),  # RG-06
        ("", "600", 600),
        ("", "7200", MAX_EXPIRES_SECONDS),  # RG-05
        (";expires=900", "600", 900),
        (";expires=9999999999999999999", None, MAX_EXPIRES_SECONDS),
        (";expires=soon", "600", MAX_EXPIRES_SECONDS),
    ],
)
def test_the_interval_is_granted_within_bounds(
    registrar: Registrar, parameter: str, header: str | None, granted: int
) -> None:
    answer = registrar.register(make_register(f"<sip:a@h>{parameter}", expires=header), FLOW, 0.0)
    assert contacts_of(answer) == [f"<sip:a@h>;expires={granted}"]


@pytest.mark.parametrize(("parameter", "header"), [("", "599"), (";expires=1", "3600")])
def test_an_interval_that_is_too_brief_is_refused(registrar: Registrar, parameter: str, header: str) -> None:
    answer = registrar.register(make_register(f"<sip:a@h>{parameter}", expires=header), FLOW, 0.0)
    assert (answer.status, answer.headers) == (423, (("Min-Expires", str(MIN_EXPIRES_SECONDS)),))  # RG-04
    assert len(registrar) == 0


def test_a_binding_ends_with_its_time(registrar: Registrar) -> None:
    registrar.register(make_register("<sip:a@h>", expires="600"), FLOW, 100.0)
    assert uris(registrar, 699.9) == ["sip:a@h"]
    assert uris(registrar, 700.0) == []
    assert registrar.forget_expired(699.0) == 0
    assert registrar.forget_expired(700.0) == 1
    assert len(registrar) == 0


def test_a_refresh_replaces_and_tells_the_time_left(registrar: Registrar) -> None:
    """RG-07: a phone may come back at any time."""
    registrar.register(make_register("<sip:a@h>;v=1"), FLOW, 0.0)
    registrar.register(make_register("<sip:b@h>", call_id="d"), FLOW, 0.0)
    answer = registrar.register(make_register("<sip:a@H>;v=2", number=2), FLOW, 1000.0)
    assert contacts_of(answer) == ["<sip:b@h>;expires=2600", "<sip:a@H>;v=2;expires=3600"]


def test_a_register_without_contact_asks(registrar: Registrar) -> None:
    assert contacts_of(registrar.register(make_register(), FLOW, 0.0)) == []
    registrar.register(make_register("<sip:a@h>"), FLOW, 0.0)
    assert contacts_of(registrar.register(make_register(number=2), FLOW, 60.0)) == ["<sip:a@h>;expires=3540"]  # RG-09


@pytest.mark.parametrize(("parameter", "header"), [("", "0"), (";expires=0", "3600"), (";expires=0", None)])
def test_zero_seconds_remove_one_binding(registrar: Registrar, parameter: str, header: str | None) -> None:
    registrar.register(make_register("<sip:a@h>, <sip:b@h>"), FLOW, 0.0)
    registrar.register(make_register(f"<sip:a@h>{parameter}", expires=header, number=2), FLOW, 1.0)
    assert uris(registrar, 1.0) == ["sip:b@h"]  # RG-08


def test_a_star_removes_every_binding(registrar: Registrar) -> None:
    registrar.register(make_register("<sip:a@h>, <sip:b@h>"), FLOW, 0.0)
    assert contacts_of(registrar.register(make_register("*", expires="0", number=2), FLOW, 1.0)) == []  # RG-08
    assert len(registrar) == 0


@pytest.mark.parametrize("expires", [None, "1", "3600"])
def test_a_star_with_a_time_is_a_bad_request(registrar: Registrar, expires: str | None) -> None:
    registrar.register(make_register("<sip:a@h>"), FLOW, 0.0)
    assert registrar.register(make_register("*", expires=expires, number=2), FLOW, 1.0).status == 400
    assert uris(registrar, 1.0) == ["sip:a@h"]


def test_a_late_request_changes_nothing(registrar: Registrar) -> None:
    registrar.register(make_register("<sip:a@h>", number=5), FLOW, 0.0)
    for request in (make_register("<sip:a@h>;expires=0", number=5), make_register("*", expires="0", number=4)):
        assert registrar.register(request, FLOW, 1.0).status == 500
    assert uris(registrar, 1.0) == ["sip:a@h"]
    assert registrar.register(make_register("<sip:a@h>;expires=0", number=1, call_id="new"), FLOW, 1.0).status == 200


def test_ten_bindings_are_the_most_and_a_refresh_is_not_new(registrar: Registrar) -> None:
    for index in range(MAX_BINDINGS):
        assert registrar.register(make_register(f"<sip:a@h{index}>", number=index), FLOW, 0.0).status == 200
    refused = registrar.register(make_register("<sip:a@more>", number=50), FLOW, 1.0)
    assert (refused.status, refused.error_code) == (403, TOO_MANY_BINDINGS)  # RG-10
    assert len(registrar.bindings(ALICE, 1.0)) == MAX_BINDINGS
    assert registrar.register(make_register("<sip:a@h0>", number=51), FLOW, 1.0).status == 200
    assert registrar.register(make_register("<sip:a@more>", number=52), FLOW, 3600.0).status == 200


def test_the_number_of_contacts_in_one_request_is_limited(registrar: Registrar) -> None:
    contacts = [f"<sip:a@h{index}>;expires=0" for index in range(MAX_CONTACTS)]
    assert registrar.register(make_register(*contacts), FLOW, 0.0).status == 200
    assert registrar.register(make_register(*contacts, "<sip:a@h>", number=2), FLOW, 0.0).status == 400


def test_a_contact_that_is_there_twice_is_bound_once(registrar: Registrar) -> None:
    answer = registrar.register(make_register("<sip:a@h>;v=1", "<sip:a@h>;v=2"), FLOW, 0.0)
    assert contacts_of(answer) == ["<sip:a@h>;v=2;expires=3600"]


def test_a_request_is_obeyed_whole_or_not_at_all(registrar: Registrar) -> None:
    request = make_register("<sip:a@h>", "<sip:b@h>;expires=5")
    assert registrar.register(request, FLOW, 0.0).status == 423
    assert uris(registrar, 0.0) == []


def test_the_number_of_addresses_is_limited() -> None:
    registrar = Registrar(limits=RegistrarLimits(max_addresses=1))
    registrar.register(make_register("<sip:a@h>"), FLOW, 0.0)
    answer = registrar.register(make_register("<sip:b@h>", to="<sip:bob@example.com>"), FLOW, 0.0)
    assert (answer.status, answer.headers) == (503, (("Retry-After", "600"),))  # RG-11
    assert registrar.register(make_register("<sip:c@h>", number=2), FLOW, 0.0).status == 200


def test_one_device_is_known_by_its_instance(registrar: Registrar) -> None:
    device = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"'
    registrar.register(make_register(f"<sip:a@10.0.0.1>{device};reg-id=1"), FLOW, 0.0)
    registrar.register(make_register(f"<sip:a@10.0.0.2>{device};reg-id=1", call_id="d"), FLOW, 1.0)
    assert uris(registrar, 1.0) == ["sip:a@10.0.0.2"]
    registrar.register(make_register(f"<sip:a@10.0.0.2>{device};reg-id=2", call_id="e"), FLOW, 1.0)
    assert len(registrar.bindings(ALICE, 1.0)) == 2


def test_two_devices_are_two_bindings_the_newest_first(registrar: Registrar) -> None:
    registrar.register(make_register('<sip:a@10.0.0.1>;+sip.instance="<urn:a>"'), FLOW, 0.0)
    registrar.register(make_register('<sip:a@10.0.0.1>;+sip.instance="<urn:b>"', call_id="d"), FLOW, 1.0)
    assert [binding.instance for binding in registrar.bindings(ALICE, 1.0)] == ["<urn:b>", "<urn:a>"]  # RG-12


def test_the_address_of_record_is_that_of_to(registrar: Registrar) -> None:
    registrar.register(make_register("<sip:a@h>", to="<sip:%61lice@EXAMPLE.com:5070;x=y>"), FLOW, 0.0)
    assert uris(registrar, 0.0) == ["sip:a@h"]


@pytest.mark.parametrize(
    "request_",
    [
        make_register("<tel:1>"),
        make_register("<name:x>"),
        make_register("<sip:a@h>", to="<isbn:1>"),
        make_register("<sip:a"),
        make_register("<sip:a@h>", expires="soon"),
    ],
)
def test_what_is_no_sip_contact_is_a_bad_request(registrar: Registrar, request_: Request) -> None:
    assert registrar.register(request_, FLOW, 0.0).status == 400
    assert len(registrar) == 0


def test_a_connection_that_is_gone_takes_its_bindings_along(registrar: Registrar) -> None:
    connection = replace(FLOW, transport="tcp", connection_id=7)
    registrar.register(make_register("<sip:a@h>"), FLOW, 0.0)
    registrar.register(make_register("<sip:b@h>", call_id="d"), connection, 0.0)
    assert registrar.forget_flow(connection) == 1
    assert uris(registrar, 0.0) == ["sip:a@h"]


def test_a_secure_call_goes_only_to_what_registered_over_tls(registrar: Registrar) -> None:
    registrar.register(make_register("<sip:a@h>"), FLOW, 0.0)
    registrar.register(make_register("<sip:b@h>", call_id="d"), replace(FLOW, transport="tls"), 0.0)
    bindings = registrar.bindings(ALICE, 0.0)
    assert len(choose_bindings(bindings, secure=False)) == 2
    assert [str(binding.contact.uri) for binding in choose_bindings(bindings, secure=True)] == ["sip:b@h"]  # RC-06
