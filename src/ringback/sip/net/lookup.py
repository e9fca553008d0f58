"""DNS queries as values: the records RFC 3263 needs, and who asks for them."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV
import dns.resolver

MAX_SECONDS = 5.0
"""How long one name may take, all queries together."""
MAX_CACHE_SECONDS = 300.0
FAILURE_CACHE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Naptr:
    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Srv:
    priority: int
    weight: int
    port: int
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Records of one kind, and for how long they hold; no records when there are none."""

    naptr: Sequence[Naptr] = ()
    srv: Sequence[Srv] = ()
    addresses: Sequence[str] = ()
    seconds: float = MAX_CACHE_SECONDS


class Lookup(Protocol):
    """One DNS query. `kind` is NAPTR, SRV or ADDRESS. Raises nothing: what fails has found nothing."""

    async def __call__(self, name: str, kind: str) -> Found: ...


class DnsLookup:
    """Asks the machine's resolvers (or the one given), and its hosts file for addresses that they do not know."""

    def __init__(self, resolver: dns.asyncresolver.Resolver | None = None) -> None:
        self._resolver = resolver

    async def __call__(self, name: str, kind: str) -> Found:
        if kind == "ADDRESS":
            return await self._addresses(name)
        try:
            answer = await self._ask(name, kind)
        except (dns.exception.DNSException, OSError):
            return Found()
        if kind == "SRV":
            return Found(srv=_srv(answer), seconds=_seconds(answer))
        return Found(naptr=_naptr(answer), seconds=_seconds(answer))

    async def _addresses(self, name: str) -> Found:
        answers = await asyncio.gather(self._ask(name, "A"), self._ask(name, "AAAA"), return_exceptions=True)
        good = [answer for answer in answers if isinstance(answer, dns.resolver.Answer)]
        if not good:
            return await _system_addresses(name)
        addresses = [str(record) for answer in good for record in answer]
        return Found(addresses=addresses, seconds=min(_seconds(answer) for answer in good))

    async def _ask(self, name: str, kind: str) -> dns.resolver.Answer:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver()
        return await self._resolver.resolve(name, kind, lifetime=MAX_SECONDS, search=False)


async def _system_addresses(name: str) -> Found:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):  # the latter for a label that no host name can have
        return Found()
    return Found(addresses=list(dict.fromkeys(str(entry[4][0]) for entry in found)), seconds=FAILURE_CACHE_SECONDS)


def _srv(records: dns.resolver.Answer) -> list[Srv]:
    return [
        Srv(
            priority=record.priority,
            weight=record.weight,
            port=record.port,
            host=record.target.to_text(omit_final_dot=True).rstrip("."),
        )
        for record in records
        if isinstance(record, dns.rdtypes.IN.SRV.SRV)
    ]


def _naptr(records: dns.resolver.Answer) -> list[Naptr]:
    return [
        Naptr(
            order=record.order,
            preference=record.preference,
            flags=record.flags.decode("ascii", "replace").lower(),
            service=record.service.decode("ascii", "replace").upper(),
            replacement=record.replacement.to_text(omit_final_dot=True).rstrip("."),
        )
        for record in records
        if isinstance(record, dns.rdtypes.IN.NAPTR.NAPTR)
    ]


def _seconds(answer: dns.resolver.Answer) -> float:
    return float(answer.rrset.ttl) if answer.rrset is not None else FAILURE_CACHE_SECONDS
