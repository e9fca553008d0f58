"""`<Dial><Application>` in virtual time: a child call whose documents are heard by the caller of its parent."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, replace
from typing import Literal

from ringback.call.application import REJECTIONS, child_info, dial_result, hold_application
from ringback.call.application_request import ApplicationRequest
from ringback.call.background_recording import BackgroundRecording
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.control import (
    CallControl,
    CallEnded,
    CallInfo,
    DialRequest,
    DialResult,
    DigitStream,
    Prompt,
    RecordRequest,
    RecordResult,
    Transcript,
)
from ringback.call.listen_request import ListenRequest, SpeechStream
from ringback.call.message_request import MessageRequest
from ringback.call.queue import QueueFacts
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.interpreter.run import Callbacks
from ringback.model.call_status import CallStatus
from ringback.model.sid import CallSid
from ringback.testing.transcript import Dialled
from ringback.testing.virtual_call import VirtualCall
from ringback.testing.virtual_dial import DialRecorder, LegStatus
from ringback.testing.virtual_recording import RecordingRoom
from ringback.webhooks.callback_parameters import Completion


class VirtualApplicationCall:
    """Implements `call.application.ApplicationChild`: sound, keys and time are those of the parent."""

    def __init__(self, parent: VirtualCall, info: CallInfo, on_answered: Callable[[], None]) -> None:
        self.was_answered = asyncio.Event()
        self._parent = parent
        self._info = info
        self._on_answered = on_answered
        self._final: CallStatus | None = None

    @property
    def info(self) -> CallInfo:
        return self._info

    @property
    def status(self) -> CallStatus:
        if self._final is not None:
            return self._final
        if self._parent.has_ended:
            return CallStatus.COMPLETED if self.is_answered else CallStatus.CANCELED
        return CallStatus.IN_PROGRESS if self.is_answered else CallStatus.RINGING

    @property
    def is_answered(self) -> bool:
        return self.was_answered.is_set()

    @property
    def has_ended(self) -> bool:
        return self._final is not None or self._parent.has_ended

    @property
    def is_moved(self) -> bool:
        return self._final is None and self._parent.is_moved

    async def wait_over(self) -> None:
        await self._parent.wait_over()

    async def answer(self) -> None:
        if self.has_ended:
            raise CallEnded
        if not self.is_answered:
            await self._parent.answer()
            self.was_answered.set()
            self._on_answered()

    async def reject(self, reason: Literal["rejected", "busy"]) -> None:
        self.end(CallStatus.COMPLETED if self.is_answered else REJECTIONS[reason])

    async def hang_up(self) -> None:
        if not self.has_ended:
            await self.answer()
        self.end(CallStatus.COMPLETED)

    async def end_unanswered(self) -> None:
        self.end(CallStatus.NO_ANSWER)

    def end(self, status: CallStatus) -> None:
        """The parent goes on without it; nothing if it is over already."""
        if not self.has_ended:
            self._final = status

    # -- what is heard and pressed is the parent's -------------------------------------------------------------

    async def prefetch(self, prompts: Sequence[Prompt]) -> None:
        await self._parent.prefetch(prompts)

    async def play(self, prompt: Prompt) -> None:
        await self._parent.play(prompt)

    async def send_digits(self, digits: str) -> None:
        await self._parent.send_digits(digits)

    async def pause(self, seconds: float) -> None:
        await self._parent.pause(seconds)

    def digits(self) -> AbstractAsyncContextManager[DigitStream]:
        return self._parent.digits()

    def listen(self, request: ListenRequest) -> AbstractAsyncContextManager[SpeechStream]:
        return self._parent.listen(request)

    async def record(self, request: RecordRequest) -> RecordResult:
        return await self._parent.record(request)

    def transcribe(self, recording: RecordResult, then: Callable[[Transcript], None]) -> None:
        self._parent.transcribe(recording, then)

    async def dial(self, request: DialRequest) -> DialResult:
        return await self._parent.dial(request)

    async def dial_application(self, request: ApplicationRequest) -> DialResult:
        return await self._parent.dial_application(request)

    async def confer(self, request: ConferenceRequest) -> ConferenceResult:
        return await self._parent.confer(request)

    async def enqueue(self, request: EnqueueRequest) -> EnqueueResult:
        """What waits is the parent, and what runs meanwhile is the child's: `<Hangup>` ends the child."""
        wait = request.wait
        if wait is None:
            return await self._parent.enqueue(request)

        async def wait_as_child(_parent: CallControl, facts: Callable[[], QueueFacts]) -> Literal["leave", "error"]:
            return await wait(self, facts)

        return await self._parent.enqueue(replace(request, wait=wait_as_child))

    async def dial_queue(self, request: DialQueueRequest) -> DialQueueResult:
        return await self._parent.dial_queue(request)

    async def refer(self, request: ReferRequest) -> ReferResult:
        return await self._parent.refer(request)

    def start_recording(self, request: BackgroundRecording) -> None:
        self._parent.start_recording(request)

    def stop_recording(self, name: str) -> bool:
        return self._parent.stop_recording(name)

    def keep_message(self, request: MessageRequest) -> str:
        return self._parent.keep_message(request)

    async def echo(self) -> None:
        await self._parent.echo()

    def private(self) -> AbstractContextManager[None]:
        return self._parent.private()


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualApplications:
    """Runs the dialled applications of one test."""

    callbacks: Callbacks
    numbers: Iterator[int]
    recordings: RecordingRoom

    async def dial(self, parent: VirtualCall, request: ApplicationRequest) -> DialResult:
        """Run one to its end and write it down."""
        clock = parent.world.clock
        info = child_info(parent.info, request, CallSid(f"CA{next(self.numbers):032x}"))
        told = LegStatus(info=info, events=request.status, callbacks=self.callbacks, clock=clock)
        recorder = DialRecorder(parent, self.recordings)
        answered_at: list[float] = []

        def answered() -> None:
            answered_at.append(clock.now())
            told.tell("answered", CallStatus.IN_PROGRESS)
            if request.record is not None:
                recorder.begin(request.record)

        child = VirtualApplicationCall(parent, info, answered)
        told.tell("initiated", CallStatus.INITIATED)
        told.tell("ringing", CallStatus.RINGING)
        if request.record is not None and request.record.from_ringing and parent.is_answered:
            recorder.begin(request.record)
        with parent.speaking_as(info):
            try:
                await hold_application(child, request, clock, parent.digits)
            finally:
                child.end(CallStatus.COMPLETED if child.is_answered else CallStatus.NO_ANSWER)
        seconds = clock.now() - answered_at[0] if answered_at else 0.0
        result = dial_result(child, seconds=seconds, caller_hung_up=parent.has_ended)
        told.tell("completed", child.status, Completion(seconds=result.duration_seconds or 0, sip_response_code=None))
        self._write_down(parent, request, result)
        return replace(result, recording=recorder.end())

    def _write_down(self, parent: VirtualCall, request: ApplicationRequest, result: DialResult) -> None:
        parent.world.journal.add(
            Dialled(
                at=parent.world.elapsed(),
                addresses=(request.application_sid,),
                status=result.status,
                is_bridged=result.bridged,
                seconds=result.duration_seconds or 0,
            )
        )
