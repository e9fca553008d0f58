"""Register phones: answer each REGISTER that was let in, remember where its phone is, and say where to ring it.

The bindings are kept in memory with the flow they came over (RG-13, RG-14); a restart forgets them, and phones come
back with their next refresh. A stranger can send wrong REGISTERs all day: each kind of problem of a domain becomes a
notification once in a minute at most.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from ringback.clock import Clock
from ringback.model.record import DomainRecord, NotificationRecord
from ringback.model.sid import new_sid
from ringback.sip.events import Flow, RegisterReceived
from ringback.sip.message.uri import SipUri
from ringback.sip.registrar import Binding, RegisterAnswer, Registrar, choose_bindings
from ringback.sip.transaction.outgoing import Destination
from ringback.store.live_directory import LiveDirectory

NOTIFICATION_SECONDS = 60.0
"""How often the same kind of problem of one domain is written down."""
CLEANING_SECONDS = 60.0
"""How often expired bindings are looked for, while REGISTERs come, and how long a phone's REGISTERs count."""
REGISTERS_A_MINUTE = 60
"""The most of one address of record; one more is answered 503 (32008). A phone needs one in five minutes."""
TOO_FAST = 32008


class Responder(Protocol):
    """Whoever sends the answer: `sip.endpoint.Endpoint`."""

    def respond(
        self, event: RegisterReceived, status: int, now: float, headers: Sequence[tuple[str, str]] = ()
    ) -> None: ...


class PhoneRegistration:
    """The registered phones of a server. `put` takes notifications and never waits."""

    def __init__(
        self,
        *,
        registrar: Registrar,
        directory: LiveDirectory,
        responder: Responder,
        put: Callable[[NotificationRecord], None],
        clock: Clock,
    ) -> None:
        self._registrar = registrar
        self._directory = directory
        self._responder = responder
        self._put = put
        self._clock = clock
        self._reported: dict[tuple[str, int], float] = {}
        self._clean_at = 0.0
        self._counts: Counter[str] = Counter()  # REGISTERs of each address since the last cleaning

    def __len__(self) -> int:
        """Addresses of record with a phone."""
        return len(self._registrar)

    def receive(self, event: RegisterReceived) -> None:
        """Obey a REGISTER that passed the screen, and answer it."""
        now = self._clock.now()
        self._forget_expired(now)
        address = self._address_of(event)
        answer = self._limited(address) or self._registrar.register(event.request, event.flow, now, address=address)
        if answer.error_code is not None:
            self._report_refusal(event, answer)
        self._responder.respond(event, answer.status, now, answer.headers)

    def bindings(self, user: str, host: str, *, secure: bool = False) -> tuple[Binding, ...]:
        """Where the phones of `user` are; with `secure` only those that came over TLS (RC-06)."""
        address = SipUri(user=user, host=host).address_of_record()
        return choose_bindings(self._registrar.bindings(address, self._clock.now()), secure=secure)

    def report(self, domain: DomainRecord, code: int, message: str) -> None:
        """A problem for the domain's account, unless the same was told a moment ago."""
        now = self._clock.now()
        if now < self._reported.get((domain.sid, code), 0.0):
            return
        self._reported[domain.sid, code] = now + NOTIFICATION_SECONDS
        self._put(
            NotificationRecord(
                sid=new_sid("NO"),
                account_sid=domain.account_sid,
                call_sid=None,
                error_code=code,
                level="warning",
                message=f"REGISTER at {domain.name}: {message}",
                created_at=self._clock.utc_now(),
            )
        )

    def _address_of(self, event: RegisterReceived) -> str:
        """The address of record; the name of the domain has no edge in it, so that any of its names finds the phone."""
        uri = event.request.to.sip_uri
        domain = self._directory.current.domain_at_edge(uri.host)
        return SipUri(user=uri.user, host=domain.name if domain is not None else uri.host).address_of_record()

    def _limited(self, address: str) -> RegisterAnswer | None:
        """RG-11: the refusal of a phone that registers again and again."""
        self._counts[address] += 1
        if self._counts[address] <= REGISTERS_A_MINUTE:
            return None
        headers = (("Retry-After", f"{CLEANING_SECONDS:g}"),)
        return RegisterAnswer(status=503, reason="Registers Too Fast", headers=headers, error_code=TOO_FAST)

    def _report_refusal(self, event: RegisterReceived, answer: RegisterAnswer) -> None:
        address = event.request.to.sip_uri
        domain = self._directory.current.domain_at_edge(address.host)
        if domain is not None and answer.error_code is not None:
            self.report(domain, answer.error_code, f"{address.user}: {answer.reason}")

    def _forget_expired(self, now: float) -> None:
        if now >= self._clean_at:
            self._clean_at = now + CLEANING_SECONDS
            self._counts.clear()
            self._registrar.forget_expired(now)


def way_to(binding: Binding) -> Flow | Destination | None:
    """How to reach a phone; None where its Contact says it (RG-14).

    Over TCP and TLS the connection that it registered by is used again. Over UDP its Contact is believed when it names
    the address that the REGISTER came from; any other, such as that of a private network, lies behind NAT, and then the
    way back is where the REGISTER came from.
    """
    uri = binding.contact.uri
    if binding.flow.transport != "udp":
        return binding.flow
    if isinstance(uri, SipUri) and uri.host == binding.flow.remote_address and uri.transport == "udp":
        return None
    return binding.flow
