"""Keeps what was asked of apps and what came back, for the request inspector (rest-api.md 9.3).

What a request says is kept as it was sent: `<Pay>` has masked its values by then (twiml.md PAY-04). Of an answer the
start is kept, when it is text.
"""

from collections.abc import Callable
from dataclasses import replace

from ringback.model.record import ExchangeRecord
from ringback.model.sid import AccountSid, CallSid, is_sid, new_sid
from ringback.webhooks.content_type import charset, media_type
from ringback.webhooks.errors import TransportFailure
from ringback.webhooks.exchange import Exchange, Observer
from ringback.webhooks.transport import Reuse

MAX_BODY_BYTES = 16 * 1024
"""How much of an answer is kept."""
MAX_CONTENT_TYPE = 255
_TEXT_TYPES = ("application/json", "application/xml", "application/x-www-form-urlencoded", "application/problem+json")


def exchange_keeper(account_sid: AccountSid, put: Callable[[ExchangeRecord], object]) -> Observer:
    """Watches the requests to one account's apps; `put` may not wait."""

    def keep(exchange: Exchange) -> None:
        put(exchange_record(account_sid, exchange))

    return keep


def exchange_record(account_sid: AccountSid, exchange: Exchange) -> ExchangeRecord:
    record = ExchangeRecord(
        sid=new_sid("EX"),
        account_sid=account_sid,
        call_sid=_call_sid(exchange),
        method=exchange.method,
        url=exchange.url,
        parameters=exchange.parameters,
        created_at=exchange.began_at,
        duration_ms=round(exchange.seconds * 1000),
    )
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        return replace(record, error_code=outcome.code)
    content_type = outcome.header("content-type")
    return replace(
        record,
        status=304 if outcome.reuse is Reuse.VALIDATED else outcome.status,  # as the app said; the body is what was run
        content_type=content_type[:MAX_CONTENT_TYPE] if content_type is not None else None,
        body=_text(outcome.body, content_type),
    )


def _call_sid(exchange: Exchange) -> CallSid | None:
    """The call that the request names; what is about a whole conference names none."""
    for name, value in exchange.parameters:
        if name == "CallSid" and is_sid(value, "CA"):
            return CallSid(value)
    return None


def _text(body: bytes, content_type: str | None) -> str | None:
    kind = media_type(content_type)
    if kind and not kind.startswith("text/") and kind not in _TEXT_TYPES:
        return None
    return body[:MAX_BODY_BYTES].decode(charset(content_type) or "utf-8", "replace")
