"""Who may call: the table of sip.md section 3, and that a refusal costs nothing."""

from dataclasses import replace

import pytest

from ringback.model.record import AccountStatus, NumberRecord, TrunkRecord
from ringback.services.admit_call import (
    ACCOUNT_NOT_ACTIVE,
    BAD_CREDENTIALS,
    NO_AUTHENTICATION,
    NUMBER_NOT_E164,
    SOURCE_NOT_ALLOWED,
    TLS_REQUIRED,
)
from ringback.sip.digest import Challenge
from ringback.sip.events import Flow
from ringback.sip.message.message import Request
from ringback.sip.message.parser import parse_message
from ringback.sip.message.validate import Refusal
from tests.unit.call.conftest import ACCOUNT, OURS
from tests.unit.services.conftest import APP, DOMAIN, BuildHouse, House, configuration
from tests.unit.sip.conftest import on_the_wire, request_text

NEAR, FAR = ["192.0.2.0/24"], ["198.51.100.0/24"]
NUMBER = NumberRecord(sid="PN1", account_sid=ACCOUNT, number="+15551234567", voice_url=f"{APP}/voice")


def trunk(*allow: str) -> TrunkRecord:
    return TrunkRecord(sid="TK1", name="carrier", account_sid=ACCOUNT, uri="sip:carrier", allow=allow)


def screened(
    house: House, *, uri: str = f"sip:hello@{DOMAIN}", headers: str = "", transport: str = "udp", now: float = 0.0
) -> Refusal | Challenge | None:
    flow = Flow(transport=transport, remote_address="192.0.2.9", remote_port=5060, local_address=OURS, local_port=5060)
    request = parse_message(on_the_wire(request_text(uri=uri, headers=headers)))
    assert isinstance(request, Request)
    return house.admission.screen(request, flow, now)


def verdict(answer: Refusal | Challenge | None) -> str:
    if isinstance(answer, Refusal):
        return str(answer.status)
    return "passed" if answer is None else "challenged"


@pytest.mark.parametrize(
    ("users", "allow", "expected"),
    [
        (False, None, "403"),
        (False, NEAR, "passed"),
        (False, FAR, "403"),
        (False, [], "403"),
        (True, None, "challenged"),
        (True, NEAR, "challenged"),
        (True, FAR, "403"),
    ],
    ids=["nothing", "address", "foreign address", "empty list", "users", "both", "both, foreign address"],
)
def test_section_3_before_credentials_are_sent(
    build: BuildHouse, users: bool, allow: list[str] | None, expected: str
) -> None:
    house = build(configuration(users=users, allow=allow))
    assert verdict(screened(house)) == expected


@pytest.mark.parametrize(("allow", "password", "expected"), [
    (None, "a-long-Passw0rd", 603),
    (None, "wrong-Passw0rd", 403),
    (NEAR, "a-long-Passw0rd", 603),
    (NEAR, "wrong-Passw0rd", 403),
    (FAR, "a-long-Passw0rd", 403),
])  # fmt: skip
async def test_section_3_with_credentials(
    build: BuildHouse, allow: list[str] | None, password: str, expected: int
) -> None:
    house = build(configuration(allow=allow))
    house.pages["/voice"] = "<Reject/>"
    theirs = house.call(password=password)
    await house.wait(1)
    assert (await theirs.ended).status == expected
    assert bool(house.asked) is (expected == 603)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"users": False}, NO_AUTHENTICATION),
        ({"allow": FAR}, SOURCE_NOT_ALLOWED),
        ({"secure": True}, TLS_REQUIRED),
    ],
)
def test_a_refusal_says_why_in_x_twilio_error(build: BuildHouse, more: dict[str, bool | list[str]], error: str) -> None:
    answer = screened(build(configuration(**more)))  # type: ignore[arg-type]
    assert isinstance(answer, Refusal)
    assert (answer.status, dict(answer.headers)["X-Twilio-Error"]) == (403, error)


async def test_a_wrong_password_says_so_and_every_refusal_is_counted(house: House) -> None:
    theirs = house.call(password="wrong-Passw0rd")
    await house.wait(1)
    assert (await theirs.ended).status == 403
    refusal = house.bench.wire.last("403 INVITE", to="alice")
    assert refusal.headers.get("X-Twilio-Error") == BAD_CREDENTIALS
    assert house.admission.refusals == {"challenged": 1, "credentials": 1}


@pytest.mark.parametrize("uri", ["sip:x@other.sip.localhost", f"sip:x@{OURS}", "tel:+15551234567"])
def test_ad_06_an_unknown_domain_is_404(house: House, uri: str) -> None:
    assert verdict(screened(house, uri=uri)) == "404"


def test_a_secure_domain_takes_calls_over_tls(build: BuildHouse) -> None:
    house = build(configuration(secure=True))
    assert verdict(screened(house, transport="tls")) == "challenged"


def test_dg_01_dg_02_the_challenge_is_for_our_realm_with_qop(house: House) -> None:
    answer = screened(house)
    assert isinstance(answer, Challenge)
    assert all('realm="ringback"' in value and 'qop="auth"' in value for value in answer.values)


async def test_dg_05_an_old_nonce_is_challenged_again_as_stale(house: House) -> None:
    house.pages["/voice"] = "<Reject/>"
    house.call()
    await house.wait(1)
    sent = next(
        one.message.headers.get("Proxy-Authorization")
        for one in reversed(house.bench.wire.log)
        if one.summary == "INVITE" and "Proxy-Authorization" in one.message.headers
    )
    answer = screened(house, headers=f"Proxy-Authorization: {sent}", now=house.clock.now() + 86_400)
    assert isinstance(answer, Challenge)
    assert all("stale=true" in value for value in answer.values)


@pytest.mark.parametrize("header", ["Proxy-Authorization: nonsense", 'Proxy-Authorization: Digest username="alice'])
def test_credentials_that_cannot_be_read_are_refused_or_challenged(house: House, header: str) -> None:
    assert verdict(screened(house, headers=header)) in ("403", "challenged")


@pytest.mark.parametrize(
    ("allow", "user", "expected"),
    [("192.0.2.0/24", "+15551234567", "passed"), ("198.51.100.0/24", "+15551234567", "404"),
     ("192.0.2.0/24", "+15559999999", "404")],
)  # fmt: skip
def test_a_trunk_brings_calls_to_our_numbers_only(build: BuildHouse, allow: str, user: str, expected: str) -> None:
    house = build(configuration(trunks=[trunk(allow)], numbers=[NUMBER]))
    assert verdict(screened(house, uri=f"sip:{user}@{OURS}")) == expected


@pytest.mark.parametrize("user", ["5551234567", "0015551234567", "joe", "+0155", ""])
def test_ad_08_a_trunk_that_calls_no_number_in_e_164_form_hears_32101(build: BuildHouse, user: str) -> None:
    house = build(configuration(trunks=[trunk("192.0.2.0/24")], numbers=[NUMBER]))
    answer = screened(house, uri=f"sip:{user}@{OURS}" if user else f"sip:{OURS}")
    assert isinstance(answer, Refusal)
    assert (answer.status, dict(answer.headers)["X-Twilio-Error"]) == (404, NUMBER_NOT_E164)
    stranger = build(configuration(trunks=[trunk("198.51.100.0/24")], numbers=[NUMBER]))
    told = screened(stranger, uri=f"sip:{user}@{OURS}" if user else f"sip:{OURS}")
    assert isinstance(told, Refusal)
    assert (told.status, told.headers) == (404, ())


def test_a_trunks_address_does_not_open_a_domain(build: BuildHouse) -> None:
    house = build(configuration(trunks=[trunk("192.0.2.0/24")], numbers=[NUMBER]))
    assert verdict(screened(house, uri=f"sip:+15551234567@{DOMAIN}")) == "challenged"


async def test_a_stranger_costs_no_row_no_request_and_no_port(house: House) -> None:
    for password in (None, "wrong-Passw0rd"):
        house.call(password=password)
    house.bench.caller.call("sip:x@192.0.2.1")
    await house.wait(5)
    assert (house.rows, house.asked, house.bench.media.opened) == ([], [], [])
    assert house.bench.exchange.leg_count == 0
    assert house.journal.live_call_count == 0


async def test_dg_04_requests_in_the_dialog_are_not_challenged(house: House) -> None:
    house.pages["/voice"] = "<Say>one two three four five six seven eight</Say>"
    theirs = house.call()
    await house.wait(1)
    theirs.hang_up()
    await house.wait(1)
    assert house.bench.wire.to("alice")[-1] == "200 BYE"


def test_dg_08_the_username_is_told_only_where_digest_was_asked(build: BuildHouse) -> None:
    house = build(configuration(users=False, allow=NEAR))
    text = request_text(uri=f"sip:hello@{DOMAIN}", headers='Proxy-Authorization: Digest username="mallory"')
    request = parse_message(on_the_wire(text))
    assert isinstance(request, Request)
    flow = Flow(transport="udp", remote_address="192.0.2.9", remote_port=5060, local_address=OURS, local_port=5060)
    destination = house.admission.destination(request, flow)
    assert destination is not None
    assert destination.username is None


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.CLOSED])
@pytest.mark.parametrize("uri", [f"sip:hello@{DOMAIN}", f"sip:{NUMBER.number}@{OURS}"])
def test_an_account_that_is_not_active_takes_no_calls(build: BuildHouse, status: AccountStatus, uri: str) -> None:
    """rest-api.md 9.1, IN-07."""
    active = configuration(trunks=[trunk("192.0.2.0/24")], numbers=[NUMBER], users=False, allow=NEAR)
    house = build(replace(active, accounts=[replace(active.accounts[0], status=status)]))
    answer = screened(house, uri=uri)
    assert isinstance(answer, Refusal)
    assert (answer.status, dict(answer.headers)["X-Twilio-Error"]) == (403, ACCOUNT_NOT_ACTIVE)
    assert house.admission.refusals == {"inactive_account": 1}
    assert verdict(screened(build(active), uri=uri)) == "passed"
