"""A call without a network: `VirtualCall` is the door (`call.control.CallControl`) with a scripted person behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ringback.call.application_request import ApplicationRequest
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
from ringback.call.listen_request import ListenRequest, SpeechStream
from ringback.call.live_call import EndStatus
from ringback.call.meeting import Gatherings
from ringback.call.message_request import MessageRequest
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.refer_request import ReferRequest, ReferResult
from ringback.clock import Clock
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import transcription_sid
from ringback.testing.caller import SECONDS_BETWEEN_KEYS
from ringback.testing.transcript import (
    Answered,
    Ended,
    Event,
    Heard,
    HeardKeys,
    HeardVoice,
    Journal,
    Pressed,
    Recorded,
    Said,
    Texted,
)
from ringback.testing.virtual_background import VirtualRecordings
from ringback.testing.virtual_sound import Sound, seconds_of_prompt, shown

T = TypeVar("T")

SECONDS_OF_BEEP = 0.5
HIDDEN_KEY = "x"  # how a key is written down that was pressed in private
_KEY_PAUSES = {"w": 0.5, "W": 1.0}
_REJECTIONS = {"rejected": (603, CallStatus.NO_ANSWER), "busy": (486, CallStatus.BUSY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What surrounds a virtual call. `media` is how long each URL plays; None lets every URL play for three seconds."""

    clock: Clock
    journal: Journal
    media: Mapping[str, float] | None = None
    dial: "Callable[[VirtualCall, DialRequest], Awaitable[DialResult]] | None" = None
    record: "Callable[[VirtualCall, RecordRequest], Awaitable[RecordResult]] | None" = None
    dial_application: "Callable[[VirtualCall, ApplicationRequest], Awaitable[DialResult]] | None" = None
    refer: "Callable[[VirtualCall, ReferRequest], Awaitable[ReferResult]] | None" = None
    background: "Callable[[VirtualCall], VirtualRecordings] | None" = None
    gatherings: "Gatherings[VirtualCall] | None" = None
    listen: "Callable[[VirtualCall, ListenRequest], AbstractAsyncContextManager[SpeechStream]] | None" = None
    started_at: float = 0.0

    def elapsed(self) -> float:
        """Seconds since the call arrived."""
        return self.clock.now() - self.started_at


@dataclass(slots=True)
class _Listener:
    """One open stream of keys."""

    call: "VirtualCall"
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def next(self) -> str:
        return await self.call.while_up(self.keys.get())


class VirtualCall:
    """Implements `CallControl` in the time of a clock. What the person does comes in through `press`, `say`, `end`."""

    def __init__(self, *, info: CallInfo, world: World, is_answered: bool = False) -> None:
        self._info = info
        self._is_written_down = info.direction is not Direction.OUTBOUND_DIAL
        self._listeners: list[_Listener] = []
        self._is_answered = is_answered
        self._is_private = False
        self._status = CallStatus.IN_PROGRESS if is_answered else CallStatus.RINGING
        self._over = asyncio.Event()  # for the document that runs
        self._dials = 0
        self._is_moved = False
        self._answered_at = world.elapsed() if is_answered else None
        self._ended_at: float | None = None
        self.sip_status = 200
        self.world = world
        self._recordings = world.background(self) if world.background else None
        self.sounds: list[Sound] = []
        self.sound_changed = asyncio.Event()
        self.sayings: list[tuple[float, float, str]] = []  # from, until, words
        self.said = asyncio.Event()
        self.on_answered: Callable[[], None] = lambda: None
        self.on_said: Callable[[str, float], None] = lambda _words, _seconds: None  # whoever it is joined with

    # -- the door -----------------------------------------------------------------------------------------------

    @property
    def info(self) -> CallInfo:
        return self._info

    @property
    def status(self) -> CallStatus:
        return self._status

    @property
    def is_answered(self) -> bool:
        return self._is_answered

    @property
    def has_ended(self) -> bool:
        return self._over.is_set()

    @property
    def has_finished(self) -> bool:
        return self._ended_at is not None

    @property
    def is_moved(self) -> bool:
        return self._is_moved

    async def wait_over(self) -> None:
        await self._over.wait()

    def move(self) -> None:
        if not self.has_ended:
            self._is_moved = True
            self._over.set()

    def resume(self) -> None:
        self._is_moved = False
        if not self.has_finished:
            self._over.clear()

    @property
    def is_in_progress(self) -> bool:
        """A call that rings counts, while a `<Dial>` of its own rings."""
        return not self.has_finished and (self._is_answered or self._dials > 0)

    def terminate(self, status: EndStatus) -> None:
        """From outside (L-03)."""
        if not (self._is_answered and status == "canceled"):
            self._end("app", CallStatus.CANCELED, 487 if self._info.direction is Direction.OUTBOUND_API else 480)

    async def released(self) -> None:
        """Nobody but its documents ever has it."""

    async def answer(self) -> None:
        self._require_up()
        if not self._is_answered:
            self._is_answered = True
            self._answered_at = self.world.elapsed()
            self._status = CallStatus.IN_PROGRESS
            self.write(Answered(at=self.world.elapsed()))
            self.on_answered()
            if self._recordings is not None:
                self._recordings.call_answered()

    async def reject(self, reason: Literal["rejected", "busy"]) -> None:
        if self.is_moved:
            return
        sip_status, status = _REJECTIONS[reason]
        self._end("app", status, sip_status)

    async def hang_up(self) -> None:
        if self.is_moved:
            return
        if not self.has_ended:
            await self.answer()
        self._end("app", CallStatus.COMPLETED, None)

    async def end_unanswered(self) -> None:
        if self.is_moved:
            return
        self._end("app", CallStatus.NO_ANSWER, 480)

    async def prefetch(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            seconds_of_prompt(prompt, self.world.media)

    async def play(self, prompt: Prompt) -> None:
        self._require_up()
        seconds = seconds_of_prompt(prompt, self.world.media)
        sound = Sound(shown(prompt))
        began = self.world.elapsed()
        self._sound_is_heard(sound)
        try:
            endless = isinstance(prompt, WaitingMusic)
            await self.while_up(asyncio.Event().wait() if endless else self.world.clock.sleep(seconds))
        finally:
            sound.is_over = True
            self.sound_changed.set()
            heard = min(self.world.elapsed() - began, seconds)
            self.write(Heard(at=began, what=sound.what, seconds=heard, is_complete=heard >= seconds - 1e-6))

    async def send_digits(self, digits: str) -> None:
        self.write(HeardKeys(at=self.world.elapsed(), digits=digits))
        seconds = sum(_KEY_PAUSES.get(key, SECONDS_BETWEEN_KEYS) for key in digits)
        await self.while_up(self.world.clock.sleep(seconds))

    async def pause(self, seconds: float) -> None:
        await self.while_up(self.world.clock.sleep(seconds))

    @contextlib.asynccontextmanager
    async def digits(self) -> AsyncIterator[DigitStream]:
        self._require_up()
        listener = _Listener(self)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    @contextlib.asynccontextmanager
    async def listen(self, request: ListenRequest) -> AsyncIterator[SpeechStream]:
        self._require_up()
        if self.world.listen is None:
            raise NotImplementedError("this virtual call understands no speech")
        async with self.world.listen(self, request) as stream:
            yield stream

    async def record(self, request: RecordRequest) -> RecordResult:
        if self.world.record is None:
            raise NotImplementedError("this virtual call records nothing")
        return await self.world.record(self, request)

    def transcribe(self, recording: RecordResult, then: Callable[[Transcript], None]) -> None:
        """Word for word, and at once."""
        recorded = [event for event in self.world.journal.events if isinstance(event, Recorded)]
        words = [" ".join(event.words) for event in recorded if event.recording_sid == recording.recording_sid]
        sid = transcription_sid(recording.recording_sid)
        then(Transcript(sid=sid, text=words[0] if words else None))

    async def dial(self, request: DialRequest) -> DialResult:
        if self.world.dial is None:
            raise NotImplementedError("this virtual call dials nobody")
        self._dials += 1
        try:
            return await self.world.dial(self, request)
        finally:
            self._dials -= 1

    async def dial_application(self, request: ApplicationRequest) -> DialResult:
        if self.world.dial_application is None:
            raise NotImplementedError("this virtual call knows no applications")
        return await self.world.dial_application(self, request)

    async def confer(self, request: ConferenceRequest) -> ConferenceResult:
        return await self._gatherings.confer(self, request)

    async def enqueue(self, request: EnqueueRequest) -> EnqueueResult:
        return await self._gatherings.enqueue(self, request)

    async def dial_queue(self, request: DialQueueRequest) -> DialQueueResult:
        return await self._gatherings.dial_queue(self, request)

    async def refer(self, request: ReferRequest) -> ReferResult:
        self._require_up()
        if self.world.refer is None:
            raise NotImplementedError("this virtual call refers nobody")
        return await self.world.refer(self, request)

    def start_recording(self, request: BackgroundRecording) -> None:
        self._require_up()
        if self._recordings is None:
            raise NotImplementedError("this virtual call records nothing")
        self._recordings.start(request)

    def stop_recording(self, name: str) -> bool:
        return self._recordings is not None and self._recordings.stop(name)

    def keep_message(self, request: MessageRequest) -> str:
        sid = f"SM{len(self.world.journal.events):032x}"
        self.world.journal.add(
            Texted(at=self.world.elapsed(), sid=sid, from_=request.from_, to=request.to, body=request.body)
        )
        return sid

    async def echo(self) -> None:
        await self.while_up(asyncio.Event().wait())

    @contextlib.contextmanager
    def private(self) -> Iterator[None]:
        self._is_private = True
        try:
            yield
        finally:
            self._is_private = False

    # -- the person ---------------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """A key; nobody hears it before the call is answered, nor while nothing listens."""
        listeners = self._listeners if self._is_answered else []
        shown = HIDDEN_KEY if self._is_private else key
        self.write(Pressed(at=self.world.elapsed(), key=shown, is_heard=bool(listeners)))
        for listener in listeners:
            listener.keys.put_nowait(key)

    def say(self, text: str, seconds: float) -> None:
        now = self.world.elapsed()
        self.sayings.append((now, now + seconds, text))
        self.said.set()
        self.write(Said(at=now, text=text, seconds=seconds))
        self.on_said(text, seconds)

    def end(self, by: str = "caller") -> None:
        """BYE, or CANCEL while it rings."""
        if self._is_answered:
            self._end(by, CallStatus.COMPLETED, None)
        else:
            self._end(by, CallStatus.CANCELED, 487)

    def not_answered(self, status: CallStatus, sip_status: int) -> None:
        """The phone that this call rings does not pick up."""
        self._end("phone", status, sip_status)

    @property
    def answered_seconds(self) -> float:
        """From the answer to the end, or to now; 0 for a call that was never answered."""
        if self._answered_at is None:
            return 0.0
        return (self.world.elapsed() if self._ended_at is None else self._ended_at) - self._answered_at

    # -- for what plays together with the call ------------------------------------------------------------------

    def hear_voice(self, words: str, seconds: float, *, from_: str) -> None:
        """Somebody whom this call is joined with speaks."""
        sound = Sound(words)
        self._sound_is_heard(sound)
        self.write(HeardVoice(at=self.world.elapsed(), words=words, seconds=seconds, from_=from_))
        self.world.clock.call_at(self.world.clock.now() + seconds, lambda: self._sound_is_over(sound))

    @contextlib.contextmanager
    def speaking_as(self, info: CallInfo) -> Iterator[None]:
        """While it lasts, what runs on this call is another one: an application's child call (twiml.md 8.6)."""
        own, self._info = self._info, info
        try:
            yield
        finally:
            self._info = own

    def write(self, event: Event) -> None:
        """Only the call that came in is written down; a dialled leg is told of by its `Dialled`."""
        if self._is_written_down:
            self.world.journal.add(event)

    async def while_up(self, awaitable: Awaitable[T]) -> T:
        """Await, but no longer than the call lives; raises `CallEnded` when it is over."""
        work = asyncio.ensure_future(awaitable)
        over = asyncio.ensure_future(self._over.wait())
        try:
            self._require_up()
            await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise CallEnded
            return work.result()
        finally:
            work.cancel()
            over.cancel()
            await asyncio.gather(work, over, return_exceptions=True)

    # -- inside -------------------------------------------------------------------------------------------------

    def _require_up(self) -> None:
        if self.has_ended:
            raise CallEnded

    @property
    def _gatherings(self) -> "Gatherings[VirtualCall]":
        if self.world.gatherings is None:
            raise NotImplementedError("this virtual call meets nobody")
        return self.world.gatherings

    def _sound_is_over(self, sound: Sound) -> None:
        sound.is_over = True
        self.sound_changed.set()

    def _sound_is_heard(self, sound: Sound) -> None:
        self.sounds.append(sound)
        self.sound_changed.set()

    def _end(self, by: str, status: CallStatus, sip_status: int | None) -> None:
        if self.has_finished:
            return
        self._is_moved = False
        if self._is_answered:
            status, sip_status = CallStatus.COMPLETED, None
        self._status = status
        self._ended_at = self.world.elapsed()
        self.sip_status = sip_status or 200
        self._over.set()
        if self._recordings is not None:
            self._recordings.call_ended()
        self.write(Ended(at=self.world.elapsed(), by=by, status=status, sip_status=sip_status))
