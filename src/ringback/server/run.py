"""A server from its first part to its last: started in order, stopped in reverse.

    store -> directory -> audio -> SIP -> HTTP -> ready ... SIGTERM -> no new calls -> calls end -> callbacks -> store

Nothing is half-started: what was opened before a failure is closed again, and the failure is one sentence.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from ringback.api.server import bind, url_of
from ringback.call.recording_desk import RecordingDesk
from ringback.clock import Clock, SystemClock
from ringback.model.settings import Settings
from ringback.server.calls import connect
from ringback.server.http import start_http
from ringback.server.metrics import watch
from ringback.server.signalling import make_signalling
from ringback.server.sound import open_sound
from ringback.server.storage import open_storage
from ringback.server.telling import open_telling
from ringback.services.place_call import CallPlacing
from ringback.services.prune_recordings import tended_recordings
from ringback.services.running_calls import RunningCalls
from ringback.services.tend_history import tended_history
from ringback.services.update_call import CallUpdating
from ringback.sip.endpoint import Endpoint
from ringback.sip.net.server import ListenAddress
from ringback.sip.net.trace import TraceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is served, with the real ports also where 0 was asked."""

    sip: tuple[str, ...]
    http: str

    def as_event(self) -> Mapping[str, object]:
        """The line that `ringback serve` prints."""
        return {"event": "ready", "sip": list(self.sip), "http": self.http}


@dataclass(slots=True, kw_only=True)
class Server:
    """A running server. Made by `running_server`."""

    ready: Ready
    running: RunningCalls
    updating: CallUpdating
    placing: CallPlacing
    endpoint: Endpoint
    grace_seconds: float
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def drain(self) -> None:
        """No new calls (503 with Retry-After); running ones end, or are ended after the grace time or `hurry`."""
        self.endpoint.start_draining()
        self.placing.close()
        await self.running.finish(self.grace_seconds, self.hurry)


@contextlib.asynccontextmanager
async def running_server(
    settings: Settings, *, clock: Clock | None = None, trace: Callable[[TraceLine], None] | None = None
) -> AsyncIterator[Server]:
    """Start everything; at the end let calls finish and close everything. Raises `StartFailed`."""
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        storage = await open_storage(stack, settings, clock)
        telling = await open_telling(stack, settings, storage, clock)
        sound = await open_sound(stack, settings, storage, clock)
        signalling = make_signalling(settings, storage, telling, clock, trace)
        listener = bind(settings.http.listen.host, settings.http.listen.port)
        stack.callback(listener.close)
        desk = RecordingDesk(
            folder=storage.recordings,
            base_url=str(settings.http.public_url or url_of(listener)),
            journal=telling.journal,
            clock=clock,
        )
        calls = connect(settings, storage, telling, sound, signalling, desk, clock)
        stack.push_async_callback(calls.messages.close)
        stack.push_async_callback(signalling.sip.close)
        bound = await signalling.sip.start(
            [ListenAddress(transport=at.transport, host=at.host, port=at.port) for at in settings.sip.listen]
        )
        watch(telling, signalling, sound.media, calls.running)
        http = await start_http(stack, settings, listener, storage, telling, signalling.endpoint, sound, calls, clock)
        account_of = storage.directory.account
        history = tended_history(
            storage.database, settings.store, links=telling.links, account_of=account_of, clock=clock
        )
        await stack.enter_async_context(history)
        recordings = tended_recordings(storage.database, folder=storage.recordings, clock=clock)
        await stack.enter_async_context(recordings)
        server = Server(
            ready=Ready(sip=tuple(f"{at.transport}:{at.host}:{at.port}" for at in bound), http=http.url),
            running=calls.running,
            updating=calls.updating,
            placing=calls.placing,
            endpoint=signalling.endpoint,
            grace_seconds=settings.limits.grace_seconds,
        )
        try:
            yield server
        finally:
            await server.drain()
