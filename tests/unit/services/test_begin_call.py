"""Between the answer of a call over REST and its document: the recording, keys, and who answered (webhooks.md 9)."""

from typing import Any

import pytest

from ringback.call.machine_detection import MachineDetection
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest
from ringback.model.record import CallRecord
from ringback.services.call_order import CallbackTarget, DetectionOrder, RecordOrder
from ringback.twiml.parser import parse_document
from tests.peers.memory_media import MemoryLeg
from tests.peers.sounds import quiet, voice
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import APP, House, OpenDesk, OrderDesk

PERSON = quiet(0.5) + voice(0.8)
MACHINE = quiet(0.5) + voice(5)
AMD = CallbackTarget(url=f"{APP}/amd")
RECORDED = CallbackTarget(url=f"{APP}/recorded", method="GET")


@pytest.fixture
def desk(open_desk: OpenDesk) -> OrderDesk:
    return open_desk()


@pytest.fixture
def house(house: House) -> House:
    house.pages |= {"/voice": "<Hangup/>", "/amd": "", "/recorded": ""}
    return house


def leg(house: House) -> MemoryLeg:
    """Our side's audio of the last call."""
    return house.bench.media.opened[-1]


async def place(desk: OrderDesk, sound: bytes = b"", **wanted: Any) -> CallRecord:
    """Until it rings at bob's, who will be heard with that."""
    placed = desk.place(**wanted)
    await desk.house.wait(0.1)
    leg(desk.house).hears = sound
    return placed


# -- machine detection --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sound", "detection", "answered_by", "milliseconds"),
    [
        (PERSON, MachineDetection(), "human", 2500),
        (MACHINE, MachineDetection(), "machine_start", 2960),
        (MACHINE, MachineDetection(until_end=True), "machine_end_silence", 7900),
        (b"", MachineDetection(), "unknown", 5000),
    ],
)
async def test_9_2_the_document_is_asked_for_after_the_verdict(
    desk: OrderDesk, house: House, sound: bytes, detection: MachineDetection, answered_by: str, milliseconds: int
) -> None:
    placed = await place(desk, sound, detection=DetectionOrder(detection=detection))
    await house.wait(0.9 + milliseconds / 1000 - 0.5)
    assert house.of("/voice") == []
    await house.wait(2)
    (request,) = house.of("/voice")
    assert request["AnsweredBy"] == answered_by
    assert int(request["MachineDetectionDuration"]) == pytest.approx(milliseconds, abs=100)
    assert desk.row(placed).answered_by == answered_by
    assert house.of("/status")[-1]["AnsweredBy"] == answered_by
    assert "AnsweredBy" not in house.of("/status")[0].parameters


async def test_9_2_only_the_first_request_says_who_answered(desk: OrderDesk, house: House) -> None:
    house.pages |= {"/voice": "<Redirect>/next</Redirect>", "/next": "<Hangup/>"}
    await place(desk, PERSON, detection=DetectionOrder())
    await house.wait(10)
    assert ["AnsweredBy" in request.parameters for request in house.of("/voice") + house.of("/next")] == [True, False]


async def test_9_2_inline_twiml_waits_too_and_the_record_has_the_verdict(desk: OrderDesk, house: House) -> None:
    document = LoadedDocument(url=None, body=parse_document(b"<Response><Say>one two</Say></Response>"))
    placed = await place(desk, PERSON, first=document, detection=DetectionOrder())
    await house.wait(3)
    assert leg(house).heard == []
    await house.wait(5)
    assert len(leg(house).heard) == 1
    assert (desk.row(placed).answered_by, desk.row(placed).status) == ("human", "completed")


async def test_9_2_with_async_amd_the_document_runs_at_once_and_the_verdict_goes_to_its_callback(
    desk: OrderDesk, house: House
) -> None:
    house.pages["/voice"] = '<Pause length="20"/>'
    placed = await place(desk, MACHINE, detection=DetectionOrder(asynchronous=True, callback=AMD))
    await house.wait(1.5)
    assert "AnsweredBy" not in house.of("/voice")[0].parameters
    assert house.of("/amd") == []
    await house.wait(4)
    (told,) = house.of("/amd")
    assert dict(told.parameters).keys() == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (told["CallSid"], told["AnsweredBy"]) == (placed.sid, "machine_start")
    assert desk.row(placed).answered_by == "machine_start"
    await house.wait(20)
    assert house.of("/status")[-1]["AnsweredBy"] == "machine_start"


async def test_9_2_async_amd_without_a_callback_stays_on_the_record(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = '<Pause length="20"/>'
    placed = await place(desk, PERSON, detection=DetectionOrder(asynchronous=True))
    await house.wait(25)
    assert desk.row(placed).answered_by == "human"


async def test_9_2_async_amd_of_a_call_that_ends_first_is_unknown(desk: OrderDesk, house: House) -> None:
    await place(desk, MACHINE, detection=DetectionOrder(asynchronous=True, callback=AMD))
    await house.wait(5)
    assert [told["AnsweredBy"] for told in house.of("/amd")] == ["unknown"]
    assert house.running.task_count == 0


async def test_who_hangs_up_before_the_verdict_is_asked_nothing(desk: OrderDesk, house: House) -> None:
    placed = await place(desk, MACHINE, detection=DetectionOrder())
    await house.wait(2)
    desk.bob.hang_up()
    await house.wait(5)
    assert house.of("/voice") == []
    assert (desk.row(placed).status, desk.row(placed).answered_by) == ("completed", None)
    assert house.running.task_count == 0


async def test_l_01_a_call_can_be_moved_while_it_is_listened_to(desk: OrderDesk, house: House) -> None:
    house.pages["/next"] = "<Hangup/>"
    placed = await place(desk, MACHINE, detection=DetectionOrder())
    await house.wait(2)
    house.updating.redirect(ACCOUNT, placed.sid, DocumentRequest(url=f"{APP}/next"))
    await house.wait(0.1)
    assert len(house.of("/next")) == 1, "at once"
    await house.wait(5)
    assert (len(house.of("/voice")), len(house.of("/next"))) == (0, 1)
    assert desk.row(placed).status == "completed"


# -- keys -------------------------------------------------------------------------------------------------------------


async def test_l_06_send_digits_are_pressed_before_the_document_and_turn_detection_off(
    desk: OrderDesk, house: House
) -> None:
    await place(desk, MACHINE, send_digits="ww12W#", detection=DetectionOrder(), record=RecordOrder(trim=False))
    await house.wait(2.5)
    assert leg(house).sent_digits == ["ww12W#"]
    assert house.of("/voice") == []
    await house.wait(3)
    (request,) = house.of("/voice")
    assert "AnsweredBy" not in request.parameters


async def test_l_01_a_call_can_be_moved_while_keys_are_pressed(desk: OrderDesk, house: House) -> None:
    house.pages["/next"] = "<Hangup/>"
    placed = await place(desk, send_digits="W" * 30)
    await house.wait(5)
    house.updating.redirect(ACCOUNT, placed.sid, DocumentRequest(url=f"{APP}/next"))
    await house.wait(5)
    assert (len(house.of("/voice")), len(house.of("/next"))) == (0, 1)
    assert desk.row(placed).status == "completed"


# -- recording --------------------------------------------------------------------------------------------------------


async def test_9_1_the_call_is_recorded_from_its_answer_to_its_end(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = '<Pause length="10"/>'
    order = RecordOrder(trim=False, callback=RECORDED, events=("in-progress", "completed"))
    placed = await place(desk, record=order, send_digits="WW")
    await house.wait(20)
    assert [made.what for made in leg(house).recordings] == ["both"]
    started, ended = house.of("/recorded")
    assert (started.method, started["RecordingStatus"], ended["RecordingStatus"]) == ("GET", "in-progress", "completed")
    assert (ended["RecordingSource"], ended["RecordingChannels"], ended["RecordingTrack"]) == (
        "OutboundAPI",
        "1",
        "both",
    )
    assert (ended["CallSid"], ended["RecordingDuration"]) == (placed.sid, "12")
    (recording,) = {row.sid: row for row in house.recordings()}.values()
    assert (recording.source, recording.status, recording.call_sid) == ("OutboundAPI", "completed", placed.sid)


@pytest.mark.parametrize(
    ("order", "what", "channels"),
    [
        (RecordOrder(dual=True, trim=False), "dual", "2"),
        (RecordOrder(trim=False), "both", "1"),
        (RecordOrder(dual=True, track="inbound", trim=False), "received", "1"),
        (RecordOrder(track="outbound", trim=False), "sent", "1"),
    ],
)
async def test_9_2_channels_and_track_say_what_is_recorded(
    desk: OrderDesk, house: House, order: RecordOrder, what: str, channels: str
) -> None:
    house.pages["/voice"] = '<Pause length="5"/>'
    await place(desk, record=order)
    await house.wait(10)
    assert [made.what for made in leg(house).recordings] == [what]
    assert str(house.recordings()[-1].channels) == channels


async def test_4_the_completed_callback_names_the_recording_and_comes_after_it(desk: OrderDesk, house: House) -> None:
    house.pages["/voice"] = '<Pause length="5"/>'
    await place(desk, record=RecordOrder(trim=False, callback=RECORDED))
    await house.wait(10)
    last = house.of("/status")[-1]
    told = house.of("/recorded")[-1]
    assert last["CallStatus"] == "completed"
    assert (last["RecordingSid"], last["RecordingUrl"]) == (told["RecordingSid"], told["RecordingUrl"])
    assert last["RecordingDuration"] == told["RecordingDuration"]
    assert house.paths.index("/recorded") < len(house.paths) - 1 - house.paths[::-1].index("/status")


async def test_a_call_that_is_not_answered_has_no_recording(desk: OrderDesk, house: House) -> None:
    desk.bob.status = 486
    await place(desk, record=RecordOrder(callback=RECORDED))
    await house.wait(5)
    assert house.recordings() == []
    assert "RecordingSid" not in house.of("/status")[-1].parameters
