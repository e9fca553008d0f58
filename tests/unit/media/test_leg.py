"""A leg turns awaits into orders and events into results; the engine here only writes down what it was told."""

import asyncio
from typing import Any, cast

import pytest

from ringback.media._engine import Clip, Engine, EngineError
from ringback.media.errors import MediaError
from ringback.media.leg import MAX_WAITING_DIGITS, LegTotals, MediaLeg

LEG = 7


class Script:
    """Stands for the engine: numbers what it is asked, refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.orders: list[tuple[object, ...]] = []
        self.refusal: str | None = None

    def __getattr__(self, name: str) -> Any:
        def order(*arguments: object, **named: object) -> int:
            if self.refusal is not None:
                raise EngineError(self.refusal)
            self.orders.append((name, *arguments, *named.values()))
            return len(self.orders)

        return order


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def leg(script: Script) -> MediaLeg:
    return MediaLeg(cast(Engine, script), LEG, 10_000)


@pytest.fixture
def clip() -> Clip:
    return Clip.silence(0.1)


async def turn() -> None:
    """Let everything that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_playing_returns_at_its_own_event(leg: MediaLeg, clip: Clip) -> None:
    playing = asyncio.ensure_future(leg.play(clip))
    await turn()
    leg.receive(("playback_finished", LEG, 99, "done"))
    await turn()
    assert not playing.done()
    leg.receive(("playback_finished", LEG, 1, "done"))
    await playing


async def test_cancelling_stops_only_what_still_plays(leg: MediaLeg, script: Script, clip: Clip) -> None:
    first = asyncio.ensure_future(leg.play(clip))
    await turn()
    second = asyncio.ensure_future(leg.play(clip))
    await turn()
    first.cancel()
    await turn()
    assert [order[0] for order in script.orders] == ["play", "play"]
    second.cancel()
    await turn()
    assert script.orders[-1] == ("stop_playback", LEG)


async def test_digits_go_to_every_open_stream_from_when_it_was_opened(leg: MediaLeg) -> None:
    leg.receive(("digit", LEG, "1", 100))
    async with leg.digits() as early:
        leg.receive(("digit", LEG, "2", 100))
        async with leg.digits() as late:
            leg.receive(("digit", LEG, "3", 100))
            assert await late.next() == "3"
        leg.receive(("digit", LEG, "4", 100))
        assert [await early.next() for _ in range(3)] == ["2", "3", "4"]


async def test_a_stream_that_nobody_reads_forgets_the_oldest_keys(leg: MediaLeg) -> None:
    stream = leg.digits()
    leg.receive(("digit", LEG, "9", 100))
    for _ in range(MAX_WAITING_DIGITS):
        leg.receive(("digit", LEG, "1", 100))
    assert await stream.next() == "1"


async def test_a_recording_is_finished_by_its_event_and_can_be_steered_until_then(
    leg: MediaLeg, script: Script
) -> None:
    live = leg.start_recording("a.wav", what="dual")
    live.pause(keep_silence=True)
    live.resume()
    live.stop()
    assert [order[0] for order in script.orders] == [
        "start_recording",
        "pause_recording",
        "resume_recording",
        "stop_recording",
    ]
    leg.receive(("recording_finished", LEG, 1, 2.5, "stopped"))
    audio = await live.finished
    assert (str(audio.path), audio.seconds, audio.reason) == ("a.wav", 2.5, "stopped")
    live.stop()
    assert len(script.orders) == 4


async def test_cancelling_a_recording_stops_it(leg: MediaLeg, script: Script) -> None:
    recording = asyncio.ensure_future(leg.record("a.wav"))
    await turn()
    recording.cancel()
    await turn()
    assert script.orders[-1] == ("stop_recording", 1)


async def test_silence_is_awaited_and_the_watch_taken_back(leg: MediaLeg, script: Script) -> None:
    quiet = asyncio.ensure_future(leg.silence(2))
    await turn()
    leg.receive(("voice", LEG, 1))
    await turn()
    assert not quiet.done()
    leg.receive(("silence", LEG, 1, 2.0))
    await quiet
    assert script.orders[-1] == ("unwatch_silence", 1)


async def test_the_first_packet_and_the_timeout_are_known_once(leg: MediaLeg) -> None:
    leg.receive(("first_packet", LEG, "192.0.2.1", 4000))
    leg.receive(("timed_out", LEG, 10.0))
    leg.receive(("timed_out", LEG, 12.0))
    assert await leg.first_packet == ("192.0.2.1", 4000)
    assert await leg.timed_out == 10.0


async def test_closing_ends_everything_that_waits(leg: MediaLeg, script: Script, clip: Clip) -> None:
    playing = asyncio.ensure_future(leg.play(clip))
    sending = asyncio.ensure_future(leg.send_digits("1"))
    quiet = asyncio.ensure_future(leg.silence(2))
    stream = leg.digits()
    key = asyncio.ensure_future(stream.next())
    live = leg.start_recording("a.wav")
    await turn()
    leg.close()
    leg.close()
    assert [order[0] for order in script.orders].count("close_leg") == 1
    leg.receive(("leg_closed", LEG, 4, 3, 2, 1))
    await asyncio.gather(playing, sending)
    for waiting in (quiet, key):
        with pytest.raises(MediaError, match="leg 7 is closed"):
            await waiting
    assert leg.closed.result() == LegTotals(packets_received=4, packets_sent=3, packets_lost=2, packets_late=1)
    assert not leg.is_done, "its recording has not been reported"
    leg.receive(("recording_finished", LEG, 1, 1.0, "closed"))
    assert leg.is_done
    assert (await live.finished).reason == "closed"
    with pytest.raises(MediaError, match="closed"):
        leg.set_muted(True)


async def test_a_refusal_of_the_engine_is_a_media_error(leg: MediaLeg, script: Script, clip: Clip) -> None:
    script.refusal = "there is no leg 7"
    with pytest.raises(MediaError, match="no leg 7"):
        await leg.play(clip)
    with pytest.raises(MediaError):
        leg.unbridge()


async def test_iterating_ends_when_the_leg_closes(leg: MediaLeg) -> None:
    stream = leg.digits()
    leg.receive(("digit", LEG, "1", 100))
    pressed = asyncio.ensure_future(_all(stream))
    await turn()
    leg.close()
    leg.receive(("leg_closed", LEG, 0, 0, 0, 0))
    assert await pressed == ["1"]


async def _all(stream: Any) -> list[str]:
    return [key async for key in stream]
