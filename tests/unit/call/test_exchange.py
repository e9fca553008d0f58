"""A fault of one leg is never another one's, and a server that takes no calls says so."""

import pytest
import structlog

from ringback.call.exchange import Exchange
from ringback.call.leg import Leg, LegSettings
from ringback.sip import events
from tests.peers.memory_media import MemoryMedia
from tests.peers.memory_sip import MemorySip
from tests.unit.call.conftest import Bench


async def test_who_cannot_take_a_call_refuses_it_with_500(bench: Bench) -> None:
    def broken(leg: Leg, event: events.IncomingCall) -> None:
        raise ZeroDivisionError

    bench.exchange.on_call = broken
    theirs = bench.caller.call()
    with structlog.testing.capture_logs() as logs:
        end = await bench.run(theirs.ended)
    assert end.status == 500
    assert [log["event"] for log in logs] == ["a new call could not be taken"]
    assert bench.exchange.leg_count == 0


async def test_a_leg_that_fails_on_an_event_is_ended_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    first, one = await bench.answered()
    second, _ = await bench.answered()
    monkeypatch.setattr(one.leg, "receive", lambda event: 1 / 0)
    one.leg.session.send_info("text/plain", b"x", bench.clock.now())
    with structlog.testing.capture_logs() as logs:
        bench.exchange.receive(events.CallConfirmed(session_id=one.leg.session.id, sdp=b""))
        await bench.wait(0.1)
    assert [log["event"] for log in logs] == ["a leg failed on an event and is ended"]
    assert first.has_ended
    assert not second.has_ended


async def test_an_exchange_without_anybody_who_takes_calls_says_503(bench: Bench) -> None:
    sip = MemorySip(bench.wire, name="closed", address="192.0.2.77")
    media = MemoryMedia(bench.clock)
    Exchange(
        sip=sip.as_server(), media=media.as_engine(), settings=LegSettings(address="192.0.2.77"), clock=bench.clock
    )
    assert (await bench.run(bench.caller.call("sip:x@192.0.2.77").ended)).status == 503


async def test_legs_are_forgotten_when_they_end(bench: Bench) -> None:
    theirs, call = await bench.answered()
    assert bench.exchange.leg_count == 1
    theirs.hang_up()
    await bench.wait(0.1)
    assert bench.exchange.leg_count == 0
    assert bench.caller.exchange.leg_count == 0
    assert call.has_ended
