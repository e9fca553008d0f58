"""URIs: RFC 3261 section 19.1, its examples, and what the field sends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sip.message.errors import MalformedUri
from ringback.sip.message.grammar import Parameters
from ringback.sip.message.uri import MAX_URI_CHARACTERS, AbsoluteUri, SipUri, equivalent, parse_uri


@pytest.mark.parametrize(
    "text",
    [
        # RFC 3261 section 19.1.3
        "sip:alice@atlanta.com",
        "sip:alice:secretword@atlanta.com;transport=tcp",
        "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:+1-212-555-1212:1234@gateway.com;user=phone",
        "sips:1212@gateway.com",
        "sip:alice@192.0.2.4",
        "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
        "sip:alice;day=tuesday@atlanta.com",
        # and beyond
        "sip:[2001:db8::1]:5070;lr",
        "sip:a@[::1]",
        "sip:*21#@pbx_1.local",
        "SIP:A%6cice@Example.COM:5080;Transport=TCP",
    ],
)
def test_what_is_read_is_written_to_the_letter(text: str) -> None:
    uri = SipUri.parse(text)
    assert str(uri) == text
    assert SipUri.parse(str(replace(uri, port=uri.port))) == uri


def test_the_parts_are_told_apart() -> None:
    uri = SipUri.parse("sips:al%20ice:pw@[2001:db8::1]:5070;transport=TLS;lr;x=%61?Subject=a%20b&X-A=1")
    assert (uri.scheme, uri.user, uri.password) == ("sips", "al ice", "pw")
    assert (uri.host, uri.port) == ("2001:db8::1", 5070)
    assert uri.parameters == Parameters({"transport": "TLS", "lr": None, "x": "a"})
    assert uri.headers == (("Subject", "a b"), ("X-A", "1"))
    assert uri.is_loose_router


def test_a_changed_copy_is_written_anew() -> None:
    uri = SipUri.parse("sip:%61lice@example.com;x=%3b")
    assert str(replace(uri, host="example.org")) == "sip:alice@example.org;x=%3B"
    assert str(replace(uri, user="b b")) == "sip:b%20b@example.com;x=%3B"


@pytest.mark.parametrize(
    ("text", "transport"),
    [
        ("sip:a@b", "udp"),
        ("sip:a@b;transport=TCP", "tcp"),
        ("sips:a@b", "tls"),
        ("sips:a@b;transport=tcp", "tls"),
        ("sip:a@b;transport=tls", "tls"),
        ("sip:a@b;transport", "udp"),
    ],
)
def test_the_transport_is_named_or_follows_the_scheme(text: str, transport: str) -> None:
    assert SipUri.parse(text).transport == transport


def test_an_address_of_record_has_neither_port_nor_parameters() -> None:
    uri = SipUri.parse("sips:Al%69ce:pw@Example.COM:5061;transport=tls?a=b")
    assert uri.address_of_record() == "sip:Alice@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        "sip:@host",
        "sip:a@",
        "sip:a@b@c",
        "sip:a b@c",
        "sip:a@b:",
        "sip:a@b:0",
        "sip:a@b:65536",
        "sip:a@b:5x",
        "sip:a@b:٥",
        "sip:%zz@b",
        "sip:%4@b",
        "sip:%ff@b",
        "sip:a@[::1",
        "sip:a@[::g]",
        "sip:a@[fe80::1%25eth0]",
        "sip:a@[::1]x",
        "sip:a@b;",
        "sip:a@b; lr",
        "sip:a@b;=x",
        "sip:a@b?",
        "sip:a@b?x",
        "sip:a@b?x=%zz",
        "sip:<a>@b",
        "sip:a@b\r\nX: y",
        "<sip:a@b>",
        "nothing",
        "tel:+1 555",
        'http://x"y',
        "1x:y",
    ],
)
def test_malformed_uris_raise(text: str) -> None:
    with pytest.raises(MalformedUri):
        parse_uri(text)


def test_a_uri_has_a_length_limit() -> None:
    longest = "sip:" + "a" * (MAX_URI_CHARACTERS - 6) + "@b"
    assert len(str(parse_uri(longest))) == MAX_URI_CHARACTERS
    for text in (longest + "b", "tel:" + "1" * MAX_URI_CHARACTERS):
        with pytest.raises(MalformedUri, match="too long"):
            parse_uri(text)


@pytest.mark.parametrize("text", ["tel:+1-201-555-0123;phone-context=x", "http://a/b?c=d", "urn:service:sos"])
def test_other_schemes_are_kept_as_they_came(text: str) -> None:
    uri = parse_uri(text)
    assert isinstance(uri, AbsoluteUri)
    assert str(uri) == text
    assert uri.scheme == text.partition(":")[0]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # RFC 3261 section 19.1.4
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("tel:+1555", "tel:+1555"),
    ],
)
def test_equivalent_uris(a: str, b: str) -> None:
    assert equivalent(parse_uri(a), parse_uri(b))
    assert equivalent(parse_uri(b), parse_uri(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@b", "sips:a@b"),
        ("sip:a@b;lr;maddr=c", "sip:a@b;lr"),
        ("sip:1@b", "tel:1"),
    ],
)
def test_uris_that_differ(a: str, b: str) -> None:
    assert not equivalent(parse_uri(a), parse_uri(b))


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
URIS = st.builds(
    SipUri,
    scheme=st.sampled_from(["sip", "sips"]),
    user=st.none() | ANY_TEXT,
    host=st.sampled_from(["example.com", "192.0.2.1", "2001:db8::1", "a"]),
    port=st.none() | st.integers(1, 65535),
    parameters=st.lists(st.tuples(ANY_TEXT, st.none() | ANY_TEXT), max_size=3).map(Parameters),
    headers=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
)


@given(URIS)
def test_any_uri_we_make_is_read_back_the_same(uri: SipUri) -> None:
    text = str(uri)
    assert text.isascii()
    assert text.isprintable()
    assert SipUri.parse(text) == uri


@given(st.text())
def test_any_text_is_a_uri_or_malformed(text: str) -> None:
    for prefix in ("", "sip:", "sip:a@b;"):
        try:
            uri = parse_uri(prefix + text)
        except MalformedUri:
            continue
        assert str(uri) == prefix + text
