"""The settings file of the contract, read whole; and what a file gets that cannot be read at all."""

from ipaddress import ip_network

import pydantic
import pytest

from ringback.model.settings import PortRange, Settings, SettingsError, settings_from_mapping, settings_from_toml

SHORTEST = '[account]\nauth_token = "0123456789abcdef"'


def test_the_file_of_the_contract_is_read_whole(right: str) -> None:
    settings = settings_from_toml(right)
    assert [str(listen) for listen in settings.sip.listen] == ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]
    assert settings.media.ports == PortRange(first=10000, last=19999)
    assert str(settings.http.listen) == "127.0.0.1:8080"
    assert settings.store.url == "sqlite:///ringback.db"
    assert settings.account.sid == "AC00000000000000000000000000000001"
    domain = settings.domain[0]
    assert (domain.name, domain.voice_url, domain.voice_method) == (
        "demo.sip.localhost",
        "http://127.0.0.1:5000/voice",
        "POST",
    )
    assert domain.users["alice"].get_secret_value() == "a-long-Passw0rd"
    assert domain.allow == (ip_network("127.0.0.1/32"),)
    assert settings.number[0].number == "+15551234567"
    assert settings.trunk[0].uri == "sip:sip.carrier.example;transport=udp"
    assert settings.warnings() == ()


def test_a_token_is_enough_and_everything_else_is_on_loopback() -> None:
    settings = settings_from_toml(SHORTEST)
    assert {listen.host for listen in settings.sip.listen} == {"127.0.0.1"}
    assert settings.http.listen.is_loopback
    assert settings.media_address == "127.0.0.1"
    assert settings.domain == ()


def test_every_optional_setting_of_the_contract_is_taken() -> None:
    settings = settings_from_toml(
        SHORTEST
        + """
[sip]
listen = ["tls:0.0.0.0:5061"]
advertise = "203.0.113.7"
realm = "my phones"
tls_certificate = "cert.pem"
tls_key = "key.pem"
trace = true
[media]
address = "192.0.2.1"
threads = 4
[http]
public_url = "https://voice.example/"
[store]
url = "postgresql://ringback:pw@db/ringback"
recordings = "/var/lib/ringback"
node = "a1"
[limits]
calls = 5
documents_per_call = 6
call_seconds = 7
grace_seconds = 0.5
[log]
level = "DEBUG"
format = "json"
[[domain]]
name = "A.Example"
voice_method = "get"
voice_fallback_url = "https://app.example/fallback"
status_callback_url = "https://app.example/status"
registration = true
secure = true
[[trunk]]
name = "carrier"
uri = "sip:carrier.example"
user = "me"
password = "x"
"""
    )
    assert settings.media_address == "192.0.2.1"
    assert settings.http.public_url == "https://voice.example"
    assert settings.store.sqlite_file is None
    assert settings.limits.grace_seconds == 0.5
    assert settings.log.level == "debug"
    assert (settings.domain[0].name, settings.domain[0].voice_method) == ("a.example", "GET")
    assert settings.domain[0].registration
    assert settings.trunk[0].password is not None


def test_settings_cannot_be_changed(right: str) -> None:
    settings = settings_from_toml(right)
    with pytest.raises(pydantic.ValidationError):
        settings.sip.realm = "other"
    with pytest.raises(pydantic.ValidationError):
        settings.domain = ()


def test_no_secret_is_in_the_text_of_settings(right: str) -> None:
    text = repr(settings_from_toml(right))
    assert "a-long-Passw0rd" not in text
    assert "0123456789abcdef" not in text


def test_the_process_environment_is_not_read_unless_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGBACK_SIP__REALM", "elsewhere")
    monkeypatch.setenv("SIP", "{}")
    assert settings_from_toml(SHORTEST).sip.realm == "ringback"
    assert Settings(account={"auth_token": "0123456789abcdef"}).sip.realm == "ringback"  # type: ignore[arg-type]


def test_text_that_is_not_toml_is_told_with_its_place() -> None:
    with pytest.raises(SettingsError, match=r"is not TOML: .*line 2"):
        settings_from_toml("[sip]\nlisten = ?\n")


def test_tables_from_a_program_are_checked_alike() -> None:
    with pytest.raises(SettingsError, match=r"media\.threads"):
        settings_from_mapping({"account": {"auth_token": "x"}, "media": {"threads": 0}})


def test_the_sqlite_file_is_relative_or_absolute() -> None:
    def file_of(url: str) -> str | None:
        path = settings_from_toml(f'{SHORTEST}\n[store]\nurl = "{url}"').store.sqlite_file
        return None if path is None else str(path)

    assert file_of("sqlite:///ringback.db") == "ringback.db"
    assert file_of("sqlite:////var/lib/ringback.db") == "/var/lib/ringback.db"
    assert file_of("sqlite:///:memory:") is None


@pytest.mark.parametrize(
    ("listen", "setting", "allowed"),
    [
        ("127.0.0.1:8080", "", True),
        ("[::1]:8080", "", True),
        ("0.0.0.0:8080", "", False),
        ("203.0.113.7:80", "", False),
        ("0.0.0.0:8080", "private_urls = true", True),
        ("127.0.0.1:8080", "private_urls = false", False),
    ],
)
def test_who_listens_to_others_asks_no_private_address_unless_told_to(listen: str, setting: str, allowed: bool) -> None:
    """webhooks.md H-16."""
    settings = settings_from_toml(f'[account]\nauth_token = "{"x" * 32}"\n[http]\nlisten = "{listen}"\n{setting}')
    assert settings.http.allows_private_urls is allowed
