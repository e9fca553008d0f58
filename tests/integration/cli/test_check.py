"""`ringback check`: exit code 0 and what would be served, or 2 and what is wrong."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ringback.cli.app import app

WriteSettings = Callable[..., Path]
DOMAIN = """
[[domain]]
name = "demo.example"
voice_url = "http://127.0.0.1:5000/voice"
users = { alice = "a-long-Passw0rd" }
allow = ["127.0.0.1/32"]
[[number]]
number = "+15551234567"
voice_url = "http://127.0.0.1:5000/number"
[[caller_id]]
number = "+15557654321"
[[application]]
name = "support"
sid = "AP22222222222222222222222222222222"
voice_url = "http://127.0.0.1:5000/support"
[[trunk]]
name = "carrier"
uri = "sip:sip.carrier.example"
allow = ["198.51.100.0/24"]
"""


def check(path: Path) -> Result:
    return CliRunner().invoke(app, ["check", "-c", str(path)])


def test_right_settings_say_what_would_be_served(write_settings: WriteSettings) -> None:
    result = check(write_settings(DOMAIN))
    assert result.exit_code == 0
    assert result.stdout == "", "stdout is for programs"
    for part in (
        "udp:127.0.0.1:0",
        "http://127.0.0.1:0",
        "UDP ports 10000 to 19999 (5000 call sides)",
        "sip:...@demo.example asks http://127.0.0.1:5000/voice (from 127.0.0.1/32 and with a password of 1 user)",
        "+15551234567 asks http://127.0.0.1:5000/number",
        "+15557654321 needs no verification",
        "support: AP22222222222222222222222222222222 asks http://127.0.0.1:5000/support",
        "carrier: sip:sip.carrier.example; brings calls from 198.51.100.0/24",
        "The settings are right.",
    ):
        assert part in result.stderr
    assert "warning" not in result.stderr


def test_no_secret_is_printed(write_settings: WriteSettings) -> None:
    result = check(write_settings(DOMAIN, store="postgresql://me:geheim@db/ringback"))
    assert result.exit_code == 0
    for secret in ("0123456789abcdef", "a-long-Passw0rd", "geheim"):
        assert secret not in result.output


def test_what_is_probably_not_meant_is_a_warning_and_still_right(write_settings: WriteSettings) -> None:
    result = check(write_settings('[[domain]]\nname = "closed.example"\nvoice_url = "http://127.0.0.1/"'))
    assert result.exit_code == 0
    assert "warning: domain[0] (closed.example) has neither users nor allow, so it refuses every call." in result.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("media.threads = 0", "media.threads is 0, but must be 1 or more."),
        ("log.levl = 1", "log.levl is not a setting; did you mean log.level?"),
        ("[[domain]]", "domain[0].name is missing."),
        ("x", "is not TOML"),
    ],
)
def test_wrong_settings_are_exit_code_2(write_settings: WriteSettings, text: str, told: str) -> None:
    result = check(write_settings(text))
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_port_in_use_is_exit_code_2(write_settings: WriteSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = check(write_settings(http=f"127.0.0.1:{taken.getsockname()[1]}"))
    assert result.exit_code == 2
    assert result.stderr.startswith("http.listen is")
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_file_is_exit_code_2(tmp_path: Path) -> None:
    result = check(tmp_path / "none.toml")
    assert (result.exit_code, result.stderr) == (
        2,
        f"The settings file {tmp_path}/none.toml cannot be read: it does not exist.\n",
    )
