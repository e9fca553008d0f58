"""Where calls meet, as a call sees it: conferences and queues."""

from typing import Protocol

from ringback.call.conference_request import ConferenceRequest, ConferenceResult
from ringback.call.queue_request import DialQueueRequest, DialQueueResult, EnqueueRequest, EnqueueResult
from ringback.call.room_audio import C_contra


class Gatherings(Protocol[C_contra]):
    """What `CallControl.confer`, `enqueue` and `dial_queue` are handed to; `gatherings` has the real one."""

    async def confer(self, call: C_contra, request: ConferenceRequest) -> ConferenceResult: ...

    async def enqueue(self, call: C_contra, request: EnqueueRequest) -> EnqueueResult: ...

    async def dial_queue(self, call: C_contra, request: DialQueueRequest) -> DialQueueResult: ...
