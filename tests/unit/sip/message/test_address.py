"""`NameAddress`: every form of RFC 3261 section 20.10 and what is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.sip.message.address import NameAddress
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.uri import AbsoluteUri, SipUri


@pytest.mark.parametrize(
    ("text", "name", "uri", "tag"),
    [
        ('"A. G. Bell" <sip:agb@bell.com>;tag=a48s', "A. G. Bell", "sip:agb@bell.com", "a48s"),
        ("Anonymous <sip:c8oqz84zk7z@privacy.org>;TAG=hyh8", "Anonymous", "sip:c8oqz84zk7z@privacy.org", "hyh8"),
        ("sip:+12125551212@server.example.com;tag=887s", None, "sip:+12125551212@server.example.com", "887s"),
        ("<sip:a@b;tag=uri>", None, "sip:a@b;tag=uri", None),
        ("<sip:a@b>;tag=1;x=y", None, "sip:a@b", "1"),
        ("caller<sip:a@b>", "caller", "sip:a@b", None),
        (r'"a \"b\" <c>, d" <sip:a@b>', 'a "b" <c>, d', "sip:a@b", None),
        ('"" <sip:a@b>', "", "sip:a@b", None),
        ("Zoë Müller <sip:a@b>", "Zoë Müller", "sip:a@b", None),
        ("Bell, Alexander <sip:a@b>", "Bell, Alexander", "sip:a@b", None),
        ("<tel:+1555;phone-context=x>;tag=2", None, "tel:+1555;phone-context=x", "2"),
        ("< sip:a@b >", None, "sip:a@b", None),
    ],
)
def test_every_form_is_read(text: str, name: str | None, uri: str, tag: str | None) -> None:
    address = NameAddress.parse(text)
    assert (address.display_name, str(address.uri), address.tag) == (name, uri, tag)
    assert NameAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "<>",
        "Joe",
        '"Joe <sip:a@b>',
        '"Joe" sip:a@b',
        '"Joe" x <sip:a@b>',
        'J"o"e <sip:a@b>',
        "<sip:a@b",
        "<sip:a@b>;;x",
        "<sip:a@b> x",
        "<sip:a@b>;tag=1;TAG=2",
        "sip:a@b?x=y",
        "sip:a,b@c",
        "<sip:a b@c>",
    ],
)
def test_malformed_addresses_raise(text: str) -> None:
    with pytest.raises(MalformedHeader):
        NameAddress.parse(text)


def test_a_list_is_split_outside_quotes_and_brackets() -> None:
    addresses = NameAddress.parse_list('"A, B" <sip:a@b>;q=1, <sip:c,d@e>, sip:f@g')
    assert [str(address.uri) for address in addresses] == ["sip:a@b", "sip:c,d@e", "sip:f@g"]


def test_a_tag_is_added_or_exchanged_in_a_copy() -> None:
    address = NameAddress.parse("<sip:a@b>;x=1")
    assert str(address.with_tag("t")) == "<sip:a@b>;x=1;tag=t"
    assert address.with_tag("t").with_tag("u").tag == "u"
    assert address.tag is None


def test_only_sip_uris_will_do_where_a_sip_uri_is_needed() -> None:
    assert NameAddress.parse("<sips:a@b>").sip_uri == SipUri(scheme="sips", user="a", host="b")
    with pytest.raises(MalformedHeader, match="not a sip URI"):
        _ = NameAddress(uri=AbsoluteUri(text="tel:1")).sip_uri


@given(st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_display_name_round_trips(name: str | None) -> None:
    address = NameAddress(display_name=name, uri=SipUri(user="a", host="b"))
    assert NameAddress.parse(str(address)) == address


@given(st.text())
def test_any_text_is_an_address_or_malformed(text: str) -> None:
    for whole in (text, f"{text}<sip:a@b>", f"<sip:a@b>{text}"):
        try:
            address = NameAddress.parse(whole)
        except MalformedHeader:
            continue
        assert NameAddress.parse(str(address)) == address
