"""Callbacks on paper: written down before they are sent, and what became of them afterwards.

    hold ──> held            of a call that runs: in case that nobody lives to enter it
               │
    enter ──> waiting ──> secured? ──> sent ──> sent | failed
                 ^                                 │
                 └────────── enter_again ──────────┘

One that was held has a SID of its own from the beginning, and with that its token: whoever sends it, this process or
the next one, it is the same callback.

Who keeps what is written, an `Outbox`, is handed in. It works behind: `put` does not wait, `written` does.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ringback.clock import Clock
from ringback.model.record import CallbackRecord, CallbackState
from ringback.model.sid import AccountSid, new_sid
from ringback.webhooks.callback import Callback
from ringback.webhooks.callback_kind import kind_of

_TOKENS = uuid.UUID("6f1c2f5e-5a86-4c0a-9b1e-6d0f2c9d7b11")  # a name space of our own
SECURE_SECONDS = 2.0
"""How long after it was posted a callback waits for the store. After that it is sent all the same: an app that hears
nothing because our disk is away would be worse off than one that hears it twice after a crash."""


class Outbox(Protocol):
    """Where callbacks are kept: the writer behind the calls."""

    def put(self, record: CallbackRecord) -> object:
        """Keep the newest state of a callback. Does not wait."""
        ...

    @property
    def position(self) -> int:
        """How far what was put so far reaches."""
        ...

    async def written(self, timeout_seconds: float | None = None, *, up_to: int | None = None) -> bool:
        """Return when everything up to a position would survive a crash; False when that takes longer."""
        ...


class CallbackBook:
    """The callbacks of one account in an `Outbox`."""

    def __init__(self, outbox: Outbox, clock: Clock, account_sid: AccountSid, next_sequence: Callable[[], int]) -> None:
        self._outbox = outbox
        self._clock = clock
        self._account_sid = account_sid
        self._next_sequence = next_sequence

    def enter(self, callback: Callback) -> CallbackRecord:
        """Write down a callback that is to be sent."""
        record = self._record(callback, CallbackState.WAITING)
        self._outbox.put(record)
        return record

    def hold(self, callback: Callback) -> None:
        """Write down what the next process is to send if this one dies; entering the same `sid` takes its place."""
        self._outbox.put(self._record(callback, CallbackState.HELD))

    def withdraw(self, callback: Callback) -> None:
        """What was held is not sent in any case."""
        record = self._record(callback, CallbackState.HELD)
        self._outbox.put(replace(record, finished_at=record.created_at))

    def _record(self, callback: Callback, state: CallbackState) -> CallbackRecord:
        now = self._clock.utc_now()
        return CallbackRecord(
            sid=callback.sid or new_sid("CB"),
            account_sid=self._account_sid,
            call_sid=callback.call_sid,
            kind=kind_of(callback.parameters),
            url=callback.url,
            method=callback.method,
            parameters=callback.parameters,
            state=state,
            sequence=self._next_sequence(),
            token=_token_of(callback.sid),
            created_at=now,
            queued_at=now,
        )

    def enter_again(self, record: CallbackRecord) -> CallbackRecord:
        """Write down that a finished one is to be sent once more, unchanged and with its token."""
        again = replace(
            record,
            state=CallbackState.WAITING,
            sequence=self._next_sequence(),
            queued_at=self._clock.utc_now(),
            finished_at=None,
            error_code=None,
        )
        self._outbox.put(again)
        return again

    @property
    def position(self) -> int:
        """Where a callback stands that was entered just now."""
        return self._outbox.position

    async def secured(self, position: int, posted_at: float) -> bool:
        """Return when what was put up to `position` is written, or `SECURE_SECONDS` after `posted_at`: then False."""
        left = max(0.0, posted_at + SECURE_SECONDS - self._clock.now())
        return await self._outbox.written(left, up_to=position)

    def finish(self, record: CallbackRecord, state: CallbackState, *, tries: int, error_code: int | None) -> None:
        """Write down how it ended."""
        self._outbox.put(
            replace(
                record,
                state=state,
                tries=record.tries + tries,
                finished_at=self._clock.utc_now(),
                error_code=error_code,
            )
        )


def _token_of(sid: str | None) -> str:
    return str(uuid.uuid5(_TOKENS, sid) if sid is not None else uuid.uuid4())
