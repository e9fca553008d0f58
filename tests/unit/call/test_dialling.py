"""`<Dial>` on real legs: who rings, who is joined, who is cancelled, and what the app is told of it."""

import dataclasses

import pytest

from ringback.call.control import DialRecording, DialRequest, DialTarget
from ringback.model.call_status import CallStatus
from tests.unit.call.conftest import Bench, Phone, steps, target
from tests.unit.call.dialling import ended, one


async def test_an_answered_leg_is_bridged_until_the_callee_hangs_up(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    assert bench.audio(call).playing is bench.tones.ringing
    await bench.wait(2)
    assert bench.audio(call).playing is None
    assert bench.audio(call).partner is bench.media.opened[1]
    await bench.wait(8)
    bob.leg.hang_up()
    result = await ended(task, bench)
    assert (result.status, result.bridged, result.caller_hung_up) == ("completed", True, False)
    assert result.duration_seconds == 9
    assert result.sip_response_code == 200
    assert result.sip_call_id == bob.invites[0].request.call_id
    assert not theirs.has_ended
    assert bench.audio(call).partner is None
    assert bench.journal.ends == [("completed", 200)]
    assert bench.media.leg_count == 1


async def test_the_child_call_has_its_own_sid_and_its_life_is_told(bench: Bench, bob: Phone) -> None:
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob, caller_id="+15550001111"))
    await bench.wait(3)
    bob.leg.hang_up()
    result = await ended(task, bench)
    (opened,) = bench.journal.opened
    assert opened.info.call_sid == result.call_sid
    assert opened.info.parent_call_sid == call.info.call_sid
    assert (opened.info.from_, opened.info.to, opened.info.direction) == ("+15550001111", bob.uri, "outbound-dial")
    told = [status for info, status in bench.journal.progressed if info.call_sid == opened.info.call_sid]
    assert told == [CallStatus.RINGING, CallStatus.IN_PROGRESS]


@pytest.mark.parametrize(
    ("sip_status", "expected"),
    [(486, "busy"), (600, "busy"), (480, "no-answer"), (603, "no-answer"), (408, "no-answer"), (404, "failed")],
)
async def test_sip_section_6_what_a_refusal_means(bench: Bench, bob: Phone, sip_status: int, expected: str) -> None:
    bob.status = sip_status
    theirs, call = await bench.answered()
    result = await ended(await bench.dialling(call, one(bob)), bench)
    assert (result.status, result.sip_response_code, result.bridged) == (expected, sip_status, False)
    assert result.duration_seconds == 0
    assert bench.journal.ends == [(expected, sip_status)]
    assert not theirs.has_ended
    assert bench.audio(call).playing is None


async def test_di_07_the_timeout_cancels_the_leg_as_no_answer(bench: Bench, bob: Phone) -> None:
    bob.status = None
    _, call = await bench.answered()
    began = bench.clock.now()
    result = await ended(await bench.dialling(call, one(bob, timeout_seconds=5)), bench)
    assert (result.status, result.sip_response_code) == ("no-answer", 487)
    assert bench.clock.now() - began == pytest.approx(5, abs=0.1)
    await bench.wait(0.1)
    assert bench.wire.to("bob") == ["INVITE", "CANCEL", "ACK"]
    assert bench.journal.ends == [("no-answer", 487)]


async def test_di_06_the_caller_hangs_up_while_it_rings(bench: Bench, bob: Phone) -> None:
    bob.status = None
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(2)
    theirs.hang_up()
    result = await ended(task, bench)
    assert (result.status, result.caller_hung_up) == ("canceled", True)
    await bench.wait(0.1)
    assert bench.wire.to("bob") == ["INVITE", "CANCEL", "ACK"]
    assert ("canceled", 487) in bench.journal.ends
    assert bench.media.leg_count == 0


async def test_the_caller_hangs_up_while_they_talk(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(3)
    theirs.hang_up()
    result = await ended(task, bench)
    assert (result.status, result.bridged, result.caller_hung_up) == ("completed", True, True)
    await bench.wait(0.1)
    assert bench.wire.to("bob")[-1] == "BYE"
    assert bench.media.leg_count == 0


async def test_di_08_the_time_limit_ends_the_bridge_and_not_the_call(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.answered()
    result = await ended(await bench.dialling(call, one(bob, time_limit_seconds=30)), bench)
    assert (result.status, result.duration_seconds, result.caller_hung_up) == ("completed", 30, False)
    assert not theirs.has_ended


async def test_di_09_star_of_the_caller_ends_the_bridge_and_that_of_the_callee_does_not(
    bench: Bench, bob: Phone
) -> None:
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob, hangup_on_star=True))
    await bench.wait(3)
    bench.media.opened[1].press("*")
    bench.audio(call).press("12")
    await bench.wait(1)
    assert not task.done()
    bench.audio(call).press("*")
    result = await ended(task, bench)
    assert (result.status, result.bridged) == ("completed", True)
    assert not theirs.has_ended
    await bench.wait(0.1)
    assert bob.leg.has_ended


async def test_answer_on_bridge_answers_the_caller_when_the_callee_does(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.ringing()
    task = await bench.dialling(call, one(bob, answer_on_bridge=True))
    await bench.wait(0.5)
    assert "200 INVITE" not in bench.wire.to("alice")
    assert bench.media.leg_count == 1
    await bench.wait(1)
    assert theirs.is_answered
    assert bench.audio(call).partner is not None
    bob.leg.hang_up()
    assert (await ended(task, bench)).bridged


async def test_answer_on_bridge_that_nobody_answers_leaves_the_caller_ringing(bench: Bench, bob: Phone) -> None:
    bob.status = 486
    theirs, call = await bench.ringing()
    result = await ended(await bench.dialling(call, one(bob, answer_on_bridge=True)), bench)
    assert result.status == "busy"
    assert not theirs.is_answered
    assert not call.has_ended


async def test_a_caller_who_cancels_before_the_bridge_cancels_the_callee(bench: Bench, bob: Phone) -> None:
    bob.status = None
    theirs, call = await bench.ringing()
    task = await bench.dialling(call, one(bob, answer_on_bridge=True))
    await bench.wait(1)
    theirs.hang_up()
    result = await ended(task, bench)
    assert (result.status, result.caller_hung_up) == ("canceled", True)
    await bench.wait(0.1)
    assert bench.wire.to("bob") == ["INVITE", "CANCEL", "ACK"]
    assert bench.journal.ends == [("canceled", 487), ("canceled", 487)]


async def test_di_11_all_ring_at_once_and_the_losers_are_cancelled(bench: Bench, bob: Phone, carol: Phone) -> None:
    bob.ring_seconds = 5
    _, call = await bench.answered()
    task = await bench.dialling(call, DialRequest(targets=[target(bob), target(carol)]))
    await bench.wait(2)
    assert bench.wire.to("bob") == ["INVITE", "CANCEL", "ACK"]
    carol.leg.hang_up()
    result = await ended(task, bench)
    assert result.sip_call_id == carol.invites[0].request.call_id
    assert sorted(bench.journal.ends) == [("canceled", 487), ("completed", 200)]


async def test_two_that_answer_at_the_same_moment_are_one_bridge_and_one_bye(
    bench: Bench, bob: Phone, carol: Phone
) -> None:
    _, call = await bench.answered()
    task = await bench.dialling(call, DialRequest(targets=[target(bob), target(carol)]))
    await bench.wait(2)
    assert [phone.leg.has_ended for phone in (bob, carol)].count(True) == 1
    for phone in (bob, carol):
        phone.leg.hang_up()
    assert (await ended(task, bench)).status == "completed"
    assert bench.media.leg_count == 1


async def test_di_12_one_after_the_other(bench: Bench, bob: Phone, carol: Phone) -> None:
    bob.status = 486
    _, call = await bench.answered()
    task = await bench.dialling(call, DialRequest(targets=[target(bob), target(carol)], sequential=True))
    await bench.wait(0.5)
    assert carol.taken == []
    await bench.wait(3)
    carol.leg.hang_up()
    assert (await ended(task, bench)).status == "completed"
    assert bench.journal.ends == [("busy", 486), ("completed", 200)]


async def test_a_target_nobody_knows_the_way_to_fails_and_is_reported(bench: Bench) -> None:
    _, call = await bench.answered()
    result = await bench.run(call.dial(DialRequest(targets=[DialTarget(kind="client", address="joey")])))
    assert (result.status, result.error_code, result.sip_response_code) == ("failed", 32009, 404)
    assert [code for code, _ in bench.journal.reports] == [32009]
    assert bench.audio(call).heard == []
    (opened,) = bench.journal.opened
    assert opened.info.call_sid == result.call_sid
    assert bench.journal.ends == [("failed", 404)]


async def test_no_port_for_the_callee_fails_the_leg_and_leaves_the_call(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.answered()
    bench.media.ports = 1
    result = await bench.run(call.dial(one(bob)))
    assert (result.status, result.sip_response_code) == ("failed", 503)
    assert bob.taken == []
    assert not theirs.has_ended


async def test_a_stack_that_is_full_fails_the_leg_and_gives_the_port_back(bench: Bench, bob: Phone) -> None:
    _, call = await bench.answered()
    bench.sip.endpoint.settings = dataclasses.replace(bench.sip.endpoint.settings, max_sessions=1)
    result = await bench.run(call.dial(one(bob)))
    assert (result.status, result.error_code, result.sip_response_code) == ("failed", 10004, 503)
    assert bench.media.leg_count == 1


async def test_an_address_that_nobody_listens_on_is_failed(bench: Bench) -> None:
    _, call = await bench.answered()
    nobody = DialTarget(kind="sip", address="sip:nobody@192.0.2.99")
    assert (await bench.run(call.dial(DialRequest(targets=[nobody])))).status == "failed"


async def test_ou_20_headers_of_the_bye_are_told_before_those_of_the_answer(bench: Bench, bob: Phone) -> None:
    bob.answer_headers = (("X-Agent", "7"), ("Subject", "secret"))
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(2)
    bob.hang_up(headers=(("X-Outcome", "sold"),))
    assert (await ended(task, bench)).sip_headers == {"X-Outcome": "sold"}
    task = await bench.dialling(call, one(bob))
    await bench.wait(2)
    bob.leg.hang_up()
    assert (await ended(task, bench)).sip_headers == {"X-Agent": "7"}


async def test_ou_20_headers_of_a_refusal_are_told(bench: Bench, bob: Phone) -> None:
    bob.status, bob.answer_headers = 486, (("X-Why", "lunch"),)
    _, call = await bench.answered()
    assert (await bench.run(call.dial(one(bob)))).sip_headers == {"X-Why": "lunch"}


async def test_di_02_early_media_of_a_single_leg_takes_the_place_of_the_tone(bench: Bench, bob: Phone) -> None:
    bob.early_media, bob.ring_seconds = True, 5
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(1)
    assert bench.audio(call).playing is None
    assert bench.audio(call).partner is bench.media.opened[1]
    await bench.wait(6)
    bob.leg.hang_up()
    assert (await ended(task, bench)).bridged


async def test_a_ring_tone_that_was_asked_for_is_heard_instead_of_early_media(bench: Bench, bob: Phone) -> None:
    bob.early_media, bob.status = True, None
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob, ring_tone="at", timeout_seconds=5))
    await bench.wait(1)
    assert bench.audio(call).playing is bench.tones.ringing
    assert (await ended(task, bench)).status == "no-answer"


async def test_a_cancelled_dial_leaves_no_leg_behind(bench: Bench, bob: Phone) -> None:
    bob.status = None
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(1)
    task.cancel()
    await bench.wait(0.1)
    assert task.cancelled()
    assert bench.wire.to("bob") == ["INVITE", "CANCEL", "ACK"]
    assert bench.audio(call).playing is None


# --- recording


@pytest.mark.parametrize(
    ("dual", "track", "what", "channels"),
    [
        (False, "both", "both", 1),
        (True, "both", "dual", 2),
        (True, "inbound", "received", 1),
        (False, "outbound", "sent", 1),
    ],
)
async def test_di_21_what_is_recorded(
    bench: Bench, bob: Phone, dual: bool, track: str, what: str, channels: int
) -> None:
    recording = DialRecording(from_ringing=False, dual=dual, track=track)  # type: ignore[arg-type]
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob, record=recording))
    await bench.wait(0.5)
    assert bench.audio(call).recordings == []
    await bench.wait(4.6)
    bob.leg.hang_up()
    result = await ended(task, bench)
    assert bench.audio(call).recordings[0].what == what
    assert result.recording is not None
    assert (result.recording.channels, result.recording.seconds) == (channels, 4)


async def test_di_20_a_recording_from_ringing_begins_at_once_and_is_kept_when_nobody_answers(
    bench: Bench, bob: Phone
) -> None:
    bob.status = 486
    bob.ring_seconds = 3
    _, call = await bench.answered()
    task = await bench.dialling(call, one(bob, record=DialRecording(from_ringing=True, dual=False)))
    result = await ended(task, bench)
    assert result.recording is not None
    assert (result.status, result.recording.seconds, result.recording.status) == ("busy", 3, "completed")


async def test_a_recording_ends_with_the_caller(bench: Bench, bob: Phone) -> None:
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob, record=DialRecording(from_ringing=False, dual=True)))
    await bench.wait(4)
    theirs.hang_up()
    result = await ended(task, bench)
    assert result.recording is not None
    assert (result.recording.ended_by, result.recording.seconds) == ("hangup", 3)


async def test_early_media_reaches_a_caller_that_is_not_answered_by_a_183(bench: Bench, bob: Phone) -> None:
    """DI-10, IN-13 with `answerOnBridge`: the same session description is in the 200 later."""
    bob.early_media, bob.ring_seconds = True, 4
    theirs, call = await bench.ringing()
    task = await bench.dialling(call, one(bob, answer_on_bridge=True))
    await bench.wait(1)
    assert steps(theirs) == ["180", "183"]
    assert theirs.has_media
    assert not call.is_answered
    assert bench.audio(call).partner is not None
    await bench.wait(4)
    assert call.is_answered
    assert bench.audio(call).partner is not None
    bob.leg.hang_up()
    assert (await ended(task, bench)).bridged


async def test_a_leg_that_never_reacts_is_reported(bench: Bench) -> None:
    """Section 5.3: no answer at transport level is 32011 and a failed leg."""
    _, call = await bench.answered()
    request = DialRequest(targets=[DialTarget(kind="sip", address="sip:x@192.0.2.77")], timeout_seconds=60)
    result = await ended(await bench.dialling(call, request), bench)
    assert (result.status, result.sip_response_code) == ("failed", 503)
    assert 32011 in [code for code, _ in bench.journal.reports]


async def test_s_04_a_host_that_does_not_resolve_is_reported_as_such(bench: Bench) -> None:
    """OU-05; we differ: NAPTR and SRV are asked too, and a private address is dialled."""
    _, call = await bench.answered()
    request = DialRequest(targets=[DialTarget(kind="sip", address="sip:x@nowhere.example")], timeout_seconds=60)
    result = await ended(await bench.dialling(call, request), bench)
    assert (result.status, result.sip_response_code) == ("failed", 503)
    assert bench.journal.reports == [(13254, "sip:x@nowhere.example: no such host")]


async def test_a_leg_that_is_silent_for_32_seconds_has_failed(bench: Bench, bob: Phone) -> None:
    """Timer B: the 408 is made here, and is no answer of anybody."""
    _, call = await bench.answered()
    bench.wire.drops = lambda sent: sent.receiver == "bob"
    result = await ended(await bench.dialling(call, one(bob, timeout_seconds=60)), bench)
    assert (result.status, result.sip_response_code) == ("failed", 408)


async def test_a_dialled_leg_has_one_hop_less_than_its_caller(bench: Bench, bob: Phone) -> None:
    """RFC 7332: what dials itself through a trunk comes to an end."""
    theirs, call = await bench.answered()
    task = await bench.dialling(call, one(bob))
    await bench.wait(2)
    assert theirs.session.request.max_forwards == 70
    assert (bob.invites[0].request.max_forwards, bob.leg.hops_left) == (69, 69)
    bob.leg.hang_up()
    await ended(task, bench)
