"""The nouns that ring a leg: SIP URIs and headers, identities, detection (twiml.md 8.1 to 8.3, 8.10)."""

from collections.abc import Callable

import pytest

from ringback.twiml.nodes import Client, Dial, Document, Header, Number, Parameter, Sip, Uri

Parse = Callable[[str], Document]


@pytest.fixture
def dial(parse: Parse) -> Callable[[str], tuple[list[object], list[int]]]:
    """The nouns of a `<Dial>` and the codes of its problems."""

    def dial(inner: str) -> tuple[list[object], list[int]]:
        document = parse(f"<Dial>{inner}</Dial>")
        (verb,) = document.verbs
        assert isinstance(verb, Dial)
        return list(verb.nouns), [problem.code for problem in document.problems]

    return dial


Dialled = Callable[[str], tuple[list[object], list[int]]]


def test_a_sip_uri_keeps_what_may_travel(dial: Dialled) -> None:
    nouns, problems = dial("<Sip>alice@example.com;transport=tcp;secure=x?X-A=1&amp;From=x&amp;X-B=%0d&amp;X C=1</Sip>")
    assert nouns == [Sip(line=1, uri="sip:alice@example.com;transport=tcp?X-A=1")]
    assert problems == [32114, 32113, 32112, 32111]


def test_a_hopeless_uri_is_13243(parse: Parse) -> None:
    document = parse("<Dial><Sip>call me</Sip></Dial>")
    (problem,) = document.problems
    assert (problem.code, problem.value) == (13243, "call me")
    assert "expected a SIP URI such as sip:alice@example.com" in problem.message
    assert document.verbs == (Dial(line=1),)


def test_an_empty_sip_is_13243(dial: Dialled) -> None:
    assert dial("<Sip/>") == ([], [13243])


def test_older_uris_are_read(dial: Dialled) -> None:
    nouns, problems = dial('<Sip><Uri priority="1" weight="2">a@b</Uri><Uri>:::</Uri><Uri>c@d</Uri></Sip>')
    assert nouns == [Sip(line=1, uris=(Uri(line=1, uri="sip:a@b", priority=1, weight=2), Uri(line=1, uri="sip:c@d")))]
    assert problems == [13243]


def test_ten_uris_are_the_most(dial: Dialled) -> None:
    nouns, problems = dial(f"<Sip>{'<Uri>a@b</Uri>' * 11}</Sip>")
    assert isinstance(nouns[0], Sip)
    assert len(nouns[0].uris) == 10
    assert problems == [13250]


def test_older_headers_are_read(dial: Dialled) -> None:
    nouns, problems = dial(
        '<Sip>a@b<Headers><Header name="X-A" value="1"/><Header name="Via" value="x"/></Headers>'
        '<Headers><Header name="User-to-User"/></Headers></Sip>'
    )
    headers = (Header(line=1, name="X-A", value="1"), Header(line=1, name="User-to-User"))
    assert nouns == [Sip(line=1, uri="sip:a@b", headers=headers)]
    assert problems == [13252]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ('<Header name="X-Twilio-A" value="1"/>', 13252),
        ('<Header name="X A" value="1"/>', 13252),
        ('<Header name="" value="1"/>', 13252),
        ('<Header value="1"/>', 13252),
        ('<Header name="X-A" value="a&#10;Evil: 1"/>', 13253),
        ('<Header name="X-A" value="a&#13;Evil: 1"/>', 13253),
        ('<Header name="X-A" value="' + "x" * 1021 + '"/>', 13253),
    ],
)
def test_a_header_that_may_not_be_sent_is_left_out(dial: Dialled, header: str, code: int) -> None:
    assert dial(f"<Sip>a@b<Headers>{header}</Headers></Sip>") == ([Sip(line=1, uri="sip:a@b")], [code])


@pytest.mark.parametrize("name", ["username", "password"])
@pytest.mark.parametrize("value", ["a&#10;b", "a&#13;b", "a&#x85;b", "x" * 256])
def test_credentials_are_one_line(dial: Dialled, name: str, value: str) -> None:
    assert dial(f'<Sip {name}="{value}">a@b</Sip>') == ([Sip(line=1, uri="sip:a@b")], [13249])


def test_fifty_headers_are_the_most(dial: Dialled) -> None:
    headers = '<Header name="X-A" value="1"/>' * 51
    nouns, problems = dial(f"<Sip>a@b<Headers>{headers}</Headers></Sip>")
    assert isinstance(nouns[0], Sip)
    assert len(nouns[0].headers) == 50
    assert problems == [13251]


def test_a_client_is_text_or_identity(dial: Dialled) -> None:
    assert dial("<Client> bob </Client>") == ([Client(line=1, identity="bob")], [])
    nouns, problems = dial('<Client><Identity> bob </Identity><Parameter name="a" value="b"/></Client>')
    assert nouns == [Client(line=1, identity="bob", parameters=(Parameter(line=1, name="a", value="b"),))]
    assert problems == []


@pytest.mark.parametrize("identity", ["", "a b", "a" * 257, "a;b", "a@b?c", "a&#9;b"])
def test_a_bad_identity_is_left_out(dial: Dialled, identity: str) -> None:
    assert dial(f"<Client>{identity}</Client>") == ([], [12200])
    assert dial(f"<Client><Identity>{identity}</Identity></Client>")[0] == []


def test_am02_a_detection_without_callback_is_21262(dial: Dialled) -> None:
    number = '<Number machineDetection="Enable" {}>+14155552671</Number>'
    assert dial(number.format(""))[1] == [21262]
    assert dial(number.format('amdStatusCallback="/amd"'))[1] == []
    assert dial('<Sip machineDetection="Enable">a@b</Sip>')[1] == [21262]


@pytest.mark.parametrize("name", ["asyncAmd", "asyncAmdStatusCallback", "asyncAmdStatusCallbackMethod"])
def test_am03_asynchronous_detection_is_21263(dial: Dialled, name: str) -> None:
    nouns, problems = dial(f'<Number {name}="true">+14155552671</Number><Sip {name}="true">a@b</Sip>')
    assert nouns == [Number(line=1, number="+14155552671"), Sip(line=1, uri="sip:a@b")]
    assert problems == [21263, 21263]


@pytest.mark.parametrize("written", ["<WhatsApp>x</WhatsApp>", "<WhatsApp/>", "<Sim>x</Sim>", "<Sim/>"])
def test_other_legs_need_their_address(dial: Dialled, written: str) -> None:
    nouns, problems = dial(written)
    assert nouns == []
    assert problems in ([13223], [12200])


def test_a_parameter_needs_a_name(dial: Dialled) -> None:
    nouns, problems = dial('<Client>a<Parameter value="b"/><Parameter name=""/><Parameter name="c"/></Client>')
    assert nouns == [Client(line=1, identity="a", parameters=(Parameter(line=1, name="c"),))]
    assert problems == [12200, 12200]
