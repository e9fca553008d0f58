"""The running conferences of a server: at most one of a name in an account (C-03)."""

import asyncio
from collections.abc import Callable
from typing import Generic

from ringback.call.conference import Conference
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.conference_room import ConferenceRoom
from ringback.call.room_audio import C, RoomAudio
from ringback.clock import Clock
from ringback.model.sid import AccountSid, ConferenceSid, new_conference_sid


class Conferences(Generic[C]):
    """`audio_for` makes the audio of a room that `call` opens."""

    def __init__(
        self,
        *,
        audio_for: Callable[[C], RoomAudio[C]],
        clock: Clock,
        new_sid: Callable[[], ConferenceSid] = new_conference_sid,
    ) -> None:
        self._audio_for = audio_for
        self._clock = clock
        self._new_sid = new_sid
        self._rooms: dict[tuple[AccountSid, str], ConferenceRoom[C]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._rooms)

    def find(self, account_sid: AccountSid, name_or_sid: str) -> ConferenceRoom[C] | None:
        """A running conference by its name or its SID."""
        room = self._rooms.get((account_sid, name_or_sid))
        if room is not None:
            return room
        mine = (room for (owner, _), room in self._rooms.items() if owner == account_sid)
        return next((room for room in mine if room.conference.sid == name_or_sid), None)

    async def confer(self, call: C, request: ConferenceRequest) -> ConferenceResult:
        """Join the running conference of that name, or open one, and return when this call is out of it."""
        key = (call.info.account_sid, request.name)
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = self._open(call, request)
        return await room.attend(call, request)

    async def close(self) -> None:
        """End what still runs, and wait until every recording is complete and told of."""
        for room in list(self._rooms.values()):
            room.end()
        await asyncio.gather(*self._closing)

    def _open(self, call: C, request: ConferenceRequest) -> ConferenceRoom[C]:
        conference = Conference(
            sid=self._new_sid(), name=request.name, account_sid=call.info.account_sid, most=request.most
        )
        return ConferenceRoom(
            conference=conference,
            audio=self._audio_for(call),
            clock=self._clock,
            first=request,
            on_over=self._forget,
        )

    def _forget(self, room: ConferenceRoom[C]) -> None:
        """The name is free from now on; the room's last tasks are still waited for."""
        self._rooms.pop((room.conference.account_sid, room.conference.name), None)
        closing = asyncio.ensure_future(room.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
