"""The record of what calls do: rows for the store, status callbacks for the app, counts for the operator.

Implements `call.journal.CallJournal`. Rows are handed to a writer that works behind the calls; callbacks are posted in
order for each call and sent in the background. Nothing here waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from ringback.call.control import CallInfo, StatusEvents
from ringback.call.journal import CallOpened
from ringback.clock import Clock
from ringback.interpreter.source import facts_of_call
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import (
    AccountRecord,
    CallRecord,
    MessageRecord,
    NotificationRecord,
    NumberRecord,
    RecordingRecord,
    RecordingStatus,
    TranscriptionRecord,
)
from ringback.model.sid import CallSid, derived_sid, new_sid
from ringback.services.metrics import Metrics
from ringback.services.reach_app import AppLinks
from ringback.webhooks.callback_parameters import Completion, RecordingFacts, StatusEvent, status_callback_parameters
from ringback.webhooks.delivery import Callback

logger = structlog.get_logger(__name__)

Row = CallRecord | RecordingRecord | TranscriptionRecord | MessageRecord | NotificationRecord

EVENTS: dict[CallStatus, StatusEvent] = {
    CallStatus.INITIATED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}


@dataclass(slots=True, kw_only=True)
class _LiveCall:
    """`is_recorded`: the last callback names a recording, and waits for that to be complete."""

    info: CallInfo
    record: CallRecord
    status_events: StatusEvents | None
    sent_events: int = 0
    is_recorded: bool = False
    recording: RecordingFacts | None = None


class Journal:
    """One for the server. `account_of` finds the account that a call belongs to."""

    def __init__(
        self,
        *,
        put: Callable[[Row], object],
        links: AppLinks,
        account_of: Callable[[str], AccountRecord | None],
        metrics: Metrics,
        clock: Clock,
        number_of: Callable[[str], NumberRecord | None] = lambda number: None,
    ) -> None:
        """`number_of` finds a number of ours, whosever it is."""
        self._put = put
        self._links = links
        self._account_of = account_of
        self._metrics = metrics
        self._clock = clock
        self._number_of = number_of
        self._live: dict[CallSid, _LiveCall] = {}
        self._held: dict[CallSid, _LiveCall] = {}
        self.on_ended: Callable[[CallSid, CallStatus], None] = lambda call_sid, status: None
        """Called for each call that is over, after its row was put."""

    @property
    def live_call_count(self) -> int:
        return len(self._live)

    def record_of(self, call_sid: CallSid) -> CallRecord | None:
        """The newest state of a call that has not ended."""
        live = self._live.get(call_sid)
        return live.record if live is not None else None

    def call_opened(self, opened: CallOpened) -> None:
        info, now = opened.info, self._clock.utc_now()
        record = CallRecord(
            sid=info.call_sid,
            account_sid=info.account_sid,
            from_=info.from_,
            to=info.to,
            direction=info.direction,
            status=opened.status,
            created_at=now,
            parent_call_sid=info.parent_call_sid,
            sip_call_id=opened.sip_call_id,
            started_at=None if opened.status is CallStatus.QUEUED else now,
            caller_name=info.caller_name,
            forwarded_from=info.forwarded_from,
            phone_number_sid=self._phone_number_sid(info),
            queue_ms=opened.queue_ms,
        )
        live = _LiveCall(info=info, record=record, status_events=opened.status_events)
        self._live[info.call_sid] = live
        self._metrics.call_opened(info.direction)
        self._put(record)
        self._log(live, "call began", sip_call_id=opened.sip_call_id)
        self._tell(live)

    def call_dialled(self, info: CallInfo, sip_call_id: str | None) -> None:
        live = self._live.get(info.call_sid)
        if live is None:
            return
        live.info = info
        now = self._clock.utc_now()
        self._change(live, status=CallStatus.INITIATED, to=info.to, started_at=now, sip_call_id=sip_call_id)
        self._log(live, "call dialled", sip_call_id=sip_call_id)
        self._tell(live)

    def call_progressed(self, info: CallInfo, status: CallStatus) -> None:
        live = self._live.get(info.call_sid)
        if live is None:
            return
        if status is CallStatus.IN_PROGRESS:
            now, began = self._clock.utc_now(), live.record.started_at or live.record.created_at
            self._metrics.call_answered(info.direction, (now - began).total_seconds())
            self._change(live, status=status, answered_at=now)
        else:
            self._change(live, status=status)
        self._log(live, f"call {status.value}")
        self._tell(live)

    def answerer_found(self, info: CallInfo, answered_by: str) -> None:
        """What machine detection says; it stays on the record, and what is told later has it."""
        live = self._live.get(info.call_sid)
        if live is not None:
            self._change(live, answered_by=answered_by)
            self._hold(live)

    def tell_status_to(self, info: CallInfo, status_events: StatusEvents) -> None:
        """From now on the status callbacks of this call go there (rest-api.md 9.2 Update); nothing if it is over."""
        live = self._live.get(info.call_sid)
        if live is not None:
            self._untell(live)
            live.status_events = status_events
            self._hold(live)

    def call_ended(self, info: CallInfo, status: CallStatus, sip_response_code: int | None) -> None:
        live = self._live.pop(info.call_sid, None)
        if live is None:
            return
        was_queued = live.record.status is CallStatus.QUEUED
        now = self._clock.utc_now()
        answered_at = live.record.answered_at
        if status is CallStatus.COMPLETED and answered_at is None:
            answered_at = now  # it was hung up between our answer and the ACK for it
        self._change(live, status=status, answered_at=answered_at, ended_at=now, sip_response_code=sip_response_code)
        self._metrics.call_ended(info.direction, status)
        self._log(live, "call ended", status=status.value, seconds=live.record.duration_seconds or 0)
        self.on_ended(info.call_sid, status)
        if was_queued and status is CallStatus.CANCELED:
            self._untell(live)  # webhooks.md 2.1: nobody is told of a call that was cancelled while it was queued
            return
        if live.is_recorded:
            self._held[info.call_sid] = live
        else:
            self._tell(live)

    def recording_began(self, info: CallInfo, recording: RecordingFacts) -> None:
        """The callback of the end names this recording of the whole call, and waits until it can be fetched."""
        live = self._live.get(info.call_sid)
        if live is not None:
            live.is_recorded = True
            live.recording = recording
            self._hold(live)

    def recording_finished(self, info: CallInfo, recording: RecordingFacts) -> None:
        """The recording of `recording_began` is over, with the call or before it."""
        live = self._live.get(info.call_sid) or self._held.pop(info.call_sid, None)
        if live is None:
            return
        live.is_recorded = False
        live.recording = recording if recording.status is RecordingStatus.COMPLETED else None
        if live.record.status.is_final:
            self._tell(live)

    def recording_changed(self, record: RecordingRecord) -> None:
        self._put(record)

    def transcription_changed(self, record: TranscriptionRecord) -> None:
        self._put(record)

    def message_kept(self, record: MessageRecord) -> None:
        self._put(record)

    def report(self, info: CallInfo, code: int, message: str) -> None:
        logger.warning("notification", call_sid=info.call_sid, code=code, problem=message)
        self.put_notification(
            NotificationRecord(
                sid=new_sid("NO"),
                account_sid=info.account_sid,
                call_sid=info.call_sid,
                error_code=code,
                level="warning",
                message=message,
                created_at=self._clock.utc_now(),
            )
        )

    def put_notification(self, record: NotificationRecord) -> None:
        """A notification that somebody else composed."""
        self._metrics.notified(record.error_code)
        self._put(record)

    def _tell(self, live: _LiveCall) -> None:
        """The status callback for what just happened, if it was asked for (webhooks.md section 4)."""
        wanted = live.status_events
        account = self._account_of(live.record.account_sid)
        if wanted is None or account is None:
            return
        delivery, event = self._links.of(account).delivery, EVENTS.get(live.record.status, "completed")
        if event in wanted.events and live.record.status is not CallStatus.QUEUED:
            delivery.post(self._callback(live, wanted, event, live.record.status))
            live.sent_events += 1
        self._hold(live)

    def _hold(self, live: _LiveCall) -> None:
        """What a later process is to tell of the end, should this one die before (`resume_callbacks`)."""
        wanted, account = live.status_events, self._account_of(live.record.account_sid)
        if wanted is not None and account is not None and "completed" in wanted.events and live.record.ended_at is None:
            self._links.of(account).delivery.hold(self._callback(live, wanted, "completed", CallStatus.FAILED))

    def _untell(self, live: _LiveCall) -> None:
        """Nobody is told of its end, neither now nor by a later process."""
        account = self._account_of(live.record.account_sid)
        if live.status_events is not None and account is not None and "completed" in live.status_events.events:
            callback = self._callback(live, live.status_events, "completed", CallStatus.FAILED)
            self._links.of(account).delivery.withdraw(callback)

    def _callback(self, live: _LiveCall, wanted: StatusEvents, event: StatusEvent, status: CallStatus) -> Callback:
        """The one of the end has the same SID whenever it is made, so that it takes the place of what was held."""
        record = live.record
        completion = Completion(
            seconds=record.duration_seconds or 0, sip_response_code=record.sip_response_code, recording=live.recording
        )
        parameters = status_callback_parameters(
            replace(facts_of_call(live.info, status), answered_by=record.answered_by),
            event,
            timestamp=record.ended_at or self._clock.utc_now(),
            sequence_number=live.sent_events,
            completion=completion if event == "completed" else None,
        )
        sid = derived_sid("CB", record.sid) if event == "completed" else None
        return Callback(call_sid=record.sid, url=wanted.url, parameters=parameters, method=wanted.method, sid=sid)

    def _change(self, live: _LiveCall, **fields: Any) -> None:
        live.record = replace(live.record, updated_at=self._clock.utc_now(), **fields)
        self._put(live.record)

    def _phone_number_sid(self, info: CallInfo) -> str | None:
        """The account's number that took the call, or that the called party is shown."""
        number = self._number_of(info.to if info.direction is Direction.INBOUND else info.from_)
        return number.sid if number is not None and number.account_sid == info.account_sid else None

    def _log(self, live: _LiveCall, event: str, **facts: object) -> None:
        logger.info(
            event, call_sid=live.record.sid, direction=live.record.direction.value, from_=live.record.from_,
            to=live.record.to, **facts,
        )  # fmt: skip
