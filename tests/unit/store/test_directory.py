"""The call path's questions, answered from memory (sip.md sections 1 to 3)."""

import hashlib
from typing import Any

import pytest

from ringback.model.record import (
    AccessAddressRecord,
    AccessMappingRecord,
    AccountRecord,
    ApplicationRecord,
    CallerIdRecord,
    CredentialMappingRecord,
    CredentialRecord,
    DomainRecord,
    KeyRecord,
    NumberRecord,
    Purpose,
    TrunkRecord,
)
from ringback.model.sid import AccountSid, ApplicationSid, DomainSid
from ringback.store.directory import Configuration, Directory

ACCOUNT = AccountSid("AC" + "0" * 32)
DOMAIN = DomainSid("SD" + "0" * 32)
REALM = "ringback"


def domain(name: str = "demo.example", sid: DomainSid = DOMAIN) -> DomainRecord:
    return DomainRecord(sid=sid, account_sid=ACCOUNT, name=name, voice_url="http://127.0.0.1/")


def user(username: str, list_sid: str = "CL1", realm: str = REALM, password: str = "geheim") -> CredentialRecord:
    return CredentialRecord.of_password(
        sid=f"CR{username}{list_sid}", list_sid=list_sid, username=username, realm=realm, password=password
    )


def asks_for(list_sid: str, purpose: Purpose = Purpose.CALLS) -> CredentialMappingRecord:
    return CredentialMappingRecord(domain_sid=DOMAIN, list_sid=list_sid, purpose=purpose)


def address(cidr: str, list_sid: str = "AL1") -> AccessAddressRecord:
    return AccessAddressRecord(sid=f"IP{cidr}", list_sid=list_sid, cidr=cidr)


def directory(**parts: Any) -> Directory:
    return Directory(Configuration(**{"domains": [domain()], **parts}), realm=REALM)


@pytest.mark.parametrize("host", ["demo.example", "DEMO.Example", "demo.example."])
def test_a_domain_is_found_by_the_host_whatever_its_case(host: str) -> None:
    """AD-01."""
    assert directory().domain(host) == domain()


@pytest.mark.parametrize("host", ["", ".", "other.example", "sub.demo.example", "demo.example..", "127.0.0.1"])
def test_another_host_is_no_domain(host: str) -> None:
    """AD-03, AD-06."""
    assert directory().domain(host) is None


@pytest.mark.parametrize("host", ["demo.tokyo.example", "Demo.us1-ix.example", "demo.dublin.example.", "demo.example"])
def test_ad_04_a_domain_has_a_name_at_every_edge(host: str) -> None:
    assert directory().domain_at_edge(host) == domain()
    assert directory().domain_at_edge(f"other.{host}") is None


def test_a_domain_that_is_named_like_an_edge_of_another_is_itself() -> None:
    both = [domain(), domain("demo.tokyo.example", DomainSid("SD2"))]
    found = Directory(Configuration(domains=both), realm="ringback").domain_at_edge("demo.tokyo.example")
    assert found == both[1]


def test_a_domain_with_nothing_mapped_is_closed() -> None:
    """DM-08."""
    assert directory().gate(DOMAIN).is_closed
    assert directory().gate(DomainSid("SD unknown")).is_closed


def test_an_empty_list_is_a_check_that_nobody_passes() -> None:
    mapped = directory(
        credential_mappings=[asks_for("CL1")],
        access_mappings=[AccessMappingRecord(domain_sid=DOMAIN, list_sid="AL1")],
    )
    assert not mapped.gate(DOMAIN).is_closed
    assert mapped.gate(DOMAIN).callers == {}
    assert not mapped.address_allowed(DOMAIN, "127.0.0.1")


def test_the_hashes_of_a_user_are_given_by_algorithm() -> None:
    """AU-06."""
    mapped = directory(credentials=[user("alice")], credential_mappings=[asks_for("CL1")])
    assert mapped.ha1(DOMAIN, "alice", "MD5") == hashlib.md5(b"alice:ringback:geheim").hexdigest()
    assert mapped.ha1(DOMAIN, "alice", "sha-256") == hashlib.sha256(b"alice:ringback:geheim").hexdigest()
    assert mapped.ha1(DOMAIN, "alice", "SHA-512-256") is None


@pytest.mark.parametrize("username", ["bob", "Alice", "", "alice "])
def test_another_user_name_has_none(username: str) -> None:
    """RG-02: user names are case-sensitive."""
    mapped = directory(credentials=[user("alice")], credential_mappings=[asks_for("CL1")])
    assert mapped.ha1(DOMAIN, username, "MD5") is None


def test_users_of_a_list_that_is_not_mapped_are_not_asked_for() -> None:
    mapped = directory(credentials=[user("alice"), user("bob", "CL2")], credential_mappings=[asks_for("CL1")])
    assert mapped.credential(DOMAIN, "bob") is None


def test_a_match_in_any_mapped_list_is_enough_and_the_first_counts() -> None:
    """DG-03."""
    credentials = [user("alice", "CL2", password="second"), user("alice", "CL1", password="first"), user("bob", "CL2")]
    mapped = directory(credentials=credentials, credential_mappings=[asks_for("CL1"), asks_for("CL2")])
    assert mapped.credential(DOMAIN, "alice") == user("alice", "CL1", password="first")
    assert mapped.credential(DOMAIN, "bob") == user("bob", "CL2")


def test_calls_and_registrations_have_their_own_lists() -> None:
    """AU-02, AU-03."""
    mapped = directory(
        credentials=[user("alice"), user("phone", "CL2")],
        credential_mappings=[asks_for("CL1"), asks_for("CL2", Purpose.REGISTRATIONS)],
    )
    assert mapped.credential(DOMAIN, "phone") is None
    assert mapped.credential(DOMAIN, "phone", Purpose.REGISTRATIONS) is not None
    assert mapped.ha1(DOMAIN, "alice", "MD5", Purpose.REGISTRATIONS) is None


def test_hashes_over_another_realm_are_left_out_and_counted() -> None:
    mapped = directory(credentials=[user("alice", realm="old")], credential_mappings=[asks_for("CL1")])
    assert mapped.credential(DOMAIN, "alice") is None
    assert mapped.foreign_realm_count == 1


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("198.51.100.7", True),
        ("198.51.100.255", True),
        ("198.51.101.0", False),
        ("192.0.2.1", True),
        ("::ffff:192.0.2.1", True),
        ("2001:db8::5", True),
        ("fe80::1%eth0", False),
        ("demo.example", False),
        ("", False),
    ],
)
def test_an_address_must_be_in_a_mapped_list(source: str, allowed: bool) -> None:
    """DG-06; we differ: IPv6 too."""
    mapped = directory(
        addresses=[address("198.51.100.0/24"), address("192.0.2.1/32", "AL2"), address("2001:db8::/32", "AL2")],
        access_mappings=[AccessMappingRecord(domain_sid=DOMAIN, list_sid=sid) for sid in ("AL1", "AL2")],
    )
    assert mapped.address_allowed(DOMAIN, source) is allowed


def test_without_an_access_list_the_address_is_not_checked() -> None:
    mapped = directory(credentials=[user("alice")], credential_mappings=[asks_for("CL1")])
    assert mapped.address_allowed(DOMAIN, "203.0.113.9")
    assert mapped.gate(DOMAIN).networks is None


def test_accounts_and_numbers_are_found_by_name() -> None:
    account = AccountRecord(sid=ACCOUNT, auth_token="x")
    number = NumberRecord(sid="PN", account_sid=ACCOUNT, number="+15551234567", voice_url=None)
    mapped = directory(accounts=[account], numbers=[number])
    assert mapped.account(ACCOUNT) == account
    assert mapped.account("AC") is None
    assert mapped.number("+15551234567") == number
    assert mapped.number("15551234567") is None


def trunk(name: str, position: int, *allow: str, account: str = ACCOUNT) -> TrunkRecord:
    return TrunkRecord(
        sid=name, name=name, account_sid=AccountSid(account), uri="sip:x", allow=allow, position=position
    )


def test_a_trunk_is_found_by_where_the_call_comes_from() -> None:
    mapped = directory(trunks=[trunk("b", 1, "198.51.100.0/24", "192.0.2.1"), trunk("a", 0, "198.51.100.9")])
    assert mapped.trunk_of_source("198.51.100.9") == trunk("a", 0, "198.51.100.9")
    found = mapped.trunk_of_source("::ffff:192.0.2.1")
    assert found is not None
    assert found.name == "b"
    assert mapped.trunk_of_source("203.0.113.1") is None
    assert mapped.trunk_of_source("nonsense") is None


def test_applications_are_found_by_sid() -> None:
    application = ApplicationRecord(
        sid=ApplicationSid("AP" + "1" * 32), account_sid=ACCOUNT, friendly_name="support", voice_url=None
    )
    mapped = directory(applications=[application])
    assert mapped.application(application.sid) == application
    assert mapped.application("support") is None


def test_the_first_trunk_of_an_account_dials_its_numbers() -> None:
    mapped = directory(trunks=[trunk("z", 2), trunk("a", 1, account="AC other"), trunk("m", 0)])
    first = mapped.first_trunk(ACCOUNT)
    assert first is not None
    assert first.name == "m"
    assert mapped.first_trunk("AC none") is None


def test_a_subaccount_without_a_trunk_dials_through_its_parents() -> None:
    branch, other = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
    accounts = [
        AccountRecord(sid=ACCOUNT, auth_token="x"),
        AccountRecord(sid=branch, auth_token="x", owner_sid=ACCOUNT),
        AccountRecord(sid=other, auth_token="x", owner_sid=ACCOUNT),
    ]
    mapped = directory(accounts=accounts, trunks=[trunk("parents", 0), trunk("own", 1, account=other)])
    found = [mapped.first_trunk(sid) for sid in (ACCOUNT, branch, other)]
    assert [entry.name for entry in found if entry is not None] == ["parents", "parents", "own"]


def test_a_caller_id_is_a_number_of_the_account_or_one_that_it_verified() -> None:
    """DI-14, rest-api.md 21210."""
    mine, other = ACCOUNT, AccountSid("AC" + "1" * 32)
    mapped = directory(
        numbers=[NumberRecord(sid="PN1", account_sid=mine, number="+15550000001", voice_url=None)],
        caller_ids=[CallerIdRecord(sid="PN2", account_sid=mine, number="+15550000002")],
    )
    for number in ("+15550000001", "+15550000002"):
        assert mapped.owns_caller_id(mine, number)
        assert not mapped.owns_caller_id(other, number)
    assert not mapped.owns_caller_id(mine, "+15550000003")


def test_keys_are_found_by_sid() -> None:
    key = KeyRecord(sid="SK" + "1" * 32, account_sid=ACCOUNT, secret_hash="x")
    assert directory(keys=[key]).key(key.sid) == key
    assert directory().key(key.sid) is None
