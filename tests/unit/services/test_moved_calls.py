"""Wherever a call is when it is moved: in any verb, in a bridge, a queue, a conference, an application (L-01, L-04)."""

import pytest

from ringback.interpreter.source import Fallback
from ringback.services.update_call import NotInProgress
from ringback.testing.app_transport import AppResponse
from tests.unit.call.conftest import ACCOUNT, Phone
from tests.unit.services.conftest import APP, BuildHouse, House, configuration
from tests.unit.services.moved_calls import (
    BOB,
    DAVE,
    LONG,
    SUPPORT,
    VERBS,
    audio,
    inline,
    live,
    prepared,
    redirect,
    row,
    running,
)


@pytest.fixture
def house(build: BuildHouse) -> House:
    return prepared(build(configuration(applications=[SUPPORT])))


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
