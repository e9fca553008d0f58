"""The composition root: the only file that knows every part. It starts them in order and stops them in reverse.

    store -> directory -> audio -> SIP -> HTTP -> ready ... SIGTERM -> no new calls -> calls end -> callbacks -> store

Nothing is half-started: what was opened before a failure is closed again, and the failure is one sentence.
"""

import asyncio
import contextlib
import resource
import secrets
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from ringback.api.app import create_app
from ringback.api.server import HttpServer, bind, url_of
from ringback.api.services import ApiServices
from ringback.call.application import dial_application
from ringback.call.call import Call, CallParts
from ringback.call.control import DialRequest, DialResult
from ringback.call.dialling import Dialler
from ringback.call.exchange import Exchange
from ringback.call.gatherings import EngineGatherings
from ringback.call.leg import LegSettings
from ringback.call.listening import Hearing
from ringback.call.recording_desk import RecordingDesk
from ringback.clock import Clock, SystemClock
from ringback.interpreter.limits import Limits
from ringback.media.engine import MediaEngine
from ringback.media.prompt import PromptLibrary
from ringback.model.settings import Settings
from ringback.services.admit_call import Admission
from ringback.services.answer_call import CallAnswering
from ringback.services.call_run import CallRuns, RunLimits
from ringback.services.configuration import Configuring
from ringback.services.keep_journal import Journal
from ringback.services.load_prompt import PromptLoader
from ringback.services.metrics import Metrics
from ringback.services.pace_calls import TWILIO_INTERVAL_SECONDS, CallPace
from ringback.services.place_call import CallPlacing
from ringback.services.reach_app import AppLink, AppLinks
from ringback.services.reading import Reading
from ringback.services.register_phone import PhoneRegistration
from ringback.services.resume_callbacks import next_sequence
from ringback.services.route_target import TargetRouter
from ringback.services.running_calls import RunningCalls
from ringback.services.tend_history import tended_history
from ringback.services.update_call import CallUpdating
from ringback.sip.digest import DigestGate
from ringback.sip.endpoint import Endpoint, EndpointSettings
from ringback.sip.net.server import ListenAddress, SipServer
from ringback.sip.net.trace import TraceLine
from ringback.sip.registrar import Registrar
from ringback.speech.providers.espeak import EspeakSynthesizer
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.providers.pocketsphinx import PocketsphinxRecognizer
from ringback.speech.synthesizer import SynthesizerChain
from ringback.store.database import Database
from ringback.store.live_directory import LiveDirectory
from ringback.store.record_writer import record_writer
from ringback.store.recording_finder import RecordingFinder
from ringback.store.recovery import close_interrupted
from ringback.store.seed import seed
from ringback.store.write_behind import WriteBehind
from ringback.webhooks.address_policy import AddressPolicy
from ringback.webhooks.aiohttp_transport import AiohttpTransport

logger = structlog.get_logger(__name__)

CALLBACK_GRACE_SECONDS = 10.0
STORE_GRACE_SECONDS = 30.0
FILES_PER_CALL = 4
"""Two sockets a side: audio and its reports."""
FILES_BESIDE_CALLS = 2500
"""SIP and HTTP connections, the database, recordings."""


class StartFailed(Exception):
    """The server cannot run as it is set; the message is one sentence that names the key."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    """What survives: the database, the newest configuration in memory, the writer behind the calls, the recordings."""

    database: Database
    directory: LiveDirectory
    writer: WriteBehind
    recordings: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """Who is told what calls do: the apps, the store, the operator."""

    links: AppLinks
    journal: Journal
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sound:
    """What is heard and what listens."""

    media: MediaEngine
    library: PromptLibrary
    hearing: Hearing
    gatherings: EngineGatherings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signalling:
    """The SIP side, and who may come in."""

    endpoint: Endpoint
    sip: SipServer
    admission: Admission
    phones: PhoneRegistration


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calls:
    """The calls that run, and what makes and changes them."""

    running: RunningCalls
    updating: CallUpdating
    placing: CallPlacing


@contextlib.asynccontextmanager
async def running_server(
    settings: Settings, *, clock: Clock | None = None, trace: Callable[[TraceLine], None] | None = None
) -> AsyncIterator[Server]:
    """Start everything; at the end let calls finish and close everything. Raises `StartFailed`."""
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        storage = await _open_storage(stack, settings, clock)
        telling = await _open_telling(stack, settings, storage, clock)
        sound = await _open_sound(stack, settings, clock)
        signalling = _make_signalling(settings, storage, telling, clock, trace)
        listener = bind(settings.http.listen.host, settings.http.listen.port)
        stack.callback(listener.close)
        desk = RecordingDesk(
            folder=storage.recordings,
            base_url=str(settings.http.public_url or url_of(listener)),
            journal=telling.journal,
            clock=clock,
        )
        calls = _connect(settings, storage, telling, sound, signalling, desk, clock)
        stack.push_async_callback(signalling.sip.close)
        bound = await signalling.sip.start(
            [ListenAddress(transport=at.transport, host=at.host, port=at.port) for at in settings.sip.listen]
        )
        _watch(telling, signalling, sound.media, calls.running)
        http = await _start_http(stack, listener, storage, telling, signalling.endpoint, clock)
        account_of = storage.directory.account
        history = tended_history(
            storage.database, settings.store, links=telling.links, account_of=account_of, clock=clock
        )
        await stack.enter_async_context(history)
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


async def serve(settings: Settings, announce: Callable[[Mapping[str, object]], None]) -> None:
    """Run until SIGTERM or SIGINT, then finish: a second signal ends the running calls at once."""
    _allow_open_files(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with running_server(settings) as server:
        announce(server.ready.as_event())
        await stop.wait()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, server.hurry.set)
        logger.info("stopping; no new calls", running_calls=len(server.running))


def _allow_open_files(settings: Settings) -> None:
    """Raise the soft limit of open files to the hard one, and say so when that is too low for `[limits] calls`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.limits.calls * FILES_PER_CALL + FILES_BESIDE_CALLS
    if soft != resource.RLIM_INFINITY and (hard == resource.RLIM_INFINITY or soft < hard):
        soft = max(soft, wanted) if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft != resource.RLIM_INFINITY and soft < wanted:
        logger.warning("the limit of open files is low for limits.calls", allowed=soft, needed=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartsMaker:
    """What the calls of one account share."""

    desk: RecordingDesk
    journal: Journal
    sound: _Sound
    dialler: Dialler
    running: RunningCalls
    clock: Clock

    def __call__(self, link: AppLink) -> CallParts:
        async def dial(call: Call, request: DialRequest) -> DialResult:
            return await self.dialler.dial(call, request, parts)

        parts = CallParts(
            prompts=PromptLoader(library=self.sound.library, client=link.client),
            recordings=self.desk,
            journal=self.journal,
            clock=self.clock,
            dial=dial,
            hearing=self.sound.hearing,
            gatherings=self.sound.gatherings,
            dial_application=dial_application,
            register=self.running,
        )
        return parts


async def _open_storage(stack: contextlib.AsyncExitStack, settings: Settings, clock: Clock) -> _Storage:
    database = await Database.open(settings.store.url)
    stack.push_async_callback(database.close)
    recordings = Path(settings.store.recordings)
    await asyncio.to_thread(recordings.mkdir, parents=True, exist_ok=True)
    recovered = await close_interrupted(database, node=settings.store.node, recordings=recordings)
    if recovered.calls or recovered.recordings:
        logger.warning(
            "a crash left calls open; they are closed", calls=recovered.calls, recordings=recovered.recordings
        )
    await seed(database, settings, now=clock.utc_now())
    directory = await LiveDirectory.open(database, realm=settings.sip.realm)

    def report(sentence: str, problem: Exception | None) -> None:
        logger.error("store", problem=sentence, cause=str(problem) if problem else None)

    writer = WriteBehind(record_writer(database, node=settings.store.node), clock, report=report)
    writer.start()
    stack.push_async_callback(writer.close)
    stack.push_async_callback(writer.drain, STORE_GRACE_SECONDS)
    return _Storage(database=database, directory=directory, writer=writer, recordings=recordings)


async def _open_telling(
    stack: contextlib.AsyncExitStack, settings: Settings, storage: _Storage, clock: Clock
) -> _Telling:
    metrics = Metrics()
    transport = AiohttpTransport(address_policy=AddressPolicy(refuse_private=not settings.http.allows_private_urls))
    stack.push_async_callback(transport.close)
    writer, first = storage.writer, await next_sequence(storage.database, settings.store.node)
    links = AppLinks(
        transport=transport, clock=clock, put=writer.put, outbox=writer, keep_exchange=writer.put, first_sequence=first
    )
    stack.push_async_callback(links.close, CALLBACK_GRACE_SECONDS)
    journal = Journal(
        put=storage.writer.put,
        links=links,
        account_of=storage.directory.account,
        metrics=metrics,
        clock=clock,
        number_of=storage.directory.number,
    )
    return _Telling(links=links, journal=journal, metrics=metrics)


async def _open_sound(stack: contextlib.AsyncExitStack, settings: Settings, clock: Clock) -> _Sound:
    """The engine, and speech: English by hibari, loaded before the first caller comes; other languages by espeak-ng."""
    media = MediaEngine(
        ports=(settings.media.ports.first, settings.media.ports.last),
        address=settings.media_address,
        threads=settings.media.threads,
    )
    stack.push_async_callback(media.close)
    hearing = Hearing(PocketsphinxRecognizer())
    stack.callback(hearing.close)
    english = HibariSynthesizer()
    library = PromptLibrary(SynthesizerChain([english, EspeakSynthesizer()]))
    stack.push_async_callback(library.close)
    await asyncio.to_thread(english.warm_up)
    gatherings = EngineGatherings(open_mixer=media.open_conference, tones=library, clock=clock)
    stack.push_async_callback(gatherings.close)
    return _Sound(media=media, library=library, hearing=hearing, gatherings=gatherings)


def _make_signalling(
    settings: Settings,
    storage: _Storage,
    telling: _Telling,
    clock: Clock,
    trace: Callable[[TraceLine], None] | None,
) -> _Signalling:
    gate = DigestGate(settings.sip.realm, secrets.token_bytes(32), algorithms=settings.sip.digest_algorithms)
    admission = Admission(directory=storage.directory, gate=gate)
    endpoint = Endpoint(
        EndpointSettings(advertise=settings.sip.advertise), entropy=secrets.token_bytes, screen=admission.screen
    )
    phones = PhoneRegistration(
        registrar=Registrar(),
        directory=storage.directory,
        responder=endpoint,
        put=telling.journal.put_notification,
        clock=clock,
    )
    admission.registrations.report = phones.report
    sip = SipServer(
        endpoint,
        clock=clock,
        trace=trace or (_log_trace if settings.sip.trace else None),
        tls=_tls_context(settings),
    )
    return _Signalling(endpoint=endpoint, sip=sip, admission=admission, phones=phones)


def _connect(
    settings: Settings,
    storage: _Storage,
    telling: _Telling,
    sound: _Sound,
    signalling: _Signalling,
    desk: RecordingDesk,
    clock: Clock,
) -> _Calls:
    """Calls: SIP and audio joined as legs, and who answers, dials and moves them."""
    address = settings.sip.advertise or settings.media_address
    exchange = Exchange(
        sip=signalling.sip,
        media=sound.media,
        settings=LegSettings(address=address, codecs=settings.media.codecs),
        clock=clock,
    )
    router = TargetRouter(directory=storage.directory, phones=signalling.phones, default_host=address)
    dialler = Dialler(exchange=exchange, router=router, tones=sound.library)
    running = RunningCalls(clock)
    runs = CallRuns(
        links=telling.links,
        journal=telling.journal,
        running=running,
        limits=RunLimits(
            call_seconds=settings.limits.call_seconds,
            documents=Limits(max_documents=settings.limits.documents_per_call),
        ),
        owns_number=lambda number: storage.directory.current.number(number) is not None,
        find_application=storage.directory.application,
        clock=clock,
    )
    parts_of = _PartsMaker(
        desk=desk, journal=telling.journal, sound=sound, dialler=dialler, running=running, clock=clock
    )
    answering = CallAnswering(
        admission=signalling.admission,
        links=telling.links,
        journal=telling.journal,
        parts_of=parts_of,
        runs=runs,
        most=settings.limits.calls,
    )
    exchange.on_call = answering.take
    exchange.on_register = signalling.phones.receive
    placing = CallPlacing(
        exchange=exchange,
        router=router,
        runs=runs,
        parts_of=parts_of,
        account_of=storage.directory.account,
        max_calls=settings.limits.calls,
        pace=CallPace(clock, interval_seconds=TWILIO_INTERVAL_SECONDS if settings.limits.like == "twilio" else None),
    )
    updating = CallUpdating(running=running, runs=runs, account_of=storage.directory.account)
    return _Calls(running=running, updating=updating, placing=placing)


async def _start_http(
    stack: contextlib.AsyncExitStack,
    listener: socket.socket,
    storage: _Storage,
    telling: _Telling,
    endpoint: Endpoint,
    clock: Clock,
) -> HttpServer:
    """Last of all: whoever can ask the API can make calls."""
    services = ApiServices(
        find_account=storage.directory.account,
        find_recording=RecordingFinder(storage.database, storage.writer),
        recordings_folder=storage.recordings,
        registry=telling.metrics.registry,
        configuring=Configuring(database=storage.database, directory=storage.directory, clock=clock),
        reading=Reading(database=storage.database, writer=storage.writer),
        health=lambda: {"status": "stopping" if endpoint.is_draining else "ok"},
    )
    http = HttpServer(create_app(services), listener=listener)
    await http.start()
    stack.push_async_callback(http.stop)
    return http


def _tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer (TL-02), when a listener needs it."""
    if not any(at.transport == "tls" for at in settings.sip.listen):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(str(settings.sip.tls_certificate), str(settings.sip.tls_key))
    except (OSError, ssl.SSLError) as problem:
        raise StartFailed(f"sip.tls_certificate and sip.tls_key cannot be used: {problem}") from None
    return context


def _log_trace(line: TraceLine) -> None:
    """`[sip] trace`: each message, credentials blanked."""
    logger.info("sip sent" if line.is_sent else "sip received", peer=line.peer, sip_message=line.text)


def _watch(telling: _Telling, signalling: _Signalling, media: MediaEngine, running: RunningCalls) -> None:
    metrics, links = telling.metrics, telling.links
    endpoint, phones = signalling.endpoint, signalling.phones
    metrics.watch("ringback_callbacks_waiting", "Callbacks not begun yet.", lambda: links.waiting_count)
    metrics.watch("ringback_phones_registered", "Addresses of record with a phone.", lambda: len(phones))
    metrics.watch("ringback_calls_running", "Calls that run documents now.", lambda: running.task_count)
    metrics.watch("ringback_sip_sessions", "Open SIP sessions.", lambda: endpoint.open_sessions)
    metrics.watch("ringback_sip_transactions", "SIP transactions kept.", lambda: endpoint.open_transactions)
    metrics.watch("ringback_media_legs", "Open audio legs.", lambda: media.leg_count)
    for name in endpoint.statistics.as_dict():
        metrics.watch(
            f"ringback_sip_{name}_total",
            f"SIP input counted as {name.replace('_', ' ')}.",
            lambda name=name: endpoint.statistics.as_dict()[name],  # type: ignore[misc]
        )
