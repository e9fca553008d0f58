"""The part of a server that is heard and listens."""

import asyncio
import contextlib
from dataclasses import dataclass

from ringback.call.gatherings import EngineGatherings
from ringback.call.listening import Hearing
from ringback.clock import Clock
from ringback.media.engine import MediaEngine
from ringback.media.prompt import PromptLibrary
from ringback.model.settings import Settings
from ringback.server.storage import Storage
from ringback.speech.providers.espeak import EspeakSynthesizer
from ringback.speech.providers.hibari import HibariSynthesizer
from ringback.speech.providers.pocketsphinx import PocketsphinxRecognizer
from ringback.speech.synthesizer import SynthesizerChain
from ringback.store.queue import QueueRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What is heard and what listens."""

    media: MediaEngine
    library: PromptLibrary
    hearing: Hearing
    gatherings: EngineGatherings


async def open_sound(stack: contextlib.AsyncExitStack, settings: Settings, storage: Storage, clock: Clock) -> Sound:
    """The engine, and speech: English by hibari, loaded before the first caller comes; other languages by espeak-ng."""
    media = MediaEngine(
        ports=(settings.media.ports.first, settings.media.ports.last),
        address=settings.media_address,
        threads=settings.media.threads,
        timeout_seconds=settings.media.timeout_seconds,
    )
    stack.push_async_callback(media.close)
    hearing = Hearing(PocketsphinxRecognizer())
    stack.callback(hearing.close)
    english = HibariSynthesizer()
    library = PromptLibrary(SynthesizerChain([english, EspeakSynthesizer()]))
    stack.push_async_callback(library.close)
    await asyncio.to_thread(english.warm_up)
    gatherings = EngineGatherings(open_mixer=media.open_conference, tones=library, clock=clock, keep=storage.writer.put)
    async with storage.database.read() as connection:
        gatherings.queues.book.load(await QueueRepository(connection).all())
    stack.push_async_callback(gatherings.close)
    return Sound(media=media, library=library, hearing=hearing, gatherings=gatherings)
