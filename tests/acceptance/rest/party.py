"""Phones in a conference or a queue, each with a tone of its own, and what each of them hears just now."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, Server
from tests.acceptance.test_audio import tone
from tests.peers.listening import read_wav, tones_in

TONES = {"ann": 350.0, "bob": 700.0, "cee": 1400.0, "page": 2100.0}
"""`page` is what the app's /tone.wav sounds like."""
RINGING = {"ring": 440.0}
"""Of the two that our ring tone has."""
LISTEN_SECONDS = 0.7
SETTLE_SECONDS = 0.3
"""What was heard before leaves the buffers."""
TALK_SECONDS = 60


class Party:
    """Each phone talks without a pause once it is in a call."""

    def __init__(self, server: Server, folder: Path, stack: contextlib.AsyncExitStack) -> None:
        self._server = server
        self._folder = folder
        self._stack = stack
        self._talking: list[asyncio.Task[None]] = []
        self._recordings = 0
        self.phones: dict[str, Softphone] = {}
        self.calls: dict[str, SoftphoneCall] = {}

    async def phone(self, name: str) -> Softphone:
        self.phones[name] = await self._stack.enter_async_context(Softphone.open(name=name))
        return self.phones[name]

    async def call_in(self, name: str) -> SoftphoneCall:
        """Call the app's /voice."""
        phone = await self.phone(name)
        call = phone.call(
            f"sip:hello@{DOMAIN}",
            proxy=f"127.0.0.1:{self._server.port}",
            user=USER,
            password=PASSWORD,
            headers=[("X-Name", name)],
        )
        await call.answered(10)
        return self._talk(name, call)

    async def taken(self, name: str) -> SoftphoneCall:
        """The call that came in at a phone was answered."""
        call = await self.phones[name].next_incoming(10)
        await call.answered(10)
        return self._talk(name, call)

    async def heard(self, *, also: Mapping[str, float] | None = None) -> dict[str, set[str]]:
        """Whose tones each phone hears; `also` are more tones to listen for."""
        await asyncio.sleep(SETTLE_SECONDS)
        up = {name: call for name, call in self.calls.items() if not call.has_ended}
        self._recordings += 1
        files = {name: self._folder / f"{name}-{self._recordings}.wav" for name in up}
        live = [call.leg.media.start_recording(files[name], what="received") for name, call in up.items()]
        await asyncio.sleep(LISTEN_SECONDS)
        for recording in live:
            recording.stop()
        await asyncio.gather(*(recording.finished for recording in live))
        return {name: _names(file, TONES | dict(also or {})) for name, file in files.items()}

    async def hang_up(self) -> None:
        for call in self.calls.values():
            call.hang_up()
        for call in self.calls.values():
            await call.ended(5)
        await asyncio.gather(*self._talking, return_exceptions=True)

    def _talk(self, name: str, call: SoftphoneCall) -> SoftphoneCall:
        self.calls[name] = call
        self._talking.append(asyncio.create_task(call.play(tone(TONES[name], TALK_SECONDS))))
        return call


def _names(file: Path, tones: Mapping[str, float]) -> set[str]:
    frequencies = tones_in(read_wav(file), tones.values())
    return {name for name, frequency in tones.items() if frequency in frequencies}


@contextlib.asynccontextmanager
async def party_of(server: Server, folder: Path) -> AsyncIterator[Party]:
    async with contextlib.AsyncExitStack() as stack:
        party = Party(server, folder, stack)
        yield party
        await party.hang_up()


async def blocking(work: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """The library waits for its answers in a thread."""
    return await asyncio.to_thread(lambda: work(*arguments, **keywords))
