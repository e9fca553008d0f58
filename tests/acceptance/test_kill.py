"""What is left of a call when the server is killed in the middle of it, and what the next start makes of that."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ringback.media._engine import Clip
from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.peers.listening import read_wav, share, tone_wav


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "ringback.db") as database:
        return database.execute(query).fetchall()


async def test_a_recording_survives_kill_9_up_to_the_last_second(app: VoiceApp, serve: Callable[[str], Server]) -> None:
    settings = settings_text(app.url(), domain="")
    server = serve(settings)
    app.pages["/voice"] = '<Record playBeep="false" timeout="0" maxLength="60" trim="do-not-trim"/>'
    async with Softphone.open() as phone:
        call = phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        speaking = asyncio.ensure_future(call.play(Clip.decode(tone_wav(440, 10), "wav")))
        began = time.monotonic()
        await asyncio.sleep(3.5)
        server.process.send_signal(signal.SIGKILL)
        spoken = time.monotonic() - began
        await asyncio.to_thread(server.process.wait)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        call.hang_up()
    (path,) = server.folder.rglob("RE*.wav")
    heard = read_wav(path)
    seconds = len(heard) / 8000
    assert spoken - 1.3 <= seconds <= spoken + 0.5
    assert share(heard[4000:].astype(np.int16), 440) > 0.9

    again = Server.start_in(server.folder)
    try:
        assert await again.stop() == 0
        ((status, duration),) = rows(server.folder, "SELECT status, duration_seconds FROM recording")
        assert (status, duration) == ("completed", round(seconds))
        ((status, ended_at),) = rows(server.folder, "SELECT status, ended_at FROM call")
        assert status == "completed"
        assert ended_at is not None
    finally:
        again.close()
