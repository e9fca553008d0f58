"""What the request inspector keeps of an exchange, and what it does not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ringback.model.record import ExchangeRecord
from ringback.model.sid import AccountSid
from ringback.services.keep_exchanges import MAX_BODY_BYTES, exchange_keeper, exchange_record
from ringback.webhooks.errors import FailureKind, TransportFailure
from ringback.webhooks.exchange import Exchange
from ringback.webhooks.transport import HttpResponse, Reuse

ACCOUNT = AccountSid("AC" + "0" * 32)
CALL = "CA" + "1" * 32
NOW = datetime(2026, 3, 24, tzinfo=UTC)


def exchange(outcome: HttpResponse | TransportFailure, *parameters: tuple[str, str]) -> Exchange:
    return Exchange(
        url="http://app.example/voice",
        method="POST",
        parameters=parameters or (("CallSid", CALL), ("Digits", "4")),
        began_at=NOW,
        seconds=0.0841,
        outcome=outcome,
    )


def answered(body: bytes, content_type: str | None = "text/xml; charset=utf-8", status: int = 200) -> HttpResponse:
    headers = (("Content-Type", content_type),) if content_type is not None else ()
    return HttpResponse(status=status, headers=headers, body=body)


def test_an_exchange_is_kept_with_request_and_answer() -> None:
    kept: list[ExchangeRecord] = []
    exchange_keeper(ACCOUNT, kept.append)(exchange(answered(b"<Response/>")))
    (record,) = kept
    assert (record.account_sid, record.call_sid, record.created_at) == (ACCOUNT, CALL, NOW)
    assert (record.method, record.url) == ("POST", "http://app.example/voice")
    assert record.parameters == (("CallSid", CALL), ("Digits", "4"))
    assert (record.status, record.error_code, record.duration_ms) == (200, None, 84)
    assert (record.content_type, record.body) == ("text/xml; charset=utf-8", "<Response/>")


def test_a_failure_is_kept_with_its_code() -> None:
    record = exchange_record(ACCOUNT, exchange(TransportFailure(11202, "refused", FailureKind.CONNECT)))
    assert (record.status, record.error_code, record.body, record.content_type) == (None, 11202, None, None)


@pytest.mark.parametrize(("reuse", "status"), [(Reuse.NONE, 200), (Reuse.FRESH, 200), (Reuse.VALIDATED, 304)])
def test_of_a_kept_document_it_is_kept_what_the_app_said_and_what_was_run(reuse: Reuse, status: int) -> None:
    """H-06: where the app was asked and said 304, that is its answer."""
    record = exchange_record(ACCOUNT, exchange(replace(answered(b"<Response/>"), reuse=reuse)))
    assert (record.status, record.body) == (status, "<Response/>")


def test_of_a_long_answer_the_start_is_kept() -> None:
    record = exchange_record(ACCOUNT, exchange(answered(b"x" * (MAX_BODY_BYTES + 1))))
    assert record.body == "x" * MAX_BODY_BYTES


@pytest.mark.parametrize("content_type", ["audio/mpeg", "image/png", "application/octet-stream"])
def test_of_an_answer_that_is_no_text_nothing_is_kept(content_type: str) -> None:
    assert exchange_record(ACCOUNT, exchange(answered(b"\xff\xfb", content_type))).body is None


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"caf\xe9", "text/plain; charset=latin-1", "café"),
        (b"caf\xe9", "text/plain", "caf\ufffd"),
        (b'{"a": 1}', "application/json", '{"a": 1}'),
        (b"hello", None, "hello"),
        (b"hello", "text/plain; charset=no-such-thing", "hello"),
    ],
)
def test_text_is_read_in_its_charset(body: bytes, content_type: str | None, text: str) -> None:
    assert exchange_record(ACCOUNT, exchange(answered(body, content_type))).body == text


@pytest.mark.parametrize("value", ["", "CA1", "RE" + "1" * 32])
def test_what_names_no_call_belongs_to_none(value: str) -> None:
    assert exchange_record(ACCOUNT, exchange(answered(b""), ("CallSid", value))).call_sid is None
    assert exchange_record(ACCOUNT, exchange(answered(b""), ("ConferenceSid", CALL))).call_sid is None


def test_a_strangers_content_type_is_bounded() -> None:
    record = exchange_record(ACCOUNT, exchange(answered(b"", "text/" + "x" * 10_000)))
    assert len(record.content_type or "") == 255


def test_an_exchange_does_not_show_what_it_carries() -> None:
    record = exchange_record(ACCOUNT, exchange(answered(b"my words"), ("CallSid", CALL), ("Digits", "4711")))
    assert "4711" not in repr(record)
    assert "my words" not in repr(record)
