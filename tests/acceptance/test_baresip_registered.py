"""baresip registers (`regint=600`), is rung by `<Client>`, and is heard."""

from collections.abc import Callable
from pathlib import Path

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.peers.baresip import registered_baresip
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in


async def test_baresip_registers_and_is_rung(app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path) -> None:
    server = serve(
        settings_text(
            app.url(),
            domain=f'users = {{ {USER} = "{PASSWORD}", bob = "another-Passw0rd" }}\nregistration = true',
            media="[32000, 32998]",
        )
    )
    app.pages["/voice"] = '<Dial action="/done" timeLimit="3"><Client>bob</Client></Dial>'
    app.pages["/done"] = "<Hangup/>"
    spoken, heard = tmp_path / "spoken.wav", tmp_path / "heard"
    heard.mkdir()
    spoken.write_bytes(tone_wav(620, 15))
    async with (
        Softphone.open() as alice,
        registered_baresip(
            user="bob",
            password="another-Passw0rd",
            domain=DOMAIN,
            proxy_port=server.port,
            spoken=spoken,
            heard=heard,
            folder=tmp_path / "baresip",
        ),
    ):
        call = alice.call(f"sip:x@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        await call.answered()
        call.record(tmp_path / "alice.wav")
        await call.ended(20)
    (done,) = app.of("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["DialBridged"]) == ("completed", "true")
    assert 620 in tones_in(loudest_stretch(read_wav(tmp_path / "alice.wav")[-16000:], 1.0), [440, 620])
