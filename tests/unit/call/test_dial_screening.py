"""What is run on a dialled leg before the bridge: keys, and the document of a screening (N-01, section 8.8)."""

import dataclasses

from ringback.call.control import CallControl, DialRequest
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import Bench, Phone, target
from tests.unit.call.dialling import ended


async def test_n_01_digits_are_sent_and_the_screening_runs_before_the_bridge(bench: Bench, bob: Phone) -> None:
    seen: list[tuple[list[str], MemoryLeg | None]] = []

    async def screen(child: CallControl) -> bool:
        leg = bench.media.opened[1]
        seen.append((list(leg.sent_digits), leg.partner))
        await child.pause(1)
        return True

    _, call = await bench.answered()
    wanted = dataclasses.replace(target(bob), send_digits="ww42", screen=screen)
    task = await bench.dialling(call, DialRequest(targets=[wanted]))
    await bench.wait(5)
    assert seen == [(["ww42"], None)]
    assert bench.audio(call).partner is not None
    bob.leg.hang_up()
    assert (await ended(task, bench)).bridged


async def test_sc_03_a_screening_that_says_no_ends_the_leg_unbridged(bench: Bench, bob: Phone) -> None:
    async def refuse(child: CallControl) -> bool:
        return False

    theirs, call = await bench.answered()
    wanted = dataclasses.replace(target(bob), screen=refuse)
    result = await bench.run(call.dial(DialRequest(targets=[wanted])))
    assert (result.status, result.bridged) == ("completed", False)
    await bench.wait(0.1)
    assert bob.leg.has_ended
    assert not theirs.has_ended


async def test_a_caller_who_leaves_during_the_screening_ends_it(bench: Bench, bob: Phone) -> None:
    async def long(child: CallControl) -> bool:
        await child.pause(600)
        return True

    theirs, call = await bench.answered()
    wanted = dataclasses.replace(target(bob), screen=long)
    task = await bench.dialling(call, DialRequest(targets=[wanted]))
    await bench.wait(3)
    theirs.hang_up()
    await bench.wait(0.1)
    assert task.done()
    assert (task.result().caller_hung_up, task.result().bridged) == (True, False)
    assert bob.leg.has_ended


async def test_sc_05_the_caller_hears_ringing_and_not_the_leg_while_the_called_party_is_asked(
    bench: Bench, bob: Phone
) -> None:
    bob.early_media = True

    async def screen(leg: CallControl) -> bool:
        await leg.pause(3)
        return True

    _, call = await bench.answered()
    request = DialRequest(targets=[dataclasses.replace(target(bob), screen=screen)])
    task = await bench.dialling(call, request)
    assert bench.audio(call).partner is not None
    await bench.wait(2)
    assert bench.audio(call).partner is None
    assert bench.audio(call).playing is bench.tones.ringing
    await bench.wait(3)
    assert bench.audio(call).partner is not None
    assert bench.audio(call).playing is None
    bob.leg.hang_up()
    await ended(task, bench)


async def test_8_2_the_screening_of_a_sip_leg_is_told_of_its_200(bench: Bench, bob: Phone) -> None:
    bob.answer_headers = (("X-Desk", "7"), ("Subject", "no"))
    seen: list[dict[str, str]] = []

    async def screen(leg: CallControl) -> bool:
        seen.append(dict(leg.info.sip_parameters))
        return False

    _, call = await bench.answered()
    request = DialRequest(targets=[dataclasses.replace(target(bob), screen=screen)])
    result = await ended(await bench.dialling(call, request), bench)
    assert seen[0]["SipHeader_X-Desk"] == "7"
    assert seen[0]["SipCallId"] == bob.invites[0].request.call_id
    assert "SipHeader_Subject" not in seen[0]
    assert result.sip_headers == {"X-Desk": "7"}
