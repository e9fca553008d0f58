"""A call that runs is moved to another document, ended and limited, by rule (L-01 to L-05, rest-api.md 9.2 Update)."""

import asyncio
from typing import cast

import pytest

from ringback.call.call import Call
from ringback.call.control import StatusEvents
from ringback.call.leg import Leg
from ringback.interpreter.call_documents import First
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord, CallRecord
from ringback.model.sid import ApplicationSid
from ringback.services.update_call import NotInProgress
from ringback.testing.app_transport import AppResponse
from ringback.twiml.parser import parse_document
from tests.peers.memory_media import MemoryLeg
from tests.unit.call.conftest import ACCOUNT, Phone
from tests.unit.services.conftest import APP, BuildHouse, House, configuration

SUPPORT = ApplicationRecord(
    sid=ApplicationSid("AP" + "1" * 32), account_sid=ACCOUNT, friendly_name="support", voice_url=f"{APP}/support"
)
BOB = "<Sip>sip:bob@192.0.2.11</Sip>"
DAVE = "<Sip>sip:dave@192.0.2.12</Sip>"
NEW = DocumentRequest(url=f"{APP}/new")
LONG = '<Pause length="600"/>'


def inline(verbs: str) -> LoadedDocument:
    return LoadedDocument(url=None, body=parse_document(f"<Response>{verbs}</Response>".encode()))


@pytest.fixture
def house(build: BuildHouse) -> House:
    made = build(configuration(applications=[SUPPORT]))
    made.pages |= {"/new": f"<Say>this is new</Say>{LONG}", "/support": f"<Say>support</Say>{LONG}"}
    made.pages |= {"/action": "<Redirect>/never</Redirect>", "/wait": f"<Say>wait</Say>{LONG}", "/leg": "", "/told": ""}
    return made


@pytest.fixture
def bob(house: House) -> Phone:
    return house.bench.phone("bob")


@pytest.fixture
def dave(house: House, bob: Phone) -> Phone:
    """Never picks up."""
    phone = house.bench.phone("dave")
    phone.status = None
    return phone


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


@pytest.mark.parametrize("verb", list(VERBS))
async def test_l_01_whatever_verb_runs_is_left_and_the_new_document_plays(house: House, dave: Phone, verb: str) -> None:
    house.pages["/slow"] = AppResponse(body="<Response><Redirect>/never</Redirect></Response>", seconds=14)
    house.pages["/voice"] = VERBS[verb] + "<Redirect>/never</Redirect>"
    leg = house.call()
    leg.on_refer = leg.accept_refer
    await house.wait(3.05)
    assert leg.is_answered
    assert not house.of("/new")
    redirect(house)
    await house.wait(0.5)
    (asked,) = house.of("/new")
    assert (asked["CallSid"], asked["CallStatus"]) == (row(house).sid, "in-progress")
    assert audio(house).playing is house.bench.prompts.clips["this is new"]
    assert audio(house).partner is None
    assert not audio(house).is_echoing
    assert not audio(house)._streams
    await house.wait(60)
    assert not house.of("/never")
    assert row(house).status == "in-progress"
    leg.hang_up()
    await house.wait(1)
    assert house.bench.media.leg_count == 0
    assert house.running.task_count == len(house.running) == 0


async def test_the_interrupted_dial_ends_its_child_then_asks_its_action_and_then_the_new_document(
    house: House, bob: Phone
) -> None:
    """The measured case of rest-api.md 9.2: the answer to the action is not run."""
    await running(house, f'<Dial action="/action">{BOB}</Dial>')
    redirect(house)
    await house.wait(0.1)
    assert bob.leg.has_ended
    assert house.paths == ["/voice", "/action", "/new"]
    told = house.of("/action")[0].parameters
    assert (told["DialCallStatus"], told["DialBridged"], told["CallStatus"]) == ("completed", "true", "in-progress")
    assert told["DialCallSid"] == row(house, 1).sid
    assert row(house, 1).status == "completed"


async def test_a_child_that_rings_is_cancelled(house: House, dave: Phone) -> None:
    await running(house, f'<Dial action="/action">{DAVE}</Dial>')
    redirect(house)
    await house.wait(0.1)
    assert (await dave.leg.ended).status == 487
    assert house.of("/action")[0]["DialCallStatus"] == "canceled"
    assert row(house, 1).status == "canceled"
    assert not house.notes()


async def test_a_slow_action_does_not_keep_the_caller_waiting(house: House, bob: Phone) -> None:
    house.pages["/action"] = AppResponse(body="<Response/>", seconds=10)
    await running(house, f'<Dial action="/action">{BOB}</Dial>')
    redirect(house)
    await house.wait(2.9)
    assert not house.of("/new")
    await house.wait(0.2)
    assert house.of("/new")


async def test_an_action_that_fails_is_reported_and_has_no_fallback(house: House, bob: Phone) -> None:
    house.pages["/action"] = AppResponse(status=500)
    await running(house, f'<Dial action="/action">{BOB}</Dial>')
    redirect(house, fallback=Fallback(url=f"{APP}/fallback"))
    await house.wait(1)
    assert house.paths == ["/voice", "/action", "/new"]
    assert [note.error_code for note in house.notes()] == [11200]


async def test_a_recording_is_kept_and_told_of_and_its_action_is_not_asked(house: House) -> None:
    await running(
        house, '<Record playBeep="false" trim="do-not-trim" action="/never" recordingStatusCallback="/told"/>'
    )
    redirect(house)
    await house.wait(0.5)
    (recording,) = {kept.sid: kept for kept in house.recordings()}.values()
    assert (recording.status, recording.duration_seconds) == ("completed", 3)
    assert house.of("/told")[0]["RecordingSid"] == recording.sid


async def test_a_dial_recording_and_background_recordings(house: House, bob: Phone) -> None:
    """That of the Dial ends with it; what `<Start>` began goes on."""
    await running(
        house,
        '<Start><Recording name="all"/></Start>'
        f'<Dial action="/action" record="record-from-answer" recordingStatusCallback="/told">{BOB}</Dial>',
    )
    redirect(house)
    await house.wait(0.5)
    assert house.of("/told")[0]["RecordingDuration"] == house.of("/action")[0]["RecordingDuration"] == "2"
    statuses = {kept.sid: kept.status for kept in house.recordings()}
    assert sorted(statuses.values()) == ["completed", "in-progress"]


async def test_l_02_inline_twiml_runs_and_has_no_url_of_its_own(house: House) -> None:
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline("<Say>inline words</Say><Redirect>/relative</Redirect>"))
    await house.wait(0.1)
    assert audio(house).playing is house.bench.prompts.clips["inline words"]
    await house.wait(2)
    assert [note.error_code for note in house.notes()] == [15004]
    assert "We are sorry, an application error has occurred. Goodbye." in house.bench.prompts.clips


async def test_l_03_completed_ends_a_call_in_any_state(house: House, dave: Phone) -> None:
    theirs = await running(house, LONG, 1)
    house.updating.end(ACCOUNT, row(house).sid, "completed")
    await house.wait(0.1)
    assert (await theirs.ended).status == 480
    assert row(house).status == "canceled"
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    house.updating.end(ACCOUNT, row(house, 1).sid, "completed")
    await house.wait(0.1)
    assert theirs.has_ended
    assert row(house, 1).status == "completed"
    assert not house.of("/never")


async def test_l_03_canceled_ends_a_call_that_nobody_has_answered_and_no_other(house: House, dave: Phone) -> None:
    theirs = await running(house, f'<Dial action="/action">{DAVE}</Dial>')
    house.updating.end(ACCOUNT, row(house).sid, "canceled")
    await house.wait(0.1)
    assert not theirs.has_ended
    house.updating.end(ACCOUNT, row(house, 1).sid, "canceled")
    await house.wait(0.1)
    assert (await dave.leg.ended).status == 487
    assert (row(house, 1).status, row(house, 1).sip_response_code) == ("canceled", 487)
    assert house.of("/action")[0]["DialCallStatus"] == "canceled"
    assert not house.notes()


async def test_l_03_a_dialled_leg_is_ended_by_its_own_sid(house: House, bob: Phone) -> None:
    theirs = await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    house.pages["/goes-on"] = LONG
    house.updating.end(ACCOUNT, row(house, 1).sid, "completed")
    await house.wait(0.1)
    assert bob.leg.has_ended
    assert not theirs.has_ended
    assert house.of("/goes-on")[0]["DialCallStatus"] == "completed"


async def test_l_04_a_dialled_leg_that_is_moved_leaves_its_dial_which_goes_on(house: House, bob: Phone) -> None:
    theirs = await running(house, '<Dial action="/goes-on"><Sip statusCallback="/leg">sip:bob@192.0.2.11</Sip></Dial>')
    house.pages["/goes-on"] = f"<Say>goes on</Say>{LONG}"
    assert audio(house, 0).partner is audio(house, 1)
    redirect(house, number=1)
    await house.wait(0.1)
    told = house.of("/goes-on")[0].parameters
    assert (told["DialCallStatus"], told["DialCallSid"]) == ("completed", row(house, 1).sid)
    assert "DialCallDuration" not in told
    (asked,) = house.of("/new")
    assert (asked["CallSid"], asked["ParentCallSid"]) == (row(house, 1).sid, row(house).sid)
    assert asked["Direction"] == "outbound-dial"
    clips = house.bench.prompts.clips
    assert (audio(house, 0).playing, audio(house, 1).playing) == (clips["goes on"], clips["this is new"])
    assert audio(house, 0).partner is audio(house, 1).partner is None
    theirs.hang_up()
    await house.wait(1)
    assert not bob.leg.has_ended
    bob.hang_up()
    await house.wait(1)
    assert house.of("/leg")[0]["CallStatus"] == "completed"
    assert [call.status for call in house.calls()] == ["completed", "completed"]
    assert house.running.task_count == house.bench.media.leg_count == 0


async def test_l_04_a_leg_that_is_screened_can_be_moved_too(house: House, bob: Phone) -> None:
    await running(house, '<Dial action="/goes-on"><Sip url="/wait">sip:bob@192.0.2.11</Sip></Dial>')
    house.pages["/goes-on"] = LONG
    redirect(house, number=1)
    await house.wait(0.1)
    assert house.of("/goes-on")[0]["DialBridged"] == "false"
    assert audio(house, 1).playing is house.bench.prompts.clips["this is new"]
    assert not bob.leg.has_ended


async def test_l_04_a_leg_that_is_moved_while_it_transfers_the_caller_transfers_nobody(
    house: House, bob: Phone
) -> None:
    """The two talk until `referUrl` has answered (RF-07); the move does not wait for it."""
    house.pages |= {"/refer": AppResponse(body="<Response/>", seconds=10), "/goes-on": f"<Say>goes on</Say>{LONG}"}
    await running(house, f'<Dial referUrl="/refer" action="/goes-on">{BOB}</Dial>')
    bob.leg.refer("<sip:carol@192.0.2.13>")
    await house.wait(1)
    assert audio(house, 0).partner is audio(house, 1)
    redirect(house, number=1)
    await house.wait(0.2)
    clips = house.bench.prompts.clips
    assert (audio(house, 0).playing, audio(house, 1).playing) == (clips["goes on"], clips["this is new"])
    assert audio(house, 0).partner is audio(house, 1).partner is None
    await house.wait(20)
    assert not bob.leg.has_ended


@pytest.mark.parametrize("order", [(1, 0), (0, 1)])
async def test_l_04_both_legs_of_a_bridge_are_moved_into_one_conference(
    house: House, bob: Phone, order: tuple[int, int]
) -> None:
    """The warm transfer: the dialled leg first, because the end of the caller's `<Dial>` would end it; at the same
    moment any order will do."""
    await running(house, f'<Dial action="/action">{BOB}</Dial>')
    for number in order:
        redirect(house, inline('<Dial><Conference beep="false">warm</Conference></Dial>'), number=number)
    await house.wait(0.5)
    (mixer,) = house.bench.mixers
    one, other = live(house, 0).leg.media, live(house, 1).leg.media
    assert mixer.hears(one, other)
    assert mixer.hears(other, one)
    assert audio(house, 0).partner is None
    assert not house.of("/never")


async def test_l_04_one_after_the_other_works_where_the_action_waits(house: House, bob: Phone) -> None:
    await running(house, f'<Dial action="/waits">{BOB}</Dial>')
    house.pages["/waits"] = LONG
    room = inline('<Dial><Conference beep="false">warm</Conference></Dial>')
    redirect(house, room, number=1)
    await house.wait(2)
    redirect(house, room)
    await house.wait(0.5)
    assert house.bench.mixers[0].hears(live(house, 0).leg.media, live(house, 1).leg.media)


async def test_a_child_that_has_gone_with_its_dial_cannot_be_moved(house: House, bob: Phone) -> None:
    await running(house, f'<Dial action="/action">{BOB}</Dial>')
    redirect(house)
    await house.wait(0.5)
    with pytest.raises(NotInProgress):
        redirect(house, number=1)


@pytest.mark.parametrize("bridged", [False, True])
async def test_e_04_a_queued_call_says_how_it_left_its_queue(house: House, bridged: bool) -> None:
    await running(house, '<Enqueue action="/action">line</Enqueue>', 5.5)
    if bridged:
        house.pages["/voice"] = '<Dial action="/dialled"><Queue>line</Queue></Dial><Redirect>/never</Redirect>'
        house.pages["/dialled"] = LONG
        house.call()
        await house.wait(2)
        assert audio(house, 0).partner is audio(house, 1)
    redirect(house)
    await house.wait(0.5)
    (told,) = house.of("/action")
    assert told["QueueResult"] == ("redirected-from-bridged" if bridged else "redirected")
    assert told["QueueTime"] == "5"
    assert audio(house).playing is house.bench.prompts.clips["this is new"]
    assert not house.bench.gatherings.queues.find(ACCOUNT, "line")
    if bridged:
        dialled = house.of("/dialled")[0]
        assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("completed", "true")


async def test_who_took_a_call_out_of_a_queue_is_moved_and_the_call_goes_on(house: House) -> None:
    await running(house, '<Enqueue action="/goes-on">line</Enqueue>', 5)
    await running(house, '<Dial action="/action"><Queue>line</Queue></Dial>', 2)
    house.pages["/goes-on"] = LONG
    redirect(house, number=1)
    await house.wait(0.5)
    assert house.of("/goes-on")[0]["QueueResult"] == "bridged"
    assert (audio(house, 0).partner, row(house).status) == (None, "in-progress")


async def test_a_participant_that_is_moved_leaves_its_room(house: House) -> None:
    room = (
        '<Dial action="/action"><Conference beep="false" statusCallback="/told" statusCallbackEvent="leave">'
        "team</Conference></Dial>"
    )
    await running(house, room)
    await running(house, room)
    (mixer,) = house.bench.mixers
    assert len(mixer.places) == 2
    redirect(house)
    await house.wait(0.5)
    assert list(mixer.places) == [live(house, 1).leg.media.leg_id]
    told = house.of("/told")[0].parameters
    assert (told["CallSid"], told["ReasonParticipantLeft"]) == (row(house).sid, "participant_updated_via_api")
    assert (told["ParticipantCallStatus"], house.of("/action")[0]["DialCallStatus"]) == ("in-progress", "answered")


async def test_an_application_is_moved_in_its_place(house: House) -> None:
    house.pages["/goes-on"] = LONG
    theirs = await running(
        house, f'<Dial action="/goes-on" hangupOnStar="true"><Application>{SUPPORT.sid}</Application></Dial>'
    )
    redirect(house, number=1)
    await house.wait(0.1)
    assert house.of("/new")[0]["CallSid"] == row(house, 1).sid
    assert audio(house).playing is house.bench.prompts.clips["this is new"]
    assert not house.of("/goes-on")
    audio(house).press("*")
    await house.wait(0.1)
    assert house.of("/goes-on")[0]["DialCallStatus"] == "completed"
    assert (row(house, 1).status, theirs.has_ended) == ("completed", False)


async def test_an_application_is_ended_alone(house: House) -> None:
    house.pages["/goes-on"] = LONG
    theirs = await running(house, f'<Dial action="/goes-on"><Application>{SUPPORT.sid}</Application></Dial>')
    house.updating.end(ACCOUNT, row(house, 1).sid, "completed")
    await house.wait(0.1)
    assert house.of("/goes-on")[0]["DialCallStatus"] == "completed"
    assert (row(house, 1).status, theirs.has_ended) == ("completed", False)


async def test_a_caller_that_is_moved_ends_its_application(house: House) -> None:
    await running(house, f'<Dial action="/action"><Application>{SUPPORT.sid}</Application></Dial>')
    redirect(house)
    await house.wait(0.1)
    assert [call.status for call in house.calls()] == ["in-progress", "completed"]
    assert house.of("/action")[0]["DialCallStatus"] == "completed"
    assert house.of("/new")[0]["CallSid"] == row(house).sid


# --- when it may be moved


async def test_l_05_what_is_not_in_progress_cannot_be_moved(house: House, dave: Phone) -> None:
    theirs = await running(house, LONG, 1)
    with pytest.raises(NotInProgress) as ringing:
        redirect(house)
    assert (ringing.value.code, ringing.value.message) == (21220, "Call is not in-progress. Cannot redirect.")
    theirs.hang_up()
    await house.wait(1)
    for update in (redirect, lambda _: house.updating.end(ACCOUNT, row(house).sid, "completed")):
        with pytest.raises(NotInProgress):
            update(house)
    with pytest.raises(NotInProgress):
        house.updating.limit(ACCOUNT, "CA" + "0" * 32, 5)


async def test_l_05_neither_can_a_leg_that_rings_nor_the_call_of_another_account(house: House, dave: Phone) -> None:
    await running(house, f'<Dial action="/action">{DAVE}</Dial>')
    with pytest.raises(NotInProgress):
        redirect(house, number=1)
    with pytest.raises(NotInProgress):
        house.updating.redirect("AC" + "2" * 32, row(house).sid, NEW)
    with pytest.raises(NotInProgress):
        house.updating.end("AC" + "2" * 32, row(house).sid, "completed")
    assert row(house).status == "in-progress"


async def test_a_caller_that_rings_while_its_dial_rings_counts_as_in_progress(house: House, dave: Phone) -> None:
    theirs = await running(house, f'<Dial answerOnBridge="true" action="/action">{DAVE}</Dial>')
    assert (row(house).status, theirs.is_answered) == ("ringing", False)
    redirect(house)
    await house.wait(0.5)
    assert theirs.is_answered
    assert house.paths == ["/voice", "/action", "/new"]
    assert house.of("/new")[0]["CallStatus"] == "ringing"


async def test_of_several_in_a_row_the_last_counts_and_none_is_half_run(house: House) -> None:
    house.pages |= {f"/{number}": f"<Say>number {number}</Say>{LONG}" for number in range(5)}
    await running(house, f"<Say>one</Say>{LONG}")
    for number in range(4):
        redirect(house, DocumentRequest(url=f"{APP}/{number}"))
    await house.wait(0.5)
    assert house.paths == ["/voice", "/3"]
    redirect(house, DocumentRequest(url=f"{APP}/0"))
    await asyncio.sleep(0)
    redirect(house, DocumentRequest(url=f"{APP}/4"))
    await house.wait(0.5)
    assert audio(house).playing is house.bench.prompts.clips["number 4"]
    assert "number 0" not in house.bench.prompts.clips


async def test_of_several_for_a_dialled_leg_too(house: House, bob: Phone) -> None:
    house.pages["/goes-on"] = LONG
    await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    redirect(house, DocumentRequest(url=f"{APP}/0"), number=1)
    redirect(house, number=1)
    await house.wait(0.5)
    assert house.paths == ["/voice", "/goes-on", "/new"]


@pytest.mark.parametrize("verb", list(VERBS))
async def test_a_hang_up_at_the_same_moment_ends_the_call(house: House, dave: Phone, verb: str) -> None:
    house.pages["/slow"] = AppResponse(body="<Response/>", seconds=14)
    house.pages["/voice"] = VERBS[verb] + "<Redirect>/never</Redirect>"
    theirs = house.call()
    theirs.on_refer = theirs.accept_refer
    await house.wait(3.05)
    redirect(house)
    live(house).leg.hang_up()
    await house.wait(20)
    assert not house.of("/new")
    assert theirs.has_ended
    assert row(house).status == "completed"
    assert house.running.task_count == house.bench.media.leg_count == 0


async def test_a_redirect_that_waits_for_its_document_is_moved_again(house: House) -> None:
    house.pages["/slow"] = AppResponse(body="<Response><Say>too late</Say></Response>", seconds=5)
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, DocumentRequest(url=f"{APP}/slow"))
    await house.wait(1)
    redirect(house)
    await house.wait(10)
    assert "too late" not in house.bench.prompts.clips
    assert house.paths == ["/voice", "/slow", "/new"]


# --- what goes with it


@pytest.mark.parametrize(("given", "asked"), [("/fallback", ["/fallback"]), (None, [])])
async def test_the_fallback_is_that_of_the_redirect_and_then_the_error_is_told(
    house: House, given: str | None, asked: list[str]
) -> None:
    house.pages |= {"/new": AppResponse(status=404), "/fallback": AppResponse(status=404)}
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, fallback=Fallback(url=APP + given) if given else None)
    await house.wait(20)
    assert house.paths == ["/voice", "/new", *asked, "/status"]
    assert "We are sorry, an application error has occurred. Goodbye." in house.bench.prompts.clips
    assert theirs.has_ended


async def test_a_redirect_without_a_fallback_keeps_that_of_the_call(house: House) -> None:
    house.pages |= {"/new": AppResponse(status=404), "/mine": f"<Say>mine</Say>{LONG}"}
    await running(house, f"<Say>one</Say>{LONG}")
    redirect(house, inline(LONG), fallback=Fallback(url=f"{APP}/mine"))
    await house.wait(0.5)
    redirect(house)
    await house.wait(0.5)
    assert house.paths == ["/voice", "/new", "/mine"]


async def test_a_status_callback_replaces_that_of_the_call(house: House) -> None:
    theirs = await running(house, f"<Say>one</Say>{LONG}")
    events = StatusEvents(url=f"{APP}/told", events=("completed",))
    house.updating.redirect(ACCOUNT, row(house).sid, NEW, status_events=events)
    await house.wait(0.5)
    theirs.hang_up()
    await house.wait(1)
    assert not house.of("/status")
    assert house.of("/told")[0]["CallStatus"] == "completed"


@pytest.mark.parametrize("number", [0, 1])
async def test_a_time_limit_counts_from_the_answer(house: House, bob: Phone, number: int) -> None:
    house.pages["/goes-on"] = LONG
    await running(house, f'<Dial action="/goes-on">{BOB}</Dial>', 3)
    house.updating.limit(ACCOUNT, row(house, number).sid, 100)
    house.updating.limit(ACCOUNT, row(house, number).sid, 10)
    await house.wait(6)
    assert row(house, number).status == "in-progress"
    await house.wait(3)
    assert (row(house, number).status, row(house, number).duration_seconds) == ("completed", 10)


async def test_a_time_limit_that_is_over_ends_the_call_at_once(house: House) -> None:
    await running(house, f"<Say>one</Say>{LONG}", 30)
    house.updating.limit(ACCOUNT, row(house).sid, 10)
    await house.wait(0.1)
    assert row(house).status == "completed"


async def test_a_time_limit_for_a_leg_that_rings_counts_from_its_answer(house: House, bob: Phone) -> None:
    bob.ring_seconds = 5
    await running(house, f'<Dial action="/action">{BOB}</Dial>', 3)
    house.updating.limit(ACCOUNT, row(house, 1).sid, 4)
    await house.wait(8)
    assert (row(house, 1).status, row(house, 1).duration_seconds) == ("completed", 4)


async def test_the_end_of_the_server_ends_dialled_legs_that_were_moved(house: House, bob: Phone) -> None:
    theirs = await running(house, f'<Dial action="/goes-on">{BOB}</Dial>')
    house.pages["/goes-on"] = "<Hangup/>"
    redirect(house, number=1)
    await house.wait(1)
    assert theirs.has_ended
    assert not bob.leg.has_ended
    finishing = asyncio.ensure_future(house.running.finish(5, asyncio.Event()))
    await house.wait(4)
    assert not finishing.done()
    await house.wait(2)
    assert finishing.done()
    assert bob.leg.has_ended
    assert row(house, 1).status == "completed"


async def test_a_caller_that_rings_while_its_application_rings_can_be_moved(house: House) -> None:
    house.pages["/support"] = LONG
    theirs = await running(
        house, f'<Dial answerOnBridge="true" action="/action"><Application>{SUPPORT.sid}</Application></Dial>'
    )
    redirect(house)
    await house.wait(0.5)
    assert theirs.is_answered
    assert house.of("/action")[0]["DialCallStatus"] == "canceled"
    assert [call.status for call in house.calls()] == ["in-progress", "canceled"]


async def test_who_ends_a_call_can_wait_until_that_is_written_down(house: House) -> None:
    leg = await running(house, LONG)
    sid = row(house).sid
    waiting = asyncio.ensure_future(house.updating.ended(sid, 5))
    await house.wait(1)
    assert not waiting.done()
    house.updating.end(ACCOUNT, sid, "completed")
    await house.wait(0.1)
    assert waiting.done()
    assert waiting.result()
    assert leg.has_ended
    assert await house.updating.ended("CA" + "9" * 32, 5)


async def test_a_call_that_goes_on_is_not_waited_for_long(house: House) -> None:
    await running(house, LONG)
    waiting = asyncio.ensure_future(house.updating.ended(row(house).sid, 2))
    await house.wait(3)
    assert not waiting.result()
