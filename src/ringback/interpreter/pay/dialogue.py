"""The dialogue of a `<Pay>`: ask, listen, check, ask again; nothing that was pressed leaves it unmasked."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from ringback.call.control import DigitStream, MediaUnavailable, Spoken
from ringback.clock import wait_for
from ringback.interpreter.pay.field import Captured, Field, fault_of, fields_of, most_digits
from ringback.interpreter.pay.processing import facts_of
from ringback.interpreter.pay.prompts import must_match, prompt_for, words_for
from ringback.interpreter.pay.secret import Secret
from ringback.interpreter.prompts import play_nested
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Pay, PaymentErrorType, PaymentField
from ringback.webhooks.payment_parameters import PaymentFacts, payment_progress_parameters

_DIGITS = frozenset("0123456789")


class Interrupted(Exception):
    """The caller pressed the star (PAY-02)."""


class TooManyAttempts(Exception):
    """One field could not be had (PAY-03)."""


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """One payment on one call. `captured` grows field by field."""

    verb: Pay
    run: Run
    captured: Captured = field(default_factory=lambda: Captured(values={}))

    async def capture(self) -> None:
        """Every field in order. Raises `Interrupted`, `TooManyAttempts`, or `CallEnded`."""
        for name in fields_of(self.verb):
            self.captured.values[name] = await self._field(name)

    async def say(self, name: PaymentField, attempt: int = 1, error: PaymentErrorType | None = None) -> None:
        """Tell the app what is asked, and ask it."""
        self.tell(name, attempt, error)
        await self._play(name, attempt, error, is_second_entry=False)

    def tell(self, name: PaymentField, attempt: int, error: PaymentErrorType | None) -> None:
        if not self.verb.status_callback:
            return
        parameters = payment_progress_parameters(
            account_sid=self.run.call.info.account_sid,
            call_sid=self.run.call.info.call_sid,
            for_=name,
            attempt=attempt,
            error_type=error,
            facts=self.facts(),
        )
        self.run.callbacks.send(self.run.url(self.verb.status_callback), self.verb.status_callback_method, parameters)

    def facts(self) -> PaymentFacts:
        return facts_of(self.verb, self.captured)

    async def _field(self, name: Field) -> Secret:
        """The first try and `maxAttempts` more (PAY-03)."""
        error: PaymentErrorType | None = None
        last = self.verb.max_attempts + 1
        for attempt in range(1, last + 1):
            entry, error = await self._attempt(name, attempt, error)
            if error is None:
                return Secret(entry)
        self.tell(name, last, error)
        raise TooManyAttempts

    async def _attempt(
        self, name: Field, attempt: int, error: PaymentErrorType | None
    ) -> tuple[str, PaymentErrorType | None]:
        self.tell(name, attempt, error)
        entry = await self._listen(name, attempt, error)
        fault = self._fault(name, entry)
        if fault is None and must_match(self.verb.prompts, name):
            second = await self._listen(name, attempt, None, is_second_entry=True)
            fault = None if second == entry else "input-matching-failed"
        return entry, fault

    def _fault(self, name: Field, entry: str) -> PaymentErrorType | None:
        if not entry:
            return "input-timeout"
        return fault_of(name, entry, self.verb, self.captured, self.run.clock.utc_now().date())

    async def _listen(
        self, name: Field, attempt: int, error: PaymentErrorType | None, *, is_second_entry: bool = False
    ) -> str:
        """Digits until `#`, enough of them, or `timeout` without one; a key stops the prompt."""
        async with self.run.call.digits() as stream:
            prompt = asyncio.ensure_future(self._play(name, attempt, error, is_second_entry=is_second_entry))
            try:
                return await self._digits(name, stream, prompt)
            finally:
                prompt.cancel()
                await asyncio.gather(prompt, return_exceptions=True)

    async def _digits(self, name: Field, stream: DigitStream, prompt: "asyncio.Future[None]") -> str:
        entered = ""
        key = await self._first_key(stream, prompt)
        while key is not None and not (key == "#" and entered):
            if key == "*":
                raise Interrupted
            if key in _DIGITS:  # a pound key before any digit belongs to the field before
                entered += key
                if len(entered) >= most_digits(name, entered, self.captured):
                    break
            key = await self._next_key(stream)
        return entered

    async def _first_key(self, stream: DigitStream, prompt: "asyncio.Future[None]") -> str | None:
        key = asyncio.ensure_future(stream.next())
        either: set[asyncio.Future[Any]] = {key, prompt}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if key.done():
                prompt.cancel()
                return key.result()
            prompt.result()
            return await wait_for(self.run.clock, key, self.verb.timeout)
        except TimeoutError:
            return None
        finally:
            key.cancel()
            await asyncio.gather(key, return_exceptions=True)

    async def _next_key(self, stream: DigitStream) -> str | None:
        try:
            return await wait_for(self.run.clock, stream.next(), self.verb.timeout)
        except TimeoutError:
            return None

    async def _play(
        self, name: PaymentField, attempt: int, error: PaymentErrorType | None, *, is_second_entry: bool
    ) -> None:
        kind = self.captured.card_type
        prompt = prompt_for(self.verb.prompts, name, attempt=attempt, error=error, kind=kind)
        if prompt is not None and not is_second_entry:
            await play_nested(prompt.children, self.run)
            return
        words = words_for(name, error=error, kind=kind, is_second_entry=is_second_entry)
        language = self.verb.language if self.verb.language.startswith("en") else None
        try:
            await self.run.call.play(Spoken(text=words, language=language))
        except MediaUnavailable as problem:
            self.run.media_unavailable(problem, self.verb)
