"""What is played is heard, and what is said is recorded: real sockets, real time, and ears."""

import asyncio
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.media.engine import MediaEngine
from ringback.media.errors import MediaError, NoFreePort
from tests.integration.media.conftest import PhoneShop, agreed, read_wav, share, sine


async def test_a_440_hz_clip_is_440_hz_at_the_phone(engine: MediaEngine, open_phone: PhoneShop, a440: Clip) -> None:
    for codec in ("PCMU", "PCMA"):
        leg = engine.open_leg()
        phone = await open_phone(leg, codec)
        await leg.play(a440)
        await asyncio.sleep(0.05)
        loud = phone.heard[np.abs(phone.heard) > 50]
        start = int(np.argmax(np.abs(phone.heard) > 50))
        assert 0.5 * 8000 < len(loud) < 0.6 * 8000 + 160
        assert share(phone.heard[start + 200 : start + 4000], 440) > 0.98
        assert share(phone.heard[start + 200 : start + 4000], 445) < 0.9


async def test_packets_leave_every_20_ms_with_consecutive_numbers(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    await leg.play(a440, loops=2)
    sequences = [int.from_bytes(packet[2:4], "big") for packet in phone.packets]
    stamps = [int.from_bytes(packet[4:8], "big") for packet in phone.packets]
    assert {b - a & 0xFFFF for a, b in pairwise(sequences)} == {1}
    assert {b - a & 0xFFFFFFFF for a, b in pairwise(stamps)} == {160}
    assert [packet[1] >> 7 for packet in phone.packets[:3]] == [1, 0, 0]
    spacing = np.diff(phone.arrived)
    assert abs(float(np.mean(spacing)) - 0.02) < 0.004


async def test_playing_ends_when_it_is_played_and_cancelling_stops_it(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    began = time.monotonic()
    await leg.play(a440)
    assert 0.55 < time.monotonic() - began < 3
    endless = asyncio.ensure_future(leg.play(a440, loops=0))
    await asyncio.sleep(0.7)
    endless.cancel()
    await asyncio.sleep(0.1)
    count = len(phone.heard)
    await asyncio.sleep(0.2)
    assert not phone.heard[count:].any(), "silence after cancelling"


async def test_what_the_phone_says_is_in_the_recording(
    engine: MediaEngine, open_phone: PhoneShop, tmp_path: Path
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    live = leg.start_recording(tmp_path / "said.wav")
    await phone.speak(sine(620, 1.0))
    await asyncio.sleep(0.1)
    live.stop()
    audio = await live.finished
    channels, samples = read_wav(audio.path)
    assert (channels, audio.reason) == (1, "stopped")
    assert abs(audio.seconds - len(samples) / 8000) < 0.001
    assert audio.seconds > 1.0
    start = int(np.argmax(np.abs(samples) > 500))
    assert share(samples[start : start + 7000], 620) > 0.97


async def test_a_dual_recording_has_the_phone_left_and_us_right(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip, tmp_path: Path
) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    dual = leg.start_recording(tmp_path / "dual.wav", what="dual")
    both = leg.start_recording(tmp_path / "both.wav", what="both")
    await asyncio.gather(phone.speak(sine(620, 0.8)), leg.play(a440))
    leg.close()
    assert (await dual.finished).reason == (await both.finished).reason == "closed"
    channels, samples = read_wav(tmp_path / "dual.wav")
    left, right = samples[0::2][1600:4800], samples[1::2][1600:4800]
    assert channels == 2
    assert share(left, 620) > 0.97
    assert share(right, 440) > 0.97
    mixed = read_wav(tmp_path / "both.wav")[1][1600:4800]
    assert share(mixed, 620) + share(mixed, 440) > 0.97
    assert min(share(mixed, 620), share(mixed, 440)) > 0.2


async def test_a_recording_ends_by_length_and_by_silence_but_not_for_want_of_packets(
    engine: MediaEngine, open_phone: PhoneShop, tmp_path: Path
) -> None:
    """twiml.md R-02, R-03."""
    leg = engine.open_leg()
    phone = await open_phone(leg)
    short = await leg.record(tmp_path / "short.wav", max_seconds=0.3, silence_seconds=0.2)
    assert (short.reason, round(short.seconds, 2)) == ("max_length", 0.3), "no packets at all is not silence"
    quiet = asyncio.ensure_future(leg.record(tmp_path / "quiet.wav", max_seconds=5, silence_seconds=0.3))
    await phone.speak(np.concatenate([sine(620, 0.3), sine(620, 0.6, amplitude=0)]))
    audio = await quiet
    assert audio.reason == "silence"
    assert 0.5 < audio.seconds < 0.8


async def test_a_recording_is_playable_after_kill_9(tmp_path: Path) -> None:
    """design.md section 5: up to the last second."""
    path = tmp_path / "killed.wav"
    script = f"""
import asyncio
from ringback.media.engine import MediaEngine
async def main():
    leg = MediaEngine(ports=(22000, 22999)).open_leg()
    leg.start_recording({str(path)!r})
    await asyncio.sleep(2)
    print("now", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"now\n"
    process.kill()
    await process.communicate()
    _, samples = read_wav(path)
    assert 1.0 <= len(samples) / 8000 <= 2.2


async def test_silence_is_noticed_and_voice_puts_it_off(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg()
    phone = await open_phone(leg)
    began = time.monotonic()
    watch = asyncio.ensure_future(leg.silence(0.4))
    await phone.speak(np.concatenate([sine(620, 0.5), sine(620, 0.6, amplitude=0)]))
    await watch
    assert 0.85 < time.monotonic() - began < 3


async def test_the_first_packet_and_a_dead_line_are_reported(engine: MediaEngine, open_phone: PhoneShop) -> None:
    leg = engine.open_leg(timeout_seconds=0.4)
    phone = await open_phone(leg)
    await phone.speak(sine(620, 0.1))
    assert await leg.first_packet == ("127.0.0.1", phone.port)
    assert 0.4 <= await asyncio.wait_for(leg.timed_out, 10) < 0.6
    await open_phone(leg)  # and again where audio was agreed on anew
    assert 0.4 <= await asyncio.wait_for(leg.timed_out, 10) < 0.6


async def test_closing_ends_what_waits_and_gives_the_ports_back(
    engine: MediaEngine, open_phone: PhoneShop, a440: Clip
) -> None:
    leg = engine.open_leg()
    await open_phone(leg)
    playing = asyncio.ensure_future(leg.play(a440, loops=0))
    keys = leg.digits()
    key = asyncio.ensure_future(keys.next())
    quiet = asyncio.ensure_future(leg.silence(5))
    await asyncio.sleep(0.1)
    leg.close()
    leg.close()
    await asyncio.wait_for(playing, 2)
    for waiting in (key, quiet):
        with pytest.raises(MediaError, match="closed"):
            await asyncio.wait_for(waiting, 2)
    with pytest.raises(MediaError, match="closed"):
        leg.connect(agreed(4000))
    assert (await leg.closed).packets_sent > 0
    assert engine.leg_count == 0
    assert [leg async for leg in keys] == []


async def test_a_full_port_range_says_so(engine: MediaEngine) -> None:
    media = MediaEngine(ports=(22500, 22503))
    legs = [media.open_leg() for _ in range(2)]
    assert sorted(leg.port % 2 for leg in legs) == [0, 0]
    with pytest.raises(NoFreePort, match="22500"):
        media.open_leg()
    legs[0].close()
    await legs[0].closed
    media.open_leg()
    await media.close()
    with pytest.raises(MediaError, match="closed"):
        media.open_leg()


async def test_closing_the_engine_completes_recordings(tmp_path: Path) -> None:
    media = MediaEngine(ports=(22500, 22599))
    leg = media.open_leg()
    live = leg.start_recording(tmp_path / "cut.wav")
    await asyncio.sleep(0.1)
    await media.close()
    assert (await live.finished).reason == "closed"
    assert leg.closed.done()
    read_wav(tmp_path / "cut.wav")


async def test_a_recording_that_cannot_be_written_is_an_error(engine: MediaEngine, tmp_path: Path) -> None:
    leg = engine.open_leg()
    with pytest.raises(MediaError, match="cannot write"):
        leg.start_recording(tmp_path / "no" / "such" / "folder.wav")
