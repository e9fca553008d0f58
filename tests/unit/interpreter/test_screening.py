"""Screening documents: they run on the dialled leg alone and decide whether it is bridged (SC-01 to SC-04)."""

from dataclasses import replace

import pytest

from ringback.model.call_status import Direction
from ringback.testing.virtual_call import VirtualCall
from ringback.twiml.nodes import Dial, LegNoun
from tests.unit.interpreter.conftest import BASE, Bench

NUMBER = '<Number url="/screen">+15550001111</Number>'
SIP = '<Sip url="/screen">sip:bob@example.com</Sip>'


async def screened(bench: Bench, noun: str, **pages: str) -> tuple[bool, VirtualCall]:
    """Whether the leg is let through, and the leg."""
    bench.documents.pages.update({f"/{name}": body for name, body in pages.items()})
    dial = bench.verb(f"<Dial>{noun}</Dial>")
    assert isinstance(dial, Dial)
    assert isinstance(dial.nouns[0], LegNoun)
    screen = bench.run().screen(dial.nouns[0])
    assert screen is not None
    info = replace(bench.call.info, direction=Direction.OUTBOUND_DIAL)
    leg = VirtualCall(info=info, world=bench.call.world, is_answered=True)
    return await bench.clock.run(screen(leg)), leg


async def test_a_document_that_runs_out_lets_the_leg_through(bench: Bench) -> None:
    accepted, leg = await screened(bench, NUMBER, screen="<Say>Call for you</Say>")
    assert accepted
    assert not leg.has_ended
    assert [sound.what for sound in leg.sounds] == ["Call for you"]
    assert bench.call.sounds == []


async def test_hangup_refuses_the_leg_and_leaves_the_caller(bench: Bench) -> None:
    accepted, leg = await screened(bench, NUMBER, screen="<Hangup/>")
    assert not accepted
    assert leg.has_ended
    assert not bench.call.has_ended


async def test_a_leg_that_hangs_up_itself_is_not_bridged(bench: Bench) -> None:
    noun = SIP
    bench.documents.pages["/screen"] = "<Pause length='9'/>"
    dial = bench.verb(f"<Dial>{noun}</Dial>")
    assert isinstance(dial, Dial)
    assert isinstance(dial.nouns[0], LegNoun)
    screen = bench.run().screen(dial.nouns[0])
    assert screen is not None
    info = replace(bench.call.info, direction=Direction.OUTBOUND_DIAL)
    leg = VirtualCall(info=info, world=bench.call.world, is_answered=True)
    bench.clock.call_at(2, leg.end)
    assert not await bench.clock.run(screen(leg))
    assert bench.clock.now() == pytest.approx(2)


async def test_a_screening_url_that_fails_refuses_the_leg(bench: Bench) -> None:
    accepted, _ = await screened(bench, NUMBER)
    assert not accepted


async def test_the_action_of_a_gather_goes_on_with_the_screening(bench: Bench) -> None:
    gather = '<Gather timeout="1" actionOnEmptyResult="true" action="/answer"/>'
    accepted, _ = await screened(bench, NUMBER, screen=gather, answer="<Hangup/>")
    assert not accepted
    assert bench.asked == ["/screen", "/answer"]


@pytest.mark.parametrize("noun", [NUMBER, SIP])
async def test_dial_may_not_be_used_in_screening(noun: str, bench: Bench) -> None:
    accepted, _ = await screened(bench, noun, screen="<Dial>+15550002222</Dial><Say>after</Say>")
    assert accepted
    assert bench.codes == [13201]
    assert bench.dialled == []


async def test_the_screening_url_is_resolved_against_the_document(bench: Bench) -> None:
    await screened(bench, '<Number url="screen">+15550001111</Number>', **{"calls/screen": ""})
    assert bench.documents.asked[0].url == f"{BASE}/calls/screen"
