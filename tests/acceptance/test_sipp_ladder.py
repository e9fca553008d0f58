"""The call flow of the design, line by line, as an independent phone sees it: sipp.

Each test is a ladder; sipp fails when a message is missing, doubled or another one. Rule numbers are those of the
behavioural reference (D-, IN-, DG- ...).
"""

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.acceptance.conftest import DOMAIN, Server, VoiceApp, settings_text
from tests.peers.sipp import Ladder, run_sipp

caller = functools.partial(Ladder, domain=DOMAIN)

TONE = Path(__file__).parent / "tone-440.wav"


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
async def test_say_is_answered_after_180_and_one_webhook(
    app: VoiceApp, server: Server, tmp_path: Path, transport: str
) -> None:
    """sip.md 14.3, AD-01, DG-08."""
    app.pages["/voice"] = "<Say>Hello.</Say>"
    port = server.sip[transport.lower()]
    await run_sipp(caller(transport=transport).authenticated().expect(200).ack().expect_bye(), port, tmp_path)
    (request,) = app.of("/voice")
    assert request.is_signed
    assert request.parameters["CallStatus"] == "ringing"
    assert request.parameters["Direction"] == "inbound"
    assert request.parameters["To"] == f"sip:hello@{DOMAIN}"
    assert request.parameters["From"] == f"sip:alice@{DOMAIN}"
    assert request.parameters["SipDomain"] == DOMAIN
    assert request.parameters["SipUsername"] == "alice"
    assert request.parameters["SipSourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    "verbs",
    [
        '<Play digits="1"/>',
        '<Record timeout="2" playBeep="false" action="/done"/>',
        '<Gather timeout="1"/>',
        '<Dial timeout="5"><Sip>sip:nobody@127.0.0.1:9</Sip></Dial>',
        "<Hangup/>",
        "",
    ],
    ids=["play", "record", "gather", "dial", "hangup", "empty"],
)
async def test_a_verb_that_needs_the_call_answers_it(app: VoiceApp, server: Server, tmp_path: Path, verbs: str) -> None:
    app.pages["/voice"] = verbs
    app.pages["/done"] = "<Hangup/>"
    ladder = caller().authenticated().expect(200).ack()
    ladder = ladder.pause(300).bye() if verbs.startswith("<Record") else ladder.expect_bye(within_ms=40_000)
    await run_sipp(ladder, server.port, tmp_path)


async def test_a_redirect_stays_at_180_and_fetches_the_next_document(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    async def slow(_request: object) -> web.Response:
        await asyncio.sleep(0.8)
        return web.Response(text="<Response><Say>Now.</Say></Response>", content_type="text/xml")

    app.pages["/voice"] = "<Redirect>/next</Redirect>"
    app.pages["/next"] = slow
    await run_sipp(caller().authenticated().expect(200).ack().expect_bye(), server.port, tmp_path)
    (request,) = app.of("/next")
    assert request.parameters["CallStatus"] == "ringing"


@pytest.mark.parametrize(
    ("verb", "status", "call_status"),
    [
        ("<Reject/>", 603, "no-answer"),
        ('<Reject reason="rejected"/>', 603, "no-answer"),
        ('<Reject reason="busy"/>', 486, "busy"),
    ],
)
async def test_reject_is_a_final_response_and_never_an_answer(
    app: VoiceApp, server: Server, tmp_path: Path, verb: str, status: int, call_status: str
) -> None:
    """sip.md 14.16; we differ: 603, as older documents have it, and not 404."""
    app.pages["/voice"] = verb
    await run_sipp(caller().authenticated().expect(status).ack_refusal(), server.port, tmp_path)
    (ended,) = await app.wait_for("/status")
    assert ended.parameters["CallStatus"] == call_status
    assert ended.parameters["CallDuration"] == "0"


async def test_a_pause_first_waits_in_ringing(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    app.pages["/voice"] = '<Pause length="1"/><Reject reason="busy"/>'
    await run_sipp(caller().authenticated().expect(486).ack_refusal(), server.port, tmp_path)


async def test_a_wrong_password_is_refused_without_a_webhook(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    ladder = caller(password="wrong").invite().expect(100).expect(407).ack_refusal()
    ladder.invite(with_credentials=True).expect(100).expect(403).ack_refusal()
    await run_sipp(ladder, server.port, tmp_path)
    assert app.of("/voice") == []


async def test_an_unknown_domain_is_refused_without_a_webhook(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    await run_sipp(
        Ladder(domain="other.sip.localhost").invite().expect(100).expect(404).ack_refusal(), server.port, tmp_path
    )
    assert app.of("/voice") == []


@pytest.mark.parametrize("users", ['users = { alice = "a-long-Passw0rd" }\n', ""], ids=["both", "addresses"])
async def test_a_foreign_address_is_refused_before_any_challenge(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path, users: str
) -> None:
    """sip.md 14.2 and 14.5."""
    server = serve(settings_text(app.url(), domain=f'{users}allow = ["127.0.0.1/32"]'))
    await run_sipp(caller().invite().expect(100).expect(403).ack_refusal(), server.port, tmp_path, source="127.0.0.2")
    assert app.of("/voice") == []


async def test_an_allowed_address_needs_no_password_where_no_users_are(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """sip.md 14.1."""
    app.pages["/voice"] = "<Hangup/>"
    server = serve(settings_text(app.url(), domain='allow = ["127.0.0.0/8"]'))
    ladder = caller().invite().expect(100).expect(180).expect(200).ack().expect_bye()
    await run_sipp(ladder, server.port, tmp_path)
    assert "SipUsername" not in app.of("/voice")[0].parameters


async def test_a_domain_with_neither_users_nor_addresses_refuses(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    server = serve(settings_text(app.url(), domain="allow = []"))
    await run_sipp(caller().invite().expect(100).expect(403).ack_refusal(), server.port, tmp_path)
    assert app.of("/voice") == []


async def test_cancel_while_the_app_thinks_gives_487_and_runs_no_twiml(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    """sip.md 14.17."""

    async def slow(_request: object) -> web.Response:
        await asyncio.sleep(1.5)
        return web.Response(text="<Response><Redirect>/next</Redirect></Response>", content_type="text/xml")

    app.pages["/voice"] = slow
    ladder = caller().authenticated().pause(300).cancel().expect(200).expect(487).ack_refusal()
    await run_sipp(ladder, server.port, tmp_path)
    (ended,) = await app.wait_for("/status")
    assert ended.parameters["CallStatus"] == "canceled"
    await asyncio.sleep(2)
    assert app.of("/next") == []


async def test_bye_from_the_caller_ends_the_verb_and_is_reported_once(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    app.pages["/voice"] = '<Say loop="0">This goes on for ever.</Say>'
    await run_sipp(caller().authenticated().expect(200).ack().pause(1200).bye(), server.port, tmp_path)
    (ended,) = await app.wait_for("/status")
    assert ended.parameters["CallStatus"] == "completed"
    assert ended.parameters["CallDuration"] == "1"
    assert ended.is_signed


async def test_record_still_asks_its_action_when_the_caller_hangs_up(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    """A-02: Digits is `hangup`, and the TwiML of the answer is not run."""
    app.pages["/voice"] = '<Record action="/recorded" playBeep="false"/>'
    app.pages["/recorded"] = "<Redirect>/never</Redirect>"
    await run_sipp(caller().authenticated().expect(200).ack().pause(1200).bye(), server.port, tmp_path)
    (request,) = await app.wait_for("/recorded")
    assert request.parameters["Digits"] == "hangup"
    assert request.parameters["CallStatus"] == "completed"
    await asyncio.sleep(0.5)
    assert app.of("/never") == []


async def test_extension_headers_reach_the_app_and_others_do_not(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """HD-01, HD-03, sip.md 14.6."""
    app.pages["/voice"] = '<Reject reason="busy"/>'
    headers = ("X-Route-Id: 42;b=2", "User-to-User: 00FF;encoding=hex", "Subject: secret")
    await run_sipp(caller(headers=headers).authenticated().expect(486).ack_refusal(), server.port, tmp_path)
    parameters = app.of("/voice")[0].parameters
    assert parameters["SipHeader_X-Route-Id"] == "42;b=2"
    assert parameters["SipHeader_User-to-User"] == "00FF;encoding=hex"
    assert not any("Subject" in name for name in parameters)


async def test_an_offer_without_a_codec_of_ours_is_488(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """IN-04, before anything rings."""
    g729 = (
        "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9000 RTP/AVP 18\na=rtpmap:18 G729/8000"
    )
    ladder = caller().invite().expect(100).expect(407).ack_refusal()
    ladder.invite(with_credentials=True, body=g729).expect(100).expect(488).ack_refusal()
    await run_sipp(ladder, server.port, tmp_path)
    assert app.of("/voice") == []


async def test_an_app_that_fails_is_announced_and_ended(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """F-04, F-09, IN-05: answered, told, hung up."""
    app.pages["/voice"] = web.Response(status=500)
    await run_sipp(caller().authenticated().expect(200).ack().expect_bye(), server.port, tmp_path)
    (ended,) = await app.wait_for("/status")
    assert ended.parameters["CallStatus"] == "completed"


async def test_the_fallback_url_is_told_what_failed(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    """F-01, F-02, IN-05: the fallback decides, while it rings."""
    server = serve(settings_text(app.url(), domain=f'voice_fallback_url = "{app.url("/fallback")}"'))
    app.pages["/fallback"] = '<Reject reason="busy"/>'
    await run_sipp(caller().authenticated().expect(486).ack_refusal(), server.port, tmp_path)
    parameters = app.of("/fallback")[0].parameters
    assert parameters["ErrorCode"] == "11200"
    assert parameters["ErrorUrl"] == app.url("/voice")


async def test_twenty_calls_at_once_do_not_meet(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    app.pages["/voice"] = "<Say>Hello.</Say>"
    ladder = caller().authenticated().expect(200).ack().expect_bye()
    await run_sipp(ladder, server.port, tmp_path, calls=20)
    sids = [request.parameters["CallSid"] for request in app.of("/voice")]
    assert len(set(sids)) == 20
    ended = await app.wait_for("/status", 20)
    assert {request.parameters["CallSid"] for request in ended} == set(sids)


async def test_garbage_ends_nothing(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    """No datagram ends the process; what cannot be parsed is dropped."""
    app.pages["/voice"] = "<Hangup/>"
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", server.port)
    )
    for junk in (b"", b"\0" * 1500, b"INVITE\r\n\r\n", b"SIP/2.0 200\r\n\r\n", bytes(range(256)) * 20, b"\r\n\r\n"):
        transport.sendto(junk)
    transport.close()
    await run_sipp(caller().authenticated().expect(200).ack().expect_bye(), server.port, tmp_path)


async def test_sigterm_refuses_new_calls_and_lets_running_ones_end(
    app: VoiceApp, serve: Callable[[str], Server], tmp_path: Path
) -> None:
    server = serve(settings_text(app.url()))
    app.pages["/voice"] = '<Pause length="1"/><Say>Still here.</Say>'
    running = asyncio.create_task(
        run_sipp(caller().authenticated().expect(200).ack().expect_bye(), server.port, tmp_path)
    )
    await app.wait_for("/voice")
    stopping = asyncio.create_task(server.stop(seconds=30))
    await asyncio.sleep(0.3)
    second = tmp_path / "second"
    second.mkdir()
    await run_sipp(caller().invite().maybe(100).expect(503).ack_refusal(), server.port, second)
    await running
    assert await stopping == 0
