"""Where a `<Dial>` goes and what its INVITE says: sip.md 5.1 and 5.2."""

from dataclasses import replace

import pytest

from ringback.call.control import CallInfo, DialTarget
from ringback.call.route import Caller, NotRoutable, Route
from ringback.model.call_status import Direction
from ringback.model.record import TrunkRecord
from ringback.model.sid import AccountSid, new_call_sid
from ringback.services.route_target import TargetRouter
from ringback.sip.registrar import Binding
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import DOMAIN, FrozenDirectory, configuration

TRUNK = TrunkRecord(
    sid="TK1",
    name="carrier",
    account_sid=ACCOUNT,
    uri="sip:sip.carrier.example:5070;transport=tcp",
    user="me",
    password="secret",
)
CHILD = CallInfo(call_sid=new_call_sid(), account_sid=ACCOUNT, from_="x", to="y", direction=Direction.OUTBOUND_DIAL)

OF_ANOTHER = replace(CHILD, account_sid=AccountSid("AC" + "9" * 32))


class NoPhones:
    def bindings(self, user: str, host: str, *, secure: bool = False) -> tuple[Binding, ...]:
        return ()


def caller(shown: str = f"sip:alice@{DOMAIN}", *, domain: str | None = DOMAIN) -> Caller:
    return Caller(shown=shown, domain=domain)


def route(
    address: str,
    *,
    kind: str = "sip",
    shown: Caller | None = None,
    call: CallInfo = CHILD,
    trunk: bool = True,
    **more: str,
) -> Route:
    directory = FrozenDirectory(configuration(trunks=[TRUNK] if trunk else []))
    router = TargetRouter(directory=directory.as_live(), phones=NoPhones(), default_host="192.0.2.1")
    target = DialTarget(kind=kind, address=address, **more)  # type: ignore[arg-type]
    found = router.route(target, call=call, caller=shown or caller())
    assert isinstance(found, Route)
    return found


def refused(address: str, **more: object) -> NotRoutable:
    with pytest.raises(NotRoutable) as problem:
        route(address, **more)  # type: ignore[arg-type]
    return problem.value


def test_s_01_the_invite_names_the_call_and_nothing_of_its_own_may_be_named_so() -> None:
    """OU-07: names of ours, and names that are not for apps, are left out."""
    found = route("sip:bob@example.com:5080;transport=tcp?X-Agent=7&X-Twilio-CallSid=forged&From=evil")
    assert dict(found.invitation.headers) == {
        "X-Twilio-ApiVersion": "2010-04-01",
        "X-Twilio-AccountSid": ACCOUNT,
        "X-Twilio-CallSid": CHILD.call_sid,
        "X-Agent": "7",
    }
    target = found.invitation.target
    assert (target.user, target.host, target.port, target.transport) == ("bob", "example.com", 5080, "tcp")
    assert "?" not in str(target)


def test_ou_09_a_line_break_in_a_value_is_no_header() -> None:
    found = route("sip:bob@example.com?X-A=%0D%0AEvil:%201&X-B=0A%3Bencoding%3Dhex")
    assert "X-A" not in dict(found.invitation.headers)
    assert dict(found.invitation.headers)["X-B"] == "0A;encoding=hex"


@pytest.mark.parametrize(
    ("shown", "user"),
    [
        (f"sip:alice@{DOMAIN}", "alice"),
        ("+15550001111", "+15550001111"),
        ("client:joey", "joey"),
        ('evil"\r\nX: 1', "evilX1"),
        (f"sip:{DOMAIN}", "anonymous"),
    ],
)
def test_5_2_from_is_the_caller_id_in_allowed_characters(shown: str, user: str) -> None:
    """S-02."""
    found = route("sip:bob@example.com", shown=caller(shown))
    assert str(found.invitation.from_) == f'"{user}" <sip:{user}@{DOMAIN}>'


@pytest.mark.parametrize(
    ("shown", "host"),
    [
        ("+15557654321", "192.0.2.1"),
        ("sip:alice@example.com", "192.0.2.1"),
        (f"sip:alice@{DOMAIN}", DOMAIN),
    ],
)
def test_from_is_at_our_address_where_the_call_has_no_domain(shown: str, host: str) -> None:
    """It is at a domain of the account only where the caller is; nobody else's name is used."""
    found = route("sip:bob@example.com", shown=caller(shown, domain=None))
    assert str(found.invitation.from_.uri).endswith(f"@{host}")
    other = OF_ANOTHER
    assert str(
        route("sip:bob@example.com", shown=caller(shown, domain=None), call=other).invitation.from_.uri
    ).endswith("@192.0.2.1")


def test_the_name_shown_is_another_where_one_is_given_and_breaks_no_line() -> None:
    found = route("sip:bob@example.com", shown=replace(caller("+15557654321"), display_name='The "shop"\r\nX: 1'))
    assert str(found.invitation.from_) == f'"The \\"shop\\"X: 1" <sip:+15557654321@{DOMAIN}>'


def test_credentials_of_the_noun_are_those_of_the_leg() -> None:
    credentials = route("sip:bob@example.com", username="bob", password="pw").invitation.credentials
    assert credentials is not None
    assert (credentials.username, credentials.password) == ("bob", "pw")
    assert route("sip:bob@example.com").invitation.credentials is None


def test_a_number_goes_through_the_trunk_with_its_credentials() -> None:
    found = route("+15551234567", kind="number")
    assert str(found.invitation.target) == "sip:+15551234567@sip.carrier.example:5070;transport=tcp"
    assert found.invitation.credentials is not None
    assert found.invitation.credentials.username == "me"
    assert found.to == "+15551234567"


@pytest.mark.parametrize("number", ["911", "+1911", "112", "+999"])
def test_em_02_an_emergency_number_goes_through_no_trunk(number: str) -> None:
    problem = refused(number, kind="number")
    assert problem.code == 13225
    assert "no emergency service" in problem.message


def test_em_02_an_address_with_such_a_user_is_an_address() -> None:
    assert str(route("sip:911@pbx.example").invitation.target) == "sip:911@pbx.example"


def test_a_number_without_a_trunk_or_that_is_none_is_refused() -> None:
    assert refused("+15551234567", kind="number", trunk=False).code == 13224
    assert refused("5551234567", kind="number").code == 13223
    assert refused("+15551234567", kind="number", call=OF_ANOTHER).code == 13224


@pytest.mark.parametrize(
    ("address", "code"),
    [(f"sip:bob@{DOMAIN}", 32009), (f"sip:bob@{DOMAIN.upper()}", 32009), (f"sip:{DOMAIN}", 32223)],
)
def test_ou_23_a_domain_of_ours_is_for_registered_phones_only(address: str, code: int) -> None:
    problem = refused(address)
    assert (problem.code, problem.sip_status) == (code, 404)


@pytest.mark.parametrize("address", ["", "sip:", "http://example.com", "sip:bob@" + "a" * 300 + ".example"])
def test_what_is_no_sip_uri_is_13243(address: str) -> None:
    assert refused(address).code == 13243


def test_a_client_that_is_not_registered_is_32009() -> None:
    assert refused("joey", kind="client").code == 32009
