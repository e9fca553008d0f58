"""Conferences and queues with real audio: every phone sends a tone of its own, and what each hears is listened to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from ringback.media._engine import Clip
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Softphone, SoftphoneCall
from tests.acceptance.conftest import DOMAIN, PASSWORD, USER, AppRequest, Server, VoiceApp
from tests.acceptance.test_audio import fetch, tone
from tests.peers.listening import Samples, loudest_stretch, read_wav, tones_in

ANN, BOB, CEE = 350.0, 700.0, 1400.0
TONES = [ANN, BOB, CEE]
ENTER_TONE = (620.0, 930.0)


class Room:
    """Phones that call the server, each with a folder for what it hears."""

    def __init__(self, server: Server, folder: Path, stack: contextlib.AsyncExitStack) -> None:
        self._server = server
        self._folder = folder
        self._stack = stack
        self._speaking: list[asyncio.Task[None]] = []
        self.calls: dict[str, SoftphoneCall] = {}

    async def call(self, name: str, *, to: str = "hello") -> SoftphoneCall:
        """A phone of that name is on the line and keeps what it hears."""
        phone = await self._stack.enter_async_context(Softphone.open(name=name))
        placed = phone.call(
            f"sip:{to}@{DOMAIN}",
            proxy=f"127.0.0.1:{self._server.port}",
            user=USER,
            password=PASSWORD,
            headers=[("X-Name", name)],
        )
        self.calls[name] = placed
        await placed.answered()
        placed.record(self._folder / f"{name}.wav")
        return placed

    def speak(self, name: str, frequency_hz: float, seconds: float) -> None:
        """Say one's tone meanwhile."""
        self._speaking.append(asyncio.create_task(self.calls[name].play(tone(frequency_hz, seconds))))

    async def hang_up(self, *names: str) -> None:
        for name in names:
            self.calls[name].hang_up()
            await self.calls[name].ended(5)
        await asyncio.gather(*self._speaking, return_exceptions=True)

    def heard(self, name: str, from_end: float | None = None, seconds: float = 1.0) -> Samples:
        """What the phone heard; with `from_end` a stretch that begins so many seconds before the end."""
        samples = read_wav(self._folder / f"{name}.wav")
        if from_end is None:
            return samples
        start = len(samples) - int(from_end * 8000)
        return samples[start : start + int(seconds * 8000)]


@contextlib.asynccontextmanager
async def room_of(server: Server, folder: Path) -> AsyncIterator[Room]:
    async with contextlib.AsyncExitStack() as stack:
        yield Room(server, folder, stack)


def conference(request: AppRequest, **attributes: str) -> str:
    """The attributes are by the name of the phone."""
    name = request.parameters["SipHeader_X-Name"]
    return f'<Dial action="/done"><Conference {attributes.get(name, "")}>{attributes["name"]}</Conference></Dial>'


async def test_each_of_three_hears_exactly_the_two_others(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    quiet = 'beep="false" waitUrl=""'
    app.pages["/voice"] = lambda request: conference(request, name="three", ann=quiet, bob=quiet, cee=quiet)
    app.pages["/done"] = "<Hangup/>"
    async with room_of(server, tmp_path) as room:
        for name in ("ann", "bob", "cee"):
            await room.call(name)
        for name, frequency in (("ann", ANN), ("bob", BOB), ("cee", CEE)):
            room.speak(name, frequency, 3)
        await asyncio.sleep(2.5)
        await room.hang_up("ann", "bob", "cee")
    assert tones_in(loudest_stretch(room.heard("ann"), 1.0), TONES) == {BOB, CEE}
    assert tones_in(loudest_stretch(room.heard("bob"), 1.0), TONES) == {ANN, CEE}
    assert tones_in(loudest_stretch(room.heard("cee"), 1.0), TONES) == {ANN, BOB}


async def test_c_10_who_is_muted_hears_and_is_not_heard(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    quiet = 'beep="false" waitUrl=""'
    app.pages["/voice"] = lambda request: conference(request, name="mute", ann=quiet, bob=quiet + ' muted="true"')
    app.pages["/done"] = "<Hangup/>"
    async with room_of(server, tmp_path) as room:
        await room.call("ann")
        await room.call("bob")
        room.speak("ann", ANN, 2)
        room.speak("bob", BOB, 2)
        await asyncio.sleep(1.8)
        await room.hang_up("ann", "bob")
    assert tones_in(loudest_stretch(room.heard("bob"), 1.0), TONES) == {ANN}
    assert not room.heard("ann").any()


async def test_c_11_a_coach_is_heard_by_one_only_and_is_not_recorded(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    sids: dict[str, str] = {}

    def voice(request: AppRequest) -> str:
        name = request.parameters["SipHeader_X-Name"]
        sids[name] = request.parameters["CallSid"]
        attributes = {
            "ann": 'record="record-from-start" recordingStatusCallback="/recorded" trim="do-not-trim"',
            "bob": "",
            "cee": f'coach="{sids.get("bob", "")}"',
        }
        return (
            f'<Dial action="/done"><Conference beep="false" waitUrl="" {attributes[name]}>coached</Conference></Dial>'
        )

    app.pages.update({"/voice": voice, "/done": "<Hangup/>", "/recorded": ""})
    async with room_of(server, tmp_path) as room:
        for name in ("ann", "bob", "cee"):
            await room.call(name)
        for name, frequency in (("ann", ANN), ("bob", BOB), ("cee", CEE)):
            room.speak(name, frequency, 3)
        await asyncio.sleep(2.5)
        await room.hang_up("ann", "bob", "cee")
    assert tones_in(loudest_stretch(room.heard("ann"), 1.0), TONES) == {BOB}
    assert tones_in(loudest_stretch(room.heard("bob"), 1.0), TONES) == {ANN, CEE}
    assert tones_in(loudest_stretch(room.heard("cee"), 1.0), TONES) == {ANN, BOB}
    (recorded,) = await app.wait_for("/recorded")
    audio = await asyncio.to_thread(fetch, recorded.parameters["RecordingUrl"])
    assert tones_in(loudest_stretch(read_wav(audio), 1.0), TONES) == {ANN, BOB}


async def test_c_14_the_recording_of_a_room_contains_everybody_and_is_told_of(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    first = (
        'beep="false" waitUrl="" record="record-from-start" recordingStatusCallback="/recorded" '
        'recordingStatusCallbackEvent="in-progress completed" statusCallback="/events" '
        'statusCallbackEvent="start end join leave speaker"'
    )
    quiet = 'beep="false" waitUrl=""'
    app.pages["/voice"] = lambda request: conference(request, name="recorded", ann=first, bob=quiet, cee=quiet)
    app.pages.update({"/done": "<Hangup/>", "/recorded": "", "/events": ""})
    async with room_of(server, tmp_path) as room:
        for name in ("ann", "bob", "cee"):
            await room.call(name)
        for name, frequency in (("ann", ANN), ("bob", BOB), ("cee", CEE)):
            room.speak(name, frequency, 3)
        await asyncio.sleep(2.5)
        await room.hang_up("ann", "bob", "cee")
    started, completed = await app.wait_for("/recorded", 2)
    assert (started.parameters["RecordingStatus"], completed.parameters["RecordingStatus"]) == (
        "in-progress",
        "completed",
    )
    assert completed.is_signed
    assert completed.parameters["ConferenceSid"].startswith("CF")
    audio = await asyncio.to_thread(fetch, completed.parameters["RecordingUrl"])
    assert tones_in(loudest_stretch(read_wav(audio), 1.0), TONES) == set(TONES)
    events = [request.parameters["StatusCallbackEvent"] for request in await app.wait_for("/events", 8)]
    assert events[:3] == ["participant-join", "participant-join", "conference-start"]
    assert events.count("participant-join") == 3
    assert events.count("participant-leave") == 3
    assert events[-1] == "conference-end"
    numbers = [int(request.parameters["SequenceNumber"]) for request in app.of("/events")]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_c_02_and_c_04_music_until_it_starts_and_then_the_beep(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    app.pages["/voice"] = lambda request: conference(request, name="music")
    app.pages["/done"] = "<Hangup/>"
    async with room_of(server, tmp_path) as room:
        await room.call("ann")
        await asyncio.sleep(2)
        await room.call("bob")
        await asyncio.sleep(1)
        await room.hang_up("bob")
        await asyncio.sleep(0.8)
        await room.hang_up("ann")
    music = room.heard("ann")[4000:12000]
    assert music.any()
    assert tones_in(music, ENTER_TONE) == set()
    after = room.heard("ann", from_end=2.2, seconds=2.2)
    assert tones_in(loudest_stretch(after, 0.2), ENTER_TONE) == set(ENTER_TONE)
    assert not room.heard("ann", from_end=0.25, seconds=0.2).any()  # alone in a room that runs: silence


async def test_who_speaks_is_told_from_the_voice_itself(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    first = 'beep="false" waitUrl="" statusCallback="/events" statusCallbackEvent="speaker"'
    app.pages["/voice"] = lambda request: conference(request, name="speakers", ann=first, bob='beep="false"')
    app.pages.update({"/done": "<Hangup/>", "/events": ""})
    english = HibariSynthesizer()
    spoken = await asyncio.to_thread(
        english.synthesize, "Good morning everybody, this is Bob.", voice=english.voices[0].name, language="en-US"
    )
    async with room_of(server, tmp_path) as room:
        await room.call("ann")
        bob = await room.call("bob")
        await asyncio.sleep(1)  # the ear learns what silence is here
        await bob.play(Clip.from_pcm(spoken.pcm, spoken.rate_hz))
        started, stopped = await app.wait_for("/events", 2)
        await room.hang_up("ann", "bob")
    assert started.parameters["StatusCallbackEvent"] == "participant-speech-start"
    assert stopped.parameters["StatusCallbackEvent"] == "participant-speech-stop"
    assert started.parameters["CallSid"] == stopped.parameters["CallSid"]


async def test_c_05_the_moderator_ends_it_and_the_others_go_on(app: VoiceApp, server: Server, tmp_path: Path) -> None:
    app.pages["/voice"] = lambda request: conference(request, name="ends", ann='endConferenceOnExit="true"')
    app.pages["/done"] = "<Hangup/>"
    async with room_of(server, tmp_path) as room:
        await room.call("ann")
        await room.call("bob")
        await room.hang_up("ann")
        await room.calls["bob"].ended(5)
    done = await app.wait_for("/done", 2)
    by_bob = next(request for request in done if request.parameters["SipHeader_X-Name"] == "bob")
    assert by_bob.parameters["DialCallStatus"] == "answered"
    assert by_bob.parameters["CallStatus"] == "in-progress"
    assert "DialCallSid" not in by_bob.parameters


async def test_a_queue_of_five_is_served_in_order_while_the_third_hangs_up(
    app: VoiceApp, server: Server, tmp_path: Path
) -> None:
    """Each customer has a tone; one agent after the other takes a call, and must hear the next one's tone alone."""
    tones = {"one": 300.0, "two": 500.0, "three": 800.0, "four": 1100.0, "five": 1700.0}

    def voice(request: AppRequest) -> str:
        if request.parameters["SipHeader_X-Name"].startswith("agent"):
            return '<Dial action="/dialled"><Queue>five</Queue></Dial>'
        return '<Enqueue action="/left">five</Enqueue>'  # with the music, which stops when an agent comes

    app.pages.update({"/voice": voice, "/left": "<Hangup/>", "/dialled": "<Hangup/>"})
    async with room_of(server, tmp_path) as room:
        for name in tones:
            await room.call(name)
        await room.hang_up("three")
        for name, frequency in tones.items():
            if name != "three":
                room.speak(name, frequency, 20)
        for agent in ("agent-1", "agent-2", "agent-3", "agent-4"):
            await room.call(agent)
            await asyncio.sleep(1.2)
            room.calls[agent].hang_up()
            await room.calls[agent].ended(5)
        await app.wait_for("/left", 5)
    order = [
        tones_in(room.heard(f"agent-{number}", from_end=0.8, seconds=0.6), tones.values()) for number in (1, 2, 3, 4)
    ]
    assert order == [{300.0}, {500.0}, {1100.0}, {1700.0}]
    results = {request.parameters["SipHeader_X-Name"]: request.parameters["QueueResult"] for request in app.of("/left")}
    assert results == {"one": "bridged", "two": "bridged", "three": "hangup", "four": "bridged", "five": "bridged"}
    assert {request.parameters["DialBridged"] for request in await app.wait_for("/dialled", 4)} == {"true"}
