"""A call with a CallSid: a SIP leg with the media engine behind it, as the interpreter sees it (`CallControl`)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from ringback.call.application_request import ApplicationRequest
from ringback.call.background import BackgroundRecordings
from ringback.call.background_recording import BackgroundRecording
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.control import (
    CallEnded,
    CallInfo,
    DialRequest,
    DialResult,
    DigitStream,
    Prompt,
    RecordRequest,
    RecordResult,
    Transcript,
    WaitingMusic,
)
from ringback.call.journal import CallJournal
from ringback.call.leg import Leg, LegState
from ringback.call.leg_event import LegEnd, MediaRefused
from ringback.call.listen_request import ListeningFailed, ListenRequest, SpeechNews, SpeechStream
from ringback.call.listening import LANGUAGE_NOT_AVAILABLE, HeardSpeech, Hearing
from ringback.call.live_call import CallRegister, EndStatus
from ringback.call.meeting import Gatherings
from ringback.call.message_request import MessageRequest
from ringback.call.phone_message import Outcome, PhoneMessage, json_body
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.recording_desk import RecordingDesk
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.call.referral import Referral
from ringback.call.time_limit import TimeLimit
from ringback.call.transcribing import transcribe
from ringback.call.transfer import NO_REFER_URL
from ringback.call.voice_recording import record_voice, told
from ringback.clock import Clock
from ringback.media._engine import Clip
from ringback.media.leg import MediaLeg
from ringback.model.call_status import CallStatus, status_of_sip_response
from ringback.model.record import MessageRecord
from ringback.model.sid import new_sid
from ringback.sip.events import ReferReceived

T = TypeVar("T")

REJECTIONS: dict[str, tuple[int, CallStatus]] = {
    "busy": (486, CallStatus.BUSY),
    "rejected": (603, CallStatus.NO_ANSWER),
}


class PromptSource(Protocol):
    """Where prompts become audio that is ready to send; raises `MediaUnavailable`."""

    async def clip(self, prompt: Prompt, note: Callable[[int, str], None] | None = None) -> Clip: ...

    @property
    def beep(self) -> Clip: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallParts:
    """What every call of a server shares."""

    prompts: PromptSource
    recordings: RecordingDesk
    journal: CallJournal
    clock: Clock
    dial: "Callable[[Call, DialRequest], Awaitable[DialResult]]"
    hearing: Hearing | None = None  # None: nobody understands speech here
    gatherings: "Gatherings[Call]"
    dial_application: "Callable[[Call, ApplicationRequest], Awaitable[DialResult]]"
    register: CallRegister
    hear_message: Callable[[CallInfo, PhoneMessage], None] = lambda info, message: None


class Call:
    """Implements `call.control.MovableCall` and `call.live_call.LiveCall` on a real leg."""

    def __init__(self, *, info: CallInfo, leg: Leg, parts: CallParts) -> None:
        self._info = info
        self._parts = parts
        self._status = CallStatus.RINGING
        self._final: CallStatus | None = None
        self._sip_response_code: int | None = None
        self._noted: set[tuple[int, str]] = set()
        self.background_recordings = BackgroundRecordings(info, leg, parts.recordings)
        self._limit = TimeLimit(parts.clock, lambda: self.terminate("completed"))
        self._dials = 0
        self._free = asyncio.Event()
        self._free.set()
        self.moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.leg = leg
        leg.on_refer = self.refuse_refer
        leg.on_message = partial(parts.hear_message, info)
        leg.ended.add_done_callback(self._leg_ended)

    @property
    def info(self) -> CallInfo:
        return self._info

    @property
    def parts(self) -> CallParts:
        return self._parts

    @property
    def status(self) -> CallStatus:
        return self._status

    @property
    def is_answered(self) -> bool:
        return self.leg.is_answered

    @property
    def has_ended(self) -> bool:
        return self.has_finished or self.is_moved

    @property
    def has_finished(self) -> bool:
        return self.leg.has_ended

    @property
    def is_moved(self) -> bool:
        return self.moved.done()

    @property
    def ends(self) -> "tuple[asyncio.Future[Any], ...]":
        """One of them is done when the call is over for the document that runs."""
        return (self.leg.ended, self.moved)

    async def wait_over(self) -> None:
        if not self.has_ended:
            await _first_of(*self.ends)

    # -- moved and ended from outside ---------------------------------------------------------------------------

    @property
    def call(self) -> "Call":
        return self

    @property
    def is_in_progress(self) -> bool:
        """A call that rings counts, while a `<Dial>` of its own rings (rest-api.md 9.2)."""
        return not self.has_finished and (self._status is CallStatus.IN_PROGRESS or self._dials > 0)

    def move(self) -> None:
        if not self.has_ended:
            self.moved.set_result(None)

    def resume(self) -> None:
        if self.moved.done():
            self.moved = asyncio.get_running_loop().create_future()

    def hold(self) -> None:
        """Somebody else than a document has it: a `<Dial>` that rang it."""
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    async def released(self) -> None:
        await self._free.wait()

    def terminate(self, status: EndStatus) -> None:
        if self.is_answered and status == "canceled":
            return
        if not self.is_answered:
            self.end_as(CallStatus.CANCELED)
        self.leg.hang_up()

    def limit(self, seconds: float) -> None:
        """Counts from the answer; one that is over by now ends the call at once."""
        self._limit.set(seconds)

    def send_message(self, content: str, outcome: Outcome) -> None:
        self.leg.send_message(json_body(content), outcome)

    # -- signalling ---------------------------------------------------------------------------------------------

    async def answer(self) -> None:
        if self.leg.is_answered:
            return
        self._require_up()
        try:
            await self.leg.answer()
        except MediaRefused as refusal:
            self._parts.journal.report(self._info, refusal.code, refusal.message)
            raise CallEnded from refusal
        self._require_up()
        self.mark_answered()

    def mark_answered(self) -> None:
        """The leg is up: from here on the call is in progress."""
        if self._status is CallStatus.RINGING:
            self._status = CallStatus.IN_PROGRESS
            self._limit.begin()
            self._parts.journal.call_progressed(self._info, self._status)
            self.background_recordings.call_answered()

    def end_as(self, status: CallStatus, *, sip_response_code: int | None = None) -> None:
        """Decide the final status before the leg ends, where its last SIP response alone would not tell."""
        self._final = status
        self._sip_response_code = sip_response_code

    def let_go(self, status: CallStatus) -> None:
        """This call is over, and its leg goes on without it: it was an application on another call's leg (8.6)."""
        self.leg.ended.remove_done_callback(self._leg_ended)
        self._limit.cancel()
        self.background_recordings.end()
        self._status = status
        self._parts.journal.call_ended(self._info, status, None)

    async def reject(self, reason: Literal["rejected", "busy"]) -> None:
        if self.is_moved:
            return
        if self.leg.is_answered:
            self.leg.hang_up()
            return
        status, self._final = REJECTIONS[reason]
        self.leg.refuse(status)

    async def hang_up(self) -> None:
        if self.is_moved:
            return
        if not self.leg.has_ended and not self.leg.is_answered and self.leg.state is not LegState.ENDED:
            with contextlib.suppress(CallEnded):
                await self.answer()
        if not self.is_moved:
            self.leg.hang_up()

    async def end_unanswered(self) -> None:
        if self.is_moved:
            return
        self._final = CallStatus.NO_ANSWER
        self.leg.refuse(480)

    # -- sound --------------------------------------------------------------------------------------------------

    async def prefetch(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            await self._while_up(self._parts.prompts.clip(prompt, self._note))

    async def play(self, prompt: Prompt) -> None:
        clip = await self._while_up(self._parts.prompts.clip(prompt, self._note))
        await self._while_up(self._audio().play(clip, loops=0 if isinstance(prompt, WaitingMusic) else 1))

    async def send_digits(self, digits: str) -> None:
        await self._while_up(self._audio().send_digits(digits))

    async def pause(self, seconds: float) -> None:
        await self._while_up(self._parts.clock.sleep(seconds))

    @contextlib.asynccontextmanager
    async def digits(self) -> AsyncIterator[DigitStream]:
        async with self._audio().digits() as stream:
            yield _Keys(self, stream.next)

    @contextlib.asynccontextmanager
    async def listen(self, request: ListenRequest) -> AsyncIterator[SpeechStream]:
        if self._parts.hearing is None:
            raise ListeningFailed(LANGUAGE_NOT_AVAILABLE, "there is no speech recogniser here")
        async with self._parts.hearing.listen(self._audio(), request) as heard:
            yield _Speech(self, heard)

    async def record(self, request: RecordRequest) -> RecordResult:
        """R-01..R-03: beep, then the caller alone on one channel until a key, silence, the length or hang-up."""
        if request.play_beep:
            with contextlib.suppress(CallEnded):
                await self._while_up(self._audio().play(self._parts.prompts.beep))
        recording = self._parts.recordings.open(
            self._info, source=request.source, trim=request.trim, on_started=request.on_started
        )
        if self.has_ended:
            return told(request, await self._parts.recordings.close(recording, seconds=0, ended_by="hangup"))
        desk, audio = self._parts.recordings, self.leg.media
        return await record_voice(recording, request, audio=audio, desk=desk, ends=self.ends)

    def transcribe(self, recording: RecordResult, then: Callable[[Transcript], None]) -> None:
        path = self._parts.recordings.path_of(self._info, recording.recording_sid)
        hearing, journal, clock = self._parts.hearing, self._parts.journal, self._parts.clock
        transcribe(self._info, recording, path, then, hearing=hearing, journal=journal, clock=clock)

    async def dial(self, request: DialRequest) -> DialResult:
        with self._dialling():
            return await self._parts.dial(self, request)

    async def dial_application(self, request: ApplicationRequest) -> DialResult:
        with self._dialling():
            return await self._parts.dial_application(self, request)

    async def confer(self, request: ConferenceRequest) -> ConferenceResult:
        return await self._parts.gatherings.confer(self, request)

    async def enqueue(self, request: EnqueueRequest) -> EnqueueResult:
        return await self._parts.gatherings.enqueue(self, request)

    async def dial_queue(self, request: DialQueueRequest) -> DialQueueResult:
        return await self._parts.gatherings.dial_queue(self, request)

    async def refer(self, request: ReferRequest) -> ReferResult:
        self._require_up()
        return await Referral(self.leg).run(request, self._parts.clock, self.ends)

    def start_recording(self, request: BackgroundRecording) -> None:
        self._require_up()
        self.background_recordings.start(request)

    def stop_recording(self, name: str) -> bool:
        return self.background_recordings.stop(name)

    def keep_message(self, request: MessageRequest) -> str:
        record = MessageRecord(
            sid=new_sid("SM"),
            account_sid=self._info.account_sid,
            call_sid=self._info.call_sid,
            from_=request.from_,
            to=request.to,
            body=request.body,
            created_at=self._parts.clock.utc_now(),
        )
        self._parts.journal.message_kept(record)
        return record.sid

    async def echo(self) -> None:
        audio = self._audio()
        audio.set_echo(True)
        try:
            await self._while_up(asyncio.Event().wait())
        finally:
            if not audio.is_closed:
                audio.set_echo(False)

    def private(self) -> AbstractContextManager[None]:
        return self.background_recordings.private()

    async def finish(self) -> None:
        """After the end of the call: return when its background recordings are complete."""
        await self.background_recordings.finish()

    # -- inside -------------------------------------------------------------------------------------------------

    def refuse_refer(self, event: ReferReceived) -> None:
        """RF-11: only a party that was dialled, while it talks, may transfer."""
        self._parts.journal.report(self._info, NO_REFER_URL, "a REFER was refused: the call has no referUrl")
        self.leg.refuse_refer(event, 603)

    @contextlib.contextmanager
    def _dialling(self) -> Iterator[None]:
        self._dials += 1
        try:
            yield
        finally:
            self._dials -= 1

    def _note(self, code: int, message: str) -> None:
        """How a prompt was made, told once in a call."""
        if (code, message) not in self._noted:
            self._noted.add((code, message))
            self._parts.journal.report(self._info, code, message)

    async def _while_up(self, awaitable: Awaitable[T]) -> T:
        """Await, but no longer than the call lives; raises `CallEnded` and cancels the awaitable when it is over."""
        work = asyncio.ensure_future(awaitable)
        try:
            self._require_up()
            await _first_of(work, *self.ends)
            self._require_up()
            return work.result()
        finally:
            if not work.done():
                work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def _audio(self) -> MediaLeg:
        self._require_up()
        return self.leg.media

    def _require_up(self) -> None:
        if self.has_ended:
            raise CallEnded

    def _leg_ended(self, ended: "asyncio.Future[LegEnd]") -> None:
        self._limit.cancel()
        if ended.cancelled():
            return
        end = ended.result()
        if end.code is not None:
            self._parts.journal.report(self._info, end.code, end.reason)
        self._status = self._final or self._final_status(end)
        sip_status = 200 if self._status is CallStatus.COMPLETED else self._sip_response_code or end.status
        self._parts.journal.call_ended(self._info, self._status, sip_status)

    def _final_status(self, end: LegEnd) -> CallStatus:
        """sip.md section 6: answered calls are completed; the others are what their last SIP status says.

        A call whose answer was never acknowledged is failed: nobody ever talked (IN-01).
        """
        if self._status is CallStatus.IN_PROGRESS or (end.status is None and self.leg.negotiated is not None):
            return CallStatus.COMPLETED
        if end.status == 487 and end.by == "peer":
            return CallStatus.CANCELED
        if end.code is not None:
            return CallStatus.FAILED
        return status_of_sip_response(end.status) if end.status is not None else CallStatus.CANCELED


async def _first_of(*futures: "asyncio.Future[Any]") -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


class _Speech:
    """A stream of speech that ends with its call."""

    def __init__(self, call: Call, heard: HeardSpeech) -> None:
        self._call = call
        self._heard = heard

    async def next(self) -> SpeechNews:
        return await self._call._while_up(self._heard.next())


class _Keys:
    """A digit stream that ends with its call."""

    def __init__(self, call: Call, take: Callable[[], Awaitable[str]]) -> None:
        self._call = call
        self._take = take

    async def next(self) -> str:
        return await self._call._while_up(self._take())
