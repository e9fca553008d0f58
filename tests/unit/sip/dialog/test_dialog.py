"""Dialog state: tags, numbers, route sets on both sides, strict routers, and requests out of order."""

import pytest

from ringback.sip.dialog.dialog import Dialog
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.parser import parse_message
from tests.unit.sip.conftest import Bench, on_the_wire, only_request, only_response, request_text, response_text

ROUTES = "Record-Route: <sip:near.example;lr>, <sip:middle.example;lr>\nRecord-Route: <sip:far.example;lr>"


def parsed(text: str) -> Message:
    return parse_message(on_the_wire(text))


def server_dialog(**more: str) -> Dialog:
    request = parsed(request_text(**more))  # type: ignore[arg-type]
    assert isinstance(request, Request)
    return Dialog.as_server(request, "ours")


def client_dialog(headers: str = "", status: int = 200) -> Dialog:
    invite = parsed(request_text(uri="sip:callee@192.0.2.9"))
    assert isinstance(invite, Request)
    response = parsed(response_text(invite, status, headers=headers))
    assert isinstance(response, Response)
    return Dialog.as_client(invite, response)


def hosts(request: Request) -> list[str]:
    return [route.sip_uri.host for route in request.routes]


def test_the_server_takes_record_routes_in_order() -> None:
    """RFC 3261 section 12.1.1."""
    request = server_dialog(headers=ROUTES).request("BYE")
    assert hosts(request) == ["near.example", "middle.example", "far.example"]
    assert str(request.uri) == "sip:peer@192.0.2.9"


def test_the_client_takes_record_routes_in_reverse() -> None:
    """RFC 3261 section 12.1.2."""
    request = client_dialog(ROUTES).request("BYE")
    assert hosts(request) == ["far.example", "middle.example", "near.example"]
    assert str(request.uri) == "sip:callee@192.0.2.9"


def test_tags_and_call_id_are_those_of_the_dialog() -> None:
    request = server_dialog().request("BYE")
    assert (request.from_.tag, request.to.tag, request.call_id) == ("ours", "peer", "call-1")
    assert (request.from_.uri, str(request.to.uri)) == (server_dialog().local.uri, "sip:peer@192.0.2.9")


def test_numbers_count_up_and_an_ack_has_that_of_its_invite() -> None:
    dialog = client_dialog()
    assert [dialog.request("INFO").cseq.number for _ in range(3)] == [2, 3, 4]
    invite = dialog.request("INVITE")
    invite.headers.add("Proxy-Authorization", "Digest x")
    dialog.request("INFO")
    ack = dialog.ack(invite)
    assert (ack.cseq.number, ack.cseq.method) == (5, "ACK")
    assert ack.headers.get("Proxy-Authorization") == "Digest x"
    assert dialog.request("BYE").cseq.number == 7


def test_a_strict_router_goes_into_the_request_uri() -> None:
    """RFC 3261 section 12.2.1.1: the example of its last paragraph."""
    dialog = server_dialog(headers="Record-Route: <sip:strict.example>, <sip:loose.example;lr>")
    request = dialog.request("BYE")
    assert str(request.uri) == "sip:strict.example"
    assert hosts(request) == ["loose.example", "192.0.2.9"]
    assert dialog.next_hop().host == "strict.example"


def test_a_loose_router_is_the_next_hop() -> None:
    assert server_dialog(headers=ROUTES).next_hop().host == "near.example"
    assert server_dialog().next_hop().host == "192.0.2.9"


@pytest.mark.parametrize(("numbers", "accepted"), [([2, 5], [True, True]), ([3, 2], [True, False]), ([1], [False])])
def test_numbers_of_the_peer_only_rise(numbers: list[int], accepted: list[bool]) -> None:
    dialog = server_dialog()
    requests = [parsed(request_text("INFO", number=number)) for number in numbers]
    assert [dialog.accepts(request) for request in requests if isinstance(request, Request)] == accepted


def test_a_2xx_sets_the_route_set_anew() -> None:
    """RFC 3261 section 13.2.2.4: what the provisional said does not count any more."""
    dialog = client_dialog(ROUTES, status=180)
    assert not dialog.is_confirmed
    invite = parsed(request_text())
    assert isinstance(invite, Request)
    response = parsed(response_text(invite, 200, headers="Record-Route: <sip:other.example;lr>"))
    assert isinstance(response, Response)
    dialog.confirm(response)
    assert dialog.is_confirmed
    assert hosts(dialog.request("BYE")) == ["other.example"]


def test_an_answer_without_contact_is_reached_at_the_request_uri() -> None:
    assert str(client_dialog("Contact: <tel:+1555>").remote_target) == "sip:callee@192.0.2.9"


def test_an_answer_with_unusable_record_routes_goes_direct() -> None:
    assert client_dialog("Record-Route: <tel:+1555>").route_set == ()


@pytest.mark.parametrize("what", [{"contact": "<tel:+1555>"}, {"headers": "Record-Route: <tel:+1555>"}])
def test_a_caller_that_nothing_can_be_sent_to_is_refused(bench: Bench, what: dict[str, str]) -> None:
    with pytest.raises(MalformedHeader):
        server_dialog(**what)
    answers = bench.receive(request_text(**what))  # type: ignore[arg-type]
    assert only_response(answers[-1:]).status == 400
    assert bench.endpoint.open_sessions == 0


def test_headers_in_a_contact_do_not_reach_the_request_uri() -> None:
    dialog = server_dialog(contact="<sip:peer@192.0.2.9;method=BYE?Subject=evil>")
    assert str(dialog.request("BYE").uri) == "sip:peer@192.0.2.9"


# --- the same through an endpoint


def test_a_request_out_of_order_gets_500(bench: Bench) -> None:
    _, tag = bench.answered_call()
    late = request_text("INFO", branch="z9hG4bKlate", to_tag=tag, number=1)
    assert only_response(bench.receive(late)).status == 500
    gap = request_text("INFO", branch="z9hG4bKgap", to_tag=tag, number=9)
    assert only_response(bench.receive(gap)).status == 200


@pytest.mark.parametrize("wrong", [{"to_tag": "other"}, {"from_tag": "other"}, {"call_id": "other"}])
@pytest.mark.parametrize("method", ["BYE", "INFO", "INVITE", "UPDATE", "REFER", "NOTIFY"])
def test_a_request_in_no_dialog_gets_481(bench: Bench, method: str, wrong: dict[str, str]) -> None:
    session, tag = bench.answered_call()
    text = request_text(method, **{"branch": "z9hG4bKx", "to_tag": tag, "number": 2} | wrong)  # type: ignore[arg-type]
    assert only_response(bench.receive(text)).status == 481
    assert session.state == "confirmed"


def test_requests_in_a_call_go_along_the_route_set(bench: Bench) -> None:
    bench.receive(request_text(headers=ROUTES, body="v=0\n"))
    session = bench.take_call()
    session.answer(b"", bench.now)
    bench.sent()
    bench.receive(request_text("ACK", branch="z9hG4bKack", to_tag=session.local_tag))
    session.hang_up(bench.now)
    [outgoing] = bench.endpoint.outgoing()
    bye = only_request([parse_message(outgoing.data)])
    assert getattr(outgoing.to, "host", None) == "near.example"
    assert hosts(bye) == ["near.example", "middle.example", "far.example"]
