"""Calls as the API reads and deletes them (rest-api.md 9.2)."""

from ringback.model.record import CallRecord
from ringback.services.ownership import own
from ringback.services.reading import Reading
from ringback.services.refusal import Refused
from ringback.store.call import CallFilter, CallRepository
from ringback.store.exchange import ExchangeRepository
from ringback.store.paging import PageRequest, Slice
from ringback.store.user_defined_message import MessageSubscriptionRepository, UserDefinedMessageRepository

STILL_LIVE = 20009


class CallKeeping:
    """Another account's call is not there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def find(self, account_sid: str, sid: str) -> CallRecord | None:
        """What waits to be written counts over the store, so nobody waits for the writer to read one call."""
        waiting = self._reading.writer.unwritten(sid)
        if isinstance(waiting, CallRecord):
            return own(waiting, account_sid)
        async with self._reading.database.read() as connection:
            return own(await CallRepository(connection).get(sid), account_sid)

    async def page(self, wanted: CallFilter, request: PageRequest) -> Slice[CallRecord]:
        async with self._reading.read() as connection:
            return await CallRepository(connection).find(wanted, request)

    async def remove(self, account_sid: str, sid: str) -> bool:
        """The call, its events and its messages, not its recordings; False if there is none.

        Raises `Refused` while it is live.
        """
        async with self._reading.change() as connection:
            calls = CallRepository(connection)
            found = own(await calls.get(sid), account_sid)
            if found is None:
                return False
            if not found.status.is_final:
                raise Refused(STILL_LIVE, f"Call {sid} has not ended; only then it can be deleted.")
            await ExchangeRepository(connection).remove_of_call(sid)
            await UserDefinedMessageRepository(connection).remove_of_call(sid)
            await MessageSubscriptionRepository(connection).remove_of_call(sid)
            await calls.remove({sid})
            return True
