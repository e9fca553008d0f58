"""A whole server in memory: phones on a wire, a voice app in memory, rows in a list, everything in virtual time."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from ringback.call.application import dial_application
from ringback.call.call import Call, CallParts
from ringback.call.control import DialRequest, DialResult, StatusEvents
from ringback.call.dialling import Dialler
from ringback.call.leg import Leg
from ringback.call.recording_desk import RecordingDesk
from ringback.interpreter.limits import Limits
from ringback.interpreter.source import DocumentRequest
from ringback.model.record import (
    AccessAddressRecord,
    AccessMappingRecord,
    AccountRecord,
    ApplicationRecord,
    CallbackRecord,
    CallRecord,
    ConferenceRecord,
    CredentialMappingRecord,
    CredentialRecord,
    DomainRecord,
    MessageRecord,
    NotificationRecord,
    NumberRecord,
    Purpose,
    QueueRecord,
    RecordingRecord,
    TranscriptionRecord,
    TrunkRecord,
)
from ringback.model.sid import DomainSid
from ringback.services.admit_call import Admission
from ringback.services.answer_call import CallAnswering
from ringback.services.call_order import CallOrder, CallRefused
from ringback.services.call_run import CallRuns, RunLimits
from ringback.services.keep_journal import Journal
from ringback.services.limit_rate import CallRate
from ringback.services.metrics import Metrics
from ringback.services.pace_calls import CallPace
from ringback.services.place_call import CallPlacing
from ringback.services.reach_app import AppLink, AppLinks
from ringback.services.route_target import TargetRouter
from ringback.services.running_calls import RunningCalls
from ringback.services.update_call import CallUpdating
from ringback.sip.digest import Challenge, Credentials, DigestGate
from ringback.sip.events import Flow
from ringback.sip.message.address import NameAddress
from ringback.sip.message.message import Request
from ringback.sip.message.validate import Refusal
from ringback.sip.registrar import Binding
from ringback.store.directory import Configuration, Directory
from ringback.store.live_directory import LiveDirectory
from ringback.testing.app_transport import AppRequest, AppTransport
from ringback.testing.transcript import Journal as Transcript
from tests.unit.call.conftest import ACCOUNT, BASE, OURS, Bench, MemoryRouter, Phone

REALM = "ringback"
APP = "http://app.example"
DOMAIN = "demo.sip.localhost"
BOB = "sip:bob@192.0.2.11"
EVERY = ("initiated", "ringing", "answered", "completed")
PASSWORD = "a-long-Passw0rd"
TOKEN = "0123456789abcdef0123456789abcdef"

Row = CallRecord | RecordingRecord | TranscriptionRecord | MessageRecord | NotificationRecord


class FrozenDirectory:
    """The face of `LiveDirectory` over one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.current = Directory(configuration, realm=REALM)

    def account(self, sid: str) -> AccountRecord | None:
        return self.current.account(sid)

    def application(self, sid: str) -> ApplicationRecord | None:
        return self.current.application(sid)

    def as_live(self) -> LiveDirectory:
        return cast(LiveDirectory, self)


def domain_sid(number: int) -> DomainSid:
    return DomainSid(f"SD{number:032x}")


def configuration(
    *,
    name: str = DOMAIN,
    users: bool = True,
    allow: Sequence[str] | None = None,
    secure: bool = False,
    voice_url: str | None = f"{APP}/voice",
    trunks: Sequence[TrunkRecord] = (),
    numbers: Sequence[NumberRecord] = (),
    applications: Sequence[ApplicationRecord] = (),
) -> Configuration:
    """One account and one domain: alice may call, from the addresses that `allow` names."""
    sid = domain_sid(1)
    return Configuration(
        accounts=[AccountRecord(sid=ACCOUNT, auth_token=TOKEN)],
        domains=[
            DomainRecord(
                sid=sid,
                account_sid=ACCOUNT,
                name=name,
                voice_url=voice_url,
                status_callback_url=f"{APP}/status",
                secure=secure,
            )
        ],
        credentials=[
            CredentialRecord.of_password(sid="CR1", list_sid="CL1", username="alice", realm=REALM, password=PASSWORD)
        ],
        credential_mappings=[CredentialMappingRecord(domain_sid=sid, list_sid="CL1", purpose=Purpose.CALLS)]
        if users
        else [],
        addresses=[
            AccessAddressRecord(sid=f"IP{at}", list_sid="AL1", cidr=cidr) for at, cidr in enumerate(allow or ())
        ],
        access_mappings=[AccessMappingRecord(domain_sid=sid, list_sid="AL1")] if allow is not None else [],
        trunks=trunks,
        numbers=numbers,
        applications=applications,
    )


class MemoryOutbox:
    """Keeps callbacks as the writer behind the calls does, and at once."""

    def __init__(self) -> None:
        self.records: dict[str, CallbackRecord] = {}
        self.position = 0

    def put(self, record: CallbackRecord) -> None:
        self.records[record.sid] = record

    async def written(self, timeout_seconds: float | None = None, *, up_to: int | None = None) -> bool:
        return True


class House:
    """Our side of the bench: what `server` puts together, without sockets, audio and a database."""

    def __init__(self, bench: Bench, settings: Configuration) -> None:
        self.bench = bench
        self.clock = bench.clock
        self.rows: list[Row] = []
        self.pages: dict[str, object] = {"/status": ""}
        self.asked: list[AppRequest] = []
        self.directory = FrozenDirectory(settings)
        self.gate = DigestGate(REALM, b"k" * 32)
        self.admission = Admission(directory=self.directory.as_live(), gate=self.gate)
        bench.sip.endpoint._screen = self._screen
        transport = AppTransport(answers=self._answer, journal=Transcript(), clock=bench.clock)
        self.outbox = MemoryOutbox()
        self.links = AppLinks(transport=transport, clock=bench.clock, put=self.rows.append, outbox=self.outbox)
        self.meetings: list[ConferenceRecord | QueueRecord] = []
        bench.kept = self.meetings.append
        self.metrics = Metrics()
        self.journal = Journal(
            put=self.rows.append,
            links=self.links,
            account_of=self.directory.account,
            metrics=self.metrics,
            clock=bench.clock,
        )
        self.desk = RecordingDesk(folder=bench.folder, base_url=BASE, journal=self.journal, clock=bench.clock)
        self.dialler = Dialler(exchange=bench.exchange, router=MemoryRouter(), tones=bench.tones)
        self.running = RunningCalls(bench.clock)
        self.use()

    def use(
        self,
        *,
        calls: int = 10,
        calls_per_second: int | None = None,
        call_seconds: float = 3600,
        documents: Limits | None = None,
    ) -> None:
        """These limits, from now on."""
        self.runs = CallRuns(
            links=self.links,
            journal=self.journal,
            running=self.running,
            limits=RunLimits(call_seconds=call_seconds, documents=documents or Limits()),
            owns_caller_id=lambda account_sid, number: True,
            find_application=self.directory.application,
            clock=self.clock,
        )
        self.updating = CallUpdating(running=self.running, runs=self.runs, account_of=self.directory.account)
        self.answering = CallAnswering(
            admission=self.admission,
            links=self.links,
            journal=self.journal,
            parts_of=self.parts_of,
            runs=self.runs,
            most=calls,
            rate=CallRate(self.clock, calls_per_second),
        )
        self.bench.exchange.on_call = self.answering.take

    def call(self, uri: str = f"sip:hello@{DOMAIN}", *, password: str | None = PASSWORD, **more: object) -> Leg:
        """Alice calls; the wire brings the domain's calls to us."""
        credentials = Credentials(username="alice", password=password) if password else None
        return self.bench.caller.call(uri, credentials=credentials, **more)  # type: ignore[arg-type]

    def calls(self) -> list[CallRecord]:
        """The last row of each call."""
        last = {row.sid: row for row in self.rows if isinstance(row, CallRecord)}
        return list(last.values())

    def notes(self) -> list[NotificationRecord]:
        return [row for row in self.rows if isinstance(row, NotificationRecord)]

    def recordings(self) -> list[RecordingRecord]:
        return [row for row in self.rows if isinstance(row, RecordingRecord)]

    def of(self, path: str) -> list[AppRequest]:
        return [request for request in self.asked if request.path == path]

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    async def wait(self, seconds: float) -> None:
        await self.bench.wait(seconds)

    def _screen(self, request: Request, flow: Flow, now: float) -> Refusal | Challenge | None:
        return self.admission.screen(request, flow, now)

    def _answer(self, request: AppRequest) -> object:
        self.asked.append(request)
        page = self.pages.get(request.path, "")
        page = page(request) if callable(page) else page
        return f"<Response>{page}</Response>" if isinstance(page, str) else page

    def parts_of(self, link: AppLink) -> CallParts:
        """What the calls of an account share."""

        async def dial(call: Call, request: DialRequest) -> DialResult:
            return await self.dialler.dial(call, request, parts)

        parts = CallParts(
            prompts=self.bench.prompts,
            recordings=self.desk,
            journal=self.journal,
            clock=self.clock,
            dial=dial,
            gatherings=self.bench.gatherings,
            dial_application=dial_application,
            register=self.running,
        )
        return parts


class RegisteredPhones:
    """Phones by `user@host`."""

    def __init__(self) -> None:
        self.contacts: dict[str, list[str]] = {}

    def bindings(self, user: str, host: str, *, secure: bool = False) -> tuple[Binding, ...]:
        return tuple(map(binding, self.contacts.get(f"{user}@{host}", [])))


def binding(contact: str) -> Binding:
    flow = Flow(
        transport="udp",
        remote_address=contact.rpartition("@")[2],
        remote_port=5060,
        local_address=OURS,
        local_port=5060,
    )
    address = NameAddress.parse(f"<{contact}>")
    return Binding(contact=address, call_id="c", sequence_number=1, expires_at=9e9, flow=flow)


class OrderDesk:
    """Where calls are ordered, and one phone: bob's."""

    def __init__(self, house: House, *, interval_seconds: float | None = None, max_calls: int = 10) -> None:
        self.house = house
        self.phones = RegisteredPhones()
        self.placing = CallPlacing(
            exchange=house.bench.exchange,
            router=TargetRouter(directory=house.directory.as_live(), phones=self.phones, default_host=OURS),
            runs=house.runs,
            parts_of=house.parts_of,
            account_of=house.directory.account,
            max_calls=max_calls,
            pace=CallPace(house.clock, interval_seconds=interval_seconds),
            expecting=house.bench.gatherings.conferences,
        )
        self.bob = house.bench.phone("bob")

    def place(self, to: str = BOB, **wanted: Any) -> CallRecord:
        order: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "to": to,
            "from_": "+15550001111",
            "first": DocumentRequest(url=f"{APP}/voice"),
            "status_events": StatusEvents(url=f"{APP}/status", events=EVERY),
        }
        return self.placing.place(CallOrder(**(order | wanted)))

    def row(self, placed: CallRecord) -> CallRecord:
        return next(call for call in self.house.calls() if call.sid == placed.sid)

    def statuses(self) -> list[str]:
        return [request["CallStatus"] for request in self.house.of("/status")]

    def codes(self) -> list[int]:
        return [note.error_code for note in self.house.notes()]

    def refused(self, to: str = BOB, **wanted: Any) -> int:
        """The code; and nothing is left behind."""
        with pytest.raises(CallRefused) as refusal:
            self.place(to, **wanted)
        assert refusal.value.message
        assert self.house.rows == []
        assert len(self.house.running) == 0
        return refusal.value.code

    @property
    def invite(self) -> Request:
        """The last one that bob got."""
        return self.bob.invites[-1].request


BuildHouse = Callable[[Configuration], House]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    made.wire.alias(DOMAIN, made.sip)
    yield made
    await made.close()


@pytest.fixture
def build(bench: Bench) -> BuildHouse:
    return lambda settings: House(bench, settings)


@pytest.fixture
def house(build: BuildHouse) -> House:
    """The usual one: alice calls demo.sip.localhost with her password."""
    return build(configuration())


@pytest.fixture
def bob(house: House) -> Phone:
    return house.bench.phone("bob")


@pytest.fixture
def dave(house: House, bob: Phone) -> Phone:
    """Never picks up."""
    phone = house.bench.phone("dave")
    phone.status = None
    return phone


OpenDesk = Callable[..., OrderDesk]


@pytest.fixture
def open_desk(house: House) -> OpenDesk:
    """Calls over REST, with limits of its own."""
    return lambda **limits: OrderDesk(house, **limits)
