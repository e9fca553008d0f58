"""REFER both ways, the NOTIFYs after it, and INFO (RFC 3515, RFC 6086)."""

import pytest

from ringback.sip.dialog.refer import sipfrag_status
from ringback.sip.errors import WrongState
from ringback.sip.events import InfoReceived, NotifyReceived, ReferAnswered, ReferReceived
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from tests.unit.sip.conftest import Bench, Link, Party, only_response, request_text


def notifies(party: Party) -> list[tuple[int | None, str]]:
    return [
        (event.sipfrag_status, event.subscription_state) for event in party.events if isinstance(event, NotifyReceived)
    ]


def test_an_accepted_refer_is_followed_by_notifies_to_the_end(link: Link) -> None:
    mine, yours = link.established()
    mine.refer("<sip:carol@example.com>", link.now)
    link.run(1)
    event = link.bob.events[0]
    assert isinstance(event, ReferReceived)
    assert event.refer_to == "<sip:carol@example.com>"
    yours.accept_refer(event, link.now)
    link.run(1)
    yours.notify_refer(180, link.now, final=False)
    yours.notify_refer(200, link.now, final=True)
    link.run(1)
    assert [each.status for each in link.alice.events if isinstance(each, ReferAnswered)] == [202]
    assert notifies(link.alice) == [
        (100, "active;expires=180"),
        (180, "active;expires=180"),
        (200, "terminated;reason=noresource"),
    ]
    assert link.sent_by(link.alice, of="NOTIFY") == ["200 NOTIFY"] * 3
    with pytest.raises(WrongState):
        yours.notify_refer(200, link.now, final=True)


def test_a_notify_names_its_refer(link: Link) -> None:
    """RFC 3515 section 2.4.6: the CSeq number of the REFER is the id."""
    mine, yours = link.established()
    mine.refer("<sip:carol@example.com>", link.now)
    link.run(1)
    event = link.bob.events[0]
    assert isinstance(event, ReferReceived)
    yours.accept_refer(event, link.now)
    link.run(1)
    notify = link.alice.last(NotifyReceived)
    assert isinstance(notify, NotifyReceived)
    assert notify.event == f"refer;id={event.request.cseq.number}"
    assert notify.body == b"SIP/2.0 100 Trying\r\n"


def test_a_refused_refer_is_told(link: Link) -> None:
    mine, yours = link.established()
    mine.refer("<sip:carol@example.com>", link.now)
    link.run(1)
    event = link.bob.events[0]
    assert isinstance(event, ReferReceived)
    yours.refuse_refer(event, 603, link.now)
    yours.refuse_refer(event, 603, link.now)
    link.run(1)
    assert link.alice.events == [ReferAnswered(session_id=mine.id, status=603)]


@pytest.mark.parametrize("headers", ["", "Refer-To: <sip:a@b>\nRefer-To: <sip:c@d>"])
def test_a_refer_needs_one_refer_to(bench: Bench, headers: str) -> None:
    _, tag = bench.answered_call()
    refer = request_text("REFER", branch="z9hG4bKrefer", to_tag=tag, number=2, headers=headers)
    assert only_response(bench.receive(refer)).status == 400
    assert bench.endpoint.events() == []


def test_undecided_refers_are_bounded_and_end_with_the_call(link: Link) -> None:
    mine, yours = link.established()
    for _ in range(6):
        mine.refer("<sip:a@b>", link.now)
    link.run(1)
    assert link.sent_by(link.bob) == ["503 REFER"] * 2
    yours.hang_up(link.now)
    link.run(1)
    assert link.sent_by(link.bob).count("481 REFER") == 4


@pytest.mark.parametrize("event", ["refer", "presence"])
def test_a_notify_that_nobody_asked_for_gets_481(bench: Bench, event: str) -> None:
    _, tag = bench.answered_call()
    headers = f"Event: {event}\nSubscription-State: active"
    notify = request_text("NOTIFY", branch="z9hG4bKnotify", to_tag=tag, number=2, headers=headers)
    assert only_response(bench.receive(notify)).status == 481
    assert bench.endpoint.events() == []


def test_info_is_answered_and_told(link: Link) -> None:
    mine, yours = link.established()
    mine.send_info("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", link.now)
    link.run(1)
    assert link.ladder() == ["alice INFO", "bob 200 INFO"]
    assert link.bob.events == [
        InfoReceived(session_id=yours.id, content_type="application/dtmf-relay", body=b"Signal=5\r\nDuration=160\r\n")
    ]


def test_a_request_that_nobody_answers_ends_the_call(link: Link) -> None:
    """RFC 3261 section 12.2.1.2: no response is as good as 481."""
    mine, _ = link.established()
    link.drops = lambda sender, what, count: sender == "bob"
    mine.send_info("text/plain", b"are you there", link.now)
    link.run(33)
    assert link.alice.told() == ["CallHungUp"]
    assert mine.state == "ended"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("message/sipfrag", b"SIP/2.0 180 Ringing\r\n", 180),
        ("message/sipfrag;version=2.0", b"SIP/2.0 603", 603),
        ("MESSAGE/SIPFRAG", b"sip/2.0 200 OK", 200),
        ("message/sipfrag", b"", None),
        ("message/sipfrag", b"SIP/2.0 abc", None),
        ("message/sipfrag", b"SIP/2.0 2000", None),
        ("message/sipfrag", b"\xff\xff \xff\xff", None),
        ("text/plain", b"SIP/2.0 200 OK", None),
        ("nonsense", b"SIP/2.0 200 OK", None),
        (None, b"SIP/2.0 200 OK", None),
    ],
)
def test_the_status_of_a_sipfrag_is_read_or_not(content_type: str | None, body: bytes, status: int | None) -> None:
    headers = Headers([("Content-Type", content_type)] if content_type else [])
    request = Request(method="NOTIFY", uri=SipUri.parse("sip:a@b"), headers=headers, body=body)
    assert sipfrag_status(request) == status
