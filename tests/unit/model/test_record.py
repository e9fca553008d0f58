"""Records: what they compute, and that secrets do not show."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.model.call_status import CallStatus, Direction
from ringback.model.record import (
    AccountRecord,
    CallRecord,
    CredentialRecord,
    KeyRecord,
    NumberType,
    TrunkRecord,
    hash_secret,
    whole_seconds,
)
from ringback.model.sid import AccountSid, CallSid

ACCOUNT = AccountSid("AC" + "0" * 32)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call(*, answered: float | None = None, ended: float | None = None) -> CallRecord:
    return CallRecord(
        sid=CallSid("CA" + "0" * 32),
        account_sid=ACCOUNT,
        from_="sip:a@b",
        to="sip:c@d",
        direction=Direction.INBOUND,
        status=CallStatus.COMPLETED,
        created_at=START,
        answered_at=None if answered is None else START + timedelta(seconds=answered),
        ended_at=None if ended is None else START + timedelta(seconds=ended),
    )


def test_a_call_lasts_from_answer_to_end_in_whole_seconds() -> None:
    assert call(answered=2, ended=12.4).duration_seconds == 10


def test_a_call_without_answer_or_end_has_no_duration() -> None:
    assert call(ended=12).duration_seconds is None
    assert call(answered=2).duration_seconds is None


def test_a_clock_set_back_gives_no_negative_duration() -> None:
    assert call(answered=12, ended=2).duration_seconds == 0


@pytest.mark.parametrize(
    ("number", "type_"),
    [
        ("+18005550100", "toll-free"),
        ("+18885550100", "toll-free"),
        ("+18115550100", "local"),
        ("+1800555010", "local"),
        ("+15005550006", "local"),
        ("+448005550100", "local"),
    ],
)
def test_a_number_tells_whether_it_is_toll_free(number: str, type_: str) -> None:
    assert NumberType.of(number) == type_


def test_an_account_and_a_key_do_not_show_their_secrets() -> None:
    key = KeyRecord(sid="SK1", account_sid=ACCOUNT, secret_hash=hash_secret("geheim"))
    assert key.secret_hash not in repr(key)
    assert len(hash_secret("geheim")) == 64
    assert "geheim" not in repr(AccountRecord(sid=ACCOUNT, auth_token="geheim"))


def test_a_credential_is_the_hashes_of_rfc_7616() -> None:
    """RFC 7616 section 3.9.1 gives user, realm and password; the hashes were made with another program."""
    record = CredentialRecord.of_password(
        sid="CR", list_sid="CL", username="Mufasa", realm="http-auth@example.org", password="Circle of Life"
    )
    assert record.ha1_md5 == "3d78807defe7de2157e2b0b6573a855f"
    assert record.ha1_sha256 == "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232"


def test_secrets_are_not_in_the_text_of_records() -> None:
    account = AccountRecord(sid=ACCOUNT, auth_token="geheim")
    trunk = TrunkRecord(sid="TK", name="t", account_sid=ACCOUNT, uri="sip:x", user="u", password="geheim")
    assert "geheim" not in f"{account!r} {trunk!r}"


@pytest.mark.parametrize(("seconds", "whole"), [(0.0, 0), (0.09, 0), (0.1, 1), (0.4, 1), (1.4, 1), (1.6, 2)])
def test_what_lasted_at_all_is_a_second_at_least(seconds: float, whole: int) -> None:
    assert whole_seconds(seconds) == whole
