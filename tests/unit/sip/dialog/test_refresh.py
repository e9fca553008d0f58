"""Session timers (RFC 4028)."""

import pytest

from ringback.sip.dialog.refresh import SessionInterval
from ringback.sip.dialog.session import InviteSession
from ringback.sip.endpoint import EndpointSettings
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Message, Request, Response
from ringback.sip.message.uri import SipUri
from tests.unit.sip.conftest import (
    ANSWER,
    Bench,
    make_bench,
    make_link,
    only_request,
    only_response,
    request_text,
    response_text,
    summary,
)

TIMED = "Session-Expires: 90\nSupported: timer"


def answered(bench: Bench, headers: str) -> tuple[InviteSession, Response]:
    """An incoming call with these headers, answered and acknowledged; the session and our 200."""
    bench.receive(request_text(body="v=0\n", headers=headers))
    session = bench.take_call()
    session.answer(ANSWER, bench.now)
    response = only_response(bench.sent())
    bench.receive(request_text("ACK", branch="z9hG4bKack", to_tag=session.local_tag))
    bench.endpoint.events()
    return session, response


def names(messages: list[Message]) -> list[str]:
    return [summary(message) for message in messages]


@pytest.mark.parametrize(
    ("headers", "expires", "require"),
    [
        ("", None, None),
        (TIMED, "90;refresher=uac", "timer"),
        ("x: 1800;refresher=uac\nk: timer", "1800;refresher=uac", "timer"),
        ("Session-Expires: 1800;refresher=uas\nSupported: timer", "1800;refresher=uas", None),
        ("Session-Expires: 1800", "1800;refresher=uas", None),
        ("Session-Expires: 30", "90;refresher=uas", None),
        ("Session-Expires: soon\nSupported: timer", None, None),
    ],
)
def test_the_answer_says_who_refreshes(bench: Bench, headers: str, expires: str | None, require: str | None) -> None:
    """RFC 4028 table 2."""
    _, response = answered(bench, headers)
    assert response.headers.get("Session-Expires") == expires
    assert response.headers.get("Require") == require


def test_a_caller_that_stops_refreshing_is_hung_up(bench: Bench) -> None:
    """RFC 4028 section 10: BYE a third of the interval (at most 32 seconds) before its end."""
    session, _ = answered(bench, TIMED)
    assert bench.wait(59) == []
    assert names(bench.wait(2))[0] == "BYE"
    assert [type(event).__name__ for event in bench.endpoint.events()] == ["CallHungUp"]
    assert session.state == "ended"


def test_a_refresh_by_update_keeps_the_call(bench: Bench) -> None:
    session, _ = answered(bench, TIMED)
    for number in range(2, 6):
        bench.wait(45)
        update = request_text(
            "UPDATE", branch=f"z9hG4bK{number}", to_tag=session.local_tag, number=number, headers=TIMED
        )
        response = only_response(bench.receive(update))
        assert response.headers.get("Session-Expires") == "90;refresher=uac"
    assert session.state == "confirmed"


def test_a_refresh_by_reinvite_keeps_the_call(bench: Bench) -> None:
    session, _ = answered(bench, TIMED)
    bench.wait(45)
    bench.receive(request_text(branch="z9hG4bK2", to_tag=session.local_tag, number=2, headers=TIMED, body="v=0\n"))
    session.answer_reinvite(ANSWER, bench.now)
    assert only_response(bench.sent()).headers.get("Session-Expires") == "90;refresher=uac"
    bench.receive(request_text("ACK", branch="z9hG4bK3", to_tag=session.local_tag, number=2))
    assert bench.wait(50) == []
    assert session.state == "confirmed"


def test_a_refresh_without_an_interval_switches_the_timer_off(bench: Bench) -> None:
    session, _ = answered(bench, TIMED)
    bench.receive(request_text("UPDATE", branch="z9hG4bK2", to_tag=session.local_tag, number=2))
    bench.wait(200)
    assert session.state == "confirmed"


def test_an_interval_too_short_gets_422(bench: Bench) -> None:
    session, _ = answered(bench, TIMED)
    update = request_text(
        "UPDATE",
        branch="z9hG4bK2",
        to_tag=session.local_tag,
        number=2,
        headers="Session-Expires: 60\nSupported: timer",
    )
    response = only_response(bench.receive(update))
    assert (response.status, response.headers.get("Min-SE")) == (422, "90")


def test_an_invite_with_an_interval_too_short_gets_422_and_nobody_hears_of_it(bench: Bench) -> None:
    answers = bench.receive(request_text(headers="Session-Expires: 60\nSupported: timer", body="v=0\n"))
    assert names(answers) == ["100 INVITE", "422 INVITE"]
    assert bench.endpoint.events() == []
    assert bench.endpoint.open_sessions == 0


def placed(bench: Bench, headers: str) -> InviteSession:
    session, invite = bench.place_call()
    bench.receive(response_text(invite, 200, headers=headers))
    bench.endpoint.events()
    return session


def test_we_refresh_by_update_when_that_is_our_part(bench: Bench) -> None:
    session = placed(bench, "Session-Expires: 100;refresher=uac\nRequire: timer\nAllow: INVITE, UPDATE")
    update = only_request(bench.wait(50.1))
    assert update.method == "UPDATE"
    assert update.body == b""
    assert update.headers.get("Session-Expires") == "100;refresher=uac"
    bench.receive(response_text(update, 200, headers="Session-Expires: 100;refresher=uac"))
    assert names(bench.wait(50)) == ["UPDATE"]
    assert session.state == "confirmed"


def test_we_refresh_by_reinvite_where_update_is_unknown(bench: Bench) -> None:
    session = placed(bench, "Session-Expires: 100;refresher=uac\nAllow: INVITE, BYE")
    invite = only_request(bench.wait(50.1))
    assert (invite.method, invite.body) == ("INVITE", session.request.body)
    bench.receive(response_text(invite, 200, headers="Session-Expires: 100;refresher=uac"))
    assert bench.endpoint.events() == []  # our user did not ask for it
    assert session.state == "confirmed"


def test_a_callee_that_should_refresh_and_does_not_is_hung_up(bench: Bench) -> None:
    session = placed(bench, "Session-Expires: 300;refresher=uas")
    assert bench.wait(267) == []
    assert names(bench.wait(2))[0] == "BYE"
    assert session.state == "ended"


def test_our_refresh_that_finds_no_dialog_ends_the_call(bench: Bench) -> None:
    session = placed(bench, "Session-Expires: 100;refresher=uac\nAllow: UPDATE")
    update = only_request(bench.wait(50.1))
    bench.receive(response_text(update, 481))
    assert session.state == "ended"


def test_a_change_of_ours_keeps_the_interval(bench: Bench) -> None:
    session, _ = answered(bench, TIMED)
    session.reinvite(b"v=2\r\n", bench.now)
    assert only_request(bench.sent()).headers.get("Session-Expires") == "90;refresher=uas"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1800", SessionInterval(seconds=1800, refresher=None)),
        ("1800 ; Refresher=UAC", SessionInterval(seconds=1800, refresher="uac")),
        ("99999999", SessionInterval(seconds=86_400, refresher=None)),
        ("1800;refresher=proxy", SessionInterval(seconds=1800, refresher=None)),
        ("9999999999", None),
        ("-1", None),
        ("²", None),
        ("", None),
    ],
)
def test_an_interval_is_read_or_is_none(value: str, expected: SessionInterval | None) -> None:
    request = Request(method="INVITE", uri=SipUri.parse("sip:a@b"), headers=Headers([("Session-Expires", value)]))
    assert SessionInterval.read(request) == expected


# --- an interval that we ask for (IN-10)

ASKING = EndpointSettings(session_seconds=1800)


def test_in_10_a_caller_that_asks_for_no_timer_and_knows_what_it_is_gets_ours() -> None:
    bench = make_bench(settings=ASKING)
    session, response = answered(bench, "Supported: timer\nAllow: UPDATE")
    assert response.headers.get("Session-Expires") == "1800;refresher=uas"
    assert response.headers.get("Require") is None
    assert bench.wait(899) == []
    update = only_request(bench.wait(1.2))
    assert (update.method, update.headers.get("Session-Expires")) == ("UPDATE", "1800;refresher=uac")
    bench.receive(response_text(update, 200, headers="Session-Expires: 1800;refresher=uac"))
    assert session.state == "confirmed"
    assert only_request(bench.wait(900.2)).method == "UPDATE"


def test_in_10_a_caller_that_does_not_know_timers_gets_none() -> None:
    bench = make_bench(settings=ASKING)
    _, response = answered(bench, "")
    assert response.headers.get("Session-Expires") is None
    assert bench.wait(4000) == []


def test_in_10_a_caller_that_asks_for_another_interval_gets_that() -> None:
    _, response = answered(make_bench(settings=ASKING), TIMED)
    assert response.headers.get("Session-Expires") == "90;refresher=uac"


def test_in_10_a_call_of_ours_asks_and_refreshes_as_long_as_the_peer_is_there() -> None:
    link = make_link(settings=ASKING)
    mine, yours = link.established()
    assert mine.request.headers.get("Session-Expires") == "1800;refresher=uac"
    link.run(4000)
    assert link.ladder() == ["alice UPDATE", "bob 200 UPDATE"] * 4
    assert (mine.state, yours.state) == ("confirmed", "confirmed")
    link.drops = lambda sender, what, count: sender == "bob"
    link.run(1000)
    assert mine.state == "ended"


def test_a_call_of_ours_to_a_peer_without_timers_has_none() -> None:
    bench = make_bench(settings=ASKING)
    session, invite = bench.place_call()
    assert names(bench.receive(response_text(invite, 200, body="v=0\n"))) == ["ACK"]
    assert bench.wait(4000) == []
    assert session.state == "confirmed"


def test_a_422_is_followed_once_with_the_interval_that_it_wants() -> None:
    """RFC 4028 section 7.3."""
    bench = make_bench(settings=ASKING)
    session, invite = bench.place_call()
    sent = bench.receive(response_text(invite, 422, headers="Min-SE: 3600"))
    assert names(sent) == ["ACK", "INVITE"]
    again = only_request(sent[1:])
    assert (again.headers.get("Session-Expires"), again.headers.get("Min-SE")) == ("3600;refresher=uac", "3600")
    assert (again.cseq.number, again.call_id, again.from_) == (invite.cseq.number + 1, invite.call_id, invite.from_)
    assert (again.body, again.via.branch == invite.via.branch) == (invite.body, False)
    assert bench.endpoint.events() == []
    timed = "Session-Expires: 3600;refresher=uac\nAllow: UPDATE"
    assert names(bench.receive(response_text(again, 200, headers=timed, body="v=0\n"))) == ["ACK"]
    assert (session.state, bench.wait(1799)) == ("confirmed", [])
    assert names(bench.wait(2))[0] == "UPDATE"


def test_a_422_after_a_422_ends_the_call() -> None:
    bench = make_bench(settings=ASKING)
    session, invite = bench.place_call()
    again = only_request(bench.receive(response_text(invite, 422, headers="Min-SE: 3600"))[1:])
    assert names(bench.receive(response_text(again, 422, headers="Min-SE: 7200"))) == ["ACK"]
    assert session.state == "ended"


@pytest.mark.parametrize("headers", ["", "Min-SE: 1800", "Min-SE: 90", "Min-SE: soon"])
def test_a_422_that_wants_no_longer_interval_ends_the_call(headers: str) -> None:
    bench = make_bench(settings=ASKING)
    session, invite = bench.place_call()
    assert names(bench.receive(response_text(invite, 422, headers=headers))) == ["ACK"]
    assert session.state == "ended"


def test_a_422_of_a_call_that_is_cancelled_is_its_end() -> None:
    bench = make_bench(settings=ASKING)
    session, invite = bench.place_call()
    session.hang_up(bench.now)
    assert names(bench.receive(response_text(invite, 422, headers="Min-SE: 3600"))) == ["ACK"]
    assert session.state == "ended"


def test_in_10_an_interval_of_ours_is_not_shorter_than_the_caller_bears() -> None:
    _, response = answered(make_bench(settings=ASKING), "Supported: timer\nMin-SE: 3600")
    assert response.headers.get("Session-Expires") == "3600;refresher=uas"
