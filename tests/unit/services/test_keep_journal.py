"""What a journal writes and tells: rows for the store, callbacks for the app, counts for the operator."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from ringback.call.control import CallInfo, StatusEvents
from ringback.call.journal import CallOpened
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import AccountRecord, CallRecord, NotificationRecord, NumberRecord, RecordingStatus
from ringback.model.sid import new_call_sid, new_recording_sid
from ringback.services.keep_journal import Journal, Row
from ringback.services.metrics import Metrics
from ringback.services.reach_app import AppLinks
from ringback.testing.clock import VirtualClock
from ringback.webhooks.callback_parameters import RecordingFacts, rfc2822
from ringback.webhooks.delivery import Callback
from tests.unit.call.conftest import ACCOUNT

OURS = NumberRecord(sid="PN" + "1" * 32, account_sid=ACCOUNT, number="+15550001111", voice_url=None)
EVERY = ("initiated", "ringing", "answered", "completed")


@dataclass
class Outbox:
    """The face of `AppLinks`, of a link and of its delivery: keeps what is posted."""

    posted: list[Callback] = field(default_factory=list)
    held: dict[str, Callback] = field(default_factory=dict)

    def of(self, account: AccountRecord) -> "Outbox":
        return self

    @property
    def delivery(self) -> "Outbox":
        return self

    def post(self, callback: Callback) -> None:
        self.posted.append(callback)
        self.held.pop(callback.sid or "", None)

    def hold(self, callback: Callback) -> None:
        assert callback.sid is not None, "or a later one could not take its place"
        self.held[callback.sid] = callback

    def withdraw(self, callback: Callback) -> None:
        del self.held[callback.sid or ""]

    @property
    def told(self) -> list[dict[str, str]]:
        return [dict(callback.parameters) for callback in self.posted]


class Desk:
    """A journal and everything round it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.outbox = Outbox()
        self.clock = VirtualClock()
        self.metrics = Metrics()
        self.journal = Journal(
            put=self.rows.append,
            links=cast(AppLinks, self.outbox),
            account_of=lambda sid: AccountRecord(sid=ACCOUNT, auth_token="t") if sid == ACCOUNT else None,
            metrics=self.metrics,
            clock=self.clock,
            number_of=lambda number: OURS if number == OURS.number else None,
        )

    def opened(self, status: CallStatus, events: StatusEvents | None = None, **more: Any) -> CallInfo:
        facts: dict[str, Any] = {
            "call_sid": new_call_sid(),
            "account_sid": ACCOUNT,
            "from_": "+15550001111",
            "to": "sip:bob@example.com",
            "direction": Direction.OUTBOUND_DIAL,
            "parent_call_sid": new_call_sid(),
            "sip_parameters": (("SipHeader_X-A", "1"),),
        }
        info = CallInfo(**(facts | more))
        self.journal.call_opened(CallOpened(info=info, status=status, sip_call_id="call-1", status_events=events))
        return info

    def queued(self, *events: str) -> CallInfo:
        """A call over REST that waits to be dialled."""
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=ACCOUNT,
            from_="+15550001111",
            to="sip:bob@example.com?X-A=1",
            direction=Direction.OUTBOUND_API,
        )
        wanted = StatusEvents(url="http://app/call", events=events or EVERY)
        self.journal.call_opened(
            CallOpened(info=info, status=CallStatus.QUEUED, sip_call_id=None, status_events=wanted, queue_ms=3000)
        )
        return info

    @property
    def last(self) -> CallRecord:
        return [row for row in self.rows if isinstance(row, CallRecord)][-1]

    def pass_through(self, info: CallInfo) -> None:
        self.clock.turn_to(self.clock.now() + 2)
        self.journal.call_progressed(info, CallStatus.RINGING)
        self.clock.turn_to(self.clock.now() + 3)
        self.journal.call_progressed(info, CallStatus.IN_PROGRESS)
        self.clock.turn_to(self.clock.now() + 61)
        self.journal.call_ended(info, CallStatus.COMPLETED, 200)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_sb_01_every_event_is_told_in_order_with_its_number(desk: Desk) -> None:
    desk.pass_through(desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg", events=EVERY)))
    told = [(one["SequenceNumber"], one["CallStatus"]) for one in desk.outbox.told]
    assert told == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    last = desk.outbox.told[-1]
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("61", "2", "200")
    assert "CallDuration" not in desk.outbox.told[0]
    assert not any(name.startswith("SipHeader_") for name in last)


@pytest.mark.parametrize("wanted", [("completed",), ("answered",), ("initiated", "ringing"), ()])
def test_only_events_that_were_asked_for_are_told_and_counted(desk: Desk, wanted: tuple[str, ...]) -> None:
    desk.pass_through(desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg", events=wanted)))
    names = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress", "completed": "completed"}
    assert [one["CallStatus"] for one in desk.outbox.told] == [names[event] for event in wanted]
    assert [one["SequenceNumber"] for one in desk.outbox.told] == [str(at) for at in range(len(wanted))]


def test_nothing_is_told_where_nobody_asked(desk: Desk) -> None:
    desk.pass_through(desk.opened(CallStatus.INITIATED))
    assert desk.outbox.posted == []


def test_the_callback_goes_where_and_how_it_was_asked_for(desk: Desk) -> None:
    """SB-02: by the method that was asked for, POST without one."""
    desk.pass_through(desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg", method="GET")))
    desk.pass_through(desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg")))
    got, posted = desk.outbox.posted
    assert (got.url, got.method) == ("http://app/leg", "GET")
    assert (posted.url, posted.method) == ("http://app/leg", "POST")


def test_the_row_follows_the_call(desk: Desk) -> None:
    info = desk.opened(CallStatus.INITIATED)
    desk.pass_through(info)
    rows = [row for row in desk.rows if isinstance(row, CallRecord)]
    assert [row.status for row in rows] == ["initiated", "ringing", "in-progress", "completed"]
    assert (rows[-1].duration_seconds, rows[-1].sip_response_code) == (61, 200)
    assert (rows[-1].parent_call_sid, rows[-1].sip_call_id) == (info.parent_call_sid, "call-1")
    assert desk.journal.live_call_count == 0


def test_a_call_that_was_hung_up_before_its_answer_was_acknowledged_lasted_no_time(desk: Desk) -> None:
    info = desk.opened(CallStatus.RINGING)
    desk.journal.call_ended(info, CallStatus.COMPLETED, 200)
    assert (desk.last.status, desk.last.duration_seconds) == ("completed", 0)


@pytest.mark.parametrize("status", [CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED])
def test_a_call_that_was_never_answered_has_no_duration(desk: Desk, status: CallStatus) -> None:
    info = desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg"))
    desk.journal.call_ended(info, status, 486)
    (row,) = [row for row in desk.rows if isinstance(row, CallRecord) and row.status is status]
    assert row.duration_seconds is None
    assert desk.outbox.told[0]["CallDuration"] == "0"
    assert desk.outbox.told[0]["CallStatus"] == status.value


def test_what_comes_after_the_end_changes_nothing(desk: Desk) -> None:
    info = desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/leg", events=EVERY))
    desk.pass_through(info)
    rows, told = len(desk.rows), len(desk.outbox.posted)
    desk.journal.call_progressed(info, CallStatus.IN_PROGRESS)
    desk.journal.call_ended(info, CallStatus.FAILED, 500)
    assert (len(desk.rows), len(desk.outbox.posted)) == (rows, told)


def test_a_report_is_a_notification_of_the_call(desk: Desk) -> None:
    info = desk.opened(CallStatus.RINGING)
    desk.journal.report(info, 32009, "bob is not registered")
    (note,) = [row for row in desk.rows if isinstance(row, NotificationRecord)]
    assert (note.error_code, note.call_sid, note.message) == (32009, info.call_sid, "bob is not registered")


def sample(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_calls_and_notifications_are_counted(desk: Desk) -> None:
    info = desk.opened(CallStatus.INITIATED)
    registry = desk.metrics.registry
    assert sample(registry, "ringback_calls_active", direction="outbound-dial") == 1
    desk.pass_through(info)
    desk.journal.report(info, 32009, "x")
    assert sample(registry, "ringback_calls_active", direction="outbound-dial") == 0
    assert sample(registry, "ringback_calls_total", direction="outbound-dial", status="completed") == 1
    assert sample(registry, "ringback_notifications_total", code="32009") == 1
    assert sample(registry, "ringback_call_answer_seconds_count") == 0


def test_2_1_a_call_over_rest_is_queued_then_initiated_and_tells_from_there_on(desk: Desk) -> None:
    info = desk.queued()
    assert (desk.last.status, desk.last.started_at, desk.last.queue_ms) == ("queued", None, 3000)
    assert desk.outbox.told == []
    desk.clock.turn_to(desk.clock.now() + 3)
    dialled = replace(info, to="sip:bob@example.com")
    desk.journal.call_dialled(dialled, "call-9")
    assert (desk.last.status, desk.last.sip_call_id) == ("initiated", "call-9")
    assert desk.last.started_at == desk.last.updated_at == desk.clock.utc_now()
    desk.pass_through(dialled)
    told = [(one["SequenceNumber"], one["CallStatus"], one["To"]) for one in desk.outbox.told]
    assert told == [
        (str(number), status, "sip:bob@example.com")
        for number, status in enumerate(("initiated", "ringing", "in-progress", "completed"))
    ]


def test_2_1_nobody_is_told_of_a_call_that_is_cancelled_while_it_is_queued(desk: Desk) -> None:
    desk.journal.call_ended(desk.queued(), CallStatus.CANCELED, None)
    assert (desk.last.status, desk.last.ended_at) == ("canceled", desk.clock.utc_now())
    assert desk.outbox.posted == []
    desk.journal.call_ended(desk.queued(), CallStatus.FAILED, None)
    assert [one["CallStatus"] for one in desk.outbox.told] == ["failed"]


def held(desk: Desk) -> list[tuple[str, str]]:
    """Where the end of a running call would be told, and with which number."""
    return [(one.url, dict(one.parameters)["SequenceNumber"]) for one in desk.outbox.held.values()]


def test_the_end_of_a_call_is_held_while_it_runs_and_told_once(desk: Desk) -> None:
    """Should the process die, the next one tells it (`resume_callbacks`)."""
    info = desk.opened(CallStatus.INITIATED, StatusEvents(url="http://app/s", events=("initiated", "completed")))
    assert held(desk) == [("http://app/s", "1")]
    desk.journal.call_progressed(info, CallStatus.IN_PROGRESS)
    assert held(desk) == [("http://app/s", "1")]
    (kept,) = desk.outbox.held.values()
    desk.journal.call_ended(info, CallStatus.COMPLETED, 200)
    assert held(desk) == []
    assert desk.outbox.posted[-1].sid == kept.sid
    assert dict(desk.outbox.posted[-1].parameters).keys() >= dict(kept.parameters).keys()


def test_the_end_is_held_for_whom_it_will_be_told(desk: Desk) -> None:
    info = desk.opened(CallStatus.RINGING, StatusEvents(url="http://app/old", events=("completed",)))
    desk.journal.tell_status_to(info, StatusEvents(url="http://app/new", events=("completed",)))
    assert held(desk) == [("http://app/new", "0")]
    desk.journal.tell_status_to(info, StatusEvents(url="http://app/new", events=("answered",)))
    assert held(desk) == []


def test_the_end_of_a_call_that_is_cancelled_in_the_queue_is_held_no_longer(desk: Desk) -> None:
    info = desk.queued("completed")
    assert len(held(desk)) == 1
    desk.journal.call_ended(info, CallStatus.CANCELED, None)
    assert held(desk) == []


def test_4_what_answered_is_on_the_row_and_in_what_is_told_later(desk: Desk) -> None:
    info = desk.queued("answered", "completed")
    desk.journal.call_dialled(info, "call-9")
    desk.journal.call_progressed(info, CallStatus.IN_PROGRESS)
    desk.journal.answerer_found(info, "machine_start")
    desk.journal.call_ended(info, CallStatus.COMPLETED, 200)
    assert desk.last.answered_by == "machine_start"
    assert [one.get("AnsweredBy") for one in desk.outbox.told] == [None, "machine_start"]
    desk.journal.answerer_found(info, "human")
    assert desk.last.answered_by == "machine_start", "a call that is over does not change"


def recording(info: CallInfo) -> RecordingFacts:
    return RecordingFacts(
        recording_sid=new_recording_sid(),
        account_sid=ACCOUNT,
        call_sid=info.call_sid,
        url="http://ringback.example/RE1",
        status=RecordingStatus.COMPLETED,
        source="OutboundAPI",
        started_at=VirtualClock().utc_now(),
        seconds=61,
    )


def begun(info: CallInfo) -> RecordingFacts:
    return replace(recording(info), status=RecordingStatus.IN_PROGRESS, seconds=0)


def test_4_the_completed_event_names_the_recording_of_the_call_once_that_can_be_fetched(desk: Desk) -> None:
    info = desk.queued("completed")
    desk.journal.call_dialled(info, "call-9")
    desk.journal.recording_began(info, begun(info))
    desk.pass_through(info)
    ended = desk.clock.utc_now()
    assert desk.outbox.told == []
    desk.clock.turn_to(desk.clock.now() + 5)
    made = recording(info)
    desk.journal.recording_finished(info, made)
    (told,) = desk.outbox.told
    assert (told["RecordingSid"], told["RecordingUrl"], told["RecordingDuration"]) == (
        made.recording_sid, "http://ringback.example/RE1", "61",
    )  # fmt: skip
    assert told["Timestamp"] == rfc2822(ended), "the time of the event, not of the recording"


def test_4_a_recording_that_ended_before_the_call_holds_nothing_up(desk: Desk) -> None:
    info = desk.queued("completed")
    desk.journal.call_dialled(info, "call-9")
    desk.journal.recording_began(info, begun(info))
    desk.journal.recording_finished(info, recording(info))
    assert desk.outbox.told == []
    desk.pass_through(info)
    assert desk.outbox.told[0]["RecordingDuration"] == "61"


def test_4_a_recording_without_sound_is_not_named(desk: Desk) -> None:
    info = desk.queued("completed")
    desk.journal.call_dialled(info, "call-9")
    desk.journal.recording_began(info, begun(info))
    desk.pass_through(info)
    desk.journal.recording_finished(info, replace(recording(info), status=RecordingStatus.ABSENT))
    (told,) = desk.outbox.told
    assert "RecordingUrl" not in told


@pytest.mark.parametrize(
    ("direction", "from_", "to", "found"),
    [
        (Direction.INBOUND, "+15557654321", OURS.number, True),
        (Direction.INBOUND, OURS.number, "+15557654321", False),
        (Direction.OUTBOUND_API, OURS.number, "+15557654321", True),
        (Direction.OUTBOUND_DIAL, OURS.number, "sip:bob@example.com", True),
    ],
)
def test_the_number_is_that_which_took_the_call_or_is_shown(
    desk: Desk, direction: Direction, from_: str, to: str, found: bool
) -> None:
    desk.opened(CallStatus.RINGING, direction=direction, from_=from_, to=to)
    assert desk.last.phone_number_sid == (OURS.sid if found else None)
    desk.opened(CallStatus.RINGING, direction=direction, from_=from_, to=to, account_sid="AC" + "9" * 32)
    assert desk.last.phone_number_sid is None, "another account's"


def test_whoever_waits_for_the_end_of_calls_hears_of_each_once(desk: Desk) -> None:
    ended: list[tuple[str, CallStatus]] = []
    desk.journal.on_ended = lambda call_sid, status: ended.append((call_sid, status))
    info = desk.opened(CallStatus.RINGING)
    desk.journal.call_ended(info, CallStatus.BUSY, 486)
    desk.journal.call_ended(info, CallStatus.COMPLETED, 200)
    assert ended == [(info.call_sid, CallStatus.BUSY)]


def test_what_is_held_for_the_end_names_the_recording_that_runs_and_who_answered(desk: Desk) -> None:
    """So that the next process can tell it, should this one die (`settle_callback`)."""
    info = desk.queued("completed")
    desk.journal.call_dialled(info, "call-9")
    facts = begun(info)
    desk.journal.recording_began(info, facts)
    desk.journal.answerer_found(info, "human")
    (held,) = desk.outbox.held.values()
    expected = {"RecordingSid": facts.recording_sid, "RecordingDuration": "0", "AnsweredBy": "human"}
    assert expected.items() <= dict(held.parameters).items()
    desk.journal.recording_finished(info, recording(info))
    desk.pass_through(info)
    assert desk.outbox.held == {}
