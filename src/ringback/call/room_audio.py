"""What a conference room needs of the audio, whoever makes it: the engine's mixer, or a test's virtual room."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from ringback.media.leg import JitterBufferSize

if TYPE_CHECKING:
    from ringback.call.control import CallControl, CallInfo, Prompt, RecordingStarted, RecordResult
    from ringback.call.leg import Leg
    from ringback.model.sid import ConferenceSid

C = TypeVar("C", bound="CallControl")
C_contra = TypeVar("C_contra", bound="CallControl", contravariant=True)

Tone = Literal["enter", "exit"]
Voice = Literal["started", "stopped"]


class RunningRecording(Protocol):
    """The recording of a room. It may be stopped from outside, before the room is over."""

    async def finished(self) -> "RecordResult":
        """Returns when the file is complete, whatever ended it."""
        ...

    async def finish(self) -> "RecordResult":
        """Stop it; returns when the file is complete."""
        ...


class RoomAudio(Protocol[C_contra]):
    """One room's mixer. Nothing here raises because a call has ended; such a call is as good as gone."""

    def join(
        self,
        call: C_contra,
        *,
        muted: bool,
        coaching: C_contra | None,
        jitter_buffer: JitterBufferSize | None = None,
    ) -> None:
        """From now on it hears all others, and they hear it. Until it leaves, what comes of it waits as is said."""
        ...

    def update(self, call: C_contra, *, muted: bool, held: bool, coaching: C_contra | None) -> None: ...

    def leave(self, call: C_contra) -> None: ...

    def overhear(self, leg: "Leg") -> None:
        """All hear this leg, which rings and has early media; it hears nobody."""
        ...

    def stop_overhearing(self, leg: "Leg") -> None: ...

    async def ring(self) -> None:
        """All hear our ring tone, until this is cancelled."""
        ...

    async def beep(self, tone: Tone) -> None:
        """Heard by all in the room; returns when it is over."""
        ...

    async def announce(self, prompt: "Prompt") -> None:
        """Heard by all in the room. Raises `MediaUnavailable`."""
        ...

    def record(
        self,
        info: "CallInfo",
        *,
        conference_sid: "ConferenceSid",
        trim: bool,
        on_started: "Callable[[RecordingStarted], None]",
    ) -> RunningRecording:
        """Record what all but coaches say, on one channel. `info` is that of the call which opened the room."""
        ...

    def voice(self, call: C_contra) -> AbstractAsyncContextManager[AsyncIterator[Voice]]:
        """When this call begins and stops to speak."""
        ...

    async def close(self) -> None: ...
