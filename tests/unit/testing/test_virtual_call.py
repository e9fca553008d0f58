"""`VirtualCall` is a whole `CallControl`: the same promises as a call on the wire."""

import asyncio

import pytest

from ringback.call.control import CallControl, CallEnded, MediaUnavailable, Played, Spoken
from ringback.model.call_status import CallStatus
from ringback.testing.call_run import incoming_call
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Heard, Journal
from ringback.testing.virtual_call import VirtualCall, World


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def call(clock: VirtualClock, journal: Journal) -> VirtualCall:
    info = incoming_call("sip:alice@example.com", "sip:demo@example.com", {})
    return VirtualCall(info=info, world=World(clock=clock, journal=journal, media={"http://a/b.wav": 4.0}))


def test_it_has_the_shape_of_the_door(call: VirtualCall) -> None:
    door: CallControl = call
    assert (door.status, door.is_answered, door.has_ended) == (CallStatus.RINGING, False, False)


async def test_answering_twice_is_answering_once(call: VirtualCall, journal: Journal) -> None:
    await call.answer()
    await call.answer()
    assert call.status is CallStatus.IN_PROGRESS
    assert len(journal.events) == 1


async def test_a_call_that_is_over_raises_at_everything(call: VirtualCall) -> None:
    call.end()
    for doing in (call.answer(), call.play(Spoken(text="x")), call.pause(1), call.send_digits("1")):
        with pytest.raises(CallEnded):
            await doing
    with pytest.raises(CallEnded):
        async with call.digits():
            pass


async def test_a_prompt_is_stopped_by_the_end_of_the_call(
    call: VirtualCall, clock: VirtualClock, journal: Journal
) -> None:
    await call.answer()
    clock.call_at(1, call.end)
    with pytest.raises(CallEnded):
        await clock.run(call.play(Played(url="http://a/b.wav")))
    heard = [event for event in journal.events if isinstance(event, Heard)]
    assert [(event.seconds, event.is_complete) for event in heard] == [(1.0, False)]


async def test_a_prompt_is_stopped_by_cancelling_it(call: VirtualCall, clock: VirtualClock) -> None:
    await call.answer()
    playing = asyncio.ensure_future(call.play(Played(url="http://a/b.wav")))
    await clock.advance(1.5)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert call.sounds[0].is_over
    assert not call.has_ended
    assert clock.next_deadline() is None


async def test_media_that_does_not_exist_is_unavailable_before_it_plays(call: VirtualCall) -> None:
    with pytest.raises(MediaUnavailable):
        await call.prefetch([Spoken(text="x"), Played(url="http://a/missing")])


async def test_every_open_stream_gets_each_key_from_its_opening_on(call: VirtualCall) -> None:
    await call.answer()
    call.press("0")
    async with call.digits() as first:
        call.press("1")
        async with call.digits() as second:
            call.press("2")
            assert [await first.next(), await first.next(), await second.next()] == ["1", "2", "2"]


async def test_rejecting_an_answered_call_completes_it(call: VirtualCall) -> None:
    await call.answer()
    await call.reject("busy")
    assert (call.status, call.sip_status) == (CallStatus.COMPLETED, 200)


async def test_a_final_status_never_changes(call: VirtualCall) -> None:
    await call.reject("busy")
    await call.end_unanswered()
    call.end()
    assert (call.status, call.sip_status) == (CallStatus.BUSY, 486)


async def test_the_length_counts_from_the_answer(call: VirtualCall, clock: VirtualClock) -> None:
    await clock.advance(10)
    await call.answer()
    await clock.advance(7)
    assert call.answered_seconds == pytest.approx(7)
    await call.hang_up()
    await clock.advance(5)
    assert call.answered_seconds == pytest.approx(7)
