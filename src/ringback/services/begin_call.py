r"""What a call over REST does between its answer and its document: record, press keys, find out who answered.

answered --> recording from here on --> SendDigits --------------------> document
                                   \--> MachineDetection --> verdict --> document
                                    \-> AsyncAmd: verdict to its callback, document at once

SendDigits turns detection off (webhooks.md 9.2): a detector would hear its own keys.
"""

import asyncio
from dataclasses import replace

from ringback.call.background_recording import BackgroundRecording
from ringback.call.call import Call
from ringback.call.control import CallEnded, RecordingStarted, RecordResult
from ringback.call.machine_detection import Answerer, DetectionRequest, MachineDetection, MachineDetector
from ringback.call.machine_listening import detect, find_answerer
from ringback.interpreter.call_documents import First
from ringback.interpreter.callbacks import DeliveredCallbacks
from ringback.interpreter.detection import DetectionCallback
from ringback.interpreter.recording_callback import RecordingCallback
from ringback.interpreter.source import DocumentRequest
from ringback.model.record import AccountRecord
from ringback.model.sid import CallSid
from ringback.services.call_order import CallOrder, DetectionOrder, RecordOrder
from ringback.services.call_run import CallRuns
from ringback.services.keep_journal import Journal

RECORDING_SOURCE = "OutboundAPI"


async def begin_call(call: Call, order: CallOrder, runs: CallRuns, account: AccountRecord) -> None:
    """Run an answered call to its end. It may be moved to another document from its answer on."""
    run = runs.of(call, account, fallback=order.fallback)
    runs.running.enter_documents(call.info.call_sid, run)
    callbacks = DeliveredCallbacks(delivery=runs.links.of(account).delivery, call_sid=call.info.call_sid)
    listening = None
    try:
        if order.record is not None:
            _record(call, order.record, callbacks, runs.journal)
        first = order.first
        if order.send_digits:
            await _press(call, order.send_digits)
        elif order.detection is not None and order.detection.asynchronous:
            listening = _detect_beside(call, order.detection, callbacks, runs.journal)
        elif order.detection is not None:
            first = await _first_told(call, order.detection.detection, first, runs.journal)
        await run.run(first)
    finally:
        call.leg.hang_up()
        if listening is not None:
            await listening  # the call is over, so it knows by now


def _record(call: Call, order: RecordOrder, callbacks: DeliveredCallbacks, journal: Journal) -> None:
    callback = RecordingCallback(
        info=call.info,
        callbacks=callbacks,
        url=order.callback.url if order.callback else None,
        method=order.callback.method if order.callback else "POST",
        events=order.events,
        source=RECORDING_SOURCE,
        track=order.track,
    )

    def started(recording: RecordingStarted) -> None:
        journal.recording_began(call.info, callback.first_facts(recording))
        callback.started(recording)

    def ended(result: RecordResult) -> None:
        callback.ended(result)
        journal.recording_finished(call.info, callback.facts(result))

    if not call.has_finished:
        call.start_recording(
            BackgroundRecording(
                name=None,
                track=order.track,
                dual=order.dual,
                trim=order.trim,
                on_started=started,
                on_ended=ended,
                source=RECORDING_SOURCE,
            )
        )


async def _press(call: Call, digits: str) -> None:
    try:
        await call.send_digits(digits)
    except CallEnded:
        return  # hung up, or moved to another document; the run knows which


def _detect_beside(
    call: Call, order: DetectionOrder, callbacks: DeliveredCallbacks, journal: Journal
) -> "asyncio.Task[None]":
    target = order.callback
    callback = None
    if target is not None:
        callback = DetectionCallback(
            callbacks=callbacks, account_sid=call.info.account_sid, url=target.url, method=target.method
        )

    def began(call_sid: CallSid) -> None:
        if callback is not None:
            callback.began(call_sid)

    def tell(call_sid: CallSid, found: Answerer) -> None:
        journal.answerer_found(call.info, found.answered_by)
        if callback is not None:
            callback.tell(call_sid, found)

    request = DetectionRequest(detection=order.detection, tell=tell, began=began)
    return detect(call.leg.media, request, call.info.call_sid)


async def _first_told(call: Call, detection: MachineDetection, first: First, journal: Journal) -> First:
    """Wait for the verdict. The first request has it (webhooks.md section 2); inline TwiML is not asked for."""
    found = await _find_answerer(call, detection)
    if found is None:
        return first
    journal.answerer_found(call.info, found.answered_by)
    if not isinstance(first, DocumentRequest):
        return first
    verdict = (("AnsweredBy", found.answered_by), ("MachineDetectionDuration", str(round(found.seconds * 1000))))
    return replace(first, parameters=first.parameters + verdict)


async def _find_answerer(call: Call, detection: MachineDetection) -> Answerer | None:
    """Listen; None where the call is over, or moved, before it is known."""
    if call.has_ended:
        return None
    listening = asyncio.ensure_future(find_answerer(call.leg.media, MachineDetector(detection)))
    try:
        await asyncio.wait((listening, *call.ends), return_when=asyncio.FIRST_COMPLETED)
        return None if call.has_ended else listening.result()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
