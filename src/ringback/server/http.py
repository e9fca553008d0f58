"""The HTTP part of a server: the REST API, metrics and health."""

import contextlib
import socket

from ringback.api.app import create_app
from ringback.api.platform import TWILIO_CONCURRENT_REQUESTS
from ringback.api.server import HttpServer
from ringback.api.services import ApiServices
from ringback.clock import Clock
from ringback.interpreter.beside import BesideDocuments
from ringback.model.settings import Settings
from ringback.server.calls import Calls
from ringback.server.sound import Sound
from ringback.server.storage import Storage
from ringback.server.telling import Telling
from ringback.services.configuration import Configuring
from ringback.services.exchange_messages import MessageExchanging
from ringback.services.keep_caller_ids import CallerIdKeeping
from ringback.services.keep_recordings import RecordingKeeping
from ringback.services.meetings import Meetings
from ringback.services.order_call import CallOrdering
from ringback.services.reading import Reading
from ringback.services.record_call import CallRecorder
from ringback.services.take_payment import PaymentTaking
from ringback.services.transcribe_call import CallTranscribing
from ringback.services.verify_caller_id import HOST as VERIFICATION_HOST
from ringback.services.verify_caller_id import CallerIdVerifying
from ringback.sip.endpoint import Endpoint
from ringback.store.recording_finder import RecordingFinder


async def start_http(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    listener: socket.socket,
    storage: Storage,
    telling: Telling,
    endpoint: Endpoint,
    sound: Sound,
    calls: Calls,
    clock: Clock,
) -> HttpServer:
    """Last of all: whoever can ask the API can make calls."""
    reading = Reading(database=storage.database, writer=storage.writer)
    recordings = RecordingKeeping(reading, folder=storage.recordings, clock=clock)
    configuring = Configuring(database=storage.database, directory=storage.directory, clock=clock)
    verifying = CallerIdVerifying(
        placing=calls.placing,
        keeping=CallerIdKeeping(configuring),
        links=telling.links,
        directory=storage.directory,
        clock=clock,
    )
    telling.inner_apps.serve(VERIFICATION_HOST, verifying.answer)
    services = ApiServices(
        find_recording=RecordingFinder(storage.database, storage.writer),
        recordings_folder=storage.recordings,
        registry=telling.metrics.registry,
        configuring=configuring,
        verifying=verifying,
        reading=reading,
        recordings=recordings,
        recorder=CallRecorder(calls=calls.running, desk=calls.desk, links=telling.links, keeping=recordings),
        public_recordings=settings.http.public_recordings,
        ordering=CallOrdering(
            placing=calls.placing,
            find_application=storage.directory.application,
            owns_caller_id=storage.directory.owns_caller_id,
            put_notification=telling.journal.put_notification,
            clock=clock,
        ),
        updating=calls.updating,
        meetings=_meetings(settings, storage, telling, sound, calls),
        transcribing=CallTranscribing(running=calls.running, links=telling.links, clock=clock),
        payments=PaymentTaking(running=calls.running, links=telling.links, clock=clock),
        messages=MessageExchanging(
            reading=reading, running=calls.running, reporter_of=calls.runs.reporter, clock=clock
        ),
        links=telling.links,
        addresses=telling.addresses,
        health=lambda: {"status": "stopping" if endpoint.is_draining else "ok"},
        max_concurrent_requests=TWILIO_CONCURRENT_REQUESTS if settings.limits.like == "twilio" else None,
    )
    http = HttpServer(create_app(services), listener=listener)
    await http.start()
    stack.push_async_callback(http.stop)
    return http


def _meetings(settings: Settings, storage: Storage, telling: Telling, sound: Sound, calls: Calls) -> Meetings:
    def beside(account_sid: str) -> BesideDocuments:
        account = storage.directory.account(account_sid)
        assert account is not None, "who asks for a document belongs to an account"
        return BesideDocuments(interpreters=calls.runs.interpreters(account))

    return Meetings(
        conferences=sound.gatherings.conferences,
        queues=sound.gatherings.queues.book,
        beside=beside,
        live_call=telling.journal.record_of,
        lists_all=settings.http.list_all_conferences,
    )
