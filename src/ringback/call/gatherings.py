"""Conferences and queues of real calls: the rules of `Conferences` and `Queues`, with the engine's audio."""

from collections.abc import Callable
from dataclasses import replace

from ringback.call.bridge import hold_bridge
from ringback.call.call import Call
from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.conferences import Conferences
from ringback.call.control import RecordResult
from ringback.call.engine_room import EngineRoomAudio, Mixer, RoomTones
from ringback.call.leg_recording import LegRecording
from ringback.call.queue_book import QueueBook
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.queues import Queues
from ringback.clock import Clock
from ringback.model.record import ConferenceRecord, QueueRecord


class EngineGatherings:
    """Implements `meeting.Gatherings`. `open_mixer` makes the mixer of one room."""

    def __init__(
        self,
        *,
        open_mixer: Callable[[], Mixer],
        tones: RoomTones,
        clock: Clock,
        keep: Callable[[ConferenceRecord | QueueRecord], object] = lambda record: None,
    ) -> None:
        """`keep` is handed each new state of a conference or a queue, for the store."""
        self._clock = clock
        self.conferences: Conferences[Call] = Conferences(
            audio_for=lambda opener: EngineRoomAudio(mixer=open_mixer(), opener=opener, tones=tones),
            clock=clock,
            keep=keep,
        )
        self.queues: Queues[Call] = Queues(bridge=self._bridge, book=QueueBook(clock=clock, keep=keep), clock=clock)

    async def confer(self, call: Call, request: ConferenceRequest) -> ConferenceResult:
        recording = LegRecording(call, request.record_leg)
        recorded: RecordResult | None = None
        try:
            result = await self.conferences.confer(call, request)
        finally:
            recorded = await recording.finish()
        return replace(result, recording=recorded)

    async def enqueue(self, call: Call, request: EnqueueRequest) -> EnqueueResult:
        return await self.queues.enqueue(call, request)

    async def dial_queue(self, call: Call, request: DialQueueRequest) -> DialQueueResult:
        return await self.queues.dial(call, request)

    async def close(self) -> None:
        """Rooms end, and their recordings are complete."""
        await self.conferences.close()

    async def _bridge(self, call: Call, queued: Call, request: DialQueueRequest) -> RecordResult | None:
        """Join the two until one of them ends it."""
        recording = LegRecording(call, request.record)
        try:
            await hold_bridge(
                call,
                queued,
                clock=self._clock,
                time_limit_seconds=request.time_limit_seconds,
                hangup_on_star=request.hangup_on_star,
            )
        finally:
            recorded = await recording.finish()
        return recorded
