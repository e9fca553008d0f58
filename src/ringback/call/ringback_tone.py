"""What a caller hears while a `<Dial>` rings (DI-02); a caller that is not answered yet hears its own phone's tone."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from ringback.call.call import Call
from ringback.media.errors import MediaError

if TYPE_CHECKING:
    from ringback.media._engine import Clip


class ToneSource(Protocol):
    """Ringback tones by country (`<Dial ringTone>`); None is the default one."""

    def ring_tone(self, country: str | None) -> "Clip": ...


class RingbackTone:
    """Plays the tone on an answered call until it is stopped."""

    def __init__(self, call: Call, clip: "Clip") -> None:
        self._call = call
        self._clip = clip
        self._playing: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._playing is None and self._call.leg.is_answered:
            self._playing = asyncio.ensure_future(self._play())

    def stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    async def _play(self) -> None:
        with contextlib.suppress(MediaError):  # the caller left before the tone began
            await self._call.leg.media.play(self._clip, loops=0)
