"""Calls are moved, ended and hung up at random, many times over: nothing is left behind and nothing of ours fails."""

import asyncio
import random

import pytest

from ringback.call.leg import Leg
from ringback.interpreter.source import DocumentRequest
from ringback.services.call_run import INTERNAL_FAILURE
from ringback.services.update_call import NotInProgress
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import APP, BuildHouse, House, configuration
from tests.unit.services.moved_calls import BOB, DAVE, LONG, SUPPORT, prepared

# Nothing is trimmed: that is done in threads, whose time is not virtual.
DOCUMENTS = {
    "/say": f"<Say>one two three four five six</Say>{LONG}",
    "/gather": '<Gather timeout="9" action="/say"><Say>one two three</Say></Gather><Redirect>/dial</Redirect>',
    "/record": '<Record timeout="0" maxLength="9" trim="do-not-trim" action="/say"/>',
    "/dial": f'<Dial action="/say" record="record-from-answer">{BOB}</Dial>',
    "/both": f'<Dial action="/queue" timeout="7">{BOB}{DAVE}</Dial>',
    "/screened": '<Dial action="/room"><Sip url="/wait">sip:bob@192.0.2.11</Sip></Dial>',
    "/room": '<Dial action="/say"><Conference statusCallback="/told" statusCallbackEvent="end">r</Conference></Dial>',
    "/queue": '<Enqueue action="/say" waitUrl="/wait">line</Enqueue>',
    "/agent": '<Dial action="/say" timeout="9"><Queue url="/told">line</Queue></Dial>',
    "/application": f'<Dial action="/queue"><Application>{SUPPORT.sid}</Application></Dial>',
    "/background": '<Start><Recording trim="do-not-trim"/></Start><Redirect>/dial</Redirect>',
    "/echo": "<Echo/>",
    "/over": "<Say>one</Say>",
}


@pytest.fixture
def house(build: BuildHouse) -> House:
    made = prepared(build(configuration(applications=[SUPPORT])))
    made.use(calls=100)
    made.pages |= {**DOCUMENTS, "/voice": "<Redirect>/say</Redirect>", "/action": LONG}
    made.bench.phone("bob")
    made.bench.phone("dave").status = None
    return made


def move_one(house: House, chance: random.Random) -> None:
    live = chance.choice(house.running.of_account(ACCOUNT))
    try:
        if chance.random() < 0.06:
            house.updating.end(ACCOUNT, live.info.call_sid, chance.choice(["completed", "canceled"]))
        else:
            request = DocumentRequest(url=APP + chance.choice(list(DOCUMENTS)))
            house.updating.redirect(ACCOUNT, live.info.call_sid, request)
    except NotInProgress:
        return


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_left_of_calls_that_were_moved_about(house: House, seed: int) -> None:
    chance = random.Random(seed)
    callers: list[Leg] = []
    for _ in range(120):
        if len(callers) < 12 and chance.random() < 0.15:
            callers.append(house.call())
        for _ in range(chance.choice([0, 1, 1, 2, 3])):
            if house.running.of_account(ACCOUNT):
                move_one(house, chance)
        if callers and chance.random() < 0.02:
            chance.choice(callers).hang_up()
        await house.wait(chance.choice([0.0, 0.02, 0.3, 1.0, 4.0]))
        assert_nobody_is_in_two_places(house)
    assert len(house.of("/say")) > 5
    for live in house.running.of_account(ACCOUNT):
        live.terminate("completed")
    await house.wait(120)
    assert [note.message for note in house.notes() if note.error_code == INTERNAL_FAILURE] == []
    assert (house.running.task_count, len(house.running), house.bench.media.leg_count) == (0, 0, 0)
    assert all(call.status.is_final for call in house.calls())
    recordings = {recording.sid: recording.status for recording in house.recordings()}
    assert set(recordings.values()) <= {"completed", "absent"}
    assert all(mixer.is_closed for mixer in house.bench.mixers)
    assert not _tasks_of_calls()


def assert_nobody_is_in_two_places(house: House) -> None:
    """A leg talks to one other at most, which talks to it, and to none while it is in a room."""
    open_legs = {leg.leg_id: leg for leg in house.bench.media.opened if not leg.is_closed}
    for leg in open_legs.values():
        assert leg.partner is None or leg.partner.partner is leg
    placed = [number for mixer in house.bench.mixers for number in mixer.places if number in open_legs]
    assert len(placed) == len(set(placed))
    assert all(open_legs[number].partner is None for number in placed)


def _tasks_of_calls() -> list[asyncio.Task[object]]:
    """What still runs, but for this test and the deliveries of callbacks."""
    mine = asyncio.current_task()
    return [task for task in asyncio.all_tasks() if task is not mine and "deliver" not in repr(task).lower()]
