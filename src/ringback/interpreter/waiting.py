"""What a call hears while it waits: music of ours, silence, or a document that may hold only some verbs (section 19).

It runs on the waiting call itself, beside the verb that waits, and is cancelled when the wait is over.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ringback.call.conference_request import WaitDocument
from ringback.call.control import CallControl, CallEnded, WaitingMusic
from ringback.call.queue import QueueFacts
from ringback.call.queue_request import DequeuedFacts, MemberDocument, QueueDocument
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.limits import DocumentCount
from ringback.interpreter.loop import DocumentLoop, End, Parts
from ringback.interpreter.outcome import Pairs
from ringback.interpreter.run import Run
from ringback.interpreter.source import DocumentRequest, DocumentSource, LoadedDocument
from ringback.twiml.nodes import Conference, Document, Enqueue, Queue
from ringback.twiml.restricted import RestrictedTo
from ringback.webhooks.queue_parameters import dequeued_parameters, queue_wait_parameters

SHORTEST_ROUND_SECONDS = 1.0
"""A queue's wait document that ends sooner is asked for again only then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWaiting:
    """Implements `run.Waiting` with the document loop."""

    documents: DocumentSource

    def in_conference(self, noun: Conference, run: Run) -> WaitDocument | None:
        """C-07, C-08. An audio file is played again and again; TwiML once, then it is silent."""
        if noun.wait_url is None:
            return _music
        if not noun.wait_url:
            return None
        return self.held(DocumentRequest(url=run.url(noun.wait_url), method=noun.wait_method), run)

    def held(self, request: DocumentRequest, run: Run) -> WaitDocument:
        """A document for who waits for a conference or is held in it; it may not hold every verb (13238)."""

        async def wait(call: CallControl) -> bool:
            documents = self.documents.for_call(call)
            parts = Parts.beside(run, documents, restricted_to=RestrictedTo.CONFERENCE_WAIT)
            try:
                document = await documents.fetch(request)
            except DocumentUnavailable:
                return False
            if isinstance(document.body, Document):
                return await DocumentLoop(call, parts).run(document) is not End.FAILED
            await _play_for_ever(call, document, parts)
            return True

        return wait

    def in_queue(self, verb: Enqueue, run: Run) -> QueueDocument | None:
        if verb.wait_url is None:
            return _queue_music
        if not verb.wait_url:
            return None
        request = DocumentRequest(url=run.url(verb.wait_url), method=verb.wait_url_method)

        async def wait(call: CallControl, facts: Callable[[], QueueFacts]) -> Literal["leave", "error"]:
            """E-03: asked again each time it runs out, with what the queue is like by then. A wait of hours is no
            loop of documents: each round is counted by itself."""
            has_left = False

            def leave() -> None:
                nonlocal has_left
                has_left = True

            documents = _WithFacts(documents=self.documents.for_call(call), facts=lambda: _parameters_of(facts()))
            parts = Parts.beside(run, documents, restricted_to=RestrictedTo.QUEUE_WAIT, leave_queue=leave)
            while True:
                began = run.clock.now()
                end = await DocumentLoop(call, replace(parts, count=DocumentCount())).run(request)
                if has_left:
                    return "leave"
                if end is End.FAILED:
                    return "error"
                if call.has_ended:
                    raise CallEnded
                await call.pause(max(0.0, SHORTEST_ROUND_SECONDS - (run.clock.now() - began)))

        return wait

    def before_bridge(self, noun: Queue, run: Run) -> MemberDocument | None:
        if not noun.url:
            return None
        url, method = run.url(noun.url), noun.method

        async def announce(call: CallControl, dequeued: DequeuedFacts) -> None:
            """Q-04. One that cannot be had is reported, and the two are bridged all the same."""
            parameters = dequeued_parameters(
                queue_sid=dequeued.queue_sid,
                seconds=dequeued.seconds,
                dequeuing_call_sid=dequeued.dequeuing_call_sid,
            )
            parts = Parts.beside(run, self.documents.for_call(call), restricted_to=RestrictedTo.QUEUE_URL)
            await DocumentLoop(call, parts).run(DocumentRequest(url=url, method=method, parameters=parameters))

        return announce


@dataclass(frozen=True, slots=True, kw_only=True)
class _WithFacts:
    """Documents of a call in a queue: every request says how the queue is."""

    documents: DocumentSource
    facts: Callable[[], Pairs]

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        return await self.documents.fetch(replace(request, parameters=request.parameters + self.facts()))

    def for_call(self, call: CallControl) -> DocumentSource:
        return self.documents.for_call(call)


async def _music(call: CallControl) -> bool:
    await call.play(WaitingMusic())
    return True


async def _queue_music(call: CallControl, facts: Callable[[], QueueFacts]) -> Literal["leave", "error"]:
    while True:
        await call.play(WaitingMusic())


async def _play_for_ever(call: CallControl, document: LoadedDocument, parts: Parts) -> None:
    """Until it is cancelled, the call ends, or the file turns out not to be playable."""
    while True:
        began = parts.clock.now()
        end = await DocumentLoop(call, parts).run(document)
        if end is not End.RAN_OUT or parts.clock.now() == began:
            return


def _parameters_of(facts: QueueFacts) -> Pairs:
    return queue_wait_parameters(
        queue_sid=facts.queue_sid,
        position=facts.position,
        seconds=facts.seconds,
        average_seconds=facts.average_seconds,
        size=facts.size,
        max_size=facts.max_size,
    )
