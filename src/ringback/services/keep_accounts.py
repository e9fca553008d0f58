"""Subaccounts that the API makes, renames, suspends and closes (rest-api.md 9.1).

An account of the settings file has no parent; a subaccount has one, and no subaccounts of its own.
"""

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import AccountRecord, AccountStatus
from ringback.model.sid import AccountSid, new_sid
from ringback.services.configuration import Configuring
from ringback.services.refusal import Refused
from ringback.store import table
from ringback.store.account import AccountRepository
from ringback.store.number import NumberRepository
from ringback.store.paging import PageRequest, Slice

MAX_SUBACCOUNTS = 1000

FORBIDDEN = 20403
NOT_ALLOWED = 21100
CLOSED_STAYS_CLOSED = 21479
TOO_MANY_SUBACCOUNTS = 21480


class AccountKeeping:
    """What `caller`, the account whose token a request bears, may do with itself and with its subaccounts."""

    def __init__(self, configuring: Configuring) -> None:
        self._configuring = configuring

    async def create(self, caller: AccountRecord, friendly_name: str | None) -> AccountRecord:
        """Raises `Refused` for a subaccount's own subaccount (403), and for one too many."""
        if caller.owner_sid is not None:
            raise Refused(FORBIDDEN, "A subaccount cannot have subaccounts.", status=403)
        now = self._configuring.clock.utc_now()
        record = AccountRecord(
            sid=AccountSid(new_sid("AC")),
            auth_token=secrets.token_hex(16),
            friendly_name=friendly_name or f"SubAccount Created at {_minute(now)}",
            owner_sid=caller.sid,
            created_at=now,
            updated_at=now,
        )
        async with self._configuring.change() as connection:
            repository = AccountRepository(connection)
            if await repository.count(table.account.c.owner_sid == caller.sid) >= MAX_SUBACCOUNTS:
                message = f"The account has {MAX_SUBACCOUNTS} subaccounts, which is the limit."
                raise Refused(TOO_MANY_SUBACCOUNTS, message)
            await repository.put(record)
        return record

    async def find(self, caller: AccountRecord, sid: str) -> AccountRecord | None:
        async with self._configuring.read() as connection:
            return _visible(await AccountRepository(connection).get(sid), caller)

    async def page(
        self,
        caller: AccountRecord,
        request: PageRequest,
        *,
        friendly_name: str | None = None,
        status: AccountStatus | None = None,
    ) -> Slice[AccountRecord]:
        """The account itself and its subaccounts, whatever their status."""
        columns = table.account.c
        conditions = [or_(columns.sid == caller.sid, columns.owner_sid == caller.sid)]
        if friendly_name is not None:
            conditions.append(columns.friendly_name == friendly_name)
        if status is not None:
            conditions.append(columns.status == status)
        async with self._configuring.read() as connection:
            return await AccountRepository(connection).page(request, *conditions)

    async def update(
        self,
        caller: AccountRecord,
        sid: str,
        *,
        friendly_name: str | None = None,
        status: AccountStatus | None = None,
    ) -> AccountRecord | None:
        """None for what is not there for the caller. Raises `Refused` for a status that cannot be set."""
        async with self._configuring.change() as connection:
            found = _visible(await AccountRepository(connection).get(sid), caller)
            if found is None:
                return None
            if status is not None:
                _check_status(caller, found, status)
            changed = replace(
                found,
                friendly_name=found.friendly_name if friendly_name is None else friendly_name,
                status=status or found.status,
                updated_at=self._configuring.clock.utc_now(),
            )
            await AccountRepository(connection).put(changed)
            if changed.status is AccountStatus.CLOSED:
                await _release_numbers(connection, changed)
            return changed


def _visible(record: AccountRecord | None, caller: AccountRecord) -> AccountRecord | None:
    return record if record is not None and caller.sid in (record.sid, record.owner_sid) else None


def _check_status(caller: AccountRecord, account: AccountRecord, status: AccountStatus) -> None:
    """Only a parent opens and closes, and only its subaccounts; what is closed stays closed."""
    if status is account.status:
        return
    if caller.owner_sid is not None:
        raise Refused(FORBIDDEN, "A subaccount's status is its parent's to change.", status=403)
    if account.owner_sid is None:
        raise Refused(NOT_ALLOWED, "The main account can be neither suspended nor closed.")
    if account.status is AccountStatus.CLOSED:
        raise Refused(CLOSED_STAYS_CLOSED, "A closed account cannot be opened again.")


async def _release_numbers(connection: AsyncConnection, account: AccountRecord) -> None:
    """The numbers of a closed account are free for another."""
    repository = NumberRepository(connection)
    await repository.remove({number.sid for number in await repository.all() if number.account_sid == account.sid})


def _minute(moment: datetime) -> str:
    """`2026-03-02 10:04 am`."""
    return f"{moment:%Y-%m-%d %I:%M} {'am' if moment.hour < 12 else 'pm'}"
