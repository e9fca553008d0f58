"""Recordings of running calls, begun, paused and stopped over REST (rest-api.md 9.6)."""

import asyncio
import json
from typing import Any

import pytest

from ringback.call.background import MAX_RECORDINGS
from ringback.media.errors import MediaError
from ringback.model.call_status import CallStatus
from ringback.model.record import RecordingStatus
from ringback.model.sid import CallSid
from tests.integration.api.conftest import MINE, OTHER

ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
KEYS = {
    "sid", "account_sid", "call_sid", "conference_sid", "date_created", "date_updated", "api_version", "start_time",
    "duration", "status", "channels", "source", "price", "price_unit", "error_code", "encryption_details", "track",
    "uri",
}  # fmt: skip


def error_of(answer: Any) -> tuple[int, int]:
    return answer.status, json.loads(answer.body)["code"]


async def start(stage: Any, call_sid: str, **parameters: str) -> Any:
    return await stage.ask(f"{ACCOUNT}/Calls/{call_sid}/Recordings.json", method="POST", data=parameters)


async def change(stage: Any, call_sid: str, sid: str, **parameters: str) -> Any:
    return await stage.ask(f"{ACCOUNT}/Calls/{call_sid}/Recordings/{sid}.json", method="POST", data=parameters)


async def begun(stage: Any, call_sid: str, **parameters: str) -> dict[str, Any]:
    answer = await start(stage, call_sid, **parameters)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = json.loads(answer.body)
    return body


async def finished(stage: Any, uri: str) -> dict[str, Any]:
    """The recording, once its length is known."""
    async with asyncio.timeout(15):
        while True:
            body: dict[str, Any] = json.loads((await stage.ask(uri)).body)
            if body["duration"] is not None:
                return body
            await asyncio.sleep(0.01)


async def callbacks(stage: Any, count: int) -> list[dict[str, str]]:
    """The first so many that reach the app, or what came within five seconds."""
    for _ in range(500):
        if len(stage.asked) >= count:
            break
        await asyncio.sleep(0.01)
    return [dict(request.parameters) for request in stage.asked]


async def test_a_recording_is_begun_with_twilios_defaults(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    body = await begun(stage, call_sid)
    assert set(body) == KEYS
    assert (body["call_sid"], body["conference_sid"], body["duration"]) == (call_sid, None, None)
    assert (body["status"], body["channels"], body["track"]) == ("in-progress", 1, "both")
    assert body["source"] == "StartCallRecordingAPI"
    assert body["uri"] == f"{ACCOUNT}/Calls/{call_sid}/Recordings/{body['sid']}.json"
    assert [recording.what for recording in stage.studio.audio(call_sid)] == ["both"]
    assert stage.asked == [], "nobody is told who did not ask"


@pytest.mark.parametrize(
    ("parameters", "what", "channels", "track"),
    [
        ({"RecordingChannels": "dual"}, "dual", 2, "both"),
        ({"RecordingTrack": "inbound"}, "received", 1, "inbound"),
        ({"RecordingTrack": "outbound", "RecordingChannels": "dual"}, "sent", 1, "outbound"),
    ],
)
async def test_track_and_channels_decide_what_is_recorded(
    stage: Any, parameters: dict[str, str], what: str, channels: int, track: str
) -> None:
    call_sid = stage.studio.call(MINE)
    body = await begun(stage, call_sid, **parameters)
    assert (body["channels"], body["track"]) == (channels, track)
    assert stage.studio.audio(call_sid)[0].what == what


@pytest.mark.parametrize(("trim", "duration"), [("trim-silence", "1"), ("do-not-trim", "2"), ("", "2")])
async def test_silence_is_cut_off_only_where_it_is_asked_for(stage: Any, trim: str, duration: str) -> None:
    """The test's recordings are silent in their last half second."""
    call_sid = stage.studio.call(MINE)
    body = await begun(stage, call_sid, **({"Trim": trim} if trim else {}))
    await asyncio.sleep(1.6)
    stage.studio.legs[call_sid].close()
    assert (await finished(stage, body["uri"]))["duration"] == duration


async def test_callbacks_are_those_asked_for_and_name_what_can_be_fetched(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    body = await begun(
        stage,
        call_sid,
        RecordingStatusCallback="http://app.example/recorded",
        RecordingStatusCallbackEvent="in-progress completed",
    )
    await asyncio.sleep(0.2)
    await change(stage, call_sid, body["sid"], Status="stopped")
    first, second = await callbacks(stage, 2)
    assert (first["RecordingStatus"], second["RecordingStatus"]) == ("in-progress", "completed")
    assert first["RecordingSid"] == second["RecordingSid"] == body["sid"]
    assert (second["RecordingSource"], second["RecordingDuration"]) == ("StartCallRecordingAPI", "1")
    assert second["RecordingUrl"].endswith(f"{ACCOUNT}/Recordings/{body['sid']}")
    read = json.loads((await stage.ask(f"{ACCOUNT}/Recordings/{body['sid']}.json")).body)
    assert (read["status"], read["duration"]) == ("completed", "1")


async def test_pause_resume_and_stop(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    sid = (await begun(stage, call_sid))["sid"]
    states = []
    for status in ("paused", "paused", "in-progress", "stopped"):
        answer = await change(stage, call_sid, sid, Status=status)
        assert answer.status == 200
        states.append(json.loads(answer.body)["status"])
    assert states == ["paused", "paused", "in-progress", "stopped"]
    (audio,) = stage.studio.audio(call_sid)
    assert audio.pauses == ["paused", "paused", "resumed"]
    assert audio.finished.done()
    assert error_of(await change(stage, call_sid, sid, Status="in-progress")) == (400, 21220)


@pytest.mark.parametrize(
    ("parameters", "keeps_silence"),
    [({}, True), ({"PauseBehavior": "silence"}, True), ({"PauseBehavior": "skip"}, False)],
)
async def test_a_pause_is_silence_or_left_out(
    stage: Any, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], keeps_silence: bool
) -> None:
    call_sid = stage.studio.call(MINE)
    sid = (await begun(stage, call_sid))["sid"]
    asked: list[bool] = []
    monkeypatch.setattr(stage.studio.audio(call_sid)[0], "pause", lambda *, keep_silence: asked.append(keep_silence))
    await change(stage, call_sid, sid, Status="paused", **parameters)
    assert asked == [keeps_silence]


async def test_current_is_the_one_that_runs_and_an_error_when_several_do(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    assert error_of(await change(stage, call_sid, "Twilio.CURRENT", Status="paused")) == (404, 20404)
    first = (await begun(stage, call_sid))["sid"]
    paused = await change(stage, call_sid, "Twilio.CURRENT", Status="paused")
    assert (json.loads(paused.body)["sid"], json.loads(paused.body)["status"]) == (first, "paused")
    second = (await begun(stage, call_sid))["sid"]
    assert error_of(await change(stage, call_sid, "Twilio.CURRENT", Status="in-progress")) == (400, 16108)
    await change(stage, call_sid, first, Status="stopped")
    stopped = await change(stage, call_sid, "Twilio.CURRENT", Status="stopped")
    assert json.loads(stopped.body)["sid"] == second


async def test_too_many_at_once_are_16108(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    for _ in range(MAX_RECORDINGS):
        await begun(stage, call_sid)
    assert error_of(await start(stage, call_sid)) == (400, 16108)


@pytest.mark.parametrize("status", [CallStatus.QUEUED, CallStatus.RINGING, CallStatus.COMPLETED])
async def test_a_call_that_is_not_in_progress_is_21220(stage: Any, status: CallStatus) -> None:
    answer = await start(stage, stage.studio.call(MINE, status))
    assert error_of(answer) == (400, 21220)
    assert json.loads(answer.body)["message"] == "Requested resource is not eligible for recording"


async def test_another_accounts_call_and_a_call_that_never_was_are_not_there(stage: Any) -> None:
    theirs, mine = stage.studio.call(OTHER), stage.studio.call(MINE)
    sid = (await begun(stage, mine))["sid"]
    for call_sid in (theirs, CallSid("CA" + "9" * 32), "CA1"):
        assert error_of(await start(stage, call_sid)) == (404, 20404)
        assert error_of(await change(stage, call_sid, sid, Status="paused")) == (404, 20404)
        assert error_of(await change(stage, call_sid, "Twilio.CURRENT", Status="paused")) == (404, 20404)
        for path in ("", f"/{sid}"):
            assert (await stage.ask(f"{ACCOUNT}/Calls/{call_sid}/Recordings{path}.json")).status == 404
    assert stage.studio.audio(theirs) == []
    assert stage.studio.audio(mine)[0].pauses == []


async def test_a_parameter_that_is_empty_was_not_given(stage: Any) -> None:
    call_sid = stage.studio.call(MINE)
    names = ("RecordingChannels", "RecordingTrack", "Trim", "RecordingStatusCallback", "RecordingStatusCallbackEvent")
    body = await begun(stage, call_sid, **dict.fromkeys(names, ""), RecordingConfigurationId="any")
    assert (body["channels"], body["track"]) == (1, "both")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RecordingChannels": "stereo"}, 20001),
        ({"RecordingTrack": "left"}, 20001),
        ({"Trim": "yes"}, 20001),
        ({"RecordingStatusCallback": "ftp://app.example"}, 21205),
        ({"RecordingStatusCallbackMethod": "PUT"}, 21209),
        ({"RecordingStatusCallbackEvent": "started"}, 20001),
    ],
)
async def test_a_parameter_that_is_wrong_begins_nothing(stage: Any, parameters: dict[str, str], code: int) -> None:
    call_sid = stage.studio.call(MINE)
    assert error_of(await start(stage, call_sid, **parameters)) == (400, code)
    assert stage.studio.audio(call_sid) == []


@pytest.mark.parametrize("parameters", [{}, {"Status": "completed"}, {"Status": "paused", "PauseBehavior": "beep"}])
async def test_a_change_that_is_wrong_changes_nothing(stage: Any, parameters: dict[str, str]) -> None:
    call_sid = stage.studio.call(MINE)
    sid = (await begun(stage, call_sid))["sid"]
    assert error_of(await change(stage, call_sid, sid, **parameters)) == (400, 20001)
    assert stage.studio.audio(call_sid)[0].pauses == []


async def test_a_calls_recordings_are_listed_and_deleted_below_it(stage: Any, make_tone: Any) -> None:
    call_sid = stage.studio.call(MINE)
    running = (await begun(stage, call_sid))["sid"]
    make_tone(stage.folder / "a.wav", 1.0)
    done = stage.add(call_sid=call_sid, status=RecordingStatus.COMPLETED, track="inbound")
    path = f"{ACCOUNT}/Calls/{call_sid}/Recordings"
    body = json.loads((await stage.ask(f"{path}.json")).body)
    assert [item["sid"] for item in body["recordings"]] == [running, done.sid]
    assert [item["track"] for item in body["recordings"]] == ["both", "inbound"]
    old = json.loads((await stage.ask(f"{path}.json?DateCreated%3C=2026-03-01")).body)
    assert [item["sid"] for item in old["recordings"]] == [done.sid]
    assert error_of(await stage.ask(f"{path}/{running}.json", method="DELETE")) == (400, 20009)
    other = stage.studio.call(MINE)
    assert (await stage.ask(f"{ACCOUNT}/Calls/{other}/Recordings/{done.sid}.json", method="DELETE")).status == 404
    assert (await stage.ask(f"{path}/{done.sid}.json", method="DELETE")).status == 204
    assert (await stage.ask(f"{path}/{done.sid}.json")).status == 404
    assert not (stage.folder / "a.wav").exists()
    assert json.loads((await stage.ask(f"{ACCOUNT}/Calls/{other}/Recordings.json")).body)["recordings"] == []


async def test_a_file_that_cannot_be_written_is_an_error_and_no_recording(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_sid = stage.studio.call(MINE)

    def fail(*_arguments: object, **_options: object) -> None:
        raise MediaError("no space left on device")

    monkeypatch.setattr(stage.studio.legs[call_sid], "start_recording", fail)
    assert error_of(await start(stage, call_sid)) == (500, 20500)
    (row,) = json.loads((await stage.ask(f"{ACCOUNT}/Recordings.json")).body)["recordings"]
    assert (row["status"], row["error_code"]) == ("absent", 12400)
    assert [code for code, _ in stage.studio.reports] == [12400]


async def test_the_leg_that_is_named_is_recorded_and_keeps_the_recording(stage: Any) -> None:
    """We differ: at Twilio it belongs to the parent."""
    parent = stage.studio.call(MINE)
    child = stage.studio.call(MINE, parent=parent)
    body = await begun(stage, child, RecordingTrack="inbound")
    assert body["call_sid"] == child
    assert [len(stage.studio.audio(call_sid)) for call_sid in (parent, child)] == [0, 1]
    listed = json.loads((await stage.ask(f"{ACCOUNT}/Calls/{child}/Recordings.json")).body)
    assert [item["sid"] for item in listed["recordings"]] == [body["sid"]]
