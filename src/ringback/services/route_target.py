"""Where a `<Dial>` goes: SIP URIs to their host, plain numbers through the account's trunk, users to their phones."""

import re

from ringback.call.control import CallInfo, DialTarget
from ringback.call.exchange import Invitation
from ringback.call.route import NotRoutable, Route
from ringback.services.route_registered import (
    Phones,
    RegisteredPhone,
    check_edge,
    phones_of_address,
    phones_of_client,
)
from ringback.sip.digest import Credentials
from ringback.sip.message.address import NameAddress
from ringback.sip.message.errors import MalformedUri
from ringback.sip.message.uri import SipUri
from ringback.store.live_directory import LiveDirectory
from ringback.twiml.sip_address import HopelessAddress, read_sip_address
from ringback.webhooks.parameters import API_VERSION

INVALID_URI = 13243
INVALID_NUMBER = 13223
NO_TRUNK = 13224

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_CALLER_ID = re.compile(r"[A-Za-z0-9+_.-]+")


class TargetRouter:
    """Implements `call.route.Router`. `default_host` names us in `From` where the call has no domain."""

    def __init__(self, *, directory: LiveDirectory, phones: Phones, default_host: str) -> None:
        self._directory = directory
        self._phones = phones
        self._default_host = default_host

    def route(self, target: DialTarget, *, parent: CallInfo, child: CallInfo, caller_id: str | None) -> Route:
        match target.kind:
            case "number":
                return self._route_number(target, parent, child, caller_id)
            case "sip":
                return self._route_sip(target, parent, child, caller_id)
            case "client":
                return self._route_client(target, parent, child, caller_id)

    def _route_number(self, target: DialTarget, parent: CallInfo, child: CallInfo, caller_id: str | None) -> Route:
        if not _E164.fullmatch(target.address):
            raise NotRoutable(INVALID_NUMBER, f"{target.address!r} is not a phone number in E.164 form")
        trunk = self._directory.current.first_trunk(parent.account_sid)
        if trunk is None:
            raise NotRoutable(NO_TRUNK, f"there is no trunk to dial {target.address} through; add a [[trunk]]")
        carrier = SipUri.parse(trunk.uri)
        uri = SipUri(
            scheme=carrier.scheme,
            user=target.address,
            host=carrier.host,
            port=carrier.port,
            parameters=carrier.parameters,
        )
        credentials = Credentials(username=trunk.user, password=trunk.password or "") if trunk.user else None
        return self._routed(uri, target.address, parent, child, caller_id, credentials=credentials)

    def _route_sip(self, target: DialTarget, parent: CallInfo, child: CallInfo, caller_id: str | None) -> Route:
        try:
            address = read_sip_address(target.address)
            uri = SipUri.parse(address.uri)
        except (HopelessAddress, MalformedUri) as problem:
            raise NotRoutable(INVALID_URI, f"{target.address!r} is not a SIP URI: {problem}") from None
        check_edge(uri, self._directory.current)
        domain = self._directory.current.domain(uri.host)
        if domain is not None:
            # S-05, OU-23: a domain of ours may be dialled only as a registered endpoint.
            found = phones_of_address(uri, domain, parent.account_sid, self._phones)
            headers = _identity(child) + address.headers + target.headers
            return _route_phones(found, address.uri, parent, caller_id, headers)
        credentials = Credentials(username=target.username, password=target.password or "") if target.username else None
        return self._routed(
            uri,
            address.uri,
            parent,
            child,
            caller_id,
            credentials=credentials,
            headers=address.headers + target.headers,
        )

    def _route_client(self, target: DialTarget, parent: CallInfo, child: CallInfo, caller_id: str | None) -> Route:
        found = phones_of_client(target.address, self._directory.current.domains, parent.account_sid, self._phones)
        headers = _identity(child) + target.headers
        return _route_phones(found, f"client:{target.address}", parent, caller_id, headers)

    def _routed(
        self,
        uri: SipUri,
        to: str,
        parent: CallInfo,
        child: CallInfo,
        caller_id: str | None,
        *,
        credentials: Credentials | None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Route:
        """sip.md 5.2: From is the caller id at our domain, and the INVITE names the call (S-01)."""
        domain = dict(parent.sip_parameters).get("SipDomain", self._default_host)
        caller = SipUri(user=_caller_user(caller_id or parent.from_), host=domain)
        invitation = Invitation(
            target=uri,
            from_=NameAddress(display_name=caller.user, uri=caller),
            headers=_identity(child) + headers,
            credentials=credentials,
        )
        return Route(invitation=invitation, from_=caller_id or parent.from_, to=to)


def _route_phones(
    phones: tuple[RegisteredPhone, ...],
    to: str,
    parent: CallInfo,
    caller_id: str | None,
    headers: tuple[tuple[str, str], ...],
) -> Route:
    caller = caller_id or parent.from_
    first, *others = [phone.invitation(_caller_user(caller), headers) for phone in phones]
    return Route(invitation=first, from_=caller, to=to, others=tuple(others))


def _identity(child: CallInfo) -> tuple[tuple[str, str], ...]:
    """S-01."""
    return (
        ("X-Twilio-ApiVersion", API_VERSION),
        ("X-Twilio-AccountSid", str(child.account_sid)),
        ("X-Twilio-CallSid", str(child.call_sid)),
    )


def _caller_user(caller: str) -> str:
    """The user part of From: the caller id, or the caller's own user part; what may not stand there is left out."""
    text = caller
    if caller.startswith(("sip:", "sips:")):
        try:
            text = SipUri.parse(caller).user or "anonymous"
        except MalformedUri:
            text = "anonymous"
    text = text.removeprefix("client:")
    return "".join(_CALLER_ID.findall(text)) or "anonymous"
