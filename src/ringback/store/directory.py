"""Whom a call may come from and whom it is for, in memory: what the call path asks, without a database.

A `Directory` is a frozen snapshot of the configuration; a caller who has not been authenticated costs a few dictionary
look-ups and nothing else. `live_directory.LiveDirectory` holds the newest one.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ringback.model.edge import names_without_edge
from ringback.model.record import (
    AccessAddressRecord,
    AccessMappingRecord,
    AccountRecord,
    ApplicationRecord,
    CallerIdRecord,
    CredentialMappingRecord,
    CredentialRecord,
    DomainRecord,
    KeyRecord,
    NumberRecord,
    Purpose,
    TrunkRecord,
)
from ringback.model.sid import AccountSid, DomainSid

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The rows a directory is built from."""

    accounts: Sequence[AccountRecord] = ()
    keys: Sequence[KeyRecord] = ()
    domains: Sequence[DomainRecord] = ()
    credentials: Sequence[CredentialRecord] = ()
    credential_mappings: Sequence[CredentialMappingRecord] = ()
    addresses: Sequence[AccessAddressRecord] = ()
    access_mappings: Sequence[AccessMappingRecord] = ()
    numbers: Sequence[NumberRecord] = ()
    caller_ids: Sequence[CallerIdRecord] = ()
    applications: Sequence[ApplicationRecord] = ()
    trunks: Sequence[TrunkRecord] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """How one domain decides (sip.md section 3): None where nothing is mapped, and then that check is not made."""

    networks: tuple[Network, ...] | None
    callers: Mapping[str, CredentialRecord] | None
    registrants: Mapping[str, CredentialRecord] | None

    @property
    def is_closed(self) -> bool:
        """Neither addresses nor credentials: the domain refuses every call (sip.md DM-08)."""
        return self.networks is None and self.callers is None


_CLOSED = Gate(networks=None, callers=None, registrants=None)


class Directory:
    """A snapshot of the configuration, made for look-ups. `realm` is the one that digests are made over."""

    def __init__(self, configuration: Configuration, *, realm: str) -> None:
        self._accounts = {str(account.sid): account for account in configuration.accounts}
        self._keys = {key.sid: key for key in configuration.keys}
        self._domains = {domain.name.lower(): domain for domain in configuration.domains}
        self._gates = _gates(configuration, realm)
        self._numbers = {number.number: number for number in configuration.numbers}
        self._caller_ids = frozenset((entry.account_sid, entry.number) for entry in configuration.caller_ids)
        self._applications = {str(application.sid): application for application in configuration.applications}
        self._trunks = tuple(sorted(configuration.trunks, key=lambda trunk: (trunk.position, trunk.name)))
        self._sources = tuple((network, trunk) for trunk in self._trunks for network in _networks(trunk.allow))
        self.foreign_realm_count = sum(credential.realm != realm for credential in configuration.credentials)

    def account(self, sid: str) -> AccountRecord | None:
        return self._accounts.get(sid)

    def key(self, sid: str) -> KeyRecord | None:
        """The API key of an SK SID."""
        return self._keys.get(sid)

    def domain(self, host: str) -> DomainRecord | None:
        """The domain of a Request-URI's host (sip.md AD-01); case and a final dot do not matter."""
        return self._domains.get(host.lower().removesuffix("."))

    def domain_at_edge(self, host: str) -> DomainRecord | None:
        """The same, also by a name with an edge in it (sip.md AD-04): whom callers and phones mean by it."""
        found = self.domain(host)
        others = (self.domain(name) for name, _ in names_without_edge(host)) if found is None else ()
        return found or next(filter(None, others), None)

    def gate(self, domain_sid: DomainSid) -> Gate:
        """What callers of the domain must pass."""
        return self._gates.get(domain_sid, _CLOSED)

    def address_allowed(self, domain_sid: DomainSid, address: str) -> bool:
        """True when the domain has no access list or `address` is in one (sip.md DG-03, DG-06)."""
        networks = self.gate(domain_sid).networks
        return networks is None or _contains(networks, address)

    def credential(
        self, domain_sid: DomainSid, username: str, purpose: Purpose = Purpose.CALLS
    ) -> CredentialRecord | None:
        """The user of a domain, for calls or for registrations; user names are case-sensitive (sip.md RG-02)."""
        gate = self.gate(domain_sid)
        users = gate.callers if purpose is Purpose.CALLS else gate.registrants
        return users.get(username) if users else None

    def maps_addresses(self, domain_sid: DomainSid) -> bool:
        """True when the domain takes calls from listed addresses only."""
        return self.gate(domain_sid).networks is not None

    def maps_credentials(self, domain_sid: DomainSid, purpose: Purpose) -> bool:
        """True when the domain asks for credentials, for this purpose."""
        gate = self.gate(domain_sid)
        return (gate.callers if purpose is Purpose.CALLS else gate.registrants) is not None

    def ha1(self, domain_sid: DomainSid, username: str, algorithm: str, purpose: Purpose = Purpose.CALLS) -> str | None:
        """The digest hash of a user for `MD5` or `SHA-256`, as `DigestGate.check` asks for it."""
        credential = self.credential(domain_sid, username, purpose)
        if credential is None:
            return None
        return {"MD5": credential.ha1_md5, "SHA-256": credential.ha1_sha256}.get(algorithm.upper())

    def number(self, number: str) -> NumberRecord | None:
        """The number in E.164 form."""
        return self._numbers.get(number)

    def owns_caller_id(self, account_sid: AccountSid, number: str) -> bool:
        """True for a number of the account, and for one that was verified for it (DI-14, rest-api.md 21210)."""
        found = self._numbers.get(number)
        return (found is not None and found.account_sid == account_sid) or (account_sid, number) in self._caller_ids

    def application(self, sid: str) -> ApplicationRecord | None:
        """The voice app of an ApplicationSid."""
        return self._applications.get(sid)

    def trunk_of_source(self, address: str) -> TrunkRecord | None:
        """The first trunk that allows calls from `address`."""
        parsed = _parsed(address)
        if parsed is None:
            return None
        return next((trunk for network, trunk in self._sources if parsed in network), None)

    def first_trunk(self, account_sid: str) -> TrunkRecord | None:
        """Where the account's plain numbers are dialled; a subaccount without a trunk uses its parent's."""
        account = self._accounts.get(account_sid)
        owners = (account_sid, account.owner_sid) if account is not None else (account_sid,)
        of_owner = ((trunk for trunk in self._trunks if trunk.account_sid == owner) for owner in owners)
        return next(itertools.chain.from_iterable(of_owner), None)

    @property
    def accounts(self) -> tuple[AccountRecord, ...]:
        return tuple(self._accounts.values())

    @property
    def domains(self) -> tuple[DomainRecord, ...]:
        return tuple(self._domains.values())

    @property
    def numbers(self) -> tuple[NumberRecord, ...]:
        return tuple(self._numbers.values())

    @property
    def trunks(self) -> tuple[TrunkRecord, ...]:
        return self._trunks


def _gates(configuration: Configuration, realm: str) -> dict[str, Gate]:
    by_list: dict[str, list[CredentialRecord]] = {}
    for credential in configuration.credentials:
        by_list.setdefault(credential.list_sid, []).append(credential)
    networks: dict[str, tuple[Network, ...]] = {}
    for address in configuration.addresses:
        networks[address.list_sid] = (*networks.get(address.list_sid, ()), *_networks((address.cidr,)))
    gates = {}
    for domain in configuration.domains:
        lists = [mapping.list_sid for mapping in configuration.access_mappings if mapping.domain_sid == domain.sid]
        gates[str(domain.sid)] = Gate(
            networks=tuple(network for sid in lists for network in networks.get(sid, ())) if lists else None,
            callers=_users(configuration, by_list, domain, Purpose.CALLS, realm),
            registrants=_users(configuration, by_list, domain, Purpose.REGISTRATIONS, realm),
        )
    return gates


def _users(
    configuration: Configuration,
    by_list: Mapping[str, Sequence[CredentialRecord]],
    domain: DomainRecord,
    purpose: Purpose,
    realm: str,
) -> dict[str, CredentialRecord] | None:
    """None without a mapped list. A hash over another realm can match no answer, so that user is left out.

    Where two lists have the same user name, the list that was mapped first counts.
    """
    mapped = [
        mapping.list_sid
        for mapping in configuration.credential_mappings
        if mapping.domain_sid == domain.sid and mapping.purpose is purpose
    ]
    if not mapped:
        return None
    users = (user for sid in reversed(mapped) for user in by_list.get(sid, ()) if user.realm == realm)
    return {user.username: user for user in users}


def _networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(cidr, strict=False) for cidr in cidrs)


def _contains(networks: Iterable[Network], address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """An address as the socket gives it; IPv4 in IPv6 is IPv4, and a zone is cut off."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed
