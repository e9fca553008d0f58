"""The table that the reference page is made from names every setting, with a help text, once."""

from ringback.model.settings import Settings, settings_from_toml, settings_table
from ringback.model.settings.table import is_list_of_tables


def test_every_setting_has_a_row_with_a_sentence_of_help() -> None:
    rows = settings_table()
    assert len({row.key for row in rows}) == len(rows)
    assert {row.table for row in rows} == set(Settings.model_fields)
    for row in rows:
        assert row.help.endswith((".", "hex 16")), row.key
        assert row.type
        assert row.default


def test_a_default_is_what_the_settings_have() -> None:
    defaults = {row.key: row.default for row in settings_table()}
    settings = settings_from_toml('[account]\nauth_token = "0123456789abcdef"')
    assert defaults["http.listen"] == f'"{settings.http.listen}"'
    assert defaults["media.ports"] == f"[{settings.media.ports.first}, {settings.media.ports.last}]"
    assert defaults["limits.calls"] == str(settings.limits.calls)
    assert defaults["sip.trace"] == "false"
    assert defaults["account.auth_token"] == "required"
    assert defaults["sip.advertise"] == "not set"
    assert defaults["domain.users"] == "{}"


def test_every_default_can_be_written_into_the_file() -> None:
    """A reader may copy the whole table into a file: it reads as nothing had been written."""
    lines = ['[account]\nauth_token = "0123456789abcdef"']
    for table in ("sip", "media", "http", "store", "limits", "log"):
        lines.append(f"[{table}]")
        lines += [
            f"{row.name} = {row.default}"
            for row in settings_table()
            if row.table == table and row.default not in ("required", "not set")
        ]
    assert settings_from_toml("\n".join(lines)) == settings_from_toml(lines[0])


def test_types_are_words() -> None:
    types = {row.key: row.type for row in settings_table()}
    assert types["sip.listen"] == "list of text"
    assert types["media.ports"] == "list of two numbers"
    assert types["media.threads"] == "whole number"
    assert types["limits.grace_seconds"] == "number"
    assert types["sip.tls_key"] == "path"
    assert types["domain.users"] == "table of text"
    assert types["domain.secure"] == "true or false"
    assert types["account.auth_token"] == "text"


def test_only_settings_outside_lists_have_a_variable() -> None:
    for row in settings_table():
        assert (row.variable is None) == is_list_of_tables(row.table)
