"""The newest snapshot of the configuration, read from the store after each change."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.clock import Clock
from ringback.model.record import AccountRecord, ApplicationRecord, KeyRecord, NumberRecord
from ringback.model.sid import AccountSid
from ringback.store.access_list import AccessAddressRepository, AccessListRepository
from ringback.store.account import AccountRepository
from ringback.store.application import ApplicationRepository
from ringback.store.caller_id import CallerIdRepository
from ringback.store.change_count import change_count
from ringback.store.credential import CredentialListRepository, CredentialRepository
from ringback.store.database import Database
from ringback.store.directory import Configuration, Directory
from ringback.store.domain import DomainRepository
from ringback.store.key import KeyRepository
from ringback.store.number import NumberRepository
from ringback.store.trunk import TrunkRepository

logger = structlog.get_logger(__name__)

FOLLOW_SECONDS = 1.0
"""How long a change of another server may stay unseen."""


class LiveDirectory:
    """Take `current` once for each call: two look-ups then see the same configuration."""

    def __init__(self, current: Directory, changes: int, *, database: Database, realm: str) -> None:
        self.current = current
        self._changes = changes
        self._database = database
        self.realm = realm
        self._turn = asyncio.Lock()
        self._asked = self._answered = 0

    @classmethod
    async def open(cls, database: Database, *, realm: str) -> "LiveDirectory":
        return cls(*await _load(database, realm), database=database, realm=realm)

    def account(self, sid: str) -> AccountRecord | None:
        """The account as the newest snapshot has it."""
        return self.current.account(sid)

    def key(self, sid: str) -> KeyRecord | None:
        """The API key as the newest snapshot has it."""
        return self.current.key(sid)

    def owns_caller_id(self, account_sid: AccountSid, number: str) -> bool:
        """Whether the account may show `number`, as the newest snapshot has it."""
        return self.current.owns_caller_id(account_sid, number)

    def number(self, number: str) -> NumberRecord | None:
        """The number as the newest snapshot has it."""
        return self.current.number(number)

    def application(self, sid: str) -> ApplicationRecord | None:
        """The application as the newest snapshot has it."""
        return self.current.application(sid)

    async def refresh(self) -> None:
        """Read all of it again; calls that are being set up keep what they took.

        One at a time, so that an older reading never comes after a newer one. Those who wait meanwhile share the next.
        """
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if self._answered >= mine:
                return
            begun = self._asked
            self.current, self._changes = await _load(self._database, self.realm)
            self._answered = begun

    async def follow(self, clock: Clock) -> None:
        """Read it again whenever another server of this database has changed it. Runs until it is cancelled."""
        while True:
            await clock.sleep(FOLLOW_SECONDS)
            try:
                async with self._database.read() as connection:
                    changes = await change_count(connection)
                if changes != self._changes:
                    await self.refresh()
            except (SQLAlchemyError, OSError) as problem:  # the database is away; what is in memory still holds
                logger.warning("the store cannot be asked for changes", problem=str(problem).splitlines()[0])


async def _load(database: Database, realm: str) -> tuple[Directory, int]:
    async with database.read() as connection:
        changes = await change_count(connection)  # first: a change that comes between is then read once too often
        return Directory(await read_configuration(connection), realm=realm), changes


async def read_configuration(connection: AsyncConnection) -> Configuration:
    """Every row of configuration, as one transaction sees it."""
    return Configuration(
        accounts=await AccountRepository(connection).all(),
        keys=await KeyRepository(connection).all(),
        domains=await DomainRepository(connection).all(),
        credentials=await CredentialRepository(connection).all(),
        credential_mappings=await CredentialListRepository(connection).mappings(),
        addresses=await AccessAddressRepository(connection).all(),
        access_mappings=await AccessListRepository(connection).mappings(),
        numbers=await NumberRepository(connection).all(),
        caller_ids=await CallerIdRepository(connection).all(),
        applications=await ApplicationRepository(connection).all(),
        trunks=await TrunkRepository(connection).all(),
    )
