"""What the settings file names is in the store after every start: exactly that, with the same SIDs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ringback.model.record import (
    AccountRecord,
    AccountStatus,
    ApplicationRecord,
    CallerIdRecord,
    CredentialListRecord,
    CredentialMappingRecord,
    CredentialRecord,
    DomainRecord,
    KeyRecord,
    NumberRecord,
    Origin,
    Purpose,
)
from ringback.model.settings import Settings, settings_from_toml
from ringback.model.sid import AccountSid, ApplicationSid, DomainSid, application_sid
from ringback.store.account import AccountRepository
from ringback.store.application import ApplicationRepository
from ringback.store.caller_id import CallerIdRepository
from ringback.store.credential import CredentialListRepository, CredentialRepository
from ringback.store.database import Database
from ringback.store.directory import Configuration, Directory
from ringback.store.domain import DomainRepository
from ringback.store.key import KeyRepository
from ringback.store.live_directory import LiveDirectory, read_configuration
from ringback.store.number import NumberRepository
from ringback.store.seed import seed

ACCOUNT = AccountSid("AC00000000000000000000000000000001")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = """
[account]
sid = "AC00000000000000000000000000000001"
auth_token = "0123456789abcdef"
[[domain]]
name = "demo.example"
voice_url = "http://127.0.0.1:5000/voice"
users = { alice = "a-long-Passw0rd", bob = "an0ther-Password" }
allow = ["127.0.0.1/32", "198.51.100.0/24"]
[[domain]]
name = "open.example"
registration = true
users = { carol = "a-long-Passw0rd" }
[[number]]
number = "+15551234567"
voice_url = "http://127.0.0.1:5000/number"
[[application]]
name = "support"
voice_url = "http://127.0.0.1:5000/support"
status_callback_url = "http://127.0.0.1:5000/ended"
[[application]]
name = "billing"
sid = "AP0123456789abcdef0123456789abcdef"
voice_url = "http://127.0.0.1:5000/billing"
[[trunk]]
name = "first"
uri = "sip:first.example"
allow = ["203.0.113.0/24"]
[[trunk]]
name = "a second"
uri = "sip:second.example"
user = "me"
password = "geheim"
""".replace("a second", "a-second")


def settings(text: str = FILE, **environ: str) -> Settings:
    return settings_from_toml(text, environ)


async def configuration(database: Database) -> Configuration:
    async with database.read() as connection:
        return await read_configuration(connection)


async def directory(database: Database, realm: str = "ringback") -> Directory:
    return (await LiveDirectory.open(database, realm=realm)).current


async def test_everything_the_file_names_can_be_looked_up(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    found = await directory(database)
    account, domain = found.account(ACCOUNT), found.domain("demo.example")
    assert account is not None
    assert account.auth_token == "0123456789abcdef"
    assert domain is not None
    assert domain.voice_url == "http://127.0.0.1:5000/voice"
    alice = CredentialRecord.of_password(
        sid="", list_sid="", username="alice", realm="ringback", password="a-long-Passw0rd"
    )
    assert found.ha1(domain.sid, "alice", "MD5") == alice.ha1_md5
    assert found.ha1(domain.sid, "alice", "SHA-256") == alice.ha1_sha256
    assert found.address_allowed(domain.sid, "198.51.100.4")
    assert not found.address_allowed(domain.sid, "192.0.2.1")
    assert found.number("+15551234567") is not None
    trunk = found.trunk_of_source("203.0.113.5")
    assert trunk is not None
    assert trunk.name == "first"
    assert found.first_trunk(ACCOUNT) == trunk, "the first of the file, not of the alphabet"


async def test_only_a_domain_with_registration_lets_its_users_register(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    found = await directory(database)
    domains = {domain.name: domain.sid for domain in found.domains}
    assert found.credential(domains["open.example"], "carol", Purpose.REGISTRATIONS) is not None
    assert found.credential(domains["demo.example"], "alice", Purpose.REGISTRATIONS) is None


async def test_a_domain_whose_registration_is_switched_off_takes_none_any_more(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    await seed(database, settings(FILE.replace("registration = true", "registration = false")), now=NOW)
    found = await directory(database)
    domain = found.domain("open.example")
    assert domain is not None
    assert found.gate(domain.sid).registrants is None
    assert found.credential(domain.sid, "carol") is not None


async def test_no_password_of_a_caller_is_in_the_store(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    assert "Passw0rd" not in repr((await configuration(database)).credentials)


async def test_an_application_is_found_under_the_sid_of_its_name_or_the_one_it_gives(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    found = await directory(database)
    support = found.application(application_sid("support"))
    billing = found.application("AP0123456789abcdef0123456789abcdef")
    assert support is not None
    assert (support.account_sid, support.friendly_name, support.origin) == (ACCOUNT, "support", Origin.FILE)
    assert (support.voice_url, support.voice_method) == ("http://127.0.0.1:5000/support", "POST")
    assert support.status_callback_url == "http://127.0.0.1:5000/ended"
    assert billing is not None
    assert billing.friendly_name == "billing"
    assert found.application("AP" + "0" * 32) is None


async def test_an_application_that_left_the_file_is_gone(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    report = await seed(database, settings(FILE.replace('name = "support"', 'name = "helpdesk"')), now=NOW)
    found = await directory(database)
    assert report.removed == 1
    assert found.application(application_sid("support")) is None
    assert found.application(application_sid("helpdesk")) is not None


async def test_what_the_api_made_stays_beside_the_applications_of_the_file(database: Database) -> None:
    made = ApplicationRecord(
        sid=ApplicationSid("AP" + "7" * 32), account_sid=ACCOUNT, friendly_name="support", voice_url=None
    )
    await seed(database, settings(), now=NOW)
    async with database.begin() as connection:
        await ApplicationRepository(connection).put(made)
    await seed(database, settings(), now=NOW)
    async with database.read() as connection:
        assert await ApplicationRepository(connection).get(made.sid) == made


async def test_twice_is_the_same_as_once(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    once = await configuration(database)
    report = await seed(database, settings(), now=NOW)
    assert await configuration(database) == once
    assert report.removed == 0


async def test_sids_are_the_same_in_every_store(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    sids = {domain.name: domain.sid for domain in (await configuration(database)).domains}
    assert sids == {
        "demo.example": "SD97306710c45691f818aa03d08ef1417a",
        "open.example": "SDc5bac14c1f569a7888536debd3adf295",
    }


async def test_what_the_file_does_not_name_any_more_goes(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    shorter = (
        FILE[: FILE.index('[[domain]]\nname = "open')]
        .replace(', bob = "an0ther-Password"', "")
        .replace(', "198.51.100.0/24"', "")
    )
    report = await seed(database, settings(shorter), now=NOW)
    left = await configuration(database)
    assert [domain.name for domain in left.domains] == ["demo.example"]
    assert [user.username for user in left.credentials] == ["alice"]
    assert [address.cidr for address in left.addresses] == ["127.0.0.1/32"]
    assert (left.numbers, left.trunks) == ((), ())
    assert report.removed >= 5


async def test_a_list_that_is_not_in_the_file_any_more_is_not_asked_for(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    changed = FILE.replace('users = { alice = "a-long-Passw0rd", bob = "an0ther-Password" }\n', "")
    await seed(database, settings(changed), now=NOW)
    found = await directory(database)
    domain = found.domain("demo.example")
    assert domain is not None
    assert found.gate(domain.sid).callers is None
    assert found.gate(domain.sid).networks is not None


async def test_a_new_realm_or_password_makes_new_hashes(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    await seed(database, settings(RINGBACK_SIP__REALM="other"), now=NOW)
    old, new = await directory(database), await directory(database, "other")
    domain = new.domain("demo.example")
    assert domain is not None
    assert old.credential(domain.sid, "alice") is None
    assert new.credential(domain.sid, "alice") is not None


async def test_what_the_api_made_stays(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    made = DomainRecord(sid=DomainSid("SD" + "a" * 32), account_sid=ACCOUNT, name="api.example", voice_url=None)
    async with database.begin() as connection:
        await DomainRepository(connection).put(made)
        (demo, *_) = [d for d in await DomainRepository(connection).all() if d.name == "demo.example"]
        extra = CredentialListRecord(sid="CL" + "a" * 32, account_sid=ACCOUNT, friendly_name="extra")
        await CredentialListRepository(connection).put(extra)
        mapping = CredentialMappingRecord(domain_sid=demo.sid, list_sid=extra.sid, purpose=Purpose.CALLS)
        await CredentialListRepository(connection).map(mapping)
    await seed(database, settings(), now=NOW)
    after = await configuration(database)
    assert made in after.domains
    assert mapping in after.credential_mappings


async def test_the_file_takes_over_what_the_api_made_under_the_same_name(database: Database) -> None:
    await seed(database, settings('[account]\nauth_token = "0123456789abcdef"'), now=NOW)
    domain = DomainRecord(sid=DomainSid("SD" + "a" * 32), account_sid=ACCOUNT, name="demo.example", voice_url=None)
    number = NumberRecord(sid="PN" + "a" * 32, account_sid=ACCOUNT, number="+15551234567", voice_url=None)
    async with database.begin() as connection:
        await DomainRepository(connection).put(domain)
        await NumberRepository(connection).put(number)
    await seed(database, settings(), now=NOW)
    async with database.read() as connection:
        taken = await DomainRepository(connection).by_name("demo.example")
        taken_number = await NumberRepository(connection).by_number("+15551234567")
    assert taken is not None
    assert taken_number is not None
    assert (taken.sid, taken.origin, taken.voice_url) == (domain.sid, Origin.FILE, "http://127.0.0.1:5000/voice")
    assert taken_number.sid == number.sid


async def test_the_file_takes_over_a_user_the_api_put_into_its_list(database: Database) -> None:
    await seed(database, settings(FILE.replace(', bob = "an0ther-Password"', "")), now=NOW)
    async with database.begin() as connection:
        lists = {entry.friendly_name: entry for entry in await CredentialListRepository(connection).all()}
        added = CredentialRecord.of_password(
            sid="CR" + "b" * 32,
            list_sid=lists["demo.example"].sid,
            username="bob",
            realm="ringback",
            password="from the api",
        )
        await CredentialRepository(connection).put(added)
    await seed(database, settings(), now=NOW)
    async with database.read() as connection:
        bob = await CredentialRepository(connection).get(added.sid)
    assert bob is not None
    assert bob.origin is Origin.FILE
    assert bob.ha1_md5 != added.ha1_md5


CALLER_ID = '[[caller_id]]\nnumber = "+15557654321"\nfriendly_name = "desk"\n'


async def test_a_caller_id_of_the_file_needs_no_verification_call(database: Database) -> None:
    await seed(database, settings(FILE + CALLER_ID), now=NOW)
    assert (await directory(database)).owns_caller_id(ACCOUNT, "+15557654321")
    await seed(database, settings(), now=NOW)
    assert not (await directory(database)).owns_caller_id(ACCOUNT, "+15557654321")


async def test_the_file_takes_over_a_caller_id_that_was_verified(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    verified = CallerIdRecord(sid="PN" + "7" * 32, account_sid=ACCOUNT, number="+15557654321", created_at=NOW)
    async with database.begin() as connection:
        await CallerIdRepository(connection).put(verified)
    await seed(database, settings(FILE + CALLER_ID), now=NOW)
    (taken,) = (await configuration(database)).caller_ids
    assert (taken.sid, taken.origin, taken.friendly_name) == (verified.sid, Origin.FILE, "desk")


async def test_the_account_of_the_file_is_an_active_parent_and_keeps_a_name_that_the_api_gave(
    database: Database,
) -> None:
    later = NOW + timedelta(days=1)
    await seed(database, settings(), now=NOW)
    async with database.begin() as connection:
        repository = AccountRepository(connection)
        (made,) = await repository.all()
        assert (made.created_at, made.updated_at) == (NOW, NOW)
        await repository.put(replace(made, status=AccountStatus.CLOSED, owner_sid=made.sid, friendly_name="mine"))
    await seed(database, settings(), now=later)
    (account,) = (await configuration(database)).accounts
    assert (account.status, account.owner_sid, account.friendly_name) == (AccountStatus.ACTIVE, None, "mine")
    assert (account.created_at, account.updated_at) == (NOW, later)


OTHER = FILE.replace(ACCOUNT, "AC00000000000000000000000000000002")


async def test_another_account_takes_the_place_of_the_first(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    report = await seed(database, settings(OTHER), now=NOW)
    left = await configuration(database)
    assert [account.sid for account in left.accounts] == ["AC00000000000000000000000000000002"]
    assert {domain.account_sid for domain in left.domains} == {"AC00000000000000000000000000000002"}
    assert report.kept_accounts == ()


async def test_an_account_in_which_the_api_made_something_stays_and_is_told(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    made = DomainRecord(sid=DomainSid("SD" + "a" * 32), account_sid=ACCOUNT, name="api.example", voice_url=None)
    async with database.begin() as connection:
        await DomainRepository(connection).put(made)
    report = await seed(database, settings(OTHER), now=NOW)
    assert report.kept_accounts == (ACCOUNT,)
    assert made in (await configuration(database)).domains


@pytest.mark.parametrize("what", ["subaccount", "key", "caller id"])
async def test_so_does_one_with_a_subaccount_a_key_or_a_caller_id(database: Database, what: str) -> None:
    await seed(database, settings(), now=NOW)
    async with database.begin() as connection:
        if what == "subaccount":
            branch = AccountRecord(sid=AccountSid("AC" + "b" * 32), auth_token="x", owner_sid=ACCOUNT)
            await AccountRepository(connection).put(branch)
        elif what == "key":
            await KeyRepository(connection).put(KeyRecord(sid="SK1", account_sid=ACCOUNT, secret_hash="x"))
        else:
            caller_id = CallerIdRecord(sid="PN1", account_sid=ACCOUNT, number="+15557654321")
            await CallerIdRepository(connection).put(caller_id)
    assert (await seed(database, settings(OTHER), now=NOW)).kept_accounts == (ACCOUNT,)


async def test_a_live_directory_sees_a_change_when_it_is_refreshed(database: Database) -> None:
    await seed(database, settings(), now=NOW)
    live = await LiveDirectory.open(database, realm="ringback")
    before = live.current
    async with database.begin() as connection:
        await AccountRepository(connection).put(AccountRecord(sid=AccountSid("AC" + "b" * 32), auth_token="x"))
    assert live.current.account("AC" + "b" * 32) is None
    await live.refresh()
    assert live.current.account("AC" + "b" * 32) is not None
    assert before.account("AC" + "b" * 32) is None, "a snapshot never changes"


@pytest.mark.parametrize("count", [1500])
async def test_more_entries_than_one_statement_takes(database: Database, count: int) -> None:
    numbers = "".join(f'[[number]]\nnumber = "+1555{index:07d}"\n' for index in range(count))
    await seed(database, settings(FILE + numbers), now=NOW)
    assert len((await configuration(database)).numbers) == count + 1
    await seed(database, settings(), now=NOW)
    assert len((await configuration(database)).numbers) == 1
