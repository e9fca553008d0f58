"""A phone that is not ours, with audio both ways."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.acceptance.program import Program
from tests.peers.baresip import call_with_baresip
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in


async def test_baresip_hears_the_file_and_is_heard_in_the_recording(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    app.pages["/voice"] = (
        '<Play>/tone.wav</Play><Record maxLength="2" timeout="0" playBeep="false" action="/done" trim="do-not-trim"/>'
    )
    app.pages["/tone.wav"] = tone_wav(440, 2)
    app.pages["/done"] = "<Hangup/>"
    spoken, heard = tmp_path / "spoken.wav", tmp_path / "heard"
    heard.mkdir()
    spoken.write_bytes(tone_wav(620, 15))
    output = await call_with_baresip(
        uri=f"sip:hello@{DOMAIN}",
        proxy_port=server.port,
        user=USER,
        password=PASSWORD,
        spoken=spoken,
        heard=heard,
        folder=tmp_path / "baresip",
        seconds=9,
    )
    assert "Call established" in output, output
    (done,) = await app.wait_for("/done")
    name = done.parameters["RecordingUrl"].rpartition("/")[2]
    (recorded,) = server.folder.rglob(f"{name}.wav")
    assert tones_in(loudest_stretch(read_wav(recorded), 1.0), [440, 620]) == {620}
    assert tones_in(loudest_stretch(read_wav(next(heard.glob("*-dec.wav"))), 1.0), [440, 620]) == {440}


async def test_baresip_speaks_opus_and_is_heard_in_the_recording(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """The libopus of another program; `[media] codecs` names Opus in a spelling of its own."""
    server = serve(settings_text(app.url(), media='[33000, 33998]\ncodecs = ["OPUS", "PCMU"]'))
    app.pages["/voice"] = (
        '<Play>/tone.wav</Play><Record maxLength="2" timeout="0" playBeep="false" action="/done" trim="do-not-trim"/>'
    )
    app.pages["/tone.wav"] = tone_wav(440, 2)
    app.pages["/done"] = "<Hangup/>"
    spoken, heard = tmp_path / "spoken.wav", tmp_path / "heard"
    heard.mkdir()
    spoken.write_bytes(tone_wav(620, 15, rate_hz=48_000))
    output = await call_with_baresip(
        uri=f"sip:hello@{DOMAIN}",
        proxy_port=server.port,
        user=USER,
        password=PASSWORD,
        spoken=spoken,
        heard=heard,
        folder=tmp_path / "baresip",
        seconds=9,
        codec="opus/48000/2",
    )
    assert "Call established" in output, output
    assert "opus" in output, output
    (done,) = await app.wait_for("/done")
    name = done.parameters["RecordingUrl"].rpartition("/")[2]
    (recorded,) = server.folder.rglob(f"{name}.wav")
    assert tones_in(loudest_stretch(read_wav(recorded), 1.0), [440, 620]) == {620}
    assert tones_in(loudest_stretch(read_wav(next(heard.glob("*-dec.wav"))), 1.0), [440, 620]) == {440}


async def test_baresip_takes_messages_of_the_app_in_its_call(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """RFC 3428, rest-api.md 9.5: another program's MESSAGE. What it refused would be a notification."""
    app.pages |= {"/voice": "<Gather timeout='2'/>", "/status": ""}
    spoken, heard = tmp_path / "spoken.wav", tmp_path / "heard"
    heard.mkdir()
    spoken.write_bytes(tone_wav(620, 5))
    program = Program(server, app)
    async with asyncio.TaskGroup() as group:
        calling = group.create_task(
            call_with_baresip(
                uri=f"sip:hello@{DOMAIN}",
                proxy_port=server.port,
                user=USER,
                password=PASSWORD,
                spoken=spoken,
                heard=heard,
                folder=tmp_path / "baresip",
                seconds=6,
            )
        )
        for number in range(3):
            assert await program.post("UserDefinedMessages", Content=f'{{"stars": {number}}}') == 201
    output = calling.result()
    assert "Call established" in output, output
    await app.wait_for("/status")
    assert await program.notifications() == []
