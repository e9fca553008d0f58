"""Where the API's tests let calls meet: the real rooms and queues, and calls that are nothing but present."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from ringback.call.call import Call
from ringback.call.conference_request import AnnounceDocument, ConferenceRequest, WaitDocument
from ringback.call.conferences import Conferences
from ringback.call.control import CallControl, CallEnded, CallInfo, Played, Prompt
from ringback.call.queue_book import QueueBook
from ringback.call.queue_request import EnqueueRequest
from ringback.call.queues import Queues
from ringback.clock import Clock
from ringback.model.call_status import CallStatus, Direction
from ringback.model.conference_event import ConferenceEvent
from ringback.model.record import CallRecord
from ringback.model.sid import AccountSid, CallSid, new_call_sid
from ringback.services.call_order import Method
from ringback.services.meetings import Meetings


class Guest:
    """As much of a call as rooms and queues look at. `heard` are the URLs of what was played to it alone."""

    def __init__(self, account_sid: AccountSid) -> None:
        self.info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=account_sid,
            from_="+15550001111",
            to="+15550002222",
            direction=Direction.INBOUND,
        )
        self.status = CallStatus.IN_PROGRESS
        self.is_moved = False
        self.heard: list[str] = []
        self._over = asyncio.Event()

    @property
    def sid(self) -> CallSid:
        return self.info.call_sid

    @property
    def has_ended(self) -> bool:
        return self._over.is_set()

    async def wait_over(self) -> None:
        await self._over.wait()

    async def pause(self, seconds: float) -> None:
        await self._over.wait()
        raise CallEnded

    async def play(self, prompt: Prompt) -> None:
        self.heard.append(prompt.url if isinstance(prompt, Played) else "")

    async def hang_up(self) -> None:
        self._over.set()
        await settle()


class RoomSound:
    """Implements `RoomAudio` without sound; `announced` are the URLs of what all have heard."""

    def __init__(self) -> None:
        self.announced: list[str] = []
        self.places: dict[CallSid, dict[str, Any]] = {}

    def join(self, call: Guest, *, muted: bool, coaching: Guest | None, jitter_buffer: str | None = None) -> None:
        self.places[call.sid] = {"muted": muted, "held": False, "coaching": coaching and coaching.sid}

    def update(self, call: Guest, *, muted: bool, held: bool, coaching: Guest | None) -> None:
        self.places[call.sid] = {"muted": muted, "held": held, "coaching": coaching and coaching.sid}

    def leave(self, call: Guest) -> None:
        self.places.pop(call.sid, None)

    async def beep(self, tone: str) -> None: ...

    async def announce(self, prompt: Prompt) -> None:
        self.announced.append(prompt.url if isinstance(prompt, Played) else "")

    @asynccontextmanager
    async def voice(self, call: Guest) -> AsyncIterator[AsyncIterator[str]]:
        yield aiter(cast(AsyncIterator[str], ()))

    async def close(self) -> None: ...


class UrlDocuments:
    """Documents that play the URL that they were asked for, whatever is there."""

    def wait(self, url: str | None, method: Method) -> WaitDocument | None:
        if url == "":
            return None

        async def wait(call: CallControl) -> bool:
            await call.play(Played(url=f"{method} {url}"))
            return True

        return wait

    def announcement(self, url: str, method: Method) -> AnnounceDocument:
        async def announce(call: CallControl) -> str | None:
            await call.play(Played(url=f"{method} {url}"))
            return None

        return announce


class Hall:
    """The rooms and queues; `events` are what was told of rooms, `live` the calls whose record is asked for."""

    def __init__(self, put: Callable[[Any], object], clock: Clock) -> None:
        self.sounds: list[RoomSound] = []
        self.events: list[ConferenceEvent] = []
        self.live: dict[CallSid, CallRecord] = {}
        self._put = put
        self._tasks: list[asyncio.Task[Any]] = []
        self._conferences: Conferences[Any] = Conferences(audio_for=self._sound, clock=clock, keep=put)
        self._queues: Queues[Any] = Queues(bridge=_no_bridge, clock=clock, book=QueueBook(clock=clock, keep=put))
        self.meetings = Meetings(
            conferences=cast(Conferences[Call], self._conferences),
            queues=cast(QueueBook[Call], self._queues.book),
            beside=lambda account_sid: UrlDocuments(),
            live_call=self.live.get,
        )

    def put(self, record: CallRecord) -> object:
        """A call that was placed."""
        self.live[record.sid] = record
        return self._put(record)

    async def confer(self, account_sid: AccountSid, name: str, guest: Guest | None = None, **wanted: Any) -> Guest:
        guest = guest or Guest(account_sid)
        request = ConferenceRequest(name=name, notify=self.events.append, **wanted)
        self._tasks.append(asyncio.create_task(self._conferences.confer(guest, request)))
        await settle()
        return guest

    async def enqueue(self, account_sid: AccountSid, name: str) -> Guest:
        guest = Guest(account_sid)
        self._tasks.append(asyncio.create_task(self._queues.enqueue(guest, EnqueueRequest(name=name))))
        await settle()
        return guest

    def call_ended(self, call_sid: CallSid, status: CallStatus) -> None:
        self.live.pop(call_sid, None)
        self._conferences.call_ended(call_sid, status)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._conferences.close()

    def _sound(self, opener: Guest) -> Any:
        self.sounds.append(RoomSound())
        return self.sounds[-1]


async def settle() -> None:
    """Let everything that waits for nothing go on."""
    for _ in range(50):
        await asyncio.sleep(0)


async def _no_bridge(*_: object) -> None:
    raise AssertionError("nobody is bridged here")
