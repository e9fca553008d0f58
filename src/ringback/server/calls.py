"""The part of a server that makes, answers and moves calls."""

from dataclasses import dataclass

from ringback.call.application import dial_application
from ringback.call.call import Call, CallParts
from ringback.call.control import DialRequest, DialResult
from ringback.call.dialling import Dialler
from ringback.call.exchange import Exchange
from ringback.call.leg import LegSettings
from ringback.call.recording_desk import RecordingDesk
from ringback.clock import Clock
from ringback.interpreter.limits import Limits
from ringback.model.settings import Settings
from ringback.server.signalling import Signalling
from ringback.server.sound import Sound
from ringback.server.storage import Storage
from ringback.server.telling import Telling
from ringback.services.answer_call import CallAnswering
from ringback.services.call_run import CallRuns, RunLimits
from ringback.services.keep_journal import Journal
from ringback.services.limit_rate import CallRate
from ringback.services.load_prompt import PromptLoader
from ringback.services.pace_calls import TWILIO_INTERVAL_SECONDS, CallPace
from ringback.services.place_call import CallPlacing
from ringback.services.reach_app import AppLink
from ringback.services.route_target import TargetRouter
from ringback.services.running_calls import RunningCalls
from ringback.services.tell_messages import MessageTelling
from ringback.services.update_call import CallUpdating


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls that run, and what makes and changes them."""

    running: RunningCalls
    desk: RecordingDesk
    runs: CallRuns
    updating: CallUpdating
    placing: CallPlacing
    messages: MessageTelling


def connect(
    settings: Settings,
    storage: Storage,
    telling: Telling,
    sound: Sound,
    signalling: Signalling,
    desk: RecordingDesk,
    clock: Clock,
) -> Calls:
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
        owns_caller_id=storage.directory.owns_caller_id,
        find_application=storage.directory.application,
        clock=clock,
    )
    messages = MessageTelling(
        database=storage.database,
        links=telling.links,
        account_of=storage.directory.account,
        reporter_of=runs.reporter,
        clock=clock,
    )
    parts_of = _PartsMaker(
        desk=desk,
        journal=telling.journal,
        sound=sound,
        dialler=dialler,
        running=running,
        messages=messages,
        clock=clock,
    )
    answering = CallAnswering(
        admission=signalling.admission,
        links=telling.links,
        journal=telling.journal,
        parts_of=parts_of,
        runs=runs,
        most=settings.limits.calls,
        rate=CallRate(clock, settings.limits.calls_per_second),
    )
    exchange.on_call = answering.take
    exchange.on_inside = answering.take_inside
    exchange.on_register = signalling.phones.receive
    telling.journal.on_ended = sound.gatherings.conferences.call_ended
    placing = CallPlacing(
        exchange=exchange,
        router=router,
        runs=runs,
        parts_of=parts_of,
        account_of=storage.directory.account,
        max_calls=settings.limits.calls,
        pace=CallPace(clock, interval_seconds=TWILIO_INTERVAL_SECONDS if settings.limits.like == "twilio" else None),
        expecting=sound.gatherings.conferences,
    )
    updating = CallUpdating(running=running, runs=runs, account_of=storage.directory.account)
    return Calls(running=running, desk=desk, runs=runs, updating=updating, placing=placing, messages=messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartsMaker:
    """What the calls of one account share."""

    desk: RecordingDesk
    journal: Journal
    sound: Sound
    dialler: Dialler
    running: RunningCalls
    messages: MessageTelling
    clock: Clock

    def __call__(self, link: AppLink) -> CallParts:
        async def dial(call: Call, request: DialRequest) -> DialResult:
            return await self.dialler.dial(call, request, parts)

        parts = CallParts(
            prompts=PromptLoader(
                library=self.sound.library,
                client=link.client,
                recording_at=lambda url: self.desk.path_at(url, link.account.sid),
            ),
            recordings=self.desk,
            journal=self.journal,
            clock=self.clock,
            dial=dial,
            hearing=self.sound.hearing,
            gatherings=self.sound.gatherings,
            dial_application=dial_application,
            register=self.running,
            hear_message=self.messages.receive,
        )
        return parts
