"""What a conference room hears of calls that ring for it (rest-api.md 9.9, EarlyMedia).

The early media of a call, where its far end sends any, else our ring tone: one, however many calls ring. A room that
has started hears it in its mix; before that, those who wait hear it in place of what they listen to.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

from ringback.call.leg import Leg
from ringback.call.room_audio import C, RoomAudio
from ringback.call.seat import Seat
from ringback.model.sid import CallSid


@dataclass(slots=True, kw_only=True)
class _Ringing:
    """A call on its way. Once it is answered nothing of it is heard, until it comes."""

    early: Leg | None
    is_answered: bool = False


class RoomRinging(Generic[C]):
    """Belongs to one room; `open` gives it the room's audio, without which nobody hears anything."""

    def __init__(self) -> None:
        self._audio: RoomAudio[C] | None = None
        self._calls: dict[CallSid, _Ringing] = {}
        self._overheard: dict[CallSid, Leg] = {}
        self._listeners: dict[CallSid, tuple[C, contextlib.ExitStack]] = {}
        self._tone: asyncio.Task[None] | None = None

    def open(self, audio: RoomAudio[C]) -> None:
        self._audio = audio
        self._sound()

    def begin(self, call_sid: CallSid, early: Leg | None) -> None:
        """It rings, and by `early`, if that is there, it is heard already. Early media stays once it has come."""
        known = self._calls.get(call_sid)
        if known is None:
            self._calls[call_sid] = _Ringing(early=early)
        elif known.early is None and not known.is_answered:
            known.early = early
        self._sound()

    def answered(self, call_sid: CallSid) -> None:
        """Whoever listened hears nothing now, and will hear the call when it has come in."""
        if call_sid in self._calls:
            self._calls[call_sid].is_answered = True
            self._sound()

    def end(self, call_sid: CallSid) -> None:
        """It has come, or will not; nothing if it never rang."""
        if self._calls.pop(call_sid, None) is not None:
            self._sound()

    def heard_by(self, waiting: Iterable[Seat[C]]) -> None:
        """Who waits for the room to start; to be said anew whenever that, or who rings, may have changed."""
        wanted = {seat.call_sid: seat for seat in waiting} if self._calls else {}
        for call_sid in [call_sid for call_sid in self._listeners if call_sid not in wanted]:
            call, interruption = self._listeners.pop(call_sid)
            self._leave(call)
            interruption.close()
        for call_sid, seat in wanted.items():
            if call_sid not in self._listeners and self._audio is not None:
                interruption = contextlib.ExitStack()
                interruption.enter_context(seat.interrupted())
                self._audio.join(seat.call, muted=True, coaching=None)
                self._listeners[call_sid] = seat.call, interruption

    def close(self) -> None:
        """The room is over."""
        self._calls.clear()
        self._sound()
        self.heard_by(())

    def _leave(self, call: C) -> None:
        if self._audio is not None:
            self._audio.leave(call)

    def _sound(self) -> None:
        """Let the room hear what rings now."""
        if self._audio is None:
            return
        ringing = {call_sid: call.early for call_sid, call in self._calls.items() if not call.is_answered}
        early = {call_sid: leg for call_sid, leg in ringing.items() if leg is not None}
        for call_sid in [call_sid for call_sid in self._overheard if call_sid not in early]:
            self._audio.stop_overhearing(self._overheard.pop(call_sid))
        for call_sid, leg in early.items():
            if call_sid not in self._overheard:
                self._audio.overhear(leg)
                self._overheard[call_sid] = leg
        if len(early) == len(ringing):
            self._be_silent()
        elif self._tone is None:
            self._tone = asyncio.ensure_future(self._audio.ring())

    def _be_silent(self) -> None:
        if self._tone is not None:
            self._tone.cancel()
            self._tone = None
