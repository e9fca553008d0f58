"""From a next hop's name to addresses, by RFC 3263: NAPTR, SRV, then A and AAAA, as much of it as the name leaves open.

A numeric host and `localhost` (also `*.localhost`, RFC 6761) never ask. What was found is remembered for as long as
the records say, within bounds.
"""

import random
from collections.abc import Callable, Sequence

from ringback.clock import Clock, wait_for
from ringback.sip.net.address import Target, numeric
from ringback.sip.net.lookup import (
    FAILURE_CACHE_SECONDS,
    MAX_CACHE_SECONDS,
    MAX_SECONDS,
    DnsLookup,
    Found,
    Lookup,
    Srv,
)
from ringback.sip.transaction.outgoing import DEFAULT_PORTS, Destination

MAX_CACHED_NAMES = 10_000
MIN_CACHE_SECONDS = 1.0
MAX_TARGETS = 16
"""How many addresses of one name are tried."""

SERVICES = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
NAPTR_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}


class NameNotFound(Exception):
    """A name that leads to no address we can send to."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host}: {why}")
        self.host = host
        self.why = why


class Resolver:
    """Names to targets in the order to try them. `transports` are those we can send over."""

    def __init__(
        self,
        clock: Clock,
        *,
        lookup: Lookup | None = None,
        transports: Sequence[str] = ("udp", "tcp", "tls"),
        uniform: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._lookup = lookup or DnsLookup()
        self._transports = tuple(transports)
        self._uniform = uniform
        self._known: dict[Destination, tuple[float, tuple[Target, ...]]] = {}

    def known(self, destination: Destination) -> tuple[Target, ...] | None:
        """Without asking anybody: numeric, localhost, or remembered; None when DNS has to be asked. Empty: failed."""
        if (address := address_without_dns(destination.host)) is not None:
            return (_target(destination, address),)
        remembered = self._known.get(destination)
        if remembered is not None and remembered[0] > self._clock.now():
            return remembered[1]
        return None

    async def resolve(self, destination: Destination) -> tuple[Target, ...]:
        """Ask. Raises `NameNotFound`."""
        if (known := self.known(destination)) is not None and known:
            return known
        try:
            targets, seconds = await wait_for(self._clock, self._find(destination), MAX_SECONDS)
        except TimeoutError:
            targets, seconds = (), FAILURE_CACHE_SECONDS
        self._remember(destination, targets, seconds)
        if not targets:
            raise NameNotFound(destination.host, "no address found")
        return targets

    async def _find(self, destination: Destination) -> tuple[tuple[Target, ...], float]:
        """RFC 3263 sections 4.1 and 4.2."""
        if destination.port is not None:
            return await self._find_addresses(destination, destination.transport or "udp", destination.port)
        if destination.transport is not None:
            name = SERVICES[destination.transport] + destination.host
            found = await self._find_services([(destination.transport, name)])
        else:
            found = await self._find_services(await self._services(destination.host))
        if found[0]:
            return found
        transport = destination.transport or "udp"
        return await self._find_addresses(destination, transport, DEFAULT_PORTS[transport])

    async def _services(self, host: str) -> list[tuple[str, str]]:
        """(transport, SRV name) in the order the domain prefers, by NAPTR; without one, ours."""
        records = (await self._lookup(host, "NAPTR")).naptr
        ordered = sorted(records, key=lambda record: (record.order, record.preference))
        named = [
            (NAPTR_SERVICES[record.service], record.replacement)
            for record in ordered
            if record.flags == "s" and record.service in NAPTR_SERVICES
        ]
        usable = [(transport, name) for transport, name in named if transport in self._transports]
        return usable or [(each, SERVICES[each] + host) for each in ("udp", "tcp") if each in self._transports]

    async def _find_services(self, services: Sequence[tuple[str, str]]) -> tuple[tuple[Target, ...], float]:
        targets: list[Target] = []
        seconds = MAX_CACHE_SECONDS
        for transport, name in services:
            found = await self._lookup(name, "SRV")
            seconds = min(seconds, found.seconds)
            for record in by_priority(found.srv, self._uniform)[:MAX_TARGETS]:
                if record.host in ("", "."):
                    continue  # RFC 2782: the service is decidedly not available
                host = Destination(transport=transport, host=record.host, port=record.port)
                more, more_seconds = await self._find_addresses(host, transport, record.port)
                targets += more
                seconds = min(seconds, more_seconds)
        return tuple(targets[:MAX_TARGETS]), seconds

    async def _find_addresses(
        self, destination: Destination, transport: str, port: int
    ) -> tuple[tuple[Target, ...], float]:
        address = address_without_dns(destination.host)
        found = Found(addresses=[address]) if address else await self._lookup(destination.host, "ADDRESS")
        targets = tuple(
            Target(transport=transport, address=each, port=port, host=destination.host) for each in found.addresses
        )
        return targets[:MAX_TARGETS], found.seconds

    def _remember(self, destination: Destination, targets: tuple[Target, ...], seconds: float) -> None:
        kept = min(max(seconds, MIN_CACHE_SECONDS), MAX_CACHE_SECONDS) if targets else FAILURE_CACHE_SECONDS
        self._known.pop(destination, None)
        if len(self._known) >= MAX_CACHED_NAMES:
            self._known.pop(next(iter(self._known)))
        self._known[destination] = (self._clock.now() + kept, targets)


def address_without_dns(host: str) -> str | None:
    """The address of a numeric host or of `localhost`; None for a name that DNS has to be asked about."""
    folded = host.lower().rstrip(".")
    if folded == "localhost" or folded.endswith(".localhost"):
        return "127.0.0.1"
    return numeric(host)


def _target(destination: Destination, address: str) -> Target:
    transport = destination.transport or "udp"
    port = destination.port if destination.port is not None else DEFAULT_PORTS[transport]
    return Target(transport=transport, address=address, port=port, host=destination.host)


def by_priority(records: Sequence[Srv], uniform: Callable[[], float]) -> list[Srv]:
    """The order to try SRV records in: lowest priority first, among equals at random by weight (RFC 2782)."""
    ordered: list[Srv] = []
    for priority in sorted({record.priority for record in records}):
        # Records of weight 0 first, so that they have a small chance too.
        left = sorted((record for record in records if record.priority == priority), key=lambda record: record.weight)
        while left:
            mark = uniform() * sum(record.weight for record in left)
            running = 0
            for record in left:
                running += record.weight
                if running >= mark:
                    break
            left.remove(record)
            ordered.append(record)
    return ordered
