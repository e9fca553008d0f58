"""Calls in memory: our exchange, phones round it on a wire of virtual time, and an engine without sound."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import pytest

from ringback.call.application import dial_application
from ringback.call.call import Call, CallParts
from ringback.call.control import (
    CallInfo,
    DialRequest,
    DialResult,
    DialTarget,
    MediaUnavailable,
    Played,
    Prompt,
    Spoken,
)
from ringback.call.dialling import Dialler
from ringback.call.exchange import Exchange, Invitation
from ringback.call.gatherings import EngineGatherings
from ringback.call.journal import CallOpened
from ringback.call.leg import Leg, LegSettings
from ringback.call.leg_event import Answered, Ringing
from ringback.call.live_call import LiveCall
from ringback.call.recording_desk import RecordingDesk
from ringback.call.route import Caller, NotRoutable, Route
from ringback.media._engine import Clip
from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import ConferenceRecord, MessageRecord, QueueRecord, RecordingRecord, TranscriptionRecord
from ringback.model.sid import AccountSid, CallSid, new_call_sid
from ringback.sip.digest import Credentials
from ringback.sip.events import IncomingCall
from ringback.sip.message.address import NameAddress
from ringback.sip.message.uri import SipUri
from ringback.testing.clock import VirtualClock
from tests.peers.memory_media import MemoryLeg, MemoryMedia
from tests.peers.memory_mixer import MemoryMixer, RoomTones
from tests.peers.memory_sip import MemorySip, Wire

T = TypeVar("T")

ACCOUNT = AccountSid("AC" + "1" * 32)
OURS = "192.0.2.1"
BASE = "http://ringback.example"


@dataclass
class Phone:
    """A phone on the wire. `status` is how it answers after `ring_seconds`; None lets it ring for ever."""

    name: str
    sip: MemorySip
    media: MemoryMedia
    exchange: Exchange
    clock: VirtualClock
    ring_seconds: float = 1.0
    status: int | None = 200
    answer_headers: tuple[tuple[str, str], ...] = ()
    early_media: bool = False
    taken: list[Leg] = field(default_factory=list)
    invites: list[IncomingCall] = field(default_factory=list)

    def call(
        self,
        uri: str = f"sip:hello@{OURS}",
        *,
        headers: tuple[tuple[str, str], ...] = (),
        credentials: Credentials | None = None,
        user: str | None = None,
    ) -> Leg:
        return self.exchange.place(
            Invitation(
                target=SipUri.parse(uri),
                from_=NameAddress(display_name=None, uri=SipUri.parse(f"sip:{user or self.name}@{self.sip.address}")),
                headers=headers,
                credentials=credentials,
            )
        )

    @property
    def uri(self) -> str:
        return f"sip:{self.name}@{self.sip.address}"

    @property
    def leg(self) -> Leg:
        """The last call that this phone took."""
        return self.taken[-1]

    def take(self, leg: Leg, event: IncomingCall) -> None:
        self.taken.append(leg)
        self.invites.append(event)
        if self.early_media:
            leg.session.ring(self.clock.now(), status=183, sdp=leg._local_description(event.request.body))
            self.sip.pump()
        else:
            leg.ring()
        if self.status is not None:
            self.clock.call_at(self.clock.now() + self.ring_seconds, lambda: self.answer(leg))

    def answer(self, leg: Leg) -> None:
        if leg.has_ended or self.status is None:
            return
        if self.status >= 300:
            leg.refuse(self.status, headers=self.answer_headers)
            return
        sdp = leg._local_description(leg.session.request.body)
        leg.session.answer(sdp, self.clock.now(), headers=self.answer_headers)
        leg.state = type(leg.state).ANSWERED
        self.sip.pump()

    def hang_up(self, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """BYE from this phone, with headers."""
        self.leg.session.hang_up(self.clock.now(), headers=headers)
        self.sip.pump()
        self.leg.hang_up()


@dataclass
class MemoryJournal:
    """Implements `CallJournal`: remembers what it was told."""

    opened: list[CallOpened] = field(default_factory=list)
    progressed: list[tuple[CallInfo, CallStatus]] = field(default_factory=list)
    ended: list[tuple[CallInfo, CallStatus, int | None]] = field(default_factory=list)
    recordings: list[RecordingRecord] = field(default_factory=list)
    transcriptions: list[TranscriptionRecord] = field(default_factory=list)
    messages: list[MessageRecord] = field(default_factory=list)
    reports: list[tuple[int, str]] = field(default_factory=list)

    def call_opened(self, opened: CallOpened) -> None:
        self.opened.append(opened)

    def call_dialled(self, info: CallInfo, sip_call_id: str | None) -> None:
        self.progressed.append((info, CallStatus.INITIATED))

    def call_progressed(self, info: CallInfo, status: CallStatus) -> None:
        self.progressed.append((info, status))

    def call_ended(self, info: CallInfo, status: CallStatus, sip_response_code: int | None) -> None:
        self.ended.append((info, status, sip_response_code))

    def message_kept(self, record: MessageRecord) -> None:
        self.messages.append(record)

    def recording_changed(self, record: RecordingRecord) -> None:
        self.recordings.append(record)

    def transcription_changed(self, record: TranscriptionRecord) -> None:
        self.transcriptions.append(record)

    def report(self, info: CallInfo, code: int, message: str) -> None:
        self.reports.append((code, message))

    @property
    def ends(self) -> list[tuple[str, int | None]]:
        return [(status.value, sip_status) for _, status, sip_status in self.ended]


@dataclass
class MemoryPrompts:
    """Prompts by their words or their URL; a word takes half a second."""

    beep: Clip = field(default_factory=lambda: Clip.silence(0.2))
    clips: dict[str, Clip] = field(default_factory=dict)

    async def clip(self, prompt: Prompt, note: Callable[[int, str], None] | None = None) -> Clip:
        name = prompt.text if isinstance(prompt, Spoken) else prompt.url if isinstance(prompt, Played) else "bytes"
        if name.endswith("missing.wav"):
            raise MediaUnavailable(11200, "no such file", url=name)
        return self.clips.setdefault(name, Clip.silence(0.5 * len(name.split())))


class MemoryRouter:
    """Knows the way to SIP URIs only."""

    def route(self, target: DialTarget, *, call: CallInfo, caller: Caller) -> Route:
        if target.kind != "sip":
            raise NotRoutable(32009, f"{target.address} is not registered", sip_status=404)
        user = "caller" if ":" in caller.shown else caller.shown
        from_ = NameAddress(display_name=None, uri=SipUri(user=user, host=OURS))
        return Route(invitation=Invitation(target=SipUri.parse(target.address), from_=from_), to=target.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    ringing: Clip = field(default_factory=lambda: Clip.silence(6))

    def ring_tone(self, country: str | None) -> Clip:
        return self.ringing


@dataclass
class MemoryRegister:
    """Implements `CallRegister`: the last live call of each SID."""

    calls: dict[CallSid, LiveCall] = field(default_factory=dict)

    def enter(self, live: LiveCall) -> None:
        self.calls[live.info.call_sid] = live


class Bench:
    """Our side: an exchange whose inbound calls wait in `calls`, unanswered, for a test to do something with."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.wire = Wire(self.clock)
        self.media = MemoryMedia(self.clock)
        self.sip = MemorySip(self.wire, name="us", address=OURS)
        self.exchange = self._exchange(self.sip, self.media)
        self.exchange.on_call = self._take
        self.journal = MemoryJournal()
        self.register = MemoryRegister()
        self.prompts = MemoryPrompts()
        self.tones = Tones()
        self.folder = folder
        self.calls: list[Call] = []
        self._phones: list[Phone] = []
        self.caller = self.phone("alice")
        self.mixers: list[MemoryMixer] = []
        self.kept: Callable[[ConferenceRecord | QueueRecord], object] = lambda record: None
        self.gatherings = EngineGatherings(
            open_mixer=self._open_mixer, tones=RoomTones(), clock=self.clock, keep=lambda record: self.kept(record)
        )
        dialler = Dialler(exchange=self.exchange, router=MemoryRouter(), tones=self.tones)

        async def dial(call: Call, request: DialRequest) -> DialResult:
            return await dialler.dial(call, request, self.parts)

        self.parts = CallParts(
            prompts=self.prompts,
            recordings=RecordingDesk(folder=folder, base_url=BASE, journal=self.journal, clock=self.clock),
            journal=self.journal,
            clock=self.clock,
            dial=dial,
            gatherings=self.gatherings,
            dial_application=dial_application,
            register=self.register,
        )

    def _open_mixer(self) -> MemoryMixer:
        self.mixers.append(MemoryMixer(self.clock))
        return self.mixers[-1]

    def phone(self, name: str) -> Phone:
        media = MemoryMedia(self.clock)
        sip = MemorySip(self.wire, name=name, address=f"192.0.2.{10 + len(self._phones)}")
        phone = Phone(name=name, sip=sip, media=media, exchange=self._exchange(sip, media), clock=self.clock)
        phone.exchange.on_call = phone.take
        self._phones.append(phone)
        return phone

    async def wait(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    async def run(self, awaitable: Awaitable[T]) -> T:
        """Await while time passes by itself."""
        return await self.clock.run(awaitable)

    async def ringing(self) -> tuple[Leg, Call]:
        """Alice's leg and our call, ringing."""
        theirs = self.caller.call()
        await self.wait(0.01)
        call = self.calls[-1]
        call.leg.ring()
        await self.wait(0.01)
        return theirs, call

    async def answered(self) -> tuple[Leg, Call]:
        """Alice's leg and our call, up."""
        theirs, call = await self.ringing()
        await self.run(call.answer())
        return theirs, call

    def audio(self, call: Call) -> MemoryLeg:
        """Our end of a call's audio."""
        return cast(MemoryLeg, call.leg.media)

    async def dialling(self, call: Call, request: DialRequest) -> "asyncio.Task[DialResult]":
        """A `<Dial>` that has just begun."""
        task = asyncio.ensure_future(call.dial(request))
        await self.wait(0.01)
        return task

    async def close(self) -> None:
        for call in self.calls:
            call.leg.hang_up()
        await self.wait(0.1)

    def _exchange(self, sip: MemorySip, media: MemoryMedia) -> Exchange:
        settings = LegSettings(address=sip.address)
        return Exchange(sip=sip.as_server(), media=media.as_engine(), settings=settings, clock=self.clock)

    def _take(self, leg: Leg, event: IncomingCall) -> None:
        info = CallInfo(
            call_sid=new_call_sid(),
            account_sid=ACCOUNT,
            from_=str(event.request.from_.uri),
            to=str(event.request.uri),
            direction=Direction.INBOUND,
        )
        self.calls.append(Call(info=info, leg=leg, parts=self.parts))


def target(phone: Phone) -> DialTarget:
    return DialTarget(kind="sip", address=phone.uri)


def steps(leg: Leg) -> list[str]:
    """What an outbound leg was told on the way to the answer."""
    told = []
    while not leg.progress.empty():
        match leg.progress.get_nowait():
            case Ringing(status=status):
                told.append(str(status))
            case Answered():
                told.append("answered")
    return told


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def bob(bench: Bench) -> Phone:
    return bench.phone("bob")


@pytest.fixture
def carol(bench: Bench) -> Phone:
    return bench.phone("carol")
