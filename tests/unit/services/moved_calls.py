"""A house whose calls are moved: whom they reach, what they run, and what is seen of them."""

from typing import cast

from ringback.call.call import Call
from ringback.call.leg import Leg
from ringback.interpreter.call_documents import First
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord, CallRecord
from ringback.model.sid import ApplicationSid
from ringback.twiml.parser import parse_document
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import APP, House

SUPPORT = ApplicationRecord(
    sid=ApplicationSid("AP" + "1" * 32), account_sid=ACCOUNT, friendly_name="support", voice_url=f"{APP}/support"
)
BOB = "<Sip>sip:bob@192.0.2.11</Sip>"
DAVE = "<Sip>sip:dave@192.0.2.12</Sip>"
NEW = DocumentRequest(url=f"{APP}/new")
LONG = '<Pause length="600"/>'


def inline(verbs: str) -> LoadedDocument:
    return LoadedDocument(url=None, body=parse_document(f"<Response>{verbs}</Response>".encode()))


def prepared(house: House) -> House:
    """With the pages that moved calls come to."""
    house.pages |= {"/new": f"<Say>this is new</Say>{LONG}", "/support": f"<Say>support</Say>{LONG}"}
    house.pages |= {
        "/action": "<Redirect>/never</Redirect>",
        "/wait": f"<Say>wait</Say>{LONG}",
        "/leg": "",
        "/told": "",
    }
    return house


def row(house: House, number: int = 0) -> CallRecord:
    return house.calls()[number]


def live(house: House, number: int = 0) -> Call:
    found = house.running.find(row(house, number).sid)
    assert isinstance(found, Call)
    return found


def audio(house: House, number: int = 0) -> MemoryLeg:
    return cast(MemoryLeg, live(house, number).leg.media)


def redirect(house: House, first: First = NEW, *, number: int = 0, fallback: Fallback | None = None) -> None:
    house.updating.redirect(ACCOUNT, row(house, number).sid, first, fallback=fallback)


async def running(house: House, verbs: str, seconds: float = 3.05) -> Leg:
    house.pages["/voice"] = verbs + "<Redirect>/never</Redirect>"
    theirs = house.call()
    await house.wait(seconds)
    return theirs


VERBS = {
    "say": "<Say>one two three four five six seven eight nine ten</Say>",
    "play": f"<Play>{APP}/long.wav long long long long long long long long long</Play>",
    "digits": '<Play digits="WWWWWWWWWW1"/>',
    "pause": '<Say/><Pause length="30"/>',
    "gather": '<Gather timeout="30" action="/never"><Say>one two</Say></Gather>',
    "record": '<Record playBeep="false" trim="do-not-trim" action="/never"/>',
    "ringing": f'<Dial action="/action">{DAVE}</Dial>',
    "bridged": f'<Dial action="/action">{BOB}</Dial>',
    "screening": '<Dial action="/action"><Sip url="/wait">sip:bob@192.0.2.11</Sip></Dial>',
    "application": f'<Dial action="/action"><Application>{SUPPORT.sid}</Application></Dial>',
    "conference": '<Dial action="/action"><Conference>team</Conference></Dial>',
    "enqueue": '<Enqueue action="/action" waitUrl="/wait">line</Enqueue>',
    "queue": "<Enqueue>line</Enqueue>",
    "refer": '<Refer action="/never"><Sip>sip:carol@192.0.2.13</Sip></Refer>',
    "pay": '<Pay action="/never" paymentConnector="Default"/>',
    "echo": "<Echo/>",
    "fetch": "<Say>one</Say><Redirect>/slow</Redirect>",
}
