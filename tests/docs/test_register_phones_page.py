"""The page on registering phones: its settings are right, its document is TwiML, its codes and numbers are ours."""

import re
from pathlib import Path

import pytest

from ringback.model.error_code import error_code
from ringback.model.settings import settings_from_toml
from ringback.services.register_phone import NOTIFICATION_SECONDS, REGISTERS_A_MINUTE
from ringback.sip.registrar import MAX_BINDINGS, MAX_EXPIRES_SECONDS, MIN_EXPIRES_SECONDS
from ringback.twiml.nodes import Client, Dial
from ringback.twiml.parser import parse_document

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "howto" / "register-phones.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def test_the_settings_are_right_and_need_no_warning() -> None:
    settings = settings_from_toml(block("toml"))
    assert settings.warnings() == ()
    assert settings.domain[0].registration
    assert set(settings.domain[0].users) == {"alice", "bob"}


def test_the_document_rings_a_client() -> None:
    document = parse_document(block("xml").encode())
    assert document.problems == ()
    (dial,) = document.verbs
    assert isinstance(dial, Dial)
    (client,) = dial.nouns
    assert isinstance(client, Client)
    assert client.identity == "bob"


def test_the_numbers_are_those_of_the_registrar() -> None:
    assert f"{MIN_EXPIRES_SECONDS} to {MAX_EXPIRES_SECONDS} seconds" in TEXT
    assert f"Min-Expires: {MIN_EXPIRES_SECONDS}" in TEXT
    assert MAX_BINDINGS == 10
    assert "ten\nphones" in TEXT
    assert NOTIFICATION_SECONDS == 60
    assert "once a minute" in TEXT
    assert f"more than {REGISTERS_A_MINUTE} REGISTERs" in TEXT


@pytest.mark.parametrize("code", re.findall(r"^\| (\d{5}) \|", TEXT, re.MULTILINE))
def test_each_code_is_one_of_twilios(code: str) -> None:
    assert error_code(int(code)).code == int(code)
