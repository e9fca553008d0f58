"""RFC 3263 against a DNS in memory."""

from dataclasses import dataclass, field

import pytest

from ringback.sip.net.address import Target
from ringback.sip.net.lookup import FAILURE_CACHE_SECONDS, MAX_SECONDS, Found, Naptr, Srv
from ringback.sip.net.resolver import MAX_CACHED_NAMES, MAX_TARGETS, NameNotFound, Resolver, by_priority
from ringback.sip.transaction.outgoing import Destination
from ringback.testing.clock import VirtualClock


@dataclass
class Zone:
    """Records by (name, kind), and what was asked."""

    records: dict[tuple[str, str], Found] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    clock: VirtualClock | None = None
    takes: float = 0.0

    async def __call__(self, name: str, kind: str) -> Found:
        self.asked.append((name, kind))
        if self.clock is not None and self.takes:
            await self.clock.sleep(self.takes)
        return self.records.get((name, kind), Found())


def addresses(*each: str, seconds: float = 60.0) -> Found:
    return Found(addresses=each, seconds=seconds)


def srv(priority: int, weight: int, port: int, host: str) -> Srv:
    return Srv(priority=priority, weight=weight, port=port, host=host)


def target(address: str, port: int = 5060, transport: str = "udp", host: str = "example.com") -> Target:
    return Target(transport=transport, address=address, port=port, host=host)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (Destination(host="192.0.2.5"), ("udp", "192.0.2.5", 5060)),
        (Destination(host="192.0.2.5", port=5070), ("udp", "192.0.2.5", 5070)),
        (Destination(host="[2001:db8::5]", transport="tls"), ("tls", "2001:db8::5", 5061)),
        (Destination(host="localhost", transport="tcp"), ("tcp", "127.0.0.1", 5060)),
        (Destination(host="demo.sip.LOCALHOST", port=5099), ("udp", "127.0.0.1", 5099)),
    ],
)
async def test_numbers_and_localhost_never_ask(
    clock: VirtualClock, destination: Destination, expected: tuple[str, str, int]
) -> None:
    zone = Zone()
    [found] = await Resolver(clock, lookup=zone).resolve(destination)
    assert (found.transport, found.address, found.port) == expected
    assert zone.asked == []


async def test_with_a_port_only_addresses_are_asked(clock: VirtualClock) -> None:
    zone = Zone({("example.com", "ADDRESS"): addresses("192.0.2.1", "2001:db8::1")})
    found = await Resolver(clock, lookup=zone).resolve(Destination(host="example.com", port=5080))
    assert found == (target("192.0.2.1", 5080), target("2001:db8::1", 5080))
    assert zone.asked == [("example.com", "ADDRESS")]


async def test_with_a_transport_its_srv_is_asked(clock: VirtualClock) -> None:
    zone = Zone(
        {
            ("_sip._tcp.example.com", "SRV"): Found(srv=[srv(20, 0, 5062, "b.example"), srv(10, 0, 5061, "a.example")]),
            ("a.example", "ADDRESS"): addresses("192.0.2.1"),
            ("b.example", "ADDRESS"): addresses("192.0.2.2"),
        }
    )
    found = await Resolver(clock, lookup=zone).resolve(Destination(host="example.com", transport="tcp"))
    assert found == (
        target("192.0.2.1", 5061, "tcp", "a.example"),
        target("192.0.2.2", 5062, "tcp", "b.example"),
    )


async def test_without_anything_naptr_chooses_the_transport(clock: VirtualClock) -> None:
    def naptr(order: int, service: str, replacement: str) -> Naptr:
        return Naptr(order=order, preference=10, flags="s", service=service, replacement=replacement)

    zone = Zone(
        {
            ("example.com", "NAPTR"): Found(
                naptr=[naptr(90, "SIP+D2U", "_sip._udp.example.com"), naptr(50, "SIP+D2T", "_sip._tcp.example.com")]
            ),
            ("_sip._tcp.example.com", "SRV"): Found(srv=[srv(1, 1, 5070, "tcp.example")]),
            ("_sip._udp.example.com", "SRV"): Found(srv=[srv(1, 1, 5070, "udp.example")]),
            ("tcp.example", "ADDRESS"): addresses("192.0.2.3"),
            ("udp.example", "ADDRESS"): addresses("192.0.2.4"),
        }
    )
    found = await Resolver(clock, lookup=zone).resolve(Destination(host="example.com"))
    assert [(each.transport, each.address) for each in found] == [("tcp", "192.0.2.3"), ("udp", "192.0.2.4")]


async def test_naptr_of_transports_that_we_lack_is_passed_over(clock: VirtualClock) -> None:
    zone = Zone(
        {
            ("example.com", "NAPTR"): Found(
                naptr=[
                    Naptr(order=1, preference=1, flags="s", service="SIP+D2S", replacement="_sip._sctp.example.com"),
                    Naptr(order=2, preference=1, flags="u", service="SIP+D2U", replacement="x"),
                ]
            ),
            ("example.com", "ADDRESS"): addresses("192.0.2.9"),
        }
    )
    assert await Resolver(clock, lookup=zone).resolve(Destination(host="example.com")) == (target("192.0.2.9"),)


async def test_without_naptr_and_srv_it_is_udp_at_5060(clock: VirtualClock) -> None:
    zone = Zone({("example.com", "ADDRESS"): addresses("192.0.2.9")})
    assert await Resolver(clock, lookup=zone).resolve(Destination(host="example.com")) == (target("192.0.2.9"),)
    assert [kind for _, kind in zone.asked] == ["NAPTR", "SRV", "SRV", "ADDRESS"]


async def test_a_service_that_is_decidedly_absent_is_not_used(clock: VirtualClock) -> None:
    zone = Zone({("_sip._udp.example.com", "SRV"): Found(srv=[srv(0, 0, 0, "")])})
    with pytest.raises(NameNotFound):
        await Resolver(clock, lookup=zone).resolve(Destination(host="example.com", transport="udp"))


async def test_what_is_not_found_is_told_and_remembered_for_a_while(clock: VirtualClock) -> None:
    zone = Zone()
    resolver = Resolver(clock, lookup=zone)
    nowhere = Destination(host="nowhere.invalid", port=5060)
    with pytest.raises(NameNotFound, match=r"nowhere\.invalid"):
        await resolver.resolve(nowhere)
    assert resolver.known(nowhere) == ()
    await clock.advance(FAILURE_CACHE_SECONDS + 0.1)
    assert resolver.known(nowhere) is None


async def test_what_was_found_holds_as_long_as_its_record(clock: VirtualClock) -> None:
    zone = Zone({("example.com", "ADDRESS"): addresses("192.0.2.1", seconds=30)})
    resolver = Resolver(clock, lookup=zone)
    wanted = Destination(host="example.com", port=5060)
    for _ in range(3):
        await resolver.resolve(wanted)
    assert len(zone.asked) == 1
    await clock.advance(29)
    assert resolver.known(wanted) == (target("192.0.2.1"),)
    await clock.advance(2)
    assert resolver.known(wanted) is None


async def test_an_answer_that_does_not_come_is_given_up(clock: VirtualClock) -> None:
    import asyncio

    resolver = Resolver(clock, lookup=Zone(clock=clock, takes=3600))
    waiting = asyncio.ensure_future(resolver.resolve(Destination(host="slow.example", port=5060)))
    await asyncio.sleep(0)
    await clock.advance(MAX_SECONDS + 0.1)
    with pytest.raises(NameNotFound):
        await waiting


async def test_the_memory_is_bounded(clock: VirtualClock) -> None:
    resolver = Resolver(clock, lookup=Zone())
    for number in range(MAX_CACHED_NAMES + 10):
        resolver._remember(Destination(host=f"n{number}"), (), 5.0)
    assert len(resolver._known) == MAX_CACHED_NAMES


async def test_a_name_with_very_many_addresses_is_cut(clock: VirtualClock) -> None:
    zone = Zone({("example.com", "ADDRESS"): addresses(*(f"192.0.2.{number}" for number in range(200)))})
    found = await Resolver(clock, lookup=zone).resolve(Destination(host="example.com", port=5060))
    assert len(found) == MAX_TARGETS


def test_srv_records_of_one_priority_are_chosen_by_weight() -> None:
    """RFC 2782."""
    records = [srv(1, 0, 1, "zero"), srv(1, 70, 2, "heavy"), srv(1, 30, 3, "light"), srv(0, 1, 4, "first")]
    draws = iter([0.5, 0.5, 0.0, 0.9])
    assert [each.host for each in by_priority(records, lambda: next(draws))] == ["first", "heavy", "zero", "light"]


def test_over_many_draws_weight_is_kept() -> None:
    import random

    uniform = random.Random(5).random
    records = [srv(1, 90, 1, "heavy"), srv(1, 10, 2, "light")]
    firsts = [by_priority(records, uniform)[0].host for _ in range(2000)]
    assert 1700 < firsts.count("heavy") < 1900
