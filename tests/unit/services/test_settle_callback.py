"""What calls, recordings, conferences and the rest owe their apps when the server is killed: the next start tells it.

Each test stops a house in the middle of something and starts the next process over what was written (`restarted`).
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ringback.call.leg import Leg
from ringback.call.machine_detection import MachineDetection
from ringback.model.record import CallbackState, RecordingRecord, TranscriptionStatus
from ringback.model.sid import RecordingSid, transcription_sid
from ringback.services.call_order import CallbackTarget, DetectionOrder, RecordOrder
from ringback.services.payment_session import PaymentOrder
from ringback.services.resume_callbacks import Resumed
from ringback.services.take_payment import PaymentTaking
from ringback.store.callback import CallbackRepository
from ringback.store.record_writer import record_writer
from ringback.store.recording import RecordingRepository
from ringback.store.transcription import TranscriptionRepository
from ringback.testing.app_transport import AppRequest
from ringback.twiml.nodes import Pay
from tests.peers.sounds import quiet, voice
from tests.unit.services.callback_process import TOKEN, Process
from tests.unit.services.conftest import APP, House, OpenDesk
from tests.unit.services.crashed_house import SECONDS_OF_AUDIO, account_of, owed, restarted
from tests.unit.services.moved_calls import BOB, LONG, audio, row

ALL = (
    'trim="do-not-trim" recordingStatusCallback="/recorded" recordingStatusCallbackEvent="in-progress completed absent"'
)
RECORDINGS = {
    "record": f'<Record playBeep="false" timeout="0" {ALL}/>',
    "start": f"<Start><Recording {ALL}/></Start><Say>one</Say>{LONG}",
    "dial": f'<Dial record="record-from-answer" {ALL}>{BOB}</Dial>',
}
ROOM = (
    '<Dial><Conference statusCallback="/room" statusCallbackEvent="start end join leave mute" trim="do-not-trim"'
    " {more}>team</Conference></Dial>"
)


@pytest.fixture
async def house(house: House) -> AsyncIterator[House]:
    """What its calls tell when the bench takes them away, nobody hears."""
    house.pages |= {"/recorded": "", "/words": "", "/room": "", "/amd": "", "/paid": "", "/ended": ""}
    house.bench.phone("bob")
    yield house
    await house.bench.run(house.links.close(5))


async def running(house: House, verbs: str, seconds: float = 3) -> Leg:
    house.pages["/voice"] = verbs
    leg = house.call()
    await house.wait(seconds)
    return leg


def told(requests: list[AppRequest], *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(request.parameters.get(name) for name in names) for request in requests]


def told_with_token(requests: list[AppRequest]) -> list[tuple[str, str]]:
    return [(request.path, request.headers[TOKEN]) for request in requests]


# -- recordings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", list(RECORDINGS))
async def test_9_1_the_end_of_a_recording_is_told_after_that_of_its_call(
    house: House, tmp_path: Path, verb: str
) -> None:
    await running(house, RECORDINGS[verb])
    (begun,) = house.of("/recorded")
    async with restarted(house, tmp_path) as after:
        (ended,) = after.of("/recorded")
        assert [request.path for request in after.told] == ["/status", "/recorded"]
    expected = dict(begun.parameters) | {"RecordingStatus": "completed", "RecordingDuration": str(SECONDS_OF_AUDIO)}
    assert dict(ended.parameters) == expected, "all of 9.1, as at a normal end"
    assert list(dict(ended.parameters)) == [
        "AccountSid", "CallSid", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingDuration",
        "RecordingChannels", "RecordingSource", "RecordingStartTime", "RecordingTrack", "ErrorCode",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", list(RECORDINGS))
async def test_a_recording_that_ended_by_itself_owes_nothing(house: House, tmp_path: Path, verb: str) -> None:
    leg = await running(house, RECORDINGS[verb])
    assert owed(house) == ["recorded", "recorded", "status"], "completed and absent, of which one will come"
    leg.hang_up()
    await house.wait(3)
    assert owed(house) == []
    async with restarted(house, tmp_path) as after:
        assert after.told == []


async def test_what_has_no_audio_is_absent_with_its_code(house: House, tmp_path: Path) -> None:
    await running(house, RECORDINGS["record"])
    async with restarted(house, tmp_path, seconds=0) as after:
        assert told(after.of("/recorded"), "RecordingStatus", "RecordingDuration", "ErrorCode") == [
            ("absent", None, "16101")
        ]


@pytest.mark.parametrize(
    ("events", "seconds", "expected"),
    [
        ("in-progress", 7, []),
        ("absent", 7, []),
        ("completed", 0, []),
        ("completed", 7, ["completed"]),
        ("absent", 0, ["absent"]),
    ],
)
async def test_only_the_events_that_were_asked_for_are_told(
    house: House, tmp_path: Path, events: str, seconds: float, expected: list[str]
) -> None:
    await running(house, RECORDINGS["record"].replace("in-progress completed absent", events))
    async with restarted(house, tmp_path, seconds=seconds) as after:
        assert [request["RecordingStatus"] for request in after.of("/recorded")] == expected


async def test_a_second_crash_sends_nothing_twice(house: House, tmp_path: Path) -> None:
    """Neither what was sent nor what was not owed; and what was not sent has its token."""
    await running(house, RECORDINGS["record"])
    tokens = {record.token for record in house.outbox.records.values() if record.finished_at is None}
    async with restarted(house, tmp_path) as after:
        assert after.resumed == Resumed(queued=2)
        assert {request.headers[TOKEN] for request in after.told} <= tokens
        assert await after.process.resume(account_of(house)) == Resumed()


async def test_a_crash_before_the_next_process_had_sent_it_keeps_the_token(house: House, tmp_path: Path) -> None:
    """Both are on their way when that process is killed too: the third sends them once more, as the same callbacks."""
    await running(house, RECORDINGS["record"])
    async with restarted(house, tmp_path) as after:
        first = told_with_token(after.told)
        tokens = {token for _, token in first}
        async with after.process.database.read() as connection:
            sent = [record for record in await CallbackRepository(connection).all() if record.token in tokens]
        on_their_way = [replace(record, state=CallbackState.WAITING, finished_at=None) for record in sent]
        third = Process(after.process.database, first_sequence=1000)
        third.clock = after.process.clock
        await record_writer(third.database, node="main")(on_their_way)
        assert await third.resume(account_of(house)) == Resumed(queued=2)
        await third.end()
        assert told_with_token(third.arrived) == first


async def test_the_token_of_what_is_sent_is_that_of_what_was_held(house: House, tmp_path: Path) -> None:
    """So that an app knows it again, also where the store was away while it was sent."""
    leg = await running(house, RECORDINGS["record"])
    held = {record.sid: record.token for record in house.outbox.records.values()}
    leg.hang_up()
    await house.wait(3)
    sent = {record.sid: record.token for record in house.outbox.records.values()}
    assert held.items() <= sent.items()


async def test_4_the_end_of_a_call_that_was_recorded_as_a_whole_names_its_recording(
    house: House, open_desk: OpenDesk, tmp_path: Path
) -> None:
    house.pages["/voice"] = f"<Say>one</Say>{LONG}"
    callback = CallbackTarget(url=f"{APP}/recorded", method="GET")
    open_desk().place(record=RecordOrder(callback=callback))
    await house.wait(5)
    async with restarted(house, tmp_path) as after:
        (recorded,), (ended,) = after.of("/recorded"), after.of("/status")
        assert recorded.method == "GET"
        assert told([recorded], "RecordingSource", "RecordingDuration") == [("OutboundAPI", "7")]
        for name in ("RecordingUrl", "RecordingSid", "RecordingDuration"):
            assert ended[name] == recorded[name]
        assert [request.path for request in after.told] == ["/recorded", "/status"]


# -- the words of a recording ---------------------------------------------------------------------------------------

TRANSCRIBED = (
    '<Record playBeep="false" trim="do-not-trim" timeout="0" maxLength="60" transcribe="true"'
    ' transcribeCallback="/words"/>'
)


async def test_6_5_the_words_of_a_recording_that_was_cut_off_have_failed(house: House, tmp_path: Path) -> None:
    """What the callback names is there for who asks."""
    await running(house, TRANSCRIBED)
    async with restarted(house, tmp_path) as after:
        assert [request.path for request in after.told] == ["/status", "/words"]
        (words,) = after.of("/words")
        assert told([words], "TranscriptionStatus", "TranscriptionText", "CallStatus") == [("failed", "", "completed")]
        async with after.process.database.read() as connection:
            (recording,) = await RecordingRepository(connection).all()
            (kept,) = await TranscriptionRepository(connection).all()
    assert (kept.sid, kept.recording_sid) == (words["TranscriptionSid"], words["RecordingSid"])
    assert kept.sid == transcription_sid(RecordingSid(recording.sid))
    assert (kept.status, kept.duration_seconds) == (TranscriptionStatus.FAILED, SECONDS_OF_AUDIO)


@pytest.mark.parametrize("seconds", [0, 2, 120])
async def test_r_09_a_recording_of_another_length_owes_no_words(house: House, tmp_path: Path, seconds: float) -> None:
    await running(house, TRANSCRIBED)
    async with restarted(house, tmp_path, seconds=seconds) as after:
        assert after.of("/words") == []
        async with after.process.database.read() as connection:
            assert await TranscriptionRepository(connection).all() == ()


async def test_words_that_were_told_are_not_owed(house: House) -> None:
    leg = await running(house, TRANSCRIBED)
    assert owed(house) == ["status", "words"]
    leg.hang_up()
    await house.wait(3)
    assert owed(house) == []


# -- conferences ------------------------------------------------------------------------------------------------------


async def meeting(house: House, more: str = "") -> list[Leg]:
    """Three came, and the last one has left."""
    legs = [await running(house, ROOM.format(more=more), 1) for _ in range(3)]
    legs.pop().hang_up()
    await house.wait(1)
    return legs


EVENT = ("StatusCallbackEvent", "SequenceNumber", "CallSid", "ReasonParticipantLeft", "ParticipantCallStatus")


async def test_8_4_who_was_in_a_conference_leaves_it_and_it_ends(house: House, tmp_path: Path) -> None:
    await meeting(house)
    (room,) = house.bench.gatherings.conferences._rooms.values()
    first, second, _ = (call.sid for call in house.calls())
    room.mute(second, True)
    await house.wait(1)
    before = told(house.of("/room"), *EVENT[:2])
    assert before[-1] == ("participant-mute", "6")
    async with restarted(house, tmp_path) as after:
        ends = after.of("/room")
        assert told(ends, *EVENT) == [
            ("participant-leave", "7", first, "participant_hung_up", "completed"),
            ("participant-leave", "8", second, "participant_hung_up", "completed"),
            ("conference-end", "9", None, None, None),
        ]
        assert told(ends, "Muted", "ReasonConferenceEnded") == [
            ("false", None), ("true", None), (None, "last-participant-left"),
        ]  # fmt: skip
        assert len({request["Timestamp"] for request in ends}) == 1, "all at once, at the last moment that is known"
        assert ends[0]["Timestamp"] == house.of("/room")[-1]["Timestamp"]


async def test_a_conference_that_ended_by_itself_owes_nothing(house: House) -> None:
    legs = await meeting(house, 'record="record-from-start" recordingStatusCallback="/recorded"')
    assert owed(house) == ["recorded", "room", "room", "room", "status", "status"]
    for leg in legs:
        leg.hang_up()
    await house.wait(3)
    assert [request["StatusCallbackEvent"] for request in house.of("/room")][-3:] == [
        "participant-leave", "participant-leave", "conference-end",
    ]  # fmt: skip
    assert owed(house) == []


async def test_who_comes_again_leaves_again(house: House, tmp_path: Path) -> None:
    house.pages["/voice"] = ROOM.format(more="") * 2
    for _ in range(2):
        house.call()
        await house.wait(1)
    (room,) = house.bench.gatherings.conferences._rooms.values()
    first, second = (call.sid for call in house.calls())
    room.kick(first)
    await house.wait(1)
    async with restarted(house, tmp_path) as after:
        assert told(after.of("/room"), "StatusCallbackEvent", "CallSid") == [
            ("participant-leave", second), ("participant-leave", first), ("conference-end", None),
        ]  # fmt: skip


@pytest.mark.parametrize(("events", "expected"), [("leave", ["participant-leave"] * 2), ("end", ["conference-end"])])
async def test_of_a_conference_only_what_was_asked_for_is_told(
    house: House, tmp_path: Path, events: str, expected: list[str]
) -> None:
    house.pages["/voice"] = ROOM.format(more="").replace("start end join leave mute", events)
    for _ in range(2):
        house.call()
        await house.wait(1)
    async with restarted(house, tmp_path) as after:
        assert [request["StatusCallbackEvent"] for request in after.of("/room")] == expected
        assert [request["SequenceNumber"] for request in after.of("/room")] == ["1", "2"][: len(expected)]


async def test_9_1_the_recording_of_a_conference_is_told_of_with_the_room_in_the_place_of_the_call(
    house: House, tmp_path: Path
) -> None:
    await meeting(house, 'record="record-from-start" recordingStatusCallback="/recorded"')
    async with restarted(house, tmp_path) as after:
        (recorded,), (last, *_) = after.of("/recorded"), reversed(after.of("/room"))
        assert [request.path for request in after.told if request.path != "/status"] == ["/room"] * 3 + ["/recorded"]
    assert recorded["ConferenceSid"] == last["ConferenceSid"]
    assert "CallSid" not in recorded.parameters
    assert told([recorded], "RecordingStatus", "RecordingDuration", "RecordingSource") == [
        ("completed", "7", "Conference")
    ]


async def test_the_older_callback_of_a_conferences_recording_is_sent_too(house: House, tmp_path: Path) -> None:
    await meeting(house, 'record="record-from-start" eventCallbackUrl="/ended"')
    async with restarted(house, tmp_path) as after:
        assert told(after.of("/ended"), "EventName", "Duration") == [("conference-record-end", "7")]


# -- everything else --------------------------------------------------------------------------------------------------


async def test_am_05_an_answerer_that_was_not_found_out_is_unknown(
    house: House, open_desk: OpenDesk, tmp_path: Path
) -> None:
    house.pages["/voice"] = f"<Say>one</Say>{LONG}"
    detection = DetectionOrder(asynchronous=True, callback=CallbackTarget(url=f"{APP}/amd"))
    open_desk().place(detection=detection)
    await house.wait(3)
    assert owed(house) == ["amd", "status"]
    async with restarted(house, tmp_path) as after:
        assert told(after.of("/amd"), "AnsweredBy", "MachineDetectionDuration") == [("unknown", "0")]


async def test_an_answerer_that_was_found_out_is_not_told_again(
    house: House, open_desk: OpenDesk, tmp_path: Path
) -> None:
    house.pages["/voice"] = f"<Say>one</Say>{LONG}"
    detection = DetectionOrder(
        detection=MachineDetection(), asynchronous=True, callback=CallbackTarget(url=f"{APP}/amd")
    )
    open_desk().place(detection=detection)
    await house.wait(0.1)
    house.bench.media.opened[-1].hears = quiet(0.5) + voice(0.8)
    await house.wait(9)
    assert [request["AnsweredBy"] for request in house.of("/amd")] == ["human"]
    async with restarted(house, tmp_path) as after:
        assert after.of("/amd") == []
        (ended,) = after.of("/status")
        assert ended["AnsweredBy"] == "human"


async def test_a_payment_ends_with_its_call_and_shows_nothing_that_was_not_shown_before(
    house: House, tmp_path: Path
) -> None:
    """rest-api.md 9.5, PAY-04: also what lies in the store is masked."""
    await running(house, f"<Say>one</Say>{LONG}")
    taking = PaymentTaking(running=house.running, links=house.links, clock=house.clock)
    target = CallbackTarget(url=f"{APP}/paid")
    payment = taking.begin(account_of(house), row(house).sid, PaymentOrder(wanted=Pay(), target=target), "key").sid
    taking.capture(row(house).sid, payment, "payment-card-number", target, "first")
    await house.wait(0.1)
    audio(house).press("4111111111111111#")
    for _ in range(5):
        await house.wait(0.1)
    assert owed(house) == ["paid", "status"]
    assert "4111111111111111" not in repr([record.parameters for record in house.outbox.records.values()])
    async with restarted(house, tmp_path) as after:
        assert told(after.of("/paid"), "Result", "PaymentCardNumber", "Sid") == [
            ("caller-hung-up", "xxxxxxxxxxxx1111", payment)
        ]
    taking.cancel(row(house).sid, payment, target, "second")
    await house.wait(0.1)
    assert owed(house) == ["status"]


async def test_what_names_something_that_was_never_written_is_not_owed(house: House, tmp_path: Path) -> None:
    """The last moment before a crash is lost, with whoever might be told of it."""
    await running(house, RECORDINGS["record"])
    house.rows = [entry for entry in house.rows if not isinstance(entry, RecordingRecord)]
    house.meetings.clear()
    async with restarted(house, tmp_path) as after:
        assert [request.path for request in after.told] == ["/status"]


async def test_the_end_of_what_lasted_for_more_than_a_day_is_told_all_the_same(house: House, tmp_path: Path) -> None:
    """It is as old as the end, not as the beginning, when it was held."""
    await running(house, RECORDINGS["record"])
    for sid, record in house.outbox.records.items():
        house.outbox.records[sid] = replace(record, queued_at=record.queued_at - timedelta(hours=30))
    async with restarted(house, tmp_path) as after:
        assert [request.path for request in after.told] == ["/status", "/recorded"]
