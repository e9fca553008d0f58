"""What a subscriber to the messages of a call is told of one (rest-api.md 9.5; Twilio: Call Message Events). Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.callback_parameters import rfc2822
from ringback.webhooks.signature import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """A message of the phone of a call; `number` counts those of the call."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    content_type: str
    content: str = field(repr=False)
    number: int
    received_at: datetime


def message_parameters(message: MessageFacts) -> Parameters:
    return (
        ("AccountSid", message.account_sid),
        ("CallSid", message.call_sid),
        ("Sid", message.sid),
        ("ContentType", message.content_type),
        ("Content", message.content),
        ("SequenceNumber", str(message.number)),
        ("Timestamp", rfc2822(message.received_at)),
    )
