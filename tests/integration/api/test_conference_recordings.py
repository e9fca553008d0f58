"""Recordings of conferences: read, paused, stopped and deleted below the conference (rest-api.md 9.6)."""

import json
from datetime import UTC, datetime
from typing import Any

from ringback.model.record import ConferenceRecord, ConferenceStatus, RecordingStatus
from ringback.model.sid import ConferenceSid, RecordingSid
from tests.integration.api.conftest import MINE, OTHER

ACCOUNT = f"/2010-04-01/Accounts/{MINE}"
CONFERENCE = ConferenceSid("CF" + "1" * 32)
PATH = f"{ACCOUNT}/Conferences/{CONFERENCE}/Recordings"


async def test_a_recording_of_a_conference_names_it_and_has_no_track(stage: Any) -> None:
    opener = stage.studio.call(MINE)
    record = stage.studio.conference(opener, CONFERENCE)
    body = json.loads((await stage.ask(f"{PATH}/{record.sid}.json")).body)
    assert (body["conference_sid"], body["call_sid"], body["source"]) == (CONFERENCE, opener, "Conference")
    assert body["uri"] == f"{PATH}/{record.sid}.json"
    assert not {"track", "media_url", "subresource_uris"} & set(body)
    of_account = json.loads((await stage.ask(f"{ACCOUNT}/Recordings.json?ConferenceSid={CONFERENCE}")).body)
    assert [item["sid"] for item in of_account["recordings"]] == [record.sid]


async def test_it_is_paused_resumed_and_stopped_by_sid_and_as_the_current_one(stage: Any) -> None:
    opener = stage.studio.call(MINE)
    record = stage.studio.conference(opener, CONFERENCE)
    states = []
    for sid, status in ((record.sid, "paused"), ("Twilio.CURRENT", "in-progress"), ("Twilio.CURRENT", "stopped")):
        answer = await stage.ask(f"{PATH}/{sid}.json", method="POST", data={"Status": status, "PauseBehavior": "skip"})
        states.append((answer.status, json.loads(answer.body)["status"], json.loads(answer.body)["sid"]))
    assert states == [(200, status, record.sid) for status in ("paused", "in-progress", "stopped")]
    (audio,) = stage.studio.audio(opener)
    assert audio.finished.done()
    gone = await stage.ask(f"{PATH}/Twilio.CURRENT.json", method="POST", data={"Status": "paused"})
    assert gone.status == 404


async def test_the_current_recording_of_the_opener_is_not_that_of_the_conference(stage: Any) -> None:
    opener = stage.studio.call(MINE)
    stage.studio.conference(opener, CONFERENCE)
    path = f"{ACCOUNT}/Calls/{opener}/Recordings/Twilio.CURRENT.json"
    assert (await stage.ask(path, method="POST", data={"Status": "paused"})).status == 404


async def test_none_is_begun_here(stage: Any) -> None:
    stage.studio.conference(stage.studio.call(MINE), CONFERENCE)
    answer = await stage.ask(f"{PATH}.json", method="POST", data={})
    assert (answer.status, json.loads(answer.body)["code"]) == (405, 20004)


async def test_they_are_listed_deleted_and_not_there_for_others(stage: Any) -> None:
    cases: list[dict[str, Any]] = [{}, {"conference_sid": None}, {"account_sid": OTHER}]
    for number, fields in enumerate(cases):
        stage.add(
            **{"sid": RecordingSid(f"RE{number:032x}"), "conference_sid": CONFERENCE, "path": "none.wav", **fields}
        )
    body = json.loads((await stage.ask(f"{PATH}.json")).body)
    assert [item["sid"] for item in body["recordings"]] == [f"RE{0:032x}"]
    for number, status in ((1, 404), (2, 404), (0, 204), (0, 404)):
        assert (await stage.ask(f"{PATH}/RE{number:032x}.json", method="DELETE")).status == status
    other = f"/2010-04-01/Accounts/{OTHER}/Conferences/{CONFERENCE}/Recordings/RE{0:032x}.json"
    assert (await stage.ask(other, user=(OTHER, "other-token"))).status == 404


async def test_a_conference_without_recordings_has_an_empty_list_and_one_that_never_was_has_none(stage: Any) -> None:
    assert (await stage.ask(f"{PATH}.json")).status == 404
    now = datetime(2026, 3, 1, tzinfo=UTC)
    stage.writer.put(
        ConferenceRecord(
            sid=CONFERENCE,
            account_sid=MINE,
            friendly_name="ward-round",
            status=ConferenceStatus.COMPLETED,
            created_at=now,
            updated_at=now,
        )
    )
    assert json.loads((await stage.ask(f"{PATH}.json")).body)["recordings"] == []
    stage.add(conference_sid=CONFERENCE, status=RecordingStatus.DELETED)
    assert json.loads((await stage.ask(f"{PATH}.json")).body)["recordings"] == []
