"""What an admitted call is refused for before anything runs: too many calls, audio that cannot be, nobody to ask."""

from ringback.sip.digest import Credentials
from ringback.sip.endpoint import allow_everybody
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from tests.unit.services.conftest import DOMAIN, PASSWORD, BuildHouse, House, configuration


async def test_in_07_a_call_over_the_limit_is_503_with_retry_after(house: House) -> None:
    house.use(calls=0)
    theirs = house.call()
    await house.wait(1)
    assert (await theirs.ended).status == 503
    refusal = house.bench.wire.last("503 INVITE", to="alice").headers
    assert (refusal.get("Retry-After"), refusal.get("X-Twilio-Error")) == ("10", "10004 Too many calls at once")
    assert [note.error_code for note in house.notes()] == [10004]
    assert house.asked == []


async def test_in_06_more_calls_in_a_second_than_the_limit_are_refused_with_32013(house: House) -> None:
    house.use(calls_per_second=2)
    house.pages["/voice"] = "<Reject/>"
    calls = [house.call() for _ in range(3)]
    await house.wait(0.5)
    assert {str((await call.ended).status) for call in calls} == {"503", "603"}
    refusal = house.bench.wire.last("503 INVITE", to="alice").headers
    assert (refusal.get("Retry-After"), refusal.get("X-Twilio-Error")) == ("1", "32013 Too many SIP calls per second")
    assert [note.error_code for note in house.notes()] == [32013]
    await house.wait(1)
    later = house.call()
    await house.wait(0.5)
    assert (await later.ended).status == 603
    assert len(house.of("/voice")) == 3


async def refusal_of_offer(house: House, media: str) -> str | None:
    """The X-Twilio-Error of the 488 that an INVITE with this stream gets; nothing rings, and nothing is taken."""
    head = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
    house.bench.caller.sip.endpoint.invite(
        target=SipUri.parse(f"sip:hello@{DOMAIN}"),
        from_=NameAddress.parse("<sip:alice@192.0.2.10>"),
        sdp=f"{head}m=audio 9000 {media}\r\n".encode(),
        credentials=Credentials(username="alice", password=PASSWORD),
        now=house.clock.now(),
    )
    house.bench.caller.sip.pump()
    await house.wait(1)
    assert house.bench.wire.to("alice")[-1] == "488 INVITE"
    assert "180 INVITE" not in house.bench.wire.to("alice")
    assert (house.asked, house.calls(), house.bench.media.opened) == ([], [], [])
    return house.bench.wire.last("488 INVITE", to="alice").headers.get("X-Twilio-Error")


async def test_in_04_a_call_without_a_common_codec_is_488_before_it_rings(house: House) -> None:
    assert await refusal_of_offer(house, "RTP/AVP 18") == "32102 The SDP is not valid"
    assert [note.error_code for note in house.notes()] == [32102]


async def test_tl_06_an_offer_of_srtp_alone_is_488_with_32207(house: House) -> None:
    """sip.md 14.12."""
    assert await refusal_of_offer(house, "RTP/SAVP 0") == "32207 SRTP was offered and is not accepted"
    assert [note.error_code for note in house.notes()] == [32207]


async def test_tl_06_a_secure_domain_refuses_plain_audio_with_32208(build: BuildHouse) -> None:
    """sip.md 14.13; by which transport it came is the business of the door before this one (14.14)."""
    house = build(configuration(secure=True))
    house.bench.sip.endpoint._screen = allow_everybody
    assert await refusal_of_offer(house, "RTP/AVP 0") == "32208 The domain needs SRTP"
    assert [note.error_code for note in house.notes()] == [32208]


async def test_dm_07_a_domain_without_a_voice_url_answers_nobody(build: BuildHouse) -> None:
    house = build(configuration(voice_url=None))
    theirs = house.call()
    await house.wait(1)
    assert (await theirs.ended).status == 480
    assert [note.error_code for note in house.notes()] == [11100]
