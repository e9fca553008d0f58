"""Which addresses an app may have (H-16)."""

import ipaddress

import pytest

from ringback.webhooks.address_policy import AddressPolicy, AddressRefused, is_numeric_host

STRICT = AddressPolicy(refuse_private=True)

INWARD = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "[::1]",
    "2130706433",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
]


@pytest.mark.parametrize("address", INWARD)
def test_every_spelling_of_an_inward_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        STRICT.check(address)
    with pytest.raises(AddressRefused):
        STRICT.check_host(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    STRICT.check(address)
    STRICT.check_host(address)


@pytest.mark.parametrize("address", [*INWARD, "8.8.8.8"])
def test_by_default_everything_is_allowed(address: str) -> None:
    AddressPolicy().check(address)


def test_the_operator_can_allow_a_network() -> None:
    policy = AddressPolicy(refuse_private=True, allow=(ipaddress.ip_network("10.0.0.0/8"),))
    policy.check("10.9.9.9")
    with pytest.raises(AddressRefused, match=r"192\.168\.0\.1 is not a public address"):
        policy.check("192.168.0.1")


def test_a_name_is_left_to_the_resolver() -> None:
    STRICT.check_host("localhost")
    assert not is_numeric_host("app.example")


def test_what_looks_like_a_number_and_is_no_address_is_refused() -> None:
    with pytest.raises(AddressRefused):
        STRICT.check_host("999.999.999.999")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "app.localhost", "[::1]", "127.0.0.1", "10.0.0.7:8080"])
def test_a_url_that_can_only_lead_inwards_is_refused_where_it_is_set(host: str) -> None:
    for url in (f"http://{host}/voice", f"https://user:password@{host}/voice#rc=2"):
        with pytest.raises(AddressRefused, match=r"http\.private_urls"):
            STRICT.check_url(url)
        AddressPolicy().check_url(url)


@pytest.mark.parametrize(
    "url", ["http://app.example/voice", "https://localhost.example/", "http://8.8.8.8/", "http://[::1", "", "/relative"]
)
def test_other_urls_pass_where_they_are_set(url: str) -> None:
    """A name is checked when it is resolved; what is no URL is refused as such."""
    STRICT.check_url(url)
