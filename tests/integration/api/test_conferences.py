"""Conferences and their participants over HTTP, in real rooms without sound (rest-api.md 9.8 and 9.9)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ringback.interpreter.document import LoadedDocument
from ringback.model.call_status import CallStatus
from ringback.model.sid import CallSid
from ringback.twiml.nodes import Conference, Dial, Document
from tests.integration.api.conftest import MINE, OTHER, Stage
from tests.integration.api.hall import Guest, settle

ROOT = f"/2010-04-01/Accounts/{MINE}/Conferences"
NOBODY = "CA" + "9" * 32
SIP = {"From": "ringback", "To": "sip:bob@phones.example"}
CONFERENCE_KEYS = {
    "sid", "account_sid", "date_created", "date_updated", "api_version", "friendly_name", "status", "region",
    "reason_conference_ended", "call_sid_ending_conference", "uri", "subresource_uris",
}  # fmt: skip
PARTICIPANT_KEYS = {
    "account_sid", "call_sid", "conference_sid", "date_created", "date_updated", "uri", "label", "muted", "hold",
    "coaching", "start_conference_on_enter", "end_conference_on_exit", "call_sid_to_coach", "status", "queue_time",
}  # fmt: skip


class Room:
    """The room "team" with guests in it, and requests about it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.hall = stage.hall

    async def join(self, name: str = "team", **wanted: Any) -> Guest:
        return await self.hall.confer(MINE, name, **wanted)

    async def ask(self, path: str, data: Any = None, *, method: str = "GET", status: int = 200) -> Any:
        answer = await self.stage.ask(ROOT + path, method=method, data=data)
        assert answer.status == status, answer.body
        return json.loads(answer.body) if answer.body else None

    async def post(self, path: str, data: Any, status: int = 200) -> Any:
        return await self.ask(path, data, method="POST", status=status)

    async def sid(self, name: str = "team") -> str:
        (found,) = (await self.ask(f".json?FriendlyName={name}&Status=init"))["conferences"] or (
            await self.ask(f".json?FriendlyName={name}&Status=in-progress")
        )["conferences"]
        return str(found["sid"])

    async def started(self) -> tuple[str, Guest, Guest]:
        first, second = await self.join(), await self.join()
        return await self.sid(), first, second

    async def refused(self, path: str, data: Any, code: int, status: int = 400) -> None:
        assert (await self.post(path, data, status))["code"] == code

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.hall.events]


@pytest.fixture
async def room(stage: Stage) -> Room:
    return Room(stage)


async def test_a_conference_is_read_from_its_first_participant_to_its_end(room: Room) -> None:
    first = await room.join(region="ie1")
    (waiting,) = (await room.ask(".json?Status=init"))["conferences"]
    assert set(waiting) == CONFERENCE_KEYS
    path = f"/2010-04-01/Accounts/{MINE}/Conferences/{waiting['sid']}"
    assert waiting["uri"] == f"{path}.json"
    assert waiting["subresource_uris"] == {
        "participants": f"{path}/Participants.json",
        "recordings": f"{path}/Recordings.json",
    }
    assert (waiting["friendly_name"], waiting["status"], waiting["region"]) == ("team", "init", "ie1")
    second = await room.join()
    running = await room.ask(f"/{waiting['sid']}.json")
    assert (running["status"], running["reason_conference_ended"]) == ("in-progress", None)
    await first.hang_up()
    await second.hang_up()
    over = await room.ask(f"/{waiting['sid']}.json")
    assert (over["status"], over["reason_conference_ended"]) == ("completed", "last-participant-left")
    assert over["call_sid_ending_conference"] == second.sid


async def test_a_list_without_a_status_has_those_in_progress(room: Room) -> None:
    await room.join("waiting")
    await room.join("talking")
    await room.join("talking")
    over = await room.join("over")
    await over.hang_up()

    async def names(query: str) -> list[str]:
        return sorted(one["friendly_name"] for one in (await room.ask(f".json{query}"))["conferences"])

    assert await names("") == ["talking"]
    assert await names("?Status=init") == ["waiting"]
    assert await names("?Status=completed") == ["over"]
    assert await names("?FriendlyName=talking") == ["talking"]
    assert await names("?DateCreated%3C=2020-01-01") == []
    assert await names("?DateUpdated%3E=2020-01-01") == ["talking"]
    assert (await room.ask(".json?Status=busy", status=400))["code"] == 20001


async def test_another_accounts_conference_is_not_there(room: Room) -> None:
    sid, first, _ = await room.started()
    others = f"/2010-04-01/Accounts/{OTHER}/Conferences"
    for path in (f"/{sid}.json", f"/{sid}/Participants.json", f"/{sid}/Participants/{first.sid}.json"):
        assert (await room.stage.ask(others + path, user=(OTHER, "other-token"))).status == 404
    answer = await room.stage.ask(f"{others}.json", user=(OTHER, "other-token"))
    assert json.loads(answer.body)["conferences"] == []
    assert (await room.ask("/CF" + "0" * 32 + ".json", status=404))["code"] == 20404


async def test_a_conference_is_ended_once(room: Room) -> None:
    sid, _, _ = await room.started()
    ended = await room.post(f"/{sid}.json", {"Status": "completed"})
    assert (ended["status"], ended["reason_conference_ended"]) == ("completed", "conference-ended-via-api")
    assert ended["call_sid_ending_conference"] is None
    await room.refused(f"/{sid}.json", {"Status": "completed"}, 20001)
    await room.refused(f"/{sid}.json", {"AnnounceUrl": "http://app.example/news"}, 20001)
    await room.refused(f"/{sid}.json", {"Status": "in-progress"}, 20001)


async def test_an_announcement_reaches_everybody_and_is_told(room: Room) -> None:
    sid, _, _ = await room.started()
    announced = await room.post(f"/{sid}.json", {"AnnounceUrl": "http://app.example/news", "AnnounceMethod": "GET"})
    assert announced["status"] == "in-progress"
    await settle()
    assert room.hall.sounds[-1].announced == ["GET http://app.example/news"]
    assert room.kinds[-1] == "announcement-end"
    await room.refused(f"/{sid}.json", {"AnnounceUrl": "news"}, 21205)
    await room.refused(f"/{sid}.json", {"AnnounceUrl": "http://app.example/", "AnnounceMethod": "PUT"}, 21209)


async def test_participants_are_listed_by_what_they_may(room: Room) -> None:
    sid, first, second = await room.started()
    third = await room.join(muted=True, coach=first.sid, label="coach")
    everybody = (await room.ask(f"/{sid}/Participants.json"))["participants"]
    assert {one["call_sid"] for one in everybody} == {first.sid, second.sid, third.sid}
    assert all(set(one) == PARTICIPANT_KEYS and one["status"] == "connected" for one in everybody)

    async def listed(query: str) -> set[str]:
        return {one["call_sid"] for one in (await room.ask(f"/{sid}/Participants.json{query}"))["participants"]}

    assert await listed("?Muted=true") == await listed("?Coaching=true") == {third.sid}
    assert await listed("?Muted=false") == {first.sid, second.sid}
    assert await listed("?Hold=true") == set()
    page = await room.ask(f"/{sid}/Participants.json?PageSize=2")
    rest = await room.stage.ask(page["next_page_uri"])
    assert len(page["participants"] + json.loads(rest.body)["participants"]) == 3


async def test_a_participant_is_found_by_its_label_as_by_its_call(room: Room) -> None:
    sid, first, _ = await room.started()
    third = await room.join(label="my guest", coach=first.sid)
    by_label = await room.ask(f"/{sid}/Participants/my%20guest.json")
    assert by_label == await room.ask(f"/{sid}/Participants/{third.sid}.json")
    assert (by_label["label"], by_label["coaching"], by_label["call_sid_to_coach"]) == ("my guest", True, first.sid)
    assert by_label["uri"].endswith(f"/Conferences/{sid}/Participants/{third.sid}.json")
    await third.hang_up()
    await room.ask(f"/{sid}/Participants/my%20guest.json", status=404)
    await room.ask(f"/{sid}/Participants/{NOBODY}.json", status=404)
    await room.post(f"/{sid}/Participants/{NOBODY}.json", {"Muted": "true"}, 404)


async def test_muting_and_holding_are_seen_heard_and_told(room: Room) -> None:
    sid, first, _ = await room.started()
    path = f"/{sid}/Participants/{first.sid}.json"
    muted = await room.post(path, {"Muted": "true"})
    assert (muted["muted"], muted["hold"]) == (True, False)
    held = await room.post(path, {"Hold": "true", "HoldUrl": "http://app.example/hold"})
    assert held["hold"]
    assert room.hall.sounds[-1].places[first.sid] == {"muted": True, "held": True, "coaching": None}
    await room.post(path, {"Hold": "true", "HoldUrl": "http://app.example/more", "HoldMethod": "POST"})
    assert first.heard == ["GET http://app.example/hold", "POST http://app.example/more"]
    await room.post(path, {"Hold": "false"})
    assert not (await room.post(path, {"Muted": "perhaps"}))["muted"]
    assert room.kinds[3:] == ["participant-mute", "participant-hold", "participant-unhold", "participant-unmute"]


async def test_exits_beeps_and_coaching_are_changed(room: Room) -> None:
    sid, first, second = await room.started()
    path = f"/{sid}/Participants/{first.sid}.json"
    changed = await room.post(path, {"EndConferenceOnExit": "true", "BeepOnExit": "false"})
    assert changed["end_conference_on_exit"]
    coach = await room.post(path, {"Coaching": "true", "CallSidToCoach": second.sid})
    assert (coach["coaching"], coach["call_sid_to_coach"]) == (True, second.sid)
    assert room.hall.sounds[-1].places[first.sid]["coaching"] == second.sid
    assert not (await room.post(path, {"Coaching": "false"}))["coaching"]
    await room.refused(path, {"CallSidToCoach": NOBODY}, 16028)
    await room.refused(path, {"Coaching": "true"}, 16028)
    await room.post(f"/{sid}/Participants/{second.sid}.json", {"Hold": "true"})
    events = len(room.hall.events)
    await room.refused(path, {"Muted": "true", "CallSidToCoach": second.sid}, 16027)
    assert len(room.hall.events) == events
    await first.hang_up()
    assert room.hall.events[-1].reason_ended == "participant-with-end-conference-on-exit-left"


async def test_what_is_waited_by_is_changed_and_one_alone_hears_an_announcement(room: Room) -> None:
    first = await room.join()
    sid = await room.sid()
    path = f"/{sid}/Participants/{first.sid}.json"
    await room.post(path, {"WaitUrl": "http://app.example/wait"})
    assert first.heard == ["POST http://app.example/wait"]
    await room.post(path, {"AnnounceUrl": "http://app.example/news", "AnnounceMethod": "GET"})
    await settle()
    assert first.heard[-1] == "GET http://app.example/news"
    assert room.kinds[-1] == "announcement-end"
    await room.post(path, {"WaitUrl": ""})
    assert len(first.heard) == 2


async def test_who_is_kicked_leaves_the_list(room: Room) -> None:
    sid, first, second = await room.started()
    await room.ask(f"/{sid}/Participants/{first.sid}.json", method="DELETE", status=204)
    await settle()
    await room.ask(f"/{sid}/Participants/{first.sid}.json", status=404)
    await room.ask(f"/{sid}/Participants/{first.sid}.json", method="DELETE", status=404)
    assert not first.has_ended
    (left,) = (await room.ask(f"/{sid}/Participants.json"))["participants"]
    assert left["call_sid"] == second.sid


async def test_who_is_dialled_is_there_while_it_rings_and_joins_with_what_was_asked(room: Room) -> None:
    made = await room.post(
        "/team/Participants.json",
        {**SIP, "Label": "guest", "Muted": "true", "Timeout": "20", "EndConferenceOnExit": "true"},
        201,
    )
    assert set(made) == PARTICIPANT_KEYS
    assert (made["status"], made["label"], made["muted"], made["queue_time"]) == ("queued", "guest", True, "0")
    (order,) = room.stage.book.orders
    assert (order.to, order.from_, order.timeout_seconds) == (SIP["To"], "ringback", 20)
    assert isinstance(order.first, LoadedDocument)
    assert isinstance(order.first.body, Document)
    (dial,) = order.first.body.verbs
    assert isinstance(dial, Dial)
    (noun,) = dial.nouns
    assert isinstance(noun, Conference)
    assert (noun.name, noun.participant_label, noun.muted, noun.wait_url) == ("team", "guest", True, None)
    sid, call_sid = made["conference_sid"], CallSid(made["call_sid"])
    assert (await room.ask(f"/{sid}.json"))["status"] == "init"
    record = room.hall.live[call_sid]
    room.hall.live[call_sid] = replace(record, status=CallStatus.INITIATED)
    assert (await room.ask(f"/{sid}/Participants/guest.json"))["status"] == "connecting"
    room.hall.live[call_sid] = replace(record, status=CallStatus.RINGING)
    assert (await room.ask(f"/{sid}/Participants/guest.json"))["status"] == "ringing"
    guest = Guest(MINE)
    guest.info = replace(guest.info, call_sid=call_sid)
    await room.join(guest=guest)
    joined = await room.ask(f"/{sid}/Participants/guest.json")
    assert (joined["status"], joined["muted"], joined["end_conference_on_exit"]) == ("connected", True, True)


async def test_who_does_not_answer_is_not_there_and_its_empty_conference_is_over(room: Room) -> None:
    made = await room.post("/team/Participants.json", SIP, 201)
    room.hall.call_ended(made["call_sid"], CallStatus.BUSY)
    await room.ask(f"/{made['conference_sid']}/Participants/{made['call_sid']}.json", status=404)
    over = await room.ask(f"/{made['conference_sid']}.json")
    assert (over["status"], over["call_sid_ending_conference"]) == ("completed", made["call_sid"])
    await room.refused(f"/{made['conference_sid']}/Participants.json", SIP, 16003, 404)


async def test_a_call_that_is_over_as_soon_as_it_was_placed_leaves_nothing_expected(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room.stage.book, "_put", lambda record: None)  # nobody ever hears of it as of a live call
    made = await room.post("/team/Participants.json", SIP, 201)
    assert (await room.ask(f"/{made['conference_sid']}.json"))["status"] == "completed"
    await room.ask(f"/{made['conference_sid']}/Participants/{made['call_sid']}.json", status=404)


async def test_who_is_to_coach_nobody_is_not_called_since_everybody_would_hear_it(room: Room) -> None:
    sid, _, _ = await room.started()
    await room.refused(f"/{sid}/Participants.json", {**SIP, "Coaching": "true"}, 16028)
    assert room.stage.book.orders == []


async def test_a_conference_that_ends_ends_those_who_ring_for_it(room: Room) -> None:
    sid, _, _ = await room.started()
    made = await room.post(f"/{sid}/Participants.json", SIP, 201)
    room.stage.book.live.add(made["call_sid"])
    await room.post(f"/{sid}.json", {"Status": "completed"})
    assert room.stage.book.changes == [("end", "completed")]
    again = await room.post("/team/Participants.json", SIP, 201)
    room.stage.book.live.add(again["call_sid"])
    await room.ask(f"/{again['conference_sid']}/Participants/{again['call_sid']}.json", method="DELETE", status=204)
    assert room.stage.book.changes[1:] == [("end", "completed")]


async def test_every_parameter_of_a_participant_reaches_the_call_or_the_conference(room: Room) -> None:
    sid, first, _ = await room.started()
    made = await room.post(
        f"/{sid}/Participants.json",
        [
            *SIP.items(), ("CallerId", "desk"), ("CallerDisplayName", "The Desk"), ("TimeLimit", "600"),
            ("StatusCallback", "http://app.example/leg"), ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "completed"), ("StatusCallbackMethod", "GET"),
            ("Record", "true"), ("RecordingChannels", "dual"), ("RecordingTrack", "inbound"), ("Trim", "do-not-trim"),
            ("RecordingStatusCallback", "http://app.example/rec"), ("RecordingStatusCallbackEvent", "started absent"),
            ("SipAuthUsername", "ann"), ("SipAuthPassword", "secret"), ("CallReason", "Hello"),
            ("MachineDetection", "DetectMessageEnd"), ("AmdStatusCallback", "http://app.example/amd"),
            ("Beep", "onExit"), ("StartConferenceOnEnter", "false"), ("WaitUrl", ""), ("WaitMethod", "GET"),
            ("MaxParticipants", "9"), ("JitterBufferSize", "small"), ("Region", "de1"), ("CallSidToCoach", first.sid),
            ("ConferenceRecord", "true"), ("ConferenceTrim", "do-not-trim"),
            ("ConferenceRecordingStatusCallback", "http://app.example/crec"),
            ("ConferenceRecordingStatusCallbackEvent", "in-progress failed"),
            ("ConferenceStatusCallback", "http://app.example/events"),
            ("ConferenceStatusCallbackEvent", "join leave"), ("ConferenceStatusCallbackMethod", "GET"),
            ("EarlyMedia", "false"), ("EmergencyName", "Ann"), ("Byoc", "BY" + "1" * 32), ("CallToken", "token"),
            ("ClientNotificationUrl", "http://app.example/push"),
        ],
        201,
    )  # fmt: skip
    assert (made["coaching"], made["call_sid_to_coach"]) == (True, first.sid)
    (order,) = room.stage.book.orders
    assert (order.caller_id, order.caller_display_name, order.time_limit_seconds) == ("desk", "The Desk", 600)
    assert order.status_events is not None
    assert (order.status_events.method, order.status_events.events) == ("GET", ("ringing", "completed"))
    assert order.record is not None
    assert (order.record.dual, order.record.track, order.record.trim) == (True, "inbound", False)
    assert order.record.events == ("started", "absent")
    assert (order.sip_username, order.sip_password, order.call_reason) == ("ann", "secret", "Hello")
    assert order.detection is not None
    assert order.detection.asynchronous
    assert order.detection.callback is not None
    assert isinstance(order.first, LoadedDocument)
    assert isinstance(order.first.body, Document)
    (dial,) = order.first.body.verbs
    assert dial == Dial(
        time_limit=600,
        nouns=(
            Conference(
                name="team",
                beep="onExit",
                start_conference_on_enter=False,
                wait_url="",
                wait_method="GET",
                max_participants=9,
                jitter_buffer_size="small",
                region="de1",
                coach=first.sid,
                record="record-from-start",
                trim="do-not-trim",
                recording_status_callback="http://app.example/crec",
                recording_status_callback_event=("in-progress", "failed"),  # type: ignore[arg-type]
                status_callback="http://app.example/events",
                status_callback_method="GET",
                status_callback_event=("join", "leave"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"To": "nobody at all"}, 21211),
        ({"To": "app:AP" + "1" * 31}, 21211),
        ({"Label": "CA" + "1" * 32}, 16024),
        ({"Label": "a/b"}, 16024),
        ({"Label": "a%2fb"}, 16024),
        ({"Label": "a" * 129}, 16024),
        ({"Label": "taken"}, 16026),
        ({"Timeout": "4"}, 21208),
        ({"MaxParticipants": "1"}, 20001),
        ({"Beep": "twice"}, 20001),
        ({"CallSidToCoach": NOBODY}, 16028),
        ({"StatusCallbackEvent": "answer"}, 20001),
        ({"ConferenceStatusCallback": "events"}, 21205),
        ({"MachineDetection": "Enable", "MachineDetectionTimeout": "1"}, 21234),
    ],
)
async def test_what_is_wrong_with_a_participant_places_no_call(room: Room, wrong: dict[str, str], code: int) -> None:
    await room.join(label="taken")
    sid = await room.sid()
    await room.refused(f"/{sid}/Participants.json", {**SIP, **wrong}, code)
    assert room.stage.book.orders == []
    assert len((await room.ask(f"/{sid}/Participants.json"))["participants"]) == 1


async def test_a_full_conference_takes_nobody_and_an_unknown_one_is_not_there(room: Room) -> None:
    await room.join(most=2)
    sid = await room.sid()
    await room.post(f"/{sid}/Participants.json", SIP, 201)
    await room.refused(f"/{sid}/Participants.json", SIP, 16020)
    await room.refused("/CF" + "0" * 32 + "/Participants.json", SIP, 16003, 404)
    await room.refused("/" + "a" * 129 + "/Participants.json", SIP, 16003)
    await room.refused("/new/Participants.json", {**SIP, "CallSidToCoach": NOBODY}, 16028)
    assert len(room.stage.book.orders) == 1


async def test_who_coaches_a_held_participant_is_refused(room: Room) -> None:
    sid, first, _ = await room.started()
    await room.post(f"/{sid}/Participants/{first.sid}.json", {"Hold": "true"})
    await room.refused(f"/{sid}/Participants.json", {**SIP, "CallSidToCoach": first.sid}, 16027)
