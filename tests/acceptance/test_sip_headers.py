"""Headers in the address of a `<Sip>`, as the phone that is dialled sees them (sip.md 14.10, 14.11)."""

from ringback.testing.softphone import Answering, Softphone
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server, VoiceApp
from tests.acceptance.program import Program

WANTED = "X-A=1&amp;From=x&amp;X-Twilio-Z=1&amp;X-B=%0D%0AEvil:%201&amp;User-to-User=00%3Bencoding%3Dhex"


async def test_ou_07_to_ou_09_what_may_travel_does_and_the_rest_is_reported(app: VoiceApp, server: Server) -> None:
    """Two of 32113 for names, one of 32112 for the line break."""
    async with Softphone.open() as alice, Softphone.open(name="bob") as bob:
        bob.answering = Answering(status=486, ring_seconds=0.1)
        app.pages["/voice"] = f"<Dial><Sip>{bob.uri}?{WANTED}</Sip></Dial>"
        placed = alice.call(f"sip:hello@{DOMAIN}", proxy=f"127.0.0.1:{server.port}", user=USER, password=PASSWORD)
        invite = (await bob.next_incoming()).leg.session.request
        await placed.ended(15)
    headers = {
        name: value for name, value in invite.headers.items() if name.lower().startswith(("x-", "user-to", "evil"))
    }
    told = {name: value for name, value in headers.items() if not name.startswith("X-Twilio-")}
    assert told == {"X-A": "1", "User-to-User": "00;encoding=hex"}
    assert set(headers) - set(told) == {"X-Twilio-ApiVersion", "X-Twilio-AccountSid", "X-Twilio-CallSid"}
    assert invite.from_.sip_uri.user == USER
    assert sorted(await Program(server, app).notifications()) == ["32112", "32113", "32113"]
