"""`DnsLookup` against a small DNS server on the loopback."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from ringback.clock import SystemClock
from ringback.sip.net.address import Target
from ringback.sip.net.lookup import DnsLookup
from ringback.sip.net.resolver import NameNotFound, Resolver
from ringback.sip.transaction.outgoing import Destination

ZONE = [
    ("example.com.", "NAPTR", '10 10 "S" "SIP+D2T" "" _sip._tcp.example.com.'),
    ("example.com.", "NAPTR", '20 10 "s" "SIP+D2U" "!^.*$!sip:odd value@x!" _sip._udp.example.com.'),
    ("_sip._tcp.example.com.", "SRV", "10 60 5070 host.example.com."),
    ("_sip._tcp.example.com.", "SRV", "20 0 5071 alias.example.com."),
    ("_sip._udp.example.com.", "SRV", "0 0 0 ."),
    ("host.example.com.", "A", "192.0.2.1"),
    ("host.example.com.", "AAAA", "2001:db8::1"),
    ("alias.example.com.", "CNAME", "host.example.com."),
]


class Server(asyncio.DatagramProtocol):
    """Answers from the zone; NXDOMAIN for the rest, and nothing at all for `silent`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), question.rdtype.name
        if name.startswith("silent"):
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        alias = next((text for owner, what, text in ZONE if owner == name and what == "CNAME"), None)
        if alias is not None:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", alias))
            name = alias
        texts = [text for owner, what, text in ZONE if (owner, what) == (name, kind)]
        if texts:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
        elif not any(owner == name for owner, _, _ in ZONE):
            response.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(response.to_wire(), addr)


@pytest.fixture
async def lookup() -> AsyncIterator[DnsLookup]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    yield DnsLookup(resolver)
    transport.close()


async def test_a_domain_is_followed_from_naptr_to_addresses(lookup: DnsLookup) -> None:
    found = await Resolver(SystemClock(), lookup=lookup).resolve(Destination(host="example.com"))
    assert found == tuple(
        Target(transport="tcp", address=address, port=port, host=host)
        for port, host in ((5070, "host.example.com"), (5071, "alias.example.com"))
        for address in ("192.0.2.1", "2001:db8::1")
    )


async def test_records_hold_as_long_as_they_say(lookup: DnsLookup) -> None:
    assert (await lookup("host.example.com", "ADDRESS")).seconds == 60


async def test_a_name_that_is_not_there_is_not_found(lookup: DnsLookup) -> None:
    with pytest.raises(NameNotFound):
        await Resolver(SystemClock(), lookup=lookup).resolve(Destination(host="nobody.invalid", port=5060))


async def test_a_name_that_only_the_hosts_file_knows_is_found(lookup: DnsLookup) -> None:
    found = await lookup("localhost", "ADDRESS")
    assert set(found.addresses) & {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".example", "é.example"])
async def test_a_name_that_dns_cannot_bear_is_not_found(lookup: DnsLookup, name: str) -> None:
    for kind in ("NAPTR", "SRV", "ADDRESS"):
        found = await lookup(name, kind)
        assert (list(found.addresses), list(found.srv), list(found.naptr)) == ([], [], [])
