"""The values for softphones are those of the tutorial, and the baresip line makes baresip call."""

import asyncio
import re
import tomllib
from pathlib import Path

from ringback.call.leg import LegSettings
from ringback.model.settings import settings_from_mapping
from ringback.model.settings.load import settings_from_toml
from ringback.services.admit_call import BAD_CREDENTIALS, NO_AUTHENTICATION, SOURCE_NOT_ALLOWED
from tests.acceptance.conftest import Server, settings_text
from tests.peers.baresip import CONFIG
from tests.peers.listening import tone_wav

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "connect-a-softphone.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-app.md").read_text(encoding="utf-8")


def values() -> dict[str, str]:
    """The table of fields."""
    return dict(re.findall(r"^\| (\w+) \| `([^`]+)` \|", PAGE, re.MULTILINE))


def test_the_values_are_those_of_the_tutorials_settings() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", TUTORIAL, re.DOTALL)
    (domain,) = settings_from_toml(text, {}).domain
    shown = values()
    assert shown["domain"] == domain.name
    assert dict(tomllib.loads(text)["domain"][0]["users"]) == {shown["user"]: shown["password"]}
    assert shown["proxy"] == str(settings_from_toml(text, {}).sip.listen[0].host_port)


def test_the_codecs_are_those_that_are_offered() -> None:
    assert all(codec in PAGE for codec in LegSettings(address="127.0.0.1").codecs)


def test_the_errors_are_those_that_are_sent() -> None:
    for error in (BAD_CREDENTIALS, NO_AUTHENTICATION, SOURCE_NOT_ALLOWED):
        assert f"`X-Twilio-Error: {error.split()[0]}`" in PAGE


def test_the_settings_for_other_machines_are_settings() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    account = {"account": {"sid": "AC" + "0" * 32, "auth_token": "0123456789abcdef"}}
    settings = settings_from_mapping(tomllib.loads(text) | account)
    assert settings.sip.advertise == "192.168.1.10"


async def test_the_baresip_line_makes_baresip_call(tmp_path: Path) -> None:
    """The domain has no app that answers, so the call is answered, told so and hung up."""
    server = Server.start(settings_text("http://127.0.0.1:9/voice"), tmp_path / "server")
    folder = tmp_path / "baresip"
    folder.mkdir()
    (line,) = re.findall(r"^<sip:.*$", PAGE, re.MULTILINE)
    (dial,) = re.findall(r'`baresip -e "(.*)"`', PAGE)
    (folder / "accounts").write_text(line.replace("5060", str(server.port)) + "\n")
    (folder / "contacts").write_text("")
    (folder / "spoken.wav").write_bytes(tone_wav(440, 5))
    (folder / "config").write_text(CONFIG.format(heard=folder, spoken=folder / "spoken.wav", rate=8000))
    try:
        process = await asyncio.create_subprocess_exec(
            "baresip", "-f", str(folder), "-4", "-e", dial, "-t", "4",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        output, _ = await asyncio.wait_for(process.communicate(), 20)
        assert b"Call established" in output, output.decode(errors="replace")
    finally:
        await server.stop()
        server.close()
