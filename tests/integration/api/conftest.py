"""The HTTP server on a free port, a folder of recordings, and a client."""

import math
import struct
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from ringback.api.app import create_app
from ringback.api.server import HttpServer
from ringback.api.services import ApiServices
from ringback.clock import SystemClock
from ringback.model.record import AccountRecord, RecordingRecord, RecordingStatus
from ringback.model.sid import AccountSid, CallSid, RecordingSid
from ringback.services.configuration import Configuring
from ringback.services.exchange_messages import MessageExchanging
from ringback.services.keep_caller_ids import CallerIdKeeping
from ringback.services.keep_recordings import RecordingKeeping
from ringback.services.order_call import CallOrdering
from ringback.services.reach_app import AppLinks
from ringback.services.reading import Reading
from ringback.services.record_call import CallRecorder
from ringback.services.running_calls import RunningCalls
from ringback.services.take_payment import PaymentTaking
from ringback.services.transcribe_call import CallTranscribing
from ringback.services.verify_caller_id import CallerIdVerifying
from ringback.store.account import AccountRepository
from ringback.store.database import Database
from ringback.store.live_directory import LiveDirectory
from ringback.store.record_writer import record_writer
from ringback.store.write_behind import WriteBehind
from ringback.testing.app_transport import AppRequest, AppTransport
from ringback.testing.transcript import Journal
from ringback.webhooks.address_policy import AddressPolicy
from tests.integration.api.desk import OrderBook
from tests.integration.api.hall import Hall
from tests.integration.api.recorder import Studio

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
RECORDING = RecordingSid("RE" + "a" * 32)


def tone(path: Path, seconds: float, *, hertz: float = 440.0, channels: int = 1) -> None:
    """A WAV file with a sine in it."""
    samples = (int(12000 * math.sin(2 * math.pi * hertz * index / 8000)) for index in range(int(seconds * 8000)))
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"".join(struct.pack("<h", sample) * channels for sample in samples))


class Stage:
    """What the server serves, to be arranged by a test, and requests to it."""

    def __init__(self, folder: Path) -> None:
        """`writer` takes what calls leave behind: `stage.writer.put(record)`, and the next request sees it."""
        self.folder = folder
        self.accounts = {
            MINE: AccountRecord(sid=MINE, auth_token="my-token"),
            OTHER: AccountRecord(sid=OTHER, auth_token="other-token"),
        }
        self.recordings: dict[str, RecordingRecord] = {}
        self.lookups: list[str] = []
        self.registry = CollectorRegistry()
        self.health: dict[str, object] = {}
        self.database: Database
        self.writer: WriteBehind
        self.book: OrderBook
        self.hall: Hall
        self.directory: LiveDirectory
        self.client: aiohttp.ClientSession
        self.url = ""
        self.studio: Studio
        self.links: AppLinks
        self.verifying: CallerIdVerifying
        self.asked: list[AppRequest] = []
        self.services: ApiServices

    def add(self, path: str = "a.wav", **fields: Any) -> RecordingRecord:
        values: dict[str, Any] = {
            "sid": RECORDING,
            "account_sid": MINE,
            "call_sid": CallSid("CA" + "1" * 32),
            "status": RecordingStatus.COMPLETED,
            "source": "RecordVerb",
            "path": path,
            "started_at": datetime(2026, 3, 1, tzinfo=UTC),
        }
        record = RecordingRecord(**{**values, **fields})
        self.recordings[record.sid] = record
        self.writer.put(record)
        return record

    def answer_as_app(self, request: AppRequest) -> str:
        self.asked.append(request)
        return ""

    async def find_recording(self, sid: str) -> RecordingRecord | None:
        self.lookups.append(sid)
        return self.recordings.get(sid)

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        user: tuple[str, str] | None = (MINE, "my-token"),
        data: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        **headers: str,
    ) -> "Answer":
        if user is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*user)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, self.url + path, headers=sent, data=data) as response:
            return Answer(response.status, response.headers, await response.read())

    async def media(self, suffix: str = "", sid: str = RECORDING, account: str = MINE, **options: Any) -> "Answer":
        return await self.ask(f"/2010-04-01/Accounts/{account}/Recordings/{sid}{suffix}", **options)


class Answer:
    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


@pytest.fixture
async def stage(recordings: Path) -> AsyncIterator[Stage]:
    """The API over a database in memory, in which both accounts are."""
    stage = Stage(recordings)
    database = await Database.open("sqlite:///:memory:")
    async with database.begin() as connection:
        await AccountRepository(connection).put(*stage.accounts.values())
    directory = stage.directory = await LiveDirectory.open(database, realm="ringback")
    failures: list[str] = []
    writer = WriteBehind(
        record_writer(database, node="test"), SystemClock(), report=lambda text, _: failures.append(text)
    )
    writer.start()
    stage.hall = Hall(writer.put, SystemClock())
    stage.database, stage.writer, stage.book = database, writer, OrderBook(stage.hall.put)
    Counter("ringback_tests", "What a test counts.", registry=stage.registry).inc()
    stage.links = AppLinks(
        transport=AppTransport(answers=stage.answer_as_app, journal=Journal(), clock=SystemClock()),
        clock=SystemClock(),
        put=writer.put,
        outbox=writer,
        keep_exchange=writer.put,
    )
    stage.studio = Studio(recordings, SystemClock(), writer.put)
    reading = Reading(database=database, writer=writer)
    keeping = RecordingKeeping(reading, folder=recordings, clock=SystemClock())
    configuring = Configuring(database=database, directory=directory, clock=SystemClock())
    stage.verifying = CallerIdVerifying(
        placing=stage.book,
        keeping=CallerIdKeeping(configuring),
        links=stage.links,
        directory=directory,
        clock=SystemClock(),
    )
    services = stage.services = ApiServices(
        links=stage.links,
        addresses=AddressPolicy(),
        find_recording=stage.find_recording,
        recordings_folder=recordings,
        registry=stage.registry,
        configuring=configuring,
        reading=reading,
        recordings=keeping,
        recorder=CallRecorder(calls=stage.studio.calls, desk=stage.studio.desk, links=stage.links, keeping=keeping),
        ordering=CallOrdering(
            placing=stage.book,
            find_application=directory.application,
            owns_caller_id=directory.owns_caller_id,
            put_notification=writer.put,
            clock=SystemClock(),
        ),
        updating=stage.book,
        verifying=stage.verifying,
        meetings=stage.hall.meetings,
        transcribing=CallTranscribing(running=RunningCalls(SystemClock()), links=stage.links, clock=SystemClock()),
        payments=PaymentTaking(running=RunningCalls(SystemClock()), links=stage.links, clock=SystemClock()),
        messages=MessageExchanging(
            reading=reading, running=stage.studio.calls, reporter_of=stage.studio.reporter, clock=SystemClock()
        ),
        health=lambda: stage.health,
    )
    server = HttpServer(create_app(services), host="127.0.0.1", port=0)
    await server.start()
    stage.url = server.url
    async with aiohttp.ClientSession() as client:
        stage.client = client
        yield stage
    await server.stop(1.0)
    await stage.hall.close()
    await stage.studio.close()
    await stage.links.close(1.0)
    await writer.drain(2.0)
    await writer.close()
    await database.close()
    assert not failures


@pytest.fixture
def make_tone() -> Any:
    return tone
