"""Where registered phones are rung: `<Sip>sip:user@own-domain</Sip>` and `<Client>` (sip.md 7.1).

All phones of a user ring at once (RC-01), each where its REGISTER came from (RG-14). The Request-URI is the phone's
Contact, To the address that was dialled, and the host of From is the domain, so that a phone can call back (RC-08).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ringback.call.exchange import Invitation
from ringback.call.route import NotRoutable
from ringback.model.edge import names_without_edge
from ringback.model.record import DomainRecord
from ringback.services.register_phone import way_to
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.sip.registrar import Binding
from ringback.store.directory import Directory

NOT_REGISTERED = 32009
NEEDS_TLS = 32209
EDGE_IN_NAME = 32220
OTHER_ACCOUNT = 13255
NO_USER = 32223
MAX_PHONES = 20
"""The most phones that one noun rings; a user has ten at most in each domain (RG-10)."""


class Phones(Protocol):
    """Knows the registered phones: `services.register_phone.PhoneRegistration`."""

    def bindings(self, user: str, host: str, *, secure: bool = False) -> tuple[Binding, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPhone:
    """One phone of a user, in one of our domains."""

    binding: Binding
    address: SipUri
    domain: DomainRecord

    def invitation(
        self, caller: str, headers: Sequence[tuple[str, str]], display_name: str | None = None
    ) -> Invitation:
        """The INVITE for it; `caller` is the user part of From, and the name shown where there is no other."""
        target = self.binding.contact.uri
        assert isinstance(target, SipUri), "the registrar takes SIP URIs only"
        return Invitation(
            target=target,
            from_=NameAddress(display_name=display_name or caller, uri=SipUri(user=caller, host=self.domain.name)),
            to=NameAddress(display_name=None, uri=self.address),
            headers=tuple(headers),
            destination=way_to(self.binding),
        )


def phones_of_address(
    uri: SipUri, domain: DomainRecord, account_sid: str, phones: Phones
) -> tuple[RegisteredPhone, ...]:
    """The phones of `sip:user@domain`. Raises `NotRoutable`; `;edge=` and `;region=` do not matter (RC-05)."""
    if domain.account_sid != account_sid:
        raise NotRoutable(OTHER_ACCOUNT, f"{domain.name} belongs to another account", sip_status=404)
    if not uri.user:
        raise NotRoutable(NO_USER, f"{uri}: a registered endpoint needs a user part", sip_status=404)
    secure = domain.secure or (uri.parameters.get("secure") or "").lower() == "true"
    found = _phones(uri.user, [domain], phones, secure=secure)
    if not found and secure and phones.bindings(uri.user, domain.name):
        raise NotRoutable(NEEDS_TLS, f"no phone of {uri.user}@{domain.name} is registered over TLS", sip_status=480)
    return _required(found, f"{uri.user}@{domain.name}")


def phones_of_client(
    identity: str, domains: Iterable[DomainRecord], account_sid: str, phones: Phones
) -> tuple[RegisteredPhone, ...]:
    """The phones that registered as `identity` at any of the account's domains. Raises `NotRoutable`."""
    own = [domain for domain in domains if domain.account_sid == account_sid]
    found = [phone for domain in own for phone in _phones(identity, [domain], phones, secure=domain.secure)]
    return _required(tuple(found[:MAX_PHONES]), f"client {identity!r}")


def check_edge(uri: SipUri, directory: Directory) -> None:
    """RC-04: a name of ours with an edge between its labels. Raises `NotRoutable`."""
    if directory.domain(uri.host) is not None:
        return
    for name, edge in names_without_edge(uri.host):
        if directory.domain(name) is not None:
            raise NotRoutable(EDGE_IN_NAME, f"{uri.host}: leave out {edge!r} to ring phones of {name}", sip_status=404)


def _phones(user: str, domains: Iterable[DomainRecord], phones: Phones, *, secure: bool) -> tuple[RegisteredPhone, ...]:
    return tuple(
        RegisteredPhone(binding=binding, address=SipUri(user=user, host=domain.name), domain=domain)
        for domain in domains
        for binding in phones.bindings(user, domain.name, secure=secure)
    )


def _required(found: tuple[RegisteredPhone, ...], who: str) -> tuple[RegisteredPhone, ...]:
    if not found:
        raise NotRoutable(NOT_REGISTERED, f"{who} is not registered", sip_status=404)
    return found
