"""SIP Domains, lists, users, addresses and mappings by the official library (rest-api.md 9.12, 9.13; sip.md 1)."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from ringback.model.record import Purpose

MINE, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
ROOT = f"/2010-04-01/Accounts/{MINE}/SIP"
PASSWORD = "a-long-Passw0rd"


def client(stage: Any, account: str = MINE, token: str = "my-token") -> Any:
    made = Client(account, token)
    made.api.base_url = stage.url
    return made


def refused(work: Callable[[], object]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        work()
    return caught.value.status, caught.value.code


async def test_a_domain_is_made_changed_and_removed(stage: Any) -> None:
    def work() -> None:
        domains = client(stage).sip.domains
        made = domains.create(
            domain_name="Harbour.sip.example", friendly_name="Harbour", voice_url="https://app.example/voice",
            sip_registration=True, emergency_calling_enabled=True,
        )  # fmt: skip
        assert (made.domain_name, made.auth_type, made.sip_registration, made.secure) == (
            "harbour.sip.example", "", True, False,
        )  # fmt: skip
        assert made.emergency_calling_enabled
        assert set(made.subresource_uris) == {"ip_access_control_list_mappings", "credential_list_mappings"}
        changed = domains(made.sid).update(voice_method="GET", secure=True, voice_url="")
        assert (changed.voice_method, changed.secure, changed.voice_url) == ("GET", True, None)
        assert changed.emergency_calling_enabled
        assert [domain.sid for domain in domains.list()] == [made.sid]
        assert domains(made.sid).delete()
        assert refused(domains(made.sid).fetch) == (404, 20404)

    await asyncio.to_thread(work)


async def test_a_name_is_had_once_and_a_subdomain_by_its_owner_only(stage: Any) -> None:
    """DM-01, DM-02, DM-05, DM-06."""

    def work() -> None:
        mine, other = client(stage).sip.domains, client(stage, OTHER, "other-token").sip.domains
        made = mine.create(domain_name="harbour.example")
        assert refused(lambda: other.create(domain_name="harbour.example")) == (400, 21232)
        assert refused(lambda: other.create(domain_name="north.harbour.example")) == (400, 21232)
        assert refused(lambda: other.create(domain_name="no name")) == (400, 21232)
        assert refused(lambda: other.create(domain_name=f"{MINE}.example")) == (400, 21232)
        below = mine.create(domain_name="north.harbour.example")
        assert refused(mine(made.sid).delete) == (400, 21233)
        assert refused(other(made.sid).fetch) == (404, 20404)
        assert refused(other(made.sid).delete) == (404, 20404)
        assert mine(below.sid).delete()
        assert mine(made.sid).delete()

    await asyncio.to_thread(work)


async def test_a_domain_opens_for_the_users_of_the_lists_that_it_is_mapped_to(stage: Any) -> None:
    """AU-02 to AU-05, AU-07, and DM-08: what the call path reads follows at once."""

    def work() -> tuple[str, str]:
        sip = client(stage).sip
        domain = sip.domains.create(domain_name="harbour.example")
        users = sip.credential_lists.create(friendly_name="staff")
        credential = sip.credential_lists(users.sid).credentials.create("ann", PASSWORD)
        assert (credential.username, credential.credential_list_sid) == ("ann", users.sid)
        assert not hasattr(credential, "password")
        mapping = sip.domains(domain.sid).auth.calls.credential_list_mappings.create(users.sid)
        assert (mapping.sid, mapping.friendly_name) == (users.sid, "staff")
        older = sip.domains(domain.sid).credential_list_mappings
        assert refused(lambda: older.create(users.sid)) == (400, 21231)  # AU-04: the same store; DM-04
        assert [entry.sid for entry in older.list()] == [users.sid]
        assert sip.domains(domain.sid).auth.registrations.credential_list_mappings.list() == []
        assert sip.domains(domain.sid).fetch().auth_type == "CREDENTIAL_LIST"
        assert refused(sip.credential_lists(users.sid).delete) == (400, 21241)
        return domain.sid, users.sid

    domain_sid, list_sid = await asyncio.to_thread(work)
    credential = stage.directory.current.credential(domain_sid, "ann")
    assert credential is not None
    first_hash = credential.ha1_md5

    def change() -> None:
        sip = client(stage).sip
        credentials = sip.credential_lists(list_sid).credentials
        credentials(credentials.list()[0].sid).update(password="an0ther-Password")
        assert sip.domains(domain_sid).auth.calls.credential_list_mappings(list_sid).fetch().sid == list_sid

    await asyncio.to_thread(change)
    assert stage.directory.current.credential(domain_sid, "ann").ha1_md5 != first_hash

    def unmap() -> None:
        sip = client(stage).sip
        assert sip.domains(domain_sid).auth.calls.credential_list_mappings(list_sid).delete()
        assert sip.credential_lists(list_sid).delete()

    await asyncio.to_thread(unmap)
    assert stage.directory.current.credential(domain_sid, "ann") is None


async def test_a_domain_opens_for_listed_addresses(stage: Any) -> None:
    def work() -> str:
        sip = client(stage).sip
        domain = sip.domains.create(domain_name="harbour.example")
        offices = sip.ip_access_control_lists.create(friendly_name="offices")
        addresses = sip.ip_access_control_lists(offices.sid).ip_addresses
        one = addresses.create(friendly_name="north", ip_address="198.51.100.7")
        assert (one.ip_address, one.cidr_prefix_length) == ("198.51.100.7", 32)
        changed = addresses(one.sid).update(cidr_prefix_length=24)
        assert (changed.ip_address, changed.cidr_prefix_length, changed.friendly_name) == ("198.51.100.0", 24, "north")
        sip.domains(domain.sid).auth.calls.ip_access_control_list_mappings.create(offices.sid)
        older = sip.domains(domain.sid).ip_access_control_list_mappings(offices.sid).fetch()
        assert (older.domain_sid, older.friendly_name) == (domain.sid, "offices")
        assert refused(sip.ip_access_control_lists(offices.sid).delete) == (400, 21236)
        return str(domain.sid)

    domain_sid = await asyncio.to_thread(work)
    gate = stage.directory.current.gate(domain_sid)
    assert [str(network) for network in gate.networks] == ["198.51.100.0/24"]


@pytest.mark.parametrize(
    ("username", "password"),
    [("ann", "short1A"), ("ann", "nouppercase-123"), ("ann", "NODIGITSatall"), ("a b", PASSWORD), ("a" * 33, PASSWORD)],
)
async def test_a_user_name_and_a_password_keep_the_rules_and_are_not_repeated(
    stage: Any, username: str, password: str
) -> None:
    """AU-08."""
    made = await asyncio.to_thread(lambda: client(stage).sip.credential_lists.create(friendly_name="staff"))
    path = f"{ROOT}/CredentialLists/{made.sid}/Credentials.json"
    answer = await stage.ask(path, method="POST", data={"Username": username, "Password": password})
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 21243)
    assert password not in answer.body.decode()
    assert json.loads((await stage.ask(path)).body)["credentials"] == []


async def test_bad_parameters_have_the_code_of_their_resource(stage: Any) -> None:
    def work() -> None:
        sip = client(stage).sip
        assert refused(lambda: sip.credential_lists.create(friendly_name="")) == (400, 21240)
        assert refused(lambda: sip.ip_access_control_lists.create(friendly_name="x" * 256)) == (400, 21235)
        offices = sip.ip_access_control_lists.create(friendly_name="offices")
        addresses = sip.ip_access_control_lists(offices.sid).ip_addresses
        assert refused(lambda: addresses.create("", "198.51.100.7")) == (400, 21238)
        assert refused(lambda: addresses.create("v6", "2001:db8::1")) == (400, 21238)
        assert refused(lambda: addresses.create("wide", "198.51.100.7", cidr_prefix_length=33)) == (400, 21238)
        domain = sip.domains.create(domain_name="harbour.example")
        mappings = sip.domains(domain.sid).auth.calls.credential_list_mappings
        assert refused(lambda: mappings.create("CL" + "0" * 32)) == (400, 21231)
        nowhere = sip.domains("SD" + "0" * 32).auth.calls.credential_list_mappings
        assert refused(lambda: nowhere.create("CL" + "0" * 32)) == (404, 20404)
        assert sip.credential_lists(sip.credential_lists.create("staff").sid).update("crew").friendly_name == "crew"

    await asyncio.to_thread(work)


async def test_a_mapping_has_exactly_its_fields(stage: Any) -> None:
    def work() -> tuple[str, str]:
        sip = client(stage).sip
        domain, users = sip.domains.create(domain_name="harbour.example"), sip.credential_lists.create("staff")
        sip.domains(domain.sid).auth.registrations.credential_list_mappings.create(users.sid)
        return domain.sid, users.sid

    domain_sid, list_sid = await asyncio.to_thread(work)
    path = f"{ROOT}/Domains/{domain_sid}/Auth/Registrations/CredentialListMappings.json"
    page = json.loads((await stage.ask(path)).body)
    assert set(page["contents"][0]) == {"sid", "account_sid", "friendly_name", "date_created", "date_updated"}
    assert page["contents"][0]["sid"] == list_sid


async def test_au_01_and_au_03_the_paths_are_twilios_and_registered_phones_have_none(stage: Any) -> None:
    """RG-17; there is no access list for registrations."""
    described = json.loads((await stage.ask("/openapi.json", user=None)).body)
    sip = {path.partition("/SIP/")[2].removesuffix(".json") for path in described["paths"] if "/SIP/" in path}
    ours = {re.sub(r"\{\w+\}", "{}", path) for path in sip if not path.endswith("}")}
    mappings = ("IpAccessControlListMappings", "CredentialListMappings")
    assert ours == {
        "Domains",
        "IpAccessControlLists",
        "IpAccessControlLists/{}/IpAddresses",
        "CredentialLists",
        "CredentialLists/{}/Credentials",
        *(f"Domains/{{}}/{name}" for name in mappings),
        *(f"Domains/{{}}/Auth/Calls/{name}" for name in mappings),
        "Domains/{}/Auth/Registrations/CredentialListMappings",
    }


async def test_dm_03_the_101st_domain_of_an_account_is_21230(stage: Any) -> None:
    def work() -> None:
        domains = client(stage).sip.domains
        for number in range(100):
            domains.create(domain_name=f"d{number}.example")
        assert refused(lambda: domains.create(domain_name="d100.example")) == (400, 21230)
        assert len(domains.list()) == 100
        assert client(stage, OTHER, "other-token").sip.domains.create(domain_name="d100.example").sid

    await asyncio.to_thread(work)


async def test_au_05_one_list_may_be_for_calls_and_for_registrations_of_many_domains(stage: Any) -> None:

    def work() -> list[str]:
        sip = client(stage).sip
        users = sip.credential_lists.create(friendly_name="staff")
        made = [sip.domains.create(domain_name=f"{name}.example") for name in ("north", "south")]
        for domain in made:
            sip.domains(domain.sid).auth.calls.credential_list_mappings.create(users.sid)
            sip.domains(domain.sid).auth.registrations.credential_list_mappings.create(users.sid)
        sip.credential_lists(users.sid).credentials.create("ann", PASSWORD)
        return [domain.sid for domain in made]

    for sid in await asyncio.to_thread(work):
        for purpose in Purpose:
            assert stage.directory.current.credential(sid, "ann", purpose) is not None
