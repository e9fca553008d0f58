"""Where a call of ours goes: SIP URIs to their host, numbers through the account's trunk, users to their phones."""

import re
from urllib.parse import parse_qsl

from ringback.call.control import CallInfo, DialTarget
from ringback.call.exchange import Invitation
from ringback.call.inside_leg import InsideInvitation
from ringback.call.route import Caller, InsideRoute, NotRoutable, Route
from ringback.model.emergency import is_emergency_number, refusal_of
from ringback.model.phone_number import is_dialled
from ringback.services.ownership import own
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
BLOCKED_NUMBER = 13225
NO_APPLICATION = 21218

SIP_SCHEMES = ("sip:", "sips:")

_CALLER_ID = re.compile(r"[A-Za-z0-9+_.-]+")


class TargetRouter:
    """Implements `call.route.Router`. `default_host` names us in `From` where the call has no domain."""

    def __init__(self, *, directory: LiveDirectory, phones: Phones, default_host: str) -> None:
        self._directory = directory
        self._phones = phones
        self._default_host = default_host

    def route(self, target: DialTarget, *, call: CallInfo, caller: Caller) -> Route | InsideRoute:
        match target.kind:
            case "number":
                return self._route_number(target, call, caller)
            case "sip":
                return self._route_sip(target, call, caller)
            case "client":
                return self._route_client(target, call, caller)
            case "application":
                return self._route_application(target, call)

    def _route_number(self, target: DialTarget, call: CallInfo, caller: Caller) -> Route:
        if is_emergency_number(target.address):
            raise NotRoutable(BLOCKED_NUMBER, refusal_of(target.address))
        if not is_dialled(target.address):
            raise NotRoutable(INVALID_NUMBER, f"{target.address!r} is not a phone number in E.164 form")
        trunk = self._directory.current.first_trunk(call.account_sid)
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
        invitation = self._invitation(uri, call, caller, target.headers, credentials)
        return Route(invitation=invitation, to=target.address)

    def _route_sip(self, target: DialTarget, call: CallInfo, caller: Caller) -> Route:
        try:
            address = read_sip_address(target.address)
            uri = SipUri.parse(address.uri)
        except (HopelessAddress, MalformedUri) as problem:
            raise NotRoutable(INVALID_URI, f"{target.address!r} is not a SIP URI: {problem}") from None
        check_edge(uri, self._directory.current)
        headers = address.headers + target.headers
        domain = self._directory.current.domain(uri.host)
        if domain is not None:
            # S-05, OU-23: a domain of ours may be dialled only as a registered endpoint.
            found = phones_of_address(uri, domain, call.account_sid, self._phones)
            return _route_phones(found, address.uri, caller, _identity(call) + headers)
        credentials = Credentials(username=target.username, password=target.password or "") if target.username else None
        return Route(invitation=self._invitation(uri, call, caller, headers, credentials), to=address.uri)

    def _route_client(self, target: DialTarget, call: CallInfo, caller: Caller) -> Route:
        found = phones_of_client(target.address, self._directory.current.domains, call.account_sid, self._phones)
        return _route_phones(found, f"client:{target.address}", caller, _identity(call) + target.headers)

    def _route_application(self, target: DialTarget, call: CallInfo) -> InsideRoute:
        """One of the account, and not by SIP; what stands behind `?` are its parameters."""
        sid, _, query = target.address.partition("?")
        application = own(self._directory.current.application(sid), call.account_sid)
        if application is None or not application.voice_url:
            raise NotRoutable(NO_APPLICATION, f"the account has no application {sid} with a voice URL", sip_status=404)
        parameters = tuple(parse_qsl(query, keep_blank_values=True))
        return InsideRoute(
            invitation=InsideInvitation(application_sid=sid, call=call, parameters=parameters), to=f"app:{sid}"
        )

    def _invitation(
        self,
        uri: SipUri,
        call: CallInfo,
        caller: Caller,
        headers: tuple[tuple[str, str], ...],
        credentials: Credentials | None,
    ) -> Invitation:
        """sip.md 5.2: From is the caller at our domain, and the INVITE names the call (S-01)."""
        host = caller.domain or self._own_domain(caller, call.account_sid) or self._default_host
        user = _caller_user(caller.shown)
        return Invitation(
            target=uri,
            from_=NameAddress(display_name=_shown_name(caller) or user, uri=SipUri(user=user, host=host)),
            headers=_identity(call) + headers,
            credentials=credentials,
        )

    def _own_domain(self, caller: Caller, account_sid: str) -> str | None:
        """The domain that the caller's SIP address is at, where that is the account's."""
        uri = _sip_uri(caller.shown)
        domain = self._directory.current.domain(uri.host) if uri is not None else None
        return domain.name if domain is not None and domain.account_sid == account_sid else None


def _route_phones(
    phones: tuple[RegisteredPhone, ...], to: str, caller: Caller, headers: tuple[tuple[str, str], ...]
) -> Route:
    user = _caller_user(caller.shown)
    first, *others = [phone.invitation(user, headers, _shown_name(caller)) for phone in phones]
    return Route(invitation=first, to=to, others=tuple(others))


def _identity(call: CallInfo) -> tuple[tuple[str, str], ...]:
    """S-01."""
    return (
        ("X-Twilio-ApiVersion", API_VERSION),
        ("X-Twilio-AccountSid", str(call.account_sid)),
        ("X-Twilio-CallSid", str(call.call_sid)),
    )


def _caller_user(caller: str) -> str:
    """The user part of From: the caller id, or the caller's own user part; what may not stand there is left out."""
    text = caller
    if caller.startswith(SIP_SCHEMES):
        uri = _sip_uri(caller)
        text = (uri.user if uri is not None else None) or "anonymous"
    text = text.removeprefix("client:")
    return "".join(_CALLER_ID.findall(text)) or "anonymous"


def _sip_uri(caller: str) -> SipUri | None:
    try:
        return SipUri.parse(caller) if caller.startswith(SIP_SCHEMES) else None
    except MalformedUri:
        return None


def _shown_name(caller: Caller) -> str | None:
    """The name to be shown, in characters that a header can have."""
    return "".join(filter(str.isprintable, caller.display_name or "")) or None
