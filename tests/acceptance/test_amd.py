"""Answering machine detection on a real dialled phone: its audio decides what the app is told (twiml.md 8.10)."""

import asyncio

import numpy as np
import pytest

from ringback.media._engine import Clip
from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.conformance.amd.greetings import MACHINES, Samples, silence, spoken, tone


def clip(*parts: Samples) -> Clip:
    return Clip.from_pcm(np.concatenate(parts).clip(-32768, 32767).astype("<i2").tobytes(), 8000)


def machine() -> Clip:
    return clip(silence(0.4), spoken(MACHINES[1], "heart"), silence(0.5), tone(1000, 0.6), silence(6))


def person() -> Clip:
    return clip(silence(0.4), spoken("Hello?", "heart"), silence(6))


@pytest.mark.parametrize(
    ("who", "detection", "answered_by"),
    [
        ("machine", "Enable", "machine_start"),
        ("machine", "DetectMessageEnd", "machine_end_beep"),
        ("person", "DetectMessageEnd", "human"),
    ],
)
async def test_the_app_is_told_who_answered(
    app: VoiceApp, server: Server, who: str, detection: str, answered_by: str
) -> None:
    """AM-01, AM-02 and AM-05; the bridge does not wait."""
    async with Softphone.open(name="alice") as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(ring_seconds=0.2, play=machine() if who == "machine" else person())
        noun = f'<Sip machineDetection="{detection}" amdStatusCallback="/amd">{bob.uri}</Sip>'
        app.pages["/voice"] = f'<Dial action="/done">{noun}</Dial>'
        app.pages["/done"] = "<Hangup/>"
        app.pages["/amd"] = ""
        placed = alice.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await placed.answered()
        (told,) = await app.wait_for("/amd", seconds=25)
        placed.hang_up()
        await placed.ended(10)
        await app.wait_for("/done", seconds=10)
        await asyncio.sleep(0.2)
    assert told.parameters["AnsweredBy"] == answered_by
    assert 1000 < int(told.parameters["MachineDetectionDuration"]) < 20_000
    assert told.parameters["CallSid"] == app.of("/done")[0].parameters["DialCallSid"]
    assert len(app.of("/amd")) == 1
