"""`docs/howto/dial-an-application.md`: its settings are right, its TwiML is valid, its test passes."""

import re
from pathlib import Path

from ringback.model.settings import settings_from_toml
from ringback.twiml.parser import parse_document

TEXT = (Path(__file__).parents[2] / "docs" / "howto" / "dial-an-application.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_settings_are_right() -> None:
    (text,) = blocks("toml")
    settings = settings_from_toml('[account]\nauth_token = "0123456789abcdef"\n' + text, {})
    assert [application.name for application in settings.application] == ["support"]


def test_the_twiml_has_no_problems() -> None:
    (document,) = blocks("xml")
    assert not parse_document(document.encode()).problems


def test_the_test_of_the_page_passes() -> None:
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(code, "dial-an-application.md", "exec"), names)
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    assert callable(test)
    test()
