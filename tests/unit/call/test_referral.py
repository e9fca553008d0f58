"""`<Refer>` on a real leg: REFER and its NOTIFYs as ladders in virtual time (REF-01 to REF-05)."""

import asyncio

import pytest

from ringback.call.call import Call
from ringback.call.control import CallEnded
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.call.referral import LONGEST_REFERRAL_SECONDS
from ringback.sip.message.message import Request
from tests.peers.transferee import Transferee
from tests.unit.call.conftest import Bench

TARGET = ReferRequest(uri="sip:bob@192.0.2.99?X-Account=42&User-to-User=ab")


def transferee(bench: Bench) -> Transferee:
    return Transferee.on(bench.caller.sip.as_server(), bench.clock)


async def refer(bench: Bench, call: Call) -> ReferResult:
    return await bench.run(call.refer(TARGET))


async def test_a_transfer_that_worked_says_in_progress_202_200(bench: Bench) -> None:
    _, call = await bench.answered()
    peer = transferee(bench)
    peer.progress = ((1, 180, False), (3, 200, True))
    result = await refer(bench, call)
    assert result == ReferResult(status="in-progress", sip_response_code=202, notify_response_code=200)
    assert bench.wire.to("us")[-4:] == ["202 REFER", "NOTIFY", "NOTIFY", "NOTIFY"]
    assert not call.has_ended


async def test_refer_to_has_the_uri_with_its_headers(bench: Bench) -> None:
    """REF-03."""
    _, call = await bench.answered()
    transferee(bench).refusal = 405
    await refer(bench, call)
    request = bench.wire.last("REFER", to="alice")
    assert isinstance(request, Request)
    assert request.headers.get("Refer-To") == f"<{TARGET.uri}>"


@pytest.mark.parametrize(
    ("status", "said"), [(486, "busy"), (600, "busy"), (404, "failed"), (503, "failed"), (480, "no-answer")]
)
async def test_a_target_that_does_not_take_it_is_told_by_its_code(bench: Bench, status: int, said: str) -> None:
    _, call = await bench.answered()
    transferee(bench).progress = ((1, status, True),)
    result = await refer(bench, call)
    assert (result.status, result.sip_response_code, result.notify_response_code) == (said, 202, status)


async def test_a_refused_refer_has_failed_and_has_no_notify(bench: Bench) -> None:
    _, call = await bench.answered()
    transferee(bench).refusal = 405
    assert await refer(bench, call) == ReferResult(status="failed", sip_response_code=405)
    assert not call.has_ended


async def test_a_caller_who_hangs_up_meanwhile_has_canceled(bench: Bench) -> None:
    _, call = await bench.answered()
    peer = transferee(bench)
    peer.progress, peer.hangs_up_after = ((1, 180, False),), 2
    result = await refer(bench, call)
    assert result == ReferResult(
        status="canceled", sip_response_code=202, notify_response_code=180, caller_hung_up=True
    )


async def test_a_phone_that_hangs_up_after_the_final_notify_was_transferred(bench: Bench) -> None:
    """Most phones send BYE as soon as they told of the success."""
    _, call = await bench.answered()
    peer = transferee(bench)
    peer.progress, peer.hangs_up_after = ((1, 200, True),), 1
    result = await refer(bench, call)
    assert (result.status, result.notify_response_code) == ("in-progress", 200)


async def test_a_phone_that_says_nothing_more_is_given_up_on(bench: Bench) -> None:
    _, call = await bench.answered()
    transferee(bench).progress = ((1, 180, False),)
    began = bench.clock.now()
    assert await refer(bench, call) == ReferResult(sip_response_code=202, notify_response_code=180)
    assert bench.clock.now() - began == pytest.approx(LONGEST_REFERRAL_SECONDS)


async def test_a_subscription_that_ends_without_a_result_leaves_it_open(bench: Bench) -> None:
    _, call = await bench.answered()
    transferee(bench).progress = ((1, 183, True),)
    began = bench.clock.now()
    assert await refer(bench, call) == ReferResult(sip_response_code=202, notify_response_code=183)
    assert bench.clock.now() - began < 2


async def test_a_phone_that_does_not_answer_the_refer_is_a_failure(bench: Bench) -> None:
    """Timer F: 408, and with it the dialog is gone (RFC 3261 section 12.2.1.2)."""
    _, call = await bench.answered()
    bench.wire.drops = lambda sent: sent.receiver == "alice"
    result = await refer(bench, call)
    assert (result.status, result.sip_response_code) == ("failed", 408)


async def test_a_second_refer_is_its_own(bench: Bench) -> None:
    _, call = await bench.answered()
    peer = transferee(bench)
    peer.progress = ((1, 486, True),)
    assert (await refer(bench, call)).status == "busy"
    peer.progress = ((1, 200, True),)
    assert (await refer(bench, call)).status == "in-progress"


async def test_a_call_that_is_over_refers_nobody(bench: Bench) -> None:
    theirs, call = await bench.answered()
    theirs.hang_up()
    await bench.wait(0.1)
    with pytest.raises(CallEnded):
        await refer(bench, call)


async def test_a_cancelled_refer_leaves_nothing_behind(bench: Bench) -> None:
    _, call = await bench.answered()
    transferee(bench).progress = ((5, 200, True),)
    task = asyncio.ensure_future(call.refer(TARGET))
    await bench.wait(1)
    task.cancel()
    await bench.wait(10)
    assert task.cancelled()
    assert not call.has_ended
