"""Finding and reading the settings file; what cannot be read is one sentence."""

from pathlib import Path

import pytest

from ringback.cli.settings_file import read_settings
from ringback.model.settings import SettingsError

RIGHT = '[account]\nauth_token = "0123456789abcdef"\n[sip]\nrealm = "from the file"\n'


def test_the_named_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(RIGHT)
    assert read_settings(path, {}).sip.realm == "from the file"


def test_without_a_name_it_is_the_file_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ringback.toml").write_text(RIGHT)
    assert read_settings(None, {}).sip.realm == "from the file"


def test_the_environment_counts_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ringback.toml"
    path.write_text(RIGHT)
    assert read_settings(path, {"RINGBACK_SIP__REALM": "from outside"}).sip.realm == "from outside"


def test_the_environment_alone_is_enough_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {"RINGBACK_ACCOUNT__AUTH_TOKEN": "12345"}).sip.realm == "ringback"


def test_what_is_wrong_in_the_environment_is_told_without_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"account is missing"):
        read_settings(None, {"RINGBACK_SIP__REALM": "x"})


def test_neither_file_nor_environment_says_where_one_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        read_settings(None, {})
    assert str(caught.value) == f"There is no ringback.toml in {tmp_path}; write one, or name another with -c FILE."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "it does not exist"),
        ("folder", "it is not a file"),
        (b"\xff\xfe", "it is not UTF-8 (invalid start byte at byte 0)"),
        (b"#" * (4 * 1024 * 1024 + 1), "it is larger than 4194304 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | str | None, reason: str) -> None:
    path = tmp_path / "ringback.toml"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_settings(path, {})
    assert str(caught.value) == f"The settings file {path} cannot be read: {reason}."
