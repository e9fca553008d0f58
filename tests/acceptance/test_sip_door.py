"""Who is let in and what is refused, by packets that no phone sends: the checklist of sip.md section 14.

The rest of the list is in test_sipp_ladder.py, test_registration.py, test_dial.py and test_outbound_calls.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringback.testing.softphone import Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp, settings_text
from tests.acceptance.program import Program
from tests.peers.certificate import self_signed
from tests.peers.plain_caller import SRTP, PlainCaller

SECURE = "secure.sip.localhost"


@pytest.fixture(scope="module")
def door(app_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """UDP, TCP and TLS; one domain as usual, and one that is secure."""
    folder = tmp_path_factory.mktemp("door")
    certificate, key = self_signed(folder)
    url = f"http://127.0.0.1:{app_port}/voice"
    domains = f'[[domain]]\nname = "{SECURE}"\nvoice_url = "{url}"\nsecure = true\nusers = {{ {USER} = "{PASSWORD}" }}'
    text = settings_text(url, extra=domains).replace(
        '"tcp:127.0.0.1:0"]',
        f'"tcp:127.0.0.1:0", "tls:127.0.0.1:0"]\ntls_certificate = "{certificate}"\ntls_key = "{key}"',
    )
    running = Server.start(text, folder / "server")
    yield running
    running.close()


def caller(server: Server, transport: str = "udp", *, domain: str = DOMAIN, password: str = PASSWORD) -> PlainCaller:
    return PlainCaller(domain=domain, port=server.sip[transport], transport=transport, password=password)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_tl_01_a_domain_that_is_not_secure_is_called_over_any_transport(
    app: VoiceApp, door: Server, transport: str
) -> None:
    app.pages["/voice"] = "<Say>Hello.</Say>"
    with caller(door, transport) as phone:
        assert (await phone.invite()).status == 200
        assert phone.provisionals == [100, 180]
    (request,) = app.of("/voice")
    assert request.parameters["SipUsername"] == USER


async def test_a_phone_calls_over_tls_and_is_heard(app: VoiceApp, door: Server) -> None:
    """With a certificate that the server has signed itself, on one connection."""
    app.pages["/voice"] = '<Gather numDigits="1" timeout="10" action="/key"/>'
    app.pages["/key"] = "<Hangup/>"
    async with Softphone.open(name=USER) as phone:
        uri = f"sip:hello@{DOMAIN};transport=tls"
        placed = phone.call(uri, proxy=f"127.0.0.1:{door.sip['tls']}", user=USER, password=PASSWORD)
        await placed.answered()
        await placed.press("7")
        assert (await placed.ended(15)).by == "peer"
    (asked,) = app.of("/key")
    assert (asked.parameters["Digits"], asked.parameters["To"]) == ("7", uri)


async def test_tl_06_an_offer_of_srtp_to_a_domain_that_is_not_secure_is_refused(app: VoiceApp, door: Server) -> None:
    """sip.md 14.12."""
    with caller(door) as phone:
        answer = await phone.invite(media=SRTP)
    assert (answer.status, (answer.header("X-Twilio-Error") or "")[:5]) == (488, "32207")
    assert app.requests == []


async def test_tl_06_an_offer_of_rtp_to_a_secure_domain_is_refused(app: VoiceApp, door: Server) -> None:
    """sip.md 14.13."""
    with caller(door, "tls", domain=SECURE) as phone:
        answer = await phone.invite()
    assert (answer.status, (answer.header("X-Twilio-Error") or "")[:5]) == (488, "32208")
    assert app.requests == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_tl_06_a_secure_domain_is_not_called_without_tls(app: VoiceApp, door: Server, transport: str) -> None:
    """sip.md 14.14: before any challenge."""
    with caller(door, transport, domain=SECURE) as phone:
        answer = await phone.invite()
        assert phone.provisionals == [100]
    assert (answer.status, (answer.header("X-Twilio-Error") or "")[:5]) == (403, "32209")
    assert app.requests == []


async def test_in_02_a_call_that_may_go_no_hop_further_is_483(app: VoiceApp, door: Server) -> None:
    """sip.md 14.20."""
    with caller(door) as phone:
        assert (await phone.invite(max_forwards=0)).status == 483
    assert app.requests == []


async def test_a_good_address_does_not_make_up_for_a_bad_password(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """sip.md 14.4."""
    both = f'users = {{ {USER} = "{PASSWORD}" }}\nallow = ["127.0.0.1/32"]'
    server = serve(settings_text(app.url(), domain=both))
    with caller(server, password="wrong-Passw0rd") as phone:
        answer = await phone.invite()
    assert (answer.status, (answer.header("X-Twilio-Error") or "")[:5]) == (403, "32202")
    with caller(server) as phone:
        app.pages["/voice"] = "<Reject/>"
        assert (await phone.invite()).status == 603
    assert len(app.of("/voice")) == 1


async def test_in_08_a_caller_who_sends_no_audio_is_hung_up(app: VoiceApp, serve: Callable[[str], Server]) -> None:
    status = f'status_callback_url = "{app.url("/status")}"'
    server = serve(settings_text(app.url(), domain=status, media="[31000, 31998]\ntimeout_seconds = 1"))
    app.pages["/voice"] = f'<Play digits="{"W" * 20}1"/>'
    app.pages["/status"] = ""
    with caller(server) as phone:
        phone.keeps_calls = True
        assert (await phone.invite()).status == 200
        (ended,) = await app.wait_for("/status", seconds=10)
    assert ended.parameters["CallStatus"] == "completed"
    assert 1 <= int(ended.parameters["CallDuration"]) < 10  # long before the key is played
    assert await Program(server, app).notified() == ["32014"]
