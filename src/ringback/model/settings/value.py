"""The types that settings are made of. Each refuses a wrong value with the words that say what is allowed.

A value from the file must have its own TOML type: `"2"` is not a number there. A value from the environment is always
text; `EnvironmentText` marks it, and the types here read it as what the setting wants.
"""

import json
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, SecretStr, Strict
from pydantic_core import PydanticCustomError

from ringback.model.phone_number import E164
from ringback.model.settings.address import HostPort, PortRange, SipListen, is_host_name, is_ip_address

MAX_URL_LENGTH = 4000
MAX_USERNAME_LENGTH = 32  # rest-api.md section 8
MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 255

Network = IPv4Network | IPv6Network
T = TypeVar("T")

_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_APPLICATION_SID = re.compile(r"AP[0-9a-f]{32}")
_USERNAME = re.compile(rf"[^\s:\"@<>\\\x00-\x20\x7f]{{1,{MAX_USERNAME_LENGTH}}}")
_REALM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,62}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SIP_URI = re.compile(
    r"sips?:(?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]+@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<parameters>(?:;[A-Za-z0-9_.!~*'()%+=-]+)*)"
)
_CONTROL = re.compile(r"[\s\x00-\x20\x7f]")
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


class EnvironmentText(str):
    """Text that came from an environment variable, so that a number or a list may be read from it."""

    __slots__ = ()


def must_be(expected: str, *, secret: bool = False) -> PydanticCustomError:
    """The refusal that every type here raises; `problem.py` puts the key and the value before it."""
    return PydanticCustomError("secret_not_allowed" if secret else "not_allowed", "{expected}", {"expected": expected})


def _text(parse: Callable[[str], T], expected: str, *, secret: bool = False) -> BeforeValidator:
    """A validator that hands text to `parse` and turns its `ValueError` into "must be `expected`"."""

    def validate(value: object) -> T:
        if not isinstance(value, str):
            raise must_be(expected, secret=secret)
        try:
            return parse(str(value))
        except ValueError:
            raise must_be(expected, secret=secret) from None

    return BeforeValidator(validate)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return parse


def _read_whole(value: object) -> object:
    if isinstance(value, EnvironmentText) and re.fullmatch(r"-?[0-9]{1,12}", value):
        return int(value)
    return value


def _read_number(value: object) -> object:
    if isinstance(value, EnvironmentText) and re.fullmatch(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", value):
        return float(value)
    return value


def _read_switch(value: object) -> object:
    if isinstance(value, EnvironmentText) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    return value


def read_list(value: object) -> object:
    """A list from the environment is JSON, or words between commas."""
    if not isinstance(value, EnvironmentText):
        return value
    decoded = read_json(value)
    if decoded is not value:
        return decoded
    return [EnvironmentText(part.strip()) for part in value.split(",") if part.strip()]


def read_json(value: object) -> Any:
    """A table or a list of tables from the environment is JSON; anything else stays what it was."""
    if isinstance(value, EnvironmentText) and value.lstrip().startswith(("[", "{")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _url(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or len(text) > MAX_URL_LENGTH
        or _CONTROL.search(text)
    ):
        raise ValueError(text)
    _ = parts.port  # raises ValueError when it is not one
    return text


def _public_url(text: str) -> str:
    parts = urlsplit(_url(text))
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError(text)
    return text.rstrip("/")


def _domain_name(text: str) -> str:
    if not is_host_name(text) or re.fullmatch(r"[0-9.]+", text):
        raise ValueError(text)
    return text.lower()


def _advertised(text: str) -> str:
    if not (is_ip_address(text) or is_host_name(text)) or text in ("0.0.0.0", "::"):
        raise ValueError(text)
    return text


def _ip(text: str) -> str:
    if not is_ip_address(text):
        raise ValueError(text)
    return text


def _password(text: str) -> SecretStr:
    """rest-api.md section 8: at least 12 characters with a digit and mixed case."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if not MIN_PASSWORD_LENGTH <= len(text) <= MAX_PASSWORD_LENGTH or not all(any(map(kind, text)) for kind in kinds):
        raise ValueError
    return SecretStr(text)


def _secret(text: str) -> SecretStr:
    if not text or len(text) > MAX_PASSWORD_LENGTH or any(ord(character) < 0x20 for character in text):
        raise ValueError
    return SecretStr(text)


def _sip_uri(text: str) -> str:
    match = _SIP_URI.fullmatch(text)
    if match is None or int(match["port"] or 0) > 65535:
        raise ValueError(text)
    host = match["host"].strip("[]")
    if not (is_ip_address(host) or is_host_name(host)):
        raise ValueError(text)
    transports = [part[10:] for part in match["parameters"].lower().split(";") if part.startswith("transport=")]
    if any(transport not in ("udp", "tcp", "tls") for transport in transports):
        raise ValueError(text)
    return text


def _store_url(text: str) -> str:
    if not re.match(r"sqlite:///.|postgresql://.", text):
        raise ValueError(text)
    return text


def _one_of(*allowed: str, upper: bool = False) -> Callable[[str], str]:
    def parse(text: str) -> str:
        word = text.upper() if upper else text.lower()
        if word not in allowed:
            raise ValueError(text)
        return word

    return parse


def _one_of_spelled(*allowed: str) -> Callable[[str], str]:
    """One of these in any spelling, as it is spelled here: names of codecs have no case (RFC 4855 section 3)."""
    spelled = {word.lower(): word for word in allowed}

    def parse(text: str) -> str:
        if text.lower() not in spelled:
            raise ValueError(text)
        return spelled[text.lower()]

    return parse


def _network(text: str) -> Network:
    return ip_network(text)


def _port_range(value: object) -> PortRange:
    expected = "[FIRST, LAST], two port numbers from 1024 to 65535 with at least one even port and the odd one after it"
    ports = [_read_whole(port) for port in value] if isinstance(value, list | tuple) else []
    if isinstance(value, PortRange):
        return value
    if len(ports) == 2 and type(ports[0]) is int and type(ports[1]) is int:
        try:
            return PortRange.of(ports[0], ports[1])
        except ValueError:
            pass
    raise must_be(expected)


def _path(text: str) -> Path:
    if not text or "\x00" in text:
        raise ValueError(text)
    return Path(text).expanduser()


Text = Annotated[str, Strict()]
Whole = Annotated[int, Strict(), BeforeValidator(_read_whole)]
Number = Annotated[float, Strict(), BeforeValidator(_read_number)]
Switch = Annotated[bool, Strict(), BeforeValidator(_read_switch)]
Url = Annotated[str, _text(_url, "an absolute http:// or https:// URL")]
PublicUrl = Annotated[str, _text(_public_url, "an http:// or https:// URL without query, fragment or user")]
Method = Annotated[Literal["GET", "POST"], _text(_one_of("GET", "POST", upper=True), '"GET" or "POST"')]
Level = Annotated[
    Literal["debug", "info", "warning", "error"],
    _text(_one_of("debug", "info", "warning", "error"), '"debug", "info", "warning" or "error"'),
]
CodecName = Annotated[
    Literal["PCMU", "PCMA", "G722", "opus"],
    _text(_one_of_spelled("PCMU", "PCMA", "G722", "opus"), '"PCMU", "PCMA", "G722" or "opus"'),
]
DigestAlgorithm = Annotated[
    Literal["MD5", "SHA-256"], _text(_one_of("MD5", "SHA-256", upper=True), '"MD5" or "SHA-256"')
]
LimitsLike = Annotated[Literal["none", "twilio"], _text(_one_of("none", "twilio"), '"none" or "twilio"')]
LogFormat = Annotated[Literal["text", "json"], _text(_one_of("text", "json"), '"text" or "json"')]
PhoneNumber = Annotated[str, _text(_matching(E164), 'a number in E.164 form, such as "+15551234567"')]
AccountSidText = Annotated[str, _text(_matching(_ACCOUNT_SID), "AC and 32 lower-case hexadecimal digits")]
ApplicationSidText = Annotated[str, _text(_matching(_APPLICATION_SID), "AP and 32 lower-case hexadecimal digits")]
DomainName = Annotated[str, _text(_domain_name, 'a host name (letters, digits, hyphens), such as "demo.sip.localhost"')]
Advertised = Annotated[str, _text(_advertised, "a host name or IP address that others can reach, without a port")]
IpText = Annotated[str, _text(_ip, 'an IP address, such as "127.0.0.1"')]
Realm = Annotated[str, _text(_matching(_REALM), "1 to 63 letters, digits, dots, hyphens or spaces")]
Name = Annotated[str, _text(_matching(_NAME), "1 to 63 letters, digits, dots, hyphens or underscores")]
Username = Annotated[
    str, _text(_matching(_USERNAME), 'a user name of 1 to 32 characters without spaces or : @ " < > \\')
]
Password = Annotated[
    SecretStr,
    _text(
        _password,
        "a password of 12 to 255 characters with an upper-case letter, a lower-case letter and a digit",
        secret=True,
    ),
]
Secret = Annotated[SecretStr, _text(_secret, "a secret of 1 to 255 printable characters", secret=True)]
SipUriText = Annotated[str, _text(_sip_uri, 'a SIP URI, such as "sip:sip.carrier.example;transport=udp"')]
StoreUrl = Annotated[str, _text(_store_url, '"sqlite:///FILE" or "postgresql://USER:PASSWORD@HOST/DATABASE"')]
FilePath = Annotated[Path, _text(_path, "the path of a file or folder")]
Cidr = Annotated[
    Network,
    _text(_network, 'an IP address or network whose host bits are zero, such as "198.51.100.0/24" or "127.0.0.1/32"'),
]
Listen = Annotated[
    SipListen,
    _text(SipListen.parse, 'udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT, such as "udp:127.0.0.1:5060"'),
]
Ports = Annotated[PortRange, BeforeValidator(_port_range), BeforeValidator(read_list)]
HttpListen = Annotated[HostPort, _text(HostPort.parse, 'HOST:PORT, such as "127.0.0.1:8080"')]
