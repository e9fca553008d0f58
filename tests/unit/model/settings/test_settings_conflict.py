"""Settings that do not go together are refused; those that are probably not meant are warned of."""

from collections.abc import Callable

import pytest

from ringback.model.settings import settings_from_toml

Sentences = Callable[..., list[str]]

TOKEN = '[account]\nauth_token = "0123456789abcdef"\n'
DOMAIN = '[[domain]]\nname = "{0}"\nvoice_url = "http://127.0.0.1/"\nallow = ["127.0.0.1"]\n'


def warnings(text: str) -> tuple[str, ...]:
    return settings_from_toml(text).warnings()


def test_a_listener_is_listed_once(sentences: Sentences) -> None:
    (told,) = sentences(TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:5060", "udp:127.0.0.1:5060"]')
    assert told == 'sip.listen[1] is "udp:127.0.0.1:5060", which sip.listen[0] is already; list each listener once.'


def test_the_system_may_choose_two_ports(sentences: Sentences) -> None:
    assert sentences(TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:0", "udp:127.0.0.1:0"]') == []


def test_udp_and_tcp_may_share_a_port_number(sentences: Sentences) -> None:
    assert sentences(TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]') == []


def test_sip_over_tcp_and_http_cannot_share_an_address(sentences: Sentences) -> None:
    (told,) = sentences(TOKEN + '[sip]\nlisten = ["tcp:127.0.0.1:8080"]')
    assert told.startswith('sip.listen[0] is "tcp:127.0.0.1:8080", but http.listen is the same address')
    assert sentences(TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:8080"]') == []


def test_tls_needs_a_certificate_and_its_key(sentences: Sentences) -> None:
    told = sentences(TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:0", "tls:127.0.0.1:5061"]')
    assert told == [
        'sip.tls_certificate is missing; sip.listen[1] is "tls:127.0.0.1:5061" and needs a PEM file here.',
        'sip.tls_key is missing; sip.listen[1] is "tls:127.0.0.1:5061" and needs a PEM file here.',
    ]


def test_a_short_token_stays_on_this_machine(sentences: Sentences) -> None:
    short = '[account]\nauth_token = "12345"\n[http]\nlisten = "{0}:8080"\n'
    assert sentences(short.format("127.0.0.1")) == []
    (told,) = sentences(short.format("0.0.0.0"))
    assert told.startswith("account.auth_token is shorter than 16 characters")
    assert "12345" not in told
    assert any("account.auth_token" in warning for warning in warnings(short.format("127.0.0.1")))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            DOMAIN.format("a.example") + DOMAIN.format("A.example"),
            'domain[1].name is "a.example", which domain[0].name',
        ),
        ('[[number]]\nnumber = "+15551234567"\n' * 2, 'number[1].number is "+15551234567", which number[0].number'),
        ('[[trunk]]\nname = "t"\nuri = "sip:x"\n' * 2, 'trunk[1].name is "t", which trunk[0].name'),
        (
            '[[caller_id]]\nnumber = "+15551234567"\n' * 2,
            'caller_id[1].number is "+15551234567", which caller_id[0].number',
        ),
        ('[[application]]\nname = "a"\n' * 2, 'application[1].name is "a", which application[0].name'),
    ],
)
def test_names_are_unique(sentences: Sentences, entry: str, told: str) -> None:
    assert sentences(TOKEN + entry) == [f"{told} is already; each must be unique."]


def test_two_applications_cannot_have_one_sid(sentences: Sentences) -> None:
    sid = f"AP{1:032x}"
    entries = "".join(f'[[application]]\nname = "{name}"\nsid = "{sid}"\nvoice_url = "http://x/"\n' for name in "ab")
    (told,) = sentences(TOKEN + entries)
    assert told == f'application[1].sid is "{sid}", which application[0].sid is already; each must be unique.'


def test_a_trunk_has_user_and_password_or_neither(sentences: Sentences) -> None:
    trunk = TOKEN + '[[trunk]]\nname = "t"\nuri = "sip:x"\n'
    assert sentences(trunk + 'user = "u"') == ["trunk[0].password is missing; trunk.user is given and needs it."]
    assert sentences(trunk + 'password = "p"') == ["trunk[0].user is missing; trunk.password is given and needs it."]
    assert sentences(trunk + 'user = "u"\npassword = "p"') == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[[domain]]\nname = "a.example"\nvoice_url = "http://x/"\n', "refuses every call"),
        ('[[domain]]\nname = "a.example"\nallow = ["127.0.0.1"]\n', "has no voice_url"),
        ('[[domain]]\nname = "a.example"\nregistration = true\n', "no phone can register"),
        ('[[number]]\nnumber = "+15551234567"\nvoice_url = "http://x/"\n', "no trunk has allow"),
        ('[[number]]\nnumber = "+15551234567"\n', "+15551234567) has no voice_url"),
        ('[[application]]\nname = "support"\n', "(support) has no voice_url, so <Dial> of it fails"),
        ('[sip]\nlisten = ["udp:127.0.0.1:15060"]\n', "is among the audio ports"),
        ('[sip]\nlisten = ["udp:0.0.0.0:5060"]\n', "sip.advertise is not set"),
        ('[http]\nlisten = "0.0.0.0:8080"\n', "http.public_url is not set"),
    ],
)
def test_what_is_probably_not_meant_is_warned_of(sentences: Sentences, text: str, part: str) -> None:
    assert sentences(TOKEN + text) == []
    assert any(part in warning for warning in warnings(TOKEN + text))
