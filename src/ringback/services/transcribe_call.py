"""Transcribe a call while it runs, on request of the REST API (rest-api.md 9.4; twiml.md 15.3).

The recogniser is the one of this server, whatever engine is named: nothing leaves the machine.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from ringback.call.call import Call
from ringback.call.listen_request import ListeningFailed
from ringback.call.live_transcription import LiveTranscription, Track, Transcript, TranscriptionRequest
from ringback.clock import Clock
from ringback.model.record import AccountRecord
from ringback.model.sid import derived_sid, new_sid
from ringback.services.reach_app import AppLinks
from ringback.services.refusal import Refused
from ringback.services.running_calls import RunningCalls
from ringback.speech.profanity import without_profanity
from ringback.webhooks.callback import Callback
from ringback.webhooks.delivery import Delivery
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transcription_parameters import (
    TranscriptionFacts,
    content_parameters,
    failed_parameters,
    started_parameters,
    stopped_parameters,
)

MAX_ON_A_CALL = 4
NOT_IN_PROGRESS = 21220
BAD_PARAMETER = 20001
BAD_ENGINE = 32650


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionOrder:
    """What is asked for. Without `callback_url` nobody is told, and it runs all the same."""

    name: str | None = None
    callback_url: str | None = None
    callback_method: Literal["GET", "POST"] = "POST"
    tracks: tuple[Track, ...] = ("inbound_track", "outbound_track")
    labels: tuple[tuple[Track, str], ...] = ()
    language: str = "en-US"
    engine: str = "google"
    speech_model: str = "telephony"
    hints: tuple[str, ...] = ()
    partials: bool = False
    profanity_filter: bool = True
    punctuation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTranscription:
    """A transcription as the API shows it."""

    sid: str
    account_sid: str
    call_sid: str
    name: str | None
    status: Literal["in-progress", "stopped"]
    updated_at: datetime


class CallTranscribing:
    """Finds running calls by SID; each transcription ends with its call."""

    def __init__(self, *, running: RunningCalls, links: AppLinks, clock: Clock) -> None:
        self._running = running
        self._links = links
        self._clock = clock
        self._transcriptions: dict[str, _Running] = {}

    def start(self, account: AccountRecord, call_sid: str, order: TranscriptionOrder) -> CallTranscription:
        """Raises `Refused`: 21220 for a call that is not in progress, 32650 for a language that nobody knows here."""
        call = self._call(account.sid, call_sid)
        others = [other for other in self._transcriptions.values() if other.shown.call_sid == call_sid]
        if order.name is not None and any(other.shown.name == order.name for other in others):
            raise Refused(BAD_PARAMETER, f"A transcription named {order.name!r} runs on this call already.")
        if len(others) >= MAX_ON_A_CALL:
            raise Refused(BAD_PARAMETER, f"{MAX_ON_A_CALL} transcriptions run on this call, which is the limit.")
        shown = CallTranscription(
            sid=new_sid("GT"),
            account_sid=account.sid,
            call_sid=call_sid,
            name=order.name,
            status="in-progress",
            updated_at=self._clock.utc_now(),
        )
        told = _App(
            order=order,
            facts=TranscriptionFacts(
                sid=shown.sid,
                account_sid=call.info.account_sid,
                call_sid=call.info.call_sid,
                language=order.language,
            ),
            delivery=self._links.of(account).delivery,
            clock=self._clock,
            over=lambda: self._forget(shown.sid),
        )
        live = _begin(call, order, told)
        self._transcriptions[shown.sid] = _Running(shown=shown, live=live)
        told.started()
        return shown

    def stop(self, account_sid: str, call_sid: str, sid_or_name: str) -> CallTranscription | None:
        """None if no such transcription runs on the call."""
        for running in self._transcriptions.values():
            shown = running.shown
            is_it = sid_or_name in (shown.sid, shown.name)
            if is_it and (shown.account_sid, shown.call_sid) == (account_sid, call_sid):
                running.live.stop()
                return replace(shown, status="stopped", updated_at=self._clock.utc_now())
        return None

    def _call(self, account_sid: str, call_sid: str) -> Call:
        live = self._running.find(call_sid)
        call = live.call if live is not None and live.info.account_sid == account_sid else None
        if call is None or not call.is_answered:
            raise Refused(NOT_IN_PROGRESS, "Call is not in-progress. Cannot transcribe.")
        return call

    def _forget(self, sid: str) -> None:
        self._transcriptions.pop(sid, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    shown: CallTranscription
    live: LiveTranscription


def _begin(call: Call, order: TranscriptionOrder, told: "_App") -> LiveTranscription:
    hearing = call.parts.hearing
    if hearing is None:
        raise Refused(BAD_ENGINE, "This server has no speech recogniser.")
    try:
        hearing.check(order.language)
    except ListeningFailed as failure:
        raise Refused(BAD_ENGINE, f"Parameter 'LanguageCode': {failure.message}.") from None
    request = TranscriptionRequest(
        tracks=order.tracks, language=order.language, hints=order.hints, partials=order.partials
    )
    return LiveTranscription(
        audio=call.leg.media,
        call_ended=call.leg.ended,
        hearing=hearing,
        request=request,
        told=told,
        is_private=lambda: call.background_recordings.is_private,
    )


class _App:
    """Tells the app; implements `TranscriptionTold`. `SequenceId` counts all callbacks of one transcription, from 1.

    Its end, whichever it will be, is one callback, held from the start.
    """

    def __init__(
        self,
        *,
        order: TranscriptionOrder,
        facts: TranscriptionFacts,
        delivery: Delivery,
        clock: Clock,
        over: Callable[[], None],
    ) -> None:
        self._order = order
        self._facts = facts
        self._delivery = delivery
        self._clock = clock
        self._over = over
        self._sequence = 0

    def started(self) -> None:
        order = self._order
        self._send(
            started_parameters(
                self._facts,
                *self._next(),
                engine=order.engine,
                configuration={
                    "profanityFilter": str(order.profanity_filter).lower(),
                    "speechModel": order.speech_model,
                    "enableAutomaticPunctuation": str(order.punctuation).lower(),
                    "hints": ",".join(order.hints),
                },
                partials=order.partials,
                track=order.tracks[0] if len(order.tracks) == 1 else "both_tracks",
            )
        )
        end = self._callback(stopped_parameters(self._facts, self._clock.utc_now(), self._sequence + 1), is_end=True)
        if end is not None:
            self._delivery.hold(end)

    def heard(self, transcript: Transcript) -> None:
        text = without_profanity(transcript.text) if self._order.profanity_filter else transcript.text
        self._send(
            content_parameters(
                self._facts,
                *self._next(),
                track=transcript.track,
                label=dict(self._order.labels).get(transcript.track),
                text=text,
                is_final=transcript.is_final,
                confidence=transcript.confidence,
            )
        )

    def stopped(self) -> None:
        self._over()
        self._send(stopped_parameters(self._facts, *self._next()), is_end=True)

    def failed(self, code: int, message: str) -> None:
        self._over()
        self._send(failed_parameters(self._facts, *self._next(), code=code, message=message), is_end=True)

    def _next(self) -> tuple[datetime, int]:
        self._sequence += 1
        return self._clock.utc_now(), self._sequence

    def _send(self, parameters: Parameters, *, is_end: bool = False) -> None:
        callback = self._callback(parameters, is_end=is_end)
        if callback is not None:
            self._delivery.post(callback)

    def _callback(self, parameters: Parameters, *, is_end: bool) -> Callback | None:
        if not self._order.callback_url:
            return None
        return Callback(
            call_sid=self._facts.call_sid,
            url=self._order.callback_url,
            parameters=parameters,
            method=self._order.callback_method,
            sid=derived_sid("CB", self._facts.sid) if is_end else None,
        )
