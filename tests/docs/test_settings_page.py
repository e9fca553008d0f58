"""The settings page says what the settings are, and its examples can be used."""

import re
from pathlib import Path

import pytest

from ringback.model.settings import settings_from_mapping, settings_from_toml, settings_table
from ringback.model.settings.environment import variable_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
GENERATED = re.compile(r"^\| `(?P<name>[a-z_]+)` \| (?P<rest>.+) \|$", re.MULTILINE)


def test_every_setting_is_on_the_page_as_the_code_has_it() -> None:
    """Run `python docs/generate.py` when this fails."""
    text = PAGE.read_text()
    generated = text[text.index("<!-- generated") :]
    for table in dict.fromkeys(row.table for row in settings_table()):
        section = re.split(r"^## ", generated, flags=re.MULTILINE)
        (of_table,) = [part for part in section if part.startswith((f"`[{table}]`", f"`[[{table}]]`"))]
        found = {match["name"]: match["rest"] for match in GENERATED.finditer(of_table)}
        rows = [row for row in settings_table() if row.table == table]
        assert set(found) == {row.name for row in rows}
        for row in rows:
            default = row.default if row.default in ("required", "not set") else f"`{row.default}`"
            assert found[row.name] == f"{row.type} | {default} | {row.help}"


def test_the_example_file_is_right() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    settings = settings_from_toml(example)
    assert settings.domain[0].name == "demo.sip.localhost"
    assert settings.warnings() == ()


def test_the_example_variables_are_read() -> None:
    examples = re.findall(r"`(RINGBACK_[A-Z_]+)=([^`]+)`", PAGE.read_text())
    assert len(examples) == 4
    environ = {name: value.strip("'") for name, value in examples}
    settings = settings_from_mapping({}, environ)
    assert settings.account.auth_token.get_secret_value() == "0123456789abcdef"
    assert settings.sip.trace
    assert [str(listen) for listen in settings.sip.listen] == ["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"]
    assert settings.domain[0].name == "a.example"


def test_the_variable_in_the_text_is_the_one_that_is_read() -> None:
    assert f"`{variable_of(('http', 'listen'))}`" in PAGE.read_text()


@pytest.mark.parametrize(
    ("promise", "text"),
    [
        ("host bits of zero", '[[domain]]\nname = "a.example"\nallow = ["198.51.100.7/24"]'),
        ("fewer than 16 characters is refused", '[http]\nlisten = "0.0.0.0:80"'),
        ("12 to 255 characters", '[[domain]]\nname = "a.example"\nusers = { a = "Short1" }'),
        ("needs `tls_certificate` and `tls_key`", '[sip]\nlisten = ["tls:127.0.0.1:5061"]'),
        ("does not know is refused", "[sip]\nlistn = []"),
    ],
)
def test_what_the_page_says_is_refused_is_refused(promise: str, text: str) -> None:
    assert promise in PAGE.read_text()
    with pytest.raises(Exception, match=r"must be|shorter than|missing|not a setting"):
        settings_from_toml(f'[account]\nauth_token = "short"\n{text}')
