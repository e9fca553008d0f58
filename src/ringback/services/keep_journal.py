"""The record of what calls do: rows for the store, status callbacks for the app, counts for the operator.

Implements `call.journal.CallJournal`. Rows are handed to a writer that works behind the calls; callbacks are posted in
order for each call and sent in the background. Nothing here waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from ringback.call.control import CallInfo, StatusEvents
from ringback.call.journal import CallOpened
from ringback.clock import Clock
from ringback.interpreter.source import facts_of_call
from ringback.model.call_status import CallStatus
from ringback.model.record import AccountRecord, CallRecord, MessageRecord, NotificationRecord, RecordingRecord
from ringback.model.sid import CallSid, new_sid
from ringback.services.metrics import Metrics
from ringback.services.reach_app import AppLinks
from ringback.webhooks.callback_parameters import Completion, StatusEvent, status_callback_parameters
from ringback.webhooks.delivery import Callback

logger = structlog.get_logger(__name__)

Row = CallRecord | RecordingRecord | MessageRecord | NotificationRecord

EVENTS: dict[CallStatus, StatusEvent] = {
    CallStatus.INITIATED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}


@dataclass(slots=True, kw_only=True)
class _LiveCall:
    info: CallInfo
    record: CallRecord
    status_events: StatusEvents | None
    sent_events: int = 0


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
    ) -> None:
        self._put = put
        self._links = links
        self._account_of = account_of
        self._metrics = metrics
        self._clock = clock
        self._live: dict[CallSid, _LiveCall] = {}

    @property
    def live_call_count(self) -> int:
        return len(self._live)

    def call_opened(self, opened: CallOpened) -> None:
        info = opened.info
        record = CallRecord(
            sid=info.call_sid,
            account_sid=info.account_sid,
            from_=info.from_,
            to=info.to,
            direction=info.direction,
            status=opened.status,
            created_at=self._clock.utc_now(),
            parent_call_sid=info.parent_call_sid,
            sip_call_id=opened.sip_call_id,
        )
        live = _LiveCall(info=info, record=record, status_events=opened.status_events)
        self._live[info.call_sid] = live
        self._metrics.call_opened(info.direction)
        self._put(record)
        self._log(live, "call began", sip_call_id=opened.sip_call_id)
        self._tell(live)

    def call_progressed(self, info: CallInfo, status: CallStatus) -> None:
        live = self._live.get(info.call_sid)
        if live is None:
            return
        now = self._clock.utc_now()
        answered = status is CallStatus.IN_PROGRESS
        live.record = replace(live.record, status=status, answered_at=now if answered else live.record.answered_at)
        if answered:
            self._metrics.call_answered(info.direction, (now - live.record.created_at).total_seconds())
        self._put(live.record)
        self._log(live, f"call {status.value}")
        self._tell(live)

    def call_ended(self, info: CallInfo, status: CallStatus, sip_response_code: int | None) -> None:
        live = self._live.pop(info.call_sid, None)
        if live is None:
            return
        live.record = replace(
            live.record, status=status, ended_at=self._clock.utc_now(), sip_response_code=sip_response_code
        )
        self._metrics.call_ended(info.direction, status)
        self._put(live.record)
        self._log(live, "call ended", status=status.value, seconds=live.record.duration_seconds or 0)
        self._tell(live)

    def recording_changed(self, record: RecordingRecord) -> None:
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
        event = EVENTS.get(live.record.status, "completed")
        if wanted is None or event not in wanted.events or account is None:
            return
        record = live.record
        completion = (
            Completion(seconds=record.duration_seconds or 0, sip_response_code=record.sip_response_code)
            if event == "completed"
            else None
        )
        parameters = status_callback_parameters(
            facts_of_call(live.info, record.status),
            event,
            timestamp=self._clock.utc_now(),
            sequence_number=live.sent_events,
            completion=completion,
        )
        live.sent_events += 1
        self._links.of(account).delivery.post(
            Callback(call_sid=record.sid, url=wanted.url, parameters=parameters, method=wanted.method)
        )

    def _log(self, live: _LiveCall, event: str, **facts: object) -> None:
        logger.info(
            event, call_sid=live.record.sid, direction=live.record.direction.value, from_=live.record.from_,
            to=live.record.to, **facts,
        )  # fmt: skip
