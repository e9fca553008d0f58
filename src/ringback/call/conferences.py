"""The running conferences of a server: at most one of a name in an account (C-03)."""

import asyncio
from collections.abc import Callable
from typing import Generic

from ringback.call.conference import MAX_PARTICIPANTS, Conference, Participant
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.conference_room import ConferenceRoom
from ringback.call.leg import Leg
from ringback.call.room_audio import C, RoomAudio
from ringback.clock import Clock
from ringback.model.call_status import CallStatus
from ringback.model.record import ConferenceRecord
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, new_conference_sid


class Conferences(Generic[C]):
    """`audio_for` makes the audio of a room that `call` opens; `keep` is handed each new state of a conference."""

    def __init__(
        self,
        *,
        audio_for: Callable[[C], RoomAudio[C]],
        clock: Clock,
        new_sid: Callable[[], ConferenceSid] = new_conference_sid,
        keep: Callable[[ConferenceRecord], object] = lambda record: None,
    ) -> None:
        self._audio_for = audio_for
        self._clock = clock
        self._new_sid = new_sid
        self._keep = keep
        self._rooms: dict[tuple[AccountSid, str], ConferenceRoom[C]] = {}
        self._expecting: dict[CallSid, ConferenceRoom[C]] = {}
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
        room = self.open(call.info.account_sid, request.name, most=request.most, region=request.region)
        return await room.attend(call, request)

    def open(
        self, account_sid: AccountSid, name: str, *, most: int = MAX_PARTICIPANTS, region: str | None = None
    ) -> ConferenceRoom[C]:
        """The running conference of that name, or a new one, to which somebody must come or be invited at once."""
        room = self._rooms.get((account_sid, name))
        if room is None:
            room = self._rooms[account_sid, name] = self._new_room(account_sid, name, most, region)
        return room

    def invite(
        self,
        room: ConferenceRoom[C],
        participant: Participant,
        withdraw: Callable[[], None],
        *,
        early_media: bool = True,
    ) -> None:
        """A call is dialled into the room, which with `early_media` hears it ring. Raises `JoinRefused`.

        How it goes has to be told: `call_rings`, `call_answered`, and of its end `call_ended`.
        """
        room.invite(participant, withdraw, early_media=early_media)
        self._expecting[participant.call_sid] = room

    def call_rings(self, call_sid: CallSid, early: Leg | None) -> None:
        """Any call; nothing if it was not invited anywhere. By `early` it is heard already."""
        if call_sid in self._expecting:
            self._expecting[call_sid].ring(call_sid, early)

    def call_answered(self, call_sid: CallSid) -> None:
        """The same; it will come."""
        if call_sid in self._expecting:
            self._expecting[call_sid].stop_ringing(call_sid)

    def call_ended(self, call_sid: CallSid, status: CallStatus) -> None:
        """Any call; nothing if it was not invited anywhere, or had come."""
        room = self._expecting.pop(call_sid, None)
        if room is not None:
            room.give_up(call_sid, status)

    async def close(self) -> None:
        """End what still runs, and wait until every recording is complete and told of."""
        for room in list(self._rooms.values()):
            room.end()
        await asyncio.gather(*self._closing)

    def _new_room(self, account_sid: AccountSid, name: str, most: int, region: str | None) -> ConferenceRoom[C]:
        conference = Conference(
            sid=self._new_sid(),
            name=name,
            account_sid=account_sid,
            most=most,
            created_at=self._clock.utc_now(),
            region=region,
        )
        return ConferenceRoom(
            conference=conference,
            audio_for=self._audio_for,
            clock=self._clock,
            on_over=self._forget,
            keep=self._keep,
        )

    def _forget(self, room: ConferenceRoom[C]) -> None:
        """The name is free from now on; the room's last tasks are still waited for."""
        self._rooms.pop((room.conference.account_sid, room.conference.name), None)
        closing = asyncio.ensure_future(room.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
