"""What the caller enters into a `<Gather>`, by keys or by voice: the first kind that comes wins (G-13)."""

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from ringback.call.control import DigitStream
from ringback.call.listen_request import (
    ListeningFailed,
    ListenRequest,
    SpeechBegan,
    SpeechEnded,
    SpeechNews,
    SpeechPartial,
    SpeechStream,
)
from ringback.clock import wait_for
from ringback.interpreter.prompts import fetch_nested, play_nested
from ringback.interpreter.run import Run
from ringback.interpreter.source import facts_of_call
from ringback.speech.profanity import without_profanity
from ringback.twiml.nodes import Gather
from ringback.webhooks.parameters import common_parameters
from ringback.webhooks.verb_parameters import partial_result_parameters

MAX_SPEECH_SECONDS = 60.0  # G-16
AUTO_SILENCE_SECONDS = 0.8
"""`speechTimeout="auto"` is the first pause (G-15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What was entered, without the key that ended it (G-06)."""

    digits: str = ""
    finished_on_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was understood."""

    text: str
    confidence: float | None


Entered = Pressed | Said


async def entered(verb: Gather, run: Run) -> Entered | None:
    """Prompts are played meanwhile; None: no input. The streams are opened first, so that nothing from here on is lost
    (G-01, G-19)."""
    async with contextlib.AsyncExitStack() as stack:
        speech = await _speech(verb, run, stack) if "speech" in verb.input else None
        keys = await stack.enter_async_context(run.call.digits()) if "dtmf" in verb.input else None
        if keys is None and speech is None:
            return None  # G-17
        ears = await stack.enter_async_context(_Ears(keys, speech, run))
        prompts = asyncio.ensure_future(_play_prompts(verb, run))
        try:
            return await _Collecting(verb, run, ears, prompts).run()
        except ListeningFailed as failure:
            run.report(failure.code, failure.message, node=verb, level="error")
            return None
        finally:
            prompts.cancel()
            await asyncio.gather(prompts, return_exceptions=True)


async def _speech(verb: Gather, run: Run, stack: contextlib.AsyncExitStack) -> SpeechStream | None:
    """G-17: nobody listens in this language, which is an error; the keys still count."""
    silence = verb.timeout if verb.speech_timeout is None else verb.speech_timeout
    request = ListenRequest(
        language=verb.language,
        hints=verb.hints,
        silence_seconds=AUTO_SILENCE_SECONDS if silence == "auto" else float(silence),
        max_seconds=min(MAX_SPEECH_SECONDS, verb.max_speech_time or MAX_SPEECH_SECONDS),
        partials=verb.partial_result_callback is not None,
    )
    try:
        return await stack.enter_async_context(run.call.listen(request))
    except ListeningFailed as failure:
        run.report(failure.code, failure.message, node=verb, level="error", attribute="language", value=verb.language)
        return None


async def _play_prompts(verb: Gather, run: Run) -> None:
    await play_nested(await fetch_nested(verb.children, run), run)


@dataclass(slots=True)
class _Collecting:
    """One `<Gather>` under way."""

    verb: Gather
    run_: Run
    ears: "_Ears"
    prompts: "asyncio.Future[None]"
    partial_results: int = 0

    async def run(self) -> Entered | None:
        """Noises that turn out to be no words start the wait anew."""
        while True:
            news = await self._first()
            if isinstance(news, str):
                self.prompts.cancel()  # G-02
                return await self._keys(news)
            if news is None:
                return None
            said = await self._utterance(news)
            if said is not None:
                if not self.verb.barge_in:
                    await asyncio.wait({self.prompts})
                return said

    async def _first(self) -> str | SpeechNews | None:
        """A key or speech; the timeout counts from where the prompts end (G-03)."""
        news = self.ears.listen()
        try:
            await asyncio.wait({news, self.prompts}, return_when=asyncio.FIRST_COMPLETED)
            if not news.done():
                self.prompts.result()
        finally:
            news.cancel()
        return await self.ears.within(self.verb.timeout)

    async def _keys(self, key: str | None) -> Pressed:
        """G-04 to G-08, from the first key on."""
        most = min(self.verb.num_digits or self.run_.limits.max_digits, self.run_.limits.max_digits)
        digits = ""
        self.ears.close_speech()
        while key is not None:
            if key == self.verb.finish_on_key:
                return Pressed(digits=digits, finished_on_key=key)
            digits += key
            if len(digits) >= most:
                break
            news = await self.ears.within(self.verb.timeout)
            key = news if isinstance(news, str) else None
        return Pressed(digits=digits)

    async def _utterance(self, news: SpeechNews) -> Said | None:
        """From the beginning of speech to its words; keys do nothing meanwhile (G-13)."""
        while not isinstance(news, SpeechEnded):
            if isinstance(news, SpeechBegan) and self.verb.barge_in:
                self.prompts.cancel()
                await asyncio.wait({self.prompts})
            if isinstance(news, SpeechPartial):
                self._tell(news.text)
            news = await self.ears.speech_news()
        if not news.text:
            return None
        return Said(text=self._clean(news.text), confidence=news.confidence)

    def _tell(self, text: str) -> None:
        """`partialResultCallback` (twiml.md 5.4)."""
        own = partial_result_parameters(self._clean(text), self.partial_results)
        self.partial_results += 1
        call, url = self.run_.call, self.run_.url(self.verb.partial_result_callback)
        parameters = (*common_parameters(facts_of_call(call.info, call.status)), *own)
        self.run_.callbacks.send(url, self.verb.partial_result_callback_method, parameters)

    def _clean(self, text: str) -> str:
        return without_profanity(text) if self.verb.profanity_filter else text


class _Ears:
    """Keys and speech together. A wait that times out loses nothing: what was asked for is asked for still."""

    def __init__(self, keys: DigitStream | None, speech: SpeechStream | None, run: Run) -> None:
        self._keys, self._speech, self._run = keys, speech, run
        self._key: asyncio.Future[str] | None = None
        self._news: asyncio.Future[SpeechNews] | None = None

    async def __aenter__(self) -> "_Ears":
        return self

    async def __aexit__(self, *_: object) -> None:
        open_futures = [future for future in (self._key, self._news) if future is not None]
        for future in open_futures:
            future.cancel()
        await asyncio.gather(*open_futures, return_exceptions=True)

    def listen(self) -> "asyncio.Future[Any]":
        """Done when there is a key or news of speech; take it with `within`."""
        return asyncio.ensure_future(asyncio.wait(self._waiting(), return_when=asyncio.FIRST_COMPLETED))

    async def within(self, seconds: float) -> str | SpeechNews | None:
        """The next key or news; None after so many seconds. Speech that came first is taken first (G-13)."""
        try:
            await wait_for(self._run.clock, _any_of(self._waiting()), seconds)
        except TimeoutError:
            return None
        if self._news is not None and self._news.done():
            news, self._news = self._news, None
            return news.result()
        assert self._key is not None
        key, self._key = self._key, None
        return key.result()

    async def speech_news(self) -> SpeechNews:
        if self._news is None:
            assert self._speech is not None
            self._news = asyncio.ensure_future(self._speech.next())
        await asyncio.wait({self._news})
        news, self._news = self._news, None
        return news.result()

    def close_speech(self) -> None:
        """From now on only keys count."""
        self._speech = None
        if self._news is not None:
            self._news.cancel()
            self._news = None

    def _waiting(self) -> "set[asyncio.Future[Any]]":
        if self._key is None and self._keys is not None:
            self._key = asyncio.ensure_future(self._keys.next())
        if self._news is None and self._speech is not None:
            self._news = asyncio.ensure_future(self._speech.next())
        return {future for future in (self._key, self._news) if future is not None}


def _any_of(futures: "set[asyncio.Future[Any]]") -> Awaitable[Any]:
    return asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
