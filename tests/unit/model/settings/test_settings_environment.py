"""Environment variables over the file, read as what each setting wants."""

from collections.abc import Callable

import pytest

from ringback.model.settings import PortRange, settings_from_toml
from ringback.model.settings.environment import overlay, variable_of

Sentences = Callable[..., list[str]]
TOKEN = '[account]\nauth_token = "0123456789abcdef"\n'


def test_a_variable_counts_over_the_file(right: str) -> None:
    settings = settings_from_toml(right, {"RINGBACK_HTTP__LISTEN": "127.0.0.1:9090"})
    assert settings.http.listen.port == 9090
    assert settings.sip.listen[0].port == 5060


def test_the_environment_alone_is_enough() -> None:
    assert (
        settings_from_toml("", {"RINGBACK_ACCOUNT__AUTH_TOKEN": "12345"}).account.auth_token.get_secret_value()
        == "12345"
    )


@pytest.mark.parametrize("text", ["udp:127.0.0.1:1,tcp:127.0.0.1:2", '["udp:127.0.0.1:1", "tcp:127.0.0.1:2"]'])
def test_a_list_is_words_between_commas_or_json(text: str) -> None:
    settings = settings_from_toml(TOKEN, {"RINGBACK_SIP__LISTEN": text})
    assert [str(listen) for listen in settings.sip.listen] == ["udp:127.0.0.1:1", "tcp:127.0.0.1:2"]


@pytest.mark.parametrize("text", ["20000,20009", "[20000, 20009]", " 20000 , 20009 "])
def test_a_port_range_is_read_from_either(text: str) -> None:
    assert settings_from_toml(TOKEN, {"RINGBACK_MEDIA__PORTS": text}).media.ports == PortRange(first=20000, last=20009)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("ON", True), ("1", True), ("no", False), ("0", False)])
def test_a_switch_is_a_word(text: str, value: bool) -> None:
    assert settings_from_toml(TOKEN, {"RINGBACK_SIP__TRACE": text}).sip.trace is value


def test_numbers_are_read_where_numbers_are_wanted_and_only_there() -> None:
    settings = settings_from_toml(
        TOKEN,
        {"RINGBACK_LIMITS__CALLS": "7", "RINGBACK_LIMITS__GRACE_SECONDS": "0.25", "RINGBACK_SIP__REALM": "12345"},
    )
    assert (settings.limits.calls, settings.limits.grace_seconds, settings.sip.realm) == (7, 0.25, "12345")


def test_whole_tables_are_json() -> None:
    domains = '[{"name": "a.example", "voice_url": "http://x/", "users": {"bob": "a-long-Passw0rd"}}]'
    settings = settings_from_toml(TOKEN, {"RINGBACK_DOMAIN": domains})
    assert settings.domain[0].users["bob"].get_secret_value() == "a-long-Passw0rd"


def test_a_misspelt_variable_is_refused(sentences: Sentences) -> None:
    assert sentences(TOKEN, {"RINGBACK_SIP__LISTN": "x"}) == [
        "sip.listn (from RINGBACK_SIP__LISTN) is not a setting; did you mean sip.listen?"
    ]
    assert sentences(TOKEN, {"RINGBACK_HTPP__LISTEN": "x"}) == [
        "htpp (from RINGBACK_HTPP__LISTEN) is not a setting; did you mean http?"
    ]


def test_variables_of_other_programs_are_left_alone(sentences: Sentences) -> None:
    assert sentences(TOKEN, {"RINGBACK_HOME": "/x", "SIP__LISTEN": "x", "RINGBACK": "1", "RINGBACK_": "2"}) == []


def test_a_wrong_value_is_told_with_its_variable(sentences: Sentences) -> None:
    assert sentences(TOKEN, {"RINGBACK_MEDIA__THREADS": "two"}) == [
        'media.threads is "two" (from RINGBACK_MEDIA__THREADS), but must be a whole number.'
    ]
    (told,) = sentences("", {"RINGBACK_ACCOUNT__AUTH_TOKEN": "\x01secret"})
    assert "(value not shown) (from RINGBACK_ACCOUNT__AUTH_TOKEN)" in told
    assert "secret" not in told.replace("a secret", "")


def test_broken_json_is_a_wrong_value(sentences: Sentences) -> None:
    assert len(sentences(TOKEN, {"RINGBACK_DOMAIN": "[{"})) == 1
    assert len(sentences(TOKEN, {"RINGBACK_SIP__LISTEN": "[1,"})) >= 1


def test_variables_do_not_reach_into_lists() -> None:
    assert variable_of(("sip", "listen", 0)) == "RINGBACK_SIP__LISTEN"


def test_tables_are_laid_over_each_other_without_changing_either() -> None:
    lower = {"a": {"b": 1, "c": 2}, "d": 3}
    assert overlay(lower, {"a": {"b": 9}, "d": {"e": 4}}) == {"a": {"b": 9, "c": 2}, "d": {"e": 4}}
    assert lower == {"a": {"b": 1, "c": 2}, "d": 3}
