"""The page on running in production: its settings are right, its unit names commands and codes that exist."""

import configparser
import re
import tomllib
from pathlib import Path

from ringback.cli.app import COMMANDS
from ringback.cli.settings_file import WRONG
from ringback.model.settings import settings_from_toml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "howto" / "run-in-production.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(block("ini"))
    return parser


def test_the_settings_are_right_with_the_token_from_the_environment() -> None:
    settings = settings_from_toml(block("toml"), {"RINGBACK_ACCOUNT__AUTH_TOKEN": "0123456789abcdef"})
    assert settings.warnings() == ()
    assert "RINGBACK_ACCOUNT__AUTH_TOKEN=" in TEXT


def test_the_unit_runs_commands_that_exist() -> None:
    service = unit()["Service"]
    for key in ("ExecStart", "ExecStartPre"):
        program, command, *arguments = service[key].split()
        assert program.endswith("/ringback")
        assert command in COMMANDS
        assert arguments == ["-c", "/etc/ringback/ringback.toml"]


def test_the_unit_does_not_start_again_what_cannot_start() -> None:
    assert unit()["Service"]["RestartPreventExitStatus"] == str(WRONG)


def test_systemd_waits_longer_than_calls_may_take_to_end() -> None:
    grace = settings_from_toml(block("toml"), {"RINGBACK_ACCOUNT__AUTH_TOKEN": "0123456789abcdef"}).limits.grace_seconds
    assert int(unit()["Service"]["TimeoutStopSec"]) > grace


def test_the_extra_for_postgresql_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert re.search(r"ringback\[(\w+)\]", TEXT)[1] in extras  # type: ignore[index]


def test_how_long_requests_are_kept_is_what_the_settings_say() -> None:
    settings = settings_from_toml(block("toml"), {"RINGBACK_ACCOUNT__AUTH_TOKEN": "0123456789abcdef"})
    assert f"`keep_requests_days` ({settings.store.keep_requests_days}) of `[store]`" in TEXT
    assert settings.http.allows_private_urls, "as the page says of a server on loopback"
