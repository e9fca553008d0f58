"""The registrar (RFC 3261 section 10.3): which contacts an address of record has now, and what a REGISTER is owed.

Pure: the time is an argument and the answer is a value. Who may register what (digest, domain) is decided before; what
comes here is a REGISTER whose To is the address of record it may change. A contact keeps the flow it was registered
over, because that is the only way back to a phone behind NAT (RG-14).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ringback.sip.events import Flow
from ringback.sip.message.address import NameAddress
from ringback.sip.message.errors import MalformedHeader
from ringback.sip.message.message import Request, reason_phrase
from ringback.sip.message.uri import SipUri, equivalent

MIN_EXPIRES_SECONDS = 600
"""RG-04: a shorter interval is answered with 423."""
MAX_EXPIRES_SECONDS = 3600
"""RG-05: a longer interval is shortened to this; RG-06: it holds where none is asked for."""
MAX_BINDINGS = 10
"""RG-10: the most bindings of one address of record."""
MAX_CONTACTS = 2 * MAX_BINDINGS
"""The most contacts of one REGISTER: enough to remove ten and add ten. Each is compared with each binding."""
TOO_MANY_BINDINGS = 32007
"""Twilio's error for the eleventh binding."""

_DIGITS = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One contact of an address of record, until `expires_at`."""

    contact: NameAddress
    call_id: str
    sequence_number: int
    expires_at: float
    flow: Flow

    @property
    def instance(self) -> str | None:
        """The device, where it names itself (`+sip.instance`, RFC 5626 section 4.1)."""
        return self.contact.parameters.get("+sip.instance")

    def names_the_same_contact(self, contact: NameAddress) -> bool:
        """Whether a contact would replace this one: the same device, or the same URI (RFC 3261 section 10.3 step 7)."""
        instance = contact.parameters.get("+sip.instance")
        if instance is not None and self.instance is not None:
            same_line = self.contact.parameters.get("reg-id") == contact.parameters.get("reg-id")
            return instance == self.instance and same_line
        return equivalent(self.contact.uri, contact.uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """The response to a REGISTER: give it to `endpoint.respond`. `error_code` is Twilio's, where one fits."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarLimits:
    """What the registrar grants."""

    min_expires_seconds: int = MIN_EXPIRES_SECONDS
    max_expires_seconds: int = MAX_EXPIRES_SECONDS
    max_bindings: int = MAX_BINDINGS
    max_addresses: int = 1_000_000
    """RG-11: registrations of one domain."""


@dataclass(slots=True)
class Registrar:
    """The bindings of every address of record, in memory."""

    limits: RegistrarLimits = field(default_factory=RegistrarLimits)
    _bindings: dict[str, tuple[Binding, ...]] = field(default_factory=dict)

    def register(self, request: Request, flow: Flow, now: float, *, address: str | None = None) -> RegisterAnswer:
        """Obey a validated and authenticated REGISTER: all of it, or, when it is refused, nothing of it.

        `address` is the address of record where To has another name for it.
        """
        try:
            address = address or request.to.sip_uri.address_of_record()
            held = self._alive(address, now)
            wanted = self._wanted(request, held, flow, now)
        except MalformedHeader as malformed:
            return _answer(400, f"Bad {malformed.name} Header")
        if isinstance(wanted, RegisterAnswer):
            return wanted
        if len(wanted) > self.limits.max_bindings:
            return _answer(403, "Too Many Bindings", error_code=TOO_MANY_BINDINGS)
        if address not in self._bindings and len(self._bindings) >= self.limits.max_addresses:
            return _answer(503, None, ("Retry-After", str(self.limits.min_expires_seconds)))
        self._keep(address, wanted)
        return _answer(200, None, *(("Contact", _contact_value(binding, now)) for binding in wanted))

    def bindings(self, address_of_record: str, now: float) -> tuple[Binding, ...]:
        """The contacts an address of record has now, the newest first (RG-13)."""
        return tuple(reversed(self._alive(address_of_record, now)))

    def forget_expired(self, now: float) -> int:
        """Drop what has expired, and say how many bindings that were; call it now and then."""
        dropped = 0
        for address, held in list(self._bindings.items()):
            alive = self._alive(address, now)
            dropped += len(held) - len(alive)
            self._keep(address, alive)
        return dropped

    def forget_flow(self, flow: Flow) -> int:
        """Drop what was registered over a connection that is gone, and say how many bindings that were."""
        dropped = 0
        for address, held in list(self._bindings.items()):
            kept = tuple(binding for binding in held if binding.flow != flow)
            dropped += len(held) - len(kept)
            self._keep(address, kept)
        return dropped

    def __len__(self) -> int:
        return len(self._bindings)

    def _alive(self, address: str, now: float) -> tuple[Binding, ...]:
        return tuple(binding for binding in self._bindings.get(address, ()) if binding.expires_at > now)

    def _keep(self, address: str, bindings: tuple[Binding, ...]) -> None:
        if bindings:
            self._bindings[address] = bindings
        else:
            self._bindings.pop(address, None)

    def _wanted(
        self, request: Request, held: tuple[Binding, ...], flow: Flow, now: float
    ) -> tuple[Binding, ...] | RegisterAnswer:
        """The bindings as they are after this request, or its refusal."""
        if request.is_wildcard_contact:
            return self._remove_all(request, held)
        if len(request.contacts) > MAX_CONTACTS:
            return _answer(400, "Too Many Contacts")
        before = held
        for contact in request.contacts:
            seconds = self._granted(contact, request.expires)
            if 0 < seconds < self.limits.min_expires_seconds:
                return _answer(423, None, ("Min-Expires", str(self.limits.min_expires_seconds)))
            if not isinstance(contact.uri, SipUri):
                return _answer(400, "Bad Contact Header")
            if any(_is_late(request, binding) for binding in before if binding.names_the_same_contact(contact)):
                return _answer(500, "Out Of Order")
            held = tuple(binding for binding in held if not binding.names_the_same_contact(contact))
            if seconds:
                held = (*held, _bind(contact, request, flow, now + seconds))
        return held

    def _remove_all(self, request: Request, held: tuple[Binding, ...]) -> tuple[Binding, ...] | RegisterAnswer:
        # RFC 3261 section 10.3 step 6: "*" goes with Expires: 0 and with nothing else.
        if request.expires != 0:
            return _answer(400, "Bad Expires Header")
        if any(_is_late(request, binding) for binding in held):
            return _answer(500, "Out Of Order")
        return ()

    def _granted(self, contact: NameAddress, header: int | None) -> int:
        """The seconds for one contact: its own wish before the header's, never more than the most (RG-05, RG-06)."""
        wish = contact.parameters.get("expires")
        if wish is None:
            seconds = self.limits.max_expires_seconds if header is None else header
        elif _DIGITS.fullmatch(wish):
            seconds = int(wish)
        else:
            # RFC 3261 section 20.10: a malformed value is 3600.
            seconds = MAX_EXPIRES_SECONDS
        return min(seconds, self.limits.max_expires_seconds)


def _is_late(request: Request, binding: Binding) -> bool:
    # RFC 3261 section 10.3 step 7: within one Call-ID a CSeq that is not higher is out of order, and the update fails.
    return binding.call_id == request.call_id and request.cseq.number <= binding.sequence_number


def _bind(contact: NameAddress, request: Request, flow: Flow, expires_at: float) -> Binding:
    parameters = contact.parameters.without("expires")
    return Binding(
        contact=replace(contact, parameters=parameters),
        call_id=request.call_id,
        sequence_number=request.cseq.number,
        expires_at=expires_at,
        flow=flow,
    )


def _contact_value(binding: Binding, now: float) -> str:
    # RFC 3261 section 10.3 step 8: every binding with the time it has left.
    left = str(max(1, round(binding.expires_at - now)))
    return str(replace(binding.contact, parameters=binding.contact.parameters.with_parameter("expires", left)))


def _answer(
    status: int, reason: str | None, *headers: tuple[str, str], error_code: int | None = None
) -> RegisterAnswer:
    return RegisterAnswer(status=status, reason=reason or reason_phrase(status), headers=headers, error_code=error_code)


def choose_bindings(bindings: Iterable[Binding], *, secure: bool) -> tuple[Binding, ...]:
    """The bindings that a call may be sent to: with `secure` only those registered over TLS (RC-06)."""
    return tuple(binding for binding in bindings if not secure or binding.flow.transport == "tls")
