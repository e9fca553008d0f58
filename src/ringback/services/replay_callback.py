"""Looks through an account's callbacks and sends a finished one again: what an app missed, it can be told once more."""

from dataclasses import dataclass

from ringback.model.record import AccountRecord, CallbackRecord, CallbackState
from ringback.services.reach_app import AppLinks
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.callback import CallbackRepository
from ringback.store.paging import PageRequest, Slice

STILL_WAITING = 20409


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackReplay:
    """For the API. `reading` sees what waits to be written."""

    reading: Reading
    links: AppLinks

    async def page(
        self,
        account_sid: str,
        request: PageRequest,
        *,
        call_sid: str | None = None,
        state: CallbackState | None = None,
    ) -> Slice[CallbackRecord]:
        """Newest first."""
        async with self.reading.read() as connection:
            repository = CallbackRepository(connection)
            return await repository.of_account(account_sid, request, call_sid=call_sid, state=state)

    async def find(self, account_sid: str, sid: str) -> CallbackRecord | None:
        async with self.reading.read() as connection:
            record = await CallbackRepository(connection).get(sid)
        is_shown = record is not None and record.account_sid == account_sid and record.state is not CallbackState.HELD
        return record if is_shown else None

    async def replay(self, account: AccountRecord, sid: str) -> CallbackRecord | None:
        """Queue it behind those of its call that wait; its new state. None when there is none of this SID.

        It says what it said, under the same idempotency token: an app that did receive it knows it again.
        Raises `Refused` while it waits to be sent.
        """
        record = await self.find(account.sid, sid)
        if record is None:
            return None
        if record.state is CallbackState.WAITING:
            raise Refused(STILL_WAITING, f"The callback {sid} has not been sent yet; it is waiting.", status=409)
        return self.links.of(account).delivery.send_again(record)
