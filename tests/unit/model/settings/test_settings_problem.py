"""One sentence for each wrong setting: the key, the value, what is allowed."""

from collections.abc import Callable

import pytest

Sentences = Callable[..., list[str]]

TOKEN = '[account]\nauth_token = "0123456789abcdef"\n'
DOMAIN = f'{TOKEN}[[domain]]\nname = "a.example"\nvoice_url = "http://127.0.0.1/"\n'
NUMBER = f'{TOKEN}[[number]]\nnumber = "+15551234567"\nvoice_url = "http://127.0.0.1/"\n'
TRUNK = f'{TOKEN}[[trunk]]\nname = "carrier"\nuri = "sip:carrier.example"\n'
LISTEN = 'must be udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT, such as "udp:127.0.0.1:5060".'
URL = "must be an absolute http:// or https:// URL."
PORTS = (
    "must be [FIRST, LAST], two port numbers from 1024 to 65535 with at least one even port and the odd one after it."
)
CODECS = 'must be a list of "PCMU", "PCMA", "G722" and "opus", at least one, each once.'
CIDR = 'must be an IP address or network whose host bits are zero, such as "198.51.100.0/24" or "127.0.0.1/32".'

WRONG = [
    (TOKEN + '[sip]\nlisten = ["udp:x"]', f'sip.listen[0] is "udp:x", but {LISTEN}'),
    (TOKEN + '[sip]\nlisten = ["udp:127.0.0.1:0", 5060]', f"sip.listen[1] is 5060, but {LISTEN}"),
    (
        TOKEN + "[sip]\nlisten = []",
        'sip.listen is [], but must be a list of at least one listener, such as ["udp:127.0.0.1:5060"].',
    ),
    (TOKEN + '[sip]\nlisten = "udp:127.0.0.1:5060"', 'sip.listen is "udp:127.0.0.1:5060", but must be a list.'),
    (TOKEN + "[sip]\ntrace = 1", "sip.trace is 1, but must be true or false."),
    (TOKEN + '[sip]\ntrace = "true"', 'sip.trace is "true", but must be true or false.'),
    (
        TOKEN + '[sip]\nadvertise = "1.2.3.4:5060"',
        'sip.advertise is "1.2.3.4:5060", but must be a host name or IP address that others can reach, without a port.',
    ),
    (
        TOKEN + "[sip]\nrealm = 'a\"b'",
        'sip.realm is "a"b", but must be 1 to 63 letters, digits, dots, hyphens or spaces.',
    ),
    (TOKEN + "[media]\nports = [20000, 10000]", f"media.ports is [20000, 10000], but {PORTS}"),
    (TOKEN + "[media]\nports = [10000]", f"media.ports is [10000], but {PORTS}"),
    (TOKEN + '[media]\nports = ["10000", 10001]', f"media.ports is ['10000', 10001], but {PORTS}"),
    (TOKEN + "[media]\nports = [80, 90]", f"media.ports is [80, 90], but {PORTS}"),
    (TOKEN + "[media]\nthreads = 0", "media.threads is 0, but must be 1 or more."),
    (TOKEN + "[media]\nthreads = 65", "media.threads is 65, but must be 64 or less."),
    (TOKEN + "[media]\nthreads = 1.5", "media.threads is 1.5, but must be a whole number."),
    (TOKEN + "[media]\nthreads = true", "media.threads is true, but must be a whole number."),
    (TOKEN + "[media]\ncodecs = []", f"media.codecs is [], but {CODECS}"),
    (TOKEN + '[media]\ncodecs = ["PCMU", "PCMU"]', f"media.codecs is ['PCMU', 'PCMU'], but {CODECS}"),
    (TOKEN + '[media]\ncodecs = ["opus", "OPUS"]', f"media.codecs is ['opus', 'OPUS'], but {CODECS}"),
    (
        TOKEN + '[media]\ncodecs = ["PCMU", "speex"]',
        'media.codecs[1] is "speex", but must be "PCMU", "PCMA", "G722" or "opus".',
    ),
    (
        TOKEN + '[media]\naddress = "localhost"',
        'media.address is "localhost", but must be an IP address, such as "127.0.0.1".',
    ),
    (TOKEN + '[http]\nlisten = "8080"', 'http.listen is "8080", but must be HOST:PORT, such as "127.0.0.1:8080".'),
    (
        TOKEN + '[http]\npublic_url = "https://u@x/"',
        'http.public_url is "https://u@x/", but must be an http:// or https:// URL without query, fragment or user.',
    ),
    (
        TOKEN + '[store]\nurl = "mysql://root:geheim@db/x"',
        (
            'store.url is "mysql://root:***@db/x", but must be "sqlite:///FILE" or'
            ' "postgresql://USER:PASSWORD@HOST/DATABASE".'
        ),
    ),
    (TOKEN + "[limits]\ncalls = 0", "limits.calls is 0, but must be 1 or more."),
    (TOKEN + '[limits]\nlike = "aws"', 'limits.like is "aws", but must be "none" or "twilio".'),
    (TOKEN + '[limits]\ngrace_seconds = "1"', 'limits.grace_seconds is "1", but must be a number.'),
    (
        TOKEN + '[log]\nlevel = "loud"',
        'log.level is "loud", but must be "debug", "info", "warning" or "error".',
    ),
    (
        '[account]\nauth_token = "0123456789abcdef"\nsid = "AC1"',
        'account.sid is "AC1", but must be AC and 32 lower-case hexadecimal digits.',
    ),
    (
        '[account]\nauth_token = ""',
        "account.auth_token (value not shown) must be a secret of 1 to 255 printable characters.",
    ),
    (
        "[account]\nauth_token = 12345",
        "account.auth_token (value not shown) must be a secret of 1 to 255 printable characters.",
    ),
    (DOMAIN.replace("http://127.0.0.1/", "ftp://x/"), f'domain[0].voice_url is "ftp://x/", but {URL}'),
    (DOMAIN.replace("http://127.0.0.1/", "/voice"), f'domain[0].voice_url is "/voice", but {URL}'),
    (DOMAIN.replace("http://127.0.0.1/", "http://x:99999/"), f'domain[0].voice_url is "http://x:99999/", but {URL}'),
    (DOMAIN.replace("http://127.0.0.1/", "http://x/a b"), f'domain[0].voice_url is "http://x/a b", but {URL}'),
    (DOMAIN + 'voice_method = "PUT"', 'domain[0].voice_method is "PUT", but must be "GET" or "POST".'),
    (
        DOMAIN.replace("a.example", "192.0.2.1"),
        (
            'domain[0].name is "192.0.2.1", but must be a host name (letters, digits, hyphens), such as'
            ' "demo.sip.localhost".'
        ),
    ),
    (DOMAIN + 'allow = ["10.0.0.1/8"]', f'domain[0].allow[0] is "10.0.0.1/8", but {CIDR}'),
    (DOMAIN + 'allow = ["everyone"]', f'domain[0].allow[0] is "everyone", but {CIDR}'),
    (DOMAIN + "users = [1]", "domain[0].users (value not shown) must be a table."),
    (
        DOMAIN + 'users = { alice = "geheim" }',
        (
            "domain[0].users.alice (value not shown) must be a password of 12 to 255 characters with an upper-case"
            " letter, a lower-case letter and a digit."
        ),
    ),
    (
        DOMAIN + 'users = { "a b" = "a-long-Passw0rd" }',
        'domain[0].users.a b is "a b", but must be a user name of 1 to 32 characters without spaces or : @ " < > \\.',
    ),
    (
        NUMBER.replace("+15551234567", "5551234567"),
        'number[0].number is "5551234567", but must be a number in E.164 form, such as "+15551234567".',
    ),
    (
        TRUNK.replace("sip:carrier.example", "carrier.example"),
        'trunk[0].uri is "carrier.example", but must be a SIP URI, such as "sip:sip.carrier.example;transport=udp".',
    ),
    (
        TRUNK.replace("sip:carrier.example", "sip:x;transport=carrier-pigeon"),
        (
            'trunk[0].uri is "sip:x;transport=carrier-pigeon", but must be a SIP URI, such as'
            ' "sip:sip.carrier.example;transport=udp".'
        ),
    ),
    ("sip = 1\n" + TOKEN, "sip is 1, but must be a table."),
    ("domain = 1\n" + TOKEN, "domain is 1, but must be a list."),
    (TOKEN + '[domain]\nname = "a.example"', "domain is a table, but must be a list of tables: write [[domain]]."),
    ("domain = [1]\n" + TOKEN, "domain[0] is 1, but must be a table."),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=lambda value: repr(value)[-60:])
def test_a_wrong_value_is_told_with_its_key_and_what_is_allowed(sentences: Sentences, text: str, sentence: str) -> None:
    assert sentences(text) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TOKEN + '[sip]\nlisten_on = "x"', "sip.listen_on is not a setting; did you mean sip.listen?"),
        (TOKEN + "[spi]", "spi is not a setting; did you mean sip?"),
        (DOMAIN + 'voice_ulr = "x"', "domain[0].voice_ulr is not a setting; did you mean domain[0].voice_url?"),
        (TOKEN + 'Auth_Tokn = "x"', "account.Auth_Tokn is not a setting; did you mean account.auth_token?"),
        (TOKEN + "[log]\nzzz = 1", "log.zzz is not a setting; known here are level, format."),
    ],
)
def test_an_unknown_key_is_refused_with_what_was_perhaps_meant(sentences: Sentences, text: str, sentence: str) -> None:
    assert sentences(text) == [sentence]


def test_a_missing_token_says_how_to_make_one(sentences: Sentences) -> None:
    for text in ("", "[account]"):
        (sentence,) = sentences(text)
        assert sentence.startswith("account")
        assert "auth_token" in sentence
        assert sentence.endswith("openssl rand -hex 16.")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (TOKEN + "[[domain]]", "domain[0].name is missing."),
        (TOKEN + "[[number]]", "number[0].number is missing."),
        (TOKEN + '[[trunk]]\nname = "a"', "trunk[0].uri is missing."),
    ],
)
def test_a_missing_key_is_told_with_what_it_is_for(sentences: Sentences, text: str, start: str) -> None:
    (sentence,) = sentences(text)
    assert sentence.startswith(start)
    assert len(sentence) > len(start) + 10


def test_all_problems_are_told_at_once(sentences: Sentences) -> None:
    told = sentences('[sip]\nlisten = ["x", "y"]\n[media]\nthreads = 0\n[[domain]]\nname = ""\n[limits]\ncall = 1')
    assert len(told) == 6
    assert {sentence.split()[0] for sentence in told} == {
        "sip.listen[0]",
        "sip.listen[1]",
        "media.threads",
        "domain[0].name",
        "limits.call",
        "account",
    }


def test_a_password_is_never_shown(sentences: Sentences) -> None:
    text = DOMAIN + 'users = { alice = "Geheim" }\n[[trunk]]\nname = "t"\nuri = "sip:x"\nuser = "u"\npassword = 7654\n'
    told = "\n".join(sentences(text + '[store]\nurl = "oracle://u:Geheim@h/d"'))
    assert "alice" in told
    assert "trunk[0].password" in told
    assert "Geheim" not in told
    assert "7654" not in told


def test_a_long_value_is_cut_and_control_characters_are_escaped(sentences: Sentences) -> None:
    (long,) = sentences(TOKEN + f'[http]\nlisten = "{"x" * 5000}"')
    assert len(long) < 250
    (control,) = sentences(TOKEN + '[http]\nlisten = "a\\u001b[31m\\n"')
    assert '"a\\x1b[31m\\x0a"' in control
