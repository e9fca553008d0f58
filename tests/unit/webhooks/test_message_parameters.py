"""What a subscriber is told of a message (rest-api.md 9.5; Twilio: Call Message Events)."""

from datetime import UTC, datetime

from ringback.model.record import CallbackKind
from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.callback_kind import kind_of
from ringback.webhooks.message_parameters import MessageFacts, message_parameters


def test_a_message_is_told_with_these_parameters() -> None:
    facts = MessageFacts(
        sid="KX1",
        account_sid=AccountSid("AC1"),
        call_sid=CallSid("CA1"),
        content_type="application/json",
        content='{"key1":"This is a message"}',
        number=1,
        received_at=datetime(2022, 12, 2, 22, 2, 49, 500, tzinfo=UTC),
    )
    parameters = message_parameters(facts)
    assert dict(parameters) == {
        "AccountSid": "AC1",
        "CallSid": "CA1",
        "Sid": "KX1",
        "ContentType": "application/json",
        "Content": '{"key1":"This is a message"}',
        "SequenceNumber": "1",
        "Timestamp": "Fri, 02 Dec 2022 22:02:49 +0000",
    }
    assert kind_of(parameters) is CallbackKind.MESSAGE
    assert "key1" not in repr(facts)
