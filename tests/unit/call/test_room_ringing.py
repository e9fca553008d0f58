"""What a room hears of a call that rings for it (rest-api.md 9.9, EarlyMedia): who hears whom, and what is played."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from ringback.call.call import Call
from ringback.call.conference import Participant
from ringback.call.conference_request import ConferenceRequest, WaitDocument
from ringback.call.control import CallControl, CallInfo, DialTarget, Played
from ringback.call.outbound import OutboundCall
from ringback.call.route import Caller
from ringback.media.leg import MediaLeg
from ringback.model.call_status import Direction
from ringback.model.conference_event import ConferenceEvent
from ringback.model.sid import new_call_sid
from tests.peers.memory_mixer import MemoryMixer
from tests.unit.call.conftest import ACCOUNT, Bench, MemoryRouter, Phone

RING_SECONDS = 6.0
MUSIC = "http://app.example/a long piece of music for those who wait"
HOLD = "http://app.example/and another one for those who are held"


def playing(url: str) -> WaitDocument:
    async def document(call: CallControl) -> bool:
        await call.play(Played(url=url))
        return True

    return document


class Room:
    """Calls in one room, and phones that are called into it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.events: list[ConferenceEvent] = []
        self.calls: list[Call] = []
        self._tasks: list[asyncio.Task[object]] = []

    @property
    def mixer(self) -> MemoryMixer:
        return self.bench.mixers[-1]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def tones(self) -> int:
        """How many of our tones the room hears just now."""
        return sum(clip.seconds == RING_SECONDS for clip in self.mixer.playing)

    async def join(self, **wanted: object) -> Call:
        _, call = await self.bench.answered()
        self.calls.append(call)
        await self._start(call, **wanted)
        await self.bench.wait(0.01)
        return call

    async def call_in(self, phone: Phone, *, early_media: bool = True) -> OutboundCall:
        """As `POST /Participants` does."""
        call = OutboundCall(
            info=CallInfo(
                call_sid=new_call_sid(),
                account_sid=ACCOUNT,
                from_="+15550001111",
                to=phone.uri,
                direction=Direction.OUTBOUND_API,
            ),
            target=DialTarget(kind="sip", address=phone.uri),
            caller=Caller(shown="+15550001111"),
            parts=self.bench.parts,
        )
        call.queue()
        conferences = self.bench.gatherings.conferences
        room = conferences.open(ACCOUNT, "team")
        conferences.invite(room, Participant(call_sid=call.info.call_sid), lambda: None, early_media=early_media)
        self._tasks.append(asyncio.ensure_future(self._see_through(call)))
        await self.bench.wait(0.1)
        return call

    def hears(self, listener: Call, leg: MediaLeg) -> bool:
        return self.mixer.hears(listener.leg.media, leg)

    def plays(self, call: Call, url: str) -> bool:
        """To that call alone."""
        return self.bench.audio(call).playing is self.bench.prompts.clips.get(url, "nothing")

    async def close(self) -> None:
        for call in self.calls:
            call.leg.hang_up()
        await self.bench.wait(1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.bench.run(self.bench.gatherings.close())

    async def _see_through(self, outbound: OutboundCall) -> None:
        conferences = self.bench.gatherings.conferences
        call = await outbound.ring(
            self.bench.exchange, MemoryRouter(), timeout_seconds=30, on_ringing=conferences.call_rings
        )
        if call is None:
            conferences.call_ended(outbound.info.call_sid, outbound.status)
            return
        conferences.call_answered(call.info.call_sid)
        self.calls.append(call)
        await self.bench.clock.sleep(0.5)
        await self._start(call)

    async def _start(self, call: Call, **wanted: object) -> None:
        request = ConferenceRequest(
            name="team",
            beep="false",
            notify=self.events.append,
            **wanted,  # type: ignore[arg-type]
        )
        self._tasks.append(asyncio.ensure_future(call.confer(request)))
        await asyncio.sleep(0)


def newest_leg(bench: Bench) -> MediaLeg:
    """Our end of the leg that was opened last."""
    return cast(MediaLeg, bench.media.open_legs[-1])


@pytest.fixture
async def room(bench: Bench) -> AsyncIterator[Room]:
    room = Room(bench)
    yield room
    await room.close()


@pytest.fixture
def bob(bench: Bench) -> Phone:
    phone = bench.phone("bob")
    phone.ring_seconds = 4
    return phone


async def test_the_one_who_waits_hears_our_tone_instead_of_music_until_the_answer(
    bench: Bench, room: Room, bob: Phone
) -> None:
    ann = await room.join(wait=playing(MUSIC))
    await bench.wait(0.1)
    assert room.plays(ann, MUSIC)
    await room.call_in(bob)
    assert (room.tones, room.plays(ann, MUSIC)) == (1, False)
    assert list(room.mixer.places) == [ann.leg.media.leg_id]
    assert room.kinds == ["participant-join"]
    await bench.wait(4)
    assert room.tones == 0
    assert room.kinds == ["participant-join"]  # it is answered, and not there yet
    await bench.wait(1)
    assert room.kinds == ["participant-join", "participant-join", "conference-start"]
    assert room.hears(ann, room.calls[-1].leg.media)
    assert room.hears(room.calls[-1], ann.leg.media)
    assert not room.plays(ann, MUSIC)


async def test_early_media_is_heard_instead_of_our_tone_and_hears_nobody(bench: Bench, room: Room, bob: Phone) -> None:
    bob.early_media = True
    ann = await room.join(wait=playing(MUSIC))
    await room.call_in(bob)
    early = newest_leg(bench)
    assert (room.tones, room.plays(ann, MUSIC), room.hears(ann, early)) == (0, False, True)
    assert not room.mixer.hears(early, ann.leg.media)
    assert room.kinds == ["participant-join"]
    await bench.wait(4)
    assert not room.hears(ann, early)  # answered; from here on it is somebody who speaks
    await bench.wait(1)
    assert room.hears(ann, early)
    assert room.mixer.hears(early, ann.leg.media)


async def test_a_room_that_has_started_hears_it_in_its_mix_but_not_those_who_are_held(
    bench: Bench, room: Room, bob: Phone
) -> None:
    bob.early_media = True
    ann, cee = await room.join(), await room.join()
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.hold(cee.info.call_sid, True, playing(HOLD))
    await room.call_in(bob)
    early = newest_leg(bench)
    assert (room.hears(ann, early), room.hears(cee, early), room.plays(cee, HOLD)) == (True, False, True)
    assert not room.mixer.hears(early, ann.leg.media)
    assert room.hears(ann, cee.leg.media) is False
    await bench.wait(5)
    assert room.kinds[-1] == "participant-join"


async def test_without_early_media_nothing_is_heard_before_the_answer(bench: Bench, room: Room, bob: Phone) -> None:
    bob.early_media = True
    ann = await room.join(wait=playing(MUSIC))
    await room.call_in(bob, early_media=False)
    assert (room.mixer.places, room.mixer.playing, room.plays(ann, MUSIC)) == ({}, [], True)


async def test_one_who_does_not_answer_is_heard_until_it_fails_and_then_the_music_begins_again(
    bench: Bench, room: Room, bob: Phone
) -> None:
    bob.status = 486
    ann = await room.join(wait=playing(MUSIC))
    await room.call_in(bob)
    assert room.tones == 1
    await bench.wait(4)
    assert (room.tones, room.mixer.places, room.plays(ann, MUSIC)) == (0, {}, True)
    assert room.kinds == ["participant-join", "participant-leave"]


async def test_whoever_comes_while_it_rings_hears_it_too_and_several_calls_ring_with_one_tone(
    bench: Bench, room: Room, bob: Phone
) -> None:
    dan = bench.phone("dan")
    bob.status, dan.status = 486, None
    await room.call_in(bob)
    await room.call_in(dan)
    ann = await room.join(wait=playing(MUSIC), start_on_enter=False)
    assert (room.tones, room.plays(ann, MUSIC), ann.leg.media.leg_id in room.mixer.places) == (1, False, True)
    eve = await room.join(wait=playing(MUSIC), start_on_enter=False)
    assert not room.hears(ann, eve.leg.media)
    await bench.wait(4)
    assert room.tones == 1  # dan's
    await bench.wait(4)
    assert room.tones == 1  # begun again
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.kick(eve.info.call_sid)
    await bench.wait(0.1)
    assert bench.audio(eve).playing is None
    assert list(room.mixer.places) == [ann.leg.media.leg_id]


async def test_who_is_held_while_it_rings_hears_what_the_held_hear(bench: Bench, room: Room, bob: Phone) -> None:
    bob.status = None
    ann = await room.join(wait=playing(MUSIC))
    await room.call_in(bob)
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.hold(ann.info.call_sid, True, playing(HOLD))
    await bench.wait(0.1)
    assert (room.plays(ann, HOLD), room.mixer.places) == (True, {})
    running.hold(ann.info.call_sid, False)
    await bench.wait(0.1)
    assert (room.plays(ann, MUSIC), list(room.mixer.places)) == (False, [ann.leg.media.leg_id])


async def test_other_music_for_who_waits_begins_when_nothing_rings_any_more(
    bench: Bench, room: Room, bob: Phone
) -> None:
    bob.status = 486
    ann = await room.join(wait=playing(MUSIC))
    await room.call_in(bob)
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.rewait(ann.info.call_sid, playing(HOLD))
    await bench.wait(0.1)
    assert (room.tones, room.plays(ann, HOLD), bench.audio(ann).playing) == (1, False, None)
    await bench.wait(4)
    assert (room.tones, room.plays(ann, HOLD)) == (0, True)


async def test_the_end_of_the_room_ends_the_ringing(bench: Bench, room: Room, bob: Phone) -> None:
    bob.status, bob.early_media = None, True
    dan = bench.phone("dan")
    dan.status = None
    await room.join(wait=playing(MUSIC))
    await room.call_in(bob)
    await room.call_in(dan)
    assert room.tones == 1
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.end()
    await bench.wait(0.1)
    assert (room.mixer.playing, room.mixer.places, room.mixer.is_closed) == ([], {}, True)


async def test_the_depth_of_the_jitter_buffer_is_that_of_the_stay(bench: Bench, room: Room) -> None:
    """twiml.md 8.4, jitterBufferSize."""
    ann, cee = await room.join(), await room.join(jitter_buffer="off")
    assert [bench.audio(call).jitter_buffer for call in (ann, cee)] == ["large", "off"]
    running = bench.gatherings.conferences.find(ACCOUNT, "team")
    assert running is not None
    running.kick(cee.info.call_sid)
    await bench.wait(0.1)
    assert bench.audio(cee).jitter_buffer is None
