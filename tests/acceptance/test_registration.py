"""Phones register and are rung: sip.md section 7, as phones see it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from ringback.media._engine import Clip
from ringback.testing.softphone import Answering, Softphone, SoftphoneCall
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.peers.listening import loudest_stretch, read_wav, tone_wav, tones_in
from tests.peers.registering import Registrant
from tests.peers.sipp import Ladder, run_sipp

BOB = "bob"
BOB_PASSWORD = "another-Passw0rd"
TONE = Clip.decode(tone_wav(300, 2), "wav")


@pytest.fixture(scope="module")
def registrar(app_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose domain takes registrations of alice and bob."""
    users = f'users = {{ {USER} = "{PASSWORD}", {BOB} = "{BOB_PASSWORD}" }}\nregistration = true'
    text = settings_text(f"http://127.0.0.1:{app_port}/voice", domain=users, media="[30000, 30998]")
    running = Server.start(text, tmp_path_factory.mktemp("registration") / "server")
    yield running
    running.close()


def bobs(server: Server, transport: str = "udp") -> Registrant:
    return Registrant(user=BOB, password=BOB_PASSWORD, domain=DOMAIN, port=server.sip[transport], transport=transport)


@asynccontextmanager
async def registered_phones(server: Server, count: int) -> AsyncIterator[list[Softphone]]:
    """Phones of bob, each registered; all of bob's bindings are gone afterwards."""
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(Softphone.open(name=f"bob{number}")) for number in range(count)]
        registrant = stack.enter_context(bobs(server))
        for phone in phones:
            assert (await registrant.register(f"<{phone.uri}>")).status == 200
        yield phones
        assert (await registrant.register("*", expires=0)).status == 200


def call(phone: Softphone, server: Server) -> SoftphoneCall:
    return phone.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
async def test_rg_03_sipp_is_challenged_with_407_registers_and_leaves(
    registrar: Server, tmp_path: Path, transport: str
) -> None:
    """RG-04, RG-08, RG-15."""
    ladder = Ladder(domain=DOMAIN, user=BOB, password=BOB_PASSWORD, transport=transport)
    ladder = ladder.register(expires=600).expect(407).register(expires=600, with_credentials=True).expect(200)
    ladder = ladder.register(expires=60).expect(407).register(expires=60, with_credentials=True).expect(423)
    ladder = ladder.register(expires=0).expect(407).register(expires=0, with_credentials=True).expect(200)
    await run_sipp(ladder, registrar.sip[transport.lower()], tmp_path)
    with bobs(registrar) as registrant:
        assert (await registrant.register()).contacts == []


async def test_rg_02_sipp_with_a_wrong_password_is_refused(registrar: Server, tmp_path: Path) -> None:
    ladder = Ladder(domain=DOMAIN, user=BOB, password="wrong").register(expires=600).expect(407)
    await run_sipp(ladder.register(expires=600, with_credentials=True).expect(403), registrar.port, tmp_path)


@pytest.mark.parametrize(("asked", "granted"), [(600, "600"), (7200, "3600"), (None, "3600")])
async def test_rg_05_the_interval_is_granted_within_bounds(registrar: Server, asked: int | None, granted: str) -> None:
    """sip.md 14.7, RG-06."""
    with bobs(registrar) as registrant:
        answer = await registrant.register("<sip:bob@127.0.0.1:5999>", expires=asked)
        assert (answer.status, answer.contacts) == (200, [f"<sip:bob@127.0.0.1:5999>;expires={granted}"])
        assert (await registrant.register("<sip:bob@127.0.0.1:5999>", expires=0)).contacts == []


async def test_rg_04_an_interval_that_is_too_brief_is_refused(registrar: Server) -> None:
    with bobs(registrar) as registrant:
        answer = await registrant.register("<sip:bob@127.0.0.1:5999>", expires=60)
        assert (answer.status, answer.header("Min-Expires")) == (423, "600")
        assert (await registrant.register()).contacts == []  # RG-09


async def test_rg_10_ten_phones_and_no_eleventh(registrar: Server) -> None:
    """sip.md 14.8."""
    with bobs(registrar) as registrant:
        for number in range(10):
            assert (await registrant.register(f"<sip:bob@127.0.0.1:{6000 + number}>")).status == 200
        assert (await registrant.register("<sip:bob@127.0.0.1:6010>")).status == 403
        assert len((await registrant.register()).contacts) == 10
        assert (await registrant.register("*", expires=0)).contacts == []


async def test_rg_02_wrong_password_and_another_ones_address_are_refused(registrar: Server) -> None:
    with Registrant(user=BOB, password="wrong", domain=DOMAIN, port=registrar.port) as registrant:
        answer = await registrant.register("<sip:bob@127.0.0.1:5999>")
        assert answer.status == 403
        assert (answer.header("X-Twilio-Error") or "").startswith("32212")
    with bobs(registrar) as registrant:
        assert (await registrant.register("<sip:x@127.0.0.1:5999>", to=f"sip:{USER}@{DOMAIN}")).status == 403


async def test_rg_01_a_domain_without_registration_refuses(server: Server) -> None:
    with Registrant(user=USER, password=PASSWORD, domain=DOMAIN, port=server.port) as registrant:
        answer = await registrant.register("<sip:alice@127.0.0.1:5999>")
    assert answer.status == 403
    assert (answer.header("X-Twilio-Error") or "").startswith("32210")


@pytest.mark.parametrize("noun", [f"<Sip>sip:{BOB}@{DOMAIN}</Sip>", f"<Client>{BOB}</Client>"], ids=["sip", "client"])
async def test_rc_01_a_registered_phone_is_rung_and_can_call_back(
    app: VoiceApp, registrar: Server, tmp_path: Path, noun: str
) -> None:
    """RC-08: From is at the domain, To is the address of record, the Request-URI is the Contact."""
    app.pages["/voice"] = f'<Dial action="/done">{noun}</Dial>'
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice, registered_phones(registrar, 1) as (phone,):
        phone.answering = Answering(ring_seconds=0.2, hang_up_after_seconds=1)
        placed = call(alice, registrar)
        taken = await phone.next_incoming()
        request = taken.leg.session.request
        await placed.ended(15)
    assert str(request.uri) == phone.uri
    assert str(request.to.uri) == f"sip:{BOB}@{DOMAIN}"
    assert request.from_.sip_uri.host == DOMAIN
    assert request.from_.sip_uri.user == USER
    (done,) = app.of("/done")
    assert done.parameters["DialCallStatus"] == "completed"


async def test_ro_01_and_ro_03_a_registered_phone_calls_the_app_like_any_other_caller(
    app: VoiceApp, registrar: Server
) -> None:
    """DG-07: it is challenged; RO-03: from a port that registered nothing. RG-16: the app hears of calls alone."""
    app.pages["/voice"] = "<Reject/>"
    async with registered_phones(registrar, 1):
        assert app.requests == []
        async with Softphone.open(name=BOB) as elsewhere:
            proxy = f"127.0.0.1:{registrar.port}"
            without = elsewhere.call(f"sip:anything@{DOMAIN}", proxy=proxy)
            assert (await without.ended(10)).status == 407
            assert app.requests == []
            placed = elsewhere.call(f"sip:anything@{DOMAIN}", proxy=proxy, user=BOB, password=BOB_PASSWORD)
            assert (await placed.ended(10)).status == 603
    (asked,) = app.of("/voice")
    assert (asked.parameters["SipUsername"], asked.parameters["To"]) == (BOB, f"sip:anything@{DOMAIN}")


async def test_ro_02_a_registered_user_is_reached_by_the_app_alone(app: VoiceApp, registrar: Server) -> None:
    """A call to the address of a phone asks the app, and rings the phone only if that says so."""
    app.pages["/voice"] = "<Reject/>"
    async with Softphone.open() as alice, registered_phones(registrar, 1) as (phone,):
        proxy = f"127.0.0.1:{registrar.port}"
        placed = alice.call(f"sip:{BOB}@{DOMAIN}", proxy=proxy, user=USER, password=PASSWORD)
        assert (await placed.ended(10)).status == 603
        assert len(phone.calls) == 0
        phone.answering = Answering(ring_seconds=0.2, hang_up_after_seconds=0.2)
        app.pages["/voice"] = lambda request: f"<Dial><Sip>{request.parameters['To']}</Sip></Dial>"
        placed = alice.call(f"sip:{BOB}@{DOMAIN}", proxy=proxy, user=USER, password=PASSWORD)
        await phone.next_incoming()
        await placed.ended(15)


async def test_rc_02_all_phones_ring_as_one_call_and_the_first_to_answer_wins(
    app: VoiceApp, registrar: Server, tmp_path: Path
) -> None:
    """The one that answers hears the caller, the others are cancelled, and there is one child CallSid (sip.md 14.9)."""
    app.pages["/voice"] = (
        f'<Dial action="/done"><Sip statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">'
        f"sip:{BOB}@{DOMAIN}</Sip></Dial>"
    )
    app.pages["/done"] = "<Hangup/>"
    app.pages["/leg"] = ""
    async with Softphone.open() as alice, registered_phones(registrar, 3) as (slow, quick, silent):
        slow.answering = Answering(ring_seconds=8)
        quick.answering = Answering(ring_seconds=0.6, hang_up_after_seconds=2)
        silent.answering = Answering(ring_seconds=8)
        placed = call(alice, registrar)
        await placed.answered()
        speaking = asyncio.create_task(placed.play(TONE, loops=3))
        taken = await quick.next_incoming()
        await taken.answered()
        taken.record(tmp_path / "bob.wav")
        losers = [(await phone.next_incoming()) for phone in (slow, silent)]
        ends = [await loser.ended(5) for loser in losers]
        await placed.ended(15)
        await taken.ended(5)
        await asyncio.gather(speaking, return_exceptions=True)
    assert [(end.by, end.status) for end in ends] == [("peer", 487), ("peer", 487)]
    assert tones_in(loudest_stretch(read_wav(tmp_path / "bob.wav"), 1.0), [300, 700]) == {300}
    (done,) = app.of("/done")
    legs = await app.wait_for("/leg", 4)
    assert [leg.parameters["CallStatus"] for leg in legs] == ["initiated", "ringing", "in-progress", "completed"]
    assert [leg.parameters["SequenceNumber"] for leg in legs] == ["0", "1", "2", "3"]
    assert {leg.parameters["CallSid"] for leg in legs} == {done.parameters["DialCallSid"]}
    assert legs[-1].parameters["SipResponseCode"] == "200"


async def test_rc_07_when_all_refuse_the_best_response_is_reported(app: VoiceApp, registrar: Server) -> None:
    app.pages["/voice"] = f'<Dial action="/done"><Client>{BOB}</Client></Dial>'
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice, registered_phones(registrar, 2) as (one, other):
        one.answering = Answering(status=503, ring_seconds=0.1)
        other.answering = Answering(status=486, ring_seconds=0.3)
        await call(alice, registrar).ended(15)
    (done,) = app.of("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["DialSipResponseCode"]) == ("busy", "486")


async def test_rc_03_a_user_without_a_phone_is_not_registered(app: VoiceApp, registrar: Server) -> None:
    app.pages["/voice"] = '<Dial action="/done"><Client>carol</Client></Dial>'
    app.pages["/done"] = "<Hangup/>"
    async with Softphone.open() as alice:
        await call(alice, registrar).ended(15)
    (done,) = app.of("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["DialBridged"]) == ("failed", "false")
    assert any("32009" in line for line in registrar.log)


async def test_rg_14_a_phone_behind_nat_is_rung_where_its_register_came_from(app: VoiceApp, registrar: Server) -> None:
    app.pages["/voice"] = f'<Dial timeout="5"><Sip>sip:{BOB}@{DOMAIN}</Sip></Dial>'
    with bobs(registrar) as registrant:
        assert (await registrant.register("<sip:bob@10.1.2.3:5062>")).status == 200
        async with Softphone.open() as alice:
            placed = call(alice, registrar)
            invite = await registrant.receive()
            placed.hang_up()
        assert invite.startswith("INVITE sip:bob@10.1.2.3:5062 SIP/2.0\r\n")
        assert (await registrant.register("*", expires=0)).status == 200


async def test_rg_14_a_phone_that_registered_over_tcp_is_rung_on_its_connection(
    app: VoiceApp, registrar: Server
) -> None:
    """RG-15: TCP registers as UDP does. A Contact that nobody listens at does not matter."""
    app.pages["/voice"] = f'<Dial timeout="5"><Client>{BOB}</Client></Dial>'
    with bobs(registrar, "tcp") as registrant:
        contact = f"<sip:bob@127.0.0.1:{registrant.own_port};transport=tcp>"
        assert (await registrant.register(contact)).status == 200
        async with Softphone.open() as alice:
            placed = call(alice, registrar)
            invite = await registrant.receive()
            placed.hang_up()
        assert invite.startswith(f"INVITE sip:bob@127.0.0.1:{registrant.own_port};transport=tcp SIP/2.0\r\n")
        assert "Via: SIP/2.0/TCP" in invite
    with bobs(registrar) as registrant:
        assert (await registrant.register("*", expires=0)).status == 200


async def test_a_phone_whose_connection_is_gone_fails_at_once(app: VoiceApp, registrar: Server) -> None:
    app.pages["/voice"] = f'<Dial timeout="30" action="/done"><Client>{BOB}</Client></Dial>'
    app.pages["/done"] = "<Hangup/>"
    with bobs(registrar, "tcp") as registrant:
        contact = f"<sip:bob@127.0.0.1:{registrant.own_port};transport=tcp>"
        assert (await registrant.register(contact)).status == 200
    await asyncio.sleep(0.2)
    async with Softphone.open() as alice:
        await call(alice, registrar).ended(10)
    (done,) = app.of("/done")
    assert (done.parameters["DialCallStatus"], done.parameters["DialSipResponseCode"]) == ("failed", "503")
    with bobs(registrar) as registrant:
        assert (await registrant.register("*", expires=0)).status == 200
