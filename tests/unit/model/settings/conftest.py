"""A file that is right, to be made wrong one place at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from ringback.model.settings import SettingsError, settings_from_toml

RIGHT = """
[sip]
listen = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]
[media]
ports = [10000, 19999]
[http]
listen = "127.0.0.1:8080"
[store]
url = "sqlite:///ringback.db"
[account]
sid = "AC00000000000000000000000000000001"
auth_token = "0123456789abcdef0123456789abcdef"
[[domain]]
name = "demo.sip.localhost"
voice_url = "http://127.0.0.1:5000/voice"
voice_method = "POST"
users = { alice = "a-long-Passw0rd" }
allow = ["127.0.0.1/32"]
[[number]]
number = "+15551234567"
voice_url = "http://127.0.0.1:5000/number"
[[trunk]]
name = "carrier"
uri = "sip:sip.carrier.example;transport=udp"
allow = ["198.51.100.0/24"]
"""

Sentences = Callable[..., list[str]]


@pytest.fixture
def right() -> str:
    return RIGHT


@pytest.fixture
def sentences() -> Sentences:
    """The sentences that a file gets; none when it is right."""

    def of(text: str, environ: dict[str, Any] | None = None) -> list[str]:
        try:
            settings_from_toml(text, environ)
        except SettingsError as error:
            return [problem.sentence for problem in error.problems]
        return []

    return of
