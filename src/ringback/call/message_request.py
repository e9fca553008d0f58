"""`<Sms>` at the door: a text message that is kept with the call; there is no carrier to hand it to (twiml.md 17)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRequest:
    """Who, to whom, and the words."""

    from_: str
    to: str
    body: str
