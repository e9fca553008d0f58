"""SIP URIs of a document: OU-01 to OU-09 and the table of twiml.md 8.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.twiml.sip_address import (
    MAX_HEADERS_LENGTH,
    MAX_URI_LENGTH,
    HopelessAddress,
    SipAddress,
    is_allowed_header,
    read_sip_address,
)


def codes(address: SipAddress) -> list[int]:
    return [fault.code for fault in address.faults]


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        ("sip:alice@example.com", "sip:alice@example.com"),
        (" SIP:alice@example.com ", "sip:alice@example.com"),
        ("alice@example.com", "sip:alice@example.com"),
        ("example.com", "sip:example.com"),
        ("sip:+14155552671@[2001:db8::1]:5070", "sip:+14155552671@[2001:db8::1]:5070"),
        ("sip:a%40b:secret@10.0.0.1:5060;transport=TLS;lr", "sip:a%40b:secret@10.0.0.1:5060;transport=TLS;lr"),
        ("sip:1234;phone-context=x@gw.example;user=phone", "sip:1234;phone-context=x@gw.example;user=phone"),
        ("sip:a@b;edge=ashburn;secure=false", "sip:a@b;edge=ashburn;secure=false"),
        ("sip:a_b@host_name.local", "sip:a_b@host_name.local"),
    ],
)
def test_a_good_uri_is_kept(written: str, uri: str) -> None:
    """OU-04: `edge` and `region` are parameters like others; there is one place from which calls go out."""
    assert read_sip_address(written) == SipAddress(uri=uri)
    assert str(read_sip_address(written)) == uri


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        ("sips:alice@example.com", "sip:alice@example.com;transport=tls"),
        ("SIPS:alice@example.com:5070;transport=tcp;lr", "sip:alice@example.com:5070;lr;transport=tls"),
        ("sip:a@b;secure=true", "sip:a@b;secure=true;transport=tls"),
        ("sip:a@b;Secure=TRUE;Transport=udp", "sip:a@b;Secure=TRUE;transport=tls"),
    ],
)
def test_ad_07_and_tl_05_sips_and_secure_mean_tls(written: str, uri: str) -> None:
    found = read_sip_address(written)
    assert found == SipAddress(uri=uri)
    assert read_sip_address(str(found)) == found


def test_what_was_read_can_be_read_again_at_its_greatest_length() -> None:
    found = read_sip_address("sips:" + "a" * (MAX_URI_LENGTH - 7) + "@b")
    assert read_sip_address(str(found)) == found


@pytest.mark.parametrize(
    "written",
    [
        "",
        "sip:",
        "sip:alice@",
        "sip:@example.com",
        "sip:al ice@example.com",
        "sip:alice@exa mple.com",
        "sip:alice@example.com:99999",
        "sip:alice@example.com:0",
        "sip:alice@example.com:",
        "sip:al%zzice@example.com",
        "tel:+14155552671",
        "sip:alice@<b>",
        "sip:alice@-x-",
        "sip:é@example.com",
        "sip:a\r\nb@example.com",
        f"sip:{'a' * MAX_URI_LENGTH}@b",
    ],
)
def test_what_cannot_be_dialled_is_hopeless(written: str) -> None:
    with pytest.raises(HopelessAddress):
        read_sip_address(written)


def test_ou01_the_uri_without_headers_has_254_characters() -> None:
    longest = "sip:" + "a" * (MAX_URI_LENGTH - len("sip:@b")) + "@b"
    assert len(longest) == 254
    assert read_sip_address(f"{longest}?X-A=1").headers == (("X-A", "1"),)


def test_ou01_headers_over_1023_characters_are_all_left_out() -> None:
    most = "X-A=" + "1" * (MAX_HEADERS_LENGTH - 4)
    assert read_sip_address(f"sip:a@b?{most}").headers == (("X-A", most[4:]),)
    address = read_sip_address(f"sip:a@b?{most}1")
    assert (address.headers, codes(address), str(address)) == ((), [13253], "sip:a@b")


@pytest.mark.parametrize("parameter", ["secure=yes", "transport=sctp", "transport=", "SECURE=1", "transport"])
def test_ou02_ou03_a_transport_or_secure_that_means_nothing_is_32114(parameter: str) -> None:
    address = read_sip_address(f"sip:a@b;{parameter};lr")
    assert address.uri == "sip:a@b;lr"
    assert codes(address) in ([32114], [32110])


def test_ou06_a_parameter_that_cannot_be_read_is_32110() -> None:
    address = read_sip_address("sip:a@b;=x;;user=phone;a b")
    assert address.uri == "sip:a@b;user=phone"
    assert codes(address) == [32110, 32110, 32110]


def test_ou07_only_some_headers_may_be_sent() -> None:
    address = read_sip_address(
        "sip:a@b?X-A=1&From=x&x-b=2&X-Twilio-Z=1&X-TWILIO=1&User-to-User=u&X-User-to-User=v"
        "&Remote-Party-ID=r&P-Preferred-Identity=p&P-Called-Party-ID=c&Route=x&X-=1"
    )
    assert [name for name, _ in address.headers] == [
        "X-A",
        "x-b",
        "User-to-User",
        "X-User-to-User",
        "Remote-Party-ID",
        "P-Preferred-Identity",
        "P-Called-Party-ID",
    ]
    assert codes(address) == [32113] * 5


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("X-A=%0D%0AEvil: 1", 32112),
        ("X-A=%00", 32112),
        ("X-A=%zz", 32112),
        ("X-A=%", 32112),
        ("X-A=%ff", 32112),
        ("X-A=a%7fb", 32112),
        ("X A=1", 32111),
        ("X-Ä=1", 32111),
        ("=1", 32111),
        ("X-A%0d=1", None),
    ],
)
def test_ou08_illegal_characters_leave_the_header_out_and_the_call_goes_on(header: str, code: int | None) -> None:
    address = read_sip_address(f"sip:a@b?{header}&X-B=2")
    if code is not None:
        assert address.headers == (("X-B", "2"),)
        assert codes(address) == [code]
    else:  # an escaped byte in a name is a literal % there, never a line break
        assert all("\r" not in name for name, _ in address.headers)


def test_ou09_values_are_decoded_once_and_encoded_again_for_the_uri() -> None:
    address = read_sip_address("sip:a@b?User-to-User=0A1B%3Bencoding%3Dhex&X-B=a%2520b&X-C=%E2%82%AC&X-D&X-E=a=b")
    assert dict(address.headers) == {
        "User-to-User": "0A1B;encoding=hex",
        "X-B": "a%20b",
        "X-C": "€",
        "X-D": "",
        "X-E": "a=b",
    }
    assert str(address) == ("sip:a@b?User-to-User=0A1B%3Bencoding%3Dhex&X-B=a%2520b&X-C=%E2%82%AC&X-D=&X-E=a%3Db")


@pytest.mark.parametrize(("name", "good"), [("X-A", True), ("x-twilio-a", False), ("X-", False), ("a b", False)])
def test_a_header_name_is_allowed_or_not(name: str, good: bool) -> None:
    assert is_allowed_header(name) is good


@given(st.text(max_size=80) | st.from_regex(r"sips?:[a-z;=%?&@:.\-0-9A-F\[\]]{0,60}", fullmatch=True))
def test_reading_what_was_written_changes_nothing(text: str) -> None:
    try:
        address = read_sip_address(text)
    except HopelessAddress:
        return
    again = read_sip_address(str(address))
    assert (again.uri, again.headers, again.faults) == (address.uri, address.headers, ())
    assert str(address).isprintable()
    assert " " not in str(address)
