"""MESSAGE in a call, both ways (RFC 3428): its order, its second try, its limits, and what it cannot hurt."""

import pytest

from ringback.sip.dialog.conversation import Body
from ringback.sip.dialog.messaging import BURST, MAX_BODY_BYTES
from ringback.sip.dialog.session import InviteSession
from ringback.sip.events import MessageAnswered, MessageReceived
from ringback.sip.message.message import Request
from tests.unit.sip.conftest import (
    ANSWER,
    Bench,
    Link,
    Party,
    make_link,
    only_request,
    only_response,
    request_text,
    response_text,
)

JSON = "application/json"


def say(session: InviteSession, message_id: str, now: float, *, content_type: str = JSON, data: bytes = b"{}") -> None:
    session.send_message(message_id, Body(content_type=content_type, data=data), now)


def heard(party: Party) -> list[tuple[int, str, bytes]]:
    return [(each.number, each.content_type, each.body) for each in party.events if isinstance(each, MessageReceived)]


def answers(party: Party) -> list[tuple[str, int]]:
    return [(each.message_id, each.status) for each in party.events if isinstance(each, MessageAnswered)]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_message_is_answered_and_told(transport: str) -> None:
    link = make_link(transport=transport)
    mine, yours = link.established()
    say(mine, "m", link.now, data=b'{"stars": 5}')
    link.run(1)
    assert link.ladder() == ["alice MESSAGE", "bob 200 MESSAGE"]
    assert heard(link.bob) == [(1, JSON, b'{"stars": 5}')]
    assert answers(link.alice) == [("m", 200)]
    say(yours, "n", link.now, content_type="text/plain", data=b"hello")
    link.run(1)
    assert heard(link.alice) == [(1, "text/plain", b"hello")]
    assert answers(link.bob) == [("n", 200)]


def test_messages_go_one_after_the_other_so_that_loss_does_not_reorder_them() -> None:
    link = make_link(seed=3, delay=(0.0, 0.2))
    mine, _ = link.established()
    link.loss = 0.3
    for number in range(12):
        say(mine, str(number), link.now, data=b"%d" % number)
    link.run(120)
    assert [body for _, _, body in heard(link.bob)] == [b"%d" % number for number in range(12)]
    assert answers(link.alice) == [(str(number), 200) for number in range(12)]
    assert [number for number, _, _ in heard(link.bob)] == list(range(1, 13))


def test_a_message_waits_for_the_ack(link: Link) -> None:
    """Before it our 200 may be lost, and the phone not know that it is in a call."""
    link.call()
    link.run(1)
    yours = link.bob.session()
    yours.ring(link.now)
    say(yours, "early", link.now)
    link.run(1)
    assert "bob MESSAGE" not in link.ladder()
    link.drops = lambda sender, what, count: what == "ACK" and count == 1
    yours.answer(ANSWER, link.now)
    link.run(0.1)
    assert "bob MESSAGE" not in link.ladder()
    link.run(1)
    assert link.ladder()[-3:] == ["alice ACK", "bob MESSAGE", "alice 200 MESSAGE"]


def test_a_message_of_the_caller_waits_for_the_answer(link: Link) -> None:
    mine = link.call()
    say(mine, "early", link.now)
    link.run(1)
    assert "alice MESSAGE" not in link.ladder()
    link.bob.session().answer(ANSWER, link.now)
    link.run(1)
    assert [line for line in link.ladder() if "ACK" in line or "MESSAGE" in line] == [
        "alice ACK",
        "alice MESSAGE",
        "bob 200 MESSAGE",
    ]


def test_what_waits_when_the_call_ends_is_not_sent(link: Link) -> None:
    mine = link.call()
    say(mine, "early", link.now)
    link.run(1)
    link.bob.session().refuse(486, link.now)
    link.run(40)
    assert "alice MESSAGE" not in link.ladder()
    say(mine, "late", link.now)
    link.run(40)
    assert "alice MESSAGE" not in link.ladder()


@pytest.mark.parametrize("status", [403, 405, 408, 481, 501, 600])
def test_a_refusal_is_told_and_the_call_and_the_next_message_go_on(bench: Bench, status: int) -> None:
    session, _ = bench.answered_call()
    say(session, "one", bench.now)
    say(session, "two", bench.now)
    first = only_request(bench.sent())
    second = only_request(bench.receive(response_text(first, status)))
    assert (first.method, second.method) == ("MESSAGE", "MESSAGE")
    assert second.cseq.number == first.cseq.number + 1
    assert bench.receive(response_text(second, 202)) == []
    assert [
        (each.message_id, each.status) for each in bench.endpoint.events() if isinstance(each, MessageAnswered)
    ] == [
        ("one", status),
        ("two", 202),
    ]
    assert session.state == "confirmed"


def test_a_phone_that_is_silent_is_given_up_on_after_32_seconds(link: Link) -> None:
    """We differ from RFC 3261 section 12.2.1.2: the call goes on. What waits behind it is not tried."""
    mine, _ = link.established()
    link.drops = lambda sender, what, count: "MESSAGE" in what
    for name in ("one", "two", "three"):
        say(mine, name, link.now)
    link.run(33)
    assert answers(link.alice) == [("one", 408), ("two", 408), ("three", 408)]
    assert link.alice.told() == ["MessageAnswered"] * 3
    link.drops = lambda sender, what, count: False
    say(mine, "four", link.now)
    link.run(1)
    assert answers(link.alice)[-1] == ("four", 200)
    assert mine.state == "confirmed"


@pytest.mark.parametrize("accept", ["", "Accept: text/plain", "Accept: text/html, TEXT/plain;q=0.5", "Accept: */*"])
def test_a_415_is_tried_once_more_as_plain_text(bench: Bench, accept: str) -> None:
    """RFC 3261 section 21.4.13. From then on that is what this phone is sent."""
    session, _ = bench.answered_call()
    say(session, "one", bench.now, data=b"[1]")
    say(session, "two", bench.now, data=b"[2]")
    first = only_request(bench.sent())
    again = only_request(bench.receive(response_text(first, 415, headers=accept)))
    assert (first.content_type, again.content_type) == (JSON, "text/plain")
    assert (again.body, again.cseq.number) == (b"[1]", first.cseq.number + 1)
    second = only_request(bench.receive(response_text(again, 200)))
    assert (second.content_type, second.body) == ("text/plain", b"[2]")
    bench.receive(response_text(second, 415, headers=accept))
    assert [each.status for each in bench.endpoint.events() if isinstance(each, MessageAnswered)] == [200, 415]


def test_a_415_that_asks_for_something_else_is_final(bench: Bench) -> None:
    session, _ = bench.answered_call()
    say(session, "one", bench.now)
    first = only_request(bench.sent())
    assert bench.receive(response_text(first, 415, headers="Accept: message/cpim")) == []
    [event] = bench.endpoint.events()
    assert isinstance(event, MessageAnswered)
    assert event.status == 415


def test_a_message_has_no_contact_and_is_whole_over_udp(bench: Bench) -> None:
    """RFC 3428 section 4. RFC 3261 section 18.1.1 would move more than 1,300 bytes to TCP; we differ."""
    session, _ = bench.answered_call()
    data = b'"' + b"x" * (MAX_BODY_BYTES - 2) + b'"'
    say(session, "big", bench.now, data=data)
    message = only_request(bench.sent())
    assert message.body == data
    assert message.contact is None
    assert message.via.transport == "UDP"


def test_a_call_that_ends_before_the_answer_tells_of_none(link: Link) -> None:
    mine, yours = link.established()
    link.drops = lambda sender, what, count: what == "200 MESSAGE"
    say(mine, "one", link.now)
    yours.hang_up(link.now)
    link.run(40)
    assert answers(link.alice) == []
    assert mine.state == "ended"


# --- the peer's


def message_text(tag: str, *, number: int = 2, content_type: str = JSON, body: str = "{}", headers: str = "") -> str:
    lines = "\n".join(line for line in (f"Content-Type: {content_type}" if content_type else "", headers) if line)
    return request_text("MESSAGE", branch=f"z9hG4bKm{number}", to_tag=tag, number=number, headers=lines, body=body)


def test_parameters_of_the_type_do_not_matter(bench: Bench) -> None:
    _, tag = bench.answered_call()
    response = only_response(bench.receive(message_text(tag, content_type="Text/Plain;charset=UTF-8", body="hello")))
    assert (response.status, response.contact, response.body) == (200, None, b"")
    [event] = bench.endpoint.events()
    assert isinstance(event, MessageReceived)
    assert (event.content_type, event.body) == ("text/plain", b"hello")
    assert "hello" not in repr(event)


@pytest.mark.parametrize("content_type", ["", "text/html", "message/cpim", "application/sdp"])
def test_other_content_is_refused_with_what_is_accepted(bench: Bench, content_type: str) -> None:
    _, tag = bench.answered_call()
    body = "x" if content_type else ""
    response = only_response(bench.receive(message_text(tag, content_type=content_type, body=body)))
    assert (response.status, response.headers.get("Accept")) == (415, "application/json, text/plain")
    assert bench.endpoint.events() == []


def test_a_compressed_message_is_refused(bench: Bench) -> None:
    _, tag = bench.answered_call()
    response = only_response(bench.receive(message_text(tag, headers="Content-Encoding: gzip")))
    assert (response.status, response.headers.get("Accept-Encoding")) == (415, "identity")


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413)])
def test_a_message_has_a_longest_body(bench: Bench, size: int, status: int) -> None:
    _, tag = bench.answered_call()
    assert only_response(bench.receive(message_text(tag, body="x" * size))).status == status
    assert len(bench.endpoint.events()) == (status == 200)


def test_a_phone_that_says_too_much_is_slowed_down(bench: Bench) -> None:
    _, tag = bench.answered_call()
    statuses = [only_response(bench.receive(message_text(tag, number=2 + n))).status for n in range(BURST + 5)]
    assert statuses == [200] * BURST + [503] * 5
    bench.now += 0.35
    later = [bench.receive(message_text(tag, number=100 + number)) for number in range(4)]
    assert [only_response(sent).status for sent in later] == [200, 200, 200, 503]
    assert only_response(later[3]).headers.get("Retry-After") == "1"
    bench.now += 3600
    burst = [only_response(bench.receive(message_text(tag, number=200 + n))).status for n in range(BURST + 1)]
    assert burst == [200] * BURST + [503]


def test_a_copy_of_a_message_is_answered_and_not_told_again(bench: Bench) -> None:
    _, tag = bench.answered_call()
    for _ in range(2):
        assert only_response(bench.receive(message_text(tag))).status == 200
    assert len(bench.endpoint.events()) == 1


def test_a_message_outside_of_a_dialog_is_no_method_of_ours(bench: Bench) -> None:
    response = only_response(bench.receive(request_text("MESSAGE")))
    assert response.status == 405
    assert "MESSAGE" not in response.headers.get_all("Allow")
    assert bench.endpoint.events() == []


@pytest.mark.parametrize("to_tag", ["nobody", "known"])
def test_a_message_in_an_unknown_dialog_gets_481(bench: Bench, to_tag: str) -> None:
    """Nor do a right Call-ID and our tag do, when the phone's own tag is another one."""
    _, tag = bench.answered_call()
    text = message_text(tag if to_tag == "known" else "nobody").replace("tag=peer", "tag=stranger")
    assert only_response(bench.receive(text)).status == 481
    assert bench.endpoint.events() == []


def test_a_message_is_taken_while_the_call_rings_and_not_after_its_end(link: Link) -> None:
    mine = link.call()
    link.run(1)
    yours = link.bob.session()
    yours.ring(link.now)
    link.run(1)
    mine._conversation.send("MESSAGE", lambda reply, now: None, link.now, body=Body(content_type=JSON, data=b"1"))
    link.run(1)
    assert heard(link.bob) == [(1, JSON, b"1")]
    yours.refuse(486, link.now)
    link.run(1)
    mine._conversation.send("MESSAGE", lambda reply, now: None, link.now, body=Body(content_type=JSON, data=b"2"))
    link.run(1)
    assert link.sent_by(link.bob)[-1] == "481 MESSAGE"
    assert len(heard(link.bob)) == 1


def test_the_peer_learns_that_we_know_message(bench: Bench) -> None:
    _, invite = bench.place_call()
    assert isinstance(invite, Request)
    assert "MESSAGE" in invite.headers.get_all("Allow")
    _, tag = bench.answered_call()
    options = request_text("OPTIONS", branch="z9hG4bKo", to_tag=tag, number=3)
    assert "MESSAGE" in only_response(bench.receive(options)).headers.get_all("Allow")
