"""Registration as the server does it: who may (RG-01 to RG-03), what is kept, what is reported."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import cast

import pytest

from ringback.model.record import CredentialMappingRecord, CredentialRecord, DomainRecord, NotificationRecord, Purpose
from ringback.model.sid import AccountSid, DomainSid
from ringback.services.admit_call import Admission
from ringback.services.register_phone import NOTIFICATION_SECONDS, REGISTERS_A_MINUTE, PhoneRegistration, way_to
from ringback.sip.digest import Challenge, DigestGate, response_digest
from ringback.sip.events import Flow, RegisterReceived
from ringback.sip.message import authorization
from ringback.sip.message.headers import Headers
from ringback.sip.message.message import Request
from ringback.sip.message.uri import SipUri
from ringback.sip.message.validate import Refusal
from ringback.sip.registrar import Registrar
from ringback.store.directory import Configuration, Directory
from ringback.store.live_directory import LiveDirectory
from ringback.testing.clock import VirtualClock

PASSWORD = "a-long-Passw0rd"
UDP = Flow(transport="udp", remote_address="203.0.113.5", remote_port=61000, local_address="192.0.2.1", local_port=5060)
TLS = replace(UDP, transport="tls", connection_id=7)
DOMAIN = DomainRecord(
    sid=DomainSid("SD1"), account_sid=AccountSid("AC1"), name="demo.example", voice_url=None, registration=True
)


def live(domain: DomainRecord, purposes: tuple[Purpose, ...] = tuple(Purpose)) -> LiveDirectory:
    user = CredentialRecord.of_password(
        sid="CR1", list_sid="CL1", username="alice", realm="ringback", password=PASSWORD
    )
    mappings = [CredentialMappingRecord(domain_sid=domain.sid, list_sid="CL1", purpose=each) for each in purposes]
    configuration = Configuration(domains=[domain], credentials=[user], credential_mappings=mappings)
    return cast(LiveDirectory, SimpleNamespace(current=Directory(configuration, realm="ringback")))


@dataclass
class Desk:
    """The server's side of a registration, without a network."""

    directory: LiveDirectory
    clock: VirtualClock = field(default_factory=VirtualClock)
    answers: list[tuple[int, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    notifications: list[NotificationRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.admission = Admission(
            directory=self.directory, gate=DigestGate("ringback", b"secret", algorithms=("MD5",))
        )
        self.phones = PhoneRegistration(
            registrar=Registrar(),
            directory=self.directory,
            responder=self,
            put=self.notifications.append,
            clock=self.clock,
        )
        self.admission.registrations.report = self.phones.report

    def respond(
        self, event: RegisterReceived, status: int, now: float, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.answers.append((status, tuple(headers)))

    def screen(self, request: Request, flow: Flow = UDP) -> Refusal | Challenge | None:
        return self.admission.screen(request, flow, self.clock.now())

    def register(self, request: Request, flow: Flow = UDP) -> int:
        """Challenge, answer, and obey; the status that the phone sees."""
        verdict = self.screen(request, flow)
        if isinstance(verdict, Challenge):
            verdict = self.screen(answered(request, verdict), flow)
        if verdict is not None:
            return verdict.status if isinstance(verdict, Refusal) else 407
        self.phones.receive(RegisterReceived(request=request, flow=flow, transaction_id="t"))
        return self.answers[-1][0]

    @property
    def codes(self) -> list[int]:
        return [notification.error_code for notification in self.notifications]


def register(contact: str = "<sip:alice@10.0.0.7>", *, to: str = "sip:alice@demo.example", number: int = 1) -> Request:
    headers = Headers(
        [("To", f"<{to}>"), ("From", f"<{to}>;tag=1"), ("Call-ID", contact), ("CSeq", f"{number} REGISTER")]
    )
    headers.add("Contact", contact)
    return Request(method="REGISTER", uri=SipUri(host="demo.example"), headers=headers)


def answered(request: Request, challenge: Challenge, *, username: str = "alice", password: str = PASSWORD) -> Request:
    asked = authorization.Challenge.parse(challenge.values[0])
    credentials = authorization.Credentials(
        username=username, realm=asked.realm, nonce=asked.nonce, uri=str(request.uri), response="",
        algorithm="MD5", cnonce="c", nc="00000001", qop="auth",
    )  # fmt: skip
    ha1 = CredentialRecord.of_password(
        sid="", list_sid="", username=username, realm="ringback", password=password
    ).ha1_md5
    credentials = replace(credentials, response=response_digest(ha1, credentials, "REGISTER"))
    headers = Headers(request.headers.items())
    headers.add("Proxy-Authorization", str(credentials))
    return replace(request, headers=headers)


def test_rg_03_a_register_is_challenged_and_then_bound_with_its_flow() -> None:
    desk = Desk(live(DOMAIN))
    assert isinstance(desk.screen(register()), Challenge)
    assert desk.register(register()) == 200
    (binding,) = desk.phones.bindings("alice", "DEMO.example")
    assert binding.flow == UDP
    assert desk.answers == [(200, (("Contact", "<sip:alice@10.0.0.7>;expires=3600"),))]


def test_rg_01_a_domain_without_registration_refuses_with_32210() -> None:
    desk = Desk(live(replace(DOMAIN, registration=False)))
    verdict = desk.screen(register())
    assert isinstance(verdict, Refusal)
    assert verdict.status == 403
    assert dict(verdict.headers)["X-Twilio-Error"].startswith("32210")
    assert desk.codes == [32210]
    assert desk.notifications[0].account_sid == DOMAIN.account_sid


def test_rg_01_a_domain_with_users_for_calls_alone_registers_nobody() -> None:
    desk = Desk(live(DOMAIN, (Purpose.CALLS,)))
    assert desk.register(register()) == 403
    assert desk.codes == [32200]


@pytest.mark.parametrize(
    "to", ["sip:bob@demo.example", "sip:Alice@demo.example", "sip:alice@other.example", "tel:+15550001111"]
)
def test_rg_02_another_address_than_the_users_own_is_refused(to: str) -> None:
    desk = Desk(live(DOMAIN))
    assert desk.register(register(to=to)) == 403
    assert desk.codes == [32212]


def test_ad_04_and_rg_13_a_phone_that_registers_at_an_edge_is_found_by_the_name_of_the_domain() -> None:
    """AD-05, RG-13, and that a second name is no second address of record (RG-12)."""
    desk = Desk(live(DOMAIN))
    assert desk.register(register(to="sip:alice@demo.tokyo.example")) == 200
    assert desk.register(register("<sip:alice@10.0.0.8>")) == 200
    assert len(desk.phones.bindings("alice", "demo.example")) == 2
    assert len(desk.phones) == 1
    assert desk.register(register(to="sip:bob@demo.tokyo.example")) == 403


@pytest.mark.parametrize(("username", "password"), [("alice", "wrong"), ("mallory", PASSWORD)])
def test_rg_02_wrong_credentials_are_refused(username: str, password: str) -> None:
    desk = Desk(live(DOMAIN))
    challenge = desk.screen(register())
    assert isinstance(challenge, Challenge)
    verdict = desk.screen(answered(register(), challenge, username=username, password=password))
    assert isinstance(verdict, Refusal)
    assert verdict.status == 403
    assert desk.codes == [32212]


def test_an_old_nonce_is_challenged_again_and_not_reported() -> None:
    desk = Desk(live(DOMAIN))
    challenge = desk.screen(register())
    assert isinstance(challenge, Challenge)
    late = answered(register(), challenge)
    assert desk.admission.screen(late, UDP, desk.clock.now() + 100_000) is not None
    assert desk.codes == []


def test_a_secure_domain_takes_registrations_over_tls_only() -> None:
    desk = Desk(live(replace(DOMAIN, secure=True)))
    assert desk.register(register()) == 403
    assert desk.codes == [32209]
    assert desk.register(register(), TLS) == 200


def test_rg_10_the_eleventh_phone_is_refused_and_reported() -> None:
    desk = Desk(live(DOMAIN))
    for number in range(10):
        assert desk.register(register(f"<sip:alice@10.0.0.{number}>")) == 200
    assert desk.register(register("<sip:alice@10.0.0.10>")) == 403
    assert desk.codes == [32007]
    assert len(desk.phones.bindings("alice", "demo.example")) == 10
    assert desk.register(register("<sip:alice@10.0.0.9>", number=2)) == 200


async def test_the_same_problem_is_written_down_once_a_minute() -> None:
    desk = Desk(live(replace(DOMAIN, registration=False)))
    for _ in range(100):
        desk.screen(register())
    assert desk.codes == [32210]
    await desk.clock.advance(NOTIFICATION_SECONDS)
    desk.screen(register())
    assert desk.codes == [32210, 32210]


async def test_a_phone_that_does_not_come_back_is_forgotten() -> None:
    desk = Desk(live(DOMAIN))
    desk.register(register())
    await desk.clock.advance(3600)
    assert desk.phones.bindings("alice", "demo.example") == ()
    assert len(desk.phones) == 1
    desk.register(register("<sip:alice@10.0.0.8>"))
    assert len(desk.phones) == 1


def test_rc_06_with_secure_only_the_phones_that_came_over_tls_are_rung() -> None:
    desk = Desk(live(DOMAIN))
    desk.register(register("<sip:alice@10.0.0.7>"))
    desk.register(register("<sip:alice@10.0.0.8;transport=tls>"), TLS)
    (binding,) = desk.phones.bindings("alice", "demo.example", secure=True)
    assert binding.flow == TLS


@pytest.mark.parametrize(
    ("contact", "flow", "way"),
    [
        ("<sip:alice@203.0.113.5:5070>", UDP, None),
        ("<sip:alice@10.0.0.7:5060>", UDP, UDP),
        ("<sip:alice@phone.invalid>", UDP, UDP),
        ("<sip:alice@203.0.113.5:5070;transport=tcp>", UDP, UDP),
        ("<sip:alice@203.0.113.5:5061;transport=tls>", TLS, TLS),
    ],
)
def test_rg_14_a_phone_is_reached_where_its_register_came_from(contact: str, flow: Flow, way: Flow | None) -> None:
    desk = Desk(live(DOMAIN))
    desk.register(register(contact), flow)
    (binding,) = desk.phones.bindings("alice", "demo.example")
    assert way_to(binding) == way


async def test_rg_11_a_phone_that_registers_again_and_again_is_slowed_down() -> None:
    desk = Desk(live(DOMAIN))
    for number in range(1, REGISTERS_A_MINUTE + 1):
        assert desk.register(register(number=number)) == 200
    assert desk.register(register(number=99)) == 503
    assert dict(desk.answers[-1][1]) == {"Retry-After": "60"}
    assert desk.codes == [32008]
    assert len(desk.phones.bindings("alice", "demo.example")) == 1
    await desk.clock.advance(60)
    assert desk.register(register(number=100)) == 200
