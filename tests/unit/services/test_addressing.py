"""Whom a call is for, and what the app is told of its addresses: sip.md sections 2, 4.1 and 12, over whole calls."""

import pytest

from ringback.call.exchange import Invitation
from ringback.sip.digest import Credentials
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.sip.transaction.outgoing import Destination
from tests.unit.services.conftest import DOMAIN, PASSWORD, House

FIRST, _, REST = DOMAIN.partition(".sip.")
LOCALISED = f"{FIRST}.sip.tokyo.{REST}"


@pytest.fixture
def house(house: House) -> House:
    house.pages["/voice"] = "<Reject/>"
    return house


async def told(house: House, uri: str) -> dict[str, str]:
    """What the app hears of a call to `uri`."""
    house.call(uri)
    await house.wait(1)
    (request,) = house.of("/voice")
    return dict(request.parameters)


@pytest.mark.parametrize("user", ["hello", "+14155550100", "911", "a.b!c", ""])
async def test_ad_02_ad_09_and_em_03_every_user_of_a_domain_is_for_its_one_voice_url(house: House, user: str) -> None:
    """AD-09, EM-03: a number is a user name like any other, and so is that of the fire brigade."""
    uri = f"sip:{user}@{DOMAIN}" if user else f"sip:{DOMAIN}"
    assert (await told(house, uri))["To"] == uri


@pytest.mark.parametrize("edge", ["tokyo", "san-jose", "us1", "ie1-ix"])
async def test_ad_04_a_domain_is_reached_by_its_name_at_any_edge(house: House, edge: str) -> None:
    host = f"{FIRST}.sip.{edge}.{REST}"
    house.bench.wire.alias(host, house.bench.sip)
    parameters = await told(house, f"sip:hello@{host}")
    assert (parameters["SipDomain"], parameters["To"]) == (host, f"sip:hello@{host}")
    assert parameters["SipDomainSid"] == house.directory.current.domains[0].sid
    assert parameters["SipUsername"] == "alice"


async def test_ad_05_the_host_that_is_dialled_need_not_be_the_domain(house: House) -> None:
    proxy = "sip.sydney.localhost"
    house.bench.wire.alias(proxy, house.bench.sip)
    house.bench.caller.exchange.place(
        Invitation(
            target=SipUri.parse(f"sip:hello@{DOMAIN}"),
            from_=NameAddress.parse(f"<sip:alice@{DOMAIN}>"),
            credentials=Credentials(username="alice", password=PASSWORD),
            destination=Destination(transport="udp", host=proxy),
        )
    )
    await house.wait(1)
    (request,) = house.of("/voice")
    assert request["SipDomain"] == DOMAIN


async def test_ad_07_a_sips_address_is_told_as_sip_over_tls(house: House) -> None:
    call = house.bench.caller.exchange.place(
        Invitation(
            target=SipUri.parse(f"sips:hello@{DOMAIN}"),
            from_=NameAddress.parse("<sips:alice@192.0.2.10>"),
            credentials=Credentials(username="alice", password=PASSWORD),
        )
    )
    await house.wait(1)
    assert (await call.ended).status == 603
    (request,) = house.of("/voice")
    assert request["To"] == f"sip:hello@{DOMAIN};transport=tls"
    assert request["From"] == "sip:alice@192.0.2.10;transport=tls"


@pytest.mark.parametrize(
    ("from_", "expected", "name"),
    [
        ('"Alice B." <sip:alice@192.0.2.10>', "sip:alice@192.0.2.10", "Alice B."),
        ("<sip:alice@192.0.2.10>", "sip:alice@192.0.2.10", None),
        ("Anonymous <sip:anonymous@anonymous.invalid>", "sip:anonymous@anonymous.invalid", "Anonymous"),
    ],
)
async def test_hd_06_and_hd_07_from_is_the_uri_alone_and_the_name_stands_beside(
    house: House, from_: str, expected: str, name: str | None
) -> None:
    """HD-07."""
    house.bench.caller.exchange.place(
        Invitation(
            target=SipUri.parse(f"sip:hello@{DOMAIN}"),
            from_=NameAddress.parse(from_),
            credentials=Credentials(username="alice", password=PASSWORD),
        )
    )
    await house.wait(1)
    (request,) = house.of("/voice")
    assert (request["From"], request.parameters.get("CallerName")) == (expected, name)
