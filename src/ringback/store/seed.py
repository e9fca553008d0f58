"""Puts what the settings file names into the store, so that the API shows it and calls find it.

Done at every start, in one transaction: afterwards the store has exactly what the file names, beside what the API made.
SIDs are derived from names, so a restart keeps them; an entry that the API made under the same name keeps its SID and
becomes the file's. What came from the file and is not in it any more goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from ringback.model.record import (
    AccessAddressRecord,
    AccessListRecord,
    AccessMappingRecord,
    AccountRecord,
    ApplicationRecord,
    CallerIdRecord,
    CredentialListRecord,
    CredentialMappingRecord,
    CredentialRecord,
    DomainRecord,
    NumberRecord,
    NumberType,
    Origin,
    Purpose,
    TrunkRecord,
)
from ringback.model.settings import Settings
from ringback.model.settings.section import (
    ApplicationSettings,
    CallerIdSettings,
    DomainSettings,
    NumberSettings,
    TrunkSettings,
)
from ringback.model.sid import AccountSid, DomainSid, application_sid, derived_sid
from ringback.store.access_list import AccessAddressRepository, AccessListRepository
from ringback.store.account import AccountRepository
from ringback.store.application import ApplicationRepository
from ringback.store.caller_id import CallerIdRepository
from ringback.store.change_count import count_change
from ringback.store.credential import CredentialListRepository, CredentialRepository
from ringback.store.database import Database
from ringback.store.domain import DomainRepository
from ringback.store.number import NumberRepository
from ringback.store.repository import Repository
from ringback.store.trunk import TrunkRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """What was removed, and accounts that stay because the API made something in them."""

    removed: int
    kept_accounts: tuple[str, ...]


async def seed(database: Database, settings: Settings, *, now: datetime) -> SeedReport:
    """Idempotent: twice is the same as once. What is new or has changed is dated `now`."""
    async with database.begin_alone() as connection:
        account = _account(settings)
        await _put_account(AccountRepository(connection), account, now)
        domain_sids = {domain.name: domain.sid for domain in await DomainRepository(connection).all()}
        domains = [_domain(account.sid, domain, domain_sids) for domain in settings.domain]
        number_sids = {number.number: number.sid for number in await NumberRepository(connection).all()}
        numbers = [_number(account.sid, number, number_sids) for number in settings.number]
        trunk_sids = {trunk.name: trunk.sid for trunk in await TrunkRepository(connection).all()}
        trunks = [_trunk(account.sid, *entry, trunk_sids) for entry in enumerate(settings.trunk)]
        applications = [_application(account.sid, application) for application in settings.application]
        caller_ids = await _caller_ids(connection, account.sid, settings.caller_id)
        removed = 0
        removed += await _replace(DomainRepository(connection), domains, now)
        removed += await _replace(NumberRepository(connection), numbers, now)
        removed += await _replace(CallerIdRepository(connection), caller_ids, now)
        removed += await _replace(TrunkRepository(connection), trunks, now)
        removed += await _replace(ApplicationRepository(connection), applications, now)
        pairs = list(zip(domains, settings.domain, strict=True))
        removed += await _seed_credentials(connection, pairs, settings.sip.realm, now)
        removed += await _seed_access_lists(connection, pairs, now)
        kept = await _remove_other_accounts(connection, account.sid)
        await count_change(connection)
        return SeedReport(removed=removed, kept_accounts=kept)


def _account(settings: Settings) -> AccountRecord:
    return AccountRecord(
        sid=AccountSid(settings.account.sid),
        auth_token=settings.account.auth_token.get_secret_value(),
        friendly_name=settings.account.friendly_name,
        origin=Origin.FILE,
    )


def _domain(account_sid: AccountSid, settings: DomainSettings, existing: Mapping[str, DomainSid]) -> DomainRecord:
    return DomainRecord(
        sid=existing.get(settings.name) or DomainSid(derived_sid("SD", settings.name)),
        account_sid=account_sid,
        name=settings.name,
        voice_url=settings.voice_url,
        voice_method=settings.voice_method,
        voice_fallback_url=settings.voice_fallback_url,
        voice_fallback_method=settings.voice_fallback_method,
        status_callback_url=settings.status_callback_url,
        status_callback_method=settings.status_callback_method,
        registration=settings.registration,
        secure=settings.secure,
        friendly_name=settings.name,
        origin=Origin.FILE,
    )


def _number(account_sid: AccountSid, settings: NumberSettings, existing: Mapping[str, str]) -> NumberRecord:
    return NumberRecord(
        sid=existing.get(settings.number) or derived_sid("PN", settings.number),
        account_sid=account_sid,
        number=settings.number,
        type=NumberType.of(settings.number),
        voice_url=settings.voice_url,
        voice_method=settings.voice_method,
        voice_fallback_url=settings.voice_fallback_url,
        voice_fallback_method=settings.voice_fallback_method,
        status_callback_url=settings.status_callback_url,
        status_callback_method=settings.status_callback_method,
        friendly_name=settings.number,
        origin=Origin.FILE,
    )


async def _caller_ids(
    connection: AsyncConnection, account_sid: AccountSid, listed: Sequence[CallerIdSettings]
) -> list[CallerIdRecord]:
    """A number that was verified over the API under this account becomes the file's."""
    existing = {
        entry.number: entry.sid
        for entry in await CallerIdRepository(connection).all()
        if entry.account_sid == account_sid
    }
    return [
        CallerIdRecord(
            sid=existing.get(settings.number) or derived_sid("PN", "caller_id", account_sid, settings.number),
            account_sid=account_sid,
            number=settings.number,
            friendly_name=settings.friendly_name or settings.number,
            origin=Origin.FILE,
        )
        for settings in listed
    ]


def _application(account_sid: AccountSid, settings: ApplicationSettings) -> ApplicationRecord:
    return ApplicationRecord(
        sid=application_sid(settings.name, settings.sid),
        account_sid=account_sid,
        friendly_name=settings.name,
        voice_url=settings.voice_url,
        voice_method=settings.voice_method,
        voice_fallback_url=settings.voice_fallback_url,
        voice_fallback_method=settings.voice_fallback_method,
        status_callback_url=settings.status_callback_url,
        status_callback_method=settings.status_callback_method,
        origin=Origin.FILE,
    )


def _trunk(account_sid: AccountSid, position: int, settings: TrunkSettings, existing: Mapping[str, str]) -> TrunkRecord:
    return TrunkRecord(
        sid=existing.get(settings.name) or derived_sid("TK", settings.name),
        name=settings.name,
        account_sid=account_sid,
        uri=settings.uri,
        user=settings.user,
        password=settings.password.get_secret_value() if settings.password else None,
        allow=tuple(str(network) for network in settings.allow),
        position=position,
        origin=Origin.FILE,
    )


class HasSid(Protocol):
    @property
    def sid(self) -> str: ...


Entry = TypeVar("Entry", bound=HasSid)


async def _replace(repository: Repository[Entry], records: Sequence[Entry], now: datetime) -> int:
    """The entries from the file are these now; the number of those that went."""
    kept = {record.sid for record in records}
    gone = await repository.sids_of(Origin.FILE) - kept
    await repository.remove(gone)
    existing = {record.sid: record for record in await repository.all()}
    await repository.put(*(_dated(record, existing.get(record.sid), now) for record in records))
    return len(gone)


def _dated(record: Entry, existing: Entry | None, now: datetime) -> Entry:
    """With the dates that a record of its kind has: when it was made, and when it last became another."""
    dates = {field.name for field in fields(record)} & {"created_at", "updated_at"}  # type: ignore[arg-type]
    if existing is None:
        return replace(record, **dict.fromkeys(dates, now))  # type: ignore[type-var]
    same = replace(record, **{name: getattr(existing, name) for name in dates})  # type: ignore[type-var]
    return same if same == existing or "updated_at" not in dates else replace(same, updated_at=now)  # type: ignore[type-var]


DomainPairs = Sequence[tuple[DomainRecord, DomainSettings]]


async def _seed_credentials(connection: AsyncConnection, domains: DomainPairs, realm: str, now: datetime) -> int:
    """One credential list for each domain that names users; hashes only (sip.md AU-06)."""
    lists, mappings, users = [], [], list[CredentialRecord]()
    for domain, settings in domains:
        if not settings.users:
            continue
        list_sid = derived_sid("CL", domain.name)
        lists.append(_credential_list(list_sid, domain))
        purposes = list(Purpose) if domain.registration else [Purpose.CALLS]
        mappings += [
            CredentialMappingRecord(domain_sid=domain.sid, list_sid=list_sid, purpose=p, created_at=now)
            for p in purposes
        ]
        users += await _users(connection, list_sid, settings, realm)
    repository = CredentialListRepository(connection)
    removed = await _replace(repository, lists, now)
    existing = {(entry.domain_sid, entry.list_sid, entry.purpose): entry for entry in await repository.mappings()}
    await repository.unmap_lists({entry.sid for entry in lists})
    mapped = [existing.get((entry.domain_sid, entry.list_sid, entry.purpose), entry) for entry in mappings]
    await repository.map(*mapped)
    return removed + await _replace(CredentialRepository(connection), users, now)


async def _users(
    connection: AsyncConnection, list_sid: str, settings: DomainSettings, realm: str
) -> list[CredentialRecord]:
    """The users of one domain; one that the API added to the list under the same name becomes the file's."""
    existing = {user.username: user.sid for user in await CredentialRepository(connection).of_list(list_sid)}
    return [
        CredentialRecord.of_password(
            sid=existing.get(username) or derived_sid("CR", settings.name, username),
            list_sid=list_sid,
            username=username,
            realm=realm,
            password=password.get_secret_value(),
            origin=Origin.FILE,
        )
        for username, password in settings.users.items()
    ]


def _credential_list(sid: str, domain: DomainRecord) -> CredentialListRecord:
    return CredentialListRecord(sid=sid, account_sid=domain.account_sid, friendly_name=domain.name, origin=Origin.FILE)


async def _seed_access_lists(connection: AsyncConnection, domains: DomainPairs, now: datetime) -> int:
    """One access list for each domain that names addresses."""
    lists, mappings, addresses = [], [], []
    for domain, settings in domains:
        if not settings.allow:
            continue
        list_sid = derived_sid("AL", domain.name)
        lists.append(
            AccessListRecord(
                sid=list_sid, account_sid=domain.account_sid, friendly_name=domain.name, origin=Origin.FILE
            )
        )
        mappings.append(AccessMappingRecord(domain_sid=domain.sid, list_sid=list_sid, created_at=now))
        addresses += [
            AccessAddressRecord(
                sid=derived_sid("IP", domain.name, cidr), list_sid=list_sid, cidr=cidr, origin=Origin.FILE
            )
            for cidr in dict.fromkeys(map(str, settings.allow))
        ]
    repository = AccessListRepository(connection)
    removed = await _replace(repository, lists, now)
    existing = {(entry.domain_sid, entry.list_sid): entry for entry in await repository.mappings()}
    await repository.unmap_lists({entry.sid for entry in lists})
    await repository.map(*(existing.get((entry.domain_sid, entry.list_sid), entry) for entry in mappings))
    return removed + await _replace(AccessAddressRepository(connection), addresses, now)


async def _put_account(repository: AccountRepository, account: AccountRecord, now: datetime) -> None:
    """It is an active parent, whatever it was before. Where the file has no name, one that the API gave stays."""
    existing = await repository.get(account.sid)
    if existing is not None and not account.friendly_name:
        account = replace(account, friendly_name=existing.friendly_name)
    await repository.put(_dated(account, existing, now))


async def _remove_other_accounts(connection: AsyncConnection, sid: AccountSid) -> tuple[str, ...]:
    """An account that the file named before goes, unless the API made something in it that would go with it."""
    repository = AccountRepository(connection)
    kept = []
    for other in sorted(await repository.sids_of(Origin.FILE) - {sid}):
        if await repository.owns_what_the_api_made(other):
            kept.append(other)
        else:
            await repository.remove({other})
    return tuple(kept)
