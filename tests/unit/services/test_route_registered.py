"""Where registered phones are rung: RC-01 to RC-08, S-05 to S-07."""

from dataclasses import replace

import pytest

from ringback.call.control import CallInfo, DialTarget
from ringback.call.route import Caller, NotRoutable, Route
from ringback.model.call_status import Direction
from ringback.model.record import DomainRecord
from ringback.model.sid import AccountSid, DomainSid, new_call_sid
from ringback.services.route_target import TargetRouter
from ringback.sip.events import Flow
from ringback.sip.message.address import NameAddress
from ringback.sip.registrar import Binding, choose_bindings
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import DOMAIN, FrozenDirectory, configuration

UDP = Flow(transport="udp", remote_address="203.0.113.5", remote_port=61000, local_address="192.0.2.1", local_port=5060)
TLS = replace(UDP, transport="tls", connection_id=7)
OTHER = "other.sip.localhost"
CALLER = CallInfo(
    call_sid=new_call_sid(),
    account_sid=ACCOUNT,
    from_=f"sip:alice@{DOMAIN}",
    to=f"sip:hello@{DOMAIN}",
    direction=Direction.INBOUND,
    sip_parameters=(("SipDomain", DOMAIN),),
)
CHILD = replace(CALLER, call_sid=new_call_sid(), direction=Direction.OUTBOUND_DIAL)


def binding(contact: str, flow: Flow = UDP) -> Binding:
    return Binding(contact=NameAddress.parse(contact), call_id="c", sequence_number=1, expires_at=9e9, flow=flow)


class Registered:
    """Phones by `user@host`."""

    def __init__(self, **phones: list[Binding]) -> None:
        self._phones = {f"{user}@{DOMAIN}": bindings for user, bindings in phones.items()}

    def at(self, address: str, *bindings: Binding) -> "Registered":
        self._phones[address] = list(bindings)
        return self

    def bindings(self, user: str, host: str, *, secure: bool = False) -> tuple[Binding, ...]:
        return choose_bindings(self._phones.get(f"{user}@{host}", []), secure=secure)


def domain(name: str = OTHER, account: AccountSid = ACCOUNT, *, secure: bool = False) -> DomainRecord:
    return DomainRecord(sid=DomainSid(f"SD{name}"), account_sid=account, name=name, voice_url=None, secure=secure)


def route(
    address: str,
    phones: Registered,
    *,
    kind: str = "sip",
    others: tuple[DomainRecord, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Route:
    ours = configuration()
    directory = FrozenDirectory(replace(ours, domains=[*ours.domains, *others]))
    router = TargetRouter(directory=directory.as_live(), phones=phones, default_host="192.0.2.1")
    target = DialTarget(kind=kind, address=address, headers=headers)  # type: ignore[arg-type]
    found = router.route(target, call=CHILD, caller=Caller(shown=CALLER.from_, domain=DOMAIN))
    assert isinstance(found, Route)
    return found


def code_of(address: str, phones: Registered, **more: object) -> int:
    with pytest.raises(NotRoutable) as problem:
        route(address, phones, **more)  # type: ignore[arg-type]
    return problem.value.code


def test_rc_01_every_phone_of_the_user_gets_an_invite_where_its_register_came_from() -> None:
    """RC-08: From is at the domain. RG-14: a private address is reached by its flow."""
    phones = Registered(bob=[binding("<sip:bob@203.0.113.5:5070>"), binding("<sip:bob@10.0.0.7>")])
    found = route(f"sip:bob@{DOMAIN}?X-A=1", phones)
    invitations = (found.invitation, *found.others)
    assert [str(each.target) for each in invitations] == ["sip:bob@203.0.113.5:5070", "sip:bob@10.0.0.7"]
    assert [each.destination for each in invitations] == [None, UDP]
    assert {str(each.from_.uri) for each in invitations} == {f"sip:alice@{DOMAIN}"}
    assert {str(each.to.uri) for each in invitations if each.to} == {f"sip:bob@{DOMAIN}"}
    assert all(("X-A", "1") in each.headers for each in invitations)
    assert all(("X-Twilio-CallSid", str(CHILD.call_sid)) in each.headers for each in invitations)
    assert found.to == f"sip:bob@{DOMAIN}"


def test_a_client_is_every_phone_of_that_name_in_the_accounts_domains() -> None:
    phones = Registered(bob=[binding("<sip:bob@10.0.0.7>")]).at(f"bob@{OTHER}", binding("<sip:bob@10.0.0.8>"))
    found = route("bob", phones, kind="client", others=(domain(),), headers=(("X-Case", "7"),))
    assert [str(each.from_.sip_uri.host) for each in (found.invitation, *found.others)] == [DOMAIN, OTHER]
    assert ("X-Case", "7") in found.invitation.headers
    assert found.to == "client:bob"


def test_a_client_of_another_account_is_not_found() -> None:
    phones = Registered().at(f"bob@{OTHER}", binding("<sip:bob@10.0.0.8>"))
    stranger = domain(account=AccountSid("AC" + "9" * 32))
    assert code_of("bob", phones, kind="client", others=(stranger,)) == 32009


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"sip:bob@{DOMAIN}", 32009),
        (f"sip:{DOMAIN}", 32223),
        (f"sip:bob@{OTHER}", 13255),
    ],
    ids=["RC-03", "S-05", "S-07"],
)
def test_what_cannot_be_rung_has_its_code(address: str, code: int) -> None:
    stranger = domain(account=AccountSid("AC" + "9" * 32))
    assert code_of(address, Registered(), others=(stranger,)) == code


def test_rc_04_a_name_of_ours_with_an_edge_in_it_is_refused() -> None:
    first, _, rest = DOMAIN.partition(".")
    assert code_of(f"sip:bob@{first}.ashburn.{rest}", Registered(bob=[binding("<sip:bob@10.0.0.7>")])) == 32220


def test_rc_05_an_edge_parameter_does_not_matter() -> None:
    phones = Registered(bob=[binding("<sip:bob@10.0.0.7>")])
    assert route(f"sip:bob@{DOMAIN};edge=tokyo;region=jp1", phones).others == ()


def test_rc_06_with_secure_only_phones_of_tls_are_rung() -> None:
    tls = binding("<sip:bob@10.0.0.8;transport=tls>", TLS)
    phones = Registered(bob=[binding("<sip:bob@10.0.0.7>"), tls], eve=[binding("<sip:eve@10.0.0.9>")])
    found = route(f"sip:bob@{DOMAIN};secure=true", phones)
    assert (found.invitation.destination, found.others) == (TLS, ())
    assert code_of(f"sip:eve@{DOMAIN};secure=true", phones) == 32209
    assert code_of("sip:nobody@" + DOMAIN + ";secure=true", phones) == 32009


def test_rc_06_a_secure_domain_rings_over_tls_alone() -> None:
    phones = Registered().at(f"bob@{OTHER}", binding("<sip:bob@10.0.0.7>"))
    assert code_of(f"sip:bob@{OTHER}", phones, others=(domain(secure=True),)) == 32209
