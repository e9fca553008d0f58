"""`ringback demo`: everything in one process. A server, a sample voice app, a phone that calls it, a second phone.

Real SIP, real RTP, real HTTP, all on free loopback ports. Each call is drawn as a ladder while it happens; what the
caller heard is kept as a WAV.
"""

import asyncio
import contextlib
import io
import os
import secrets
import signal
import tempfile
import wave
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ringback.api.server import HttpServer
from ringback.cli.call import CallPlan, CallReport, place
from ringback.cli.ladder import Ladder, waveform
from ringback.cli.log import configure_logging
from ringback.cli.preflight import is_free
from ringback.cli.sample_app import Exchanged, SampleApp, create_sample_app
from ringback.cli.schedule import Press
from ringback.cli.settings_file import fail
from ringback.media._engine import Clip
from ringback.media.prompt import PromptLibrary
from ringback.model.settings import Settings, SipListen
from ringback.model.settings.load import settings_from_mapping
from ringback.server import Server, running_server
from ringback.sip.net.trace import TraceLine
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.testing.softphone import Answering, Softphone

ACCOUNT_SID = "AC00000000000000000000000000000001"
DOMAIN = "demo.sip.localhost"
USER = "alice"
PASSWORD = "a-long-Passw0rd"
USUAL_PORT = 5060
PARTIES = ("phone", "Ringback", "app", "colleague")

CALLER_WORDS = "Hello. This is a message from the demo phone."
COLLEAGUE_WORDS = "Hello, this is your colleague, on the second phone. Good bye."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCall:
    """One call of the demo: what it shows, whom it calls, what the caller does and what must come of it."""

    title: str
    name: str
    user_part: str = "hello"
    password: str = PASSWORD
    presses: tuple[Press, ...] = ()
    words_at_seconds: float | None = None
    expected_status: int = 200


CALLS = (
    DemoCall(
        title="Press 1: leave a message, hear it again",
        name="message",
        presses=(Press(digits="1", at_seconds=2.0), Press(digits="#", at_seconds=9.3)),
        words_at_seconds=6.2,
    ),
    DemoCall(title="Press 2: talk to a colleague", name="colleague", presses=(Press(digits="2", at_seconds=1.5),)),
    DemoCall(title="A number that is closed", name="closed", user_part="closed", expected_status=486),
    DemoCall(title="A wrong password", name="stranger", password="wrong-Passw0rd", expected_status=403),
)


@dataclass(slots=True, kw_only=True)
class Screen:
    """Where ladders are drawn. `began` is when the call began, in the loop's time."""

    console: Console
    ladder: Ladder = field(default_factory=lambda: Ladder(parties=PARTIES))
    began: float = 0.0

    def start(self, title: str) -> None:
        self.began = asyncio.get_running_loop().time()
        self.console.print(f"\n[bold]{title}[/bold]")
        self._print(self.ladder.heading())

    def sip(self, party: str) -> Callable[[TraceLine], None]:
        """Draws what one phone sends and receives."""

        def draw(line: TraceLine) -> None:
            sender, receiver = (party, "Ringback") if line.is_sent else ("Ringback", party)
            self._print(self.ladder.arrow(self._seconds, sender, receiver, _label(line)))

        return draw

    def request(self, exchanged: Exchanged) -> None:
        """Draws what the app was asked and what it answered."""
        told = [f"{name}={value}" for name, value in exchanged.parameters.items() if name in _TELLING]
        self._print(self.ladder.arrow(self._seconds, "Ringback", "app", f"POST {exchanged.path}"))
        for fact in told:
            self._print(self.ladder.note(self._seconds, "app", fact))
        verbs = [part.split(">")[0].split(" ")[0].rstrip("/") for part in exchanged.answer.split("<")[1:]]
        names = [f"<{verb}>" for verb in verbs if not verb.startswith("/")]
        self._print(self.ladder.arrow(self._seconds, "app", "Ringback", " ".join(names) or "nothing to do"))

    @property
    def _seconds(self) -> float:
        return asyncio.get_running_loop().time() - self.began

    def _print(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def _label(line: TraceLine) -> str:
    """What stands on the arrow: a response's status, or a request's method and what is new in it."""
    method, _, rest = line.summary.partition(" ")
    if not method.isalpha():
        return line.summary
    if method == "INVITE" and "\nProxy-Authorization:" in line.text:
        return "INVITE + credentials"
    user = rest.removeprefix("sip:").partition("@")[0]
    return f"{method} {user}" if method == "INVITE" else method


_TELLING = ("Digits", "RecordingDuration", "DialCallStatus", "DialBridged", "RecordingStatus")


def demo(
    folder: Annotated[Path, typer.Option(help="Where to keep the audio of each call.")] = Path("ringback-demo"),
    keep: Annotated[bool, typer.Option(help="Stay up afterwards, and say what to type into a softphone.")] = False,
) -> None:
    """See it work: a server, a sample app and a phone that calls it over real SIP and RTP."""
    console = Console(width=max(112, Console().width))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        fail(f"--folder {folder}: it cannot be made: {problem.strerror}")
    if not os.access(folder, os.W_OK | os.X_OK):
        fail(f"--folder {folder}: it cannot be written to")
    configure_logging("warning", "text")
    raise typer.Exit(asyncio.run(_run(folder, keep, console)))


async def _run(folder: Path, keep: bool, console: Console) -> int:
    screen = Screen(console=console)
    with tempfile.TemporaryDirectory(prefix="ringback-demo-") as scratch:
        async with _everything(Path(scratch), screen, keep) as (server, phone, library):
            failed = 0
            for number, call in enumerate(CALLS, start=1):
                failed += not await _show(number, call, server, phone, library, folder, screen)
            if keep:
                await _stay_up(server, console)
    console.print(
        f"\nThe audio of the calls is in [bold]{folder}/[/bold]." if not failed else f"\n{failed} calls went wrong."
    )
    return 1 if failed else 0


@contextlib.asynccontextmanager
async def _everything(
    scratch: Path, screen: Screen, keep: bool
) -> AsyncIterator[tuple[Server, Softphone, PromptLibrary]]:
    """The second phone, the app, the server and the first phone; all of it is stopped at the end."""
    token = secrets.token_hex(16)
    async with contextlib.AsyncExitStack() as stack:
        library = PromptLibrary(HibariSynthesizer())
        stack.push_async_callback(library.close)
        colleague = await stack.enter_async_context(Softphone.open(name="colleague", trace=screen.sip("colleague")))
        words = await library.speech(COLLEAGUE_WORDS, voice=None, language=None)
        colleague.answering = Answering(play=words, hang_up_after_seconds=0.3)
        sample = SampleApp(
            colleague=colleague.uri, account_sid=ACCOUNT_SID, auth_token=token, music=_wav(library.waiting_music)
        )
        app = HttpServer(create_sample_app(sample, screen.request), host="127.0.0.1", port=0)
        await app.start()
        stack.push_async_callback(app.stop)
        settings = _settings(scratch, app.url, token, _port_to_keep(screen.console) if keep else 0)
        server = await stack.enter_async_context(running_server(settings))
        phone = await stack.enter_async_context(Softphone.open(name=USER, trace=screen.sip("phone")))
        yield server, phone, library


def _port_to_keep(console: Console) -> int:
    """The port that softphones try first, if it is free; 0, which is any, if it is not."""
    if all(is_free(SipListen.parse(f"{transport}:127.0.0.1:{USUAL_PORT}")) for transport in ("udp", "tcp")):
        return USUAL_PORT
    console.print(f"Port {USUAL_PORT} is taken, so the server listens on a free one; see the proxy below.")
    return 0


def _settings(scratch: Path, app_url: str, token: str, port: int) -> Settings:
    return settings_from_mapping(
        {
            "sip": {"listen": [f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}"]},
            "http": {"listen": "127.0.0.1:0"},
            "store": {"url": f"sqlite:///{scratch}/ringback.db", "recordings": str(scratch / "recordings")},
            "account": {"sid": ACCOUNT_SID, "auth_token": token},
            "limits": {"grace_seconds": 2},
            "domain": [
                {
                    "name": DOMAIN,
                    "voice_url": f"{app_url}/voice",
                    "status_callback_url": f"{app_url}/noted",
                    "users": {USER: PASSWORD},
                }
            ],
        }
    )


async def _show(
    number: int, call: DemoCall, server: Server, phone: Softphone, library: PromptLibrary, folder: Path, screen: Screen
) -> bool:
    """Place one call, draw it, keep its audio. True if it went as it should."""
    screen.start(f"{number}. {call.title}")
    heard = folder / f"{number}-{call.name}.wav"
    plan = CallPlan(
        uri=f"sip:{call.user_part}@{DOMAIN}",
        proxy=_proxy(server.ready.sip),
        user=USER,
        password=call.password,
        presses=call.presses,
        record=heard if call.expected_status == 200 else None,
        max_seconds=25,
    )
    if call.words_at_seconds is not None:
        words = await library.speech(CALLER_WORDS, voice=None, language=None)
        plan = replace(plan, play=words, play_at_seconds=call.words_at_seconds)
    report = await place(phone, plan)
    await asyncio.sleep(0.2)  # the last ladder lines: the BYE's 200 and the status callback
    return _tell(report, call, heard, screen.console)


def _tell(report: CallReport, call: DemoCall, heard: Path, console: Console) -> bool:
    as_expected = report.status == call.expected_status
    verdict = "as it should" if as_expected else f"expected {call.expected_status}"
    console.print(f"  {report.status} {report.reason}, {report.seconds:.1f} s: {verdict}", highlight=False)
    if report.recorded:
        with wave.open(str(heard)) as audio:
            picture = waveform(audio.readframes(audio.getnframes()), width=72)
        console.print(f"  heard {heard}\n  {picture}", highlight=False)
    return as_expected


async def _stay_up(server: Server, console: Console) -> None:
    console.print(
        f"\nThe server stays up. In a softphone, or in another terminal:\n"
        f"  address   sip:hello@{DOMAIN}\n  proxy     {_proxy(server.ready.sip)}\n"
        f"  user      {USER}\n  password  {PASSWORD}\n"
        f"  ringback call sip:hello@{DOMAIN} --proxy {_proxy(server.ready.sip)} --user {USER} --password {PASSWORD}"
        f" --press '1@3' --record heard.wav\nPress Ctrl-C to stop.",
        highlight=False,
    )
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()


def _proxy(listening: Sequence[str]) -> str:
    return listening[0].split(":", 1)[1]


def _wav(clip: Clip) -> bytes:
    """A clip as a WAV file in memory."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(clip.pcm())
    return buffer.getvalue()
