"""sipp as caller and as callee, over UDP and TCP: a peer that was not written by us agrees with every ladder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from ringback.sip.digest import Challenge, Credentials, DigestGate, Passed, ha1
from ringback.sip.endpoint import EndpointSettings
from ringback.sip.events import (
    AckTimedOut,
    CallAnswered,
    CallCancelled,
    CallConfirmed,
    CallHungUp,
    CallProgressed,
    CallRefused,
    Event,
    Flow,
    IncomingCall,
    SessionRefreshed,
)
from ringback.sip.message.message import Request
from ringback.sip.message.validate import Refusal
from ringback.sip.timers import TimerSettings
from tests.integration.sip.conftest import SDP, OpenParty, Party, run_sipp
from tests.peers.ports import free_port

over_each_transport = pytest.mark.parametrize("transport", ["udp", "tcp"])


def address(party: Party, transport: str) -> str:
    at = party.bound[transport]
    return f"{at.host}:{at.port}"


def ring_and_answer(party: Party, event: Event) -> None:
    if isinstance(event, IncomingCall):
        session = party.session(event)
        party.do(session.ring)
        party.do(lambda now: session.answer(SDP, now))
    elif isinstance(event, SessionRefreshed):
        held = party.server.endpoint.session(event.session_id)
        assert held is not None
        party.do(lambda now: held.answer_reinvite(SDP, now))


# --- sipp calls us


@over_each_transport
async def test_sipp_calls_holds_and_hangs_up(open_party: OpenParty, transport: str) -> None:
    us = await open_party(transport)
    us.on_event = ring_and_answer
    await run_sipp("caller_answered", address(us, transport), transport=transport)
    assert us.kinds() == ["IncomingCall", "CallConfirmed", "SessionRefreshed", "CallHungUp"]
    call = us.events[0]
    assert isinstance(call, IncomingCall)
    assert call.request.headers.get("X-Caller") == "sipp"


@over_each_transport
async def test_sipp_gives_up_while_it_rings(open_party: OpenParty, transport: str) -> None:
    us = await open_party(transport)
    us.on_event = lambda party, event: party.do(party.session(event).ring) if isinstance(event, IncomingCall) else None
    await run_sipp("caller_cancels", address(us, transport), transport=transport)
    await us.told(CallCancelled)
    assert us.kinds() == ["IncomingCall", "CallCancelled"]


@over_each_transport
@pytest.mark.parametrize("algorithms", [("MD5",), ("MD5", "SHA-256")])
async def test_sipp_proves_its_password(open_party: OpenParty, transport: str, algorithms: tuple[str, ...]) -> None:
    gate = DigestGate("ringback.example", b"key", algorithms=algorithms)
    verdicts: list[object] = []

    def screen(request: Request, flow: Flow, now: float) -> Refusal | Challenge | None:
        value = request.headers.get("Proxy-Authorization")
        if value is None:
            return Challenge(values=tuple(gate.challenge(now)))
        verdicts.append(gate.check(value, request.method, stored, now))
        return None if isinstance(verdicts[-1], Passed) else Challenge(values=tuple(gate.challenge(now)))

    def stored(username: str, algorithm: str) -> str:
        return ha1(username, "ringback.example", "a-long-Passw0rd", algorithm)

    us = await open_party(transport, screen=screen)
    us.on_event = lambda party, event: (
        party.do(lambda now: party.session(event).refuse(486, now)) if isinstance(event, IncomingCall) else None
    )
    login = ("-au", "alice", "-ap", "a-long-Passw0rd")
    await run_sipp("caller_challenged", address(us, transport), transport=transport, arguments=login)
    assert verdicts == [Passed(username="alice")]


@over_each_transport
async def test_sipp_is_hung_up_along_its_record_route(open_party: OpenParty, transport: str) -> None:
    us = await open_party(transport)

    def act(party: Party, event: Event) -> None:
        ring_and_answer(party, event)
        if isinstance(event, CallConfirmed):
            session = party.server.endpoint.session(event.session_id)
            assert session is not None
            party.do(session.hang_up)

    us.on_event = act
    await run_sipp("caller_hung_up", address(us, transport), transport=transport)
    assert us.kinds() == ["IncomingCall", "CallConfirmed"]


async def test_sipp_that_never_acknowledges_is_hung_up(open_party: OpenParty) -> None:
    """IN-01, with a T1 of 20 ms: 64 times that is 1.28 s."""
    settings = EndpointSettings(timers=TimerSettings(t1=0.02))
    us = await open_party("udp", settings=settings)
    us.on_event = ring_and_answer
    await run_sipp("caller_never_acknowledges", address(us, "udp"))
    assert us.kinds() == ["IncomingCall", "AckTimedOut"]
    await us.told(AckTimedOut)


# --- we call sipp


@contextlib.asynccontextmanager
async def called_sipp(party: Party, scenario: str, transport: str) -> AsyncIterator[str]:
    """sipp, waiting for a call: its URI. At the end its scenario must have come to its own end."""
    port = free_port()
    arguments = ("-p", str(port))
    waiting = asyncio.create_task(
        run_sipp(scenario, address(party, transport), transport=transport, arguments=arguments)
    )
    try:
        await asyncio.sleep(0.5)
        yield f"sip:sipp@127.0.0.1:{port};transport={transport}"
        await waiting
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


@over_each_transport
async def test_we_call_sipp_with_a_password_and_it_hangs_up(open_party: OpenParty, transport: str) -> None:
    us = await open_party(transport)
    async with called_sipp(us, "callee_answers", transport) as uri:
        session = us.call(uri, Credentials(username="caller", password="secret"))
        await us.told(CallAnswered)
        us.do(lambda now: session.send_info("application/dtmf-relay", b"Signal=1\r\nDuration=100\r\n", now))
        await us.told(CallHungUp)
    assert us.kinds() == ["CallProgressed", "CallAnswered", "CallHungUp"]


@over_each_transport
async def test_we_cancel_a_call_to_sipp(open_party: OpenParty, transport: str) -> None:
    us = await open_party(transport)
    async with called_sipp(us, "callee_is_cancelled", transport) as uri:
        session = us.call(uri)
        await us.told(CallProgressed)
        us.do(session.hang_up)
        refused = await us.told(CallRefused)
    assert isinstance(refused, CallRefused)
    assert refused.status == 487
